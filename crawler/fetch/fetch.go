// Package fetch is the one http.RoundTripper chain that every request of a crawl
// goes through. It promises that
//
//   - no request leaves the configured scope, and no scope, robots.txt or address
//     check is skipped on a redirect;
//   - no host sees more than its pace, from however many URLs, and a host that
//     asks for rest (429, 503, Retry-After, Crawl-delay) gets it;
//   - bytes are kept exactly as they came, whole or not at all: a body over its
//     limit, a broken Content-Encoding or a cut transfer is a typed error;
//   - every request ends within its deadline, whatever the server does.
//
// A [Transport] is put under an HTTP client (Colly's, with WithTransport). The
// fetch is announced first, and what happened is read from the [Exchange]:
//
//	ex := transport.Start(policy, fetch.Ask{Referer: listURL, ETag: row.ETag})
//	defer ex.End()
//	err := collector.Request(http.MethodPost, url, form, nil, ex.Header())
//	if err == nil {
//		err = ex.Err() // 404, 412, a captcha page: answers that are no success
//	}
//	page := ex.Last().Decoded
//
// The chain is, from the outside in: redirects, scope, robots, quiet (hours),
// budgets, pace, wire (cookies, address guard, deadline, limits, recording). Each
// is a small type in its own file. [Classify] recognises blocks, captchas and
// error pages that call themselves a success; they are reported, never evaded,
// and a host that turns us away is left alone.
//
// Errors are typed and say what to do. [Outcome] is their verdict, [Postponed]
// says that it was only not the URL's turn, [Retryable] whether asking again can
// help, and [Backoff] when.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// HeaderID names the private request header that ties a request made through an
// HTTP client to its Exchange. The transport strips it: it never reaches the wire.
const HeaderID = "X-Gongkai-Fetch"

// DefaultUserAgent is sent when Options name none.
const DefaultUserAgent = "gongkai/1.0"

// Options for New; zero values mean the defaults named.
type Options struct {
	// UserAgent is sent with every request, honestly: what the client sets is
	// replaced. Its first product token (gongkai) is what robots.txt groups are
	// matched with. Default DefaultUserAgent.
	UserAgent string
	// Robots keeps robots.txt answers between runs; nil keeps them in memory.
	Robots RobotsCache
	// MaxCrawlDelay caps the Crawl-delay of robots.txt, so that one line can't
	// stop a host for days. Default 60s.
	MaxCrawlDelay time.Duration
	// Jitter stretches each pause by a random share of up to this much, so that
	// thousands of hosts are not asked in step. Default 0.2; negative is none.
	Jitter float64
	// Cooldown is how long a host rests after its first 429 or 503 that names no
	// Retry-After; it trebles with each further one. Default 10s.
	Cooldown time.Duration
	// Server names the server behind a host (lower case, in ASCII, with the port
	// unless it is the default): hosts with one name share pace, rest and blocks. It
	// must give a host always the same name. Default: every host is a server.
	Server func(host string) string
	// Asked is when hosts may have been asked last, by a transport before this one:
	// their pace counts from there. The zero time is never.
	Asked time.Time
	// Observer is told of requests and hosts; nil is nobody.
	Observer Observer
}

// Policy is what the fetches of one site may do.
type Policy struct {
	// Scope says whether a URL may be asked, with the reason when not. It is
	// called for the first request and for every redirect. A nil Scope refuses
	// everything.
	Scope func(*url.URL) error
	// Every and Burst are the pace of a host: one request every Every, counted from
	// start to start; after a pause up to Burst may follow one another without
	// waiting, but never are two under way. Where sites differ about a host, the
	// slowest wins. Burst defaults to 1.
	Every time.Duration
	Burst int
	// Timeout bounds each hop from dial to the last byte. Default 60s.
	Timeout time.Duration
	// MaxWait is how long a request may wait for its turn inside the transport; a
	// longer wait is a *DeferredError with the time to come back. Default 1m.
	MaxWait time.Duration
	// MaxBody bounds the body, as sent and as decoded; a longer one is a
	// *BodyTooLargeError. Default 64 MiB.
	MaxBody int64
	// InsecureTLS accepts broken certificates and old protocol versions. Every
	// Hop records it, with what is wrong with the certificate.
	InsecureTLS bool
	// AllowPrivate lets the host live on loopback, private, shared (CGNAT) or
	// unique-local addresses. Link-local, multicast and reserved ones never pass.
	AllowPrivate bool
	// Window is when the host may be asked; nil is always.
	Window Window
	// Budgets bound what is taken; each request counts in all of them.
	Budgets []*Budget
	// Header is sent with the first request and on to redirects of the same host.
	Header map[string]string
}

