package fakegov

import (
	"strconv"
	"sync"

	"gongkai/report"
)

// cell is a cell of an official form: a label, or the place of a figure.
type cell struct {
	text string // the label, empty for a figure
	key  string // metric or metric@applicant, empty for a label
	rows int    // rowspan, 0 means 1
	cols int    // colspan, 0 means 1
}

// grid is the rows of a table as HTML writes them: a cell stands only where it
// starts.
type grid [][]cell

// form holds the three tables of an official form.
type form struct {
	disclosure grid // 二、主动公开政府信息情况
	requests   grid // 三、收到和处理政府信息公开申请情况
	review     grid // 四、政府信息公开行政复议、行政诉讼情况
	// rows are the rows of the table of requests: new and carried in, the
	// results, then handled and carried out.
	rows []requestRow
}

// requestRow is a row of the table of requests with the keys of its seven cells.
type requestRow struct {
	metric string
	keys   [7]string
	weight int // how often a request ends so, in ‰; 0 for the rest
}

// results are the rows that tell how requests ended.
func (f form) results() []requestRow { return f.rows[2 : len(f.rows)-2] }

var form2019 = sync.OnceValue(func() form { return newForm(disclosure2019(), otherOneRow) })

var form2021 = sync.OnceValue(func() form { return newForm(disclosure2021(), otherThreeRows) })

// tables is the form that f names.
func (f Form) tables() form {
	if f == Form2021 {
		return form2021()
	}
	return form2019()
}

func newForm(disclosure grid, other resultGroup) form {
	f := form{disclosure: disclosure, requests: requestsGrid(other), review: reviewGrid()}
	metrics := append([]string{"requests.new", "requests.carried_in"}, resultMetrics(other)...)
	for _, metric := range append(metrics, "requests.handled", "requests.carried_out") {
		row := requestRow{metric: metric, weight: resultWeight[metric]}
		for i, a := range report.Applicants() {
			row.keys[i] = at(metric, a)
		}
		f.rows = append(f.rows, row)
	}
	return f
}

func at(metric string, a report.Applicant) string {
	return metric + "@" + string(a)
}

func label(text string) cell          { return cell{text: text} }
func wide(text string, cols int) cell { return cell{text: text, cols: cols} }
func tall(text string, rows int) cell { return cell{text: text, rows: rows} }
func figure(key string) cell          { return cell{key: key} }
func wideFigure(k string, c int) cell { return cell{key: k, cols: c} }
func article20(text string) []cell    { return []cell{wide("第二十条第（"+text+"）项", 4)} }
func labels(texts ...string) (r []cell) {
	for _, t := range texts {
		r = append(r, label(t))
	}
	return r
}

func line(text, metric string, columns ...string) []cell {
	r := []cell{label(text)}
	for _, c := range columns {
		r = append(r, figure(metric+"."+c))
	}
	return r
}

func disclosure2019() grid {
	items := []string{"items_prev_year", "items_change", "decisions"}
	itemHead := labels("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")
	return grid{
		article20("一"),
		labels("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"),
		line("规章", "disclosure.rules", "made_new", "published_new", "published_total"),
		line("规范性文件", "disclosure.normative_docs", "made_new", "published_new", "published_total"),
		article20("五"),
		itemHead,
		line("行政许可", "disclosure.licensing", items...),
		line("其他对外管理服务事项", "disclosure.other_services", items...),
		article20("六"),
		itemHead,
		line("行政处罚", "disclosure.penalty", items...),
		line("行政强制", "disclosure.coercion", items...),
		article20("八"),
		{label("信息内容"), label("上一年项目数量"), wide("本年增/减", 2)},
		{label("行政事业性收费"), figure("disclosure.fees.items_prev_year"), wideFigure("disclosure.fees.items_change", 2)},
		article20("九"),
		{label("信息内容"), label("采购项目数量"), wide("采购总金额", 2)},
		{label("政府集中采购"), figure("disclosure.procurement.projects"), wideFigure("disclosure.procurement.amount", 2)},
	}
}

