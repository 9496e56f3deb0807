package template

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"gongkai/report"
)

//go:embed data/*.yaml
var formFiles embed.FS

// Form is one official form.
type Form struct {
	Name string `yaml:"form"` // 2019, 2021, 2014, 2008
	// Sections are headings of the report that end a table.
	Sections []string `yaml:"sections"`
	Tables   []*Table `yaml:"tables"`
}

// Table is one table of a form: blocks of rows under columns. Every row has a
// cell in every column.
type Table struct {
	Key string `yaml:"table"` // disclosure, requests, review_litigation, annex
	// Title lists the headings under which the table stands.
	Title []string `yaml:"title"`
	// Ignore lists printed cells that are neither row nor column.
	Ignore []string `yaml:"ignore"`
	// Aside lists labels of columns that hold neither labels nor figures, by what
	// they do hold: numbers (序号), units or remarks.
	Aside map[string][]string `yaml:"aside"`
	// Metric is the pattern of the metric names, with {row}, {column} and the
	// {suffix} of the column.
	Metric string `yaml:"metric"`
	// Applicant is set when the column is the applicant of a figure.
	Applicant bool `yaml:"applicant"`
	// Total is the key of the column that is the sum of the others, if any.
	Total  string   `yaml:"total"`
	Blocks []*Block `yaml:"blocks"`
}

// Block is a part of a table with its own columns.
type Block struct {
	Label   string  `yaml:"label"`
	Columns []*Item `yaml:"columns"`
	Rows    []*Item `yaml:"rows"`

	columns, rows []*Item // the leaves, in printed order
	own           []*Item // the columns that belong to the form itself
	core          string  // of the label
	cells         [][]cell
}

// cell is the figure at a row and a column.
type cell struct {
	metric    report.Metric
	applicant report.Applicant
}

// Item is a row or a column; with a key it has cells, with items below it groups
// them.
type Item struct {
	Key     string   `yaml:"key"`
	Label   string   `yaml:"label"`
	Also    []string `yaml:"also"`    // other wordings of the label
	Local   bool     `yaml:"local"`   // a known addition to the form, not part of it
	Sum     bool     `yaml:"sum"`     // a column that adds up the others of its group
	Suffix  string   `yaml:"suffix"`  // of a column: what it adds to the metric
	Code    string   `yaml:"code"`    // of a row: what is printed in a column of codes
	Columns []*Item  `yaml:"columns"` // of a column
	Rows    []*Item  `yaml:"rows"`    // of a row

	path   []*Item // the groups above, outermost first
	index  int     // among the leaves
	core   string  // of the label
	number string  // numbering of the label
}

// Forms gives the official forms by name, oldest first.
func Forms() []*Form { return loadForms() }

var loadForms = sync.OnceValue(func() []*Form {
	files, err := formFiles.ReadDir("data")
	if err != nil {
		panic(err) // embedded: a broken build
	}
	var forms []*Form
	for _, file := range files {
		b, err := formFiles.ReadFile(path.Join("data", file.Name()))
		if err != nil {
			panic(err)
		}
		f := new(Form)
		if err := yaml.UnmarshalWithOptions(b, f, yaml.Strict()); err != nil {
			panic(fmt.Sprintf("template: %s: %v", file.Name(), err))
		}
		for _, t := range f.Tables {
			for _, b := range t.Blocks {
				t.prepare(b)
			}
		}
		forms = append(forms, f)
	}
	return forms
})

// prepare works out what a block says with its rows and columns.
func (t *Table) prepare(b *Block) {
	b.core = fold(b.Label).core
	b.columns = leaves(b.Columns, nil, nil)
	for _, c := range b.columns {
		if !c.Local {
			b.own = append(b.own, c)
		}
	}
	b.rows = leaves(b.Rows, nil, nil)
	b.cells = make([][]cell, len(b.rows))
	for i, row := range b.rows {
		for _, column := range b.columns {
			var c cell
			name := strings.NewReplacer("{row}", row.Key, "{column}", column.Key, "{suffix}", column.Suffix).Replace(t.Metric)
			c.metric, _ = report.LookupMetric(name)
			c.metric.Name = name
			if t.Applicant {
				c.applicant = report.Applicant(column.Key)
			}
			b.cells[i] = append(b.cells[i], c)
		}
	}
}

// cell gives the figure at a row and a column.
func (b *Block) cell(row, column *Item) cell { return b.cells[row.index][column.index] }

// leaves lists the items with a key in printed order and notes their groups.
func leaves(items, above, list []*Item) []*Item {
	for _, it := range items {
		f := fold(it.Label)
		it.path, it.core, it.number = above, f.core, f.number
		if it.Key != "" {
			it.index = len(list)
			list = append(list, it)
		}
		if below := slices.Concat(it.Columns, it.Rows); len(below) > 0 {
			list = leaves(below, append(slices.Clone(above), it), list)
		}
	}
	return list
}

// labels gives the printed label and its variants.
func (it *Item) labels() []string {
	if it.Label == "" {
		return nil
	}
	return append([]string{it.Label}, it.Also...)
}

// size is the number of cells of the form.
func (f *Form) size() int {
	n := 0
	for _, t := range f.Tables {
		for _, b := range t.Blocks {
			n += len(b.rows) * len(b.columns)
		}
	}
	return n
}

// Table gives a table of the form, or nil.
func (f *Form) Table(key string) *Table {
	for _, t := range f.Tables {
		if t.Key == key {
			return t
		}
	}
	return nil
}

// oneRow tells of a table that is one row without a label.
func (t *Table) oneRow() bool {
	return len(t.Blocks) == 1 && t.Blocks[0].oneRow()
}

// oneRow tells of a block that is one row without a label.
func (b *Block) oneRow() bool { return len(b.rows) == 1 && b.rows[0].Label == "" }

// official lists the columns that belong to the form itself. The list is shared.
func (b *Block) official() []*Item { return b.own }

// row finds a row by key.
func (b *Block) row(key string) (index int, ok bool) {
	for i, r := range b.rows {
		if r.Key == key {
			return i, true
		}
	}
	return 0, false
}

// column finds a column by key.
func (b *Block) column(key string) *Item {
	for _, c := range b.columns {
		if c.Key == key {
			return c
		}
	}
	return nil
}
