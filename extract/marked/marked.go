// Package marked shows a document with everything marked that was read from it: one
// page of HTML that needs nothing else, for who maintains the extractor or doubts a
// number.
//
// It promises that every figure of the report is marked where its locator leads, that
// nothing of the document is run, loaded or followed (text is text, whatever it
// contains), that it is readable on a phone, on paper and without scripts, of which
// it has none, and that the same explanation gives the same bytes.
package marked

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gongkai/extract"
	"gongkai/extract/document"
	"gongkai/report"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// maxRows is how many rows of one table are shown. The tables of the forms have at
// most some seventy.
const maxRows = 2000

// Write writes the page of one explanation.
func Write(w io.Writer, e *extract.Explanation) error {
	return pageTemplate.Execute(w, newPage(e))
}

// page is what the template shows.
type page struct {
	E      *extract.Explanation
	R      *report.Report // nil for what is no report
	Title  string
	Counts []count
	Failed []finding
	Open   []finding // not evaluated
	Passed int
	Lost   []mark // figures without a place of their own
	Groups []group
}

type count struct {
	State string
	N     int
	Means string
}

// finding is a relation with links to its cells.
type finding struct {
	report.Finding
	Cells []link
}

type link struct{ ID, Text string }

// group is a run of blocks of one kind: body, or what is not read and folded away.
type group struct {
	Folded string // why; empty for the body
	Blocks []block
}

// block is one block of the document.
type block struct {
	N       int
	Heading string // key of the section that it begins
	Pieces  []piece
	Picture string
	Rows    [][]cell
	Cut     int // rows that are not shown
}

// piece is a stretch of text, marked or not.
type piece struct {
	Text string
	Mark *mark
}

type cell struct {
	Text       string
	Rows, Cols int
	Class      string // label, orphan, odd
	Title      string
	Mark       *mark
}

// mark is what is said of one place in the document.
type mark struct {
	ID      string
	Class   string // state, and fail
	Metric  string
	Label   string
	For     string // applicant
	State   string
	Value   string
	Unit    string
	Raw     string
	Origin  string
	Place   string
	Fails   []string
	Holds   string
	Implied string
	Dropped string
	// More are other figures that the same words print.
	More []*mark
}

var stateMeans = []struct {
	state report.State
	means string
}{
	{report.StateOK, "a number"}, {report.StateZero, "printed zero"}, {report.StateApproximate, "a rounded number"},
	{report.StateEmpty, "blank cell"}, {report.StateDash, "a dash"}, {report.StateNotApplicable, "said not to apply"},
	{report.StateText, "words"}, {report.StateNotRecovered, "lost on the way"}, {report.StateAbsent, "the form has no such cell"},
}

type cellKey struct{ block, row, col int }

// builder gathers the marks of a document by place.
type builder struct {
	e     *extract.Explanation
	page  *page
	cells map[cellKey]*mark
	spans map[int][]span // by block
	kinds map[cellKey][2]string
	// matched are the blocks that hold labels of a form.
	matched map[int]bool
	ids     map[string]bool
	fails   map[string][]string // by operand
	holds   map[string][]string
	fix     map[string]string // the value with which relations would hold
	// suspects are the cells that findings name.
	suspects map[string]bool
}

type span struct {
	from, to int
	class    string
	title    string
	mark     *mark
}

func newPage(e *extract.Explanation) *page {
	b := &builder{
		e: e, page: &page{E: e, R: e.Report, Title: "no report"}, cells: map[cellKey]*mark{}, spans: map[int][]span{},
		kinds: map[cellKey][2]string{}, matched: map[int]bool{}, ids: map[string]bool{}, fails: map[string][]string{}, holds: map[string][]string{}, fix: map[string]string{}, suspects: map[string]bool{},
	}
	if e.Report != nil {
		b.page.Title = cmp.Or(e.Report.Title, strings.TrimSpace(e.Report.Organ.Name+" "+strconv.Itoa(e.Report.Year)))
		b.findings(e.Report)
		b.figures(e.Report)
		b.orphans(e.Report)
	}
	b.labels()
	b.document()
	return b.page
}

// operand names a cell as findings do.
func operand(metric string, a report.Applicant) string {
	if a == "" {
		return metric
	}
	return metric + "@" + string(a)
}

func anchor(operand string) string { return "c-" + strings.ReplaceAll(operand, "@", "-at-") }

