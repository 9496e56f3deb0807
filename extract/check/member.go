package check

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// Member is what relations between reports need of one report, in about a
// kilobyte: its known numbers and a sketch of its prose. Numbers of more than 18
// digits, approximate ones and amounts without a unit are not among them.
type Member struct {
	// ID names the report in findings.
	ID string
	// Organ is the same for all reports of one organ.
	Organ string
	// Parent is the Organ whose aggregate adds this report up, empty when unknown.
	Parent string

	year      int
	scope     report.Scope
	published string
	kind      string
	// years are the years that title and text give, where they disagree.
	years []yearOf
	// tables are the tables of the report, each by the form that it follows.
	tables report.Templates
	// known has a bit for every operand with a number, numbers those other than 0
	// by operand.
	known   []uint64
	numbers []number
	// lost are the tables with cells that were not recovered.
	lost  []string
	prose sketch
}

type yearOf struct{ value, from string }

// number is coefficient × 10^exponent.
type number struct {
	coefficient int64
	operand     uint16
	exponent    int8
}

// NewMember takes from a report what relations with other reports need; the report
// is not kept.
func NewMember(id, organ, parent string, r *report.Report) Member {
	all := operands()
	m := Member{
		ID: strings.Clone(id), Organ: strings.Clone(organ), Parent: strings.Clone(parent),
		year: r.Year, scope: r.Scope, published: strings.Clone(r.Published), kind: strings.Clone(r.Organ.Kind), tables: r.Template,
		known: make([]uint64, (len(all.list)+63)/64),
	}
	if m.scope == "" {
		m.scope = report.ScopeUnknown
	}
	for i := range r.Figures {
		f := &r.Figures[i]
		o, ok := all.index[operand{f.Metric, f.Applicant}]
		if !ok {
			continue
		}
		if f.State == report.StateNotRecovered {
			if t := all.list[o].table; !slices.Contains(m.lost, t) {
				m.lost = append(m.lost, t)
			}
		}
		n, ok := exact(f)
		if !ok || m.has(o) {
			continue
		}
		m.known[o/64] |= 1 << (o % 64)
		if n.coefficient != 0 {
			n.operand = o
			m.numbers = append(m.numbers, n)
		}
	}
	m.numbers = slices.Clip(m.numbers)
	slices.SortFunc(m.numbers, func(x, y number) int { return int(x.operand) - int(y.operand) })
	for _, e := range r.Head {
		if e.Field == "year" && !slices.ContainsFunc(m.years, func(y yearOf) bool { return y.value == e.Value }) {
			m.years = append(m.years, yearOf{strings.Clone(e.Value), strings.Clone(e.From)})
		}
	}
	m.prose = sketchOf(r)
	return m
}

// exact gives the number of a figure, amounts in 元.
func exact(f *report.Figure) (number, bool) {
	n, ok := numberOf(f)
	if !ok || !n.Coefficient().IsInt64() || n.Exponent() < math.MinInt8+8 || n.Exponent() > math.MaxInt8-8 {
		return number{}, false
	}
	shift := int8(0)
	if m, ok := report.LookupMetric(f.Metric); ok && m.Kind == "decimal" && !n.IsZero() {
		unit := f.Unit
		if unit == "" {
			unit = m.Unit
		}
		exponent, ok := moneyExponents[unit]
		if !ok {
			return number{}, false
		}
		shift = exponent
	}
	return number{coefficient: n.CoefficientInt64(), exponent: int8(n.Exponent()) + shift}, true
}

// moneyExponents are the units of money as powers of ten of 元.
var moneyExponents = map[string]int8{"元": 0, "千元": 3, "万元": 4, "百万元": 6, "千万元": 7, "亿元": 8}

func (n number) decimal() decimal.Decimal { return decimal.New(n.coefficient, int32(n.exponent)) }

func (m *Member) has(o uint16) bool { return m.known[o/64]&(1<<(o%64)) != 0 }

// value gives a number of the report.
func (m *Member) value(o uint16) (decimal.Decimal, bool) {
	if !m.has(o) {
		return decimal.Zero, false
	}
	i, ok := slices.BinarySearchFunc(m.numbers, o, func(n number, o uint16) int { return int(n.operand) - int(o) })
	if !ok {
		return decimal.Zero, true
	}
	return m.numbers[i].decimal(), true
}

// first gives the first operand that is known, or the first one.
func (m *Member) first(list []uint16) (n decimal.Decimal, o uint16, ok bool) {
	for _, o := range list {
		if n, ok := m.value(o); ok {
			return n, o, true
		}
	}
	return decimal.Zero, list[0], false
}

func (m *Member) operand(o uint16) Operand {
	p := Operand{Report: m.ID, Metric: operands().list[o].metric, Applicant: operands().list[o].applicant}
	if n, ok := m.value(o); ok {
		p.Value = n.String()
	}
	return p
}

// form is the form that a table of the report follows, empty when there is none.
func (m *Member) form(table string) string {
	form, _ := (&relation{Table: table}).form(m.tables)
	return form
}

// prints tells whether the forms of the report have all the operands; of prose,
// whether the report says them.
func (m *Member) prints(list []uint16) bool {
	for _, o := range list {
		x := operands().list[o]
		if x.table == "text" {
			if !m.has(o) {
				return false
			}
			continue
		}
		if form := m.form(x.table); form == "" || x.forms[form] == "" {
			return false
		}
	}
	return true
}

func (m *Member) lostTable(metric string) bool {
	x, _ := report.LookupMetric(metric)
	return slices.Contains(m.lost, x.Table)
}

// operandTable is all figures that a report can have.
type operandTable struct {
	list  []listedOperand
	index map[operand]uint16
}

type listedOperand struct {
	operand
	table string
	kind  string
	forms map[string]string
	// lasting figures stay the same from year to year, derived ones follow from
	// others.
	lasting, derived bool
}

var operands = sync.OnceValue(func() *operandTable {
	t := &operandTable{index: make(map[operand]uint16)}
	for _, m := range report.Metrics() {
		columns := []report.Applicant{""}
		if m.Table == report.SectionRequests {
			columns = append(report.Applicants(), report.OrgSubtotal)
		}
		for _, a := range columns {
			o := operand{m.Name, a}
			t.index[o] = uint16(len(t.list))
			t.list = append(t.list, listedOperand{
				operand: o, table: m.Table, kind: m.Kind, forms: m.Label, lasting: isLasting(m.Name),
				derived: a == report.Total || a == report.OrgSubtotal || strings.HasSuffix(m.Name, ".total") || m.Name == rowHandled,
			})
		}
	}
	return t
})
