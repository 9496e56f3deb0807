package check

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// Operand is a figure of one of several reports.
type Operand struct {
	Report    string           `json:"report"`
	Metric    string           `json:"metric"`
	Applicant report.Applicant `json:"applicant,omitempty"`
	// Value is a decimal string, empty when the number is not known.
	Value string `json:"value,omitempty"`
}

// CrossFinding is a relation evaluated on several reports.
type CrossFinding struct {
	// Rule is Y.CARRY, Y.PEND, Y.CUM, Y.JUMP, Y.SAME, Y.ZERO, T2.STOCK, T2.ITEMS,
	// T2.PUB, H.SUM, H.LE or M.YEAR.
	Rule     string          `json:"rule"`
	Severity report.Severity `json:"severity"`
	// Strength is high for a soft relation that is rarely broken without an error.
	Strength string         `json:"strength,omitempty"`
	Verdict  report.Verdict `json:"verdict"`
	// Organ and Year are those of the report that the finding is about, Reports the
	// IDs of all that it read: that one first.
	Organ   string   `json:"organ"`
	Year    int      `json:"year"`
	Reports []string `json:"reports"`
	// At is an applicant, a metric, a group of metrics, or for M.YEAR period,
	// published, deadline or duplicate, for Y.SAME figures or text.
	At string `json:"at,omitempty"`
	// Expected and Got are decimal strings, years, dates, or for Y.SAME the share
	// of equal figures; absent when not evaluated.
	Expected string    `json:"expected,omitempty"`
	Got      string    `json:"got,omitempty"`
	Operands []Operand `json:"operands,omitempty"`
	// Doubt says, on a fail, whether the publisher printed it so or our reading of
	// one of the reports is uncertain.
	Doubt report.Doubt `json:"doubt,omitempty"`
	Note  string       `json:"note,omitempty"`
}

// AcrossOptions choose what is evaluated.
type AcrossOptions struct {
	// Rules restricts to these rules, empty for all.
	Rules []string
	// Complete tells whether the members given with this parent are all that its
	// aggregate of a year adds up. Without it H.SUM is never evaluated.
	Complete func(parent string, year int) bool
}

func (o *AcrossOptions) wants(rule string) bool {
	return len(o.Rules) == 0 || slices.Contains(o.Rules, rule)
}

// Across evaluates the relations between reports: over the years of one organ
// (Y.*, T2.STOCK, T2.ITEMS, T2.PUB, M.YEAR), between an aggregate and what lies in
// its region (H.*), and between any two that look copied (Y.SAME). They are soft:
// reforms and other ways of counting break them without an error.
//
// Findings come in a fixed order, whatever the order of the members: by organ, year
// and rule, then copies; they are made as the caller takes them and not kept. A
// relation whose numbers are not all known is not_evaluated, one whose metrics a
// form does not have is left out. H.LE and Y.JUMP, which look at dozens of metrics,
// give one finding when all of them pass; Y.SAME gives passes for consecutive years
// only.
//
// A [Member] is about a kilobyte, so that the members of 100,000 reports take some
// 100 MB, which is all the memory Across needs but for indices of the same order.
// Time grows with the number of members times its logarithm: copies are looked for
// in buckets of reports that share a rare number or a piece of prose, and each
// report is compared with at most [maxLeaders] of a bucket. Where even that is too
// much, call it with the reports of one organ, or of one region, at a time; only
// Y.SAME between organs needs all of them.
func Across(members []Member, o AcrossOptions) iter.Seq[CrossFinding] {
	return func(yield func(CrossFinding) bool) {
		a := newAcross(members, o)
		for _, group := range a.organs {
			if !a.years(group, yield) {
				return
			}
		}
		a.copies(yield)
	}
}

// across is the members by organ and by parent.
type across struct {
	AcrossOptions
	members []*Member
	// organs are the members of one organ, by year.
	organs [][]*Member
	// children are the members by parent and year.
	children map[regionYear][]*Member
}

type regionYear struct {
	parent string
	year   int
}

