package extract

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongkai/report"
)

var tables = regexp.MustCompile(`(?s)<table.*?</table>`)

// A page and the files that hang on it give one report, with both in its sources.
func TestJoin(t *testing.T) {
	whole := string(readFile(t, "testdata/reports/page-2021.html"))
	alone, err := Extract(t.Context(), Input{Bytes: []byte(whole), Name: "page-2021.html"}, patient)
	if err != nil {
		t.Fatal(err)
	}
	title := alone.Title
	refers := `<html><head><title>` + title + `</title></head><body><h1>` + title + `</h1><p>详见附件。</p><p><a href="nb.html">` + title + `.html</a></p></body></html>`
	prose := tables.ReplaceAllString(whole, "<p>详见附件。</p>")
	onlyTables := "<html><body>" + strings.Join(tables.FindAllString(whole, -1), "") + "</body></html>"
	otherYear := strings.ReplaceAll(whole, strconv.Itoa(alone.Year), strconv.Itoa(alone.Year-1))
	changed := func(metric, to string) string { // one cell of the page printed otherwise
		for _, f := range alone.Figures {
			if f.Metric == metric && f.Raw != "" {
				if i := strings.LastIndex(whole, ">"+f.Raw+"<"); i >= 0 {
					return whole[:i+1] + to + whole[i+1+len(f.Raw):]
				}
			}
		}
		t.Fatal("no cell of", metric)
		return ""
	}
	for _, tt := range []struct {
		name, page string
		files      []string
		use        []string
		notes      []string
		failed     int  // X.FILE
		fails      bool // no report at all
		in         int  // the file that the tables are in
	}{
		{name: "the report is in the file", page: refers, files: []string{whole}, use: []string{useReport}},
		{name: "the file with a report is found among others", page: refers, files: []string{"天气", whole}, use: []string{useNone, useReport}},
		{name: "no file is a report", page: refers, files: []string{"天气", ""}, fails: true},
		{name: "nothing hangs on the page", page: refers, fails: true},
		{name: "the tables are in the file", page: prose, files: []string{onlyTables}, use: []string{useTables}, notes: []string{noteFileTables}, in: 1},
		{name: "the tables are in the second file", page: prose, files: []string{"%PDF-1.4 broken", whole}, use: []string{useNone, useTables}, notes: []string{noteFileTables}, in: 2},
		{name: "both print the same", page: whole, files: []string{whole}, use: []string{useCompared}},
		{name: "the file prints a cell otherwise", page: whole, files: []string{changed("litigation.after_review.total", "77")}, use: []string{useCompared}, notes: []string{noteFileDisagrees}, failed: 1},
		{name: "the file is of another year", page: whole, files: []string{otherYear}, use: []string{useNone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var files []Input
			for _, f := range tt.files {
				files = append(files, Input{Bytes: []byte(f), Name: "nb.html", URL: "https://www.example.gov.cn/nb.html"})
			}
			r, err := Join(t.Context(), Input{Bytes: []byte(tt.page), Name: "page.html", URL: "https://www.example.gov.cn/1.html"}, files, patient)
			if tt.fails {
				var no *NotReportError
				if !errors.As(err, &no) || no.Reason != ReasonAttachmentOnly {
					t.Fatalf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Title != title || r.Year != alone.Year || r.Organ.Name != alone.Organ.Name || r.Template != alone.Template {
				t.Errorf("%s of %s for %d, %+v", r.Title, r.Organ.Name, r.Year, r.Template)
			}
			var use []string
			read := false
			for _, f := range r.Source.Files {
				use = append(use, f.Use)
				read = read || f.Use != useNone
				if (f.Use == useNone) != (f.Why != "") {
					t.Errorf("file %+v", f)
				}
			}
			if !slices.Equal(use, tt.use) {
				t.Errorf("files %+v, want %v", r.Source.Files, tt.use)
			}
			if r.Source.URL != "https://www.example.gov.cn/1.html" || (r.Source.Attachment == "https://www.example.gov.cn/nb.html") != read {
				t.Errorf("source %+v", r.Source)
			}
			if known(r) != known(alone) {
				t.Errorf("%d cells are known, want %d", known(r), known(alone))
			}
			for _, note := range []string{noteFileTables, noteFileDisagrees, NoteTableInAttachment} {
				if slices.Contains(r.Notes, note) != slices.Contains(tt.notes, note) {
					t.Errorf("notes %v, want %v", r.Notes, tt.notes)
				}
			}
			failed := 0
			for _, f := range r.Findings {
				if f.Rule == RuleFile && f.Verdict == report.Fail {
					failed++
					if f.Expected != "77" || f.At != "litigation.after_review.total" {
						t.Errorf("finding %+v", f)
					}
				}
			}
			if failed != tt.failed {
				t.Errorf("%d cells disagree, want %d", failed, tt.failed)
			}
			for _, f := range r.Figures {
				if want := tt.in; f.Locator.File != want && f.Origin != report.OriginText || f.Origin == report.OriginText && f.Locator.File != 0 {
					t.Fatalf("%s is in file %d", f.Metric, f.Locator.File)
				}
			}
		})
	}
}