// Defaults of a Policy.
const (
	DefaultTimeout = 60 * time.Second
	DefaultMaxWait = time.Minute
	DefaultMaxBody = 64 << 20
	// MaxHops is how many requests one fetch makes at most, redirects among them.
	// (HTTP clients stop there too, but hand the redirect on as if it were the page.)
	MaxHops = 10
)

// Ask is what one fetch adds to its Policy: where the link was found, and the
// validators of the capture at hand, which make the request conditional.
type Ask struct {
	Referer      string
	ETag         string
	LastModified string // as the server sent it
}

// Transport is the chain. It is safe for concurrent use; each fetch has its own
// Exchange. Close it when the crawl ends.
type Transport struct {
	opts    Options
	chain   layer
	hosts   *hosts
	wire    *wire
	robots  *robots
	next    atomic.Uint64
	running sync.Map // id → *Exchange
}

// layer is one link of the chain: it answers the request of a call by filling
// in its hop, mostly by asking the layer below.
type layer interface {
	do(ctx context.Context, c *call) error
}

// call is one request on its way through the chain.
type call struct {
	req    *http.Request // own copy, private header gone
	policy *Policy
	jar    *jar // cookies of this fetch
	hop    *Hop
}

// New returns a Transport.
func New(o Options) *Transport {
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.MaxCrawlDelay == 0 {
		o.MaxCrawlDelay = time.Minute
	}
	if o.Jitter == 0 {
		o.Jitter = 0.2
	}
	if o.Cooldown == 0 {
		o.Cooldown = 10 * time.Second
	}
	t := &Transport{opts: o}
	t.hosts = newHosts(o)
	t.wire = newWire()
	asked := &watched{o.Observer, t.hosts, &quiet{&budgets{&pace{t.hosts, t.wire}}}}
	t.robots = newRobots(o, t.hosts, asked)
	t.chain = &scope{t.robots}
	return t
}

// Start announces a fetch. The caller sends its request with the headers of
// Exchange.Header through any HTTP client on top of t, reads the Exchange when
// the client has returned, and calls End.
func (t *Transport) Start(p Policy, a Ask) *Exchange {
	if p.Timeout <= 0 {
		p.Timeout = DefaultTimeout
	}
	if p.MaxWait <= 0 {
		p.MaxWait = DefaultMaxWait
	}
	if p.MaxBody <= 0 {
		p.MaxBody = DefaultMaxBody
	}
	p.Burst = max(p.Burst, 1)
	ex := &Exchange{
		ID:     strconv.FormatUint(t.next.Add(1), 10),
		policy: p,
		ask:    a,
		t:      t,
	}
	t.running.Store(ex.ID, ex)
	return ex
}

// RoundTrip implements http.RoundTripper for requests that carry the HeaderID of
// a started Exchange; any other request is refused with ErrNotStarted.
//
// The answer that the client gets is fit to read: the Content-Encoding is undone
// and the charset parameter is gone from Content-Type, so that no client
// transcodes. The Exchange has all of it as it came.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	v, ok := t.running.Load(req.Header.Get(HeaderID))
	if !ok {
		closeBody(req)
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL, ErrNotStarted)
	}
	ex := v.(*Exchange)
	c := ex.call(req, t.opts.UserAgent)
	err := t.chain.do(req.Context(), c)
	if err == nil {
		err = ex.checkRedirect(c)
	}
	closeBody(req)
	ex.record(c, err)
	if err != nil {
		return nil, err
	}
	return c.hop.response(req), nil
}

// Hold lets nobody ask the host of u before until; why is told to those who try.
func (t *Transport) Hold(u *url.URL, until time.Time, why string) {
	h := t.hosts.of(u)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rest(until, why)
}

// Close lets go of idle connections and of robots.txt requests under way.
func (t *Transport) Close() {
	t.robots.close()
	t.wire.close()
}

// ErrNotStarted refuses a request that no Start announced: without a policy
// there is no scope to keep.
var ErrNotStarted = errors.New("request was not announced to the transport (header " + HeaderID + " is missing or its fetch has ended)")

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
