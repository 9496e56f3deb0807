package fetch

import (
	"context"
	"errors"
	"net/url"
)

// scope lets only those requests through that the policy's Scope accepts: the
// first of a fetch and each redirect.
type scope struct {
	next layer
}

func (s *scope) do(ctx context.Context, c *call) error {
	if err := c.policy.inScope(c.req.URL, ""); err != nil {
		return err
	}
	return s.next.do(ctx, c)
}

var (
	errNoScope = errors.New("the policy names no scope")
	errScheme  = errors.New("only http and https are asked")
	errNoHost  = errors.New("the URL has no host")
)

// inScope returns a *ScopeError unless u may be asked; from is the URL that
// redirected to it.
func (p *Policy) inScope(u *url.URL, from string) error {
	var why error
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		why = errScheme
	case u.Hostname() == "":
		why = errNoHost
	case p.Scope == nil:
		why = errNoScope
	default:
		why = p.Scope(u)
	}
	if why == nil {
		return nil
	}
	return &ScopeError{URL: u.String(), From: from, Why: why}
}
