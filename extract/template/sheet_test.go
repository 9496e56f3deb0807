package template

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gongkai/extract/document"
	"gongkai/report"
)

// sheet is a filled-in form as an author makes it: tables of rows of cells.
type sheet struct {
	form   *Form
	tables []*sheetTable
}

type sheetTable struct {
	key   string
	title string
	rows  [][]sheetCell
}

// sheetCell is one cell as in HTML: its place follows from the cells before it.
type sheetCell struct {
	text       string
	rows, cols int
	metric     string // of a value: metric or metric@applicant
}

func label(text string, rows, cols int) sheetCell {
	return sheetCell{text: text, rows: rows, cols: cols}
}

// newSheet fills in a form with numbers that add up.
func newSheet(form string, r *rand.Rand) *sheet {
	f := Forms()[slices.IndexFunc(Forms(), func(f *Form) bool { return f.Name == form })]
	s := &sheet{form: f}
	for _, t := range f.Tables {
		s.tables = append(s.tables, fillIn(t, numbersFor(t, r)))
	}
	return s
}

// numbersFor makes up the numbers of a table.
func numbersFor(t *Table, r *rand.Rand) func(c cell) string {
	values := make(map[string]string)
	for _, b := range t.Blocks {
		for _, row := range b.rows {
			sum := 0
			for _, column := range b.official() {
				n := 0
				if r.IntN(3) == 0 {
					n = r.IntN([]int{3, 30, 2000, 400000}[r.IntN(4)])
				}
				if column.Key == t.Total || column.Sum {
					n = sum
				}
				if sum += n; column.Sum {
					sum = 0
				}
				c := b.cell(row, column)
				text := strconv.Itoa(n)
				switch {
				case c.metric.Kind == "signed_count" && n%3 == 1:
					text = "-" + text
				case c.metric.Kind == "decimal" && n%2 == 1:
					text += ".25"
				}
				values[cellName(c)] = text
			}
		}
	}
	return func(c cell) string { return values[cellName(c)] }
}

func valueCell(c cell, value func(cell) string, cols int) sheetCell {
	return sheetCell{value(c), 1, cols, cellName(c)}
}

func cellName(c cell) string {
	if c.applicant == "" {
		return c.metric.Name
	}
	return c.metric.Name + "@" + string(c.applicant)
}

// fillIn lays a table out with spans, as the official form does.
func fillIn(t *Table, value func(cell) string) *sheetTable {
	st := &sheetTable{key: t.Key, title: t.Title[0]}
	switch t.Key {
	case report.SectionDisclosure:
		width := 0
		for _, b := range t.Blocks {
			width = max(width, 1+len(b.official()))
		}
		for _, b := range t.Blocks {
			columns := b.official()
			span := func(i int) int {
				if i == len(columns)-1 {
					return width - len(columns)
				}
				return 1
			}
			st.rows = append(st.rows, []sheetCell{label(b.Label, 1, width)})
			head := []sheetCell{label(t.Ignore[0], 1, 1)}
			for i, c := range columns {
				head = append(head, label(c.Label, 1, span(i)))
			}
			st.rows = append(st.rows, head)
			for _, row := range b.rows {
				cells := []sheetCell{label(row.Label, 1, 1)}
				for i, c := range columns {
					cells = append(cells, valueCell(b.cell(row, c), value, span(i)))
				}
				st.rows = append(st.rows, cells)
			}
		}
	case report.SectionRequests:
		b := t.Blocks[0]
		st.rows = append(st.rows,
			[]sheetCell{label(t.Ignore[0], 3, 3), label(t.Ignore[1], 1, 7)},
			[]sheetCell{label("自然人", 2, 1), label("法人或其他组织", 1, 5), label("总计", 2, 1)},
			[]sheetCell{label("商业企业", 1, 1), label("科研机构", 1, 1), label("社会公益组织", 1, 1), label("法律服务机构", 1, 1), label("其他", 1, 1)})
		opened := make(map[*Item]bool)
		for _, row := range b.rows {
			var cells []sheetCell
			for _, g := range row.path {
				if !opened[g] {
					opened[g] = true
					cells = append(cells, label(g.Label, countLeaves(g), 1))
				}
			}
			cells = append(cells, label(row.Label, 1, 3-len(row.path)))
			for _, c := range b.official() {
				cells = append(cells, valueCell(b.cell(row, c), value, 1))
			}
			st.rows = append(st.rows, cells)
		}
	case report.SectionReviewLitigation:
		b := t.Blocks[0]
		st.rows = make([][]sheetCell, 4)
		st.rows[0] = []sheetCell{label("行政复议", 1, 5), label("行政诉讼", 1, 10)}
		for _, c := range b.columns[:5] {
			st.rows[1] = append(st.rows[1], label(c.Label, 2, 1))
		}
		st.rows[1] = append(st.rows[1], label("未经复议直接起诉", 1, 5), label("复议后起诉", 1, 5))
		for _, c := range b.columns[5:] {
			st.rows[2] = append(st.rows[2], label(c.Label, 1, 1))
		}
		for _, c := range b.columns {
			st.rows[3] = append(st.rows[3], valueCell(b.cell(b.rows[0], c), value, 1))
		}
	case annexTable:
		b := t.Blocks[0]
		st.rows = append(st.rows, []sheetCell{label("统计指标", 1, 1), label("单位", 1, 1), label("统计数", 1, 1)})
		opened := make(map[*Item]bool)
		for _, row := range b.rows {
			for _, g := range row.path {
				if g.Key == "" && !opened[g] {
					opened[g] = true
					st.rows = append(st.rows, []sheetCell{label(g.Label, 1, 1), label("——", 1, 1), label("", 1, 1)})
				}
			}
			c := b.cell(row, b.columns[0])
			st.rows = append(st.rows, []sheetCell{label(row.Label, 1, 1), label(c.metric.Unit, 1, 1), valueCell(c, value, 1)})
		}
	}
	return st
}

