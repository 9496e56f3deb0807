package fetch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/gocolly/colly/v2"

	"gongkai/crawler/fetch"
)

func anywhere(*url.URL) error { return nil }

var open = fetch.Policy{Scope: anywhere, AllowPrivate: true}

// get runs one fetch through Colly, as the crawler does.
func get(t *testing.T, tr *fetch.Transport, p fetch.Policy, a fetch.Ask, url string) (*fetch.Exchange, error) {
	t.Helper()
	ex := tr.Start(p, a)
	defer ex.End()
	c := colly.NewCollector(colly.AllowURLRevisit(), colly.ParseHTTPErrorResponse(), colly.MaxBodySize(0), colly.StdlibContext(t.Context()))
	c.SetRequestTimeout(0)
	c.WithTransport(tr)
	err := c.Request(http.MethodGet, url, nil, nil, ex.Header())
	if err == nil {
		err = ex.Err()
	}
	return ex, err
}

func transport(t *testing.T, o fetch.Options) *fetch.Transport {
	tr := fetch.New(o)
	t.Cleanup(tr.Close)
	return tr
}

func TestThroughColly(t *testing.T) {
	var seen []http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header)
		switch r.URL.Path {
		case "/robots.txt":
			w.WriteHeader(404)
		case "/a":
			http.Redirect(w, r, "/b", 302)
		default:
			w.Write([]byte("hello"))
		}
	}))
	defer s.Close()
	ex, err := get(t, transport(t, fetch.Options{}), open, fetch.Ask{Referer: s.URL + "/list"}, s.URL+"/a")
	if err != nil {
		t.Fatal(err)
	}
	if len(ex.Hops) != 2 || string(ex.Last().Body) != "hello" || ex.Last().URL != s.URL+"/b" {
		t.Errorf("hops %+v", ex.Hops)
	}
	for _, h := range seen {
		if h.Get(fetch.HeaderID) != "" || h.Get("User-Agent") != fetch.DefaultUserAgent {
			t.Errorf("headers on the wire: %v", h)
		}
	}
	_, err = get(t, transport(t, fetch.Options{}), fetch.Policy{Scope: anywhere}, fetch.Ask{}, s.URL+"/a")
	var blocked *fetch.BlockedAddressError
	if !errors.As(err, &blocked) {
		t.Errorf("got %v", err)
	}
}
