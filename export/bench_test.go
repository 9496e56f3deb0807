package export

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"gongkai/corpus"
	"gongkai/extract/check"
	"gongkai/report"
	"gongkai/store"
)

// invent makes a report of the 2019 form of which every relation holds: 198
// figures, four of the prose, the findings on all of them.
func invent(n int) *report.Report {
	rnd := rand.New(rand.NewPCG(7, uint64(n)))
	organ, year := n/6, 2015+n%6
	r := &report.Report{
		Schema: report.Schema, Title: fmt.Sprintf("第%d县人民政府%d年政府信息公开工作年度报告", organ, year),
		Organ: report.Organ{Name: fmt.Sprintf("第%d县人民政府", organ), Region: fmt.Sprintf("33%04d", organ%10000), Level: "county", Kind: "government"},
		Scope: report.ScopeAggregate, Year: year, Published: fmt.Sprintf("%d-01-%02d", year+1, 1+n%28), Status: report.StatusComplete,
		Template: report.Templates{Disclosure: "2019", Requests: "2019", ReviewLitigation: "2019"},
		Meta:     map[string]string{"索引号": fmt.Sprintf("%09d/%d-%05d", organ, year, n%100000)},
		Source: report.Source{
			URL:      fmt.Sprintf("http://www.c%d.example.gov.cn/zfxxgk/zfxxgknb/%d01/t%d0120_%d.html", organ, year+1, year+1, n),
			Captured: "2026-01-20T02:00:00Z", Format: "html", Charset: "utf-8", Method: "utf8",
		},
		Extractor: report.Extractor{Version: 1, Options: "0123456789abcdef"},
	}
	block := 10
	put := func(metric string, a report.Applicant, row, col, v int) {
		f := report.Figure{Metric: metric, Applicant: a, Origin: report.OriginTable, State: report.StateOK, Value: strconv.Itoa(v), Unit: "件", Raw: strconv.Itoa(v), Locator: report.AtCell(block, row, col)}
		if v == 0 {
			f.State = report.StateZero
		}
		r.Figures = append(r.Figures, f)
	}
	for i, b := range report.Layout(report.SectionDisclosure, "2019") {
		for j, row := range b.Rows {
			for k, m := range row.Metrics {
				put(m, "", 2+3*i+j, 1+k, rnd.IntN(2000))
			}
		}
	}
	block = 14
	var outcomes []string
	for _, b := range report.Layout(report.SectionRequests, "2019") {
		for _, row := range b.Rows {
			outcomes = append(outcomes, row.Metrics[0])
		}
	}
	// Rows: new, carried in, 19 outcomes, handled, carried out.
	values := make([][]int, len(outcomes))
	for i := range values {
		values[i] = make([]int, 7)
	}
	for c := range 6 {
		handled := 0
		for i := 2; i < len(outcomes)-2; i++ {
			v := 0
			if rnd.IntN(3) == 0 {
				v = rnd.IntN(40 / (1 + c))
			}
			values[i][c] = v
			handled += v
		}
		out := rnd.IntN(5)
		values[len(values)-2][c], values[len(values)-1][c] = handled, out
		in := rnd.IntN(min(5, handled+out+1))
		values[0][c], values[1][c] = handled+out-in, in
	}
	for i, m := range outcomes {
		for c := range 6 {
			values[i][6] += values[i][c]
		}
		for c, a := range report.Applicants() {
			put(m, a, 3+i, 3+c, values[i][c])
		}
	}
	block = 18
	for i, b := range report.Layout(report.SectionReviewLitigation, "2019") {
		for j, row := range b.Rows {
			total := 0
			for k, m := range row.Metrics {
				v := rnd.IntN(4)
				if k == len(row.Metrics)-1 {
					v = total
				}
				total += v
				put(m, "", 2+i, j*5+k, v)
			}
		}
	}
	for i, m := range []string{"text.requests_new", "text.disclosed_total", "text.review_total", "text.policy_interpretations"} {
		v := strconv.Itoa(10 + rnd.IntN(900))
		r.Figures = append(r.Figures, report.Figure{Metric: m, Origin: report.OriginText, State: report.StateOK, Value: v, Unit: "件", Raw: v + "件", Quote: "全年共有" + v + "件，均按时办理。", Locator: report.AtText(6+i, 4, 9)})
	}
	r.Findings = check.Evaluate(r.Template, r.Figures)
	for _, key := range []string{report.SectionOverview, report.SectionDisclosure, report.SectionRequests, report.SectionReviewLitigation, report.SectionProblems, report.SectionOther} {
		text := ""
		for range 6 {
			text += fmt.Sprintf("第%d组核对了%d份目录，答复%d位来访者，更新%d处栏目，", rnd.IntN(90), rnd.IntN(900), rnd.IntN(90), rnd.IntN(50))
		}
		r.Sections = append(r.Sections, report.Section{Key: key, Heading: key, Text: text + "其余照旧。", From: 3, To: 20})
	}
	return r
}

