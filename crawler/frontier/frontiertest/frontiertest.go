// Package frontiertest is the conformance suite of [frontier.Frontier]: what any
// implementation, in one process or behind a distributed queue, must do.
package frontiertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai/crawler/frontier"
	"gongkai/store"
)

// Open returns a frontier whose queue holds the rows given, with a patience of
// some seconds. It is closed with t.Cleanup. Its Put, Finish and Defer make the
// change durable first, as the caller of a frontier must.
type Open func(t *testing.T, queued ...store.Row) frontier.Frontier

// soon is how long the suite waits for what must not happen.
const soon = 30 * time.Millisecond

// Run holds an implementation to the contract.
func Run(t *testing.T, open Open) {
	for _, tc := range []struct {
		name string
		run  func(t *testing.T, open Open)
	}{
		{"an empty frontier is drained", empty},
		{"a row is leased once", once},
		{"rows queued before are leased", queuedBefore},
		{"rows of a host come by due time", order},
		{"a host has one lease", oneLeaseAHost},
		{"release frees the host and keeps the URL", release},
		{"release holds the host until next", releaseUntil},
		{"finish ends a lease once", finishOnce},
		{"a late put does not bring back what was finished", late},
		{"a lease out keeps the run open", keepsOpen},
		{"defer brings a row back at its time", deferred},
		{"a row not due waits", notDue},
		{"a blocked host delays nobody", blocked},
		{"a host blocked for the run does not hold it open", blockedForRun},
		{"what is due in an hour does not hold the run open", impatient},
		{"lease obeys its context", cancel},
		{"many workers lease every row exactly once", workers},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.run(t, open) })
	}
}

// Row makes a row that is due.
func Row(host string, n int) store.Row {
	return store.Row{
		Key:   fmt.Sprintf("%s/t%06d.html", host, n),
		URL:   fmt.Sprintf("http://%s/t%06d.html", host, n),
		Host:  host,
		Kind:  "page",
		State: store.Queued,
		Due:   time.Date(2026, 1, 20, 2, 0, 0, n*1e6, time.UTC),
	}
}

func empty(t *testing.T, open Open) {
	drained(t, open(t))
}

func once(t *testing.T, open Open) {
	f := open(t)
	put(t, f, Row("a", 1))
	put(t, f, Row("a", 1))
	l := lease(t, f)
	put(t, f, Row("a", 1))
	finish(t, f, l)
	drained(t, f)
}

func queuedBefore(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2), Row("b", 1))
	put(t, f, Row("a", 2))
	for range 3 {
		finish(t, f, lease(t, f))
	}
	drained(t, f)
}

func order(t *testing.T, open Open) {
	const before, put1 = 200, 100
	var queued []store.Row
	for i := range before {
		queued = append(queued, Row("a", 2*i))
	}
	f := open(t, queued...)
	for i := range put1 {
		put(t, f, Row("a", 2*i+1))
	}
	var last time.Time
	for i := range before + put1 {
		l := lease(t, f)
		if l.Row.Due.Before(last) {
			t.Fatalf("lease %d: %s is due at %s, after one due at %s", i, l.Row.Key, l.Row.Due, last)
		}
		last = l.Row.Due
		finish(t, f, l)
	}
	drained(t, f)
}

func oneLeaseAHost(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2), Row("b", 1))
	one, two := lease(t, f), lease(t, f)
	if one.Row.Host == two.Row.Host {
		t.Fatalf("host %s leased twice", one.Row.Host)
	}
	nothing(t, f)
	finish(t, f, two)
	finish(t, f, one)
	finish(t, f, lease(t, f))
	drained(t, f)
}

func release(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2))
	one := lease(t, f)
	must(t, f.Release(t.Context(), one, time.Time{}))
	must(t, f.Release(t.Context(), one, frontier.EndOfRun)) // the first one counts
	put(t, f, Row("a", 1))
	two := lease(t, f)
	if one.Row.Key == two.Row.Key {
		t.Fatalf("%s leased while its result was not durable", one.Row.Key)
	}
	finish(t, f, two)
	nothing(t, f)
	finish(t, f, one)
	drained(t, f)
}