func newAcross(members []Member, o AcrossOptions) *across {
	a := &across{AcrossOptions: o, members: make([]*Member, len(members)), children: make(map[regionYear][]*Member)}
	for i := range members {
		a.members[i] = &members[i]
	}
	slices.SortFunc(a.members, func(x, y *Member) int {
		return cmp.Or(cmp.Compare(x.Organ, y.Organ), x.year-y.year, cmp.Compare(x.scope, y.scope), cmp.Compare(x.ID, y.ID))
	})
	for i, m := range a.members {
		if i == 0 || m.Organ != a.members[i-1].Organ {
			a.organs = append(a.organs, nil)
		}
		last := len(a.organs) - 1
		a.organs[last] = append(a.organs[last], m)
		if m.Parent != "" && m.Parent != m.Organ {
			key := regionYear{m.Parent, m.year}
			a.children[key] = append(a.children[key], m)
		}
	}
	return a
}

// years evaluates everything about the reports of one organ.
func (a *across) years(group []*Member, yield func(CrossFinding) bool) bool {
	for i, m := range group {
		if !a.dates(m, group, yield) || !a.blank(m, group, yield) || !a.levels(m, group, yield) {
			return false
		}
		before := predecessor(m, group[:i])
		if before == nil || m.year == 0 {
			continue
		}
		for _, r := range crossRelations().Relations {
			if r.Across == "years" && a.wants(r.Rule) && !a.compareAll(r, before, m, yield) {
				return false
			}
		}
		if !a.jump(before, m, yield) || !a.repeated(before, m, yield) {
			return false
		}
	}
	return true
}

// predecessor is the report of the year before in the same scope; where a scope is
// not known, the only report of that year will do.
func predecessor(m *Member, earlier []*Member) *Member {
	var last []*Member
	for _, e := range earlier {
		if e.year == m.year-1 {
			last = append(last, e)
		}
	}
	for _, e := range last {
		if e.scope == m.scope {
			return e
		}
	}
	if len(last) == 1 && (m.scope == report.ScopeUnknown || last[0].scope == report.ScopeUnknown) {
		return last[0]
	}
	return nil
}

// compareAll evaluates a relation on two reports, at each place it is repeated.
func (a *across) compareAll(r *crossRelation, before, after *Member, yield func(CrossFinding) bool) bool {
	for _, at := range r.places {
		if !before.prints(at.before) || !after.prints(at.after) {
			continue
		}
		f := r.finding(after, at.name)
		f.Reports = []string{after.ID, before.ID}
		left, known := a.sum(&f, at.sum, before, after)
		right, also := a.sum(&f, at.with, before, after)
		if known && also {
			f.settle(r.holds(left, right), left, right)
		}
		f.doubt(before, after)
		if !yield(f) {
			return false
		}
	}
	return true
}

// sum adds terms up and notes them as operands.
func (a *across) sum(f *CrossFinding, terms []crossTerm, before, after *Member) (sum decimal.Decimal, known bool) {
	known = true
	for _, t := range terms {
		m := after
		if t.whose == "before" {
			m = before
		}
		n, o, ok := m.first(t.operands)
		f.Operands = append(f.Operands, m.operand(o))
		switch {
		case !ok:
			known = false
		case t.minus:
			sum = sum.Sub(n)
		default:
			sum = sum.Add(n)
		}
	}
	return sum, known
}

func (r *crossRelation) finding(m *Member, at string) CrossFinding {
	return CrossFinding{
		Rule: r.Rule, Severity: r.Severity, Strength: r.Strength, Verdict: report.NotEvaluated, Organ: m.Organ, Year: m.year, At: at,
	}
}

func (f *CrossFinding) settle(holds bool, expected, got decimal.Decimal) {
	f.Verdict, f.Expected, f.Got = verdict(holds), expected.String(), got.String()
}

