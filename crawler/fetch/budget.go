package fetch

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Budget bounds what a run, or a site in a run, takes. It may be shared by many
// policies; a limit of zero is none. Bytes are counted as they came, after the
// request: the last body may go over.
type Budget struct {
	Name     string // of what it is the budget, for the message
	Requests int
	Bytes    int64
	Until    time.Time

	mu       sync.Mutex
	requests int
	bytes    int64
}

// take counts one request, if the budget has room for it.
func (b *Budget) take(url string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.Requests > 0 && b.requests >= b.Requests:
		return &BudgetError{url, b.Name, fmt.Sprintf("%d requests", b.Requests)}
	case b.Bytes > 0 && b.bytes >= b.Bytes:
		return &BudgetError{url, b.Name, fmt.Sprintf("%d bytes", b.Bytes)}
	case !b.Until.IsZero() && !now.Before(b.Until):
		return &BudgetError{url, b.Name, "time until " + b.Until.Format(time.RFC3339)}
	}
	b.requests++
	return nil
}

// settle counts what a request cost; one that was never sent is given back.
func (b *Budget) settle(bytes int64, sent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += bytes
	if !sent {
		b.requests--
	}
}

// Used tells what was spent.
func (b *Budget) Used() (requests int, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests, b.bytes
}

// budgets refuses requests for which the policy's budgets have no room.
type budgets struct {
	next layer
}

func (s *budgets) do(ctx context.Context, c *call) error {
	all := c.policy.Budgets
	for i, b := range all {
		if err := b.take(c.hop.URL, time.Now()); err != nil {
			for _, taken := range all[:i] {
				taken.settle(0, false)
			}
			return err
		}
	}
	err := s.next.do(ctx, c)
	for _, b := range all {
		b.settle(c.hop.Bytes, c.hop.tried)
	}
	return err
}
