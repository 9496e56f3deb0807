package template

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/extract/document"
	"gongkai/report"
)

// reading is what a test wants to see of an alignment.
type reading struct {
	a *Alignment
}

func alignLines(t *testing.T, text string) reading {
	t.Helper()
	return alignDocument(t, textDocument(strings.Split(strings.Trim(text, "\n"), "\n"), false))
}

func alignDocument(t *testing.T, d *document.Document) reading {
	t.Helper()
	a, err := Align(t.Context(), d, 0, len(d.Blocks), nil)
	if err != nil {
		t.Fatal(err)
	}
	return reading{a}
}

// show gives the figures whose metric begins with a prefix, as "metric@applicant
// value unit" or "metric@applicant state", in their order; figures in the states
// to skip are left out.
func (r reading) show(prefix string, skip ...report.State) []string {
	var list []string
	for _, f := range r.a.Figures {
		if !strings.HasPrefix(f.Metric, prefix) || slices.Contains(skip, f.State) {
			continue
		}
		name := f.Metric
		if f.Applicant != "" {
			name += "@" + string(f.Applicant)
		}
		if f.Label != "" {
			name += " " + f.Label
		}
		if f.Value != "" {
			list = append(list, strings.TrimSpace(name+" "+f.Value+" "+f.Unit))
		} else {
			list = append(list, name+" "+string(f.State))
		}
	}
	return list
}

func (r reading) count(state report.State) int {
	n := 0
	for _, f := range r.a.Figures {
		if f.State == state {
			n++
		}
	}
	return n
}

func (r reading) orphans() []string {
	var list []string
	for _, o := range r.a.Orphans {
		list = append(list, o.Raw+" under "+o.Under)
	}
	return list
}

