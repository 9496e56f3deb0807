package frontier

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gongkai/store"
)

// Rows is the durable queue that [Local] schedules: what it needs of a store.
type Rows interface {
	// Hosts calls fn for every host with queued rows: when the first of them is
	// due and how many there are.
	Hosts(ctx context.Context, fn func(host string, due time.Time, rows int)) error
	// Queued returns up to n queued rows of a host in the order of (Due, Key),
	// from the first one after the row that has the given two; with an empty key,
	// from the start. Fewer than n say that there are no more.
	Queued(ctx context.Context, host string, due time.Time, key string, n int) ([]store.Row, error)
}

// LocalOptions for [NewLocal]. The zero value is the default.
type LocalOptions struct {
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Window is how many rows of all hosts together are kept in memory. Default
	// 32768.
	Window int
	// Patience is how long a run that has nothing else to do waits for the next
	// row to become due; what is due later is left to the next run. Default 10
	// minutes.
	Patience time.Duration
}

// Local is the frontier of one process. The rows live in the store; memory holds
// a short window on each host's queue and a heap of the hosts by the time they
// may be asked, so that the next URL is found in the time of one heap operation,
// however many rows there are.
//
// The window is a cache and the store the truth: Put only tells which windows are
// out of date. A row is handed out when the store says that it is queued and
// nobody has it, so that a Put that comes late can't bring back a finished row.
type Local struct {
	rows     Rows
	now      func() time.Time
	window   int
	patience time.Duration

	mu      sync.Mutex
	hosts   map[string]*queue
	ready   queueHeap
	taken   map[string]struct{} // keys that are leased, not durable yet, or deferred
	leased  int
	queued  int
	blocked int
	filling int           // queues being read from the store
	waiting bool          // a Lease waits for wake
	wake    chan struct{} // closed when a waiting Lease should look again
}

// queue is what Local knows of one host.
type queue struct {
	host     string
	window   []store.Row // the next rows
	last     mark        // of the last row read into the window
	more     bool        // the store may hold rows after last
	first    time.Time   // rows after last are not due before, as far as is known
	deferred []store.Row // by Due
	from     time.Time   // not asked before
	leased   bool        // the host is taken
	reading  bool        // the window is being filled
	stale    bool        // rows were put while it was
	finished []string    // keys that were finished while it was
	gone     bool        // blocked until the end of the run
	rows     int         // queued rows, as far as is known

	at    time.Time // when it may be asked: the key in the heap
	index int       // place in the heap, -1 when not in it
}

// mark is a place in the queue of a host.
type mark struct {
	due time.Time
	key string
}

func markOf(r *store.Row) mark { return mark{r.Due, r.Key} }

func (m mark) before(o mark) bool {
	return cmp.Or(m.due.Compare(o.due), cmp.Compare(m.key, o.key)) < 0
}

// NewLocal opens the queue that rows holds.
func NewLocal(ctx context.Context, rows Rows, o LocalOptions) (*Local, error) {
	l := &Local{
		rows:     rows,
		now:      o.Now,
		window:   cmp.Or(o.Window, 32768),
		patience: cmp.Or(o.Patience, 10*time.Minute),
		hosts:    make(map[string]*queue),
		taken:    make(map[string]struct{}),
		wake:     make(chan struct{}),
	}
	if l.now == nil {
		l.now = time.Now
	}
	err := rows.Hosts(ctx, func(host string, due time.Time, n int) {
		q := l.queue(host)
		q.more, q.first = true, due
		l.count(q, n)
		l.place(q)
	})
	if err != nil {
		return nil, fmt.Errorf("open frontier: %w", err)
	}
	return l, nil
}

var _ Frontier = (*Local)(nil)

// Put implements [Frontier].
func (l *Local) Put(ctx context.Context, rows ...store.Row) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range rows {
		q := l.queue(rows[i].Host)
		l.count(q, 1)
		if q.more && !q.reading && q.last.before(markOf(&rows[i])) && len(q.window) > 0 {
			continue // it is read when its turn comes
		}
		q.stale = q.reading
		q.outdate()
		l.place(q)
	}
	l.wakeAll()
	return nil
}

