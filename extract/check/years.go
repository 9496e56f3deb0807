package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// dates evaluates M.YEAR: the year of a report by what its title, its period and
// its neighbours say, and whether it was published in time.
func (a *across) dates(m *Member, group []*Member, yield func(CrossFinding) bool) bool {
	if !a.wants("M.YEAR") || m.year == 0 {
		return true
	}
	f := CrossFinding{Rule: "M.YEAR", Severity: report.Soft, Organ: m.Organ, Year: m.year, Reports: []string{m.ID}}
	f.At, f.Verdict, f.Expected = "period", report.Pass, strconv.Itoa(m.year)
	f.Got = f.Expected
	for _, y := range m.years {
		if y.value != f.Expected {
			f.Verdict, f.Got, f.Note = report.Fail, y.value, "by "+y.from
			break
		}
	}
	f.doubt()
	if !yield(f) {
		return false
	}
	if !a.twice(m, group, f, yield) {
		return false
	}
	return a.published(m, f, yield)
}

// twice finds a second report of the year in one scope, beside a year that has
// none.
func (a *across) twice(m *Member, group []*Member, f CrossFinding, yield func(CrossFinding) bool) bool {
	var other *Member
	covered := make(map[int]bool)
	first, last := m.year, m.year
	for _, o := range group {
		if o.scope != m.scope || o.year == 0 {
			continue
		}
		covered[o.year] = true
		first, last = min(first, o.year), max(last, o.year)
		if o != m && o.year == m.year {
			other = o
		}
	}
	if other == nil {
		return true
	}
	f.At, f.Verdict, f.Expected, f.Got, f.Note, f.Doubt = "duplicate", report.Fail, "", strconv.Itoa(m.year), "", report.DoubtExtraction
	f.Reports = []string{m.ID, other.ID}
	var missing []string
	for year := first; year <= last; year++ {
		if !covered[year] {
			missing = append(missing, strconv.Itoa(year))
		}
	}
	if len(missing) > 0 {
		f.Expected = missing[0]
		f.Note = "no report of " + strings.Join(missing, ", ")
	}
	return yield(f)
}

// published checks the date: in the year after, and by the day the law sets.
func (a *across) published(m *Member, f CrossFinding, yield func(CrossFinding) bool) bool {
	f.At, f.Verdict, f.Note, f.Doubt = "published", report.NotEvaluated, "", ""
	f.Expected, f.Got = "", ""
	year, err := strconv.Atoi(m.published[:min(4, len(m.published))])
	if err == nil {
		f.Expected, f.Got, f.Verdict = strconv.Itoa(m.year+1), strconv.Itoa(year), verdict(year == m.year+1)
		f.doubt()
		if year <= m.year && f.Verdict == report.Fail {
			f.Note = "before the year was over"
		}
	}
	if !yield(f) || err != nil || len(m.published) != len("2006-01-02") {
		return err != nil
	}
	f.At, f.Note = "deadline", ""
	f.Expected, f.Got = fmt.Sprintf("%d-%s", m.year+1, deadline(m)), m.published
	f.Verdict, f.Doubt = verdict(f.Got <= f.Expected), ""
	f.doubt()
	return yield(f)
}

// deadline is the day by which a report is due: 31 March under the regulation of
// 2007; since that of 2019 (§49–50) only for governments, 31 January for others.
func deadline(m *Member) string {
	if m.year >= 2019 && m.kind != "government" && m.kind != "" {
		return "01-31"
	}
	return "03-31"
}