func countLeaves(it *Item) int {
	n := 0
	if it.Key != "" {
		n = 1
	}
	for _, below := range it.Rows {
		n += countLeaves(below)
	}
	return n
}

// printed gives what the sheet prints, by metric.
func (s *sheet) printed() map[string]string {
	m := make(map[string]string)
	for _, t := range s.tables {
		for _, row := range t.rows {
			for _, c := range row {
				if c.metric != "" {
					m[c.metric] = c.text
				}
			}
		}
	}
	return m
}

func (s *sheet) table(key string) *sheetTable {
	for _, t := range s.tables {
		if t.key == key {
			return t
		}
	}
	return nil
}

// placedCell is a cell with its place in the grid.
type placedCell struct {
	*sheetCell
	row, col int
}

// layOut gives the cells of a table the places that a browser gives them.
func (t *sheetTable) layOut() (cells []placedCell, width int) {
	taken := make(map[[2]int]bool)
	for y := range t.rows {
		x := 0
		for i := range t.rows[y] {
			c := &t.rows[y][i]
			for taken[[2]int{y, x}] {
				x++
			}
			for dy := range c.rows {
				for dx := range c.cols {
					taken[[2]int{y + dy, x + dx}] = true
				}
			}
			cells = append(cells, placedCell{c, y, x})
			x += c.cols
			width = max(width, x)
		}
	}
	return cells, width
}

func (t *sheetTable) grid() *document.Table {
	placed, _ := t.layOut()
	cells := make([]document.Cell, len(placed))
	for i, c := range placed {
		rows := min(c.rows, len(t.rows)-c.row)
		cells[i] = document.Cell{Row: c.row, Col: c.col, RowSpan: rows, ColSpan: c.cols, Text: c.text}
	}
	return document.NewTable(cells)
}

// asTables is the report as a page with real tables.
func (s *sheet) asTables() *document.Document {
	d := &document.Document{Format: document.HTML, Containers: []document.Container{{Parent: -1}}}
	add := func(b document.Block) { d.Blocks = append(d.Blocks, b) }
	for i, t := range s.tables {
		add(document.Block{Text: fmt.Sprintf("%s、%s", chinese[(i+1)%6], t.title)})
		add(document.Block{Kind: document.TableBlock, Table: t.grid()})
	}
	add(document.Block{Text: "五、存在的主要问题及改进情况"})
	add(document.Block{Text: "本单位将在 2 个月内补上 3 个短板。"})
	return d
}

var chinese = []string{"一", "二", "三", "四", "五", "六"}

// flattening writes a table as lines of text.
type flattening struct {
	name string
	// lossy flattenings drop cells: only wrong values are errors.
	lossy bool
	// page is set when every line is a paragraph of a page.
	page  bool
	write func(t *sheetTable, r *rand.Rand) []string
}

// asText is the report as plain text with its tables flattened.
func (s *sheet) asText(f flattening, r *rand.Rand) *document.Document {
	lines := []string{"一、总体情况", "", "全年办结 12 件，其中 3 件延期。", ""}
	for i, t := range s.tables {
		lines = append(lines, fmt.Sprintf("%s、%s", chinese[(i+1)%6], t.title), "")
		lines = append(lines, f.write(t, r)...)
		lines = append(lines, "")
	}
	lines = append(lines, "五、存在的主要问题及改进情况", "下一步将补上短板。")
	return textDocument(lines, f.page)
}