func want(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Cells of up to four characters were lost on the way: labels, zeros and most
// numbers. A row with all its values is certain, and so is an amount by its unit;
// other numbers belong to no cell that can be known.
func TestShortCellsLost(t *testing.T) {
	r := alignLines(t, `
二、主动公开政府信息情况
第二十条第（一）项
本年新
制作数量
本年新
公开数量
对外公开总数量
规范性文件
第二十条第（五）项
上一年项目数量
本年增/减
处理决定数量
142781
其他对外管理服务事项
413954
-11043
135759
第二十条第（九）项
采购项目数量
采购总金额
政府集中采购
106677.809万
五、存在的主要问题及改进情况`)
	want(t, "figures", []string{
		"disclosure.other_services.items_prev_year 413954 项",
		"disclosure.other_services.items_change -11043 项",
		"disclosure.other_services.decisions 135759 件",
		"disclosure.procurement.amount 106677.809 万元",
	}, r.show("", report.StateNotRecovered))
	want(t, "orphans", []string{"142781 under 第二十条第（五）项"}, r.orphans())
	// The two other tables of the form are not there; their cells are lost.
	want(t, "templates", report.Templates{Disclosure: "2019"}, r.a.Templates)
	want(t, "lost cells", 22+23*7+15-4, r.count(report.StateNotRecovered))
	for _, f := range r.a.Figures {
		if f.Metric == "requests.new" && f.Locator.Block != 21 {
			t.Errorf("an absent table is located at block %d, not where the last one ended", f.Locator.Block)
		}
	}
}

// Where blank cells are gone from the lines, a row with two values does not say
// which columns they are of, unless all rows are filled in alike.
func TestBlankCellsDropped(t *testing.T) {
	head := `
三、收到和处理政府信息公开申请情况
（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和） | 申请人情况
自然人 | 法人或其他组织 | 总计
商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他
`
	skip := []report.State{report.StateNotRecovered, report.StateEmpty}
	r := alignLines(t, head+`
一、本年新收政府信息公开申请数量 |
3 |
3 |
二、上年结转政府信息公开申请数量 |
0 |
0 |
三、本年度办理结果 |
（一）予以公开 |
3 |
3 |
（二）部分公开 |
0 |
（三）不予公开 |`)
	want(t, "all rows alike", []string{
		"requests.new@natural_person 3 件", "requests.new@total 3 件",
		"requests.carried_in@natural_person 0 件", "requests.carried_in@total 0 件",
		"requests.granted@natural_person 3 件", "requests.granted@total 3 件",
	}, r.show("requests", skip...))
	want(t, "orphans", []string{"0 under 三、本年度办理结果"}, r.orphans())

	r = alignLines(t, head+`
一、本年新收政府信息公开申请数量 |
3 |
3 |
二、上年结转政府信息公开申请数量 |
三、本年度办理结果 |
（一）予以公开 |
2 |
1 |
3 |`)
	want(t, "rows that differ", []string(nil), r.show("requests", skip...))
	want(t, "orphans", []string{
		"3 under ", "3 under ", "2 under 三、本年度办理结果", "1 under 三、本年度办理结果", "3 under 三、本年度办理结果",
	}, r.orphans())
}

// A blank form has blank cells, no zeros; cells behind a cut are lost.
func TestBlankForm(t *testing.T) {
	r := alignLines(t, `
第二十条第（一）项
信息内容
本年制发件数
本年废止件数
现行有效件数
规章
行政规范性文件
第二十条第（五）项
信息内容
本年处理决定数量
行政许可
第二十条第（六）项
信息内容
本年`)
	if r.count(report.StateZero)+r.count(report.StateOK) > 0 {
		t.Errorf("values: %v", r.show("", report.StateEmpty, report.StateNotRecovered))
	}
	want(t, "blank cells", 7, r.count(report.StateEmpty))
}

// In a text that ends within a row the cells before the end are known, but not a
// number that may go on.
func TestCutRow(t *testing.T) {
	text := `三、收到和处理政府信息公开申请情况
申请人情况
法人或其他组织
总计
商业企业
科研机构
社会公益组织
法律服务机构
其他
一、本年新收政府信息公开申请数量
12
0
0
0
0
0
12
二、上年结转政府信息公开申请数量
1
0
33`
	row := func(text string) []string {
		d := textDocument(strings.Split(text, "\n"), false)
		d.Lines = d.Lines[:len(d.Lines)-1]
		return alignDocument(t, d).show("requests.carried_in", report.StateNotRecovered)
	}
	want(t, "cut in a number", []string{"requests.carried_in@natural_person 1 件", "requests.carried_in@enterprise 0 件"}, row(text))
	want(t, "cut at the end of a line", []string{
		"requests.carried_in@natural_person 1 件", "requests.carried_in@enterprise 0 件", "requests.carried_in@research 33 件",
	}, row(text+"\n"))
}

// Rows whose labels came loose are known by the rows around them when exactly
// that many are missing; a number on a line of its own is not a row.
func TestRowsByOrder(t *testing.T) {
	r := alignLines(t, `
三、收到和处理政府信息公开申请情况
| 一、本年新收政府信息公开申请数量 | 9 | 0 | 0 | 0 | 0 | 0 | 9 |
| 二、上年结转政府信息公开申请数量 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| 三、 | （一）予以公开 | 4 | 0 | 0 | 0 | 0 | 0 | 4 |
| 2 | 0 | 0 | 0 | 0 | 0 | 2 |
|---|---|---|---|---|---|---|
（二）部分公开（区分处理的，只
计这一情形，不计其他情形）
2.其他法律行政法规禁
止公开
5
| 1.属于国家秘密 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| 3 | 0 | 0 | 0 | 0 | 0 | 3 |
| 3.危及“三安全一稳定” | 0 | 0 | 0 | 0 | 0 | 0 | 0 |
| 1 | 0 | 0 | 0 | 0 | 0 | 1 |
| 6.属于四类过程性信息 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |`)
	want(t, "figures", []string{
		"requests.new@total 9 件", "requests.carried_in@total 0 件", "requests.granted@total 4 件",
		"requests.partial@total 2 件", "requests.denied.state_secret@total 0 件", "requests.denied.law_forbidden@total 3 件",
		"requests.denied.three_security_one_stability@total 0 件", "requests.denied.process_info@total 0 件",
	}, slices.DeleteFunc(r.show("requests", report.StateNotRecovered), func(s string) bool { return !strings.Contains(s, "@total") }))
	// Two rows are missing around the row of 1: it could be either.
	if got := r.orphans(); len(got) != 8 || got[0] != "5 under 三、" && !strings.HasPrefix(got[0], "5 ") {
		t.Errorf("orphans: %v", got)
	}
}

// A row that the form does not have keeps its label and moves no other.
func TestLocalRow(t *testing.T) {
	r := alignLines(t, `
第二十条第（一）项
信息内容
本年新制作数量
本年新公开数量
对外公开总数量
规章（设区的市以上政府填报）
0
0
0
规范性文件（含决定、公告、
通知等）
34
4
47
其他主动公开文件
5
6
7`)
	want(t, "figures", []string{
		"disclosure.rules.made_new 0 件", "disclosure.rules.published_new 0 件", "disclosure.rules.published_total 0 件",
		"disclosure.normative_docs.made_new 34 件", "disclosure.normative_docs.published_new 4 件", "disclosure.normative_docs.published_total 47 件",
	}, r.show("disclosure", report.StateNotRecovered))
	want(t, "local rows", []string{
		"local_row 其他主动公开文件 / 本年新制作数量 5",
		"local_row 其他主动公开文件 / 本年新公开数量 6",
		"local_row 其他主动公开文件 / 对外公开总数量 7",
	}, r.show("local_row"))
}

// The unit of an amount is the one in the cell, else in the header, else above
// the table, else unknown.
func TestUnits(t *testing.T) {
	table := func(caption, head, value string) string {
		return alignLines(t, "第二十条第（九）项\n"+caption+"\n信息内容\n采购项目数量\n"+head+"\n政府集中采购\n4\n"+value).
			show("disclosure.procurement.amount")[0]
	}
	for _, tt := range []struct{ caption, head, value, want string }{
		{"", "采购总金额", "630.2", "630.2"},
		{"", "采购总金额（万元）", "630.2", "630.2 万元"},
		{"单位：万元", "采购总金额", "630.2", "630.2 万元"},
		{"单位：万元", "采购总金额（单位：元）", "6302000", "6302000 元"},
		{"", "采购总金额（万元）", "251000元", "251000 元"},
		{"", "采购总金额", "106677.809万", "106677.809 万元"},
	} {
		want(t, fmt.Sprintf("%+v", tt), "disclosure.procurement.amount "+tt.want, table(tt.caption, tt.head, tt.value))
	}
}

// Signs and blank cells are states, not numbers, and a sign that spans the
// columns is in each of them.
func TestSigns(t *testing.T) {
	s := newSheet("2021", rand.New(rand.NewPCG(5, 5)))
	rows := s.table(report.SectionRequests).rows
	row := func(y int) []sheetCell { return rows[y][len(rows[y])-7:] }
	for i, sign := range []string{"/", "—", "无", "不适用", "", "见附件", "0"} {
		row(3)[i].text = sign
	}
	rows[4] = append(rows[4][:len(rows[4])-7], sheetCell{text: "无", rows: 1, cols: 7})
	r := alignDocument(t, s.asTables())
	want(t, "row of signs", []string{
		"requests.new@natural_person dash", "requests.new@enterprise dash", "requests.new@research not_applicable",
		"requests.new@welfare not_applicable", "requests.new@legal_service empty", "requests.new@other_org text", "requests.new@total 0 件",
	}, r.show("requests.new"))
	for _, line := range r.show("requests.carried_in") {
		if !strings.HasSuffix(line, "not_applicable") {
			t.Error(line)
		}
	}
}

// A subtotal is a known addition to the form; other columns keep their label.
func TestMoreColumns(t *testing.T) {
	s := newSheet("2021", rand.New(rand.NewPCG(6, 6)))
	s.addColumn(1, "小计", nil)
	d := s.asTables()
	if missed := audit(t, d, s.printed()); len(missed) > 0 {
		t.Errorf("missed %v", missed)
	}
	subtotals := 0
	for _, f := range alignDocument(t, d).a.Figures {
		if f.Applicant == report.OrgSubtotal {
			subtotals++
		}
	}
	want(t, "subtotals", 25, subtotals)

	s = newSheet("2021", rand.New(rand.NewPCG(7, 7)))
	s.addColumn(3, "境外申请人", rand.New(rand.NewPCG(8, 8)))
	got := alignDocument(t, s.asTables()).show("local_row")
	if len(got) != 25 || !strings.HasPrefix(got[0], "local_row 一、本年新收政府信息公开申请数量 / 境外申请人 ") {
		t.Errorf("local column: %v", got)
	}
}

// A table that comes again, such as last year's below this year's, is left out.
func TestSecondTable(t *testing.T) {
	first, second := newSheet("2021", rand.New(rand.NewPCG(1, 3))), newSheet("2021", rand.New(rand.NewPCG(2, 3)))
	rows := first.table(report.SectionRequests).rows
	first.table(report.SectionRequests).rows = append(rows[:6:6], rows[7:]...) // a row is missing in the first only
	printed := first.printed()
	first.tables = append(first.tables, second.tables...)
	d := first.asTables()
	audit(t, d, printed)
	want(t, "notes", []string{"repeated_table:disclosure", "repeated_table:requests", "repeated_table:review_litigation"}, alignDocument(t, d).a.Notes)
}

// Headings that the caller found end tables, even where the text does not say so;
// a label that was taken for a heading does no harm.
func TestSections(t *testing.T) {
	lines := strings.Split(`二 公开
第二十条第（五）项
信息内容
本年处理决定数量
行政许可
3
三 申请
一、本年新收政府信息公开申请数量
1
0
0
0
0
0
1
四、结转下年度继续办理
0
0
0
0
0
0
0
四 复议
7`, "\n")
	d := textDocument(lines, false)
	a, err := Align(t.Context(), d, 0, len(d.Blocks), map[int]string{
		0: report.SectionDisclosure, 6: report.SectionRequests, 15: report.SectionReviewLitigation, 23: report.SectionReviewLitigation,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := reading{a}
	if got := r.show("requests.carried_out", report.StateNotRecovered); len(got) != 7 {
		t.Errorf("carried out: %v", got)
	}
	if got := r.orphans(); got != nil {
		t.Errorf("orphans: %v", got)
	}
	for _, f := range a.Figures {
		if f.Metric == "review.total" && f.Locator.Block != 23 {
			t.Errorf("the absent table is located at block %d, not at its heading", f.Locator.Block)
		}
	}
}

// The blocks that a table was read from are listed, and no others.
func TestBlocks(t *testing.T) {
	r := alignLines(t, `
一、总体情况
全年主动公开 12 条。
二、主动公开政府信息情况
本节说明填报口径。
第二十条第（六）项
信息内容
本年处理决定数量
行政处罚
9
行政强制
0
注：行政处罚含简易程序。
五、存在的主要问题及改进情况
还有 3 个方面要改进。`)
	want(t, "blocks", []int{4, 5, 6, 7, 8, 9, 10}, r.a.Blocks)
	if len(r.a.Trace) == 0 || r.a.Trace[0].Printed != "第二十条第（六）项" || r.a.Trace[0].Score != 1 {
		t.Errorf("trace: %+v", r.a.Trace)
	}
}

// Prose and foreign tables say nothing.
func TestNoTables(t *testing.T) {
	r := alignLines(t, `
一、主动公开
全年公开信息 300 条。
行政许可
12
行政处罚
5
二、申请
收到申请 3 件`)
	if len(r.a.Figures)+len(r.a.Orphans)+len(r.a.Blocks) > 0 || r.a.Templates != (report.Templates{}) {
		t.Errorf("made of nothing: %+v", r.a)
	}
}

// In an annex with several columns of numbers the one of the form is taken, the
// others are local.
func TestAnnexColumns(t *testing.T) {
	table := func(heads ...string) []string {
		var rows [][]sheetCell
		head := []sheetCell{label("统计指标", 1, 1), label("单位", 1, 1)}
		for _, h := range heads {
			head = append(head, label(h, 1, 1))
		}
		rows = append(rows, head)
		for i, name := range []string{"（一）收到申请数", "1.当面申请数", "2.传真申请数", "3.网络申请数", "4.信函申请数", "区内自设指标"} {
			row := []sheetCell{label(name, 1, 1), label("件", 1, 1)}
			for k := range heads {
				row = append(row, sheetCell{text: fmt.Sprint(10*i + k), rows: 1, cols: 1})
			}
			rows = append(rows, row)
		}
		st := &sheetTable{rows: rows}
		d := &document.Document{Blocks: []document.Block{{Kind: document.TableBlock, Table: st.grid()}}}
		r := alignDocument(t, d)
		return append(r.show("annex.requests_via_fax"), r.show("local_row 2.传真")...)
	}
	want(t, "one column", []string{"annex.requests_via_fax 20 件"}, table("统计数"))
	want(t, "a total", []string{"annex.requests_via_fax 22 件"}, table("本级", "下级", "合计"))
	want(t, "no total", []string{"annex.requests_via_fax not_recovered"}, table("本级", "下级"))
}

func TestAlignRange(t *testing.T) {
	d := textDocument([]string{"一"}, false)
	if _, err := Align(t.Context(), d, 0, 2, nil); err == nil {
		t.Error("no error for blocks that are not there")
	}
}

// A table that would take long ends with the context.
func TestAlignEndsWithContext(t *testing.T) {
	lines := []string{"三、收到和处理政府信息公开申请情况"}
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("本年新收某某事项之%d", i), "0")
	}
	d := textDocument(lines, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Align(ctx, d, 0, len(d.Blocks), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Align: %v", err)
	}
}
