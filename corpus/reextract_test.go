package corpus

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/report"
	"gongkai/store"
)

// keepOlder captures an address as an earlier extractor would have read it: what
// the present one reads, changed.
func (a *archive) keepOlder(site *fakegov.Site, url string, change func(*report.Report)) *report.Report {
	a.t.Helper()
	body, contentType := a.fetch(url)
	page := Page{Body: body, Digest: store.DigestOf(body), Captured: noon, Given: Given{URL: url, ContentType: contentType, Site: site.ID}}
	reading, err := Read(context.Background(), page, extract.Options{Timeout: time.Minute})
	if err != nil || reading.Report == nil {
		a.t.Fatalf("%s: %v %s", url, err, reading.Detail)
	}
	r := older(a.t, reading.Report, change)
	key := plainAddress(url)
	a.update(func(tx *store.Tx) error {
		_, err := tx.Finish(store.Finish{
			Capture: &store.Capture{Key: key, URL: url, Status: 200, Time: noon, Site: site.ID, Header: [][2]string{{"Content-Type", contentType}}},
			Body:    body, Report: reading.Report,
		})
		return err
	})
	return r
}

// older makes a revision one of an earlier extractor.
func older(t *testing.T, s *store.Report, change func(*report.Report)) *report.Report {
	t.Helper()
	var r report.Report
	if err := json.Unmarshal(s.Body, &r); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&r)
	}
	r.Extractor.Version = 0
	body, err := encode(&r)
	if err != nil {
		t.Fatal(err)
	}
	s.Body, s.Extractor, s.ID, s.Status = body, 0, Identity(&r, s.URL), string(r.Status)
	return &r
}

// figureAt finds a cell to change.
func figureAt(t *testing.T, r *report.Report, cell string) *report.Figure {
	t.Helper()
	i := slices.IndexFunc(r.Figures, func(f report.Figure) bool { return CellName(&f) == cell && f.Origin != report.OriginText })
	if i < 0 {
		t.Fatalf("%s has no cell %s", r.Title, cell)
	}
	return &r.Figures[i]
}

// published is a corpus of one invented site whose reports an earlier extractor
// read; the change of each is drawn from changes by its place.
func published(t *testing.T, n int, changes ...func(*report.Report)) *archive {
	t.Helper()
	a := newArchive(t, fakegov.Options{Seed: 3, Sites: []fakegov.SiteSpec{{ID: "s", Family: fakegov.TRS, Reports: n}}})
	for i, r := range a.gov.Sites[0].Reports() {
		var change func(*report.Report)
		if len(changes) > 0 {
			change = changes[i%len(changes)]
		}
		a.keepOlder(a.gov.Sites[0], r.URL, change)
	}
	return a
}

func (a *archive) reextract(o ReextractOptions) *ReextractSummary {
	a.t.Helper()
	o.Extract.Timeout = time.Minute
	sum, err := Reextract(context.Background(), a.store, o)
	if err != nil {
		a.t.Fatal(err)
	}
	return sum
}

