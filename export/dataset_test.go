package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"gongkai/corpus"
	"gongkai/report"
	"gongkai/store"
)

// Text that a spreadsheet would run is kept from it, and comes back by taking one
// apostrophe off; numbers are numbers.
func TestCSVInSpreadsheets(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "+86", "+8 6": "'+8 6", "-22": "-22", "-22件": "'-22件", "@SUM": "'@SUM", "\tx": "'\tx", "'tis": "''tis",
		"＝1": "'＝1", "-": "'-", "a=1": "a=1", "": "", "a,b": `"a,b"`, `say "x"`: `"say ""x"""`, "=a,b": `"'=a,b"`, "a\r\nb": "\"a\r\nb\"",
	} {
		if got := string(appendCSV(nil, in, true)); got != want {
			t.Errorf("%q is written %s, want %s", in, got, want)
		}
	}
	if got := string(appendCSV(nil, "-22", false)); got != "-22" {
		t.Errorf("the number -22 is written %s", got)
	}
}

// Every format holds the same rows of the same tables.
func TestFormatsAgree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "o")
	o := Options{Dir: dir, Formats: []string{"csv", "parquet", "xlsx"}, Wide: true, BOM: true}
	if _, err := Write(context.Background(), reports(sample()), o); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(filepath.Join(dir, xlsxName))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for _, table := range append(Tables(), wideTable(nil)) {
		b, err := os.ReadFile(filepath.Join(dir, table.Name+".csv"))
		if err != nil || !bytes.HasPrefix(b, []byte("\ufeff"+table.Columns[0].Name)) {
			t.Fatalf("%s.csv: %v, begins %q", table.Name, err, b[:10])
		}
		lines := readCSV(t, filepath.Join(dir, table.Name+".csv"))
		rows, err := parquet.ReadFile[any](filepath.Join(dir, table.Name+".parquet"))
		if err != nil || len(rows) != len(lines) {
			t.Fatalf("%s: %d rows of Parquet, %d of CSV, %v", table.Name, len(rows), len(lines), err)
		}
		cells, err := book.GetRows(table.Name, excelize.Options{RawCellValue: true})
		if err != nil || len(cells) != len(lines)+1 {
			t.Fatalf("%s: %d lines of XLSX, %d of CSV, %v", table.Name, len(cells), len(lines), err)
		}
		for i, line := range lines {
			row := rows[i].(map[string]any)
			for j, c := range table.Columns {
				name := c.Name
				if j == 0 {
					name = "\ufeff" + name
				}
				want := line[name]
				if got := row[c.Name]; (got == nil) != (want == "") {
					t.Errorf("%s %d %s: %v in Parquet, %q in CSV", table.Name, i, c.Name, got, want)
				} else if c.Type == Text && want != "" && got.(string) != strings.TrimPrefix(want, "'") {
					t.Errorf("%s %d %s: %v in Parquet, %q in CSV", table.Name, i, c.Name, got, want)
				} else if c.Type == Number && want != "" && fmt.Sprint(got) != want {
					t.Errorf("%s %d %s: %v in Parquet, %q in CSV", table.Name, i, c.Name, got, want)
				}
				if j < len(cells[i+1]) && (c.Type == Number || c.Type == Integer) && cells[i+1][j] != want {
					t.Errorf("%s %d %s: %q in XLSX, %q in CSV", table.Name, i, c.Name, cells[i+1][j], want)
				}
			}
		}
	}
}

