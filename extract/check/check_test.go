package check

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
)

// sheet is the figures of a report by metric or metric@applicant.
type sheet map[string]string

// blankSheet has a 0 in every cell of a form.
func blankSheet(form string) sheet {
	s := make(sheet)
	for _, m := range report.Metrics() {
		if m.Label[form] == "" {
			continue
		}
		if m.Table != report.SectionRequests {
			s[m.Name] = "0"
			continue
		}
		for _, a := range report.Applicants() {
			s[m.Name+"@"+string(a)] = "0"
		}
	}
	return s
}

// with sets cells: "requests.new@total=3 requests.new@natural_person=3".
func (s sheet) with(cells string) sheet {
	for cell := range strings.FieldsSeq(cells) {
		name, v, _ := strings.Cut(cell, "=")
		s[name] = v
	}
	return s
}

func (s sheet) number(name string) int {
	n, _ := strconv.Atoi(s[name])
	return n
}

func (s sheet) add(name string, n int) { s[name] = strconv.Itoa(s.number(name) + n) }

// figures gives the sheet as figures, in order of the dictionary. A value that is
// a state word is a figure in that state.
func (s sheet) figures() []report.Figure {
	var list []report.Figure
	for _, m := range report.Metrics() {
		for _, a := range append([]report.Applicant{""}, append(report.Applicants(), report.OrgSubtotal)...) {
			name := operand{m.Name, a}.String()
			v, ok := s[name]
			if !ok {
				continue
			}
			f := report.Figure{Metric: m.Name, Applicant: a, Origin: report.OriginTable, Unit: m.Unit, State: report.StateOK, Value: v}
			switch {
			case m.Table == "text":
				f.Origin = report.OriginText
			case m.Table == "annex":
				f.Origin = report.OriginAnnex
			}
			switch v {
			case "0":
				f.State = report.StateZero
			case "empty", "dash", "not_recovered":
				f.State, f.Value = report.State(v), ""
			}
			list = append(list, f)
		}
	}
	return list
}

func templates(form string) report.Templates {
	return report.Templates{Disclosure: form, Requests: form, ReviewLitigation: form}
}

// summary gives the failed findings as "rule at expected got → suspect".
func summary(findings []report.Finding) []string {
	var list []string
	for _, f := range findings {
		if f.Verdict != report.Fail {
			continue
		}
		line := fmt.Sprintf("%s %s %s %s", f.Rule, f.At, f.Expected, f.Got)
		if f.Suspect != nil {
			line += " → " + operand{f.Suspect.Metric, f.Suspect.Applicant}.String()
			if f.Suspect.Implied != "" {
				line += "=" + f.Suspect.Implied
			}
		}
		list = append(list, line)
	}
	return list
}

