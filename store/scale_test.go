package store

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The corpus that the scale benchmark makes: so many sites, of each so many
// organs, of each so many yearly reports.
const scaleSites, scaleOrgans, scaleYears = 200, 25, 4

// vocabulary is a few hundred words, common ones first, as those of official prose
// are.
var vocabulary = func() []string {
	r := rand.New(rand.NewPCG(5, 5))
	words := make([]string, 700)
	for i := range words {
		for range 2 + r.IntN(3) {
			words[i] += string(rune(0x4e00 + r.IntN(2500)))
		}
	}
	return words
}()

// sentence is prose with a number in it; the same seed gives the same one.
func sentence(seed uint64, number int) string {
	r := rand.New(rand.NewPCG(6, seed))
	var b strings.Builder
	for range 8 + r.IntN(25) {
		b.WriteString(vocabulary[min(int(r.ExpFloat64()*90), len(vocabulary)-1)])
		if r.IntN(7) == 0 {
			b.WriteString("，")
		}
	}
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "%d件", number)
	}
	return b.String() + "。"
}

// yearlyReport is a report page of some 140 KB: the frame of its site, three
// official tables as a word processor pastes them, and some 2,500 characters of
// prose, of which 4 tenths are what everybody writes, 3 what the organ writes every
// year, and 3 new.
func yearlyReport(site, organ, year int) []byte {
	frame := rand.New(rand.NewPCG(7, uint64(site)))
	own := rand.New(rand.NewPCG(8, uint64(site)<<40|uint64(organ)<<8|uint64(year)))
	var b strings.Builder
	links := func(r *rand.Rand, size int) {
		for end := b.Len() + size; b.Len() < end; {
			fmt.Fprintf(&b, `<li class="nav-item c%d"><a href="/zfxxgk/%d/t%d.html" target="_blank" title="%[4]s">%[4]s</a></li>`+"\n",
				r.IntN(20), r.IntN(100), r.IntN(1e6), vocabulary[r.IntN(len(vocabulary))])
		}
	}
	fmt.Fprintf(&b, "<html><head><title>%d年政府信息公开工作年度报告</title>\n", 2020+year)
	links(frame, 30_000+frame.IntN(30_000))
	fmt.Fprintf(&b, `<meta name="PubDate" content="%d-03-%02d"><h1>%s%d年政府信息公开工作年度报告</h1>`, 2021+year, 1+own.IntN(28), vocabulary[organ], 2020+year)
	paragraph := func(r *rand.Rand, seed uint64) {
		fmt.Fprintf(&b, `<p style="text-indent:2em;line-height:150%%"><span style="font-family:仿宋_GB2312">%s</span></p>`+"\n", sentence(seed, own.IntN(900)))
	}
	for n := range 40 {
		switch {
		case n%10 < 4:
			paragraph(own, uint64(own.IntN(400))) // what everybody writes
		case n%10 < 7:
			paragraph(own, uint64(site)<<32|uint64(organ)<<16|uint64(n)) // what the organ writes every year
		default:
			paragraph(own, own.Uint64())
		}
		if n%12 != 11 {
			continue
		}
		for row := range 25 {
			fmt.Fprintf(&b, `<tr style="height:25.0pt"><td width="140">%s</td>`, vocabulary[row])
			for column := range 7 {
				fmt.Fprintf(&b, `<td width="62" style="border:solid windowtext 1.0pt;padding:0cm 5.4pt"><p class="MsoNormal" align="center"><span lang="EN-US">%d</span></p></td>`,
					max(0, own.IntN(60)-30-5*column))
			}
			b.WriteString("</tr>\n")
		}
	}
	links(frame, 20_000)
	fmt.Fprintf(&b, "<!-- %d -->", own.IntN(1e9))
	return []byte(b.String())
}

