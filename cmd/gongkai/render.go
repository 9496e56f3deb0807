package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"gongkai/report"
)

// printer lays a report out for a person at a terminal: head, the three tables
// as the form has them, what the prose says, findings.
type printer struct {
	w     io.Writer
	width int
	color bool
}

func (t *terminal) printer() *printer {
	return &printer{w: t.out, width: t.width, color: t.color}
}

func (p *printer) paint(c text.Color, s string) string {
	if !p.color || s == "" {
		return s
	}
	return c.EscapeSeq() + s + text.Reset.EscapeSeq()
}

// stateSigns are the signs for cells without a value of their own; the legend
// under the tables explains those that were used.
var stateSigns = map[report.State]struct{ sign, means string }{
	report.StateEmpty:        {"·", "blank"},
	report.StateNotRecovered: {"?", "not recovered"},
}

func (p *printer) report(r *report.Report) {
	p.head(r)
	v := newReportView(r)
	p.disclosure(v)
	p.requests(v)
	p.reviewLitigation(v)
	p.annex(v)
	p.legend(v)
	p.prose(r)
	p.orphans(r)
	p.findings(r)
}

// fact prints a named fact in lines of their own, nothing when it is empty.
func (p *printer) fact(name, value string) {
	const names = 13 // width of the names, with the margin
	if value != "" {
		fmt.Fprintf(p.w, "%s%s\n", text.Pad("  "+name, names, ' '), fold(value, p.width, names, strings.Repeat(" ", names)))
	}
}

func (p *printer) head(r *report.Report) {
	fmt.Fprintln(p.w, p.paint(text.Bold, fold(cmp.Or(r.Title, "(no title)"), p.width, 0, "")))
	organ := r.Organ.Name
	if r.Organ.FullName != organ {
		organ = joinNonEmpty(", ", organ, r.Organ.FullName)
	}
	p.fact("organ", orUnknown(organ))
	p.fact("level", joinNonEmpty(", ", r.Organ.Level, r.Organ.Kind, prefixed("region ", r.Organ.Region)))
	p.fact("year", joinNonEmpty(", ", orUnknown(yearText(r.Year)), prefixed("published ", r.Published)))
	p.fact("scope", string(r.Scope))
	p.fact("forms", joinNonEmpty(", ",
		prefixed("二 ", r.Template.Disclosure), prefixed("三 ", r.Template.Requests),
		prefixed("四 ", r.Template.ReviewLitigation), prefixed("annex ", r.Template.Annex)))
	p.fact("status", string(r.Status))
	for _, key := range []string{"索引号", "发布机构", "文号"} {
		p.fact(key, r.Meta[key])
	}
	for _, c := range r.Copies {
		p.fact("copy", joinNonEmpty(", ", fmt.Sprintf("blocks %d–%d repeat the body at %d", c.From, c.To-1, c.Of), c.Note))
	}
	for _, n := range r.Notes {
		p.fact("note", n)
	}
	p.fact("source", joinNonEmpty(" ", r.Source.URL, r.Source.File))
	p.fact("attachment", r.Source.Attachment)
	p.fact("captured", r.Source.Captured)
	p.fact("snapshot", text.Snip(r.Source.Snapshot, p.width-13, "…"))
}

