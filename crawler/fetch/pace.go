package fetch

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace makes each request wait for its host's turn: start to start, one in
// flight, and never while the host rests.
type pace struct {
	hosts *hosts
	next  layer
}

func (p *pace) do(ctx context.Context, c *call) error {
	h := p.hosts.of(c.req.URL)
	if err := h.enter(ctx, c.policy, c.hop.URL); err != nil {
		return err
	}
	defer h.leave()
	err := p.next.do(ctx, c)
	if err == nil {
		c.hop.judge()
	}
	if changed, now := h.observe(c.hop, err); changed && p.hosts.opts.Observer != nil {
		p.hosts.opts.Observer.HostChanged(now)
	}
	return err
}

// hosts holds what is known of each host, by name.
type hosts struct {
	opts Options
	mu   sync.Mutex
	m    map[string]*host
}

func newHosts(o Options) *hosts { return &hosts{opts: o, m: map[string]*host{}} }

// name is what pace and health of a URL's host are kept under: http and https are
// one server, and so are the hosts that Options.Server gives one name.
func (hs *hosts) name(u *url.URL) string {
	host, port := hostPort(u)
	if port != defaultPort(u) {
		host += ":" + port
	}
	if hs.opts.Server != nil {
		return hs.opts.Server(host)
	}
	return host
}

func (hs *hosts) of(u *url.URL) *host {
	name := hs.name(u)
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.m[name]
	if h == nil {
		h = &host{name: name, opts: &hs.opts, slot: make(chan struct{}, 1), delays: map[string]time.Duration{}, seen: hs.opts.Asked}
		hs.m[name] = h
	}
	return h
}

// host is the turn-taking of one host.
type host struct {
	name string
	opts *Options
	slot chan struct{} // holds one element while a request is in flight

	mu    sync.Mutex
	lim   *rate.Limiter // made at the first turn
	every time.Duration // slowest pace any policy asked for
	delay time.Duration // longest Crawl-delay of its robots.txt files
	// delays are those of each: http and https, and hosts that are one server,
	// have files of their own.
	delays map[string]time.Duration
	burst  int
	seen   time.Time // when the last request reached the host
	until  time.Time // the host rests until then
	why    string
	tempo  tempo
	block  *HostBlockedError // set once the host is left alone for good
}

// enter waits until the host may be asked and takes its slot.
func (h *host) enter(ctx context.Context, p *Policy, url string) error {
	last := time.Now().Add(p.MaxWait)
	if d, ok := ctx.Deadline(); ok && d.Before(last) {
		last = d
	}
	for _, b := range p.Budgets { // it has to begin before they end
		if !b.Until.IsZero() && !last.Before(b.Until) {
			last = b.Until.Add(-1)
		}
	}
	patience := time.NewTimer(time.Until(last))
	defer patience.Stop()
	select {
	case h.slot <- struct{}{}:
	default:
		select {
		case h.slot <- struct{}{}:
		case <-patience.C:
			return &DeferredError{URL: url, Until: time.Now().Add(p.Every), Why: "another request to the host is under way"}
		case <-ctx.Done():
			return interrupted(ctx, url)
		}
	}
	for {
		if err := h.blocked(url); err != nil {
			h.leave()
			return err
		}
		at, why, back := h.turn(p, time.Now())
		if at.After(last) {
			back()
			h.leave()
			if why == "" {
				why = "the pace of the host"
			}
			return &DeferredError{URL: url, Until: at, Why: why}
		}
		if err := sleepUntil(ctx, at); err != nil {
			back()
			h.leave()
			return interrupted(ctx, url)
		}
		// A rest ordered meanwhile, or one that had to end before a turn could be
		// taken, sends us round again.
		if why == "" && !h.resting(time.Now()) {
			return nil
		}
	}
}

func (h *host) leave() { <-h.slot }