// The form of 2021 has 39 + 3 equations, that of 2019 has 37 + 3.
func TestEquationsOfTheForms(t *testing.T) {
	for form, want := range map[string]map[string]int{
		"2019": {"T3.COL": 7, "T3.SUM": 7, "T3.ROW": 23, "T4.SUM": 3},
		"2021": {"T3.COL": 7, "T3.SUM": 7, "T3.ROW": 25, "T4.SUM": 3},
	} {
		got := make(map[string]int)
		for _, f := range Evaluate(templates(form), blankSheet(form).figures()) {
			if f.Verdict != report.Pass {
				t.Errorf("form %s: %s at %s is %s", form, f.Rule, f.At, f.Verdict)
			}
			if want[f.Rule] > 0 {
				got[f.Rule]++
			}
			if f.Severity == report.Hard && len(f.Operands) == 0 && !strings.HasSuffix(f.Rule, ".DOM") {
				t.Errorf("form %s: %s at %s has no operands", form, f.Rule, f.At)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("form %s: equations (-want +got):\n%s", form, diff)
		}
	}
}

func TestFailures(t *testing.T) {
	small := func() sheet {
		return blankSheet("2021").with("requests.new@natural_person=5 requests.new@enterprise=2 requests.new@total=7 " +
			"requests.granted@natural_person=4 requests.granted@enterprise=2 requests.granted@total=6 " +
			"requests.handled@natural_person=4 requests.handled@enterprise=2 requests.handled@total=6 " +
			"requests.carried_out@natural_person=1 requests.carried_out@total=1")
	}
	tests := []struct {
		name string
		s    sheet
		want []string
	}{
		{"nothing wrong", small(), nil},
		{
			"the row of totals was left 0",
			small().with("requests.handled@natural_person=0 requests.handled@enterprise=0"),
			[]string{
				"T3.COL natural_person 5 1 → requests.handled",
				"T3.COL enterprise 2 0 → requests.handled",
				"T3.SUM natural_person 4 0 → requests.handled",
				"T3.SUM enterprise 2 0 → requests.handled",
				"T3.ROW requests.handled 0 6 → requests.handled",
			},
		},
		{
			"digits of one cell swapped",
			small().with("requests.granted@natural_person=13"),
			[]string{
				"T3.SUM natural_person 13 4 → requests.granted@natural_person=4",
				"T3.ROW requests.granted 15 6 → requests.granted@natural_person=4",
			},
		},
		{
			"one total of the row of totals",
			small().with("requests.handled@total=60"),
			[]string{
				"T3.COL total 7 61 → requests.handled@total=6",
				"T3.SUM total 6 60 → requests.handled@total=6",
				"T3.ROW requests.handled 6 60 → requests.handled@total=6",
			},
		},
		{
			"any of three rows may be wrong in two columns",
			small().with("requests.carried_out@natural_person=3 requests.carried_out@total=3"),
			[]string{"T3.COL natural_person 5 7", "T3.COL total 7 9"},
		},
		{
			"a sum of table four",
			small().with("review.upheld=3 review.total=4"),
			[]string{"T4.SUM review 3 4"},
		},
		{
			"impossible numbers",
			small().with("disclosure.rules.issued=-1 disclosure.fees.amount=1.5 review.upheld=0.5 review.total=0.5"),
			[]string{
				"T2.DOM disclosure.rules.issued  -1 → disclosure.rules.issued",
				"T4.DOM review.upheld  0.5 → review.upheld",
				"T4.DOM review.total  0.5 → review.total",
			},
		},
		{
			"a subtotal",
			small().with("requests.new@org_subtotal=2 requests.granted@org_subtotal=3"),
			[]string{"T3.SUB requests.granted@org_subtotal 2 3", "T3.SUB requests.granted@total 7 6"},
		},
		{
			"prose and table",
			small().with("text.requests_new=8 text.requests_closed=6 text.review_total=0 text.requests_via_online=5 text.requests_via_letter=2"),
			[]string{"X.REQ text.requests_new 7 8", "X.CHAN requests_via 7 8"},
		},
		{
			"prose says that nothing came",
			small().with("text.requests_new=0"),
			[]string{"X.REQ text.requests_new 7 0", "X.ZERO text.requests_new 0 7"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := summary(Evaluate(templates("2021"), tt.s.figures()))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("failed findings (-want +got):\n%s", diff)
			}
		})
	}
}

// "Received" in prose is what is new, or that with what was carried in.
func TestReceivedInProse(t *testing.T) {
	s := blankSheet("2021").with("requests.new@total=3 requests.carried_in@total=2 text.requests_new=5")
	for _, f := range Evaluate(templates("2021"), s.figures()) {
		if f.Rule == "X.REQ" && (f.Verdict != report.Pass || f.Note != "new and carried in") {
			t.Errorf("X.REQ is %s, %q", f.Verdict, f.Note)
		}
	}
}

// A cell that is no number leaves every relation through it open.
func TestBlankIsNotZero(t *testing.T) {
	for _, state := range []string{"empty", "dash", "not_recovered"} {
		s := blankSheet("2019").with("requests.granted@total=" + state + " review.pending=" + state)
		var open []string
		for _, f := range Evaluate(templates("2019"), s.figures()) {
			if f.Verdict == report.NotEvaluated {
				open = append(open, f.Rule+" "+f.At)
				if f.Expected != "" || f.Got != "" {
					t.Errorf("%s: %s at %s shows numbers", state, f.Rule, f.At)
				}
			}
		}
		want := []string{"T3.SUM total", "T3.ROW requests.granted", "T4.SUM review"}
		if diff := cmp.Diff(want, open); diff != "" {
			t.Errorf("%s: not evaluated (-want +got):\n%s", state, diff)
		}
	}
}

