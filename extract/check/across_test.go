package check

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
)

// annual is a report to be put beside others.
type annual struct {
	organ, parent string
	year          int
	form          string
	cells         string // what is not 0 in the form's tables
	also          func(*report.Report)
}

// member makes the report; its ID is organ and year.
func (a annual) member() Member {
	form := a.form
	if form == "" {
		form = "2021"
	}
	r := &report.Report{
		Year: a.year, Scope: report.ScopeOwn, Template: templates(form), Figures: blankSheet(form).with(a.cells).figures(),
		Organ: report.Organ{Name: a.organ, Kind: "department"}, Published: fmt.Sprintf("%d-01-20", a.year+1),
	}
	if a.also != nil {
		a.also(r)
	}
	return NewMember(a.organ+strconv.Itoa(a.year), a.organ, a.parent, r)
}

// acrossLines gives the findings of one rule as "reports at: verdict expected got
// note doubt". With words, those at one of them, or of that verdict.
func acrossLines(rule, words string, o AcrossOptions, list []annual) []string {
	o.Rules = []string{rule}
	var members []Member
	for _, a := range list {
		members = append(members, a.member())
	}
	lines := []string{}
	only := strings.Fields(words)
	for f := range Across(members, o) {
		if len(only) > 0 && !slices.Contains(only, f.At) && !slices.Contains(only, string(f.Verdict)) {
			continue
		}
		line := fmt.Sprintf("%s %s: %s", strings.Join(f.Reports, "←"), f.At, f.Verdict)
		for _, s := range []string{f.Expected, f.Got, f.Note, string(f.Doubt)} {
			if s != "" {
				line += " " + s
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func published(date string) func(*report.Report) {
	return func(r *report.Report) { r.Published = date }
}

func aggregate(r *report.Report) { r.Scope = report.ScopeAggregate }

func TestAcross(t *testing.T) {
	const carries = "requests.carried_out@natural_person=3 requests.carried_out@total=3"
	all := AcrossOptions{Complete: func(string, int) bool { return true }}
	tests := []struct {
		name, rule string
		options    AcrossOptions
		reports    []annual
		want       []string
		// only keeps the findings at these places, or of this verdict.
		only string
	}{
		{
			"carried over", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2022, cells: carries}, {organ: "A", year: 2023, cells: "requests.carried_in@natural_person=3 requests.carried_in@total=4"}},
			[]string{"A2023←A2022 natural_person: pass 3 3", "A2023←A2022 total: fail 3 4 publisher"},
			"natural_person total",
		},
		{
			"carried over from a form to the other", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2020, form: "2019", cells: carries}, {organ: "A", year: 2021, cells: "requests.carried_in@total=3"}},
			[]string{"A2021←A2020 total: pass 3 3"},
			"total",
		},
		{
			"blank is not carried over", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2022, cells: "requests.carried_out@total=empty"}, {organ: "A", year: 2023}},
			[]string{"A2023←A2022 total: not_evaluated"},
			"total",
		},
		{
			"a cell that we lost", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2022, cells: carries + " requests.granted@total=not_recovered"}, {organ: "A", year: 2023}},
			[]string{"A2023←A2022 total: fail 3 0 extraction"},
			"total",
		},
		{
			"years apart, and other organs", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2021}, {organ: "A", year: 2023}, {organ: "B", year: 2022}},
			[]string{}, "",
		},
		{
			"scopes are not mixed", "Y.CARRY", all,
			[]annual{{organ: "A", year: 2022, cells: carries, also: aggregate}, {organ: "A", year: 2023}},
			[]string{}, "",
		},
		{
			"pending", "Y.PEND", all,
			[]annual{{organ: "A", year: 2022, cells: "review.pending=2 litigation.direct.pending=1"}, {organ: "A", year: 2023, cells: "review.upheld=1 review.pending=1"}},
			[]string{"A2023←A2022 review: pass 2 2", "A2023←A2022 litigation.direct: fail 0 1 publisher", "A2023←A2022 litigation.after_review: pass 0 0"},
			"",
		},
		{
			"a stock", "T2.STOCK", all,
			[]annual{
				{organ: "A", year: 2022, cells: "disclosure.normative_docs.in_force=60 disclosure.rules.in_force=2"},
				{organ: "A", year: 2023, cells: "disclosure.normative_docs.issued=5 disclosure.normative_docs.abolished=3 disclosure.normative_docs.in_force=62 disclosure.rules.in_force=3"},
			},
			[]string{"A2023←A2022 disclosure.rules: fail 2 3 publisher", "A2023←A2022 disclosure.normative_docs: pass 62 62"},
			"",
		},
		{
			"a stock that the older form does not have", "T2.STOCK", all,
			[]annual{{organ: "A", year: 2020, form: "2019"}, {organ: "A", year: 2021}},
			[]string{}, "",
		},
		{
			"items", "T2.ITEMS", all,
			[]annual{
				{organ: "A", year: 2019, form: "2019", cells: "disclosure.licensing.items_prev_year=50 disclosure.licensing.items_change=-3 disclosure.fees.items_prev_year=dash"},
				{organ: "A", year: 2020, form: "2019", cells: "disclosure.licensing.items_prev_year=47 disclosure.penalty.items_prev_year=1"},
			},
			[]string{
				"A2020←A2019 disclosure.licensing: pass 47 47", "A2020←A2019 disclosure.other_services: pass 0 0", "A2020←A2019 disclosure.penalty: fail 0 1 publisher",
				"A2020←A2019 disclosure.coercion: pass 0 0", "A2020←A2019 disclosure.fees: not_evaluated",
			},
			"",
		},
		{
			"published in all", "T2.PUB", all,
			[]annual{
				{organ: "A", year: 2019, form: "2019", cells: "disclosure.normative_docs.published_total=50"},
				{organ: "A", year: 2020, form: "2019", cells: "disclosure.normative_docs.published_total=47"},
			},
			[]string{"A2020←A2019 disclosure.normative_docs: fail 47 50 publisher"},
			"fail",
		},
		{
			"cumulative in prose", "Y.CUM", all,
			[]annual{
				{organ: "A", year: 2022, cells: "text.requests_cumulative=100 text.disclosed_cumulative=5"},
				{organ: "A", year: 2023, cells: "text.requests_cumulative=107 requests.new@total=6"},
			},
			[]string{"A2023←A2022 requests: fail 106 107 publisher"},
			"",
		},
		{
			"a sum of a region", "H.SUM", all,
			[]annual{
				{organ: "R", year: 2023, cells: "requests.new@total=9 review.total=1", also: aggregate},
				{organ: "R", year: 2023, cells: "requests.new@total=2"},
				{organ: "A", parent: "R", year: 2023, cells: "requests.new@total=3"},
				{organ: "B", parent: "R", year: 2023, cells: "requests.new@total=4 review.pending=empty"},
				{organ: "C", parent: "R", year: 2022, cells: "requests.new@total=4"},
			},
			[]string{
				"R2023←A2023←B2023←R2023 requests.new@total: pass 9 9", "R2023←A2023←B2023←R2023 review.pending: not_evaluated",
				"R2023←A2023←B2023←R2023 review.total: fail 0 1 publisher",
			},
			"requests.new@total review.pending review.total",
		},
		{
			"a region whose organs are not all known", "H.SUM", AcrossOptions{},
			[]annual{{organ: "R", year: 2023, also: aggregate}, {organ: "A", parent: "R", year: 2023}},
			[]string{"R2023←A2023 requests.new@total: not_evaluated the children may not be complete"},
			"requests.new@total",
		},
		{
			"a part more than the whole", "H.LE", AcrossOptions{},
			[]annual{
				{organ: "R", year: 2023, cells: "requests.new@total=9", also: aggregate},
				{organ: "A", parent: "R", year: 2023, cells: "requests.new@total=9"},
				{organ: "B", parent: "R", year: 2023, cells: "requests.new@total=10"},
				{organ: "C", parent: "R", year: 2023, also: func(r *report.Report) { r.Figures = nil }},
			},
			[]string{"A2023←R2023 : pass", "B2023←R2023 requests.new@total: fail 9 10 publisher", "C2023←R2023 : not_evaluated"},
			"",
		},
		{
			"a county counts once", "H.LE", AcrossOptions{},
			[]annual{
				{organ: "R", year: 2023, cells: "requests.new@total=9", also: aggregate},
				{organ: "A", parent: "R", year: 2023, cells: "requests.new@total=10"},
				{organ: "A", parent: "R", year: 2023, cells: "requests.new@total=9", also: aggregate},
			},
			[]string{"A2023←R2023 : pass"},
			"",
		},
		{
			"the year before copied", "Y.SAME", all,
			[]annual{{organ: "A", year: 2022, cells: busyYear}, {organ: "A", year: 2023, cells: busyYear}},
			[]string{"A2023←A2022 figures: fail 1.00 6 of 6 figures are equal publisher", "A2023←A2022 text: not_evaluated"},
			"",
		},
		{
			"another year", "Y.SAME", all,
			[]annual{{organ: "A", year: 2022, cells: busyYear}, {organ: "A", year: 2023, cells: busyYear + " requests.granted@enterprise=31 review.upheld=8"}},
			[]string{"A2023←A2022 figures: pass 0.67 4 of 6 figures are equal"},
			"figures",
		},
		{
			"nothing but small numbers", "Y.SAME", all,
			[]annual{{organ: "A", year: 2022, cells: "review.upheld=1"}, {organ: "A", year: 2023, cells: "review.upheld=1"}},
			[]string{"A2023←A2022 figures: not_evaluated"},
			"figures",
		},
		{
			"copied from another organ, and from long ago", "Y.SAME", all,
			[]annual{{organ: "A", year: 2020, cells: busyYear}, {organ: "B", year: 2022, cells: busyYear}, {organ: "A", year: 2023, cells: busyYear}},
			[]string{"B2022←A2020 figures: fail 1.00 6 of 6 figures are equal publisher", "A2023←A2020 figures: fail 1.00 6 of 6 figures are equal publisher"},
			"",
		},
		{
			"prose copied with other names and numbers", "Y.SAME", all,
			[]annual{
				{organ: "云溪镇人民政府", year: 2022, also: prose("云溪镇人民政府", 3)},
				{organ: "石桥乡人民政府", year: 2022, also: prose("石桥乡人民政府", 5)},
				{organ: "柳河镇人民政府", year: 2022, also: func(r *report.Report) {
					r.Sections = []report.Section{{Text: strings.Repeat("另有一番文字，", 3) + loremOther}}
				}},
			},
			[]string{"石桥乡人民政府2022←云溪镇人民政府2022 text: fail 1.00 publisher"},
			"",
		},
		{
			"a digit more", "Y.JUMP", all,
			[]annual{
				{organ: "A", year: 2021, cells: "requests.new@total=12"}, {organ: "A", year: 2022, cells: "requests.new@total=123"},
				{organ: "A", year: 2023, cells: "requests.new@total=130"}, {organ: "A", year: 2024, cells: "requests.new@total=13"},
			},
			[]string{"A2022←A2021 requests.new@total: fail 12 123 one digit more publisher", "A2023←A2022 : pass", "A2024←A2023 requests.new@total: fail 130 13 one digit less publisher"},
			"",
		},
		{
			"an amount in another unit", "Y.JUMP", all,
			[]annual{{organ: "A", year: 2022, cells: "disclosure.fees.amount=35.2"}, {organ: "A", year: 2023, cells: "disclosure.fees.amount=352000"}},
			[]string{"A2023←A2022 disclosure.fees.amount: fail 352000 3520000000 the same amount in another unit publisher"},
			"",
		},
		{
			"nothing to compare", "Y.JUMP", all,
			[]annual{{organ: "A", year: 2022}, {organ: "A", year: 2023, cells: "review.upheld=1"}},
			[]string{"A2023←A2022 : not_evaluated"},
			"",
		},
		{
			"zeros against prose", "Y.ZERO", all,
			[]annual{{organ: "A", year: 2023, cells: "text.requests_new=4"}, {organ: "B", year: 2023}, {organ: "C", year: 2023, cells: "review.upheld=1"}},
			[]string{"A2023 : fail 0 publisher", "B2023 : pass 0"},
			"",
		},
		{
			"zeros against the years around", "Y.ZERO", all,
			[]annual{
				{organ: "A", year: 2021, cells: "requests.new@total=20"}, {organ: "A", year: 2022}, {organ: "A", year: 2023, cells: "requests.new@total=20"},
				{organ: "B", year: 2021, cells: carries}, {organ: "B", year: 2022},
			},
			[]string{"A2022←A2021←A2023 : fail 0 the years around it had 20 requests or more publisher", "B2022←B2021 : fail 0 publisher"},
			"",
		},
		{
			"in time, late, early", "M.YEAR", all,
			[]annual{
				{organ: "A", year: 2020}, {organ: "A", year: 2021, also: published("2022-02-01")}, {organ: "A", year: 2022, also: published("2022-12-30")},
				{organ: "B", year: 2012, also: published("2013-03-31")}, {organ: "C", year: 2012, also: published("")},
			},
			[]string{
				"A2020 published: pass 2021 2021", "A2020 deadline: pass 2021-01-31 2021-01-20",
				"A2021 published: pass 2022 2022", "A2021 deadline: fail 2022-01-31 2022-02-01 publisher",
				"A2022 published: fail 2023 2022 before the year was over publisher", "A2022 deadline: pass 2023-01-31 2022-12-30",
				"B2012 published: pass 2013 2013", "B2012 deadline: pass 2013-03-31 2013-03-31", "C2012 published: not_evaluated",
			},
			"published deadline",
		},
		{
			"title and period", "M.YEAR", all,
			[]annual{{organ: "A", year: 2020, also: func(r *report.Report) {
				r.Head = []report.Evidence{{Field: "year", Value: "2020", From: "h1"}, {Field: "year", Value: "2019", From: "body_period"}}
			}}},
			[]string{"A2020 period: fail 2020 2019 by body_period publisher"},
			"period",
		},
		{
			"two of a year and none of another", "M.YEAR", all,
			[]annual{{organ: "A", year: 2019}, {organ: "A", year: 2021}, {organ: "A", year: 2021}},
			[]string{"A2021←A2021 duplicate: fail 2020 2021 no report of 2020 extraction", "A2021←A2021 duplicate: fail 2020 2021 no report of 2020 extraction"},
			"duplicate",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := acrossLines(tt.rule, tt.only, tt.options, tt.reports)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

const busyYear = "disclosure.licensing.decisions=1204 disclosure.penalty.decisions=318 requests.granted@natural_person=57 " +
	"requests.granted@enterprise=6 requests.unable.not_held@natural_person=22 review.upheld=4"

const lorem = "坚持以公开为常态，把群众最想知道的事项放在前面，逐条梳理目录，明确责任岗位和更新时限。" +
	"全年围绕民生实事、环境整治、乡村道路、饮水安全等主题发布信息%d条，其中村务事项占了大半。" +
	"申请办理方面设立登记簿，收件、登记、会商、答复各环节留痕，答复文书由法制人员把关。" +
	"平台建设方面完成栏目合并，关停两个长期不更新的账号，清理失效链接和错别字。" +
	"监督保障方面把公开工作列入年度考核，占分%d分，组织业务培训，邀请代表评议。"

const loremOther = "本年度首次编印便民手册，发放到每一户；在集市设置流动公告栏，逢五逢十更换内容；建立村级信息员队伍，按季度评比并通报。" +
	"对历史文件逐份清理，该归档的归档，该解密的解密，确保数字化副本与纸质件一致。档案室延长开放时间，周末安排值班人员接待查阅。" +
	"与邻近乡镇签订协作备忘，涉及跨界河流、道路养护的消息同步发布；遇有突发情况，一小时内首发，二十四小时内续报。" +
	"投诉建议统一编号，办理过程可在线查询，逾期自动提醒分管负责同志，年底集中回访，满意度低的事项重新办理并说明理由。"

// prose gives a report a text with a name and numbers in it.
func prose(name string, n int) func(*report.Report) {
	return func(r *report.Report) {
		text := strings.ReplaceAll(lorem, "%d", strconv.Itoa(n))
		r.Sections = []report.Section{{Text: name + text}, {Text: text + "以上由" + name + "负责解释。" + strings.Repeat("再接再厉，", n%2)}}
	}
}

// Findings come in one order, whatever the order of the reports, and stop when the
// caller has enough.
func TestAcrossOrder(t *testing.T) {
	var members []Member
	r := rand.New(rand.NewPCG(5, 6))
	for organ := range 12 {
		for year := 2019; year < 2025; year++ {
			form := "2021"
			if year < 2021 {
				form = "2019"
			}
			rep := &report.Report{
				Year: year, Scope: report.ScopeOwn, Template: templates(form), Figures: randomSheet(r, form).figures(),
				Organ: report.Organ{Name: fmt.Sprint("organ", organ)}, Published: fmt.Sprintf("%d-01-20", year+1),
			}
			parent := ""
			if organ > 0 {
				parent = "organ00"
			} else {
				rep.Scope = report.ScopeAggregate
			}
			members = append(members, NewMember(fmt.Sprintf("%02d-%d", organ, year), fmt.Sprintf("organ%02d", organ), parent, rep))
		}
	}
	want := slices.Collect(Across(members, AcrossOptions{}))
	rules := make(map[string]int)
	for _, f := range want {
		rules[f.Rule]++
		if f.Verdict == report.NotEvaluated && (f.Expected != "" || f.Got != "") {
			t.Errorf("%s of %v shows numbers, but is not evaluated", f.Rule, f.Reports)
		}
		if len(f.Reports) == 0 || f.Organ == "" || f.Year == 0 || f.Severity != report.Soft {
			t.Errorf("incomplete: %+v", f)
		}
	}
	for _, rule := range []string{"Y.CARRY", "Y.PEND", "T2.STOCK", "T2.ITEMS", "T2.PUB", "Y.JUMP", "Y.SAME", "H.SUM", "H.LE", "M.YEAR"} {
		if rules[rule] == 0 {
			t.Errorf("no finding of %s", rule)
		}
	}
	for range 5 {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		if diff := cmp.Diff(want, slices.Collect(Across(members, AcrossOptions{}))); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
	}
	n := 0
	for range Across(members, AcrossOptions{}) {
		if n++; n == 3 {
			break
		}
	}
}

// The size of what is kept of a report, and the cost of all relations.
func BenchmarkAcross(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	var members []Member
	for organ := range 1000 {
		for year := 2021; year < 2025; year++ {
			rep := &report.Report{
				Year: year, Scope: report.ScopeOwn, Template: templates("2021"), Figures: randomSheet(r, "2021").figures(),
				Organ: report.Organ{Name: fmt.Sprint("organ", organ)},
			}
			prose(fmt.Sprint("organ", organ), r.IntN(1000))(rep)
			members = append(members, NewMember(fmt.Sprintf("%d-%d", organ, year), fmt.Sprint("organ", organ), "", rep))
		}
	}
	for b.Loop() {
		n := 0
		for range Across(members, AcrossOptions{}) {
			n++
		}
		b.ReportMetric(float64(n)/float64(len(members)), "findings/report")
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(members)), "µs/report")
}
