package template

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gongkai/extract/document"
	"gongkai/report"
)

// Align reads the blocks [from, to) of doc. known tells which blocks begin a
// section of the report (block index → section key); it ends tables and says
// where an absent table should have stood, and may be nil or wrong about the
// rest.
//
// The cells of every table of a form that was found are figures, in the order of
// the form. When only some of the three tables of a form of 2019 or 2021 were
// found, the cells of the others are not_recovered, located at the heading under
// which they should stand, or else at the end of the table before.
func Align(doc *document.Document, from, to int, sections map[int]string) (*Alignment, error) {
	if from < 0 || to > len(doc.Blocks) || from > to {
		return nil, fmt.Errorf("align: blocks %d to %d of a document with %d", from, to, len(doc.Blocks))
	}
	s := newScanner()
	s.scan(readRows(doc, from, to, sections))
	a := &aligner{scanner: s, out: &Alignment{Trace: s.trace}, end: report.Locator{Block: from}}
	a.align()
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
	for _, key := range reportTables {
		if f, ok := forms[key]; ok && f == nil {
			if forms[key] = mainForm(forms); forms[key] == nil {
				forms[key] = newestWith(key)
				a.note("form_undecided:" + key)
			}
		}
	}
	absent := mainForm(forms)
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

// mainForm is the form of the report's tables, by the one that tells most.
func mainForm(forms map[string]*Form) *Form {
	return cmp.Or(forms[report.SectionRequests], forms[report.SectionDisclosure], forms[report.SectionReviewLitigation])
}

func newestWith(key string) *Form {
	var newest *Form
	for _, f := range Forms() {
		if f.Table(key) != nil && (newest == nil || f.Name > newest.Name) {
			newest = f
		}
	}
	return newest
}

func compareLocators(a, b report.Locator) int {
	at := func(p *int) int {
		if p == nil {
			return -1
		}
		return *p
	}
	return cmp.Or(a.Block-b.Block, at(a.Row)-at(b.Row), at(a.Col)-at(b.Col), at(a.Start)-at(b.Start))
}

// of lists the entries of a table.
func (a *aligner) of(table string) []*entry { return a.tables[table] }

// sort sorts the entries by table and leaves out those of a table that stood
// before.
func (a *aligner) sort() {
	a.tables = make(map[string][]*entry)
	for _, e := range a.entries {
		a.tables[e.table] = append(a.tables[e.table], e)
	}
	for table, entries := range a.tables {
		n := secondTable(entries, newestWith(table).Table(table).oneRow())
		if n < len(entries) {
			a.note("repeated_table:" + table)
		}
		a.tables[table] = entries[:n]
	}
}

// secondTable is the index of the entry with which the same table begins again:
// after another heading of its own, or without one, rows come again. The row of a
// table that has just one needs no label.
func secondTable(entries []*entry, oneRow bool) int {
	first := make(map[*term]*entry)
	again := -1 // the first row that came again under the same heading
	for i, e := range entries {
		var t *term
		switch {
		case !slices.ContainsFunc(e.values, piece.known):
			continue
		case len(e.matches) == 1 && e.matches[0].score == 1:
			t = e.matches[0].term
		case !oneRow:
			continue
		}
		before, ok := first[t]
		switch {
		case !ok:
			first[t] = e
		case oneRow && len(e.values) != len(before.values): // parts of the row
		case before.title != e.title:
			return slices.IndexFunc(entries, func(o *entry) bool { return o.title == e.title })
		case again >= 0:
			return again
		default:
			again = i
		}
	}
	return len(entries)
}

// found tells whether enough of a table was recognised to say that it stands
// there.
func (a *aligner) found(table string) bool {
	rows, full := make(map[string]bool), false
	for _, e := range a.of(table) {
		for _, m := range e.matches {
			if m.score == 1 {
				rows[m.term.key] = true
			}
		}
		full = full || len(e.values) == 15
	}
	columns := make(map[string]bool)
	groups := 0
	for _, h := range a.heads {
		if h.table != table {
			continue
		}
		groups += len(h.groups)
		for _, c := range h.columns {
			for _, m := range c.terms {
				columns[m.term.key] = true
			}
		}
	}
	switch table {
	case report.SectionDisclosure:
		return len(rows) > 1 || len(rows) == 1 && len(columns) > 0
	case report.SectionRequests:
		return len(rows) > 1 || len(rows) == 1 && len(columns) > 2
	case report.SectionReviewLitigation:
		return groups > 0 && (len(columns) > 2 || full)
	}
	return len(rows) > 4
}

// form tells which form a table follows, nil when that can't be told.
func (a *aligner) form(table string) *Form {
	var best *Form
	most, tie := -1, false
	for i, f := range Forms() {
		t := f.Table(table)
		if t == nil {
			continue
		}
		votes := 0
		for _, b := range t.Blocks {
			votes += a.votes(i, t, b)
		}
		switch {
		case votes > most:
			best, most, tie = f, votes, false
		case votes == most:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}

// votes counts what speaks for a block being that of form i: labels in the
// form's own wording, rows and columns that other forms lack, numbers of values.
func (a *aligner) votes(i int, t *Table, b *Block) int {
	votes := 0
	seen := make(map[*header]bool)
	var entries []*entry
	for _, e := range a.of(t.Key) {
		if b.core == "" || e.block == b.core {
			entries = append(entries, e)
		}
	}
	for n, e := range entries {
		for _, m := range e.matches {
			// A label that is a row in one form and a group in another says something
			// when it has values and the next row of the form follows.
			at, ok := b.row(m.term.key)
			if ok && a.isGroup(m) {
				ok = len(e.values) > 0 && n+1 < len(entries) && slices.ContainsFunc(entries[n+1].matches, func(next match) bool {
					after, ok := b.row(next.term.key)
					return ok && after > at
				})
			}
			if ok && m.score > 0.75 {
				votes++
				if m.forms&(1<<i) != 0 {
					votes++
				}
			}
		}
		if len(e.values) == len(b.official()) {
			votes++
		}
		if e.head == nil || seen[e.head] {
			continue
		}
		seen[e.head] = true
		for _, c := range e.head.columns {
			for _, m := range c.terms {
				if b.column(m.term.key) != nil && m.forms&(1<<i) != 0 {
					votes += 3
				}
			}
		}
	}
	return votes
}

// isGroup tells whether the label of a row is that of a group in another form.
func (a *aligner) isGroup(m match) bool {
	return slices.ContainsFunc(a.words.exact[m.text], func(o match) bool { return o.term.role == rowGroupRole })
}

// table adds the figures of a table that was found.
func (a *aligner) table(f *Form, t *Table) {
	entries := a.of(t.Key)
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
		x.circumstances.lossy = lossy
		a.block(t, x, blank)
	}
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

// ownForm gives the same block of another form when its own header is clearly
// that of the other: a table can be pieced together from two forms.
func (a *aligner) ownForm(f *Form, t *Table, b *Block) *Block {
	own := a.votes(slices.Index(Forms(), f), t, b)
	for i, other := range Forms() {
		o := other.Table(t.Key)
		if other == f || o == nil {
			continue
		}
		for _, ob := range o.Blocks {
			if b.Label != "" && ob.Label == b.Label && a.votes(i, o, ob) >= own+3 {
				a.note("mixed_forms:" + t.Key)
				return ob
			}
		}
	}
	return b
}

// isBlankForm tells whether no value at all is printed in a table whose shortest
// labels are all there: its cells are blank, not lost.
func (a *aligner) isBlankForm(table string, entries []*entry) bool {
	for _, e := range entries {
		if slices.ContainsFunc(e.values, func(p piece) bool { return !p.blank() }) {
			return false
		}
	}
	return a.shortest[table] == a.words.shortest[table]
}

// fit is a block with the lines that belong to it.
type fit struct {
	block         *Block
	lines         []*line
	layouts       map[*header]layout
	circumstances circumstances
}

func (a *aligner) fit(t *Table, b *Block, entries []*entry) *fit {
	x := &fit{block: b, lines: matchRows(entries, b)}
	x.layouts = a.layouts(t, b, x.lines)
	x.circumstances = survey(t, x.lines, x.layouts)
	return x
}

// block adds the figures of one block.
func (a *aligner) block(t *Table, x *fit, blank bool) {
	b, lines, layouts := x.block, x.lines, x.layouts
	placings := a.place(t, x)
	for at, row := range b.rows {
		cells := make(map[*Item]piece)
		var label *line
		heads := make(map[*Item]layout)
		for i, l := range lines {
			if l.at != at {
				continue
			}
			if label == nil {
				label = l
			}
			for it, p := range placings[i].cells {
				if _, ok := cells[it]; !ok {
					cells[it] = p
					heads[it] = layouts[l.head]
				}
			}
		}
		for _, column := range b.columns {
			p, ok := cells[column]
			switch {
			case ok:
				a.figure(t, b.cell(row, column), column, p, heads[column])
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
	a.leftovers(t, b, lines, layouts, placings)
}

// layouts gives the columns of each header of the block. A header that lost a
// label is still that of the form when its rows have a value for every column of
// the form.
func (a *aligner) layouts(t *Table, b *Block, lines []*line) map[*header]layout {
	layouts := make(map[*header]layout)
	for _, l := range lines {
		if _, ok := layouts[l.head]; ok {
			continue
		}
		lay := b.layout(l.head)
		if lay.partial && lay.spans != nil {
			full, same := 0, 0
			for _, o := range lines {
				if o.head == l.head {
					switch len(o.values) {
					case len(b.official()):
						full++
					case len(lay.order):
						same++
					}
				}
			}
			if full > same && b.inOrder(lay.order) {
				lay = layout{order: b.official(), texts: make([]string, len(b.official())), partial: true}
			}
		}
		layouts[l.head] = settle(t, b, lay, l.head, lines)
	}
	return layouts
}

// settle lets the sums of the rows decide about a header that has the total in
// another place than the form, or that lacks labels: one that lost a cell moves
// the others. When the rows don't tell, no column is known.
func settle(t *Table, b *Block, lay layout, head *header, lines []*line) layout {
	if t.Total == "" {
		return lay
	}
	at := slices.Index(lay.order, b.column(t.Total))
	official := layout{order: b.official(), texts: make([]string, len(b.official()))}
	odd := at >= 0 && at < len(lay.order)-1 && len(lay.order) == len(official.order)
	if !odd && !lay.partial && len(lay.order) > 0 && head != nil {
		return lay
	}
	c := circumstances{table: t}
	here, there, broke := 0, 0, 0
	for _, l := range lines {
		if l.head != head || !slices.ContainsFunc(l.values, func(p piece) bool { return p.value.state == report.StateOK }) {
			continue
		}
		switch c.sum(lay, l.values) {
		case holds:
			here++
		case broken:
			broke++
		}
		if c.sum(official, l.values) == holds {
			there++
		}
	}
	switch {
	case odd && there > here:
		return official
	case odd && here <= there, broke > 1 && broke > here:
		return layout{order: []*Item{}}
	}
	return lay
}

// inOrder tells whether the columns stand in the order of the form.
func (b *Block) inOrder(order []*Item) bool {
	last := -1
	for _, it := range order {
		i := slices.Index(b.columns, it)
		if it == nil || i < last {
			return false
		}
		last = i
	}
	return true
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
		case l.displaced || l.at < 0 && l.label == "":
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

// figure adds a cell with what is printed in it.
func (a *aligner) figure(t *Table, c cell, column *Item, p piece, l layout) {
	f := report.Figure{Metric: c.metric.Name, Applicant: c.applicant, Origin: originOf(t)}
	head := ""
	if i := slices.Index(l.order, column); i >= 0 {
		head = l.texts[i]
	}
	a.fill(&f, p, c.metric.Kind, c.metric.Unit, moneyUnit(head), t)
	a.out.Figures = append(a.out.Figures, f)
}

func originOf(t *Table) report.Origin {
	if t.Key == annexTable {
		return report.OriginAnnex
	}
	return report.OriginTable
}

// fill gives a figure the state, value and unit of a piece. The unit is the one
// in the cell, of an amount the one in the header or above the table, or else
// the one that the form fixes.
func (a *aligner) fill(f *report.Figure, p piece, kind, fixed, head string, t *Table) {
	v := p.value
	if v.state == report.StateText && kind == "signed_count" {
		v = readValue(p.text, true)
	}
	v = v.in(kind)
	f.State, f.Raw, f.Locator = v.state, p.text, p.loc
	if v.known() {
		f.Value = v.number.String()
	}
	switch {
	case v.unit != "":
		f.Unit = v.unit
	case kind == "decimal" && head != "":
		f.Unit = head
	case kind == "decimal" && fixed == "":
		f.Unit = a.units[t.Key]
	default:
		f.Unit = fixed
	}
}

// lost adds a cell that is not there.
func (a *aligner) lost(t *Table, c cell, state report.State, at report.Locator) {
	a.out.Figures = append(a.out.Figures, report.Figure{
		Metric: c.metric.Name, Applicant: c.applicant, Origin: originOf(t), State: state, Unit: c.metric.Unit, Locator: at,
	})
}

// absent adds the cells of a table that is not there.
func (a *aligner) absent(t *Table) {
	at, ok := a.begins[t.Key]
	if !ok {
		at = a.end
	}
	for _, b := range t.Blocks {
		for _, row := range b.rows {
			for _, column := range b.official() {
				a.lost(t, b.cell(row, column), report.StateNotRecovered, at)
			}
		}
	}
}

// leftovers adds local rows and columns, and the numbers without a cell.
func (a *aligner) leftovers(t *Table, b *Block, lines []*line, layouts map[*header]layout, placings []placing) {
	for i, l := range lines {
		p := placings[i]
		row := l.label
		if l.at >= 0 {
			row = b.rows[l.at].Label
		}
		for _, c := range p.local {
			a.localFigure(t, strings.TrimPrefix(row+" / "+c.label, " / "), "", c.piece)
		}
		if l.at < 0 && !l.repeated {
			for _, column := range b.columns {
				if v, ok := p.cells[column]; ok {
					label, applicant := row, report.Applicant("")
					switch {
					case t.Applicant:
						applicant = report.Applicant(column.Key)
					case len(b.columns) > 1:
						label += " / " + column.Label
					}
					a.localFigure(t, label, applicant, v)
				}
			}
		}
		a.orphans(l.entry, p.spare)
	}
}

// orphans adds numbers that belong to no cell that can be known.
func (a *aligner) orphans(e *entry, values []piece) {
	for _, p := range numbers(values) {
		a.out.Orphans = append(a.out.Orphans, report.Orphan{Raw: p.text, Under: e.under, Locator: p.loc})
	}
}

func (a *aligner) localFigure(t *Table, label string, applicant report.Applicant, p piece) {
	f := report.Figure{Metric: report.MetricLocalRow, Applicant: applicant, Label: label, Origin: originOf(t)}
	a.fill(&f, p, "count", "", "", t)
	a.local = append(a.local, f)
}