// textDocument makes the document that reading these lines gives; page leaves the
// lines out, as for a page of paragraphs.
func textDocument(lines []string, page bool) *document.Document {
	d := &document.Document{Format: document.Text, Containers: []document.Container{{Parent: -1}}}
	if page {
		d.Format = document.HTML
	} else {
		d.Lines = append(lines, "")
	}
	for i, line := range lines {
		if text := squeeze(line); text != "" {
			d.Blocks = append(d.Blocks, document.Block{Text: text, Line: i})
		}
	}
	return d
}

// cellsOf lists the texts of each row; spans of rows leave nothing behind.
func (t *sheetTable) cellsOf() [][]string {
	var rows [][]string
	for _, row := range t.rows {
		var texts []string
		for _, c := range row {
			texts = append(texts, c.text)
		}
		rows = append(rows, texts)
	}
	return rows
}

// padded lists the texts of each row with blank cells for what spans leave.
func (t *sheetTable) padded() [][]string {
	cells, width := t.layOut()
	rows := make([][]string, len(t.rows))
	for y := range rows {
		rows[y] = make([]string, width)
	}
	for _, c := range cells {
		rows[c.row][c.col] = c.text
	}
	return rows
}

// unspanned lists the texts of each row, a blank one for what a span of rows
// leaves in the rows below.
func (t *sheetTable) unspanned() [][]string {
	cells, width := t.layOut()
	rows := make([][]string, len(t.rows))
	for y := range rows {
		at := make([]*placedCell, width)
		for i := range cells {
			if c := &cells[i]; c.row <= y && y < c.row+c.rows {
				at[c.col] = c
			}
		}
		for _, c := range at {
			switch {
			case c == nil:
			case c.row == y:
				rows[y] = append(rows[y], c.text)
			default:
				rows[y] = append(rows[y], "")
			}
		}
	}
	return rows
}

func flattenings() []flattening {
	perCell := func(sep []string, change func(string, *rand.Rand) []string) func(*sheetTable, *rand.Rand) []string {
		return func(t *sheetTable, r *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				for _, text := range row {
					lines = append(append(lines, change(text, r)...), sep...)
				}
			}
			return lines
		}
	}
	plain := func(text string, _ *rand.Rand) []string { return []string{text} }
	return []flattening{
		{name: "cells", write: perCell([]string{""}, plain)},
		{name: "padded cells", write: perCell([]string{"\u00a0", "\u00a0", ""}, plain)},
		{name: "cells and bars", write: perCell([]string{"|"}, plain)},
		{name: "paragraphs", page: true, write: perCell(nil, plain)},
		{name: "broken labels", write: perCell(nil, breakLabel)},
		{name: "spaced labels", write: perCell([]string{""}, func(text string, r *rand.Rand) []string {
			if runes := []rune(text); len(runes) > 3 && !isCellNumber(text) && !isFurniture(text) {
				i := 1 + r.IntN(len(runes)-1)
				return []string{string(runes[:i]) + "　" + string(runes[i:])}
			}
			return []string{text}
		})},
		{name: "bars", write: func(t *sheetTable, _ *rand.Rand) []string {
			_, width := t.layOut()
			var lines []string
			for _, row := range t.cellsOf() {
				for i, text := range row {
					line := text + " |"
					if i == len(row)-1 {
						line += " " + strings.Repeat("|", width-len(row))
					}
					lines = append(lines, line)
				}
			}
			return lines
		}},
		{name: "tabbed", write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.unspanned() {
				for _, text := range row {
					lines = append(lines, "\t"+text)
				}
				lines = append(lines, "")
			}
			return lines
		}},
		{name: "markdown", write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for i, row := range t.padded() {
				lines = append(lines, "| "+strings.Join(row, " | ")+" |")
				if i == 0 {
					lines = append(lines, "|"+strings.Repeat("---|", len(row)))
				}
			}
			return lines
		}},
		{name: "tab separated", write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.padded() {
				lines = append(lines, strings.Join(row, "\t"))
			}
			return lines
		}},
		{name: "columns by spaces", write: func(t *sheetTable, r *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				line := ""
				for _, text := range row {
					line += text + strings.Repeat(" ", 2+r.IntN(6))
				}
				lines = append(lines, strings.Repeat(" ", r.IntN(4))+line, "")
			}
			return lines
		}},
		{name: "single spaces", write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				lines = append(lines, strings.Join(row, " "))
			}
			return lines
		}},
		{name: "numbers against labels", write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				line := ""
				for i, text := range row {
					if i > 0 && (isCellNumber(row[i-1]) || !isCellNumber(text) || t.key == annexTable) {
						line += " "
					}
					line += text
				}
				lines = append(lines, line)
			}
			return lines
		}},
		{name: "wrapped labels", lossy: true, write: wrapped(false)},
		{name: "wrapped labels with groups at the side", lossy: true, write: wrapped(true)},
		{name: "labels apart from their rows", lossy: true, write: func(t *sheetTable, r *rand.Rand) []string {
			var lines, apart []string
			for _, row := range t.cellsOf() {
				values := 0
				for values < len(row) && isCellNumber(row[len(row)-1-values]) {
					values++
				}
				labels := row[:len(row)-values]
				if values == 0 || len(labels) == 0 || len([]rune(labels[len(labels)-1])) < 11 {
					lines = append(lines, "| "+strings.Join(row, " | ")+" |")
				} else {
					lines = append(lines, "| "+strings.Join(row[len(row)-values:], " | ")+" |")
					apart = append(apart, wrap(labels[len(labels)-1], 10)...)
				}
				if r.IntN(4) == 0 {
					lines = append(lines, apart...)
					apart = nil
				}
			}
			return append(lines, apart...)
		}},
		{name: "short cells lost", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				for _, text := range row {
					if len([]rune(text)) > 4 {
						lines = append(lines, text, "")
					}
				}
			}
			return lines
		}},
		{name: "zeros lost", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				for _, text := range row {
					if text != "0" && text != "" {
						lines = append(lines, text, "")
					}
				}
			}
			return lines
		}},
		{name: "repeated lines lost", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			last := ""
			for _, row := range t.cellsOf() {
				for _, text := range row {
					if text != last {
						lines = append(lines, text)
					}
					last = text
				}
			}
			return lines
		}},
		{name: "all repeated lines lost", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			seen := make(map[string]bool)
			for _, row := range t.cellsOf() {
				for _, text := range row {
					if !seen[text] {
						lines = append(lines, text)
					}
					seen[text] = true
				}
			}
			return lines
		}},
		{name: "any cells lost", lossy: true, write: func(t *sheetTable, r *rand.Rand) []string {
			var lines []string
			rate := []int{200, 40, 8}[r.IntN(3)]
			for _, row := range t.cellsOf() {
				for _, text := range row {
					if r.IntN(rate) > 0 {
						lines = append(lines, text, "")
					}
				}
			}
			return lines
		}},
		{name: "zeros lost in lines", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			var lines []string
			for _, row := range t.cellsOf() {
				var kept []string
				for _, text := range row {
					if text != "0" && text != "" {
						kept = append(kept, text)
					}
				}
				lines = append(lines, strings.Join(kept, "   "))
			}
			return lines
		}},
		{name: "zeros lost between bars", lossy: true, write: func(t *sheetTable, _ *rand.Rand) []string {
			_, width := t.layOut()
			var lines []string
			for _, row := range t.cellsOf() {
				var kept []string
				for _, text := range row {
					if text != "0" && text != "" {
						kept = append(kept, text)
					}
				}
				for len(kept) < width {
					kept = append(kept, "")
				}
				lines = append(lines, "| "+strings.Join(kept, " | ")+" |")
			}
			return lines
		}},
	}
}

