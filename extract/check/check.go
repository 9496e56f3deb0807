// Package check evaluates the accounting relations (勾稽关系) of the forms on the
// figures of a report. Relations are data (data/relations.yaml); a relation is
// evaluated only when every operand is a known number: a blank cell is never
// read as 0, and an approximate number is compared with nothing.
//
// A failed relation says which cell or row most likely carries the error, when
// the other relations tell, and whether the publisher printed it so or our
// reading is in doubt. Nothing is repaired.
//
// [Evaluate] looks at one report. [Across] looks at several: the years of one
// organ, an aggregate and what it adds up, reports that look copied
// (data/across.yaml).
package check

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// Evaluate gives one finding for every relation that the forms in t have and,
// for relations repeated over rows or columns, for each of them, in a fixed
// order. figures may hold several origins. Relations between prose and tables
// give a finding when the prose has the figure. The lists of operands are shared
// between findings: don't change them.
func Evaluate(t report.Templates, figures []report.Figure) []report.Finding {
	e := newEvaluation(t, figures)
	e.findings = make([]report.Finding, 0, 2*len(relations()))
	for i := range relations() {
		if form, ok := relations()[i].form(t); ok {
			e.evaluate(planOf(i, form))
		}
	}
	e.locate()
	e.judge()
	return e.findings
}

// evaluation is the figures of one report and what was found on them.
type evaluation struct {
	templates report.Templates
	// cells are the numbers of the tables that are known exactly, prose those of
	// sentences.
	cells map[operand]amount
	prose map[string][]decimal.Decimal
	// said are the metrics that the prose has, with or without an exact number.
	said map[string]bool
	// lost are the tables with cells that were not recovered.
	lost     map[string]bool
	columns  map[report.Applicant]bool
	findings []report.Finding
}

// amount is the number of a cell with the unit it counts.
type amount struct {
	number decimal.Decimal
	unit   string
}

func newEvaluation(t report.Templates, figures []report.Figure) *evaluation {
	e := &evaluation{
		templates: t,
		cells:     make(map[operand]amount, len(figures)), prose: make(map[string][]decimal.Decimal),
		said: make(map[string]bool),
		lost: make(map[string]bool), columns: make(map[report.Applicant]bool),
	}
	for i := range figures {
		f := &figures[i]
		if f.Metric == report.MetricLocalRow {
			continue
		}
		text := f.Origin == report.OriginText
		o := operand{f.Metric, f.Applicant}
		switch {
		case text:
			e.said[f.Metric] = true
		case f.State == report.StateNotRecovered:
			if m, ok := report.LookupMetric(f.Metric); ok {
				e.lost[m.Table] = true
			}
		}
		e.columns[f.Applicant] = true
		n, ok := numberOf(f)
		if !ok {
			continue
		}
		if text {
			if !slices.ContainsFunc(e.prose[f.Metric], n.Equal) {
				e.prose[f.Metric] = append(e.prose[f.Metric], n)
			}
		} else if _, ok := e.cells[o]; !ok {
			e.cells[o] = amount{n, f.Unit}
		}
	}
	return e
}

// numberOf gives the number of a figure, if it is known exactly.
func numberOf(f *report.Figure) (decimal.Decimal, bool) {
	switch f.State {
	case report.StateZero:
		return decimal.Zero, true
	case report.StateOK:
		n, err := decimal.NewFromString(f.Value)
		return n, err == nil
	}
	return decimal.Zero, false
}

func (e *evaluation) value(o operand) (decimal.Decimal, bool) {
	if c, ok := e.cells[o]; ok {
		return c.number, true
	}
	if list := e.prose[o.metric]; o.applicant == "" && len(list) > 0 {
		return list[0], true
	}
	return decimal.Zero, false
}

// total adds operands up; ok is false when one of them is not known.
func (e *evaluation) total(list []operand) (sum decimal.Decimal, ok bool) {
	for _, o := range list {
		n, ok := e.value(o)
		if !ok {
			return decimal.Zero, false
		}
		switch {
		case n.IsZero(): // as most cells are; adding makes a new number
		case sum.IsZero():
			sum = n
		default:
			sum = sum.Add(n)
		}
	}
	return sum, true
}

// evaluate adds the findings of one relation.
func (e *evaluation) evaluate(p *plan) {
	switch {
	case p.Domain:
		e.domain(p)
	case p.Unit != "":
		e.unit(p)
	case p.Zero != "":
		e.zero(p)
	case p.Text != "":
		e.text(p)
	case p.Only != "" && !e.columns[p.Only]:
	default:
		for _, c := range p.instances {
			e.compare(p, c)
		}
	}
}