// blank evaluates Y.ZERO: a report that has nothing but zeros in the tables of
// requests and of reviews, against its prose and the years around it.
func (a *across) blank(m *Member, group []*Member, yield func(CrossFinding) bool) bool {
	if !a.wants("Y.ZERO") || m.form(report.SectionRequests) == "" || !m.allZero() {
		return true
	}
	f := CrossFinding{Rule: "Y.ZERO", Severity: report.Soft, Verdict: report.Pass, Organ: m.Organ, Year: m.year, Reports: []string{m.ID}, Got: "0"}
	say := func(o *Member, name string, column report.Applicant, least int64) {
		i := mustOperand(name, column)
		n, ok := o.value(i)
		if !ok || n.LessThan(decimal.NewFromInt(least)) {
			return
		}
		f.Operands = append(f.Operands, o.operand(i))
		f.Verdict = report.Fail
		if o != m {
			f.Reports = append(f.Reports, o.ID)
		}
	}
	for _, name := range []string{"text.requests_new", "text.requests_total", "text.requests_closed", "text.requests_carried_in", "text.review_total", "text.litigation_total"} {
		say(m, name, "", 1)
	}
	around := 0
	for _, o := range group {
		switch {
		case o.scope != m.scope:
		case o.year == m.year-1:
			say(o, rowCarriedOut, report.Total, 1)
		case o.year == m.year+1:
			say(o, rowCarriedIn, report.Total, 1)
		}
	}
	if f.Verdict == report.Pass {
		for _, o := range group {
			if o.scope == m.scope && (o.year == m.year-1 || o.year == m.year+1) {
				if n, ok := o.value(mustOperand(rowNew, report.Total)); ok && n.GreaterThanOrEqual(decimal.NewFromInt(busy)) {
					around++
				}
			}
		}
		if around == 2 {
			f.Verdict, f.Note = report.Fail, fmt.Sprintf("the years around it had %d requests or more", busy)
			for _, o := range group {
				if o.scope == m.scope && (o.year == m.year-1 || o.year == m.year+1) {
					say(o, rowNew, report.Total, busy)
				}
			}
		}
	}
	f.doubt(m)
	return yield(f)
}

// busy is how many requests a year a report without any must stand between to be
// doubted for that alone.
const busy = 20

// allZero tells whether the tables of requests and reviews say nothing but 0.
func (m *Member) allZero() bool {
	known := 0
	for o, x := range operands().list {
		if x.table != report.SectionRequests && x.table != report.SectionReviewLitigation {
			continue
		}
		n, ok := m.value(uint16(o))
		if !n.IsZero() {
			return false
		}
		if ok && x.metric == rowNew {
			known++
		}
	}
	return known > 0
}

// jump evaluates Y.JUMP: a number that begins with all digits of that of the year
// before and has one more, or the other way around.
func (a *across) jump(before, after *Member, yield func(CrossFinding) bool) bool {
	if !a.wants("Y.JUMP") {
		return true
	}
	all := CrossFinding{
		Rule: "Y.JUMP", Severity: report.Soft, Verdict: report.NotEvaluated, Organ: after.Organ, Year: after.year,
		Reports: []string{after.ID, before.ID},
	}
	for _, n := range after.numbers {
		x := operands().list[n.operand]
		if x.table == "text" || x.table == report.SectionRequests && x.applicant != report.Total {
			continue
		}
		last, ok := before.value(n.operand)
		if !ok || last.IsZero() {
			continue
		}
		if all.Verdict == report.NotEvaluated {
			all.Verdict = report.Pass
		}
		now := n.decimal()
		note := jumped(last, now, x.kind == "decimal")
		if note == "" {
			continue
		}
		all.Verdict = report.Fail
		f := all
		f.At, f.Note = x.String(), note
		f.Operands = []Operand{after.operand(n.operand), before.operand(n.operand)}
		f.settle(false, last, now)
		f.doubt(before, after)
		if !yield(f) {
			return false
		}
	}
	return all.Verdict == report.Fail || yield(all)
}

// jumped tells how one number looks as if it were the other with a digit more or
// less, or an amount in another unit; empty when it does not.
func jumped(before, after decimal.Decimal, amount bool) string {
	small, large, grew := before.Abs(), after.Abs(), true
	if small.GreaterThan(large) {
		small, large, grew = large, small, false
	}
	if amount {
		if large.Equal(small.Shift(4)) || large.Equal(small.Shift(8)) {
			return "the same amount in another unit"
		}
		return ""
	}
	s, l := small.String(), large.String()
	switch {
	case len(s) < 2 || len(l) != len(s)+1 || !strings.HasPrefix(l, s):
		return ""
	case grew:
		return "one digit more"
	}
	return "one digit less"
}