func TestUnitOfProcurement(t *testing.T) {
	s := blankSheet("2019").with("disclosure.procurement.projects=3 disclosure.procurement.amount=178050000")
	figures := s.figures()
	verdictOf := func() report.Verdict {
		for _, f := range Evaluate(templates("2019"), figures) {
			if f.Rule == "T2.UNIT" {
				return f.Verdict
			}
		}
		return ""
	}
	if got := verdictOf(); got != report.Fail {
		t.Errorf("without a unit: %s", got)
	}
	for i := range figures {
		if figures[i].Metric == "disclosure.procurement.amount" {
			figures[i].Unit = "元"
		}
	}
	if got := verdictOf(); got != report.Pass {
		t.Errorf("with a unit: %s", got)
	}
}

func TestDoubt(t *testing.T) {
	fail := func(s sheet) report.Doubt {
		for _, f := range Evaluate(templates("2021"), s.figures()) {
			if f.Verdict == report.Fail {
				return f.Doubt
			}
		}
		return ""
	}
	if got := fail(blankSheet("2021").with("requests.new@total=3")); got != report.DoubtPublisher {
		t.Errorf("all cells are there: %q", got)
	}
	if got := fail(blankSheet("2021").with("requests.new@total=3 requests.granted@research=not_recovered")); got != report.DoubtExtraction {
		t.Errorf("a cell was lost: %q", got)
	}
	// 8 = 5 + 3 stands under 其他: every number moved one column to the left.
	moved := blankSheet("2021")
	for _, row := range []string{"new", "granted", "handled"} {
		moved.with("requests." + row + "@natural_person=5 requests." + row + "@enterprise=3 requests." + row + "@other_org=8")
	}
	if got := fail(moved); got != report.DoubtExtraction {
		t.Errorf("columns moved: %q", got)
	}
}

func TestAnnex(t *testing.T) {
	s := make(sheet)
	for _, m := range report.Metrics() {
		if m.Label["2014"] != "" {
			s[m.Name] = "0"
		}
	}
	s.with("annex.requests_new=5 annex.requests_via_online=3 annex.press_conferences=1 annex.press_conferences_principal=2")
	var failed []string
	for _, f := range Evaluate(report.Templates{Annex: "2014"}, s.figures()) {
		if f.Verdict == report.Fail {
			failed = append(failed, f.Rule)
		}
		if f.Severity != report.Soft {
			t.Errorf("%s is %s: the layout of the annex is not confirmed", f.Rule, f.Severity)
		}
	}
	if want := []string{"G2.REQ", "G2.LE"}; !slices.Equal(failed, want) {
		t.Errorf("failed: %v, want %v", failed, want)
	}
}

// The coded annex has relations of its own, each column for itself.
func TestCodedAnnex(t *testing.T) {
	s := make(sheet)
	for _, m := range report.Metrics() {
		if m.Label["2008"] != "" && !strings.HasSuffix(m.Name, ".all_years") {
			s[m.Name] = "0"
		}
	}
	evaluate := func(cells string) (failed, open []string) {
		for _, f := range Evaluate(report.Templates{Annex: "2008"}, maps.Clone(s).with(cells).figures()) {
			if f.Severity != report.Soft || !strings.HasPrefix(f.Rule, "G1.") {
				t.Errorf("%s is %s", f.Rule, f.Severity)
			}
			switch f.Verdict {
			case report.Fail:
				failed = append(failed, f.Rule+" "+f.At)
			case report.NotEvaluated:
				if f.Rule != "G1.CUM" || !strings.HasSuffix(f.At, ".all_years") {
					open = append(open, f.Rule+" "+f.At)
				}
			}
		}
		return failed, open
	}
	tests := []struct {
		cells        string
		failed, open []string
	}{
		{"annex2008.requests_new=3 annex2008.requests_via_email=3 annex2008.replies_total=2 annex2008.result_refused=2 annex2008.denied_privacy=2", nil, nil},
		{
			"annex2008.disclosed_fulltext_electronic=2 annex2008.requests_new=1 annex2008.replies_total=4 annex2008.refused_other=1 annex2008.appeal_first_handling=1",
			[]string{"G1.LE ", "G1.REQ ", "G1.REP ", "G1.REF ", "G1.APP "}, nil,
		},
		{"annex2008.column_page_visits=5 annex2008.column_page_visits.period=6", []string{"G1.CUM annex2008.column_page_visits"}, nil},
		{"annex2008.column_page_visits=5 annex2008.column_page_visits.all_years=4", []string{"G1.CUM annex2008.column_page_visits.all_years"}, nil},
		{"annex2008.requests_via_fax=empty", nil, []string{"G1.REQ ", "G1.CUM annex2008.requests_via_fax"}},
	}
	for _, tt := range tests {
		failed, open := evaluate(tt.cells)
		if diff := cmp.Diff(tt.failed, failed); diff != "" {
			t.Errorf("%s: failed (-want +got):\n%s", tt.cells, diff)
		}
		if diff := cmp.Diff(tt.open, open); diff != "" {
			t.Errorf("%s: not evaluated (-want +got):\n%s", tt.cells, diff)
		}
	}
}

