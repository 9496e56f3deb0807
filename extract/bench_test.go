package extract_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gongkai/extract"
	"gongkai/internal/fakegov"
)

// pages are reports of both forms as a government site serves them, with frame,
// navigation and tables pasted from a word processor, brought to 100 to 200 KB by
// a list of links below the body.
func pages(b *testing.B) (all [][]byte) {
	gov, err := fakegov.Start(fakegov.Options{Seed: 7, Sites: []fakegov.SiteSpec{{Family: fakegov.TRS, Reports: 12}}})
	if err != nil {
		b.Fatal(err)
	}
	defer gov.Close()
	var more strings.Builder
	for i := range 400 {
		fmt.Fprintf(&more, `<li><a href="/xwzx/2023/t2023%04d.html" target="_blank" title="更多">栏目文章%d</a><span>2023-01-02</span></li>`, i, i)
	}
	for _, r := range gov.Sites[0].Reports() {
		resp, err := http.Get(r.URL)
		if err != nil {
			b.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
		if r.Truth.Year < 2019 {
			continue
		}
		all = append(all, bytes.Replace(page, []byte("</body>"), []byte("<ul>"+more.String()+"</ul></body>"), 1))
	}
	return all
}

// BenchmarkPage compares what the whole way from bytes to a checked report costs
// with html.Parse of the same bytes.
func BenchmarkPage(b *testing.B) {
	all := pages(b)
	size := 0
	for _, p := range all {
		size += len(p)
	}
	run := func(name string, read func(page []byte) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range all {
					if err := read(p); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(size)/float64(len(all))/1000, "KB/page")
		})
	}
	run("html.Parse", func(page []byte) error {
		_, err := html.Parse(bytes.NewReader(page))
		return err
	})
	run("Extract", func(page []byte) error {
		_, err := extract.Extract(b.Context(), extract.Input{Bytes: page, Name: "t.html"}, extract.Options{})
		return err
	})
}
