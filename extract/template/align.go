package template

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gongkai/extract/document"
	"gongkai/report"
)

// Align reads the blocks [from, to) of doc. sections tells which blocks begin a
// section of the report (block index → section key): a section ends a table, and
// tells where an absent one should have stood. It is a hint: headings of the forms
// are known here too, and a label of a table is never taken for a heading.
//
// The cells of every table of a form that was found are figures, in the order of
// the form. When only some of the three tables of a form of 2019 or 2021 were
// found, the cells of the others are not_recovered, located at the heading under
// which they should stand, or else at the end of the table before.
//
// A hostile table can take long: Align ends soon after ctx does, with its error.
func Align(ctx context.Context, doc *document.Document, from, to int, sections map[int]string) (*Alignment, error) {
	if from < 0 || to > len(doc.Blocks) || from > to {
		return nil, fmt.Errorf("align: blocks %d to %d of a document with %d", from, to, len(doc.Blocks))
	}
	s := newScanner(ctx)
	s.scan(s.readRows(doc, from, to, sections))
	a := &aligner{scanner: s, out: &Alignment{Trace: s.trace}, end: report.Locator{Block: from}}
	a.align()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return a.out, nil
}

// aligner turns what the scanner found into figures.
type aligner struct {
	*scanner
	out *Alignment
	// tables are the entries by table.
	tables map[string][]*entry
	// local are the figures of local rows and columns.
	local []report.Figure
	// lossy is set when a table lost values.
	lossy bool
	// end is where the last table ended.
	end report.Locator
}

// reportTables are the three tables of the forms of 2019 and 2021, in order.
var reportTables = []string{report.SectionDisclosure, report.SectionRequests, report.SectionReviewLitigation}

const annexTable = "annex"

func (a *aligner) align() {
	a.sort()
	forms := make(map[string]*Form)
	for _, key := range append(slices.Clone(reportTables), annexTable) {
		if a.found(key) {
			forms[key] = a.form(key)
		}
	}
	// A table that is the same in several forms is of the form of the others.
	absent := mainForm(forms)
	for _, key := range reportTables {
		if f, ok := forms[key]; ok && f == nil {
			if forms[key] = absent; absent == nil {
				forms[key] = newestWith(key)
				a.note("form_undecided:" + key)
			}
		}
	}
	if absent != nil {
		a.out.Figures = make([]report.Figure, 0, absent.size())
	}
	for _, key := range reportTables {
		switch {
		case forms[key] != nil:
			a.table(forms[key], forms[key].Table(key))
		case absent != nil && absent.Table(key) != nil:
			a.absent(absent.Table(key))
		}
	}
	if f := forms[annexTable]; f != nil {
		a.table(f, f.Table(annexTable))
	}
	name := func(key string) string {
		if f := forms[key]; f != nil {
			return f.Name
		}
		return ""
	}
	a.out.Templates = report.Templates{
		Disclosure: name(report.SectionDisclosure), Requests: name(report.SectionRequests),
		ReviewLitigation: name(report.SectionReviewLitigation), Annex: name(annexTable),
	}
	a.out.Figures = append(a.out.Figures, a.local...)
	if len(a.out.Figures) == 0 {
		a.out.Trace, a.out.Orphans = nil, nil
		return
	}
	for b := range a.blocks {
		a.out.Blocks = append(a.out.Blocks, b)
	}
	slices.Sort(a.out.Blocks)
	slices.SortStableFunc(a.out.Orphans, func(x, y report.Orphan) int { return compareLocators(x.Locator, y.Locator) })
	slices.Sort(a.out.Notes)
	a.out.Notes = slices.Compact(a.out.Notes)
}

func (a *aligner) note(s string) { a.out.Notes = append(a.out.Notes, s) }

func compareLocators(a, b report.Locator) int {
	at := func(p *int) int {
		if p == nil {
			return -1
		}
		return *p
	}
	return cmp.Or(a.Block-b.Block, at(a.Row)-at(b.Row), at(a.Col)-at(b.Col), at(a.Start)-at(b.Start))
}

