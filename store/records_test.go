package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func update(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// Captures of a URL are a history: each is kept, in the order of their times,
// and the bytes they share are kept once.
func TestHistory(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	key := "https://a.example.cn/"
	capture := func(day int, body string) Finish {
		return Finish{Capture: &Capture{Key: key, URL: key, Status: 200, Time: noon.AddDate(0, 0, day), Run: fmt.Sprint("run", day%2)}, Body: []byte(body)}
	}
	update(t, s, func(tx *Tx) error {
		for _, f := range []Finish{capture(3, "new"), capture(1, "old"), capture(2, "old"), capture(1, "old")} {
			if _, err := tx.Finish(f); err != nil {
				return err
			}
		}
		// What begins like the key is another URL.
		f := capture(4, "other")
		f.Capture.Key += "x"
		_, err := tx.Finish(f)
		return err
	})
	var days []string
	for c, err := range s.History(ctx, key) {
		if err != nil {
			t.Fatal(err)
		}
		body, err := s.Snapshot(ctx, c.Digest)
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, c.Time.Format("2 ")+string(body))
	}
	if diff := cmp.Diff([]string{"21 old", "22 old", "23 new"}, days); diff != "" {
		t.Error(diff)
	}
	n := 0
	for c, err := range s.CapturesOfRun(ctx, "run1") {
		if err != nil || c.Run != "run1" {
			t.Errorf("%+v, %v", c, err)
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d captures of the run", n)
	}
	if c, err := s.Counts(ctx); err != nil || c.Captures != 4 || c.Snapshots != 3 {
		t.Errorf("%+v, %v", c, err)
	}
	verify(t, s)
}

// Captures that share time and hash are still two; the same one twice is one.
func TestCaptureIDs(t *testing.T) {
	record := []byte("{}")
	first, again, salted := captureID(noon, record, 0), captureID(noon, record, 0), captureID(noon, record, 1)
	later := captureID(noon.Add(time.Millisecond), record, 0)
	if first != again || first == salted || later <= first || !strings.HasPrefix(first, "20260120T120000.000Z-") {
		t.Error(first, again, salted, later)
	}
	s := newCorpus(t, Options{})
	capture := Capture{Key: "k", URL: "https://a.example.cn/", Time: noon}
	stored, err := json.Marshal(capture)
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *Tx) error { // something else has taken the ID
		return tx.bucket(bucketCaptures).Put([]byte(captureID(noon, stored, 0)), []byte("{}"))
	})
	update(t, s, func(tx *Tx) error {
		for range 2 {
			if done, err := tx.Finish(Finish{Capture: &capture}); err != nil || done.Capture != captureID(noon, stored, 1) {
				t.Errorf("%+v, %v", done, err)
			}
		}
		return nil
	})
}