func releaseUntil(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2))
	next := time.Now().Add(2 * soon)
	l := lease(t, f)
	must(t, f.Release(t.Context(), l, next))
	finish(t, f, l)
	l = lease(t, f)
	if now := time.Now(); now.Before(next) {
		t.Errorf("host leased %s early", next.Sub(now))
	}
	finish(t, f, l)
}

func finishOnce(t *testing.T, open Open) {
	f := open(t, Row("a", 1))
	l := lease(t, f)
	finish(t, f, l)
	if err := f.Finish(t.Context(), l); !errors.Is(err, frontier.ErrNoLease) {
		t.Errorf("second Finish gave %v, want ErrNoLease", err)
	}
	if err := f.Defer(t.Context(), l, time.Now()); !errors.Is(err, frontier.ErrNoLease) {
		t.Errorf("Defer after Finish gave %v, want ErrNoLease", err)
	}
	drained(t, f)
}

func late(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2))
	one := lease(t, f)
	finish(t, f, one)
	two := lease(t, f)
	put(t, f, two.Row)
	finish(t, f, two)
	drained(t, f)
}

func keepsOpen(t *testing.T, open Open) {
	f := open(t, Row("a", 1))
	l := lease(t, f)
	nothing(t, f)
	put(t, f, Row("b", 1))
	finish(t, f, l)
	finish(t, f, lease(t, f))
	drained(t, f)
}

func deferred(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2))
	l := lease(t, f)
	key := l.Row.Key
	l.Row.Attempts = 1
	until := time.Now().Add(2 * soon)
	must(t, f.Defer(t.Context(), l, until))
	other := lease(t, f)
	if other.Row.Key == key {
		t.Fatal("a deferred row came before one that was due")
	}
	finish(t, f, other)
	l = lease(t, f)
	if l.Row.Key != key || l.Row.Attempts != 1 {
		t.Errorf("got %s, attempt %d, want the deferred row", l.Row.Key, l.Row.Attempts)
	}
	if now := time.Now(); now.Before(until) {
		t.Errorf("deferred row came %s early", until.Sub(now))
	}
	finish(t, f, l)
	drained(t, f)
}

func notDue(t *testing.T, open Open) {
	later := Row("a", 1)
	later.Due = time.Now().Add(2 * soon).Truncate(time.Millisecond)
	f := open(t)
	put(t, f, later)
	put(t, f, Row("b", 1))
	finish(t, f, lease(t, f))
	l := lease(t, f)
	if now := time.Now(); now.Before(later.Due) {
		t.Errorf("row came %s early", later.Due.Sub(now))
	}
	finish(t, f, l)
}

func blocked(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("b", 1), Row("b", 2))
	until := time.Now().Add(3 * soon)
	must(t, f.BlockHostUntil(t.Context(), "a", until))
	must(t, f.BlockHostUntil(t.Context(), "a", time.Now())) // the latest time holds
	for range 2 {
		l := lease(t, f)
		if l.Row.Host == "a" {
			t.Fatalf("blocked host leased")
		}
		finish(t, f, l)
	}
	l := lease(t, f)
	if now := time.Now(); now.Before(until) {
		t.Errorf("blocked host leased %s early", until.Sub(now))
	}
	finish(t, f, l)
	drained(t, f)
}

func blockedForRun(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("a", 2), Row("b", 1))
	must(t, f.BlockHostUntil(t.Context(), "a", frontier.EndOfRun))
	put(t, f, Row("a", 3))
	l := lease(t, f)
	if l.Row.Host != "b" {
		t.Fatalf("leased %s of a host blocked for the run", l.Row.Key)
	}
	finish(t, f, l)
	drained(t, f)
	s, err := f.Stats(t.Context())
	must(t, err)
	if s.Blocked != 1 {
		t.Errorf("Stats.Blocked = %d, want 1", s.Blocked)
	}
}

