package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

// archive is a corpus of the invented sites, filled as a crawl fills it.
type archive struct {
	*Corpus
	t     *testing.T
	gov   *fakegov.Gov
	store *store.Store
}

func newArchive(t *testing.T, o fakegov.Options) *archive {
	t.Helper()
	gov, err := fakegov.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gov.Close() })
	s := newStore(t)
	return &archive{New(s), t, gov, s}
}

func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Create(filepath.Join(t.TempDir(), "corpus.db"), store.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain returns a report of a site that stands on its page with all its tables.
func plain(site *fakegov.Site) fakegov.Report {
	for _, r := range site.Reports() {
		if r.Spec == (fakegov.ReportSpec{Organ: r.Spec.Organ, Year: r.Spec.Year}) && r.Spec.Year >= 2021 {
			return r
		}
	}
	panic("the site has no plain report")
}

// keep captures an address at a time and stores the report it holds, if any.
func (a *archive) keep(site *fakegov.Site, url string, at time.Time) Reading {
	a.t.Helper()
	body, contentType := a.fetch(url)
	return a.keepBytes(site.ID, url, body, contentType, at)
}

func (a *archive) fetch(url string) (body []byte, contentType string) {
	a.t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		a.t.Fatal(err)
	}
	return body, resp.Header.Get("Content-Type")
}

func (a *archive) keepBytes(site, url string, body []byte, contentType string, at time.Time) Reading {
	a.t.Helper()
	page := Page{
		Body: body, Digest: store.DigestOf(body), Captured: at,
		Given: Given{URL: url, Name: filepath.Base(url), ContentType: contentType, Site: site},
	}
	reading, err := Read(context.Background(), page, extract.Options{Timeout: time.Minute}) // however busy the machine is
	if err != nil {
		a.t.Fatal(err)
	}
	key := plainAddress(url)
	a.update(func(tx *store.Tx) error {
		_, err := tx.Finish(store.Finish{
			Row:     store.Row{Key: key, URL: url, Host: strings.Split(key, "/")[0], Site: site, State: store.Done},
			Capture: &store.Capture{Key: key, URL: url, Status: 200, Time: at, Site: site, Run: "r1", Header: [][2]string{{"Content-Type", contentType}}},
			Body:    body, Report: reading.Report,
		})
		return err
	})
	return reading
}

func (a *archive) update(fn func(*store.Tx) error) {
	a.t.Helper()
	if err := a.store.Update(context.Background(), fn); err != nil {
		a.t.Fatal(err)
	}
}

// The reports that the invented sites publish as pages are listed with their
// organ and year, and shown by each of their names.
func TestListAndShow(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Demo())
	want := map[string]fakegov.Report{}
	for _, site := range a.gov.Sites[:1] {
		for _, r := range site.Reports() {
			if r.Spec.Fault != (fakegov.Fault{}) || r.Spec.Attachment == fakegov.OnlyDOCX {
				continue
			}
			a.keep(site, r.URL, noon)
			want[r.URL] = r
		}
	}
	items, err := a.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != len(want) || len(items) < 12 {
		t.Errorf("%d reports are listed, %d are published", len(items), len(want))
	}
	for n, i := range items {
		truth := want[i.URL].Truth
		if i.Organ != truth.Organ || i.Year != truth.Year || i.Site == "" || i.Revision != 1 || i.Sources != 1 {
			t.Errorf("%+v, want %s %d", i, truth.Organ, truth.Year)
		}
		if n%4 != 0 {
			continue
		}
		for _, name := range []string{i.ID, i.ID[:8], i.URL, strings.TrimPrefix(i.URL, "http://"), fmt.Sprint(i.Organ, i.Year), fmt.Sprint(i.Organ, " ", i.Year, "年")} {
			shown, err := a.Show(ctx, name)
			if err != nil || shown.ID != i.ID {
				t.Errorf("show %q: %v", name, err)
				continue
			}
			r := shown.Report
			if r.Year != truth.Year || r.Source.URL != i.URL || r.Source.Snapshot != i.Snapshot || r.Source.Captured != "2026-01-20T12:00:00Z" ||
				r.Extractor.Version != extract.Version || len(r.Figures) == 0 {
				t.Errorf("show %q: %+v", name, r.Source)
			}
			if len(shown.Revisions) != 1 || len(shown.Sources) != 1 || shown.Sources[0].Captures != 1 || shown.Sources[0].Verdict != "complete" {
				t.Errorf("show %q: %+v %+v", name, shown.Revisions, shown.Sources)
			}
		}
	}
	first := items[0]
	for name, f := range map[string]Filter{
		"organ": {Organ: first.Organ, Year: first.Year}, "year": {Year: first.Year},
		"status": {Status: first.Status}, "URL": {URL: first.URL},
	} {
		some, err := a.List(ctx, f)
		if err != nil || len(some) == 0 || len(some) == len(items) || !slices.ContainsFunc(some, func(i Item) bool { return i.ID == first.ID }) {
			t.Errorf("filter by %s: %d of %d, %v", name, len(some), len(items), err)
		}
	}
}

