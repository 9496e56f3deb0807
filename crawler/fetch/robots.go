package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// RobotsCache is what the transport needs to remember robots.txt of a host
// between runs. Only definite answers are put: those with a status of 2xx
// (with the body), 3xx or 4xx. host is a HostKey. Both methods are called from
// several goroutines.
type RobotsCache interface {
	Robots(host string) (body []byte, status int, fetched time.Time, ok bool)
	PutRobots(host string, body []byte, status int, fetched time.Time) error
}

const (
	// robotsTTL is how long an answer holds; robotsStale how long it may still be
	// used while robots.txt can't be read.
	robotsTTL   = 24 * time.Hour
	robotsStale = 30 * 24 * time.Hour
	// robotsRedirects is how many redirects are followed, as RFC 9309 asks.
	robotsRedirects = 5
	// robotsBody is more than is read of a robots.txt: one that never ends is a
	// fault of the server, not a long file.
	robotsBody = 8 << 20
)

// robotsRetry are the pauses after which a robots.txt that could not be read is
// tried again: soon at first, for servers that hiccup; then, and at once for hosts
// that are out of reach, not in this night's way. The last is for all further
// ones, and for what won't pass by itself.
var robotsRetry = []time.Duration{5 * time.Second, 15 * time.Second, 5 * time.Minute, 30 * time.Minute, 6 * time.Hour}

// robotsAway is the place in robotsRetry where hosts out of reach begin.
const robotsAway = 2

// robots lets only those requests through that robots.txt of their host allows,
// for the first request and for each redirect. robots.txt itself is asked through
// the layers below, at the host's pace, once for all who want to know.
type robots struct {
	next    layer
	hosts   *hosts
	agent   string // User-Agent header
	cache   RobotsCache
	flight  singleflight.Group
	ctx     context.Context // of the requests for robots.txt, which serve several callers
	stop    context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	known map[string]robotsEntry // by HostKey
}

// robotsEntry is what is known of one host's robots.txt.
type robotsEntry struct {
	rules   *robotsRules // nil when it was never read
	fetched time.Time
	// After a failure: how many in a row, when to try again, and why.
	failures int
	retry    time.Time
	err      error
}

func newRobots(o Options, hs *hosts, next layer) *robots {
	r := &robots{next: next, hosts: hs, agent: o.UserAgent, cache: o.Robots, known: map[string]robotsEntry{}}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

var errClosed = errors.New("the transport is closed")

// begin counts in a request for robots.txt, unless the transport is closed.
func (r *robots) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return false
	}
	r.running.Add(1)
	return true
}

func (r *robots) close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.running.Wait()
}