func (b *builder) findings(r *report.Report) {
	for _, f := range r.Findings {
		name := strings.TrimSpace(f.Rule + " " + f.At)
		shown := finding{Finding: f}
		for _, o := range f.Operands {
			switch f.Verdict {
			case report.Pass:
				b.holds[o] = append(b.holds[o], f.Rule)
			case report.Fail:
				b.fails[o] = append(b.fails[o], fmt.Sprintf("%s: expected %s, got %s", name, f.Expected, f.Got))
			}
			shown.Cells = append(shown.Cells, link{anchor(o), o})
		}
		if s := f.Suspect; s != nil {
			o := operand(s.Metric, s.Applicant)
			b.suspects[o], b.fix[o] = true, s.Implied
		}
		switch f.Verdict {
		case report.Fail:
			b.page.Failed = append(b.page.Failed, shown)
		case report.NotEvaluated:
			b.page.Open = append(b.page.Open, shown)
		default:
			b.page.Passed++
		}
	}
}

func (b *builder) figures(r *report.Report) {
	counts := map[report.State]int{}
	for i := range r.Figures {
		f := &r.Figures[i]
		if f.Origin != report.OriginText {
			counts[f.State]++
		}
		m := b.mark(f)
		l := f.Locator
		switch {
		case f.State == report.StateNotRecovered || l.File > 0:
			b.page.Lost = append(b.page.Lost, *m)
		case l.Row != nil && l.Col != nil:
			b.cells[cellKey{l.Block, *l.Row, *l.Col}] = m
		case l.Start != nil && l.End != nil:
			b.spans[l.Block] = append(b.spans[l.Block], span{from: *l.Start, to: *l.End, mark: m})
		default:
			b.page.Lost = append(b.page.Lost, *m)
		}
	}
	for _, s := range stateMeans {
		if n := counts[s.state]; n > 0 {
			b.page.Counts = append(b.page.Counts, count{string(s.state), n, s.means})
		}
	}
	for _, c := range b.e.Sentences {
		if l := c.Figure.Locator; c.Dropped != "" && l.Start != nil && l.End != nil {
			m := b.mark(&c.Figure)
			m.Class, m.Dropped, m.ID = "dropped", c.Dropped, ""
			b.spans[l.Block] = append(b.spans[l.Block], span{from: *l.Start, to: *l.End, mark: m})
		}
	}
}

func (b *builder) mark(f *report.Figure) *mark {
	o := operand(f.Metric, f.Applicant)
	m := &mark{
		Class: string(f.State), Metric: f.Metric, For: string(f.Applicant), State: string(f.State), Value: f.Value, Unit: f.Unit,
		Raw: f.Raw, Origin: string(f.Origin), Label: f.Label, Place: place(f.Locator),
	}
	if d, ok := report.LookupMetric(f.Metric); ok {
		m.Label = strings.Join(d.Levels(), " / ")
	}
	if f.Metric != report.MetricLocalRow && !b.ids[o] {
		b.ids[o] = true
		m.ID = anchor(o)
		m.Fails, m.Implied = b.fails[o], b.fix[o]
		rules := slices.Clone(b.holds[o])
		slices.Sort(rules)
		m.Holds = strings.Join(slices.Compact(rules), " ")
	}
	switch {
	case b.suspects[o] && m.ID != "":
		m.Class += " suspect"
	case len(m.Fails) > 0:
		m.Class += " fail"
	}
	return m
}

// place writes a locator.
func place(l report.Locator) string {
	var s strings.Builder
	if l.File > 0 {
		fmt.Fprintf(&s, "file %d, ", l.File)
	}
	if l.Page > 0 {
		fmt.Fprintf(&s, "page %d, ", l.Page)
	}
	fmt.Fprintf(&s, "block %d", l.Block)
	switch {
	case l.Row != nil && l.Col != nil:
		fmt.Fprintf(&s, ", row %d, column %d", *l.Row, *l.Col)
	case l.Start != nil && l.End != nil:
		fmt.Fprintf(&s, ", characters %d to %d", *l.Start, *l.End)
	}
	return s.String()
}

func (b *builder) orphans(r *report.Report) {
	for _, o := range r.Orphans {
		b.tag(o.Locator, "orphan", "a number without a cell that could be known"+prefixed(", under ", o.Under))
	}
}