// benchReports is how many reports the benchmarks are about: GONGKAI_BENCH_REPORTS,
// else few.
func benchReports(b *testing.B) int {
	if s := os.Getenv("GONGKAI_BENCH_REPORTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 1000
}

// BenchmarkWrite tells how fast the writers alone are: invented reports that are
// in memory already.
func BenchmarkWrite(b *testing.B) {
	n := benchReports(b)
	pool := make([]*report.Report, 512)
	for i := range pool {
		pool[i] = invent(i)
	}
	for _, format := range []string{"parquet", "csv", "jsonl", "sqlite", "xlsx"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				in := &Input{Version: "v", Reports: func(yield func(Entry, error) bool) {
					for i := range n {
						r := *pool[i%len(pool)]
						r.Organ.Name = fmt.Sprintf("第%05d县人民政府", i/6)
						r.Source.Snapshot = fmt.Sprintf("sha256:%064x", i)
						if !yield(Entry{ID: fmt.Sprintf("%012x", i), Revision: 1, OrganID: fmt.Sprintf("o%012x", i/6), Latest: true, Report: &r}, nil) {
							return
						}
					}
				}}
				start := time.Now()
				res, err := Write(context.Background(), in, Options{Dir: filepath.Join(b.TempDir(), "o"), Formats: []string{format}})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(res.Figures)/time.Since(start).Seconds(), "figures/s")
			}
		})
	}
}

// BenchmarkFill puts invented reports into a corpus as an import does, one
// capture, snapshot and report each. GONGKAI_BENCH_CORPUS names the file, which
// stays for `gongkai export` to be measured on.
func BenchmarkFill(b *testing.B) {
	path := os.Getenv("GONGKAI_BENCH_CORPUS")
	if path == "" {
		path = filepath.Join(b.TempDir(), "corpus.db")
	}
	n := benchReports(b)
	for b.Loop() {
		fill(b, path, n)
	}
}

func fill(tb testing.TB, path string, n int) {
	tb.Helper()
	st, err := store.Create(path, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	ctx := context.Background()
	noon := time.Date(2026, 1, 20, 2, 0, 0, 0, time.UTC)
	for from := 0; from < n; from += 500 {
		err := st.Update(ctx, func(tx *store.Tx) error {
			for i := from; i < min(n, from+500); i++ {
				r := invent(i)
				body := fmt.Appendf(nil, "<html>%s</html>", r.Title)
				r.Source.Snapshot = string(store.DigestOf(body))
				given, err := json.Marshal(corpus.Given{URL: r.Source.URL, Site: "bench"})
				if err != nil {
					return err
				}
				b, err := json.Marshal(r)
				if err != nil {
					return err
				}
				at := noon.Add(time.Duration(i) * time.Second)
				_, err = tx.Finish(store.Finish{
					Capture: &store.Capture{Key: r.Source.URL[7:], URL: r.Source.URL, Status: 200, Time: at, Site: "bench"}, Body: body,
					Report: &store.Report{
						ID: corpus.Identity(r, r.Source.URL), URL: r.Source.URL, Site: "bench", Organ: r.Organ.Name, Year: r.Year, Scope: string(r.Scope),
						Title: r.Title, Status: string(r.Status), Digest: store.DigestOf(body), Extractor: 1, Time: at, Given: given, Body: b,
					},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkCorpus tells how fast reports are read from a corpus and written: from
// the file GONGKAI_BENCH_CORPUS, or one that it fills.
func BenchmarkCorpus(b *testing.B) {
	path := os.Getenv("GONGKAI_BENCH_CORPUS")
	if path == "" {
		path = filepath.Join(b.TempDir(), "corpus.db")
		fill(b, path, benchReports(b))
	}
	st, err := store.Open(path, store.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	for _, format := range []string{"none", "parquet", "csv"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				in, err := Open(context.Background(), corpus.New(st), Selection{})
				if err != nil {
					b.Fatal(err)
				}
				start, figures := time.Now(), 0
				if format == "none" {
					for e, err := range in.Reports {
						if err != nil {
							b.Fatal(err)
						}
						figures += len(e.Report.Figures)
					}
				} else {
					res, err := Write(context.Background(), in, Options{Dir: filepath.Join(b.TempDir(), "o"), Formats: []string{format}})
					if err != nil {
						b.Fatal(err)
					}
					figures = res.Figures
				}
				b.ReportMetric(float64(figures)/time.Since(start).Seconds(), "figures/s")
			}
		})
	}
}