func impatient(t *testing.T, open Open) {
	f := open(t, Row("a", 1), Row("b", 1))
	l := lease(t, f)
	must(t, f.Defer(t.Context(), l, time.Now().Add(time.Hour)))
	l = lease(t, f)
	must(t, f.BlockHostUntil(t.Context(), l.Row.Host, time.Now().Add(time.Hour)))
	put(t, f, Row(l.Row.Host, 2))
	finish(t, f, l)
	drained(t, f)
}

func cancel(t *testing.T, open Open) {
	f := open(t, Row("a", 1))
	l := lease(t, f)
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(soon/2, stop)
	if _, err := f.Lease(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Lease gave %v, want context.Canceled", err)
	}
	finish(t, f, l)
}

func workers(t *testing.T, open Open) {
	const hosts, before, after = 20, 60, 40
	var queued []store.Row
	for h := range hosts {
		for i := range before {
			queued = append(queued, Row(fmt.Sprintf("h%d", h), i))
		}
	}
	f := open(t, queued...)
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]int{}
		busy = map[string]bool{}
	)
	for w := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for {
				l, err := f.Lease(t.Context())
				if errors.Is(err, frontier.ErrDrained) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if busy[l.Row.Host] {
					t.Errorf("host %s leased twice at a time", l.Row.Host)
				}
				busy[l.Row.Host] = true
				seen[l.Row.Key]++
				n := seen[l.Row.Key]
				mu.Unlock()
				if rng.IntN(50) == 0 {
					time.Sleep(time.Millisecond)
				}
				mu.Lock()
				busy[l.Row.Host] = false
				mu.Unlock()
				i := number(t, l.Row.Key)
				if rng.IntN(2) == 0 {
					must(t, f.Release(t.Context(), l, time.Time{}))
				}
				switch {
				case i%10 == 3 && n == 1:
					must(t, f.Defer(t.Context(), l, time.Now()))
					continue
				case i < after:
					put(t, f, Row(l.Row.Host, before+i))
				}
				finish(t, f, l)
			}
		})
	}
	wg.Wait()
	if len(seen) != hosts*(before+after) {
		t.Errorf("%d rows leased, want %d", len(seen), hosts*(before+after))
	}
	for key, n := range seen {
		want := 1
		if number(t, key)%10 == 3 {
			want = 2
		}
		if n != want {
			t.Errorf("%s leased %d times, want %d", key, n, want)
		}
	}
}

// number is the n that Row made a key of.
func number(t *testing.T, key string) int {
	t.Helper()
	key = strings.TrimSuffix(key, ".html")
	n, err := strconv.Atoi(key[strings.LastIndexByte(key, 't')+1:])
	if err != nil {
		t.Error(err)
	}
	return n
}

func lease(t *testing.T, f frontier.Frontier) *frontier.Lease {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	l, err := f.Lease(ctx)
	if err != nil {
		t.Fatalf("Lease: %v", err)
	}
	return l
}

// nothing holds that no row can be leased now although the run is not over.
func nothing(t *testing.T, f frontier.Frontier) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), soon)
	defer stop()
	l, err := f.Lease(ctx)
	if err == nil {
		t.Fatalf("leased %s, want nothing yet", l.Row.Key)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Lease gave %v, want to wait", err)
	}
}

func drained(t *testing.T, f frontier.Frontier) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	l, err := f.Lease(ctx)
	if err == nil {
		t.Fatalf("leased %s, want ErrDrained", l.Row.Key)
	}
	if !errors.Is(err, frontier.ErrDrained) {
		t.Fatalf("Lease gave %v, want ErrDrained", err)
	}
}

func put(t *testing.T, f frontier.Frontier, rows ...store.Row) {
	t.Helper()
	must(t, f.Put(t.Context(), rows...))
}

func finish(t *testing.T, f frontier.Frontier, l *frontier.Lease) {
	t.Helper()
	must(t, f.Finish(t.Context(), l))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
