package extract

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Time that goes by costs a document nothing; work does.
func TestBudgetCountsWork(t *testing.T) {
	const limit = 20 * time.Millisecond
	ctx, cancel := withBudget(t.Context(), limit)
	defer cancel()
	b, ok := ctx.(*budget)
	if !ok {
		t.Skip("this system does not tell CPU times")
	}
	b.Context = t.Context()             // however busy the machine is
	b.next = time.Now().Add(-time.Hour) // long gone, while others had the processor
	b.began, _ = processTime()
	b.limit = time.Hour
	if err := ctx.Err(); err != nil {
		t.Fatalf("after next to no work: %v", err)
	}
	b.limit, b.next = limit, time.Time{}
	for n := 0; ctx.Err() == nil; n++ {
		if n > 1e9 {
			t.Fatal("work without end")
		}
	}
	if used, _ := processTime(); used-b.began < limit || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("ended after %v of %v: %v", used-b.began, limit, ctx.Err())
	}
}

func TestBudgetHeedsItsCaller(t *testing.T) {
	outer, stop := context.WithCancel(t.Context())
	ctx, cancel := withBudget(outer, time.Hour)
	defer cancel()
	stop()
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("got %v", ctx.Err())
	}
}