// doubt says whose error a failure looks like: ours where cells of a table that
// was read were lost.
func (f *CrossFinding) doubt(members ...*Member) {
	if f.Verdict != report.Fail {
		return
	}
	f.Doubt = report.DoubtPublisher
	for _, m := range members {
		for _, o := range f.Operands {
			if o.Report == m.ID && m.lostTable(o.Metric) {
				f.Doubt = report.DoubtExtraction
			}
		}
	}
}

// levels compares an aggregate with what it adds up.
func (a *across) levels(m *Member, group []*Member, yield func(CrossFinding) bool) bool {
	if m.scope != report.ScopeAggregate || m.year == 0 {
		return true
	}
	children := disjoint(a.children[regionYear{m.Organ, m.year}])
	if len(children) == 0 {
		return true
	}
	for _, own := range group {
		if own.year == m.year && own.scope == report.ScopeOwn {
			children = append(children, own)
		}
	}
	for _, r := range crossRelations().Relations {
		switch {
		case r.Across != "levels" || !a.wants(r.Rule):
		case r.Least == nil:
			if !a.addUp(r, m, children, yield) {
				return false
			}
		default:
			for _, c := range children {
				if !a.exceeds(r, m, c, yield) {
					return false
				}
			}
		}
	}
	return true
}

// disjoint leaves the own report of an organ out whose aggregate is there, too.
func disjoint(children []*Member) []*Member {
	var list []*Member
	for i, c := range children {
		if i > 0 && children[i-1].Organ == c.Organ {
			if c.scope == report.ScopeAggregate || list[len(list)-1].scope == report.ScopeAggregate {
				if c.scope == report.ScopeAggregate {
					list[len(list)-1] = c
				}
				continue
			}
		}
		list = append(list, c)
	}
	return list
}

// addUp compares an aggregate with the sum of its children, metric by metric.
func (a *across) addUp(r *crossRelation, parent *Member, children []*Member, yield func(CrossFinding) bool) bool {
	complete := a.Complete != nil && a.Complete(parent.Organ, parent.year)
	for _, o := range crossRelations().added {
		got, ok := parent.value(o)
		if !ok {
			continue
		}
		f := r.finding(parent, operands().list[o].String())
		f.Reports = append(f.Reports, parent.ID)
		f.Operands = append(f.Operands, parent.operand(o))
		sum, known := decimal.Zero, true
		for _, c := range children {
			n, ok := c.value(o)
			known = known && ok
			sum = sum.Add(n)
			f.Reports = append(f.Reports, c.ID)
			f.Operands = append(f.Operands, c.operand(o))
		}
		switch {
		case !complete:
			f.Note = "the children may not be complete"
		case known:
			f.settle(sum.Equal(got), sum, got)
		}
		f.doubt(append([]*Member{parent}, children...)...)
		if !yield(f) {
			return false
		}
	}
	return true
}

// exceeds checks that no number of a child is more than that of the aggregate.
func (a *across) exceeds(r *crossRelation, parent, child *Member, yield func(CrossFinding) bool) bool {
	all := r.finding(child, "")
	all.Reports = []string{child.ID, parent.ID}
	for _, o := range crossRelations().added {
		n, ok := child.value(o)
		most, also := parent.value(o)
		if !ok || !also {
			continue
		}
		if n.LessThanOrEqual(most) {
			if all.Verdict == report.NotEvaluated {
				all.Verdict = report.Pass
			}
			continue
		}
		all.Verdict = report.Fail
		f := r.finding(child, operands().list[o].String())
		f.Reports = all.Reports
		f.Operands = []Operand{child.operand(o), parent.operand(o)}
		f.settle(false, most, n)
		f.doubt(child, parent)
		if !yield(f) {
			return false
		}
	}
	return all.Verdict == report.Fail || yield(all)
}

// isLasting tells the figures that stay the same from year to year.
func isLasting(name string) bool {
	return slices.ContainsFunc(readCrossFile().Lasting, func(pattern string) bool { return matches(name, pattern) })
}

// matches compares a name with a pattern in which one * stands for anything.
func matches(name, pattern string) bool {
	before, after, ok := strings.Cut(pattern, "*")
	if !ok {
		return name == pattern
	}
	return len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}
