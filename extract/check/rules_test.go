package check

import (
	"slices"
	"strings"
	"testing"

	"gongkai/report"
)

// ruleTest shows a relation of the data on three reports, in which it passes, fails
// and can't be evaluated. Cells that are not named are 0; a name that ends in * is
// all that begin so.
type ruleTest struct {
	name string // as ruleName gives it
	form string
	at   string // where the relation is looked at
	pass string
	fail string
	open string
}

// ruleName tells relations apart that share a rule.
func ruleName(r *relation) string {
	switch {
	case r.Text != "":
		return r.Rule + " " + r.Text
	case r.Zero != "":
		return r.Rule + " " + r.Zero
	case r.At != "":
		return r.Rule + " " + r.At
	case r.Each == "row":
		return r.Rule + " " + r.Sum[0]
	}
	return r.Rule
}

// inProse is the test of a figure of the prose that must equal a cell.
func inProse(rule, text, cell, form string) ruleTest {
	return ruleTest{rule + " text." + text, form, "text." + text, "text." + text + "=4 " + cell + "=4", "text." + text + "=4 " + cell + "=5", "text." + text + "=4 " + cell + "=empty"}
}

var ruleTests = []ruleTest{
	{"T2.DOM", "2019", "", "disclosure.penalty.items_change=-3 disclosure.procurement.amount=1.5", "disclosure.penalty.items_change=0.5", "disclosure.*=empty"},
	{"T2.ITEM0 items_prev_year", "2019", "disclosure.penalty", "disclosure.penalty.items_prev_year=3 disclosure.penalty.items_change=-3", "disclosure.penalty.items_prev_year=3 disclosure.penalty.items_change=-4", "disclosure.penalty.items_change=dash"},
	{"T2.PUB published_new", "2019", "disclosure.rules", "disclosure.rules.made_new=3 disclosure.rules.published_new=3", "disclosure.rules.made_new=3 disclosure.rules.published_new=4", "disclosure.rules.made_new=empty"},
	{"T2.PUB published_total", "2019", "disclosure.normative_docs", "disclosure.normative_docs.published_new=2 disclosure.normative_docs.published_total=7", "disclosure.normative_docs.published_new=2 disclosure.normative_docs.published_total=1", "disclosure.normative_docs.published_new=not_recovered"},
	{"T2.UNIT", "2019", "disclosure.procurement.amount", "disclosure.procurement.amount=0", "disclosure.procurement.amount=5", "disclosure.procurement.amount=empty"},

	{"T3.DOM", "2021", "", "requests.new@total=3", "requests.new@total=-3", "requests.*=not_recovered"},
	{"T3.COL", "2021", "enterprise", "requests.new@enterprise=3 requests.carried_in@enterprise=2 requests.handled@enterprise=4 requests.carried_out@enterprise=1", "requests.new@enterprise=3", "requests.carried_out@enterprise=empty"},
	{"T3.SUM", "2019", "total", "requests.handled@total=6 requests.granted@total=2 requests.denied.state_secret@total=3 requests.other@total=1", "requests.handled@total=6 requests.granted@total=2", "requests.partial@total=dash"},
	{"T3.ROW", "2021", "requests.new", "requests.new@natural_person=5 requests.new@other_org=2 requests.new@total=7", "requests.new@natural_person=5 requests.new@total=7", "requests.new@research=empty"},
	{"T3.SUB @org_subtotal", "2021", "requests.new@org_subtotal", "requests.new@org_subtotal=5 requests.new@research=4 requests.new@other_org=1", "requests.new@org_subtotal=5", "requests.new@org_subtotal=5 requests.new@research=empty"},
	{"T3.SUB @total", "2021", "requests.new@total", "requests.new@org_subtotal=5 requests.new@natural_person=2 requests.new@total=7", "requests.new@org_subtotal=5 requests.new@total=7", "requests.new@org_subtotal=empty requests.granted@org_subtotal=0"},

	{"T4.DOM", "2021", "", "review.total=3", "review.total=0.5", "review.*=empty litigation.*=dash"},
	{"T4.SUM review", "2021", "review", "review.upheld=2 review.pending=1 review.total=3", "review.upheld=2 review.total=3", "review.other=empty"},
	{"T4.SUM litigation.direct", "2021", "litigation.direct", "litigation.direct.corrected=2 litigation.direct.total=2", "litigation.direct.corrected=2", "litigation.direct.total=not_recovered"},
	{"T4.SUM litigation.after_review", "2019", "litigation.after_review", "litigation.after_review.other=2 litigation.after_review.total=2", "litigation.after_review.total=2", "litigation.after_review.upheld=dash"},

	{"X.REQ text.requests_new", "2021", "text.requests_new", "text.requests_new=5 requests.new@total=3 requests.carried_in@total=2", "text.requests_new=4 requests.new@total=3 requests.carried_in@total=2", "text.requests_new=4 requests.new@total=empty"},
	inProse("X.OUT", "requests_carried_in", "requests.carried_in@total", "2021"),
	inProse("X.OUT", "requests_closed", "requests.handled@total", "2021"),
	inProse("X.OUT", "requests_carried_out", "requests.carried_out@total", "2019"),
	inProse("X.OUT", "result_granted", "requests.granted@total", "2021"),
	inProse("X.OUT", "result_partial", "requests.partial@total", "2021"),
	inProse("X.OUT", "result_denied", "requests.denied.state_secret@total", "2021"),
	inProse("X.OUT", "result_unable", "requests.unable.not_held@total", "2021"),
	inProse("X.OUT", "result_refused", "requests.refused.repeat@total", "2021"),
	inProse("X.OUT", "result_other", "requests.other@total", "2019"),
	inProse("X.REV", "review_total", "review.total", "2021"),
	inProse("X.REV", "review_upheld", "review.upheld", "2021"),
	inProse("X.REV", "review_corrected", "review.corrected", "2021"),
	inProse("X.REV", "review_other", "review.other", "2021"),
	inProse("X.REV", "review_pending", "review.pending", "2021"),
	inProse("X.LIT", "litigation_total", "litigation.direct.total", "2021"),
	inProse("X.LIT", "litigation_upheld", "litigation.after_review.upheld", "2021"),
	inProse("X.LIT", "litigation_corrected", "litigation.direct.corrected", "2021"),
	inProse("X.LIT", "litigation_other", "litigation.after_review.other", "2021"),
	inProse("X.LIT", "litigation_pending", "litigation.direct.pending", "2021"),
	inProse("X.T2", "normative_docs_issued", "disclosure.normative_docs.issued", "2021"),
	inProse("X.T2", "normative_docs_abolished", "disclosure.normative_docs.abolished", "2021"),
	inProse("X.T2", "normative_docs_in_force", "disclosure.normative_docs.in_force", "2021"),
	inProse("X.T2", "rules_issued", "disclosure.rules.made_new", "2019"),
	inProse("X.T2", "rules_abolished", "disclosure.rules.abolished", "2021"),
	inProse("X.T2", "rules_in_force", "disclosure.rules.in_force", "2021"),
	{"X.ZERO text.requests_new", "2021", "text.requests_new", "text.requests_new=0", "text.requests_new=0 requests.new@total=2", "text.requests_new=0 requests.new@total=empty"},
	{"X.ZERO text.review_total", "2021", "text.review_total", "text.review_total=0", "text.review_total=0 review.total=1", "text.review_total=0 review.total=dash"},
	{"X.ZERO text.litigation_total", "2021", "text.litigation_total", "text.litigation_total=0", "text.litigation_total=0 litigation.direct.total=1", "text.litigation_total=0 litigation.direct.total=empty"},
	{"X.CHAN requests_via", "2021", "requests_via", "text.requests_via_online=5 text.requests_via_letter=2 text.requests_new=7", "text.requests_via_online=5 text.requests_via_letter=2 text.requests_new=8", "text.requests_via_online=5 text.requests_via_letter=2 text.requests_new=not_recovered"},
	{"X.CHAN disclosed_via", "2021", "disclosed_via", "text.disclosed_via_website=5 text.disclosed_via_wechat=4 text.disclosed_total=7", "text.disclosed_via_website=5 text.disclosed_via_wechat=1 text.disclosed_total=7", "text.disclosed_via_website=5 text.disclosed_via_wechat=1 text.disclosed_total=not_recovered"},

	{"G2.REQ", "2014", "", "annex.requests_new=5 annex.requests_via_online=5", "annex.requests_new=5 annex.requests_via_online=3", "annex.requests_via_online=empty"},
	{"G2.CLS parts", "2014", "parts", "annex.requests_closed=5 annex.requests_closed_on_time=4 annex.requests_closed_extended=1", "annex.requests_closed=5 annex.requests_closed_on_time=4", "annex.requests_closed_on_time=empty"},
	{"G2.CLS requests", "2014", "requests", "annex.requests_closed=5 annex.requests_new=6", "annex.requests_closed=5 annex.requests_new=4", "annex.requests_new=empty"},
	{"G2.REP parts", "2014", "parts", "annex.replies_total=5 annex.result_granted=3 annex.reply_not_exist=2", "annex.replies_total=5 annex.result_granted=3", "annex.result_denied=dash"},
	{"G2.REP closed", "2014", "closed", "annex.replies_total=5 annex.requests_closed=5", "annex.replies_total=5 annex.requests_closed=6", "annex.replies_total=empty"},
	{"G2.DEN", "2014", "", "annex.result_denied=3 annex.denied_state_secret=3", "annex.result_denied=3", "annex.denied_state_secret=empty"},
	{"G2.REV", "2014", "", "annex.review_total=3 annex.review_upheld=2 annex.review_other=1", "annex.review_total=3 annex.review_upheld=2", "annex.review_corrected=empty"},
	{"G2.LIT", "2014", "", "annex.litigation_total=3 annex.litigation_corrected=3", "annex.litigation_total=3", "annex.litigation_other=dash"},
	{"G2.STF", "2014", "", "annex.staff_total=3 annex.staff_full_time=1 annex.staff_part_time=2", "annex.staff_total=3 annex.staff_full_time=1", "annex.staff_part_time=empty"},
	{"G2.LE disclosed_normative_docs", "2014", "disclosed_normative_docs", "annex.disclosed_normative_docs=3 annex.disclosed_total=3", "annex.disclosed_normative_docs=3", "annex.disclosed_total=empty"},
	{"G2.LE press_conferences_principal", "2014", "press_conferences_principal", "annex.press_conferences_principal=1 annex.press_conferences=2", "annex.press_conferences_principal=1", "annex.press_conferences=empty"},
	{"G2.LE online_interviews_principal", "2014", "online_interviews_principal", "annex.online_interviews_principal=1 annex.online_interviews=1", "annex.online_interviews_principal=1", "annex.online_interviews_principal=empty"},
	{"G2.NCHN", "2014", "", "annex.disclosed_total=5 annex.disclosed_via_website=5 annex.disclosed_via_weibo=3", "annex.disclosed_total=5 annex.disclosed_via_website=4", "annex.disclosed_total=empty"},
	{"G2.RSP", "2014", "", "annex.responses_total=5 annex.press_conferences=2 annex.online_interviews=4", "annex.responses_total=5 annex.press_conferences=2", "annex.press_conferences=empty"},

	{"G1.LE", "2008", "", "annex2008.disclosed_total=5 annex2008.disclosed_fulltext_electronic=5", "annex2008.disclosed_fulltext_electronic=5", "annex2008.disclosed_total=empty"},
	{"G1.REQ", "2008", "", "annex2008.requests_new=5 annex2008.requests_via_fax=5", "annex2008.requests_new=5", "annex2008.requests_via_fax=dash"},
	{"G1.REP", "2008", "", "annex2008.replies_total=5 annex2008.result_granted=5", "annex2008.replies_total=5", "annex2008.result_partial=empty"},
	{"G1.REF", "2008", "", "annex2008.result_refused=5 annex2008.denied_privacy=5", "annex2008.result_refused=5", "annex2008.denied_privacy=empty"},
	{"G1.APP", "2008", "", "annex2008.appeal_total=5 annex2008.appeal_first_handling=5", "annex2008.appeal_first_handling=5", "annex2008.appeal_total=empty"},
	{"G1.CUM", "2008", "annex2008.requests_new", "annex2008.requests_new=5 annex2008.requests_new.period=3", "annex2008.requests_new=5 annex2008.requests_new.period=6", "annex2008.requests_new.period=empty"},
	{"G1.CUM .all_years", "2008", "annex2008.requests_new.all_years", "annex2008.requests_new=5 annex2008.requests_new.all_years=9", "annex2008.requests_new=5 annex2008.requests_new.all_years=4", "annex2008.requests_new.all_years=empty"},
}

