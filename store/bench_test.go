package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// sitePage is a page of about 80 KB as a site serves it: a frame that all its
// pages share, and a report of its own.
func sitePage(site, n int) []byte {
	frame := rand.New(rand.NewPCG(3, uint64(site)))
	own := rand.New(rand.NewPCG(4, uint64(site)<<32|uint64(n)))
	var b strings.Builder
	text := func(r *rand.Rand, size int) {
		for end := b.Len() + size; b.Len() < end; {
			fmt.Fprintf(&b, `<li class="c%d"><a href="/zfxxgk/%d/t%d.html">%c%c%c%c%c</a></li>`+"\n", r.IntN(20), r.IntN(100), r.IntN(1e6),
				0x4e00+r.IntN(3000), 0x4e00+r.IntN(3000), 0x4e00+r.IntN(3000), 0x4e00+r.IntN(3000), 0x4e00+r.IntN(3000))
		}
	}
	text(frame, 30_000)
	for row := range 60 {
		fmt.Fprintf(&b, `<tr style="height:25.0pt">`)
		for range 8 {
			fmt.Fprintf(&b, `<td width="62" style="border:solid windowtext 1.0pt;padding:0cm 5.4pt"><p align="center"><span lang="EN-US">%d</span></p></td>`, own.IntN(1+row))
		}
		b.WriteString("</tr>\n")
	}
	for range 40 {
		b.WriteString("<p>")
		for range 30 {
			fmt.Fprintf(&b, "%c", 0x4e00+own.IntN(2000))
		}
		b.WriteString("</p>\n")
	}
	return []byte(b.String())
}

func siteCapture(site, n int) Finish {
	key := fmt.Sprintf("https://site%d.example.cn/zfxxgk/2020/t%d.html", site, n)
	f := page(n, "")
	f.Row.Key, f.Row.URL, f.Capture.Key, f.Capture.URL, f.Report.URL = key, key, key, key, key
	f.Row.Host = fmt.Sprintf("site%d.example.cn", site)
	f.Report.ID = fmt.Sprintf("r%d-%d", site, n)
	f.Report.Body = []byte(fmt.Sprintf(`{"schema":1,"title":"report %d %d"}`, site, n))
	f.Found[0].Key = key + "?next"
	f.Body = sitePage(site, n)
	return f
}

// BenchmarkCommit commits 1,000 captures of some 80 KB, one goroutine, in batches.
func BenchmarkCommit(b *testing.B) {
	const captures = 1000
	finishes := make([]Finish, captures)
	size := int64(0)
	for n := range finishes {
		finishes[n] = siteCapture(n%20, n)
		size += int64(len(finishes[n].Body))
	}
	for _, batch := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint("batch=", batch), func(b *testing.B) {
			b.SetBytes(size)
			var file int64
			for b.Loop() {
				s := newCorpus(b, Options{})
				for n := 0; n < captures; n += batch {
					update(b, s, func(tx *Tx) error {
						for _, f := range finishes[n : n+batch] {
							if _, err := tx.Finish(f); err != nil {
								return err
							}
						}
						return nil
					})
				}
				b.StopTimer()
				file = used(b, s)
				b.StartTimer()
			}
			b.ReportMetric(captures*float64(b.N)/b.Elapsed().Seconds(), "captures/s")
			b.ReportMetric(float64(file)/captures, "file-B/capture")
		})
	}
}

// used is the size of the pages in use; the file grows in larger steps.
func used(b *testing.B, s *Store) (size int64) {
	view(b, s, func(tx *Tx) error {
		size = tx.bolt.Size()
		return nil
	})
	return size
}

// BenchmarkWriter commits captures from 16 goroutines through a Writer.
func BenchmarkWriter(b *testing.B) {
	finishes := make([]Finish, 1000)
	for n := range finishes {
		finishes[n] = siteCapture(n%20, n)
	}
	s := newCorpus(b, Options{})
	w := s.NewWriter(WriterOptions{})
	defer w.Close()
	b.SetParallelism(8)
	b.SetBytes(int64(len(finishes[0].Body)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			f := finishes[rand.IntN(len(finishes))]
			c := *f.Capture
			c.Time = noon.Add(time.Duration(rand.Int64N(1e15)))
			f.Capture = &c
			if _, err := w.Finish(context.Background(), f); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkRead reads a snapshot at random, each in a transaction of its own:
// open, lock, find, close, decompress, hash.
func BenchmarkRead(b *testing.B) {
	s := newCorpus(b, Options{})
	var digests []Digest
	for site := range 20 {
		update(b, s, func(tx *Tx) error {
			for n := range 100 {
				d, err := tx.PutSnapshot(sitePage(site, n))
				if err != nil {
					return err
				}
				digests = append(digests, d)
			}
			return nil
		})
	}
	for b.Loop() {
		if _, err := s.Snapshot(context.Background(), digests[rand.IntN(len(digests))]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFrontier starts a crawl on a million queued rows of 3,000 hosts, which
// take some 20 seconds and 900 MB to make.
func BenchmarkFrontier(b *testing.B) {
	s := newCorpus(b, Options{})
	for from := 0; from < 1_000_000; from += 20_000 {
		update(b, s, func(tx *Tx) error {
			for n := from; n < from+20_000; n++ {
				host := fmt.Sprintf("h%d.example.cn:443", n%3000)
				key := fmt.Sprintf("https://%s/zfxxgk/2020/t%d.html", host, n)
				if _, err := tx.AddRows(Row{Key: key, URL: key, Host: host, Site: "s", Kind: "page", State: Queued, Due: noon.Add(time.Duration(n))}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(s.Path(), Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hosts", func(b *testing.B) {
		for b.Loop() {
			hosts := 0
			if err := s.Hosts(b.Context(), func(string, time.Time, int) { hosts++ }); err != nil || hosts != 3000 {
				b.Fatal(hosts, err)
			}
		}
	})
	b.Run("queued", func(b *testing.B) {
		for b.Loop() {
			rows, err := s.Queued(b.Context(), fmt.Sprintf("h%d.example.cn:443", rand.IntN(3000)), time.Time{}, "", 16)
			if err != nil || len(rows) != 16 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("commit", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			key := fmt.Sprintf("https://h%d.example.cn:443/zfxxgk/2020/t%d.html", n%3000, n)
			update(b, s, func(tx *Tx) error {
				r, err := tx.Row(key)
				if err != nil {
					return err
				}
				return tx.PutRow(r)
			})
		}
	})
}
