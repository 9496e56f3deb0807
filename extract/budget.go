package extract

import (
	"context"
	"time"
)

// patience is how many times its CPU time a document may wait for a processor.
const patience = 12

// budget is a context that ends when time has gone by and the process has used as
// much CPU time since: on a machine that is busy with other things, time goes by
// without an honest document being at fault. What else the process does counts
// too. CPU time is looked at when Err is asked; the context around it, which
// closes Done, ends after patience times as long, so that nothing waits for ever.
type budget struct {
	context.Context
	limit time.Duration
	began time.Duration // CPU time at the beginning
	next  time.Time     // when to look again
}

// withBudget gives a context that ends after a CPU time of limit. Where that can't
// be had, limit counts as time goes by.
func withBudget(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	began, ok := processTime()
	if !ok {
		return context.WithTimeout(ctx, limit)
	}
	ctx, cancel := context.WithTimeout(ctx, patience*limit)
	return &budget{Context: ctx, limit: limit, began: began, next: time.Now().Add(limit)}, cancel
}

func (b *budget) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	now := time.Now()
	if now.Before(b.next) {
		return nil
	}
	used, _ := processTime()
	left := b.limit - (used - b.began)
	if left <= 0 {
		return context.DeadlineExceeded
	}
	b.next = now.Add(max(left/4, time.Millisecond)) // several threads may be at work
	return nil
}