// A table with more rows than a sheet holds goes on in the next sheet; a text with
// more characters than a cell holds is cut, visibly.
func TestFullSheets(t *testing.T) {
	dir := t.TempDir()
	w, err := newXLSX(dir, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := w.(*xlsxFormat)
	x.most = 3
	table := &Table{Name: "t", Columns: []Column{{Name: "n", Type: Integer}, {Name: "s", Type: Text}}}
	rows, err := w.table(table)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := rows.row([]string{fmt.Sprint(i), strings.Repeat("年", maxCellText-1+i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.close(); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(filepath.Join(dir, xlsxName))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var got []string
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%s %s %d %v", sheet, r[0], len([]rune(r[1])), strings.HasSuffix(r[1], xlsxCut)))
		}
	}
	want := []string{
		"t n 1 false", "t 0 32766 false", "t 1 32767 false", "t 2 n 1 false", "t 2 2 32767 true", "t 2 3 32767 true", "t 3 n 1 false", "t 3 4 32767 true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v", left)
	}
}

// A report of which neither organ nor year is known is kept, and says so.
func TestUnknownReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "o")
	e := Entry{ID: "beef", Revision: 1, Latest: true, Report: &report.Report{Status: report.StatusNarrative, Figures: []report.Figure{
		{Metric: "text.requests_new", Origin: report.OriginText, State: report.StateOK, Value: "12345678901234567.5", Locator: report.AtText(1, 2, 3)},
	}}}
	if _, err := Write(context.Background(), reports(e), Options{Dir: dir, Formats: Formats()}); err != nil {
		t.Fatal(err)
	}
	r, f := readCSV(t, filepath.Join(dir, "reports.csv"))[0], readCSV(t, filepath.Join(dir, "figures.csv"))[0]
	if r["year"] != "" || r["organ_id"] != "" || r["flags"] != "no_organ no_year no_region" || f["flags"] != "no_organ no_year no_region inexact" {
		t.Errorf("report %v\nfigure %v", r, f)
	}
}

