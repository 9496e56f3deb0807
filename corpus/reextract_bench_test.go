package corpus

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// BenchmarkReextract reads a corpus again, and tells how much memory was taken at
// most: twice the snapshots must take no more. Run it with -cpu 1,2 to see what
// another core brings.
func BenchmarkReextract(b *testing.B) {
	for _, snapshots := range []int{250, 1000, 20_000} {
		b.Run(fmt.Sprint(snapshots), func(b *testing.B) {
			s := pagesOf(b, snapshots)
			var peak uint64
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				var m runtime.MemStats
				for {
					select {
					case <-stop:
						return
					case <-time.After(100 * time.Millisecond):
						runtime.ReadMemStats(&m)
						peak = max(peak, m.HeapInuse)
					}
				}
			}()
			for b.Loop() {
				sum, err := Reextract(context.Background(), s, ReextractOptions{All: true, Extract: extract.Options{Timeout: time.Minute}})
				if err != nil || sum.Read != snapshots || sum.Refused > 0 {
					b.Fatalf("%+v, %v", sum, err)
				}
			}
			close(stop)
			<-done
			b.ReportMetric(float64(snapshots*b.N)/b.Elapsed().Seconds(), "snapshots/s")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
		})
	}
}

// pagesOf is a corpus of so many pages of invented sites that nobody read.
func pagesOf(b *testing.B, snapshots int) *store.Store {
	b.Helper()
	gov, err := fakegov.Start(fakegov.Options{Seed: 5, Sites: []fakegov.SiteSpec{{ID: "a", Family: fakegov.TRS, Reports: 25}, {ID: "b", Family: fakegov.Hanweb, Reports: 25}}})
	if err != nil {
		b.Fatal(err)
	}
	defer gov.Close()
	var pages [][]byte
	for _, site := range gov.Sites {
		for _, r := range site.Reports() {
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequest("GET", r.URL, nil))
			pages = append(pages, w.Body.Bytes())
		}
	}
	s, err := store.Create(filepath.Join(b.TempDir(), "corpus.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; n < snapshots; {
		err := s.Update(context.Background(), func(tx *store.Tx) error {
			for range 100 {
				if n == snapshots {
					return nil
				}
				// Another place of the same length, so that it is another report.
				body := bytes.ReplaceAll(pages[n%len(pages)], []byte("县"), []byte(string(rune(0x4E00+n/len(pages)))+"县"))
				body = bytes.ReplaceAll(body, []byte("市"), []byte(string(rune(0x4E00+n/len(pages)))+"市"))
				url := fmt.Sprintf("http://%d.example.gov.cn/%d.html", n%len(pages)/25, n)
				_, err := tx.Finish(store.Finish{Capture: &store.Capture{Key: url[7:], URL: url, Status: 200, Time: noon.Add(time.Duration(n) * time.Second)}, Body: body})
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s
}
