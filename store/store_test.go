package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

func newCorpus(t testing.TB, o Options) *Store {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	s, err := Create(filepath.Join(t.TempDir(), "corpus.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// page is a finished URL as a crawl has it.
func page(n int, body string) Finish {
	key := fmt.Sprintf("https://h%d.example.cn/r/%d.html", n%3, n)
	host := fmt.Sprintf("h%d.example.cn:443", n%3)
	return Finish{
		Row: Row{Key: key, URL: key, Host: host, Site: "s", Kind: "page", State: "done", Due: noon.Add(time.Duration(n) * time.Hour)},
		Capture: &Capture{
			Key: key, URL: key, Status: 200, Time: noon.Add(time.Duration(n) * time.Second), Run: "2026-01-20T12:00:00Z",
			Header: [][2]string{{"Content-Type", "text/html"}},
		},
		Body:  []byte(body),
		Found: []Row{{Key: key + "?next", URL: key + "?next", Host: host, Kind: "page", State: "queued", Due: noon}},
		Report: &Report{ID: fmt.Sprintf("r%04d", n), URL: key, Organ: "某市人民政府", Year: 2020, Title: "报告", Status: "complete",
			Extractor: 1, Body: []byte(`{"schema":1}`)},
		Column: &Column{Key: "s https://h.example.cn/", Body: []byte(fmt.Sprintf(`{"page":%d}`, n))},
	}
}

// What was finished is found again, by every way that leads to it, and a corpus
// is the same when it is opened anew.
func TestFinish(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	var done Finished
	err := s.Update(ctx, func(tx *Tx) (err error) {
		done, err = tx.Finish(page(1, "一"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !done.NewSnapshot || !done.NewRevision || done.Revision != 1 || done.Added != 1 {
		t.Errorf("finished %+v", done)
	}
	s, err = Open(s.Path(), Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(ctx, func(tx *Tx) error {
		key := "https://h1.example.cn/r/1.html"
		c, err := tx.LastCapture(key)
		if err != nil {
			return err
		}
		body, err := tx.Snapshot(c.Digest)
		if err != nil || string(body) != "一" || c.Bytes != 3 || c.ID != done.Capture {
			t.Errorf("snapshot %q, %v of %+v", body, err, c)
		}
		row, err := tx.Row(key)
		if err != nil || row.Digest != c.Digest {
			t.Errorf("row %+v, %v", row, err)
		}
		r, err := tx.Report("r0001", 0)
		if err != nil || string(r.Body) != `{"schema":1}` || r.Digest != c.Digest || !r.Time.Equal(noon) {
			t.Errorf("report %+v, %v", r, err)
		}
		if ids := tx.ReportsOf(key); len(ids) != 1 || ids[0] != "r0001" {
			t.Errorf("reports of the URL: %v", ids)
		}
		var queued []string
		for r, err := range tx.Queued(row.Host, time.Time{}, "") {
			if err != nil {
				return err
			}
			queued = append(queued, r.Key)
		}
		if fmt.Sprint(queued) != "["+key+"?next]" {
			t.Errorf("queued %v", queued)
		}
		if _, err := tx.Row("https://nowhere.example.cn/"); !errors.Is(err, ErrNotFound) {
			t.Errorf("missing row: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, func(*Tx) error { return nil }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("update read-only: %v", err)
	}
}

func TestCreateLeavesFilesAlone(t *testing.T) {
	s := newCorpus(t, Options{})
	if _, err := Create(s.Path(), Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create again: %v", err)
	}
	if _, err := OpenOrCreate(s.Path(), Options{}); err != nil {
		t.Error(err)
	}
	if _, err := Open(s.Path()+"x", Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open nothing: %v", err)
	}
}

// Every Finish that returns without an error is in the file; many goroutines
// share the transactions.
func TestWriter(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	w := s.NewWriter(WriterOptions{Batch: 16})
	var wg sync.WaitGroup
	for n := range 100 {
		wg.Go(func() {
			done, err := w.Finish(ctx, page(n, fmt.Sprint("body ", n)))
			if err != nil || !done.NewSnapshot {
				t.Errorf("finish %d: %+v, %v", n, done, err)
			}
		})
	}
	wg.Wait()
	w.Close()
	if _, err := w.Finish(ctx, page(0, "")); !errors.Is(err, ErrClosed) {
		t.Errorf("finish after close: %v", err)
	}
	err := s.View(ctx, func(tx *Tx) error {
		n := 0
		for id := range tx.CaptureIDs("") {
			c, err := tx.Capture(id)
			if err != nil {
				return err
			}
			if _, err := tx.Snapshot(c.Digest); err != nil {
				return err
			}
			n++
		}
		if n != 100 {
			t.Errorf("%d captures", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