// The same bytes, told the same, give the same report; what a page prints around
// its report makes another snapshot, but its content is the same.
func TestReadIsPure(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	resp, err := http.Get(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	first := a.keepBytes("s", r.URL, body, "text/html", noon)
	again := a.keepBytes("s", r.URL, body, "text/html", noon)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	counter := bytes.Replace(body, []byte("</body>"), []byte("<p>访问 123</p></body>"), 1)
	if bytes.Equal(counter, body) {
		t.Fatal("the page has no end")
	}
	framed := a.keepBytes("s", r.URL, counter, "text/html", noon)
	if framed.Content != first.Content || framed.Report.Digest == first.Report.Digest || framed.Report.ID != first.Report.ID {
		t.Error("a counter makes another content")
	}
	if err := site.Edit(r.URL, "requests.new@natural_person", "4321"); err != nil {
		t.Fatal(err)
	}
	if edited := a.keep(site, r.URL, noon.AddDate(0, 0, 1)); edited.Content == first.Content || edited.Report.ID != first.Report.ID {
		t.Error("an edited cell makes no other content")
	}
}

// A report that stands at two addresses is one report with two sources; each
// address has its revisions.
func TestSources(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	a.keep(site, r.URL, noon)
	resp, err := http.Get(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	a.keepBytes("portal", "https://portal.example.gov.cn/copy.html", body, "text/html", noon.Add(time.Hour))
	if err := site.Edit(r.URL, "requests.new@natural_person", "4321"); err != nil {
		t.Fatal(err)
	}
	a.keep(site, r.URL, noon.AddDate(0, 1, 0))
	items, err := a.List(ctx, Filter{})
	if err != nil || len(items) != 1 || items[0].Sources != 2 || items[0].Revision != 3 {
		t.Fatalf("%+v, %v", items, err)
	}
	shown, err := a.Show(ctx, r.URL)
	if err != nil {
		t.Fatal(err)
	}
	if s := shown.Sources; len(s) != 2 || s[0].URL != r.URL || s[0].Captures != 2 || !s[0].Last.Equal(noon.AddDate(0, 1, 0)) || s[1].Captures != 1 || s[1].Site != "portal" {
		t.Errorf("%+v", s)
	}
	if len(shown.Revisions) != 3 {
		t.Errorf("%+v", shown.Revisions)
	}
}

// When a later extractor reads another organ from the same bytes, that is a
// candidate for another report; when the page itself changed, both were reports.
func TestChangedIdentity(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Options{})
	put := func(id, body string, extractor int) {
		a.update(func(tx *store.Tx) error {
			d, err := tx.PutSnapshot([]byte(body))
			if err != nil {
				return err
			}
			_, _, err = tx.PutReport(store.Report{ID: id, URL: "https://a.example.cn/", Digest: d, Extractor: extractor, Organ: id, Year: 2020, Body: []byte("{}")})
			return err
		})
	}
	ids := func() (ids []string) {
		items, err := a.List(ctx, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			ids = append(ids, i.ID)
		}
		return ids
	}
	put("aaaa", "one", 1)
	put("bbbb", "one", 2)
	if diff := cmp.Diff([]string{"aaaa"}, ids()); diff != "" {
		t.Error(diff)
	}
	put("cccc", "two", 2)
	if diff := cmp.Diff([]string{"aaaa", "cccc"}, ids()); diff != "" {
		t.Error(diff)
	}
}

// A name that names nothing, several or something else says so.
func TestShowWhatIsNone(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	for _, r := range site.Reports()[:3] {
		a.keep(site, r.URL, noon)
	}
	items, err := a.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "zz", "0000000", items[0].ID[:2], "https://nowhere.example.cn/", "某局2020"} {
		if _, err := a.Show(ctx, name); !errors.Is(err, ErrNotFound) {
			t.Errorf("show %q: %v", name, err)
		}
	}
	for _, name := range []string{items[0].Organ, items[0].Organ + "1999年", strings.ToUpper(items[0].ID[:2])} {
		_, err := a.Show(ctx, name)
		if e, ok := errors.AsType[*UnknownError](err); !ok || len(e.Near) == 0 || !strings.Contains(err.Error(), items[0].ID) {
			t.Errorf("show %q: %v, want what is near it", name, err)
		}
	}
	index := site.Column().Index[0]
	a.keep(site, index, noon)
	_, err = a.Show(ctx, index)
	if e, ok := errors.AsType[*NoReportError](err); !ok || e.Reason == "" || !strings.Contains(err.Error(), "is no annual report") {
		t.Errorf("show an index: %v", err)
	}
	organ := items[0].Organ
	a.update(func(tx *store.Tx) error {
		d, err := tx.PutSnapshot([]byte("aggregate"))
		if err != nil {
			return err
		}
		_, _, err = tx.PutReport(store.Report{ID: "ffff", URL: "https://a.example.cn/", Digest: d, Organ: organ, Year: items[0].Year, Body: []byte("{}")})
		return err
	})
	_, err = a.Show(ctx, fmt.Sprint(organ, items[0].Year))
	if e, ok := errors.AsType[*AmbiguousError](err); !ok || len(e.Candidates) != 2 || !strings.Contains(err.Error(), "ffff") {
		t.Errorf("show two: %v", err)
	}
}