// filled is a form with 0 in every cell but those named, which must exist.
func filled(t *testing.T, form, cells string) []report.Figure {
	t.Helper()
	s := blankSheet(form)
	for cell := range strings.FieldsSeq(cells) {
		name, v, _ := strings.Cut(cell, "=")
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			for other := range s {
				if strings.HasPrefix(other, prefix) {
					s[other] = v
				}
			}
			continue
		}
		metric, _, _ := strings.Cut(name, "@")
		if m, ok := report.LookupMetric(metric); !ok || !hasMetric(m, form) {
			t.Errorf("form %s has no %s", form, metric)
		}
		s[name] = v
	}
	return s.figures()
}

// Every relation of the data passes, fails and stays open on a report that shows
// it, and nothing in the data is without such a report.
func TestEveryRelation(t *testing.T) {
	for _, tt := range ruleTests {
		i := slices.IndexFunc(relations(), func(r relation) bool { return ruleName(&r) == tt.name })
		if i < 0 {
			t.Errorf("%s is not in the data", tt.name)
			continue
		}
		forms := templates(tt.form)
		forms.Annex = tt.form
		for want, cells := range map[report.Verdict]string{report.Pass: tt.pass, report.Fail: tt.fail, report.NotEvaluated: tt.open} {
			e := newEvaluation(forms, filled(t, tt.form, cells))
			e.evaluate(planOf(i, tt.form))
			var got []report.Verdict
			for _, f := range e.findings {
				if f.At == tt.at || relations()[i].Domain {
					got = append(got, f.Verdict)
				}
			}
			if !slices.Equal(got, []report.Verdict{want}) {
				t.Errorf("%s at %q with %s is %v, want %s", tt.name, tt.at, cells, got, want)
			}
		}
	}
	for i := range relations() {
		name := ruleName(&relations()[i])
		n := 0
		for _, tt := range ruleTests {
			if tt.name == name {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d tests, want 1", name, n)
		}
	}
}
