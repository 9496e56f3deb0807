package listing_test

import (
	"net/url"
	"strings"
	"testing"

	"gongkai/crawler/listing"

	"golang.org/x/net/html"
)

// A site answers requests from memory: keys are "URL", or "POST URL body".
type site map[string]string

// A server is a site with an application behind it.
type server struct {
	site
	app func(*listing.Request) (body string, ok bool)
}

func (s site) with(app func(*listing.Request) (string, bool)) server { return server{s, app} }

func (s site) read(t *testing.T, index string, hint listing.Hint) visit {
	t.Helper()
	return server{s, nil}.read(t, index, hint)
}

// A visit is what reading a whole column gave.
type visit struct {
	requests []string
	titles   []string
	urls     []string
	children []string
	dates    []string
	last     listing.Result
}

// read walks a column of the site to its end.
func (s server) read(t *testing.T, index string, hint listing.Hint) visit {
	t.Helper()
	var v visit
	next := &listing.Request{URL: index}
	var state listing.State
	for i := 0; next != nil; i++ {
		if i > 300 {
			t.Fatalf("%s: more than 300 requests", index)
		}
		key := next.URL
		if next.Method == "POST" {
			key = "POST " + next.URL + " " + next.Body
		}
		v.requests = append(v.requests, key)
		u, err := url.Parse(next.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, ok := s.site[key]
		if !ok && s.app != nil {
			body, ok = s.app(next)
		}
		status := 200
		if !ok {
			status, body = 404, "<html><body>404 Not Found</body></html>"
		}
		p := listing.Page{URL: u, Status: status, Body: []byte(body)}
		if trimmed := strings.TrimSpace(body); strings.HasPrefix(trimmed, "<") && !strings.HasPrefix(trimmed, "<?xml") && !strings.HasPrefix(trimmed, "<datastore") {
			p.ContentType = "text/html; charset=utf-8"
			if p.Root, err = html.Parse(strings.NewReader(body)); err != nil {
				t.Fatal(err)
			}
		}
		r, err := listing.Read(p, state, hint)
		if err != nil {
			t.Fatalf("%s: %v", next.URL, err)
		}
		for _, it := range r.Items {
			if it.Child {
				v.children = append(v.children, it.URL)
				continue
			}
			v.titles = append(v.titles, it.Title)
			v.urls = append(v.urls, it.URL)
			v.dates = append(v.dates, it.Date)
		}
		v.last, next, state = r, r.Next, r.State
		if next == nil && r.Verdict == "" || next != nil && r.Verdict != "" {
			t.Fatalf("%s: next %v and verdict %q", index, next, r.Verdict)
		}
	}
	return v
}