// Captures are listed with what went wrong, and chosen by run, site and verdict.
func TestCaptures(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Options{})
	for n, verdict := range []string{"", "blocked:412", "blocked:403", ""} {
		a.update(func(tx *store.Tx) error {
			url := fmt.Sprintf("https://a.example.cn/%d", n)
			_, err := tx.Finish(store.Finish{
				Capture: &store.Capture{Key: url, URL: url, Status: 200 + n, Time: noon.Add(time.Duration(n)), Run: fmt.Sprint("r", n/2), Site: "s", Verdict: verdict},
				Body:    []byte(url),
			})
			return err
		})
	}
	count := func(f CaptureFilter) (n int) {
		for c, err := range a.Captures(ctx, f) {
			if err != nil {
				t.Fatal(err)
			}
			if c.FinalURL != c.URL || c.Digest == "" || c.Bytes == 0 || c.Verdict == "" {
				t.Errorf("%+v", c)
			}
			n++
		}
		return n
	}
	for want, f := range map[int]CaptureFilter{
		4: {}, 2: {Run: "r1"}, 1: {Verdict: "blocked:403"}, 3: {URL: "a.example.cn", Verdict: "", Site: "s", Status: 0, Run: ""}, 0: {Status: 404},
	} {
		if want == 3 {
			want = 4
		}
		if got := count(f); got != want {
			t.Errorf("%+v: %d, want %d", f, got, want)
		}
	}
}

// Status tells of the runs, and of each column how the last run that visited it
// ended, while the next goes on.
func TestStatus(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	a.keep(site, r.URL, noon)
	summary := func(verdicts ...string) json.RawMessage {
		var columns []map[string]any
		for i, v := range verdicts {
			columns = append(columns, map[string]any{"site": "s", "index": fmt.Sprint("https://a.example.cn/", i), "verdict": v, "listed": 7})
		}
		b, err := json.Marshal(map[string]any{"columns": columns})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a.update(func(tx *store.Tx) error {
		_, err := tx.AddRows(store.Row{Key: "k", Host: "h.example.cn", State: store.Queued, Due: noon})
		return errors.Join(err,
			tx.PutRun(store.Run{ID: "2026-01-18T02:00:00Z", What: "crawl", Started: noon, Closed: noon, Summary: summary("complete", "blocked:412", "partial:pages")}),
			tx.PutRun(store.Run{ID: "2026-01-19T02:00:00Z", What: "crawl", Started: noon, Closed: noon, Summary: summary("complete", "complete")}),
			tx.PutRun(store.Run{ID: "2026-01-20T02:00:00Z", What: "crawl", Started: noon}))
	})
	s, err := a.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s.Captures != 1 || s.Reports != 1 || s.ReportsByYear[r.Truth.Year] != 1 || s.FileBytes == 0 || s.Rows[store.Queued] != 1 {
		t.Errorf("%+v", s)
	}
	if len(s.Runs) != 3 || s.Runs[0].State != "open" || s.Runs[1].State != "finished" {
		t.Errorf("%+v", s.Runs)
	}
	if diff := cmp.Diff(map[string]int{"complete": 2, "partial": 1}, s.ColumnsByVerdict); diff != "" {
		t.Error(diff)
	}
	if len(s.Hosts) != 1 || s.Hosts[0].Queued != 1 {
		t.Errorf("%+v", s.Hosts)
	}
	if _, err := json.Marshal(s); err != nil {
		t.Error(err)
	}
}
