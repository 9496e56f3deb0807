package extract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/extract/template"
	"gongkai/report"
)

// Explanation tells how one document was read, stage by stage: what a maintainer
// of the extractor looks at. A document that is no report is explained as far as
// it was read.
type Explanation struct {
	Source  report.Source `json:"source"`
	Charset CharsetChoice `json:"charset"`
	// Blocks is the number of blocks of the document.
	Blocks int        `json:"blocks"`
	Body   BodyChoice `json:"body"`
	// Parts are the bodies that the page prints; Kept is the index of the one
	// that was read.
	Parts []Part `json:"parts,omitempty"`
	Kept  int    `json:"kept"`
	// Head is the evidence for title, organ, year, scope and date.
	Head     []report.Evidence `json:"head,omitempty"`
	Headings []Heading         `json:"headings,omitempty"`
	// Grids are the tables in the body as they were reconstructed.
	Grids []Grid `json:"grids,omitempty"`
	// Matches says which printed label was taken for which label of a form.
	Matches []template.Match `json:"matches,omitempty"`
	// Sentences are the figures that sentences seem to print, the dropped ones
	// with the reason.
	Sentences []Candidate `json:"sentences,omitempty"`
	// Unmatched are the labels in the tables of forms that no form knows: a typo, a
	// local row, a new wording. The most frequent come first.
	Unmatched []UnmatchedLabel `json:"unmatched,omitempty"`
	States    map[string]int   `json:"states,omitempty"` // cells of tables by state
	Orphans   []report.Orphan  `json:"orphans,omitempty"`
	Findings  []report.Finding `json:"findings,omitempty"`
	// Document is what was read, for showing it; nil when nothing could be.
	Document *document.Document `json:"-"`
	// Report is what Extract gives, nil when it gives an error.
	Report *report.Report `json:"-"`
	// Refused says why the document is no report.
	Refused *NotReportError `json:"refused,omitempty"`
}

// CharsetChoice says how bytes became characters.
type CharsetChoice struct {
	Name     string `json:"name"`
	Method   string `json:"method"`
	Declared string `json:"declared,omitempty"`
	Replaced int    `json:"replaced,omitempty"`
}

// BodyChoice says which blocks were taken for the report, and why.
type BodyChoice struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Why  string `json:"why"`
	// Furniture lists the blocks inside that are none of the report.
	Furniture []int `json:"furniture,omitempty"`
}