func (r *robots) do(ctx context.Context, c *call) error {
	u := c.req.URL
	if u.Path == robotsPath {
		return r.next.do(ctx, c)
	}
	rules, err := r.rules(ctx, c)
	if err != nil {
		return err
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	if ok, line := rules.test(path); !ok {
		return &RobotsError{URL: c.hop.URL, Rule: line}
	}
	return r.next.do(ctx, c)
}

// rules returns the rules of the call's host, fetching them when they are not
// known or too old.
func (r *robots) rules(ctx context.Context, c *call) (*robotsRules, error) {
	key, u := HostKey(c.req.URL), robotsURL(c.req.URL)
	if e, ok := r.entry(key); ok {
		if rules, err, done := e.answer(u, time.Now()); done {
			return rules, err
		}
	}
	// Policies that may reach different addresses don't share an attempt.
	ch := r.flight.DoChan(key+" "+strconv.Itoa(class(c.policy)), func() (any, error) {
		if !r.begin() {
			return nil, &interruptedError{c.hop.URL, errClosed}
		}
		defer r.running.Done()
		e, ok := r.entry(key)
		if !ok {
			e = r.recall(key, u)
		}
		if rules, err, done := e.answer(u, time.Now()); done {
			return rules, err
		}
		return r.fetch(key, u, c.policy, e)
	})
	select {
	case got := <-ch:
		rules, _ := got.Val.(*robotsRules)
		return rules, got.Err
	case <-ctx.Done():
		return nil, interrupted(ctx, c.hop.URL)
	}
}

func (r *robots) entry(key string) (e robotsEntry, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok = r.known[key]
	return e, ok
}

func (r *robots) learn(key string, u *url.URL, e robotsEntry) {
	if e.rules != nil {
		r.hosts.of(u).crawlDelay(key, e.rules.delay)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[key] = e
}

// recall takes up what an earlier run learned.
func (r *robots) recall(key string, u *url.URL) robotsEntry {
	var e robotsEntry
	if r.cache != nil {
		if body, status, fetched, ok := r.cache.Robots(key); ok && time.Since(fetched) < robotsStale {
			e.rules, e.fetched = r.read(body, status), fetched
		}
	}
	r.learn(key, u, e)
	return e
}

// answer is what the entry says now; done is false when robots.txt must be asked.
func (e *robotsEntry) answer(u *url.URL, now time.Time) (rules *robotsRules, err error, done bool) {
	switch {
	case e.rules != nil && now.Sub(e.fetched) < robotsTTL:
		return e.rules, nil, true
	case !now.Before(e.retry):
		return nil, nil, false
	case e.rules != nil && now.Sub(e.fetched) < robotsStale:
		return e.rules, nil, true
	}
	return nil, &RobotsDeferError{URL: u.String(), Until: e.retry, Err: e.err}, true
}

// read makes rules of an answer: whatever is no file is no restriction.
func (r *robots) read(body []byte, status int) *robotsRules {
	if status/100 != 2 {
		return &robotsRules{}
	}
	return parseRobots(body, r.agent)
}

// fetch asks for robots.txt, e being what was known of it, and remembers the
// answer.
func (r *robots) fetch(key string, u *url.URL, p *Policy, e robotsEntry) (*robotsRules, error) {
	hop, err := r.get(u, p)
	if _, refused := errors.AsType[*BlockedAddressError](err); refused || Postponed(err) {
		return nil, err // says nothing about robots.txt
	}
	now := time.Now()
	var until time.Time
	if err == nil && (hop.Status >= 500 || hop.Status == http.StatusTooManyRequests) {
		answer := answerError(hop, hop.Verdict, hop.Evidence)
		err, until = answer, answer.RetryAfter
	}
	if err != nil {
		n := min(e.failures, len(robotsRetry)-1)
		if strings.HasPrefix(Outcome(err), "unreachable:") {
			n = max(n, robotsAway)
		}
		if broken, ok := errors.AsType[*NetError](err); ok && broken.permanent() {
			n = len(robotsRetry) - 1
		}
		e.failures++
		e.err, e.retry = err, now.Add(robotsRetry[n])
		if until.After(e.retry) {
			e.retry = until
		}
		r.learn(key, u, e)
		rules, err, _ := e.answer(u, now)
		return rules, err
	}
	var body []byte
	if hop.Status/100 == 2 {
		body = hop.Decoded[:min(len(hop.Decoded), maxRobots)]
	}
	e = robotsEntry{rules: r.read(body, hop.Status), fetched: now}
	r.learn(key, u, e)
	if r.cache != nil {
		// A cache that can't be written costs a request in the next run, no more.
		_ = r.cache.PutRobots(key, body, hop.Status, now)
	}
	return e.rules, nil
}

// get sends the request and follows its redirects. One that leads out of scope,
// or on and on, leads to no robots.txt: its answer is returned as it is.
func (r *robots) get(u *url.URL, p *Policy) (*Hop, error) {
	own := *p
	own.MaxBody = robotsBody
	cookies := &jar{}
	for n := 0; ; n++ {
		req, err := http.NewRequestWithContext(r.ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", r.agent)
		req.Header.Set("Accept", "text/plain,*/*;q=0.1")
		req.Header.Set("Accept-Encoding", acceptEncoding)
		c := &call{req: req, policy: &own, jar: cookies, hop: newHop(req, &own)}
		if err := r.next.do(r.ctx, c); err != nil {
			return nil, err
		}
		loc := c.hop.Header.Get("Location")
		if c.hop.Status/100 != 3 || loc == "" || n == robotsRedirects {
			return c.hop, nil
		}
		to, ok := robotsTarget(u, loc, p)
		if !ok {
			return c.hop, nil
		}
		cookies.learn(u, c.hop.Header)
		u = to
	}
}

// robotsTarget is where a redirect of robots.txt leads, unless that is not ours to
// ask: another host than the one that sent it must be in scope.
func robotsTarget(u *url.URL, loc string, p *Policy) (to *url.URL, ok bool) {
	to, err := u.Parse(loc)
	if err != nil || checkLiteral(to, p.AllowPrivate) != nil {
		return nil, false
	}
	web := to.Scheme == "http" || to.Scheme == "https"
	return to, web && strings.EqualFold(to.Hostname(), u.Hostname()) || p.inScope(to, u.String()) == nil
}

// robotsPath is where a host has its robots.txt.
const robotsPath = "/robots.txt"

func robotsURL(u *url.URL) *url.URL {
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: robotsPath}
}

// absent says whether the answer means, to a request for robots.txt, that there is
// none: RFC 9309 has any 4xx mean that, but 429 is about us.
func (h *Hop) absent() bool {
	return h.Status/100 == 4 && h.Status != http.StatusTooManyRequests
}