// compare adds the finding of a comparison of two sums.
func (e *evaluation) compare(p *plan, c instance) {
	if p.Present > 0 {
		left := slices.DeleteFunc(slices.Clone(c.left), func(o operand) bool { _, ok := e.value(o); return !ok })
		if len(left) < p.Present || !e.said[c.right[0].metric] {
			return
		}
		c.left, c.operands = left, names(left, c.right)
	}
	f := p.finding(c.at)
	f.Operands = c.operands
	left, ok := e.total(c.left)
	right, known := e.total(c.right)
	if ok && known {
		f.Expected, f.Got, f.Verdict = left.String(), right.String(), verdict(p.holds(left, right))
	}
	e.findings = append(e.findings, f)
}

func (r *relation) finding(at string) report.Finding {
	return report.Finding{Rule: r.Rule, Severity: r.Severity, Verdict: report.NotEvaluated, At: at}
}

func (r *relation) holds(left, right decimal.Decimal) bool {
	switch {
	case len(r.Least) > 0:
		return left.GreaterThanOrEqual(right)
	case len(r.Most) > 0:
		return left.LessThanOrEqual(right)
	}
	return left.Equal(right)
}

func verdict(holds bool) report.Verdict {
	if holds {
		return report.Pass
	}
	return report.Fail
}

// domain checks every known number of a table: one finding for the table when
// all are possible, else one for each that is not.
func (e *evaluation) domain(p *plan) {
	table := p.finding(p.Table)
	for _, o := range p.cells {
		c, ok := e.cells[o]
		if !ok {
			continue
		}
		n := c.number
		if table.Verdict == report.NotEvaluated {
			table.Verdict = report.Pass
		}
		if n.IsNegative() && !p.signed[o.metric] || !n.IsInteger() && !p.decimal[o.metric] {
			table.Verdict = report.Fail
			f := p.finding(o.String())
			f.Verdict, f.Got, f.Operands = report.Fail, n.String(), []string{o.String()}
			f.Suspect = &report.Suspect{Metric: o.metric, Applicant: o.applicant}
			e.findings = append(e.findings, f)
		}
	}
	if table.Verdict != report.Fail {
		e.findings = append(e.findings, table)
	}
}

// unit checks that an amount says what it counts.
func (e *evaluation) unit(p *plan) {
	for _, o := range p.cells {
		f := p.finding(o.String())
		f.Operands = []string{o.String()}
		if c, ok := e.cells[o]; ok {
			f.Got, f.Verdict = c.number.String(), verdict(c.number.IsZero() || c.unit != "")
			if f.Verdict == report.Fail {
				f.Note = "unit_unknown"
			}
		}
		e.findings = append(e.findings, f)
	}
}

// zero checks that what the prose says never happened is 0 in the table.
func (e *evaluation) zero(p *plan) {
	if !slices.ContainsFunc(e.prose[p.Zero], decimal.Decimal.IsZero) {
		return
	}
	f := p.finding(p.Zero)
	f.Operands = append([]string{p.Zero}, names(p.cells)...)
	if n, ok := e.total(p.cells); ok {
		f.Expected, f.Got, f.Verdict = "0", n.String(), verdict(n.IsZero())
	}
	e.findings = append(e.findings, f)
}

// text compares a figure of the prose with the table. When the prose has it more
// than once, one that agrees is enough: the others may count something else.
func (e *evaluation) text(p *plan) {
	if !e.said[p.Text] || len(p.alternatives) == 0 {
		return
	}
	f := p.finding(p.Text)
	f.Operands = p.alternatives[0].operands
	printed := e.prose[p.Text]
	for _, a := range p.alternatives {
		sum, ok := e.total(a.terms)
		if !ok || len(printed) == 0 {
			continue
		}
		agrees := slices.ContainsFunc(printed, sum.Equal)
		if f.Verdict == report.NotEvaluated || agrees {
			f.Operands, f.Expected, f.Got, f.Verdict = a.operands, sum.String(), printed[0].String(), verdict(agrees)
		}
		if agrees {
			f.Got = sum.String()
			if len(p.alternatives) > 1 {
				f.Note = a.name
			}
			break
		}
	}
	if f.Verdict == report.Fail && len(printed) > 1 {
		also := make([]string, len(printed)-1)
		for i, n := range printed[1:] {
			also[i] = n.String()
		}
		f.Note = "also printed: " + strings.Join(also, ", ")
	}
	e.findings = append(e.findings, f)
}