func orUnknown(s string) string { return cmp.Or(s, "unknown") }

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return fmt.Sprint(year)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func joinNonEmpty(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// reportView finds figures and suspects by cell.
type reportView struct {
	r       *report.Report
	cells   map[string]report.Figure
	suspect map[string]bool // metric or metric@applicant
	used    map[report.State]bool
	marked  bool
}

func newReportView(r *report.Report) *reportView {
	v := &reportView{r: r, cells: map[string]report.Figure{}, suspect: map[string]bool{}, used: map[report.State]bool{}}
	for _, f := range r.Figures {
		if f.Origin != report.OriginText {
			v.cells[cellKey(f.Metric, f.Applicant)] = f
		}
	}
	for _, f := range r.Findings {
		if f.Verdict == report.Fail && f.Suspect != nil {
			v.suspect[cellKey(f.Suspect.Metric, f.Suspect.Applicant)] = true
		}
	}
	return v
}

func cellKey(metric string, a report.Applicant) string {
	if a == "" {
		return metric
	}
	return metric + "@" + string(a)
}

// cell renders one cell, a suspect one with a mark.
func (p *printer) cell(v *reportView, metric string, a report.Applicant) string {
	f, ok := v.cells[cellKey(metric, a)]
	if !ok {
		return ""
	}
	s := f.Value
	if f.State == report.StateApproximate {
		s = "≈" + s
	}
	if !f.State.HasValue() {
		s = f.Raw
		if sign, ok := stateSigns[f.State]; ok {
			s = sign.sign
			v.used[f.State] = true
		}
	}
	if v.suspect[metric] || v.suspect[cellKey(metric, a)] {
		v.marked = true
		return p.paint(text.FgRed, s+"✗")
	}
	if f.State == report.StateZero {
		return p.paint(text.FgHiBlack, s)
	}
	return s
}

func (p *printer) title(s string) {
	fmt.Fprintf(p.w, "\n%s\n", p.paint(text.Bold, s))
}

// line prints a line of a list, folded.
func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p.w, "  %s\n", fold(fmt.Sprintf(format, args...), p.width, 2, "    "))
}

func (p *printer) dim(s string) string { return p.paint(text.FgHiBlack, s) }

// disclosure prints table two: under each block of article 20 its own heads.
func (p *printer) disclosure(v *reportView) {
	blocks := report.Layout("disclosure", v.r.Template.Disclosure)
	if blocks == nil {
		return
	}
	p.title("二、主动公开政府信息情况")
	t := sheet{right: []int{1, 2, 3}, flex: []int{0}, gap: 2}
	for _, b := range blocks {
		heads := []any{p.dim(b.Label)}
		for _, h := range b.Heads {
			heads = append(heads, p.dim(h))
		}
		t.add(heads...)
		for _, r := range b.Rows {
			row := []any{"  " + r.Label}
			for _, metric := range r.Metrics {
				row = append(row, p.cell(v, metric, "")+decimalUnit(v.cells[metric]))
			}
			t.add(row...)
		}
	}
	addLocalRows(&t, v)
	t.print(p.w, p.width)
}

// decimalUnit is the unit behind an amount; amounts without one are suspicious.
func decimalUnit(f report.Figure) string {
	m, _ := report.LookupMetric(f.Metric)
	switch {
	case m.Kind != "decimal" || !f.State.HasValue():
		return ""
	case f.Unit == "":
		return " (unit?)"
	}
	return " " + f.Unit
}

// applicants are the columns of table three, where a line feed is broken to fit
// 80 columns.
var applicants = map[report.Applicant]string{
	report.NaturalPerson: "自然人",
	report.Enterprise:    "商业\n企业",
	report.Research:      "科研\n机构",
	report.Welfare:       "公益\n组织",
	report.LegalService:  "法律\n服务",
	report.OtherOrg:      "其他",
	report.Total:         "总计",
	report.OrgSubtotal:   "小计",
}

func applicantText(a report.Applicant) string {
	return strings.ReplaceAll(applicants[a], "\n", "")
}

func (p *printer) requests(v *reportView) {
	blocks := report.Layout("requests", v.r.Template.Requests)
	if blocks == nil {
		return
	}
	p.title("三、收到和处理政府信息公开申请情况")
	t := sheet{heads: []string{""}, right: []int{1, 2, 3, 4, 5, 6, 7}, flex: []int{0}, gap: 1}
	for _, a := range report.Applicants() {
		t.heads = append(t.heads, applicants[a])
	}
	var above []string // headings that stand above the row
	for _, b := range blocks {
		headings := strings.Fields(b.Label)
		for i, h := range headings {
			if i >= len(above) || above[i] != h {
				t.add(p.dim(strings.Repeat("  ", i) + h))
			}
		}
		above = headings
		for _, r := range b.Rows {
			label, _, _ := strings.Cut(r.Label, "（区分处理的")
			row := []any{strings.Repeat("  ", len(headings)) + label}
			for _, a := range report.Applicants() {
				row = append(row, p.cell(v, r.Metrics[0], a))
			}
			t.add(row...)
		}
	}
	t.print(p.w, p.width)
}