func disclosure2021() grid {
	decisions := func(text, metric string) []cell {
		return []cell{label(text), wideFigure(metric+".decisions", 3)}
	}
	return grid{
		article20("一"),
		labels("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
		line("规章", "disclosure.rules", "issued", "abolished", "in_force"),
		line("行政规范性文件", "disclosure.normative_docs", "issued", "abolished", "in_force"),
		article20("五"),
		{label("信息内容"), wide("本年处理决定数量", 3)},
		decisions("行政许可", "disclosure.licensing"),
		article20("六"),
		{label("信息内容"), wide("本年处理决定数量", 3)},
		decisions("行政处罚", "disclosure.penalty"),
		decisions("行政强制", "disclosure.coercion"),
		article20("八"),
		{label("信息内容"), wide("本年收费金额（单位：万元）", 3)},
		{label("行政事业性收费"), wideFigure("disclosure.fees.amount", 3)},
	}
}

// resultGroup is a block of the results of a year (本年度办理结果).
type resultGroup struct {
	text string
	rows []resultRow // one row without text: the group is a single row
}

type resultRow struct{ text, metric string }

var resultGroups = []resultGroup{
	{"（一）予以公开", []resultRow{{"", "requests.granted"}}},
	{"（二）部分公开（区分处理的，只计这一情形，不计其他情形）", []resultRow{{"", "requests.partial"}}},
	{"（三）不予公开", []resultRow{
		{"1.属于国家秘密", "requests.denied.state_secret"},
		{"2.其他法律行政法规禁止公开", "requests.denied.law_forbidden"},
		{"3.危及“三安全一稳定”", "requests.denied.three_security_one_stability"},
		{"4.保护第三方合法权益", "requests.denied.third_party"},
		{"5.属于三类内部事务信息", "requests.denied.internal_affairs"},
		{"6.属于四类过程性信息", "requests.denied.process_info"},
		{"7.属于行政执法案卷", "requests.denied.enforcement_file"},
		{"8.属于行政查询事项", "requests.denied.admin_query"},
	}},
	{"（四）无法提供", []resultRow{
		{"1.本机关不掌握相关政府信息", "requests.unable.not_held"},
		{"2.没有现成信息需要另行制作", "requests.unable.needs_creation"},
		{"3.补正后申请内容仍不明确", "requests.unable.unclear"},
	}},
	{"（五）不予处理", []resultRow{
		{"1.信访举报投诉类申请", "requests.refused.petition"},
		{"2.重复申请", "requests.refused.repeat"},
		{"3.要求提供公开出版物", "requests.refused.publication"},
		{"4.无正当理由大量反复申请", "requests.refused.excessive"},
		{"5.要求行政机关确认或重新出具已获取信息", "requests.refused.reconfirm"},
	}},
}

var (
	otherOneRow    = resultGroup{"（六）其他处理", []resultRow{{"", "requests.other"}}}
	otherThreeRows = resultGroup{"（六）其他处理", []resultRow{
		{"1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "requests.other.no_correction"},
		{"2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "requests.other.unpaid_fee"},
		{"3.其他", "requests.other.misc"},
	}}
)

func resultMetrics(other resultGroup) (metrics []string) {
	for _, g := range append(append([]resultGroup{}, resultGroups...), other) {
		for _, r := range g.rows {
			metrics = append(metrics, r.metric)
		}
	}
	return metrics
}

func requestsGrid(other resultGroup) grid {
	groups := append(append([]resultGroup{}, resultGroups...), other)
	height := 1 // of 三、本年度办理结果, with the row of totals
	for _, g := range groups {
		height += len(g.rows)
	}
	g := grid{
		{{text: "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", rows: 3, cols: 3}, wide("申请人情况", 7)},
		{tall("自然人", 2), wide("法人或其他组织", 5), tall("总计", 2)},
		labels("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"),
		applicantRow("requests.new", wide("一、本年新收政府信息公开申请数量", 3)),
		applicantRow("requests.carried_in", wide("二、上年结转政府信息公开申请数量", 3)),
	}
	for i, group := range groups {
		for j, r := range group.rows {
			var head []cell
			if i == 0 {
				head = append(head, tall("三、本年度办理结果", height))
			}
			switch {
			case r.text == "":
				head = append(head, wide(group.text, 2))
			case j == 0:
				head = append(head, tall(group.text, len(group.rows)), label(r.text))
			default:
				head = append(head, label(r.text))
			}
			g = append(g, applicantRow(r.metric, head...))
		}
	}
	return append(g,
		applicantRow("requests.handled", wide("（七）总计", 2)),
		applicantRow("requests.carried_out", wide("四、结转下年度继续办理", 3)))
}

func applicantRow(metric string, head ...cell) []cell {
	for _, a := range report.Applicants() {
		head = append(head, figure(at(metric, a)))
	}
	return head
}

var (
	reviewGroups   = []string{"review", "litigation.direct", "litigation.after_review"}
	reviewOutcomes = []string{"upheld", "corrected", "other", "pending"}
	reviewLabels   = []string{"结果维持", "结果纠正", "其他结果", "尚未审结", "总计"}
)

func reviewGrid() grid {
	g := grid{
		{wide("行政复议", 5), wide("行政诉讼", 10)},
		nil,
		append(labels(reviewLabels...), labels(reviewLabels...)...),
		nil,
	}
	for _, l := range reviewLabels {
		g[1] = append(g[1], tall(l, 2))
	}
	g[1] = append(g[1], wide("未经复议直接起诉", 5), wide("复议后起诉", 5))
	for _, group := range reviewGroups {
		for _, o := range append(append([]string{}, reviewOutcomes...), "total") {
			g[3] = append(g[3], figure(group+"."+o))
		}
	}
	return g
}

// rowspan and colspan give the span of a cell, at least 1.
func (c cell) rowspan() int { return max(c.rows, 1) }
func (c cell) colspan() int { return max(c.cols, 1) }

func itoa(n int) string { return strconv.Itoa(n) }