// turn says from when on the host may be asked. While it rests no turn is taken
// and why is set; back gives a taken turn back.
func (h *host) turn(p *Policy, now time.Time) (at time.Time, why string, back func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Before(h.until) {
		return h.until, h.why, func() {}
	}
	h.every = max(h.every, p.Every)
	if h.burst == 0 || p.Burst < h.burst {
		h.burst = p.Burst
	}
	interval := h.interval()
	if h.opts.Jitter > 0 {
		interval += time.Duration(float64(interval) * h.opts.Jitter * rand.Float64())
	}
	burst := h.burst
	if h.delay > 0 || h.tempo.slow() {
		burst = 1
	}
	if h.lim == nil {
		h.lim = rate.NewLimiter(rate.Every(interval), burst)
	}
	h.lim.SetLimitAt(now, rate.Every(interval))
	h.lim.SetBurstAt(now, burst)
	r := h.lim.ReserveN(now, 1)
	at = now.Add(r.DelayFrom(now))
	// The limiter counts from when a turn was given; making the connection may
	// have delayed the request since, and the server counts from its arrival.
	if next := h.seen.Add(interval); burst == 1 && !h.seen.IsZero() && next.After(at) {
		at = next
	}
	return at, "", func() { r.CancelAt(now) }
}

// interval is the least time between two starts as the host stands now.
func (h *host) interval() time.Duration {
	return h.tempo.stretch(max(h.every, h.delay))
}

func (h *host) resting(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return now.Before(h.until)
}

// rest lets the host rest until then; a longer rest already ordered stays.
func (h *host) rest(until time.Time, why string) {
	if until.After(h.until) {
		h.until, h.why = until, why
	}
}

// blocked refuses a URL of a host that is left alone.
func (h *host) blocked(url string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.block == nil {
		return nil
	}
	e := *h.block
	e.URL = url
	return &e
}

// crawlDelay sets the least pause that the robots.txt at key asks for.
func (h *host) crawlDelay(key string, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.delays[key] = min(d, h.opts.MaxCrawlDelay)
	h.delay = slices.Max(slices.Collect(maps.Values(h.delays)))
}

// observe learns from an answer, or from its absence, and says whether the host
// stands differently now.
func (h *host) observe(hop *Hop, err error) (changed bool, now Health) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := time.Now()
	before := h.health(at)
	if !hop.tried {
		return false, before
	}
	h.seen = hop.Start
	if hop.arrived.After(hop.Start) {
		h.seen = hop.arrived
	}
	if Postponed(err) || errors.Is(err, errReplay) {
		return false, before // we went away, not the host; or it let go of an idle connection
	}
	pause, why, stop := h.tempo.observe(at, hop, err, h.opts.Cooldown)
	if pause > 0 {
		h.rest(at.Add(pause), why)
	}
	if stop && h.block == nil {
		h.block = &HostBlockedError{Verdict: hop.Verdict, Evidence: hop.Evidence, Since: at}
	}
	now = h.health(at)
	return now != before, now
}

// health is how the host stands; h.mu is held.
func (h *host) health(now time.Time) Health {
	s := Health{Host: h.name, State: "ok", Pause: h.interval()}
	switch {
	case h.block != nil:
		s.State, s.Why = "blocked", h.block.Verdict+": "+h.block.Evidence
	case now.Before(h.until):
		s.State, s.Why, s.Until = "resting", h.why, h.until
	case h.tempo.slow():
		s.State = "slow"
	}
	return s
}

// sleepUntil sleeps, unless ctx ends first.
func sleepUntil(ctx context.Context, at time.Time) error {
	d := time.Until(at)
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// interruptedError: the caller's context ended.
type interruptedError struct {
	url string
	err error
}

func (e *interruptedError) Error() string { return e.url + ": interrupted: " + e.err.Error() }
func (e *interruptedError) Unwrap() error { return e.err }

func interrupted(ctx context.Context, url string) error {
	return &interruptedError{url, context.Cause(ctx)}
}
