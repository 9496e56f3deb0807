package fetch

import (
	"net/http"
)

// checkRedirect judges a redirect as it arrives, before the client can follow
// it: target address, scope, number of hops, loops.
func (ex *Exchange) checkRedirect(c *call) error {
	h := c.hop
	switch h.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	loc := h.Header.Get("Location")
	if loc == "" {
		return nil // the client hands such an answer on
	}
	target, err := c.req.URL.Parse(loc)
	if err != nil {
		return &RedirectError{URL: h.URL, Target: loc, Why: "its target is no URL: " + err.Error()}
	}
	target.Fragment, target.RawFragment = "", ""
	h.Location = target.String()
	if err := checkLiteral(target, c.policy.AllowPrivate); err != nil {
		return err
	}
	if err := c.policy.inScope(target, h.URL); err != nil {
		return err
	}
	if len(ex.Hops) >= MaxRedirects {
		return &RedirectError{URL: ex.Hops[0].URL, Target: h.Location, Why: "more than 10 redirects"}
	}
	learned := ex.jar.learn(c.req.URL, h.Header)
	if ex.asked(h, h.Location) {
		// A server may set a cookie and send the client back to where it came
		// from: that is a handshake if the cookie is new, else a loop.
		if !learned {
			return &RedirectError{URL: h.URL, Target: h.Location, Why: "redirects lead in a circle"}
		}
		ex.t.wire.handshakes.keep(&ex.jar)
	}
	return nil
}

// asked says whether this fetch asked for the URL before, or is asking now.
func (ex *Exchange) asked(now *Hop, url string) bool {
	if now.URL == url {
		return true
	}
	for i := range ex.Hops {
		if ex.Hops[i].URL == url {
			return true
		}
	}
	return false
}
