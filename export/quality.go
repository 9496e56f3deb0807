package export

import (
	"strings"

	"gongkai/corpus"
	"gongkai/report"
)

// The qualities of a figure.
const (
	qualityOK        = "ok"
	qualitySuspect   = "suspect"
	qualityUnchecked = "unchecked"
)

// rulingFlag is the flag of a figure that a person looked at.
func rulingFlag(r corpus.Ruling) string { return "decided_" + string(r) }

// rulings are the flags of figures that people looked at, with what they mean.
var rulings = []Category{
	{rulingFlag(corpus.RuledRight), "somebody compared the figure with the page: it is what is printed"},
	{rulingFlag(corpus.RuledWrong), "somebody compared the figure with the page: something else is printed there"},
	{rulingFlag(corpus.RuledUnreadable), "somebody looked: nobody can tell from the page"},
}

// judge tells for each figure of a report whether the hard relations through it
// hold. Most reports have the same figures and relations as the one before, so that
// which relation reads which figure need not be found out for each.
type judge struct {
	r *report.Report

	// The shape of the report before: the names of its figures, of the operands of its
	// findings one after the other, and by number which are the same.
	figures  []cell
	operands []string
	figureAt []int // number of the name of a figure
	nameAt   []int // number of the name of an operand, -1 where there is no such figure

	worst []byte // of each name: what its relations give
	// whole tells that the numbers of the table 主动公开政府信息情况, in which there
	// is no arithmetic, were looked at one by one: whole and not negative.
	whole bool
}

// What the relations through a name give, the worst of all counts.
const (
	unjudged byte = iota
	holds
	fails
)

// domainRule ends the ids of the relations that look at each number of a table;
// they are evaluated at the table, or at a number that fails.
const domainRule = ".DOM"

// read makes the following questions be about the report of an entry.
func (j *judge) read(e *Entry) {
	r := e.Report
	if j.r == r {
		return
	}
	j.r, j.whole = r, false
	if !j.sameShape() {
		j.shape()
	}
	clear(j.worst)
	n := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		from := n
		n += len(f.Operands)
		if f.Severity != report.Hard || f.Verdict == report.NotEvaluated {
			continue
		}
		if strings.HasSuffix(f.Rule, domainRule) && tableOf(f.At) == report.SectionDisclosure {
			j.whole = true
		}
		verdict := holds
		if f.Verdict == report.Fail {
			verdict = fails
		}
		for _, name := range j.nameAt[from:n] {
			if name >= 0 {
				j.worst[name] = max(j.worst[name], verdict)
			}
		}
	}
}

// sameShape tells whether the report has the figures and relations of the one
// before it.
func (j *judge) sameShape() bool {
	if len(j.r.Figures) != len(j.figures) {
		return false
	}
	for i := range j.figures {
		if f := &j.r.Figures[i]; j.figures[i] != (cell{f.Metric, f.Applicant}) {
			return false
		}
	}
	n := 0
	for i := range j.r.Findings {
		for _, o := range j.r.Findings[i].Operands {
			if n == len(j.operands) || j.operands[n] != o {
				return false
			}
			n++
		}
	}
	return n == len(j.operands)
}

// shape finds out which relation reads which figure.
func (j *judge) shape() {
	j.figures, j.figureAt, j.operands, j.nameAt = j.figures[:0], j.figureAt[:0], j.operands[:0], j.nameAt[:0]
	numbers := make(map[string]int, len(j.r.Figures))
	for i := range j.r.Figures {
		f := &j.r.Figures[i]
		name := operand(f.Metric, f.Applicant)
		n, known := numbers[name]
		if !known {
			n = len(numbers)
			numbers[name] = n
		}
		j.figures = append(j.figures, cell{f.Metric, f.Applicant})
		j.figureAt = append(j.figureAt, n)
	}
	for i := range j.r.Findings {
		for _, o := range j.r.Findings[i].Operands {
			n, known := numbers[o]
			if !known {
				n = -1
			}
			j.operands, j.nameAt = append(j.operands, o), append(j.nameAt, n)
		}
	}
	j.worst = make([]byte, len(numbers))
}

// quality is that of the figure at a place of the report.
func (j *judge) quality(i int) string {
	f := &j.r.Figures[i]
	if f.Origin == report.OriginText {
		return qualityUnchecked
	}
	switch j.worst[j.figureAt[i]] {
	case fails:
		return qualitySuspect
	case holds:
		return qualityOK
	}
	if j.whole && f.State.HasValue() && f.State != report.StateApproximate && tableOf(f.Metric) == report.SectionDisclosure {
		return qualityOK
	}
	return qualityUnchecked
}
