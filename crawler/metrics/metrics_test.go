package metrics

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"gongkai/crawler"
	"gongkai/crawler/fetch"
	"gongkai/store"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

// night is the metrics of a made-up run.
func night(t *testing.T) *Metrics {
	t.Helper()
	st, err := store.Create(filepath.Join(t.TempDir(), "corpus.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 20, 2, 0, 0, 0, time.UTC)
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		for i, state := range []string{store.Queued, store.Queued, store.Done, store.Gone} {
			row := store.Row{Key: fmt.Sprint("a.gov.cn/", i), URL: "http://a.gov.cn/", Host: "a.gov.cn", Kind: "page", State: state}
			if state == store.Queued {
				row.Due = now.Add(-time.Duration(i+1) * time.Hour)
			}
			if err := tx.PutRow(row); err != nil {
				return err
			}
		}
		_, err := tx.PutSnapshot([]byte("a page"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m := New(st, func() time.Time { now = now.Add(time.Minute); return now })
	m.Began("2026-01-20T02:00:00Z", map[string]time.Time{"a": now.Add(-24 * time.Hour), "b": now.Add(-48 * time.Hour)})
	for i, outcome := range []string{"ok", "ok", "failed:404", "blocked:js-challenge(ruishu)"} {
		m.Requested("a.gov.cn", &fetch.Hop{Bytes: 1000, Took: time.Duration(i) * 300 * time.Millisecond}, outcome)
	}
	m.Requested("b.gov.cn", &fetch.Hop{}, "unreachable:dial")
	m.HostChanged(fetch.Health{Host: "a.gov.cn", State: "slow"})
	m.HostChanged(fetch.Health{Host: "a.gov.cn", State: "blocked"})
	m.Judged(crawler.Judgement{Report: &store.Report{}, Facts: crawler.Facts{Template: "2021", Tables: 3, HardPass: 40, HardFail: 2}}, 30*time.Millisecond)
	m.Judged(crawler.Judgement{Report: &store.Report{}, Facts: crawler.Facts{Template: "2019", Tables: 2, Unrecovered: 1, HardPass: 6}}, 30*time.Millisecond)
	m.Judged(crawler.Judgement{Reason: "notice"}, 0)
	for _, outcome := range []string{"listed", "new", "unchanged", "unchanged", "gone", "blocked"} {
		m.Visited("a", "page", outcome)
	}
	m.Committed(3 * time.Millisecond)
	m.Ended(&crawler.Summary{Exit: 4, Columns: []crawler.ColumnSummary{
		{Site: "a", Verdict: "blocked:js-challenge(ruishu)"}, {Site: "b", Verdict: "unreachable:dial"}, {Site: "c", Verdict: "complete", Drift: "reports 1, usually 9 (-88%)"},
	}}, map[string]time.Time{"a": now})
	return m
}

// corpusBytes is a size that the file system decides.
var corpusBytes = regexp.MustCompile(`(?m)^(gongkai_corpus_(?:snapshot_stored_)?bytes) .*$`)

func TestExposition(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gongkai.prom")
	if err := night(t).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got = corpusBytes.ReplaceAll(got, []byte("$1 SIZE"))
	golden := filepath.Join("testdata", "night.prom")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-want +got (-update writes it)\n%s", diff)
	}
}

// The names keep the conventions of Prometheus.
func TestLint(t *testing.T) {
	problems, err := testutil.GatherAndLint(night(t).registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// However many hosts are asked, the labels are bounded.
func TestHostsAreBounded(t *testing.T) {
	m := night(t)
	for i := range MaxHosts + 500 {
		m.Requested(fmt.Sprintf("h%d.gov.cn", i), &fetch.Hop{}, "ok")
	}
	if n := testutil.CollectAndCount(m.requests); n > MaxHosts+10 {
		t.Errorf("%d series", n)
	}
	if n := testutil.ToFloat64(m.requests.WithLabelValues("other", "ok")); n < 490 {
		t.Errorf("%v requests of other hosts", n)
	}
}

func TestHandler(t *testing.T) {
	w := httptest.NewRecorder()
	night(t).Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{"gongkai_run_exit_code 4", "go_goroutines "} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is not served", want)
		}
	}
}
