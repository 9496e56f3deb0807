package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
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

func (p *printer) paint(c text.Color, s string) string {
	if !p.color {
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

func (p *printer) head(r *report.Report) {
	title := r.Title
	if title == "" {
		title = "(no title)"
	}
	fmt.Fprintln(p.w, p.paint(text.Bold, title))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.w, "  %s %s\n", text.Pad(name, 10, ' '), value)
		}
	}
	organ := r.Organ.Name
	if r.Organ.FullName != "" && r.Organ.FullName != organ {
		organ += "  (" + r.Organ.FullName + ")"
	}
	line("organ", orUnknown(organ))
	line("level", joinNonEmpty(", ", r.Organ.Level, r.Organ.Kind, prefixed("region ", r.Organ.Region)))
	year := ""
	if r.Year != 0 {
		year = fmt.Sprint(r.Year)
	}
	line("year", joinNonEmpty(", ", orUnknown(year), prefixed("published ", r.Published)))
	line("scope", string(r.Scope))
	line("forms", joinNonEmpty(", ",
		prefixed("二 ", r.Template.Disclosure), prefixed("三 ", r.Template.Requests),
		prefixed("四 ", r.Template.ReviewLitigation), prefixed("annex ", r.Template.Annex)))
	line("status", string(r.Status))
	for _, key := range []string{"索引号", "发布机构", "文号"} {
		line(key, r.Meta[key])
	}
	for _, c := range r.Copies {
		line("copy", joinNonEmpty(", ", fmt.Sprintf("blocks %d–%d repeat the body at %d", c.From, c.To-1, c.Of), c.Note))
	}
	for _, n := range r.Notes {
		line("note", n)
	}
	line("source", joinNonEmpty(" ", r.Source.URL, r.Source.File, prefixed("captured ", r.Source.Captured)))
	line("snapshot", r.Source.Snapshot)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
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

func (p *printer) table(title string) table.Writer {
	fmt.Fprintf(p.w, "\n%s\n", p.paint(text.Bold, title))
	t := newList(p.w)
	t.Style().Box.PaddingRight = " "
	return t
}

// disclosure prints table two: under each block of article 20 its own header.
func (p *printer) disclosure(v *reportView) {
	blocks := report.Layout("disclosure", v.r.Template.Disclosure)
	if blocks == nil {
		return
	}
	t := p.table("二、主动公开政府信息情况")
	for _, b := range blocks {
		header := table.Row{p.paint(text.FgHiBlack, b.Label)}
		for _, h := range b.Heads {
			header = append(header, p.paint(text.FgHiBlack, h))
		}
		t.AppendRow(header)
		for _, r := range b.Rows {
			row := table.Row{"  " + r.Label}
			for _, metric := range r.Metrics {
				row = append(row, p.cell(v, metric, "")+decimalUnit(v.cells[metric]))
			}
			t.AppendRow(row)
		}
	}
	localRows(t, v)
	right := func(n int) table.ColumnConfig { return table.ColumnConfig{Number: n, Align: text.AlignRight} }
	t.SetColumnConfigs([]table.ColumnConfig{right(2), right(3), right(4)})
	t.Render()
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

// applicantHeads are the columns of table three, broken to fit 80 columns.
var applicantHeads = []string{"自然人", "商业\n企业", "科研\n机构", "公益\n组织", "法律\n服务", "其他", "总计"}

func (p *printer) requests(v *reportView) {
	blocks := report.Layout("requests", v.r.Template.Requests)
	if blocks == nil {
		return
	}
	t := p.table("三、收到和处理政府信息公开申请情况")
	header := table.Row{""}
	configs := []table.ColumnConfig{{Number: 1, WidthMax: max(24, p.width-7*8-2), WidthMaxEnforcer: trimTo}}
	for i, h := range applicantHeads {
		header = append(header, h)
		configs = append(configs, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for _, b := range blocks {
		indent := ""
		if b.Label != "" {
			innermost := b.Label[strings.LastIndex(b.Label, " ")+1:]
			t.AppendRow(table.Row{p.paint(text.FgHiBlack, innermost)})
			indent = "  "
		}
		for _, r := range b.Rows {
			label, _, _ := strings.Cut(r.Label, "（区分处理的")
			row := table.Row{indent + label}
			for _, a := range report.Applicants() {
				row = append(row, p.cell(v, r.Metrics[0], a))
			}
			t.AppendRow(row)
		}
	}
	t.Render()
}

// trimTo cuts a cell to a width on the terminal.
func trimTo(s string, width int) string { return text.Trim(s, width) }

func (p *printer) reviewLitigation(v *reportView) {
	blocks := report.Layout("review_litigation", v.r.Template.ReviewLitigation)
	if blocks == nil {
		return
	}
	t := p.table("四、政府信息公开行政复议、行政诉讼情况")
	header := table.Row{""}
	var configs []table.ColumnConfig
	for i, h := range blocks[0].Heads {
		header = append(header, h)
		configs = append(configs, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for _, r := range blocks[0].Rows {
		row := table.Row{r.Label}
		for _, metric := range r.Metrics {
			row = append(row, p.cell(v, metric, ""))
		}
		t.AppendRow(row)
	}
	t.Render()
}

func (p *printer) annex(v *reportView) {
	if v.r.Template.Annex == "" {
		return
	}
	t := p.table("政府信息公开情况统计表")
	for _, f := range v.r.Figures {
		if f.Origin != report.OriginAnnex || f.Metric == report.MetricLocalRow {
			continue
		}
		m, _ := report.LookupMetric(f.Metric)
		t.AppendRow(table.Row{m.Short(), p.cell(v, f.Metric, ""), f.Unit})
	}
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 1, WidthMax: max(24, p.width-24), WidthMaxEnforcer: trimTo}, {Number: 2, Align: text.AlignRight}})
	t.Render()
}

// localRows adds the rows that the official form does not have.
func localRows(t table.Writer, v *reportView) {
	byLabel := map[string]table.Row{}
	var order []string
	for _, f := range v.r.Figures {
		if f.Metric != report.MetricLocalRow || f.Applicant != "" {
			continue
		}
		if byLabel[f.Label] == nil {
			byLabel[f.Label] = table.Row{"  " + f.Label + " (local)"}
			order = append(order, f.Label)
		}
		value := f.Value
		if !f.State.HasValue() {
			value = f.Raw
		}
		byLabel[f.Label] = append(byLabel[f.Label], value)
	}
	for _, l := range order {
		t.AppendRow(byLabel[l])
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
		parts = append(parts, "✗ suspect cell, see findings")
	}
	if len(parts) > 0 {
		fmt.Fprintf(p.w, "%s\n", strings.Join(parts, "    "))
	}
}

// prose prints the figures read from sentences.
func (p *printer) prose(r *report.Report) {
	var rows []table.Row
	for _, f := range r.Figures {
		if f.Origin != report.OriginText {
			continue
		}
		m, _ := report.LookupMetric(f.Metric)
		value := f.Value
		if f.State == report.StateApproximate {
			value = "≈" + value
		}
		rows = append(rows, table.Row{m.Short(), value, f.Unit, f.Quote})
	}
	if len(rows) == 0 {
		return
	}
	t := p.table("from the text")
	t.AppendRows(rows)
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 1, WidthMax: 30, WidthMaxEnforcer: trimTo},
		{Number: 2, Align: text.AlignRight},
		{Number: 4, WidthMax: max(16, p.width-50), WidthMaxEnforcer: trimTo},
	})
	t.Render()
}

