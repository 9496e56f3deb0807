package frontier_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"gongkai/crawler/frontier"
	"gongkai/crawler/frontier/frontiertest"
	"gongkai/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a durable queue in memory.
type memory struct {
	mu   sync.Mutex
	rows map[string][]store.Row // by host, sorted
	wait map[string]time.Duration
	err  error
}

func newMemory(rows ...store.Row) *memory {
	m := &memory{rows: map[string][]store.Row{}, wait: map[string]time.Duration{}}
	for _, r := range rows {
		m.add(r)
	}
	return m
}

func compare(a, b store.Row) int {
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key))
}

func (m *memory) add(r store.Row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := m.rows[r.Host]
	i, found := slices.BinarySearchFunc(rows, r, compare)
	if !found {
		m.rows[r.Host] = slices.Insert(rows, i, r)
	}
}

func (m *memory) remove(key, host string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[host] = slices.DeleteFunc(m.rows[host], func(r store.Row) bool { return r.Key == key })
}

func (m *memory) Hosts(ctx context.Context, fn func(string, time.Time, int)) error {
	for host, rows := range m.rows {
		fn(host, rows[0].Due, len(rows))
	}
	return nil
}

func (m *memory) Queued(ctx context.Context, host string, due time.Time, key string, n int) ([]store.Row, error) {
	m.mu.Lock()
	wait := m.wait[host]
	m.mu.Unlock()
	time.Sleep(wait)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	var out []store.Row
	for _, r := range m.rows[host] {
		if len(out) < n && (key == "" || compare(r, store.Row{Due: due, Key: key}) > 0) {
			out = append(out, r)
		}
	}
	return out, nil
}

// durable is a Local whose caller keeps the contract: what it puts and finishes is
// durable before.
type durable struct {
	*frontier.Local
	rows *memory
}

func (d durable) Put(ctx context.Context, rows ...store.Row) error {
	for _, r := range rows {
		d.rows.add(r)
	}
	return d.Local.Put(ctx, rows...)
}

func (d durable) Finish(ctx context.Context, l *frontier.Lease) error {
	d.rows.remove(l.Row.Key, l.Row.Host)
	return d.Local.Finish(ctx, l)
}

func TestLocal(t *testing.T) {
	for _, window := range []int{1, 0} { // the smallest pages in all the time
		t.Run(fmt.Sprintf("window %d", window), func(t *testing.T) {
			frontiertest.Run(t, func(t *testing.T, queued ...store.Row) frontier.Frontier {
				rows := newMemory(queued...)
				l, err := frontier.NewLocal(t.Context(), rows, frontier.LocalOptions{Window: window, Patience: 5 * time.Second})
				if err != nil {
					t.Fatal(err)
				}
				return durable{l, rows}
			})
		})
	}
}

// A queue that is slow to read holds up its own host only.
func TestSlowQueueDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		untilDue()
		rows := newMemory(frontiertest.Row("slow", 1))
		for i := range 50 {
			rows.add(frontiertest.Row("quick", i))
		}
		rows.wait["slow"] = time.Hour
		l, err := frontier.NewLocal(t.Context(), rows, frontier.LocalOptions{Window: 1})
		if err != nil {
			t.Fatal(err)
		}
		f := durable{l, rows}
		start := time.Now()
		var took time.Duration
		var wg sync.WaitGroup
		quick := 0
		for range 2 {
			wg.Go(func() {
				for {
					lease, err := f.Lease(t.Context())
					if err != nil {
						return
					}
					if lease.Row.Host == "quick" {
						time.Sleep(time.Second) // the fetch
						if quick++; quick == 50 {
							took = time.Since(start)
						}
					}
					f.Finish(t.Context(), lease)
				}
			})
		}
		wg.Wait()
		if took != 50*time.Second {
			t.Errorf("50 pages of a quick host took %s beside a slow one, want 50s", took)
		}
	})
}

func TestQueueErrorReachesTheCaller(t *testing.T) {
	rows := newMemory(frontiertest.Row("a", 1))
	l, err := frontier.NewLocal(t.Context(), rows, frontier.LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows.err = errors.New("disk on fire")
	if _, err := l.Lease(t.Context()); !errors.Is(err, rows.err) {
		t.Errorf("Lease gave %v, want the error of the queue", err)
	}
}

// untilDue sleeps, in synthetic time, until the rows of the suite are due.
func untilDue() { time.Sleep(time.Until(frontiertest.Row("h", 1e6).Due)) }

// A night in synthetic time: a thousand hosts at one request in two seconds, one
// of them with answers of a minute. All hosts but the slow one are done when
// their own pace allows.
func TestNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		untilDue()
		const hosts, each, workers, every = 400, 40, 256, 2 * time.Second
		rows := &sheet{hosts: hosts, each: each}
		began := time.Now()
		l, err := frontier.NewLocal(t.Context(), rows, frontier.LocalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var quick time.Duration
		total := 0
		for range workers {
			wg.Go(func() {
				for {
					lease, err := l.Lease(t.Context())
					if err != nil {
						return
					}
					start := time.Now()
					if lease.Row.Host == "h0" {
						time.Sleep(time.Minute)
					} else {
						time.Sleep(500 * time.Millisecond)
					}
					l.Release(t.Context(), lease, start.Add(every))
					l.Finish(t.Context(), lease)
					mu.Lock()
					total++
					if lease.Row.Host != "h0" {
						quick = time.Since(began)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if total != hosts*each {
			t.Errorf("%d rows leased, want %d", total, hosts*each)
		}
		if ideal := each * every; quick > ideal+ideal/20 {
			t.Errorf("quick hosts took %s, their pace allows %s", quick, ideal)
		}
	})
}

// sheet is a durable queue that costs no memory: rows are made when asked for.
type sheet struct{ hosts, each int }

func (s *sheet) Hosts(ctx context.Context, fn func(string, time.Time, int)) error {
	for h := range s.hosts {
		fn(fmt.Sprintf("h%d", h), frontiertest.Row("h", 0).Due, s.each)
	}
	return nil
}

func (s *sheet) Queued(ctx context.Context, host string, due time.Time, key string, n int) ([]store.Row, error) {
	first := 0
	if key != "" {
		first = int(due.Sub(frontiertest.Row("h", 0).Due)/time.Millisecond) + 1
	}
	var out []store.Row
	for i := first; i < min(first+n, s.each); i++ {
		out = append(out, frontiertest.Row(host, i))
	}
	return out, nil
}

// BenchmarkNext is the decision which URL comes next: one million rows on three
// thousand hosts; the time to page rows in is part of it.
func BenchmarkNext(b *testing.B) {
	const hosts, each = 3000, 334
	open := func() *frontier.Local {
		l, err := frontier.NewLocal(b.Context(), &sheet{hosts: hosts, each: each}, frontier.LocalOptions{})
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	l := open()
	left := hosts * each
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ReportAllocs()
	for b.Loop() {
		if left == 0 {
			b.StopTimer()
			l, left = open(), hosts*each
			b.StartTimer()
		}
		lease, err := l.Lease(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Release(b.Context(), lease, time.Now()); err != nil {
			b.Fatal(err)
		}
		if err := l.Finish(b.Context(), lease); err != nil {
			b.Fatal(err)
		}
		left--
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(max(int64(after.HeapAlloc)-int64(before.HeapAlloc), 0))/1e6, "MB-held")
	runtime.KeepAlive(l)
}