// outdate forgets the window, so that it is read anew from the start.
func (q *queue) outdate() {
	q.window, q.last, q.more, q.first = nil, mark{}, true, time.Time{}
}

// Lease implements [Frontier].
func (l *Local) Lease(ctx context.Context) (*Lease, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		lease, wait, wake, err := l.tryLease(ctx)
		if lease != nil || err != nil {
			return lease, err
		}
		if err := sleep(ctx, wait, wake); err != nil {
			return nil, err
		}
	}
}

// sleep waits for wake, and if wait is positive no longer than that.
func sleep(ctx context.Context, wait time.Duration, wake <-chan struct{}) error {
	var after <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-after:
	case <-wake:
	}
	return nil
}

// tryLease takes the next row, or says how long to wait for it (0: until woken).
func (l *Local) tryLease(ctx context.Context) (*Lease, time.Duration, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.ready) > 0 {
		q, now := l.ready[0], l.now()
		if wait := q.at.Sub(now); wait > 0 {
			if wait > l.patience && l.idle() {
				return nil, 0, nil, ErrDrained
			}
			l.waiting = true
			return nil, wait, l.wake, nil
		}
		if len(q.window) == 0 && q.more && !q.first.After(now) {
			if err := l.fill(ctx, q); err != nil {
				return nil, 0, nil, err
			}
			continue
		}
		return l.take(q), 0, nil, nil
	}
	if l.idle() {
		return nil, 0, nil, ErrDrained
	}
	l.waiting = true
	return nil, 0, l.wake, nil
}

// idle tells whether nothing is under way that could queue more rows.
func (l *Local) idle() bool { return l.leased == 0 && l.filling == 0 }

// take leases the first row of a queue that has one due.
func (l *Local) take(q *queue) *Lease {
	from := &q.window
	if len(q.window) == 0 || len(q.deferred) > 0 && q.deferred[0].Due.Before(q.window[0].Due) {
		from = &q.deferred
	}
	row := (*from)[0]
	(*from)[0] = store.Row{}
	*from = (*from)[1:]
	l.taken[row.Key] = struct{}{}
	l.leased++
	l.count(q, -1)
	q.leased = true
	l.place(q)
	return &Lease{Row: row}
}

// fill reads the next rows of a host from the store. It lets go of the lock
// while it reads: other hosts are not held up.
func (l *Local) fill(ctx context.Context, q *queue) error {
	q.reading = true
	l.filling++
	l.place(q)
	n, last := l.share(), q.last
	l.mu.Unlock()
	rows, err := l.rows.Queued(ctx, q.host, last.due, last.key, n)
	l.mu.Lock()
	finished := q.finished
	q.reading, q.finished = false, nil
	l.filling--
	defer l.wakeAll()
	defer l.place(q)
	if err != nil {
		return fmt.Errorf("read queue of %s: %w", q.host, err)
	}
	if q.stale {
		q.stale = false
		return nil
	}
	q.more = len(rows) >= n
	if len(rows) > 0 {
		q.last = markOf(&rows[len(rows)-1])
		q.first = q.last.due
	}
	// What was read may be older than what was finished meanwhile.
	q.window = slices.DeleteFunc(rows, func(r store.Row) bool {
		_, taken := l.taken[r.Key]
		return taken || slices.Contains(finished, r.Key)
	})
	if !q.more {
		l.count(q, len(q.window)+len(q.deferred)-q.rows)
	}
	return nil
}

// Release implements [Frontier].
func (l *Local) Release(ctx context.Context, lease *Lease, next time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.release(lease, next)
	return nil
}

func (l *Local) release(lease *Lease, next time.Time) {
	if lease.released {
		return
	}
	lease.released = true
	q := l.queue(lease.Row.Host)
	q.leased = false
	q.wait(next)
	l.place(q)
	l.wakeAll()
}

