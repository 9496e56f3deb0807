// Client crawls the sites of a configuration in the ways that others crawl, for
// docs/compare.sh: nethttp (net/http and html.Parse, nothing kept), colly (Colly
// with a duplicate check of its own before it is told of a link), colly-readme
// (Colly as its README shows it: told of every link). 16 pages at a time, no pause.
//
//	client -way colly config.json
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/gocolly/colly/v2"
	"golang.org/x/net/html"
)

const atATime = 16

func main() {
	way := flag.String("way", "nethttp", "nethttp, colly or colly-readme")
	flag.Parse()
	if err := run(*way, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(way, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var config struct {
		Sites []struct {
			Index []string `json:"index"`
		} `json:"sites"`
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	var starts []string
	for _, s := range config.Sites {
		starts = append(starts, s.Index...)
	}
	switch way {
	case "nethttp":
		netHTTP(starts)
	case "colly", "colly-readme":
		return withColly(starts, way == "colly")
	default:
		return fmt.Errorf("unknown way %q", way)
	}
	return nil
}

// ours are the addresses that all clients follow: those of the column.
var ours = regexp.MustCompile(`^http://127\.0\.0\.1:\d+/zfxxgk/`)

// follow resolves a link to a page of the same column; "" for any other.
func follow(base *url.URL, href string) string {
	if href == "" || strings.HasPrefix(href, "#") || strings.HasPrefix(href, "javascript:") {
		return ""
	}
	u, err := base.Parse(href)
	if err != nil || u.Host != base.Host {
		return ""
	}
	u.Fragment = ""
	if s := u.String(); ours.MatchString(s) {
		return s
	}
	return ""
}

// seen is the set of addresses that were taken.
type seen struct {
	mu sync.Mutex
	m  map[string]bool
}

func (s *seen) take(u string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u == "" || s.m[u] {
		return false
	}
	s.m[u] = true
	return true
}

func withColly(starts []string, own bool) error {
	c := colly.NewCollector(colly.Async(true), colly.URLFilters(ours))
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: atATime}); err != nil {
		return err
	}
	taken := &seen{m: map[string]bool{}}
	if own {
		c.AllowURLRevisit = true
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		href := e.Attr("href")
		if own {
			if href = follow(e.Request.URL, href); !taken.take(href) {
				return
			}
		}
		_ = e.Request.Visit(href) // a link that is not followed is an error to Colly
	})
	for _, u := range starts {
		if taken.take(u) {
			if err := c.Visit(u); err != nil {
				return err
			}
		}
	}
	c.Wait()
	return nil
}

func netHTTP(starts []string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atATime}}
	taken := &seen{m: map[string]bool{}}
	slots := make(chan struct{}, atATime)
	var wg sync.WaitGroup
	var visit func(u string)
	visit = func(u string) {
		if !taken.take(u) {
			return
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			resp, err := client.Get(u)
			if err != nil {
				fmt.Fprintln(os.Stderr, "client:", err)
				return
			}
			defer resp.Body.Close()
			root, err := html.Parse(resp.Body)
			if err != nil {
				fmt.Fprintln(os.Stderr, "client:", err)
				return
			}
			for n := range root.Descendants() {
				if n.Type != html.ElementNode || n.Data != "a" {
					continue
				}
				for _, a := range n.Attr {
					if a.Key == "href" {
						visit(follow(resp.Request.URL, a.Val))
					}
				}
			}
		})
	}
	for _, u := range starts {
		visit(u)
	}
	wg.Wait()
}