// What can't be stored is refused before anything is written.
func TestFinishRefuses(t *testing.T) {
	s := newCorpus(t, Options{})
	ctx := context.Background()
	capture := func(change func(*Capture)) Finish {
		c := Capture{Key: "k", URL: "https://a.example.cn/", Time: noon}
		change(&c)
		return Finish{Capture: &c, Body: []byte("x")}
	}
	for name, f := range map[string]Finish{
		"key empty":          capture(func(c *Capture) { c.Key = "" }),
		"key too long":       capture(func(c *Capture) { c.Key = strings.Repeat("k", maxKey+1) }),
		"key with zero":      capture(func(c *Capture) { c.Key = "a\x00b" }),
		"key not UTF-8":      capture(func(c *Capture) { c.Key = "a\xffb" }),
		"no time":            capture(func(c *Capture) { c.Time = time.Time{} }),
		"other digest":       capture(func(c *Capture) { c.Digest = DigestOf([]byte("y")) }),
		"bad digest":         {Capture: &Capture{Key: "k", Time: noon, Digest: "sha256:12"}},
		"no such snapshot":   {Capture: &Capture{Key: "k", Time: noon, Digest: DigestOf([]byte("y")), Revisit: true}},
		"body alone":         {Row: Row{Key: "k"}, Body: []byte("x")},
		"row without host":   {Row: Row{Key: "k", State: Queued}},
		"found without key":  {Row: Row{Key: "k", State: Done}, Found: []Row{{State: Done}}},
		"report without ID":  {Row: Row{Key: "k", State: Done}, Report: &Report{URL: "u", Digest: DigestOf(nil)}},
		"report of nothing":  {Row: Row{Key: "k", State: Done}, Report: &Report{ID: "r", URL: "u"}},
		"report of no bytes": {Row: Row{Key: "k", State: Done}, Report: &Report{ID: "r", URL: "u", Digest: DigestOf([]byte("y"))}},
		"column without key": {Row: Row{Key: "k", State: Done}, Column: &Column{}},
		"column of no URL":   {Column: &Column{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.NewWriter(WriterOptions{})
			defer w.Close()
			if _, err := w.Finish(ctx, f); !is[*InvalidError](err) {
				t.Errorf("writer: %T %v", err, err)
			}
			err := s.Update(ctx, func(tx *Tx) error {
				if _, err := tx.Finish(f); !is[*InvalidError](err) {
					t.Errorf("transaction: %T %v", err, err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			if c, err := s.Counts(ctx); err != nil || c.Captures+c.Snapshots+len(c.Rows)+c.Revisions > 0 {
				t.Errorf("stored %+v, %v", c, err)
			}
		})
	}
}

// The queue of a host is in the order of time and key, each part of it can be
// read on its own, and a row leaves it when it is no longer queued. What is to be
// asked again stands in the agenda of all hosts.
func TestQueue(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	row := func(host, key, state string, after time.Duration) Row {
		return Row{Key: key, Host: host, State: state, Due: noon.Add(after)}
	}
	update(t, s, func(tx *Tx) error {
		added, err := tx.AddRows(
			row("b", "b/2", Queued, time.Nanosecond), row("b", "b/1", Queued, time.Nanosecond), row("b", "b/3", Queued, 0),
			row("a", "a/1", Queued, time.Hour), row("a:80", "a/2", Queued, -time.Hour),
			row("a", "a/3", Done, 2*time.Hour), row("c", "c/1", Gone, time.Hour),
			Row{Key: "b/0", Host: "b", State: Queued}, // at any time
			Row{Key: "b/9", Host: "b", State: Skipped},
			row("b", "b/1", Done, 0), // is there already
		)
		if added != 9 {
			t.Errorf("%d added", added)
		}
		return err
	})
	keys := func(rows []Row) (keys []string) {
		for _, r := range rows {
			keys = append(keys, r.Key)
		}
		return keys
	}
	hosts := func() (hosts []string) {
		err := s.Hosts(ctx, func(host string, due time.Time, rows int) {
			hosts = append(hosts, fmt.Sprint(host, " ", due.Year(), " ", rows))
		})
		if err != nil {
			t.Fatal(err)
		}
		return hosts
	}
	if diff := cmp.Diff([]string{"a 2026 1", "a:80 2026 1", "b 1 4"}, hosts()); diff != "" {
		t.Error(diff)
	}
	first, err := s.Queued(ctx, "b", time.Time{}, "", 2)
	if diff := cmp.Diff([]string{"b/0", "b/3"}, keys(first)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	rest, err := s.Queued(ctx, "b", first[1].Due, first[1].Key, 9)
	if diff := cmp.Diff([]string{"b/1", "b/2"}, keys(rest)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	update(t, s, func(tx *Tx) error {
		done := rest[0]
		done.State, done.Due = Done, noon.Add(time.Minute)
		return errors.Join(tx.PutRow(done), tx.PutRow(row("a", "a/1", Queued, time.Minute)), tx.PutRow(row("b", "b/0", Gone, 0)))
	})
	if diff := cmp.Diff([]string{"a 2026 1", "a:80 2026 1", "b 2026 2"}, hosts()); diff != "" {
		t.Error(diff)
	}
	var agenda []string
	view(t, s, func(tx *Tx) error {
		for r, err := range tx.Revisits(noon.Add(time.Hour)) {
			if err != nil {
				return err
			}
			agenda = append(agenda, r.Key)
		}
		for r, err := range tx.RevisitsAfter(noon, "b/0", noon.Add(time.Hour)) {
			if err != nil || r.Key != "b/1" {
				t.Errorf("after b/0: %s, %v", r.Key, err)
			}
			break
		}
		return nil
	})
	if diff := cmp.Diff([]string{"b/0", "b/1", "c/1"}, agenda); diff != "" {
		t.Error(diff)
	}
	if c, err := s.Counts(ctx); err != nil || !cmp.Equal(c.Rows, map[string]int{Queued: 4, Done: 2, Gone: 2, Skipped: 1}) {
		t.Errorf("%+v, %v", c, err)
	}
	verify(t, s)
}

// A revision is added when a report says something else, or says it by another
// extractor; the same once more is the revision that is there. Each URL that
// gives a report is compared with what it gave before.
func TestRevisions(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	put := func(change func(*Report)) (Report, bool) {
		r := Report{ID: "r1", URL: "https://a.example.cn/1", Organ: "某县教育局", Year: 2020, Extractor: 1, Options: "x", Body: []byte("{}")}
		change(&r)
		var stored Report
		var isNew bool
		update(t, s, func(tx *Tx) (err error) {
			if r.Digest, err = tx.PutSnapshot([]byte("page " + r.Title)); err != nil {
				return err
			}
			stored, isNew, err = tx.PutReport(r)
			return err
		})
		return stored, isNew
	}
	same := func(*Report) {}
	for i, step := range []struct {
		change   func(*Report)
		revision int
		isNew    bool
	}{
		{same, 1, true},
		{same, 1, false},
		{func(r *Report) { r.Body = []byte(`{"figures":[]}`) }, 2, true},
		{same, 3, true}, // back to what it was
		{func(r *Report) { r.Extractor = 2 }, 4, true},
		{func(r *Report) { r.Extractor, r.Options = 2, "y" }, 5, true},
		{func(r *Report) { r.URL = "https://b.example.cn/1" }, 6, true},
		{func(r *Report) { r.Extractor, r.Options = 2, "y" }, 5, false}, // nothing new at the first URL
		{func(r *Report) { r.Title = "改" }, 7, true},
		{func(r *Report) { r.ID = "r10" }, 1, true},
	} {
		if r, isNew := put(step.change); r.Revision != step.revision || isNew != step.isNew {
			t.Errorf("step %d: revision %d, new %v", i, r.Revision, isNew)
		}
	}
	var revisions []string
	for r, err := range s.Reports(ctx, "r1") {
		if err != nil {
			t.Fatal(err)
		}
		revisions = append(revisions, fmt.Sprint(r.ID, ".", r.Revision, " ", string(r.Body)))
	}
	want := []string{"r1.1 {}", `r1.2 {"figures":[]}`, "r1.3 {}", "r1.4 {}", "r1.5 {}", "r1.6 {}", "r1.7 {}", "r10.1 {}"}
	if diff := cmp.Diff(want, revisions); diff != "" {
		t.Error(diff)
	}
	view(t, s, func(tx *Tx) error {
		if r, err := tx.Report("r1", 0); err != nil || r.Revision != 7 {
			t.Errorf("latest: %+v, %v", r, err)
		}
		if _, err := tx.Report("r1", 9); !errors.Is(err, ErrNotFound) {
			t.Errorf("no revision: %v", err)
		}
		if _, err := tx.Report("r", 0); !errors.Is(err, ErrNotFound) {
			t.Errorf("no report: %v", err)
		}
		if ids := tx.ReportsOf("https://a.example.cn/1"); !slices.Equal(ids, []string{"r1", "r10"}) {
			t.Errorf("reports of the URL: %v", ids)
		}
		return nil
	})
	if c, err := s.Counts(ctx); err != nil || c.Reports != 2 || c.Revisions != 8 {
		t.Errorf("%+v, %v", c, err)
	}
	verify(t, s)
}

// Bodies of every size come back as they were: empty, small, larger than a pack,
// the largest a crawl keeps.
func TestSnapshots(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	bodies := []string{"", "x", strings.Repeat("政府信息", 1000), noise(1, packSize), noise(2, packSize-60), noise(3, 3*packSize), noise(4, 100)}
	if !testing.Short() {
		bodies = append(bodies, strings.Repeat("0", 32<<20)+noise(5, 32<<20))
	}
	update(t, s, func(tx *Tx) error {
		for _, b := range bodies {
			d, err := tx.PutSnapshot([]byte(b))
			if err != nil {
				return err
			}
			// It can be read before it is committed.
			if got, err := tx.Snapshot(d); err != nil || string(got) != b {
				t.Errorf("%d bytes in the transaction: %v", len(b), err)
			}
		}
		return nil
	})
	for _, b := range bodies {
		d := DigestOf([]byte(b))
		if got, err := s.Snapshot(ctx, d); err != nil || string(got) != b {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
	if _, err := s.Snapshot(ctx, DigestOf([]byte("none"))); !errors.Is(err, ErrNotFound) {
		t.Errorf("no snapshot: %v", err)
	}
	if v := verify(t, s); v.Snapshots != len(bodies) {
		t.Errorf("%d snapshots", v.Snapshots)
	}
}

// Runs, robots.txt and columns come back as they were; the latest run first.
func TestSmallRecords(t *testing.T) {
	s := newCorpus(t, Options{})
	run := Run{ID: "2026-01-20T02:00:00Z", What: "crawl", Started: noon}
	robots := Robots{Host: "a.example.cn", Status: 200, Fetched: noon, Body: []byte("User-agent: *\nDisallow:\n\xff")}
	column := Column{Key: "site https://a.example.cn/", Body: []byte{0, 1, 2}}
	update(t, s, func(tx *Tx) error {
		later := run
		later.ID = "2026-01-21T02:00:00Z"
		closed := run
		closed.Closed, closed.Summary = noon.Add(time.Hour), []byte(`{"exit":0}`)
		return errors.Join(tx.PutRun(run), tx.PutRun(later), tx.PutRun(closed), tx.PutRobots(robots), tx.PutColumn(column), tx.PutColumn(Column{Key: "empty"}))
	})
	view(t, s, func(tx *Tx) error {
		var runs []string
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			runs = append(runs, fmt.Sprint(r.ID[:10], r.Closed.IsZero(), string(r.Summary)))
		}
		if diff := cmp.Diff([]string{"2026-01-21true", `2026-01-20false{"exit":0}`}, runs); diff != "" {
			t.Error(diff)
		}
		got, err := tx.Robots(robots.Host)
		if diff := cmp.Diff(robots, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		for _, key := range []string{column.Key, "empty"} {
			if c, err := tx.Column(key); err != nil || c.Key != key {
				t.Errorf("column %+v, %v", c, err)
			}
		}
		for _, err := range []error{
			func() error { _, err := tx.Robots("b"); return err }(),
			func() error { _, err := tx.Run("b"); return err }(),
			func() error { _, err := tx.Column("b"); return err }(),
			func() error { _, err := tx.Capture("b"); return err }(),
			func() error { _, err := tx.LastCapture("b"); return err }(),
		} {
			if !errors.Is(err, ErrNotFound) {
				t.Error(err)
			}
		}
		return nil
	})
}

// The same records in the same order give the same keys and bytes. (The pages
// that bbolt chooses for them may differ.)
func TestDeterministic(t *testing.T) {
	dump := func() (all []string) {
		path, _ := smallCorpus(t)
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		view(t, s, func(tx *Tx) error {
			for _, kind := range kinds {
				bucket := kind.bucket
				for k, v := range tx.keys(bucket, "", "") {
					all = append(all, fmt.Sprintf("%s %x %x", bucket, k, v))
				}
			}
			return nil
		})
		return all
	}
	if first, second := dump(), dump(); len(first) < 400 || !slices.Equal(first, second) {
		t.Errorf("%d records differ from %d", len(first), len(second))
	}
}

// A long reader sees what there was when it began, lets others write while it
// reads, and stops when its context ends.
func TestReadInChunks(t *testing.T) {
	s := newCorpus(t, Options{})
	update(t, s, func(tx *Tx) error {
		for n := range 2*chunkRecords + 10 {
			if _, err := tx.Finish(Finish{Capture: &Capture{Key: fmt.Sprint("k", n), Time: noon.Add(time.Duration(n) * time.Second)}}); err != nil {
				return err
			}
		}
		return nil
	})
	n := 0
	for c, err := range s.Captures(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Key != fmt.Sprint("k", n) {
			t.Fatalf("capture %d is %s", n, c.Key)
		}
		if n++; n%100 == 0 {
			update(t, s, func(tx *Tx) error {
				_, err := tx.Finish(Finish{Capture: &Capture{Key: fmt.Sprint("later", n), Time: noon.AddDate(1, 0, n)}})
				return err
			})
		}
	}
	if n != 2*chunkRecords+10 {
		t.Errorf("read %d", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, last = range s.Captures(ctx) {
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: %v", last)
	}
}