// Part is one of the bodies that a page prints.
type Part struct {
	From   int    `json:"from"`
	To     int    `json:"to"`
	Year   int    `json:"year,omitempty"`
	Organ  string `json:"organ,omitempty"`
	Weight int    `json:"weight"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Heading is a block that begins a section.
type Heading struct {
	Block int    `json:"block"`
	Key   string `json:"key"`
	Text  string `json:"text"`
}

// Grid is a table of the body, every position filled with the text of the cell
// that covers it. A row of more than a few hundred positions is cut.
type Grid struct {
	Block int        `json:"block"`
	Rows  [][]string `json:"rows"`
}

// UnmatchedLabel is a text in the tables of forms that matched no label.
type UnmatchedLabel struct {
	Printed string           `json:"printed"`
	Count   int              `json:"count"`
	At      []report.Locator `json:"at"`
}

// Explain reads one document as Extract does and tells how. Its error is
// Extract's, except for a document that is no report: that is explained.
func Explain(ctx context.Context, in Input, o Options) (*Explanation, error) {
	x, err := run(ctx, &in, o)
	var no *NotReportError
	if err != nil && !errors.As(err, &no) {
		return nil, err
	}
	e := &Explanation{Refused: no}
	if x == nil || x.doc == nil {
		return e, nil
	}
	e.Report, e.Blocks, e.Document = x.report, len(x.doc.Blocks), x.doc.Document
	cs := x.charset(&in)
	e.Charset = CharsetChoice{Name: cs.Name, Method: cs.Method, Declared: cs.Declared, Replaced: cs.Replaced}
	e.Source = source(&in, x.doc, cs)
	e.Body = BodyChoice{From: x.body.from, To: x.body.to, Why: x.body.why}
	for i, f := range x.body.furniture {
		if f && i >= x.body.from && i < x.body.to {
			e.Body.Furniture = append(e.Body.Furniture, i)
		}
	}
	for i, p := range x.parts {
		if p.from == x.kept.from {
			e.Kept = i
		}
		e.Parts = append(e.Parts, Part{From: p.from, To: p.to, Year: p.year, Organ: p.organ, Weight: p.weight, Hidden: p.hidden})
	}
	e.Head = x.head.evidence
	for _, h := range x.headings {
		e.Headings = append(e.Headings, Heading{Block: h.block, Key: h.key, Text: h.text})
	}
	for i := x.kept.from; i < x.kept.to; i++ {
		if t := x.doc.Blocks[i].Table; t != nil {
			e.Grids = append(e.Grids, gridOf(i, t))
		}
	}
	if x.align != nil {
		e.Matches, e.Orphans = x.align.Trace, x.align.Orphans
		e.States = make(map[string]int)
		for _, f := range x.align.Figures {
			e.States[string(f.State)]++
		}
	}
	e.Sentences = x.cands
	e.Unmatched = x.unmatched()
	if x.report != nil {
		e.Findings = x.report.Findings
	}
	return e, nil
}

// gridOf spells out a table.
func gridOf(block int, t *document.Table) Grid {
	const most = 256
	g := Grid{Block: block}
	for row := range min(t.Rows, most) {
		line := make([]string, 0, min(t.Cols, most))
		for col := range min(t.Cols, most) {
			text := ""
			if c := t.At(row, col); c != nil {
				text = c.Text
				if c.Row != row || c.Col != col {
					text = fmt.Sprintf("(%d,%d)", c.Row, c.Col) // covered from there
				}
			}
			line = append(line, text)
		}
		g.Rows = append(g.Rows, line)
	}
	return g
}

// formLabels are the labels of all levels of the forms, folded: those of blocks
// guide the alignment and match no metric.
var formLabels = sync.OnceValue(func() map[string]bool {
	labels := make(map[string]bool)
	for _, m := range report.Metrics() {
		for _, label := range m.Label {
			for level := range strings.SplitSeq(label, " / ") {
				labels[fold(level)] = true
			}
		}
	}
	return labels
})

// unmatched finds the texts in table blocks that neither a label nor a figure was
// read from.
func (x *extraction) unmatched() []UnmatchedLabel {
	if x.align == nil {
		return nil
	}
	type position struct{ block, row, col int }
	read := make(map[position]bool)
	spans := make(map[int]bool) // lines that something was read from
	matched := make(map[int]bool)
	take := func(l report.Locator) {
		matched[l.Block] = true
		if l.Row != nil && l.Col != nil {
			read[position{l.Block, *l.Row, *l.Col}] = true
		} else {
			spans[l.Block] = true
		}
	}
	for _, m := range x.align.Trace {
		take(m.Locator)
	}
	for _, f := range x.align.Figures {
		if f.Metric == report.MetricLocalRow || f.State != report.StateNotRecovered {
			take(f.Locator)
		}
	}
	labels := make(map[string]*UnmatchedLabel)
	var order []*UnmatchedLabel
	add := func(text string, at report.Locator) {
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || formLabels()[fold(text)] {
			return
		}
		u := labels[text]
		if u == nil {
			u = &UnmatchedLabel{Printed: text}
			labels[text] = u
			order = append(order, u)
		}
		u.Count++
		u.At = append(u.At, at)
	}
	for _, i := range x.align.Blocks {
		b := &x.doc.Blocks[i]
		switch {
		case b.Table == nil && !spans[i]:
			add(b.Text, report.AtText(i, 0, utf8.RuneCountInString(b.Text)))
		case b.Table != nil && matched[i]:
			for j := range b.Table.Cells {
				if c := &b.Table.Cells[j]; !read[position{i, c.Row, c.Col}] {
					add(c.Text, report.AtCell(i, c.Row, c.Col))
				}
			}
		}
	}
	slices.SortStableFunc(order, func(a, b *UnmatchedLabel) int { return cmp.Compare(b.Count, a.Count) })
	var out []UnmatchedLabel
	for _, u := range order {
		out = append(out, *u)
	}
	return out
}