// BenchmarkScale makes a corpus of 20,000 captures in batches of 100, as a crawl
// that takes site after site does, and measures the file, reading and opening.
// WARC-B/page is what the same captures take in an archive, a gzip member each.
func BenchmarkScale(b *testing.B) {
	pages := scaleSites * scaleOrgans * scaleYears
	if testing.Short() {
		pages /= 20
	}
	for b.Loop() {
		s := newCorpus(b, Options{})
		var archive, bodies, heap int64
		var writing time.Duration
		digests := make([]Digest, 0, pages)
		for at := 0; at < pages; {
			batch := make([]Finish, 0, 100)
			for len(batch) < cap(batch) && at < pages {
				site, organ, year := at/(scaleOrgans*scaleYears), at/scaleYears%scaleOrgans, at%scaleYears
				f := siteCapture(site, at)
				f.Row, f.Found, f.Column = Row{}, nil, nil // as an import has it
				f.Body, f.Report, f.About = yearlyReport(site, organ, year), nil, fmt.Sprint("organ ", organ)
				f.Capture.Header = [][2]string{{"Content-Type", "text/html; charset=utf-8"}, {"Server", "nginx"}, {"Last-Modified", "Mon, 01 Mar 2021 08:00:00 GMT"}}
				digests = append(digests, DigestOf(f.Body))
				archive += member(f)
				bodies += int64(len(f.Body))
				batch = append(batch, f)
				at++
			}
			start := time.Now()
			update(b, s, func(tx *Tx) error {
				for _, f := range batch {
					if _, err := tx.Finish(f); err != nil {
						return err
					}
				}
				return nil
			})
			writing += time.Since(start)
			if at%1000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				heap = max(heap, int64(m.HeapAlloc))
			}
		}
		file := used(b, s)
		b.ReportMetric(float64(bodies)/float64(pages), "body-B/page")
		b.ReportMetric(float64(file)/float64(pages), "file-B/page")
		b.ReportMetric(float64(archive)/float64(pages), "WARC-B/page")
		b.ReportMetric(float64(file)/float64(archive), "file/WARC")
		b.ReportMetric(float64(pages)/writing.Seconds(), "pages/s")
		b.ReportMetric(float64(heap)/(1<<20), "heap-MiB")

		s = newStore(s.Path(), Options{}) // that remembers nothing
		before := cpu()
		reads := timed(2000, func() {
			if _, err := s.Snapshot(b.Context(), digests[rand.IntN(len(digests))]); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(len(reads)), "read-cpu-ms")
		b.ReportMetric(float64(reads[len(reads)/2].Microseconds())/1000, "read-p50-ms")
		b.ReportMetric(float64(reads[len(reads)*99/100].Microseconds())/1000, "read-p99-ms")
		opens := timed(50, func() {
			if _, err := Open(s.Path(), Options{}); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(float64(opens[len(opens)/2].Microseconds())/1000, "open-ms")
		os.Remove(s.Path())
	}
}

// cpu is the processor time that this process has used: on a machine that others
// use, too, it says more than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed calls fn and returns how long each call took, sorted.
func timed(n int, fn func()) []time.Duration {
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		fn()
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took
}

// member is what a capture takes in an archive that is compressed record by
// record.
func member(f Finish) int64 {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	fmt.Fprintf(w, "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\nWARC-Target-URI: %s\r\n"+
		"WARC-Payload-Digest: sha1:%.32s\r\nWARC-Block-Digest: sha1:%.32s\r\nContent-Length: %d\r\n\r\nHTTP/1.1 200 OK\r\n",
		DigestOf(f.Body)[7:43], noon.Format(time.RFC3339), f.Capture.URL, DigestOf(f.Body)[7:], DigestOf(f.Body)[20:], len(f.Body))
	for _, h := range f.Capture.Header {
		fmt.Fprintf(w, "%s: %s\r\n", h[0], h[1])
	}
	io.WriteString(w, "\r\n")
	w.Write(f.Body)
	io.WriteString(w, "\r\n\r\n")
	w.Close()
	return int64(out.Len())
}