func TestCoverage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "o")
	at := func(id, organ, site string, year int, status report.Status) Entry {
		return Entry{ID: id, Revision: 1, OrganID: "o-" + organ, Site: site, Latest: true, Report: &report.Report{
			Organ: report.Organ{Name: organ}, Year: year, Status: status, Scope: report.ScopeOwn,
		}}
	}
	in := reports(
		at("1", "甲局", "whole", 2019, report.StatusComplete), at("2", "甲局", "whole", 2022, report.StatusNarrative),
		at("3", "甲局", "whole", 2022, report.StatusPartial), at("4", "乙局", "torn", 2020, report.StatusPartial),
	)
	in.Whole = map[string]bool{"whole": true}
	in.Seen = func(yield func(Seen, error) bool) {
		_ = yield(Seen{Site: "whole", Organ: "甲局", Year: 2020, Why: "is gone"}, nil) &&
			yield(Seen{Site: "torn", Year: 2021, Why: "in a picture"}, nil) && // the one organ of the site
			yield(Seen{Site: "torn", Organ: "丙局", Year: 2021, Why: "in a picture"}, nil) &&
			yield(Seen{Site: "whole", Organ: "甲局", Year: 2019, Why: "a copy"}, nil)
	}
	if _, err := Write(context.Background(), in, Options{Dir: dir, Formats: []string{"csv"}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range readCSV(t, filepath.Join(dir, "coverage.csv")) {
		got = append(got, strings.TrimSpace(strings.Join([]string{r["organ"], r["state"], r["year"], r["status"], r["report"], r["why"]}, " ")))
	}
	want := []string{
		"乙局 missing 2019", "乙局 partial 2020 partial 4", "乙局 unparsed 2021   in a picture", "乙局 missing 2022",
		"甲局 complete 2019 complete 1 a copy", "甲局 unparsed 2020   is gone", "甲局 no_report 2021", "甲局 partial 2022 partial 2 3",
		"丙局 unparsed 2021   in a picture",
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The changelog says of each cell what it was, what it is, and why.
func TestChanges(t *testing.T) {
	was := sample()
	past := *was.Report
	past.Figures = slices.Clone(past.Figures)
	past.Figures[0].Value, past.Figures[0].Raw = "4", "4"
	past.Figures[1].State, past.Figures[1].Value = report.StateDash, ""
	past.Figures[2].Applicant = report.Research
	for _, tt := range []struct {
		reason string
		now    func(*report.Report)
	}{
		{reasonPublisher, func(r *report.Report) { r.Source.Snapshot = "sha256:new" }},
		{reasonSource, func(r *report.Report) { r.Source.URL = "http://elsewhere" }},
		{reasonParser, func(r *report.Report) { r.Extractor.Version = 2 }},
		{reasonDecision, func(*report.Report) {}},
	} {
		e := sample()
		tt.now(e.Report)
		e.Before = &Before{Revision: 1, Report: &past}
		dir := filepath.Join(t.TempDir(), "o")
		same, fresh := sample(), sample()
		same.ID, same.Before = "r2", &Before{Revision: 2}
		fresh.ID = "r3"
		in := reports(e, same, fresh)
		in.Gone = func(yield func(Gone) bool) { yield(Gone{ID: "r0", Revision: 7, Year: 2022, Site: "qy"}) }
		res, err := Write(context.Background(), in, Options{Dir: dir, Formats: []string{"csv"}, Since: "v0"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range readCSV(t, filepath.Join(dir, "changes.csv")) {
			got = append(got, strings.Join([]string{r["report"], r["metric"], r["applicant"], r["change"], r["reason"],
				r["value_before"] + "/" + r["state_before"], r["value"] + "/" + r["state"], r["revision_before"] + ">" + r["revision"]}, " "))
		}
		want := []string{
			"r1 requests.new natural_person value " + tt.reason + " 4/ok 5/ok 1>2",
			"r1 requests.new total state " + tt.reason + " /dash 6/ok 1>2",
			"r1 requests.new welfare added " + tt.reason + " / /empty 1>2",
			"r1 requests.new research lost " + tt.reason + " /empty / 1>2",
			"r3   added new_report / / >2",
			"r0   lost report_gone / / 7>",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", tt.reason, diff)
		}
		log, err := os.ReadFile(filepath.Join(dir, "CHANGELOG.md"))
		if err != nil || len(res.Changes) != 3 || !strings.Contains(string(log), res.Changes[2]) || !strings.Contains(res.Changes[2], "cells: 1 added, 1 lost, 1 state, 1 value") {
			t.Errorf("%v %v\n%s", err, res.Changes, log)
		}
	}
}

func TestText(t *testing.T) {
	prose := strings.Repeat("本机关全年更新栏目并答复来访者，档案移交按时完成，培训照常举行，目录逐条核对，窗口保持开放。", 12)
	entry := func(id, text string) Entry {
		e := sample()
		e.ID, e.Report.Sections = id, []report.Section{{Key: report.SectionRequests, Heading: "三、申请", Text: text}}
		return e
	}
	in := func() *Input {
		return reports(entry("a", prose), entry("b", " "+prose), entry("c", strings.Replace(prose, "培训", "会议", 1)), entry("d", "另外一份报告，说的是别的事情。"), entry("e", ""))
	}
	for _, tt := range []struct {
		dedupe Dedupe
		want   string
	}{{DedupeNone, "a:a b:a c:a d:d"}, {"", "a:a c:a d:d"}, {DedupeNear, "a:a d:d"}} {
		dir := filepath.Join(t.TempDir(), "o")
		if _, err := Write(context.Background(), in(), Options{Dir: dir, Formats: []string{"text"}, Dedupe: tt.dedupe}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, textName))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range bytes.Lines(b) {
			var l textLine
			if err := json.Unmarshal(line, &l); err != nil {
				t.Fatal(err)
			}
			got = append(got, l.ID+":"+l.Cluster)
			if l.Language != "zh" || l.Chars != len([]rune(l.Text)) || l.Organ != "青榆市人民政府" || l.Year != 2022 || l.Region != "990100" {
				t.Errorf("line %+v", l)
			}
			if !strings.Contains(l.Text, "## 三、申请") || !strings.Contains(l.Text, "| 一、本年新收政府信息公开申请数量 | 5 |  |  |  |  |  | 6 |") {
				t.Errorf("text of %s: %.400s", l.ID, l.Text)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("dedupe %q: %v, want %s", tt.dedupe, got, tt.want)
		}
	}
	if text := textOf(entry("a", prose).Report, false); strings.Contains(text, "|") {
		t.Errorf("a table where none was asked for: %s", text)
	}
}

// The codebook tells of every metric in both languages, the crosswalk of metrics
// that exist, or will once the older annex is read.
func TestCodebook(t *testing.T) {
	words := codebookWords()
	for _, m := range report.Metrics() {
		if w := words[m.Name]; w.label == "" || w.en == "" || w.zh == "" {
			t.Errorf("%s: %+v", m.Name, w)
		}
	}
	for _, r := range embedded("crosswalk.csv", crosswalkCSV) {
		for _, word := range strings.Fields(r[4]) {
			if _, ok := report.LookupMetric(word); !ok && word != "+" && !strings.HasPrefix(word, "annex2008.") {
				t.Errorf("%s of %s: no metric %s", r[0], r[3], word)
			}
		}
	}
	rules := rulesOf()
	for metric, want := range map[string]string{"requests.granted": "T3.DOM T3.ROW T3.SUM X.OUT", "review.total": "T4.DOM T4.SUM X.REV X.ZERO", "annex.staff_total": "G2.STF"} {
		for rule := range strings.FieldsSeq(want) {
			if !slices.Contains(rules[metric], rule) {
				t.Errorf("rules of %s: %v, want %s", metric, rules[metric], rule)
			}
		}
	}
	if slices.Contains(rules["text.review_total"], "T3.SUM") || slices.Contains(rules["requests.granted"], "G2.CLS") {
		t.Error("a rule that does not read the metric")
	}
}

// An export of a corpus is of one moment: what a crawl writes meanwhile is not in
// it, and an earlier moment gives the earlier export, byte for byte.
func TestCorpusAsOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "corpus.db")
	fill(t, path, 12)
	st, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c := corpus.New(st)
	export := func(sel Selection, since string, write func()) (string, *Result) {
		t.Helper()
		sel.Since = since
		in, err := Open(ctx, c, sel)
		if err != nil {
			t.Fatal(err)
		}
		first := true
		all := in.Reports
		in.Reports = func(yield func(Entry, error) bool) {
			for e, err := range all {
				if first && write != nil {
					first = false
					write()
				}
				if !yield(e, err) {
					return
				}
			}
		}
		dir := filepath.Join(t.TempDir(), "o")
		res, err := Write(ctx, in, Options{Dir: dir, Formats: []string{"csv", "parquet"}, Since: since})
		if err != nil {
			t.Fatal(err)
		}
		sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		return string(sums), res
	}
	before, res := export(Selection{}, "", func() {
		err := st.Update(ctx, func(tx *store.Tx) error {
			r := invent(3)
			r.Figures[0].Value, r.Figures[0].Raw = "77777", "77777"
			body := []byte("the page, edited")
			b, err := json.Marshal(r)
			if err != nil {
				return err
			}
			r.Source.Snapshot = string(store.DigestOf(body))
			_, err = tx.Finish(store.Finish{
				Capture: &store.Capture{Key: r.Source.URL[7:], URL: r.Source.URL, Status: 200, Time: time.Now(), Site: "bench"}, Body: body,
				Report: &store.Report{
					ID: corpus.Identity(r, r.Source.URL), URL: r.Source.URL, Site: "bench", Organ: r.Organ.Name, Year: r.Year, Scope: string(r.Scope),
					Title: r.Title, Status: string(r.Status), Digest: store.DigestOf(body), Extractor: 1, Time: time.Now(), Body: b,
				},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if res.Reports != 12 {
		t.Fatalf("%d reports", res.Reports)
	}
	at, err := c.AtVersion(ctx, res.Version)
	if err != nil {
		t.Fatal(err)
	}
	again, old := export(Selection{AsOf: at}, "", nil)
	if diff := cmp.Diff(before, again); diff != "" || old.Version != res.Version {
		t.Errorf("the corpus of version %s is another now (%s): %s", res.Version, old.Version, diff)
	}
	_, now := export(Selection{AllRevisions: true}, res.Version, nil)
	if now.Version == res.Version || now.Reports != 13 {
		t.Errorf("version %s with %d revisions after a change", now.Version, now.Reports)
	}
	if len(now.Changes) != 1 || !strings.Contains(now.Changes[0], "1 value") {
		t.Errorf("changes: %v", now.Changes)
	}
	var wrong *corpus.VersionError
	if _, err := Open(ctx, c, Selection{Since: "20200101T000000Z-0000000000"}); !errors.As(err, &wrong) {
		t.Errorf("since a version that never was: %v", err)
	}
}
