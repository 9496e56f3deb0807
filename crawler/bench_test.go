package crawler_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gocolly/colly/v2"
	"golang.org/x/net/html"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/extract"
	"gongkai/internal/fakegov"
)

// The benchmark's sites run in a process of their own, so that the crawler's CPU
// time can be told from the server's.
const serverEnv = "CRAWLER_BENCH_SERVER"

const benchHosts, benchPages = 16, 40

// benchServer serves the sites until stdin closes, if this process was started to.
func benchServer() {
	if os.Getenv(serverEnv) == "" {
		return
	}
	gov, err := fakegov.Start(fakegov.Benchmark(benchHosts, benchPages))
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(gov.Columns())
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func benchSites(b *testing.B) (columns []fakegov.Column) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), serverEnv+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stdin.Close(); cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		b.Fatal(err)
	}
	if err := json.Unmarshal(line, &columns); err != nil {
		b.Fatal(err)
	}
	return columns
}

// BenchmarkCrawl crawls the same sites, 16 pages at a time and without a pause,
// in three ways: gongkai with all it does (recording, robots, frontier, listing,
// one parse, reports with their tables and relations, hash, compression, commit);
// Colly with a duplicate check of its own and no store; net/http with html.Parse.
func BenchmarkCrawl(b *testing.B) {
	columns := benchSites(b)
	for _, way := range []struct {
		name  string
		crawl func(b *testing.B, columns []fakegov.Column) (pages int)
	}{{"gongkai", withGongkai}, {"colly", withColly}, {"nethttp", withNetHTTP}} {
		b.Run(way.name, func(b *testing.B) {
			pages := 0
			cpu, began := cpuTime(), time.Now()
			for b.Loop() {
				pages += way.crawl(b, columns)
			}
			b.ReportMetric(float64(pages)/time.Since(began).Seconds(), "pages/s")
			b.ReportMetric((cpuTime()-cpu).Seconds()*1000/float64(pages), "cpu-s/1000")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys)/1e6, "heap-MB")
		})
	}
}

// reader is a judge that extracts reports, as the program does.
type reader struct{}

func (reader) Judge(ctx context.Context, p crawler.Page) (crawler.Judgement, error) {
	r, err := corpus.Read(ctx, corpus.Page{
		Body: p.Body, Root: p.Root, Charset: p.Charset, Digest: p.Digest, Captured: p.Captured,
		Given: corpus.Given{URL: p.URL, Name: p.Name, ContentType: p.ContentType, ListTitle: p.Title, Site: p.Site.ID},
	}, extract.Options{})
	return crawler.Judgement{Report: r.Report, Content: r.Content, Reason: r.Reason, Detail: r.Detail}, err
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func withGongkai(b *testing.B, columns []fakegov.Column) int {
	var sites []configs.Site
	for _, c := range columns {
		sites = append(sites, configs.Site{ID: c.ID, Name: c.Name, Index: c.Index})
	}
	o := newOffice(b, sites...)
	o.config.Limits.Hosts = 16
	options := o.options()
	options.Log, options.Judge = nil, reader{}
	s := o.crawlWith(options)
	for _, c := range s.Columns {
		if c.Verdict != "complete" || c.Reports != benchPages {
			b.Fatalf("%+v", c)
		}
	}
	return s.Requests - len(columns) // robots.txt
}

func withColly(b *testing.B, columns []fakegov.Column) int {
	c := colly.NewCollector(colly.Async(true), colly.AllowURLRevisit())
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: 16}); err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	pages := 0
	visit := func(base *url.URL, href string) {
		if u := follow(base, href); u != "" {
			mu.Lock()
			old := seen[u]
			seen[u] = true
			mu.Unlock()
			if !old {
				c.Visit(u)
			}
		}
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) { visit(e.Request.URL, e.Attr("href")) })
	c.OnScraped(func(*colly.Response) { mu.Lock(); pages++; mu.Unlock() })
	for _, col := range columns {
		u, _ := url.Parse(col.Index[0])
		visit(u, col.Index[0])
	}
	c.Wait()
	return pages
}

func withNetHTTP(b *testing.B, columns []fakegov.Column) int {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		seen  = map[string]bool{}
		pages int
		slots = make(chan struct{}, 16)
		visit func(base *url.URL, href string)
	)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	visit = func(base *url.URL, href string) {
		raw := follow(base, href)
		mu.Lock()
		old := seen[raw]
		seen[raw] = true
		mu.Unlock()
		if old || raw == "" {
			return
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			resp, err := client.Get(raw)
			if err != nil {
				b.Error(err)
				return
			}
			defer resp.Body.Close()
			root, err := html.Parse(resp.Body)
			if err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			pages++
			mu.Unlock()
			for n := range root.Descendants() {
				if n.Type != html.ElementNode || n.Data != "a" {
					continue
				}
				for _, a := range n.Attr {
					if a.Key == "href" {
						visit(resp.Request.URL, a.Val)
					}
				}
			}
		})
	}
	for _, col := range columns {
		u, _ := url.Parse(col.Index[0])
		visit(u, col.Index[0])
	}
	wg.Wait()
	return pages
}

// follow resolves a link to a page of the same host; "" for any other.
func follow(base *url.URL, href string) string {
	if href == "" || strings.HasPrefix(href, "#") || strings.HasPrefix(href, "javascript:") {
		return ""
	}
	u, err := base.Parse(href)
	if err != nil || u.Host != base.Host || !strings.HasPrefix(u.Path, "/zfxxgk/") {
		return ""
	}
	u.Fragment = ""
	return fmt.Sprint(u)
}