// Finish implements [Frontier].
func (l *Local) Finish(ctx context.Context, lease *Lease) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.end(lease); err != nil {
		return err
	}
	delete(l.taken, lease.Row.Key)
	if q := l.queue(lease.Row.Host); q.reading {
		q.finished = append(q.finished, lease.Row.Key)
	}
	return nil
}

// end ends a lease; its key stays taken.
func (l *Local) end(lease *Lease) error {
	if lease.ended {
		return ErrNoLease
	}
	lease.ended = true
	l.leased--
	l.release(lease, time.Time{})
	l.wakeAll()
	return nil
}

// Defer implements [Frontier].
func (l *Local) Defer(ctx context.Context, lease *Lease, until time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.end(lease); err != nil {
		return err
	}
	row := lease.Row
	row.Due = until
	q := l.queue(row.Host)
	if q.gone || !until.Before(EndOfRun) {
		return nil // it stays taken: nobody gets it in this run
	}
	i, _ := slices.BinarySearchFunc(q.deferred, markOf(&row), func(r store.Row, m mark) int {
		if markOf(&r).before(m) {
			return -1
		}
		return 1
	})
	q.deferred = slices.Insert(q.deferred, i, row)
	l.count(q, 1)
	l.place(q)
	return nil
}

// BlockHostUntil implements [Frontier].
func (l *Local) BlockHostUntil(ctx context.Context, host string, until time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue(host)
	q.wait(until)
	if !until.Before(EndOfRun) && !q.gone {
		q.gone = true
		q.window, q.deferred = nil, nil
		l.blocked++
	}
	l.place(q)
	l.wakeAll()
	return nil
}

// Stats implements [Frontier].
func (l *Local) Stats(ctx context.Context) (Stats, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Stats{Queued: l.queued, Leased: l.leased, Blocked: l.blocked}, nil
}

func (l *Local) queue(host string) *queue {
	q := l.hosts[host]
	if q == nil {
		q = &queue{host: host, index: -1}
		l.hosts[host] = q
	}
	return q
}

func (l *Local) count(q *queue, n int) {
	q.rows += n
	l.queued += n
}

// share is how many rows of one host the window holds.
func (l *Local) share() int {
	return min(max(l.window/max(len(l.hosts), 1), 4), 32)
}

func (l *Local) wakeAll() {
	if l.waiting {
		close(l.wake)
		l.wake, l.waiting = make(chan struct{}), false
	}
}

func (q *queue) wait(until time.Time) {
	if until.After(q.from) {
		q.from = until
	}
}

// place puts a queue where it belongs in the heap, or takes it out.
func (l *Local) place(q *queue) {
	at, ok := q.next()
	if !ok {
		if q.index >= 0 {
			heap.Remove(&l.ready, q.index)
		}
		return
	}
	q.at = at
	if q.index < 0 {
		heap.Push(&l.ready, q)
	} else {
		heap.Fix(&l.ready, q.index)
	}
}

// next is when the host may be asked for its next row, if it has one.
func (q *queue) next() (at time.Time, ok bool) {
	if q.leased || q.reading || q.gone {
		return at, false
	}
	see := func(due time.Time) {
		if !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	if len(q.window) > 0 {
		see(q.window[0].Due)
	} else if q.more {
		see(q.first)
	}
	if len(q.deferred) > 0 {
		see(q.deferred[0].Due)
	}
	if q.from.After(at) {
		at = q.from
	}
	return at, ok
}

// queueHeap orders hosts by the time they may be asked.
type queueHeap []*queue

func (h queueHeap) Len() int           { return len(h) }
func (h queueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h queueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *queueHeap) Push(x any) {
	q := x.(*queue)
	q.index = len(*h)
	*h = append(*h, q)
}

func (h *queueHeap) Pop() any {
	old := *h
	q := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	q.index = -1
	return q
}