// What another extractor read is read again, offline, into candidates; what is
// current is left alone, and reading it anyway gives the same bytes.
func TestReextract(t *testing.T) {
	a := published(t, 6)
	a.gov.Close() // offline
	before := a.said(ReportQuery{})
	if len(before) != 6 {
		t.Fatal(before)
	}
	sum := a.reextract(ReextractOptions{})
	if sum.Read != 6 || sum.Candidates != 6 || sum.ByReason[OtherVersion] != 6 || sum.Exit != 0 {
		t.Errorf("%+v", sum)
	}
	check(t, "what is read", a.said(ReportQuery{}), before...)
	if n := len(a.said(ReportQuery{Revisions: Waiting})); n != 6 {
		t.Errorf("%d candidates wait", n)
	}
	if sum = a.reextract(ReextractOptions{}); sum.Read != 0 || sum.ByReason[Current] != 6 {
		t.Errorf("again: %+v", sum)
	}
	if sum = a.reextract(ReextractOptions{All: true}); sum.Read != 6 || sum.Identical != 6 || sum.Candidates != 0 {
		t.Errorf("all: %+v", sum)
	}
	for u, err := range a.Stale(context.Background(), extract.Options{}, false) {
		t.Errorf("%+v is stale, %v", u, err)
	}
	if v, err := a.store.Verify(context.Background(), nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}

// One site, one form, one report can be chosen.
func TestReextractChoice(t *testing.T) {
	a := published(t, 8)
	items, err := a.List(context.Background(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]int{}
	for e, err := range a.Reports(context.Background(), ReportQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		forms[templateOf(e.Report)]++
	}
	if len(forms) < 2 || forms["2021"] == 0 {
		t.Fatal(forms)
	}
	for want, o := range map[int]ReextractOptions{1: {Reports: []string{items[2].ID}}, forms["2021"]: {Template: "2021", Workers: 1}} {
		if sum := a.reextract(o); sum.Snapshots != 8 || sum.Read != want && want != forms["2021"] || sum.Read > want {
			t.Errorf("%+v: %+v, want %d", o, sum, want)
		}
	}
	for what, err := range map[string]error{
		"re-extraction": second(Reextract(context.Background(), a.store, ReextractOptions{Site: "other"})),
		"diff":          second(a.Diff(context.Background(), DiffQuery{Site: "other"}, nil)),
	} {
		if e, ok := errors.AsType[*UnknownSiteError](err); !ok || !slices.Equal(e.Known, []string{"s"}) {
			t.Errorf("%s of a site that is none: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A snapshot is stale for one reason, and the reason can be told.
func TestStaleness(t *testing.T) {
	now := extraction{7, "o", "d"}
	for want, other := range map[Staleness]extraction{
		OtherVersion: {6, "x", "x"}, OtherOptions: {7, "x", "x"}, OtherData: {7, "o", "x"}, Current: now,
	} {
		if got := now.against(other); got != want {
			t.Errorf("%v is %s, want %s", other, got, want)
		}
	}
	if got := now.against(extraction{7, "o", ""}); got != Current {
		t.Errorf("a reading that does not tell its data is %s", got)
	}

	a := newArchive(t, fakegov.Options{})
	capture := func(url, body, kind string, day int) {
		a.update(func(tx *store.Tx) error {
			_, err := tx.Finish(store.Finish{
				Capture: &store.Capture{Key: plainAddress(url), URL: url, Status: 200, Time: noon.AddDate(0, 0, day), Kind: kind}, Body: []byte(body),
			})
			return err
		})
	}
	capture("https://a.example.cn/index", "<a href=1>列表</a>", "index", 0)
	capture("https://a.example.cn/1", "<p>甲", "page", 0)
	a.putReading(reading{"aaaa", "https://a.example.cn/2", "乙", extract.Version, "complete"}, noon)
	capture("https://a.example.cn/2", "<p>丙", "page", 1)
	got := map[string]Staleness{}
	for u, err := range a.Stale(context.Background(), extract.Options{}, true) {
		if err != nil {
			t.Fatal(err)
		}
		got[u.URL+" "+u.Snapshot[7:11]] = u.Stale
	}
	short := func(body string) string { return string(store.DigestOf([]byte(body))[7:11]) }
	want := map[string]Staleness{
		"https://a.example.cn/1 " + short("<p>甲"): NeverExtracted,
		"https://a.example.cn/2 " + short("<p>丙"): NewCapture,
		"https://a.example.cn/2 " + short("乙"):    OtherOptions, // it names none
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if sum := a.reextract(ReextractOptions{}); sum.Refused != 3 || sum.Lost != 1 {
		t.Errorf("%+v", sum)
	}
	if sum := a.reextract(ReextractOptions{}); sum.Read != 0 {
		t.Errorf("what is no report is read again: %+v", sum)
	}
}

// Interrupted, it goes on behind the last batch that was stored, and what is
// stored in the end is what an undisturbed run stores.
func TestReextractGoesOn(t *testing.T) {
	const reports = 72
	a, b := published(t, reports), published(t, reports)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var seen int
	sum, err := Reextract(ctx, a.store, ReextractOptions{All: true, Extract: extract.Options{Timeout: time.Minute}, Progress: func(s ReextractSummary) {
		if seen = s.Read; seen > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || seen < commitEvery || seen >= reports || sum == nil {
		t.Fatalf("%d read, %v", seen, err)
	}
	sum = a.reextract(ReextractOptions{All: true, Workers: 3})
	if !sum.Resumed || sum.Read != reports || sum.Candidates != reports {
		t.Errorf("%+v", sum)
	}
	if sum := a.reextract(ReextractOptions{All: true}); sum.Resumed || sum.Identical != reports {
		t.Errorf("a run that was closed is gone on with: %+v", sum)
	}
	b.reextract(ReextractOptions{All: true, Workers: 1})
	heads := func(a *archive) (all []string) {
		for r, err := range a.store.ReportHeads(context.Background(), "") {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r.Organ, r.Content)
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(heads(b), heads(a)); diff != "" {
		t.Error(diff)
	}
}
