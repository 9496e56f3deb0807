package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"

	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/report"
	"gongkai/store"
)

// What commands print, in terminals of 80 and of 120 columns: testdata/golden.
// Nothing is wider than its terminal but addresses, which are not cut.
func TestGolden(t *testing.T) {
	water := waterReport(t)
	for name, show := range map[string]func(*terminal) error{
		"show":       func(t *terminal) error { return t.printReport(water, false) },
		"show-signs": func(t *terminal) error { return t.printReport(signsReport(), false) },
		"list":       func(t *terminal) error { t.printItems(someItems()); return nil },
		"status":     func(t *terminal) error { t.printStatus(someStatus()); return nil },
		"summary":    func(t *terminal) error { return t.printSummary(someSummary(), false) },
	} {
		for _, width := range []int{80, 120} {
			t.Run(fmt.Sprint(name, "-", width), func(t *testing.T) {
				var out bytes.Buffer
				if err := show(&terminal{out: &results{w: &out}, width: width}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(out.String()) {
					line = strings.TrimSuffix(line, "\n")
					if w := text.StringWidthWithoutEscSequences(line); w > width && !strings.Contains(line, "http") {
						t.Errorf("%d columns: %s", w, line)
					}
					if strings.HasSuffix(line, " ") {
						t.Errorf("spaces at the end of %q", line)
					}
				}
				golden(t, fmt.Sprint(name, "-", width, ".txt"), out.Bytes())
			})
		}
	}
}

// Colours change no width, and are there only where they are wanted.
func TestColors(t *testing.T) {
	var plain, colored bytes.Buffer
	for out, color := range map[*bytes.Buffer]bool{&plain: false, &colored: true} {
		if err := (&terminal{out: &results{w: out}, width: 80, color: color}).printReport(waterReport(t), false); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(plain.String(), "\x1b") {
		t.Error("escape sequences without colours")
	}
	if !strings.Contains(colored.String(), text.FgRed.Sprint("8✗")) {
		t.Error("the suspect cell is not red")
	}
	if diff := cmp.Diff(plain.String(), text.StripEscape(colored.String())); diff != "" {
		t.Errorf("colours change the layout:\n%s", diff)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (run with -update when it is meant so):\n%s", path, diff)
	}
}

// waterReport is testdata/reports/water-2023.html as it was stored.
func waterReport(t *testing.T) *report.Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "reports", "water-2023.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// signsReport has what the clean one has not: every state of a cell, copies,
// notes, orphans, rows of its own, an annex, relations that should hold and don't.
func signsReport() *report.Report {
	r := &report.Report{
		Schema: report.Schema,
		Title:  "鹤墟市人民政府关于二〇二〇年政府信息公开工作情况的年度报告（含各县区、市直各部门汇总数据及所附统计表和有关说明）",
		Organ:  report.Organ{Name: "鹤墟市人民政府", FullName: "某省鹤墟市人民政府", Region: "990100", Level: "city", Kind: "government"},
		Scope:  report.ScopeAggregate, Published: "2021-03-09", Status: report.StatusPartial,
		Template: report.Templates{Disclosure: "2019", ReviewLitigation: "2019", Annex: "2014"},
		Copies:   []report.Copy{{From: 40, To: 78, Of: 3}, {From: 78, To: 90, Of: 3, Note: "no tables"}},
		Notes:    []string{"template_year_mismatch: the tables follow the form of 2019, the sentences that of 2014; both were read as they were printed"},
		Orphans:  []report.Orphan{{Raw: "142781", Under: "第二十条第（五）项"}, {Raw: "362400"}},
		Source:   report.Source{File: "hexu.html", Attachment: "https://www.example.gov.cn/files/P020210309.docx"},
	}
	cell := func(metric string, state report.State, value, raw string) {
		r.Figures = append(r.Figures, report.Figure{Metric: metric, Origin: report.OriginTable, State: state, Value: value, Raw: raw})
	}
	cell("disclosure.rules.made_new", report.StateOK, "2", "2")
	cell("disclosure.rules.published_new", report.StateZero, "0", "0")
	cell("disclosure.rules.published_total", report.StateEmpty, "", "")
	cell("disclosure.normative_docs.made_new", report.StateDash, "", "—")
	cell("disclosure.normative_docs.published_new", report.StateNotApplicable, "", "不适用")
	cell("disclosure.normative_docs.published_total", report.StateApproximate, "120", "约120")
	cell("disclosure.licensing.items_prev_year", report.StateNotRecovered, "", "")
	cell("disclosure.licensing.items_change", report.StateText, "", "见附件")
	cell("disclosure.licensing.decisions", report.StateOK, "413954", "413954")
	cell("disclosure.procurement.projects", report.StateOK, "17", "17")
	cell("disclosure.procurement.amount", report.StateOK, "106677.809", "106677.809")
	r.Figures = append(r.Figures,
		report.Figure{Metric: report.MetricLocalRow, Label: "其他主动公开文件", Origin: report.OriginTable, State: report.StateOK, Value: "31", Raw: "31"},
		report.Figure{Metric: report.MetricLocalRow, Label: "其他主动公开文件", Origin: report.OriginTable, State: report.StateDash, Raw: "-"},
		report.Figure{Metric: "annex.disclosed_total", Origin: report.OriginAnnex, State: report.StateOK, Value: "1143", Unit: "条", Raw: "1143"},
		report.Figure{Metric: "annex.special_budget", Origin: report.OriginAnnex, State: report.StateOK, Value: "46.2", Unit: "万元", Raw: "46.2"},
		report.Figure{Metric: "text.disclosed_total", Origin: report.OriginText, State: report.StateApproximate, Value: "623500", Unit: "条", Raw: "62.35万余条",
			Quote: "一年来，全市各级行政机关通过政府网站、政务新媒体、政府公报和公共查阅点主动公开政府信息62.35万余条，比上年增长8.4%。"},
	)
	for i, upheld := range []string{"review.upheld", "review.corrected", "review.other", "review.pending", "review.total"} {
		cell(upheld, report.StateOK, fmt.Sprint(i+1), fmt.Sprint(i+1))
	}
	r.Findings = []report.Finding{
		{Rule: "T2.PUB", Severity: report.Soft, Verdict: report.Fail, At: "disclosure.rules", Expected: "0", Got: "2", Note: "more were made than published"},
		{Rule: "T4.SUM", Severity: report.Hard, Verdict: report.Fail, At: "review", Expected: "10", Got: "5", Doubt: report.DoubtExtraction,
			Suspect: &report.Suspect{Metric: "review.total", Implied: "10"}},
		{Rule: "T2.DOM", Severity: report.Hard, Verdict: report.Pass},
		{Rule: "T2.UNIT", Severity: report.Soft, Verdict: report.NotEvaluated},
	}
	return r
}

func someItems() []corpus.Item {
	return []corpus.Item{
		{ID: "79d45c1e418e", Organ: "澜渚县财政局", Year: 2019, Status: "complete", Title: "澜渚县财政局2019年度政府信息公开工作年度报告"},
		{ID: "a2c7e1f0b944", Organ: "鹤墟市经济技术开发区管理委员会综合行政执法局", Year: 2021, Status: "partial", Title: "鹤墟市经济技术开发区管理委员会综合行政执法局2021年政府信息公开工作年度报告"},
		{ID: "0b5d3c88e1aa", Status: "narrative"},
	}
}

func someSummary() *crawler.Summary {
	return &crawler.Summary{Run: "2026-01-20T02:00:00Z", Exit: 3, Requests: 412, Bytes: 31457280, Columns: []crawler.ColumnSummary{
		{Site: "cixi", Index: "https://www.example.gov.cn/zfxxgk/zfxxgknb/", Verdict: "complete", Declared: 45, Listed: 45, Reports: 17, New: 2, Unchanged: 15},
		{Site: "hexu-development-zone", Index: "https://kfq.example.gov.cn/col/col1229165988/index.html", Verdict: "blocked:js-challenge(ruishu)",
			Evidence: "status 412 with a script of 瑞数; the host is left alone for the rest of the run, as it turns away what is no browser"},
		{Site: "lanzhu", Index: "https://www.lanzhu.example.gov.cn/zfxxgk/", Verdict: "partial:3 pages failed", Listed: 16, Reports: 13, Changed: 1, Unchanged: 12, Failed: 3,
			Evidence: "https://www.lanzhu.example.gov.cn/zfxxgk/202302/t20230212_2300333.html: body of more than 67108864 bytes"},
	}}
}

func someStatus() *status {
	s := &corpus.Status{
		Corpus: "corpus.db", FileBytes: 141 << 20,
		Counts: store.Counts{Captures: 1290, Snapshots: 612, SnapshotBytes: 512 << 20, SnapshotStored: 61 << 20, Reports: 428, Revisions: 433,
			Rows: map[string]int{store.Done: 900, store.Failed: 12, store.Queued: 40}},
		ReportsByStatus:  map[string]int{"complete": 301, "partial": 27, "narrative": 100},
		ColumnsByVerdict: map[string]int{"complete": 1, "blocked": 1, "partial": 1},
		Hosts:            []corpus.HostStatus{{Host: "www.lanzhu.example.gov.cn:443", Queued: 40, Due: time.Date(2026, 1, 20, 2, 31, 0, 0, time.UTC)}},
		Runs: []corpus.RunStatus{
			{Run: "2026-01-20T02:00:00Z", What: "crawl", State: "open"}, {Run: "2026-01-19T02:00:00Z", What: "crawl", State: "finished"},
		},
	}
	for _, c := range someSummary().Columns {
		s.Columns = append(s.Columns, corpus.ColumnStatus{
			Site: c.Site, Index: c.Index, Verdict: c.Verdict, Declared: c.Declared, Listed: c.Listed, Reports: c.Reports, Failed: c.Failed,
			Evidence: c.Evidence, Run: "2026-01-20T02:00:00Z",
		})
	}
	return &status{
		Status:        s,
		HostsByHealth: map[string]int{"ok": 40, "slow": 2, "blocked": 1},
		HostTroubles: []crawler.HostSummary{
			{Host: "www.hexu.example.gov.cn", Health: "blocked", Verdict: "blocked:js-challenge(ruishu)", Evidence: `status 412, "$_ts" in the body, 0 characters of text`},
			{Host: "sj.lanzhu.example.gov.cn", Health: "slow"},
		},
		Overdue: []overdue{
			{Organ: "澜渚县财政局", Year: 2025, Due: "2026-01-31", Site: "lanzhu", Last: 2024},
			{Organ: "鹤墟市经济技术开发区管理委员会综合行政执法局", Year: 2025, Due: "2026-01-31", Site: "hexu", Last: 2023},
		},
	}
}

func TestWantColor(t *testing.T) {
	for _, tc := range []struct {
		noColor, term string
		want          bool
	}{
		{"", "xterm-256color", true},
		{"1", "xterm-256color", false},
		{"", "dumb", false},
	} {
		t.Setenv("NO_COLOR", tc.noColor)
		t.Setenv("TERM", tc.term)
		if got := wantColor(); got != tc.want {
			t.Errorf("NO_COLOR=%s TERM=%s: %v, want %v", tc.noColor, tc.term, got, tc.want)
		}
	}
}
