package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"gongkai/crawler/frontier"
	"gongkai/store"
)

// BenchmarkFrontier opens and drains a queue that lies in a corpus, on 3,000
// hosts: how long opening takes, how long the next URL (the rows that come with it
// are read from the disk, 10 or more at a time), what memory is held.
// CRAWLER_BENCH_ROWS sets the number of rows (default 100,000).
func BenchmarkFrontier(b *testing.B) {
	rows, hosts := 100_000, 3000
	if n, err := strconv.Atoi(os.Getenv("CRAWLER_BENCH_ROWS")); err == nil {
		rows = n
	}
	st, err := store.Create(filepath.Join(b.TempDir(), "corpus.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	due := time.Date(2026, 1, 20, 2, 0, 0, 0, time.UTC)
	for i := 0; i < rows; i += 10_000 {
		err := st.Update(b.Context(), func(tx *store.Tx) error {
			for n := i; n < min(i+10_000, rows); n++ {
				host := fmt.Sprintf("www.county%04d.gov.cn", n%hosts)
				url := fmt.Sprintf("http://%s/zfxxgk/zfxxgknb/202601/t20260120_%08d.html", host, n)
				if err := tx.PutRow(store.Row{Key: url[7:], URL: url, Host: host, Site: "s", Index: "http://" + host + "/zfxxgk/zfxxgknb/", Kind: "page",
					Referrer: "http://" + host + "/zfxxgk/zfxxgknb/", Title: "某县2025年政府信息公开工作年度报告", State: store.Queued, Due: due}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for b.Loop() {
		runtime.GC()
		var mem runtime.MemStats
		began := time.Now()
		l, err := frontier.NewLocal(b.Context(), corpusRows{st}, frontier.LocalOptions{})
		if err != nil {
			b.Fatal(err)
		}
		opened := time.Since(began)
		took, most := time.Duration(0), uint64(0)
		var times [1 << 16]uint32 // how many took so many µs
		ctx := context.Background()
		for n := 0; ; n++ {
			start := time.Now()
			lease, err := l.Lease(ctx)
			once := time.Since(start)
			took += once
			times[min(int(once.Microseconds()), len(times)-1)]++
			if errors.Is(err, frontier.ErrDrained) {
				if n != rows {
					b.Fatalf("%d rows leased, want %d", n, rows)
				}
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			l.Release(ctx, lease, time.Now())
			l.Finish(ctx, lease)
			if n%(rows/10) == rows/20 {
				runtime.GC()
				runtime.ReadMemStats(&mem)
				most = max(most, mem.HeapAlloc)
			}
		}
		b.ReportMetric(opened.Seconds()*1000, "ms-to-open")
		b.ReportMetric(float64(took.Microseconds())/float64(rows), "µs/next")
		b.ReportMetric(float64(quantile(times[:], 0.5)), "µs-p50")
		b.ReportMetric(float64(quantile(times[:], 0.99)), "µs-p99")
		b.ReportMetric(float64(most)/1e6, "MB-heap")
	}
}

// quantile is the index up to which a part of all counts lies.
func quantile(counts []uint32, part float64) int {
	var all, sum float64
	for _, n := range counts {
		all += float64(n)
	}
	for i, n := range counts {
		if sum += float64(n); sum >= part*all {
			return i
		}
	}
	return len(counts)
}

// corpusRows is the queue of a corpus.
type corpusRows struct{ *store.Store }

var _ frontier.Rows = corpusRows{}