// table adds the figures of a table that was found.
func (a *aligner) table(f *Form, t *Table) {
	entries := a.tables[t.Key]
	blank := a.isBlankForm(t.Key, entries)
	rest := slices.Clone(entries)
	var fits []*fit
	for _, b := range t.Blocks {
		var mine []*entry
		rest = slices.DeleteFunc(rest, func(e *entry) bool {
			if b.core == "" || e.block == b.core {
				mine = append(mine, e)
				return true
			}
			return false
		})
		fits = append(fits, a.fit(t, a.ownForm(f, t, b), mine))
	}
	lossy := slices.ContainsFunc(fits, func(x *fit) bool { return x.circumstances.lossy })
	for _, x := range fits {
		x.circumstances.lossy, x.circumstances.lossyBefore = lossy, a.lossy
		a.block(t, x, blank)
	}
	a.lossy = a.lossy || lossy
	for _, e := range rest {
		a.orphans(e, e.values)
	}
	if k := len(entries); k > 0 {
		last := entries[k-1]
		a.end = last.loc
		if n := len(last.values); n > 0 {
			a.end = last.values[n-1].loc
		}
		a.end = report.Locator{Block: a.end.Block, Page: a.end.Page}
	}
}

// fit is a block with the lines that belong to it.
type fit struct {
	block         *Block
	lines         []*line
	layouts       map[*header]layout
	circumstances circumstances
}

func (a *aligner) fit(t *Table, b *Block, entries []*entry) *fit {
	x := &fit{block: b, lines: matchRows(a.ctx, entries, b)}
	x.layouts = a.layouts(t, b, x.lines)
	for _, l := range x.lines {
		l.values = x.layouts[l.head].collapse(l.values)
		l.values = readThousands(t, l.entry, x.layouts[l.head])
	}
	x.circumstances = survey(t, x.lines, x.layouts)
	return x
}

// block adds the figures of one block.
func (a *aligner) block(t *Table, x *fit, blank bool) {
	b, lines, layouts := x.block, x.lines, x.layouts
	placings := a.place(t, x)
	cells := make([]*piece, len(b.columns)) // of a row, by column
	heads := make([]*layout, len(b.columns))
	for at, row := range b.rows {
		clear(cells)
		var label *line
		for i, l := range lines {
			if l.at != at {
				continue
			}
			if label == nil {
				label = l
			}
			if len(placings[i].cells) == 0 {
				continue
			}
			head := layouts[l.head]
			for _, c := range placings[i].cells {
				if k := c.column.index; cells[k] == nil {
					cells[k], heads[k] = c.piece, &head
				}
			}
		}
		for k, column := range b.columns {
			switch {
			case cells[k] != nil:
				a.figure(t, b.cell(row, column), column, cells[k], heads[k])
			case column.Local:
			case label == nil:
				a.lost(t, b.cell(row, column), report.StateNotRecovered, a.begins[t.Key])
			case blank && !label.cut:
				a.lost(t, b.cell(row, column), report.StateEmpty, label.loc)
			default:
				a.lost(t, b.cell(row, column), report.StateNotRecovered, label.loc)
			}
		}
	}
	a.leftovers(t, b, lines, placings)
}

// place assigns the values of every row.
func (a *aligner) place(t *Table, x *fit) []placing {
	b, lines, layouts, c := x.block, x.lines, x.layouts, x.circumstances
	placings := make([]placing, len(lines))
	for i, l := range lines {
		lay := layouts[l.head]
		var row *Item
		if l.at >= 0 {
			row = b.rows[l.at]
		}
		c.kind = func(column *Item) string {
			if row == nil {
				return "count"
			}
			return b.cell(row, column).metric.Kind
		}
		switch n := len(lay.order); {
		case l.repeated:
			if len(l.values) > 0 {
				a.note("repeated_rows:" + t.Key)
			}
		case l.unclear || l.displaced || l.at < 0 && l.label == "":
			placings[i].spare = numbers(l.values)
		case c.paired && isPair(l.values) && n > 2 && lay.order[n-1] != nil && lay.order[n-1].Key == t.Total:
			p := piece{loc: l.loc, value: value{state: report.StateEmpty}}
			values := slices.Repeat([]piece{p}, n)
			values[0], values[n-1] = l.values[0], l.values[1]
			placings[i] = placeInOrder(lay, values)
		default:
			c.followed = l.at < 0 || l.followed
			placings[i] = place(l.entry, lay, c)
		}
	}
	return placings
}