func (p *printer) reviewLitigation(v *reportView) {
	blocks := report.Layout("review_litigation", v.r.Template.ReviewLitigation)
	if blocks == nil {
		return
	}
	p.title("四、政府信息公开行政复议、行政诉讼情况")
	t := sheet{heads: append([]string{""}, blocks[0].Heads...), right: []int{1, 2, 3, 4, 5}, flex: []int{0}, gap: 1}
	for _, r := range blocks[0].Rows {
		row := []any{r.Label}
		for _, metric := range r.Metrics {
			row = append(row, p.cell(v, metric, ""))
		}
		t.add(row...)
	}
	t.print(p.w, p.width)
}

func (p *printer) annex(v *reportView) {
	if v.r.Template.Annex == "" {
		return
	}
	p.title("政府信息公开情况统计表")
	t := sheet{right: []int{1}, flex: []int{0}, gap: 1}
	for _, f := range v.r.Figures {
		if f.Origin == report.OriginAnnex && f.Metric != report.MetricLocalRow {
			t.add(metricText(f.Metric), p.cell(v, f.Metric, ""), f.Unit)
		}
	}
	t.print(p.w, p.width)
}

// metricText is what a person calls a metric.
func metricText(name string) string {
	if m, ok := report.LookupMetric(name); ok {
		return m.Short()
	}
	return name
}

// addLocalRows adds the rows that the official form does not have.
func addLocalRows(t *sheet, v *reportView) {
	byLabel := map[string][]any{}
	var order []string
	for _, f := range v.r.Figures {
		if f.Metric != report.MetricLocalRow || f.Applicant != "" {
			continue
		}
		if byLabel[f.Label] == nil {
			byLabel[f.Label] = []any{"  " + f.Label + " (local)"}
			order = append(order, f.Label)
		}
		value := f.Value
		if !f.State.HasValue() {
			value = f.Raw
		}
		byLabel[f.Label] = append(byLabel[f.Label], value)
	}
	for _, l := range order {
		t.add(byLabel[l]...)
	}
}

func (p *printer) legend(v *reportView) {
	var parts []string
	for _, s := range []report.State{report.StateEmpty, report.StateNotRecovered} {
		if v.used[s] {
			parts = append(parts, stateSigns[s].sign+" "+stateSigns[s].means)
		}
	}
	if v.marked {
		parts = append(parts, "✗ suspect cell, see relations")
	}
	if len(parts) > 0 {
		fmt.Fprintf(p.w, "%s\n", strings.Join(parts, "    "))
	}
}

// prose prints the figures read from sentences, each with the words around it.
func (p *printer) prose(r *report.Report) {
	t := sheet{right: []int{1}, flex: []int{0}, gap: 1}
	var figures []report.Figure
	for _, f := range r.Figures {
		if f.Origin != report.OriginText {
			continue
		}
		value := f.Value
		if f.State == report.StateApproximate {
			value = "≈" + value
		}
		figures = append(figures, f)
		t.add(metricText(f.Metric), value, f.Unit)
	}
	if len(figures) == 0 {
		return
	}
	p.title("from the text")
	p.quote(&t, figures)
	t.print(p.w, p.width)
}

// quote adds to each row the words around its figure, as many as there is room
// for.
func (p *printer) quote(t *sheet, figures []report.Figure) {
	const least = 24
	room := p.width - 2*t.gap
	for _, w := range t.widths(p.width - least) {
		room -= w + t.gap
	}
	for i, f := range figures {
		t.rows[i] = append(t.rows[i], p.dim(around(f.Quote, f.Raw, max(least, room))))
	}
}

// around cuts a sentence to a width so that the part it is quoted for is seen.
func around(sentence, part string, width int) string {
	if text.StringWidthWithoutEscSequences(sentence) <= width {
		return sentence
	}
	before, _, found := strings.Cut(sentence, part)
	room := width - 2 - text.StringWidthWithoutEscSequences(part) // 2: the ellipses
	lead := []rune(before)
	// Two thirds of the room go to what leads up to the part.
	for len(lead) > 0 && text.StringWidthWithoutEscSequences(string(lead)) > room*2/3 {
		lead = lead[1:]
	}
	if !found || string(lead) == before {
		return text.Snip(sentence, width, "…")
	}
	return "…" + text.Snip(string(lead)+sentence[len(before):], width-1, "…")
}

