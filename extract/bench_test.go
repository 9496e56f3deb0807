//go:build unix

package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongkai/extract/document"
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

// cpuTime is what this process has used so far; other processes on a busy machine
// don't count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// race runs several ways of doing something with the same pages in turn, so that
// what else the machine does hits all alike, and reports the CPU time of each as
// a multiple of the first's.
func race(b *testing.B, all [][]byte, ways []way) {
	spent := make([]time.Duration, len(ways))
	for b.Loop() {
		for _, page := range all {
			for i, w := range ways {
				began := cpuTime()
				if err := w.read(page); err != nil {
					b.Fatal(w.name, err)
				}
				spent[i] += cpuTime() - began
			}
		}
	}
	for i, w := range ways {
		if i > 0 {
			b.ReportMetric(float64(spent[i])/float64(spent[0]), w.name+"/"+ways[0].name)
		}
	}
}

type way struct {
	name string
	read func(page []byte) error
}

func parse(page []byte) error {
	_, err := html.Parse(bytes.NewReader(page))
	return err
}

// What does the whole way from bytes to a checked report cost, in multiples of
// html.Parse of the same bytes; and what, when the caller has parsed the page?
// Allocations are those of one report, in multiples of the page.
func BenchmarkPage(b *testing.B) {
	all := pages(b)
	size := 0
	for _, p := range all {
		size += len(p)
	}
	b.Run("cpu", func(b *testing.B) {
		race(b, all, []way{
			{"html.Parse", parse},
			{"Extract", func(page []byte) error {
				_, err := Extract(b.Context(), Input{Bytes: page, Name: "t.html"}, Options{})
				return err
			}},
		})
		b.ReportMetric(float64(size)/float64(len(all))/1000, "KB/page")
	})
	b.Run("parsed", func(b *testing.B) {
		var root *html.Node
		race(b, all, []way{
			{"html.Parse", func(page []byte) (err error) {
				root, err = html.Parse(bytes.NewReader(page))
				return err
			}},
			{"Extract", func(page []byte) error {
				_, err := Extract(b.Context(), Input{Bytes: page, Name: "t.html", Root: root}, Options{})
				return err
			}},
		})
	})
	b.Run("allocated", func(b *testing.B) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for b.Loop() {
			for _, page := range all {
				Extract(b.Context(), Input{Bytes: page, Name: "t.html"}, Options{})
			}
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(size)/float64(b.N), "pages/page")
		b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(len(all))/float64(b.N), "allocs/page")
	})
}

// Which stage costs how much, in multiples of html.Parse of the page? The stages
// of Extract are timed one after another; what reading consists of, apart.
func BenchmarkStages(b *testing.B) {
	all := pages(b)
	ways := []way{{"html.Parse", parse}}
	var (
		text string
		root *html.Node
		x    *extraction
	)
	ways = append(ways,
		way{"decode", func(page []byte) error { text, _ = document.Decode(page, ""); return nil }},
		way{"tree", func([]byte) (err error) {
			root, err = document.Parse(b.Context(), text, document.Limits{})
			return err
		}},
		way{"blocks", func([]byte) error {
			_, err := document.FromNode(b.Context(), root, document.Limits{})
			return err
		}},
	)
	for i, s := range steps {
		ways = append(ways, way{s.name, func(page []byte) error {
			if i == 0 {
				x = &extraction{in: &Input{Bytes: page, Name: "t.html"}}
			}
			return s.do(x, b.Context())
		}})
	}
	race(b, all, ways)
}

// What does it cost to tell that a page is no report, in multiples of html.Parse
// of the page: another article of the same site, with as many links around it?
func BenchmarkOtherPage(b *testing.B) {
	all := pages(b)
	article := strings.Repeat("<p style=\"text-indent:2em\"><span>全市召开安全生产工作会议，会议通报了上季度检查情况，共排查隐患126处，完成整改118处，要求各单位压实责任。</span></p>\n", 200)
	words := strings.NewReplacer("信息公开", "安全生产", "政务公开", "综合治理", "公开", "整治", "年度报告", "工作动态")
	for i, page := range all {
		from, to := bytes.Index(page, []byte("<p")), bytes.LastIndex(page, []byte("</table>"))
		all[i] = []byte(words.Replace(string(page[:from])) + article + words.Replace(string(page[to+len("</table>"):])))
	}
	race(b, all, []way{
		{"html.Parse", parse},
		{"Extract", func(page []byte) error {
			if _, err := Extract(b.Context(), Input{Bytes: page, Name: "t.html"}, Options{}); !errors.As(err, new(*NotReportError)) {
				return fmt.Errorf("not refused: %w", err)
			}
			return nil
		}},
	})
}