func breakLabel(text string, r *rand.Rand) []string {
	runes := []rune(text)
	if len(runes) < 4 || isCellNumber(text) || isFurniture(text) {
		return []string{text}
	}
	i := 2 + r.IntN(len(runes)-2) // not between a number and its point
	return []string{string(runes[:i]), string(runes[i:])}
}

func wrap(text string, width int) []string {
	var lines []string
	for runes := []rune(text); len(runes) > 0; {
		n := min(width, len(runes))
		lines = append(lines, string(runes[:n]))
		runes = runes[n:]
	}
	return lines
}

// wrapped writes rows as the text of a PDF gives them: a long label takes several
// lines, and the numbers stand beside one of them; groups, if wanted, stand one
// piece a line at the side.
func wrapped(groups bool) func(*sheetTable, *rand.Rand) []string {
	return func(t *sheetTable, r *rand.Rand) []string {
		var lines, side []string
		add := func(line string) {
			if len(side) > 0 {
				line = side[0] + "     " + line
				side = side[1:]
			}
			lines = append(lines, line)
		}
		for _, row := range t.cellsOf() {
			values := 0
			for values < len(row) && isCellNumber(row[len(row)-1-values]) {
				values++
			}
			labels := row[:len(row)-values]
			if values == 0 || len(labels) == 0 {
				add(strings.Join(row, "    "))
				continue
			}
			if groups && len(labels) > 1 {
				for _, l := range labels[:len(labels)-1] {
					side = append(side, wrap(l, 1+r.IntN(2))...)
				}
				labels = labels[len(labels)-1:]
			}
			pieces := wrap(strings.Join(labels, "  "), 11)
			at := r.IntN(max(1, len(pieces)))
			for i, p := range pieces {
				if i == at {
					p += "     " + strings.Join(row[len(row)-values:], "   ")
				}
				add(p)
			}
		}
		return lines
	}
}
