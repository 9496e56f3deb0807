package crawler

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/gocolly/colly/v2"

	"gongkai/crawler/fetch"
	"gongkai/crawler/listing"
)

// engine fetches one page at a time with Colly. What Colly would do about
// politeness, robots.txt, limits, visited URLs, cookies, charsets and retries is
// switched off: the transport and the frontier do it.
type engine struct {
	transport *fetch.Transport
	collector *colly.Collector
}

// newEngine makes an engine whose requests end with ctx.
func newEngine(ctx context.Context, o fetch.Options) *engine {
	// Colly lets the environment overrule its options.
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "COLLY_") {
			os.Unsetenv(name)
		}
	}
	e := &engine{transport: fetch.New(o)}
	e.collector = colly.NewCollector(
		colly.StdlibContext(ctx),
		colly.AllowURLRevisit(),
		colly.ParseHTTPErrorResponse(),
		colly.IgnoreRobotsTxt(),
		colly.MaxBodySize(0),
	)
	e.collector.DisableCookies()
	e.collector.SetRequestTimeout(0)
	e.collector.WithTransport(bodiless{e.transport})
	return e
}

// bodiless hands Colly answers without their bodies: they are in the exchange, and
// Colly would copy and transcode them.
type bodiless struct{ next http.RoundTripper }

func (b bodiless) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(req)
	if resp != nil {
		resp.Body.Close()
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	return resp, err
}

// close ends the connections of the engine.
func (e *engine) close() { e.transport.Close() }

// do fetches one page. The exchange says what happened; the error is nil when the
// answer can be used, else one of package fetch.
func (e *engine) do(p fetch.Policy, a fetch.Ask, req listing.Request) (ex *fetch.Exchange, err error) {
	ex = e.transport.Start(p, a)
	defer ex.End()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("page engine: %w", &panicError{v, debug.Stack()})
		}
	}()
	method, body := http.MethodGet, io.Reader(nil)
	header := ex.Header()
	if req.Method != "" && req.Method != http.MethodGet {
		method, body = req.Method, strings.NewReader(req.Body)
		if req.ContentType != "" {
			header.Set("Content-Type", req.ContentType)
		}
	}
	err = e.collector.Request(method, req.URL, body, nil, header)
	if len(ex.Hops) == 0 {
		if err == nil {
			err = fmt.Errorf("%s: nothing was asked", req.URL)
		}
		return ex, err
	}
	// Colly's error is that of its client or about a charset; the exchange knows
	// better.
	return ex, ex.Err()
}

// panicError is a panic of code that read a page.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
