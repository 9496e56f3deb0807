package fetch

import (
	"context"
	"net/url"
	"time"
)

// Observer is told what the transport does, for metrics and logs. Its methods are
// called from the goroutines of the fetches and must not block.
type Observer interface {
	// Requested is called after each request that was sent or tried, those for
	// robots.txt among them. host is as in Health, outcome a verdict or ok, which a
	// robots.txt is that does not exist. The hop must not be kept.
	Requested(host string, hop *Hop, outcome string)
	// HostChanged is called when a host begins or ends to be slowed down, to rest
	// or to be left alone.
	HostChanged(Health)
}

// Health is how a host stands.
type Health struct {
	Host string // its name, without a default port, or that of Options.Server
	// State is ok, slow, resting or blocked.
	State string
	Until time.Time // end of the rest
	Why   string    // of the rest or the block
	// Pause is the least time between the starts of two requests as it is now.
	Pause time.Duration
}

// Hosts tells how each host stands that was asked, in no order.
func (t *Transport) Hosts() []Health {
	t.hosts.mu.Lock()
	all := make([]*host, 0, len(t.hosts.m))
	for _, h := range t.hosts.m {
		all = append(all, h)
	}
	t.hosts.mu.Unlock()
	var out []Health
	for _, h := range all {
		h.mu.Lock()
		out = append(out, h.health(time.Now()))
		h.mu.Unlock()
	}
	return out
}

// Health tells how the host of a URL stands.
func (t *Transport) Health(u *url.URL) Health {
	h := t.hosts.of(u)
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.health(time.Now())
}

// watched tells the Observer of the requests that pass.
type watched struct {
	observer Observer // may be nil
	hosts    *hosts
	next     layer
}

func (w *watched) do(ctx context.Context, c *call) error {
	err := w.next.do(ctx, c)
	c.hop.Err = err
	if w.observer != nil && c.hop.tried {
		outcome := Outcome(err)
		if err == nil && !(c.req.URL.Path == robotsPath && c.hop.absent()) {
			outcome = c.hop.Verdict
		}
		if outcome == "" {
			outcome = "ok"
		}
		w.observer.Requested(w.hosts.name(c.req.URL), c.hop, outcome)
	}
	return err
}