func (b *builder) labels() {
	for _, m := range b.e.Matches {
		b.matched[m.Locator.Block] = true
		title := fmt.Sprintf("label, score %.2f", m.Score)
		if m.Label != m.Printed {
			title += ": " + m.Label
		}
		b.tag(m.Locator, "label", title+prefixed(" → ", m.Metric))
	}
	for _, u := range b.e.Unmatched {
		for _, l := range u.At {
			b.tag(l, "odd", "no form has this label")
		}
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// tag gives a place a class, unless something was said of it already.
func (b *builder) tag(l report.Locator, class, title string) {
	if l.File > 0 {
		return
	}
	switch {
	case l.Row != nil && l.Col != nil:
		k := cellKey{l.Block, *l.Row, *l.Col}
		if _, ok := b.kinds[k]; !ok {
			b.kinds[k] = [2]string{class, title}
		}
	case l.Start != nil && l.End != nil:
		b.spans[l.Block] = append(b.spans[l.Block], span{from: *l.Start, to: *l.End, class: class, title: title})
	}
}

// document lays the blocks out, body and what was left aside.
func (b *builder) document() {
	d := b.e.Document
	if d == nil {
		return
	}
	aside := make([]string, len(d.Blocks))
	for i := range aside {
		if b.e.Body.To > 0 && (i < b.e.Body.From || i >= b.e.Body.To) {
			aside[i] = "outside of the body"
		}
	}
	for _, i := range b.e.Body.Furniture {
		aside[i] = "furniture of the page"
	}
	if r := b.e.Report; r != nil {
		for _, c := range r.Copies {
			for i := max(c.From, 0); i < min(c.To, len(aside)); i++ {
				aside[i] = fmt.Sprintf("copy of the body at block %d%s", c.Of, prefixed(", ", c.Note))
			}
		}
		if b.e.Kept < len(b.e.Parts) {
			for k, p := range b.e.Parts {
				for i := max(p.From, 0); i < min(p.To, len(aside)); i++ {
					if k != b.e.Kept && aside[i] == "" {
						aside[i] = "another body"
					}
				}
			}
		}
	}
	headings := map[int]string{}
	for _, h := range b.e.Headings {
		headings[h.Block] = h.Key
	}
	for i := range d.Blocks {
		if n := len(b.page.Groups); n == 0 || b.page.Groups[n-1].Folded != aside[i] {
			b.page.Groups = append(b.page.Groups, group{Folded: aside[i]})
		}
		g := &b.page.Groups[len(b.page.Groups)-1]
		shown := b.block(i, &d.Blocks[i])
		shown.Heading = headings[i]
		g.Blocks = append(g.Blocks, shown)
	}
}

func (b *builder) block(i int, from *document.Block) block {
	shown := block{N: i}
	switch {
	case from.Table != nil:
		shown.Rows = b.rows(i, from.Table)
		shown.Cut = max(0, from.Table.Rows-maxRows)
	case from.Kind == document.Image:
		shown.Picture = cmp.Or(from.Text, "picture") + prefixed(" ", from.Href)
	default:
		shown.Pieces = b.pieces(i, from.Text)
	}
	return shown
}

func (b *builder) rows(block int, t *document.Table) [][]cell {
	rows := make([][]cell, min(t.Rows, maxRows))
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row >= len(rows) {
			continue
		}
		k := cellKey{block, c.Row, c.Col}
		kind := b.kinds[k]
		shown := cell{Text: c.Text, Rows: min(c.RowSpan, len(rows)-c.Row), Cols: c.ColSpan, Class: kind[0], Title: kind[1], Mark: b.cells[k]}
		switch {
		case shown.Mark != nil:
			shown.Class = "figure " + shown.Mark.Class
		case shown.Class == "" && b.matched[block] && strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
			shown.Class, shown.Title = "label", "label of a part of the form"
		}
		rows[c.Row] = append(rows[c.Row], shown)
	}
	return rows
}

// pieces cuts a text at its marks. Where two overlap the one that begins first has
// the place, and of two that begin together a figure.
func (b *builder) pieces(block int, text string) []piece {
	spans := b.spans[block]
	if len(spans) == 0 {
		return []piece{{Text: text}}
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		first := func(s span) int {
			switch {
			case s.mark == nil:
				return 2
			case s.mark.Dropped != "":
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(first(a), first(b)))
	})
	runes := []rune(text)
	var out []piece
	at := 0
	for _, s := range spans {
		from, to := max(s.from, 0), min(s.to, len(runes))
		if from < at || from >= to {
			if n := len(out); n > 0 && s.mark != nil && out[n-1].Mark != nil && to == at && out[n-1].Mark.Metric != "" {
				out[n-1].Mark.More = append(out[n-1].Mark.More, s.mark)
			}
			continue
		}
		if from > at {
			out = append(out, piece{Text: string(runes[at:from])})
		}
		m := s.mark
		if m == nil {
			m = &mark{Class: s.class, Place: s.title}
		}
		out = append(out, piece{Text: string(runes[from:to]), Mark: m})
		at = to
	}
	if at < len(runes) {
		out = append(out, piece{Text: string(runes[at:])})
	}
	return out
}
