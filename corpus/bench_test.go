package corpus

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/internal/fakegov"
	"gongkai/store"
)

// BenchmarkStorage stores the pages of 20 invented sites, 100 reports each, and
// tells what they take, in the file and as gzip records of a WARC file would, and
// how long a page that is read at random takes.
func BenchmarkStorage(b *testing.B) {
	const sites, reports = 20, 100
	o := fakegov.Options{Seed: 5}
	for i := range sites {
		family := []fakegov.Family{fakegov.TRS, fakegov.Hanweb}[i%2]
		o.Sites = append(o.Sites, fakegov.SiteSpec{ID: fmt.Sprint(family, i), Family: family, Reports: reports})
	}
	gov, err := fakegov.Start(o)
	if err != nil {
		b.Fatal(err)
	}
	defer gov.Close()
	var pages []store.Finish
	var raw, gzipped int64
	for _, site := range gov.Sites {
		for n, r := range site.Reports() {
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequest("GET", r.URL, nil))
			body := w.Body.Bytes()
			raw += int64(len(body))
			gzipped += gzipSize(b, body)
			host := site.ID + ".example.gov.cn"
			key := host + strings.TrimPrefix(r.URL, site.URL)
			pages = append(pages, store.Finish{
				Row:     store.Row{Key: key, URL: "http://" + key, Host: host, Site: site.ID, Kind: "page", State: store.Done, Due: noon},
				Capture: &store.Capture{Key: key, URL: "http://" + key, Status: 200, Time: noon.Add(time.Duration(n) * time.Second), Site: site.ID, Run: "r"},
				Body:    body,
			})
		}
	}
	// As a crawl brings them: each host in turn.
	slices.SortStableFunc(pages, func(x, y store.Finish) int { return x.Capture.Time.Compare(y.Capture.Time) })
	ctx := context.Background()
	var s *store.Store
	dir := b.TempDir()
	b.Run("write", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			if s, err = store.Create(filepath.Join(dir, fmt.Sprint(b.N, n, ".db")), store.Options{}); err != nil {
				b.Fatal(err)
			}
			for batch := range slices.Chunk(pages, 100) {
				err := s.Update(ctx, func(tx *store.Tx) error {
					for _, f := range batch {
						if _, err := tx.Finish(f); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		stats, err := s.Stats(ctx)
		if err != nil {
			b.Fatal(err)
		}
		for _, part := range stats.Buckets {
			b.Logf("%s: %d records, %d bytes", part.Name, part.Records, part.Bytes)
		}
		for _, part := range stats.Bodies {
			b.Logf("%+v", part)
		}
		n := float64(len(pages))
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		b.ReportMetric(float64(stats.FileBytes-stats.FreeBytes)/n, "file-B/page")
		b.ReportMetric(float64(gzipped)/n, "gzip-B/page")
		b.ReportMetric(float64(raw)/n, "B/page")
		b.ReportMetric(float64(stats.FileBytes-stats.FreeBytes)/float64(gzipped), "÷gzip")
	})
	b.Run("read", func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			d := store.DigestOf(pages[rand.IntN(len(pages))].Body)
			start := time.Now()
			if _, err := s.Snapshot(ctx, d); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := store.Open(s.Path(), store.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// gzipSize is the size of a record with the headers of a WARC file.
func gzipSize(b *testing.B, body []byte) int64 {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	fmt.Fprintf(w, "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%016x-%016x>\r\nWARC-Date: 2026-01-20T02:00:00Z\r\nContent-Length: %d\r\n\r\n",
		rand.Uint64(), rand.Uint64(), len(body))
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return int64(out.Len())
}
