package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gongkai/internal/fakegov"
)

// A site that is built anew between two nights, or loses something, ends the run
// with exit code 4 and a line that says what fell and by how much. The site is an
// invented one behind a proxy that changes its pages.
func TestDriftGate(t *testing.T) {
	t.Parallel()
	tables := regexp.MustCompile(`(?is)<table.*?</table>`)
	// What is left of a page that a script fills in the browser.
	shell := `<!DOCTYPE html><html><head><meta charset="utf-8"><title>县人民政府</title><script src="/static/app.js"></script></head><body><div id="app"></div>` +
		strings.Repeat(`<a href="/zwgk/">政务公开</a> <a href="/fwdt/">办事服务</a> <a href="/hdjl/">互动交流</a> `, 20) + `</body></html>`
	rows := regexp.MustCompile(`(?is)<li>.*?</li>`)
	isIndex := func(path string) bool { return strings.HasSuffix(path, "/") || strings.Contains(path, "index") }
	for _, tc := range []struct {
		name   string
		change func(path string, page []byte) []byte
		exit   int
		want   string // in the last line of stderr
	}{
		{"nothing changes", func(_ string, page []byte) []byte { return page }, exitOK, ""},
		{"counters and dates change", func(_ string, page []byte) []byte {
			return bytes.Replace(page, []byte("</body>"), []byte("<p>今天是2027年1月1日 浏览次数：4711</p></body>"), 1)
		}, exitOK, ""},
		{"tables vanish", func(path string, page []byte) []byte {
			if isIndex(path) {
				return page
			}
			return tables.ReplaceAll(page, []byte("<p>表格详见系统</p>"))
		}, exitGate, "tables 0, usually 18 (-100%)"},
		{"pages are no reports any more", func(path string, page []byte) []byte {
			if isIndex(path) {
				return page
			}
			return []byte(shell)
		}, exitGate, "reports 0, usually 6 (-100%)"},
		{"rows are lost", func(path string, page []byte) []byte {
			if !isIndex(path) {
				return page
			}
			n := 0
			return rows.ReplaceAllFunc(page, func(row []byte) []byte {
				if n++; n%2 == 0 && bytes.Contains(row, []byte("报告")) {
					return nil
				}
				return row
			})
		}, exitGate, "items listed"},
		{"the list is empty", func(path string, page []byte) []byte {
			if !isIndex(path) {
				return page
			}
			return rows.ReplaceAll(page, nil)
		}, exitGate, "items listed 0, usually 6 (-100%)"},
		{"all pages are gone", func(path string, page []byte) []byte {
			if isIndex(path) {
				return page
			}
			return nil
		}, exitGate, "pages 0, usually 6 (-100%)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			organ := fakegov.Demo().Sites[0].Plan[0].Organ
			var plan []fakegov.ReportSpec
			for year := 2019; year < 2025; year++ {
				plan = append(plan, fakegov.ReportSpec{Organ: organ, Year: year})
			}
			gov, err := fakegov.Start(fakegov.Options{Seed: 41, Sites: []fakegov.SiteSpec{{ID: "county", Family: fakegov.TRS, Plan: plan, NoValidators: true}}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { gov.Close() })
			proxy, change := changing(t, gov.Site("county").URL)
			config := configFor(t, gov, "{every: 0s}")
			text, err := os.ReadFile(config)
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.ReplaceAll(text, []byte(gov.Site("county").URL), []byte(proxy))
			if err := os.WriteFile(filepath.Clean(config), text, 0o644); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				crawl := command(t, "crawl", "--config", config, "--json")
				if err := crawl.Run(); err != nil {
					t.Fatalf("before the change: %v\n%s%s", err, crawl.Stdout, crawl.Stderr)
				}
			}
			change(tc.change)
			crawl := command(t, "crawl", "--config", config, "--json")
			_ = crawl.Run() // the exit code is looked at below
			lines := strings.Split(strings.TrimSpace(fmt.Sprint(crawl.Stderr)), "\n")
			if code := crawl.ProcessState.ExitCode(); code != tc.exit || !strings.Contains(lines[len(lines)-1], tc.want) {
				t.Errorf("exit %d, want %d and a line with %q\n%s\n%s", code, tc.exit, tc.want, crawl.Stdout, lines[len(lines)-1])
			}
			if s := lastSummary(t, crawl.Stdout); (s.Columns[0].Drift != "") != (tc.exit == exitGate) || s.Columns[0].Reports != 6 {
				t.Errorf("%+v", s.Columns[0])
			}
			if tc.exit == exitOK {
				if s := lastSummary(t, crawl.Stdout); s.Columns[0].Unchanged != 6 || s.Columns[0].Changed != 0 {
					t.Errorf("%+v, want all unchanged", s.Columns[0])
				}
			}
		})
	}
}

// changing is a proxy before a site; what it is told to change, it changes from
// then on. A page that is changed into nothing is gone.
func changing(t *testing.T, site string) (address string, change func(func(path string, page []byte) []byte)) {
	t.Helper()
	target, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	how := func(_ string, page []byte) []byte { return page }
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(resp *http.Response) error {
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		mu.Lock()
		page = how(resp.Request.URL.Path, page)
		mu.Unlock()
		if page == nil {
			resp.StatusCode, resp.Status = http.StatusNotFound, "404 Not Found"
		}
		resp.Body = io.NopCloser(bytes.NewReader(page))
		resp.ContentLength = int64(len(page))
		resp.Header.Set("Content-Length", strconv.Itoa(len(page)))
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return front.URL, func(f func(string, []byte) []byte) {
		mu.Lock()
		defer mu.Unlock()
		how = f
	}
}
