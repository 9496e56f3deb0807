package fetch

import (
	"context"
	"time"
)

// Window says when a host may be asked.
type Window interface {
	// Next is the first moment, not before now, at which it may.
	Next(now time.Time) time.Time
	// String says in words when that is.
	String() string
}

// quiet puts requests off that come outside the window of their policy.
type quiet struct {
	next layer
}

func (q *quiet) do(ctx context.Context, c *call) error {
	if w := c.policy.Window; w != nil {
		now := time.Now()
		if at := w.Next(now); at.After(now) {
			return &DeferredError{URL: c.hop.URL, Until: at, Why: "outside " + w.String()}
		}
	}
	return q.next.do(ctx, c)
}
