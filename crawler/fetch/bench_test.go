package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// What the chain costs over net/http, with no network (a wire that answers at
// once) and over loopback, for a page of 80 KB.
func BenchmarkRequest(b *testing.B) {
	page := "<html><head><title>年度报告</title></head><body>" + strings.Repeat("<tr><td>主动公开</td><td>17</td></tr>\n", 1700) + "</body></html>"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, page)
	}))
	defer server.Close()
	memory := roundTrip(func(*http.Request) (*http.Response, error) {
		return reply(200, page, "Content-Type", "text/html"), nil
	})
	plain := &http.Transport{DisableCompression: true}
	defer plain.CloseIdleConnections()

	read := func(b *testing.B, rt http.RoundTripper, url string, header func() http.Header) {
		client := &http.Client{Transport: rt}
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequest(http.MethodGet, url, nil)
			if err != nil {
				b.Fatal(err)
			}
			if header != nil {
				req.Header = header()
			}
			res, err := client.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				b.Fatal(err)
			}
			res.Body.Close()
		}
	}
	chain := func(b *testing.B, wire http.RoundTripper, url string) {
		tr := New(Options{})
		defer tr.Close()
		if wire != nil {
			for i := range tr.wire.classes {
				tr.wire.classes[i] = wire
			}
		}
		var ex *Exchange
		read(b, tr, url, func() http.Header {
			if ex != nil {
				ex.End()
			}
			ex = tr.Start(Policy{Scope: anywhere, AllowPrivate: true}, Ask{})
			return ex.Header()
		})
	}
	b.Run("memory/net-http", func(b *testing.B) { read(b, memory, gov, nil) })
	b.Run("memory/chain", func(b *testing.B) { chain(b, memory, gov) })
	b.Run("loopback/net-http", func(b *testing.B) { read(b, plain, server.URL, nil) })
	b.Run("loopback/chain", func(b *testing.B) { chain(b, nil, server.URL) })
}

// A turn at a host that nobody holds.
func BenchmarkPace(b *testing.B) {
	hs := newHosts(Options{})
	p := &Policy{Burst: 1, MaxWait: DefaultMaxWait}
	hop := &Hop{Status: 200, tried: true}
	u, err := url.Parse(gov)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		h := hs.of(u)
		if err := h.enter(b.Context(), p, gov); err != nil {
			b.Fatal(err)
		}
		h.observe(hop, nil)
		h.leave()
	}
}

func BenchmarkRobots(b *testing.B) {
	rules := parseRobots([]byte("User-agent: *\nDisallow: /*.jsp$\nDisallow: /admin/\nDisallow: /*?*print=\nAllow: /zfxxgk/\nDisallow: /search/\n"), "gongkai")
	b.ReportAllocs()
	for b.Loop() {
		if ok, _ := rules.test("/zfxxgk/zfxxgknb/202101/t20210129_1234567.html"); !ok {
			b.Fatal()
		}
	}
}
