package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gongkai/report"
)

type shelf struct{}

const digest = "sha256:00"

func (shelf) Entries(context.Context) ([]Entry, error) {
	return []Entry{
		{ID: "r1", Organ: "青榆市人民政府", Title: "青榆市人民政府2022年报告", Year: 2022, Status: "complete"},
		{ID: "r2", Organ: "白槐县人民政府", Title: "<script>alert(1)</script>", Year: 2019, Status: "partial"},
	}, nil
}

func (shelf) Report(_ context.Context, id string) (*report.Report, error) {
	if id != "r1" {
		return nil, ErrNotFound
	}
	return &report.Report{
		Title: "青榆市人民政府2022年报告", Organ: report.Organ{Name: "青榆市人民政府"}, Year: 2022,
		Template: report.Templates{Disclosure: "2021", Requests: "2021", ReviewLitigation: "2021"},
		Figures: []report.Figure{
			{Metric: "requests.handled", Applicant: report.Total, Origin: report.OriginTable, State: report.StateOK, Value: "4321", Raw: "4321"},
			{Metric: "requests.new", Applicant: report.Total, Origin: report.OriginTable, State: report.StateNotRecovered},
			{Metric: "annex.disclosed_total", Origin: report.OriginAnnex, State: report.StateOK, Value: "55", Unit: "条"},
			{Metric: report.MetricLocalRow, Label: "本地一行", Origin: report.OriginTable, State: report.StateOK, Value: "77"},
		},
		Findings: []report.Finding{{
			Rule: "T3.ROW", Severity: report.Hard, Verdict: report.Fail, At: "requests.handled", Expected: "1234", Got: "4321",
			Suspect: &report.Suspect{Metric: "requests.handled", Applicant: report.Total, Implied: "1234"},
		}},
		Source: report.Source{Snapshot: digest, URL: "javascript:alert(1)"},
	}, nil
}

func (shelf) Snapshot(_ context.Context, d string) ([]byte, error) {
	if d != digest {
		return nil, ErrNotFound
	}
	return []byte("<script>alert(1)</script>"), nil
}

func get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(shelf{}, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(b)
}

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		path   string
		status int
		has    []string
		hasNot []string
	}{
		{"/", 200, []string{"青榆市人民政府", "2 of 2 reports", "&lt;script&gt;"}, []string{"<script>"}},
		{"/?q=青榆", 200, []string{"1 of 2 reports"}, []string{"白槐"}},
		{"/?year=2019", 200, []string{"白槐"}, []string{"青榆"}},
		{"/reports/r1", 200, []string{`class="suspect">4321<abbr title="suspect">✗`, "主动公开政府信息数", "本地一行", "77", "T3.ROW", "would hold with 1234", `title="not recovered"`, "（七）总计"}, []string{`<a href="javascript:`, "#ZgotmplZ"}},
		{"/reports/r1.json", 200, []string{`"value":"4321"`}, nil},
		{"/reports/nope", 404, []string{"no such thing", `href="/"`}, nil},
		{"/snapshots/sha256:01", 404, nil, nil},
		{"/static/", 404, nil, []string{"style.css</a>"}},
		{"/static/style.css", 200, []string{"color-scheme"}, nil},
		{"/elsewhere", 404, nil, nil},
	} {
		res, body := get(t, tt.path)
		if res.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.path, res.StatusCode, tt.status, body)
		}
		for _, s := range tt.has {
			if !strings.Contains(body, s) {
				t.Errorf("%s lacks %q", tt.path, s)
			}
		}
		for _, s := range tt.hasNot {
			if strings.Contains(body, s) {
				t.Errorf("%s holds %q", tt.path, s)
			}
		}
	}
}

// Foreign bytes reach the browser as a download that it does not run.
func TestSnapshotIsInert(t *testing.T) {
	res, body := get(t, "/snapshots/"+digest)
	if body != "<script>alert(1)</script>" {
		t.Errorf("bytes changed: %q", body)
	}
	h := res.Header
	if h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers: %v", h)
	}
}
