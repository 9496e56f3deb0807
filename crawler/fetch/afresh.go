package fetch

import (
	"context"
	"errors"
	"net/http"
)

// afresh asks once more where a connection that was kept open broke without an
// answer. Servers close idle connections without a word, so it says nothing about
// the page; but it may as well be that the server took the request, so that the
// second waits for its turn and counts like any other.
type afresh struct {
	next layer
}

func (a *afresh) do(ctx context.Context, c *call) error {
	err := a.next.do(ctx, c)
	if !errors.Is(err, errReplay) || c.req.Method != http.MethodGet {
		return err
	}
	c.hop = newHop(c.req, c.policy)
	return a.next.do(ctx, c)
}