// A report without a table has no findings about it.
func TestAbsentTables(t *testing.T) {
	for _, f := range Evaluate(report.Templates{Disclosure: "2019"}, blankSheet("2019").figures()) {
		if !strings.HasPrefix(f.Rule, "T2.") {
			t.Errorf("%s at %s", f.Rule, f.At)
		}
	}
}

// Whichever cell of a report that adds up is changed, that cell is found, with
// the number that it had.
func TestLocatesAnyCell(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		form := []string{"2019", "2021"}[r.IntN(2)]
		s := randomSheet(r, form)
		if got := summary(Evaluate(templates(form), s.figures())); got != nil {
			t.Fatalf("a report that adds up fails: %v", got)
		}
		ms := metrics(report.SectionRequests, form)
		for range 20 {
			cell := operand{ms[r.IntN(len(ms))].Name, report.Applicants()[r.IntN(7)]}
			old := s[cell.String()]
			s.add(cell.String(), 1+r.IntN(50))
			for _, f := range Evaluate(templates(form), s.figures()) {
				if f.Verdict != report.Fail {
					continue
				}
				want := &report.Suspect{Metric: cell.metric, Applicant: cell.applicant, Implied: old}
				if diff := cmp.Diff(want, f.Suspect); diff != "" {
					t.Errorf("%s at %s after %s was changed (-want +got):\n%s", f.Rule, f.At, cell, diff)
				}
			}
			s[cell.String()] = old
		}
	}
}

// randomSheet fills the table of requests with numbers that add up.
func randomSheet(r *rand.Rand, form string) sheet {
	s := blankSheet(form)
	columns := report.Applicants()
	for _, m := range metrics(report.SectionRequests, form) {
		switch m.Name {
		case rowNew, rowCarriedIn, rowHandled, rowCarriedOut:
			continue
		}
		for _, a := range columns[:6] {
			if r.IntN(3) == 0 {
				n := r.IntN(30)
				s.add(operand{m.Name, a}.String(), n)
				s.add(operand{rowHandled, a}.String(), n)
			}
		}
	}
	for _, a := range columns[:6] {
		handled := s.number(operand{rowHandled, a}.String())
		in := r.IntN(handled + 1)
		s.add(operand{rowCarriedIn, a}.String(), in)
		out := r.IntN(5)
		s.add(operand{rowCarriedOut, a}.String(), out)
		s.add(operand{rowNew, a}.String(), handled-in+out)
	}
	for _, m := range metrics(report.SectionRequests, form) {
		for _, a := range columns[:6] {
			s.add(operand{m.Name, report.Total}.String(), s.number(operand{m.Name, a}.String()))
		}
	}
	return s
}

func BenchmarkEvaluate(b *testing.B) {
	figures := randomSheet(rand.New(rand.NewPCG(3, 4)), "2021").figures()
	for b.Loop() {
		Evaluate(templates("2021"), figures)
	}
}