func (p *printer) orphans(r *report.Report) {
	if len(r.Orphans) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s\n", p.paint(text.Bold, "numbers without a known cell"))
	for _, o := range r.Orphans {
		fmt.Fprintf(p.w, "  %s  %s\n", o.Raw, prefixed("under ", o.Under))
	}
}

// findings prints how many relations hold and each one that does not.
func (p *printer) findings(r *report.Report) {
	count := map[report.Verdict]int{}
	var fails []report.Finding
	for _, f := range r.Findings {
		count[f.Verdict]++
		if f.Verdict == report.Fail {
			fails = append(fails, f)
		}
	}
	if len(r.Findings) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s  %d hold, %d fail, %d could not be evaluated\n",
		p.paint(text.Bold, "relations"), count[report.Pass], count[report.Fail], count[report.NotEvaluated])
	slices.SortStableFunc(fails, func(a, b report.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	for i, f := range fails {
		mark := p.paint(text.FgRed, "✗")
		if f.Severity == report.Soft {
			mark = p.paint(text.FgYellow, "!")
		}
		fmt.Fprintf(p.w, "  %s %-8s %s: %s\n", mark, f.Rule, f.At, findingText(f))
		last := i+1 == len(fails)
		if f.Suspect != nil && (last || fails[i+1].Suspect == nil || *fails[i+1].Suspect != *f.Suspect) {
			fmt.Fprintf(p.w, "    suspect: %s%s%s\n", suspectText(*f.Suspect), prefixed(", would hold with ", f.Suspect.Implied), prefixed(", looks like an error of the ", string(f.Doubt)))
		}
	}
}

func findingText(f report.Finding) string {
	if f.Expected == "" && f.Got == "" {
		return f.Note
	}
	return joinNonEmpty("; ", fmt.Sprintf("parts give %s, printed is %s", f.Expected, f.Got), f.Note)
}

func suspectText(s report.Suspect) string {
	m, ok := report.LookupMetric(s.Metric)
	name := s.Metric
	if ok {
		name = m.Short()
	}
	return joinNonEmpty(" ", name, string(s.Applicant))
}
