package check

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// The rows of the table of requests that the relations of its columns name.
const (
	rowNew        = "requests.new"
	rowCarriedIn  = "requests.carried_in"
	rowHandled    = "requests.handled"
	rowCarriedOut = "requests.carried_out"
)

// locate names on the failed relations of the table of requests what most likely
// carries the error: the row of totals, when other numbers for it would satisfy
// everything, or the one cell through which exactly the failed relations run.
func (e *evaluation) locate() {
	g := newGrid(e.findings)
	if g == nil {
		return
	}
	if g.totalRow() {
		for _, i := range g.failed {
			f := &e.findings[i]
			if f.Rule == "T3.ROW" && f.At != rowHandled || f.Rule == "T3.SUB" {
				continue
			}
			f.Suspect = &report.Suspect{Metric: rowHandled}
		}
		return
	}
	explained := make(map[int]int)
	cells := g.cells(e)
	for _, x := range cells {
		for _, i := range x.findings {
			explained[i]++
		}
	}
	for _, x := range cells {
		for _, i := range x.findings {
			if explained[i] == 1 { // with two explanations neither is more likely
				e.findings[i].Suspect = &report.Suspect{Metric: x.cell.metric, Applicant: x.cell.applicant, Implied: x.implied.String()}
			}
		}
	}
}

// grid is the relations of the table of requests by row and column, as indices
// of findings.
type grid struct {
	findings []report.Finding
	rows     map[string]int           // T3.ROW
	columns  map[report.Applicant]int // T3.COL
	sums     map[report.Applicant]int // T3.SUM
	failed   []int
}

// newGrid collects the relations; nil when none failed.
func newGrid(findings []report.Finding) *grid {
	g := &grid{
		findings: findings, rows: make(map[string]int),
		columns: make(map[report.Applicant]int), sums: make(map[report.Applicant]int),
	}
	for i, f := range findings {
		switch f.Rule {
		case "T3.ROW":
			g.rows[f.At] = i
		case "T3.COL":
			g.columns[report.Applicant(f.At)] = i
		case "T3.SUM":
			g.sums[report.Applicant(f.At)] = i
		case "T3.SUB":
		default:
			continue
		}
		if f.Verdict == report.Fail {
			g.failed = append(g.failed, i)
		}
	}
	if len(g.failed) == 0 {
		return nil
	}
	return g
}

func (g *grid) verdict(i int) report.Verdict { return g.findings[i].Verdict }

// excess is how much the total of a relation is more than its parts.
func (g *grid) excess(i int) decimal.Decimal {
	f := g.findings[i]
	return decimal.RequireFromString(f.Got).Sub(decimal.RequireFromString(f.Expected))
}

// totalRow tells whether the row （七）总计 is wrong in several columns: both
// relations of the columns fail by as much, so that another number in that row
// would satisfy them, and no relation of a row fails but that of this one.
func (g *grid) totalRow() bool {
	columns := 0
	for _, a := range report.Applicants() {
		c, ok := g.columns[a]
		s, also := g.sums[a]
		if !ok || !also {
			return false
		}
		switch {
		case g.verdict(c) == report.Fail && g.verdict(s) == report.Fail && g.excess(c).Equal(g.excess(s)):
			columns++
		case g.verdict(c) == report.Fail || g.verdict(s) == report.Fail:
			return false
		}
	}
	for at, i := range g.rows {
		if at != rowHandled && g.verdict(i) == report.Fail {
			return false
		}
	}
	return columns > 1
}

// explanation is a cell that explains failed relations, and the number that
// would satisfy every relation through it.
type explanation struct {
	cell     operand
	implied  decimal.Decimal
	findings []int
}

// cells finds the cells of which another number would satisfy all relations
// through them, of which at least two are evaluated and all fail.
func (g *grid) cells(e *evaluation) []explanation {
	var list []explanation
	for _, m := range metrics(report.SectionRequests, e.templates.Requests) {
		for _, a := range report.Applicants() {
			o := operand{m.Name, a}
			n, ok := e.value(o)
			if !ok {
				continue
			}
			if x, ok := g.explain(o, n); ok {
				list = append(list, x)
			}
		}
	}
	return list
}

// explain tries one cell.
func (g *grid) explain(o operand, n decimal.Decimal) (explanation, bool) {
	x := explanation{cell: o}
	through := []int{}
	if i, ok := g.rows[o.metric]; ok {
		through = append(through, i)
	}
	if i, ok := g.columns[o.applicant]; ok && slices.Contains([]string{rowNew, rowCarriedIn, rowHandled, rowCarriedOut}, o.metric) {
		through = append(through, i)
	}
	if i, ok := g.sums[o.applicant]; ok && !slices.Contains([]string{rowNew, rowCarriedIn, rowCarriedOut}, o.metric) {
		through = append(through, i)
	}
	for _, i := range through {
		f := g.findings[i]
		if f.Verdict == report.NotEvaluated {
			continue
		}
		if f.Verdict == report.Pass {
			return x, false
		}
		implied := n.Add(g.excess(i)) // a part that is too small
		if g.isTotal(i, o) {
			implied = n.Sub(g.excess(i))
		}
		if len(x.findings) > 0 && !implied.Equal(x.implied) {
			return x, false
		}
		x.implied = implied
		x.findings = append(x.findings, i)
	}
	return x, len(x.findings) > 1 && !x.implied.IsNegative()
}

// isTotal tells whether a cell is on the side of the total in a relation.
func (g *grid) isTotal(i int, o operand) bool {
	switch g.findings[i].Rule {
	case "T3.ROW":
		return o.applicant == report.Total
	case "T3.SUM":
		return o.metric == rowHandled
	}
	return o.metric == rowHandled || o.metric == rowCarriedOut
}

// judge says of each failed relation whether the publisher printed it so. Our
// reading is in doubt when cells of the table were lost on the way to us, or
// when the numbers look as if they had moved by a column.
func (e *evaluation) judge() {
	moved := e.hasMoved()
	for i := range e.findings {
		f := &e.findings[i]
		if f.Verdict != report.Fail {
			continue
		}
		f.Doubt = report.DoubtPublisher
		table := tableOf(f.Operands)
		if moved && table == report.SectionRequests || e.lost[table] {
			f.Doubt = report.DoubtExtraction
		}
	}
}

// tableOf is the table that the operands of a finding stand in.
func tableOf(operands []string) string {
	table := ""
	for _, name := range operands {
		metric, _, _ := strings.Cut(name, "@")
		if m, ok := report.LookupMetric(metric); ok && m.Table != "text" {
			table = m.Table
		}
	}
	return table
}

// hasMoved tells whether three rows or more that don't add up would, if every
// number stood one column further right.
func (e *evaluation) hasMoved() bool {
	columns := report.Applicants()
	moved := 0
	for _, f := range e.findings {
		if f.Rule != "T3.ROW" || f.Verdict != report.Fail {
			continue
		}
		var sum, last decimal.Decimal
		for _, a := range columns[:len(columns)-1] {
			n, _ := e.value(operand{f.At, a})
			sum, last = sum.Add(last), n
		}
		if sum.Equal(last) && !last.IsZero() {
			moved++
		}
	}
	return moved > 2
}