func (p *printer) orphans(r *report.Report) {
	if len(r.Orphans) == 0 {
		return
	}
	p.title("numbers without a known cell")
	for _, o := range r.Orphans {
		p.line("%s", joinNonEmpty("  ", o.Raw, prefixed("under ", o.Under)))
	}
}

// relations says in words what the hard relations of the forms demand.
var relations = map[string]string{
	"T3.COL": "第一项加第二项之和，等于第三项加第四项之和",
	"T3.SUM": "（一）至（六）各行之和，等于（七）总计",
	"T3.ROW": "各类申请人之和，等于总计",
	"T4.SUM": "各种结果之和，等于总计",
}

// findings prints how many relations hold, each one that does not, and the cells
// that are suspect.
func (p *printer) findings(r *report.Report) {
	if len(r.Findings) == 0 {
		return
	}
	count := map[report.Verdict]int{}
	var fails []report.Finding
	for _, f := range r.Findings {
		count[f.Verdict]++
		if f.Verdict == report.Fail {
			fails = append(fails, f)
		}
	}
	p.title(fmt.Sprintf("relations: %d hold, %d fail, %d could not be evaluated", count[report.Pass], count[report.Fail], count[report.NotEvaluated]))
	slices.SortStableFunc(fails, func(a, b report.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	rule := ""
	for _, f := range fails {
		if f.Rule != rule {
			rule = f.Rule
			mark := p.paint(text.FgRed, "✗")
			if f.Severity == report.Soft {
				mark = p.paint(text.FgYellow, "!")
			}
			fmt.Fprintf(p.w, "%s %s\n", mark, joinNonEmpty("  ", rule, relations[rule]))
		}
		fmt.Fprintf(p.w, "    %s\n", fold(placeText(f.At)+": "+findingText(f), p.width, 4, "    "))
	}
	for _, s := range suspectsOf(fails) {
		fmt.Fprintf(p.w, "%s %s\n", p.paint(text.FgRed, "suspect:"), fold(s, p.width, len("suspect: "), "  "))
	}
}

func findingText(f report.Finding) string {
	if f.Expected == "" && f.Got == "" {
		return f.Note
	}
	return joinNonEmpty("; ", fmt.Sprintf("parts give %s, printed is %s", f.Expected, f.Got), f.Note)
}

// placeText names what a relation was evaluated on: an applicant, a metric, or
// the group of metrics whose names begin so.
func placeText(at string) string {
	if a := applicantText(report.Applicant(at)); a != "" {
		return a
	}
	if m, ok := report.LookupMetric(at); ok {
		return cellText(m)
	}
	for _, m := range report.Metrics() {
		if strings.HasPrefix(m.Name, at+".") {
			return strings.Join(placeLevels(m)[:max(1, len(placeLevels(m))-1)], " ")
		}
	}
	return at
}

// cellText is what a person calls a cell, with the row and the group that tell
// it from others.
func cellText(m report.Metric) string { return strings.Join(placeLevels(m), " ") }

// placeLevels are the levels of a label that tell a cell from others: without
// 第二十条第（一）项 and 三、本年度办理结果.
func placeLevels(m report.Metric) []string {
	levels := m.Levels()
	if (m.Table == "disclosure" || m.Table == "requests") && len(levels) > 1 {
		return levels[1:]
	}
	return levels
}

// suspectsOf describes the suspect cells of failed relations, each once.
func suspectsOf(fails []report.Finding) []string {
	var all []string
	for _, f := range fails {
		if f.Suspect == nil {
			continue
		}
		s := suspectText(*f.Suspect) + prefixed(", would hold with ", f.Suspect.Implied) + prefixed(", looks like an error of the ", string(f.Doubt))
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func suspectText(s report.Suspect) string {
	return joinNonEmpty(" ", placeText(s.Metric), applicantText(s.Applicant))
}
