package fetch

import (
	"fmt"
	"net/http"
)

// checkRedirect judges a redirect as it arrives, before the client can follow
// it: target address, scope, number of hops, loops.
func (ex *Exchange) checkRedirect(c *call) error {
	h := c.hop
	if !h.leadsOn() {
		return nil
	}
	loc := h.Header.Get("Location")
	target, err := c.req.URL.Parse(loc)
	if err != nil {
		return &RedirectError{URL: h.URL, Target: loc, Why: "its target is no URL: " + err.Error()}
	}
	target = bare(target)
	h.Location = target.String()
	if err := checkLiteral(target, c.policy.AllowPrivate); err != nil {
		return err
	}
	if err := c.policy.inScope(target, h.URL); err != nil {
		return err
	}
	if len(ex.Hops)+1 >= MaxHops {
		return &RedirectError{URL: ex.first(h).URL, Target: h.Location, Why: fmt.Sprintf("%d requests led only to redirects", MaxHops)}
	}
	learned := ex.jar.learn(c.req.URL, h.Header)
	if ex.asked(h, nextMethod(h), h.Location) {
		// A server may set a cookie and send the client back to where it came
		// from: that is a handshake if the cookie is new, else a circle.
		if !learned {
			return &RedirectError{URL: h.URL, Target: h.Location, Why: "the redirects lead in a circle"}
		}
		ex.t.wire.handshakes.keep(&ex.jar)
	}
	return nil
}

// leadsOn says whether the answer is a redirect that a client follows.
func (h *Hop) leadsOn() bool {
	switch h.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return h.Header.Get("Location") != ""
	}
	return false
}

// first is the hop that the fetch began with; now is the one under way.
func (ex *Exchange) first(now *Hop) *Hop {
	if len(ex.Hops) > 0 {
		return &ex.Hops[0]
	}
	return now
}

// nextMethod is what an HTTP client follows the redirect with.
func nextMethod(h *Hop) string {
	switch h.Status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return h.Method
	}
	if h.Method == http.MethodHead {
		return http.MethodHead
	}
	return http.MethodGet
}

// asked says whether this fetch made the request before, or is making it now.
func (ex *Exchange) asked(now *Hop, method, url string) bool {
	same := func(h *Hop) bool { return h.Method == method && h.URL == url }
	for i := range ex.Hops {
		if same(&ex.Hops[i]) {
			return true
		}
	}
	return same(now)
}
