package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gongkai/configs"
	"gongkai/crawler/fetch"
	"gongkai/crawler/frontier"
	"gongkai/store"
)

// run is one run of the crawler.
type run struct {
	o       Options
	log     *slog.Logger
	record  store.Run
	before  Summary // what the run had done when it was interrupted
	sites   map[string]*site
	columns map[string]*column
	order   []string // of the columns: that of the configuration
	resting int      // sites left out because their season is closed

	frontier frontier.Frontier
	engine   *engine
	writer   *store.Writer

	// uncommitted bounds the pages on their way to the disk.
	uncommitted chan struct{}
	commits     sync.WaitGroup
	visiting    atomic.Int64 // URLs leased and not yet handed to the writer

	fed  chan struct{}           // closed when all revisits are queued
	stop context.CancelCauseFunc // ends the run after a failure

	requests, received                atomic.Int64
	nListed, nDone, nReports, nFailed atomic.Int64

	asked  time.Time      // when the hosts may have been asked last, by a run before
	health []fetch.Health // of the hosts, at the end

	mu       sync.Mutex
	troubles map[string]trouble // by frontier host
	answered map[string]bool    // hosts that gave a page in this run
	instead  map[string]int     // articles in a row for which a host gave the index
	refused  map[string]trouble // how hosts turned us away that gave nothing since
}

func newRun(o Options) (*run, error) {
	r := &run{
		o: o, log: o.Log,
		sites: make(map[string]*site), columns: make(map[string]*column),
		troubles: make(map[string]trouble), answered: make(map[string]bool), instead: make(map[string]int), refused: make(map[string]trouble),
		fed: make(chan struct{}),
	}
	for _, id := range o.Sites {
		if !slices.ContainsFunc(o.Config.Sites, func(s configs.Site) bool { return s.ID == id }) {
			return nil, fmt.Errorf("%w: %q is not in the configuration", ErrNoSite, id)
		}
	}
	run := o.Config.Budget.Run
	run.Time = 0 // it is that of the whole run: see Options.MaxDuration
	shared := budget("the run", run, o)
	for _, c := range o.Config.Sites {
		if len(o.Sites) > 0 && !slices.Contains(o.Sites, c.ID) {
			continue
		}
		s, err := newSite(c, shared, o)
		if err != nil {
			return nil, err
		}
		if now := o.Now(); !s.window.InSeason(now) {
			r.resting++
			r.log.Info("out of season", "site", c.ID, "until", s.window.Next(now))
			continue
		}
		r.sites[c.ID] = s
		for _, index := range c.Index {
			col, err := newColumn(s, index)
			if err != nil {
				return nil, err
			}
			if key := col.key(); r.columns[key] == nil {
				r.columns[key] = col
				r.order = append(r.order, key)
			}
		}
	}
	if len(r.columns) == 0 && r.resting == 0 {
		return nil, fmt.Errorf("%w: the configuration names no site to crawl", ErrNoSite)
	}
	return r, nil
}

// column is the column of a row, nil for one that is not part of the run.
func (r *run) column(row *store.Row) *column {
	u, err := url.Parse(row.Index)
	if err != nil {
		return nil
	}
	return r.columns[columnKey(row.Site, u)]
}

// begin opens the run: the one that was not finished, if the columns belong to
// it, else a new one.
func (r *run) begin(ctx context.Context) error {
	return r.o.Store.Update(ctx, func(tx *store.Tx) error {
		for _, key := range r.order {
			if err := r.columns[key].load(tx); err != nil {
				return err
			}
		}
		if err := r.open(tx); err != nil {
			return err
		}
		for _, key := range r.order {
			if err := r.enter(tx, r.columns[key]); err != nil {
				return err
			}
		}
		return tx.PutRun(r.record)
	})
}

// open finds the latest run of these columns that was not closed, or makes one.
func (r *run) open(tx *store.Tx) error {
	known := make(map[string]bool)
	for _, c := range r.columns {
		if c.Closed.After(r.asked) {
			r.asked = c.Closed
		}
		if c.Run == "" || known[c.Run] {
			continue
		}
		known[c.Run] = true
		old, err := tx.Run(c.Run)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		case old.Closed.IsZero() && old.Started.After(r.record.Started):
			r.record = old
		}
	}
	if r.record.ID != "" {
		r.asked = r.o.Now() // it may have been killed this moment
		if len(r.record.Summary) > 0 {
			if err := json.Unmarshal(r.record.Summary, &r.before); err != nil {
				return fmt.Errorf("summary of run %s: %w", r.record.ID, err)
			}
		}
		return nil
	}
	now := r.o.Now().UTC().Round(0)
	r.record = store.Run{What: "crawl", Agent: r.o.Config.UserAgent, Started: now}
	// Runs that begin within one second take the seconds after it.
	for at := now; ; at = at.Add(time.Second) {
		r.record.ID = at.Format(time.RFC3339)
		_, err := tx.Run(r.record.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err != nil:
			return err
		}
	}
}

// enter makes a column part of the run and queues its index. A column that the
// unfinished run has closed is left as it is, one that it has begun goes on.
func (r *run) enter(tx *store.Tx, c *column) error {
	defer c.ready()
	if c.Run == r.record.ID {
		return nil
	}
	if r.o.RetryFailed {
		return nil // the index too is only asked if it failed
	}
	c.visit(r.record.ID)
	row, err := tx.Row(rowKey(kindIndex, c.Site, c.url))
	if errors.Is(err, store.ErrNotFound) {
		row = store.Row{
			Key:  rowKey(kindIndex, c.Site, c.url),
			Site: c.Site, Index: c.Index, Kind: kindIndex, Due: r.record.Started,
		}
	} else if err != nil {
		return err
	}
	row.URL, row.Host, row.State, row.Attempts = c.Index, c.site.queue(c.url), store.Queued, 0
	if row.Due.After(r.record.Started) {
		row.Due = r.record.Started
	}
	fromStart(&row)
	if err := tx.PutRow(row); err != nil {
		return err
	}
	kept, err := c.stored()
	if err != nil {
		return err
	}
	return tx.PutColumn(*kept)
}

// crawl fetches until nothing is left, ctx ends, or the corpus fails.
func (r *run) crawl(ctx context.Context) error {
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	// hard ends what is under way when the grace is over.
	hard, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	defer context.AfterFunc(ctx, func() {
		grace := time.NewTimer(r.o.Grace)
		defer grace.Stop()
		select {
		case <-grace.C:
			cut(context.Cause(ctx))
		case <-hard.Done():
		}
	})()

	workers := max(r.o.Config.Limits.Hosts, 1)
	r.uncommitted = make(chan struct{}, batch)
	r.writer = r.o.Store.NewWriter(store.WriterOptions{Batch: batch, Delay: batchDelay, More: r.moreToCommit})
	defer r.writer.Close()
	local, err := frontier.NewLocal(ctx, queuedRows{r}, frontier.LocalOptions{Now: r.o.Now, Patience: r.o.Patience})
	if err != nil {
		return err
	}
	r.frontier = local
	options := r.o.Fetch
	options.UserAgent = r.o.Config.UserAgent
	options.Robots = robotsCache{hard, r.o.Store}
	options.Observer = observer{r, options.Observer}
	options.Server = servers(r.sites)
	options.Asked = r.asked
	r.engine = newEngine(hard, options)
	defer r.engine.close()

	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(r.fed)
		if err := r.feed(ctx); err != nil && ctx.Err() == nil {
			r.stop(err)
		}
	})
	for range workers {
		wg.Go(func() { r.work(ctx, hard) })
	}
	wg.Wait()
	r.commits.Wait()
	r.health = r.engine.transport.Hosts()
	return context.Cause(ctx)
}

// batch is how many URLs a transaction finishes at most, and how many may be on
// their way to the disk.
const batch = 100

// batchDelay is how long a URL may wait for others to share its transaction, which
// costs the same for one as for many. No request waits for it, as the host is given
// back before, but the next page of a list does: so nothing waits when nothing else
// is under way.
const batchDelay = 100 * time.Millisecond

// moreToCommit tells whether another URL may follow those that wait to be committed.
func (r *run) moreToCommit(waiting int) bool {
	return r.visiting.Load() > 0 || len(r.uncommitted) > waiting
}

// feedBatch is how many revisits are queued in one transaction.
const feedBatch = 1000

// feed queues the rows that are due to be visited again.
func (r *run) feed(ctx context.Context) error {
	var last store.Row
	for {
		var queued []store.Row
		err := r.o.Store.Update(ctx, func(tx *store.Tx) error {
			queued = queued[:0]
			for row, err := range tx.RevisitsAfter(last.Due, last.Key, r.record.Started) {
				if err != nil {
					return err
				}
				last.Due, last.Key = row.Due, row.Key
				if !r.revisits(&row) {
					continue
				}
				row.State, row.Attempts = store.Queued, 0
				if queued = append(queued, row); len(queued) == feedBatch {
					break
				}
			}
			for _, row := range queued {
				if err := tx.PutRow(row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("queue revisits: %w", err)
		}
		if err := r.frontier.Put(ctx, queued...); err != nil {
			return err
		}
		if len(queued) < feedBatch {
			return nil
		}
	}
}

// revisits tells whether a row that is due is queued in this run.
func (r *run) revisits(row *store.Row) bool {
	switch {
	case r.column(row) == nil, row.Run == r.record.ID:
		return false
	case r.o.RetryFailed && row.State != store.Failed:
		return false
	}
	return !r.spares(row)
}

// spares tells whether the run leaves out what a row stands for: it is a page or a
// file, not a list, and too old.
func (r *run) spares(row *store.Row) bool {
	return (row.Kind == kindPage || row.Kind == kindAttachment) && r.tooOld(row.Date)
}

// tooOld tells whether a date of the index is before what the run asks for.
func (r *run) tooOld(date string) bool {
	return date != "" && !r.o.Since.IsZero() && date < r.o.Since.Format(time.DateOnly)
}

// work leases and visits URLs until there are none, or ctx ends; a visit under way
// then may go on until hard ends.
func (r *run) work(ctx, hard context.Context) {
	for {
		fed := r.isFed()
		lease, err := r.frontier.Lease(ctx)
		switch {
		case errors.Is(err, frontier.ErrDrained):
			if fed {
				return
			}
			select { // revisits are still being queued
			case <-r.fed:
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		case err != nil:
			if ctx.Err() == nil {
				r.stop(err)
			}
			return
		}
		r.visiting.Add(1)
		r.visit(hard, lease)
		r.visiting.Add(-1)
	}
}

func (r *run) isFed() bool {
	select {
	case <-r.fed:
		return true
	default:
		return false
	}
}

// visit fetches one URL and hands its outcome to the committer. A page that makes
// its reader panic fails; the run goes on.
func (r *run) visit(ctx context.Context, lease *frontier.Lease) {
	v := &visit{r: r, lease: lease, row: lease.Row, site: r.sites[lease.Row.Site], column: r.column(&lease.Row)}
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("panic", "run", r.record.ID, "site", v.row.Site, "url", v.row.URL, "panic", p, "stack", string(debug.Stack()))
			v.fail(ctx, &panicError{p, nil})
		}
	}()
	v.run(ctx)
}

// queuedRows is the queue of the store, but for rows of columns that are not
// part of the run and for pages that it leaves out.
type queuedRows struct{ r *run }

var _ frontier.Rows = queuedRows{}

func (q queuedRows) Hosts(ctx context.Context, fn func(host string, due time.Time, rows int)) error {
	return q.r.o.Store.Hosts(ctx, fn)
}

func (q queuedRows) Queued(ctx context.Context, host string, due time.Time, key string, n int) ([]store.Row, error) {
	var rows []store.Row
	err := q.r.o.Store.View(ctx, func(tx *store.Tx) error {
		rows = rows[:0]
		for row, err := range tx.Queued(host, due, key) {
			if err != nil {
				return err
			}
			if q.r.column(&row) == nil || q.r.spares(&row) {
				continue
			}
			if rows = append(rows, row); len(rows) == n {
				break
			}
		}
		return nil
	})
	return rows, err
}

// observer counts requests, and logs each: those for robots.txt and along redirects
// have no other line.
type observer struct {
	r    *run
	next fetch.Observer
}

func (o observer) Requested(host string, hop *fetch.Hop, outcome string) {
	o.r.requests.Add(1)
	o.r.received.Add(hop.Bytes)
	o.r.log.Debug("requested", "run", o.r.record.ID, "host", host, "url", hop.URL, "status", hop.Status, "start", hop.Start, "took", hop.Took, "verdict", outcome)
	if o.next != nil {
		o.next.Requested(host, hop, outcome)
	}
}

func (o observer) HostChanged(h fetch.Health) {
	if h.State == "blocked" || h.State == "resting" {
		o.r.log.Warn("host "+h.State, "run", o.r.record.ID, "host", h.Host, "why", h.Why)
	}
	if o.next != nil {
		o.next.HostChanged(h)
	}
}

// inTrouble notes why a host is not asked further.
func (r *run) inTrouble(host string, t trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.troubles[host]; !ok || graver(t.verdict, old.verdict) {
		r.troubles[host] = t
	}
}

// hasAnswered notes that a host gave a page, or tells whether it did.
func (r *run) hasAnswered(host string, note bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	had := r.answered[host]
	if note {
		r.answered[host] = true
	}
	return had
}

// refusedBy notes how a host turned us away; any other answer makes that a thing
// of one page.
func (r *run) refusedBy(host string, err error) {
	verdict, evidence := outcome(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case strings.HasPrefix(verdict, "blocked:"):
		r.refused[host] = trouble{verdict, evidence, true}
	case !fetch.Postponed(err):
		delete(r.refused, host)
	}
}

// whyLeft is why a host has pages left at the end.
func (r *run) whyLeft(host string) (trouble, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.troubles[host]
	if !ok {
		t, ok = r.refused[host]
	}
	return t, ok
}

// insteadOf notes whether a host gave the index for an article, and tells how many
// times in a row it did.
func (r *run) insteadOf(host string, index bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !index {
		delete(r.instead, host)
		return 0
	}
	r.instead[host]++
	return r.instead[host]
}

func (r *run) progress(ctx context.Context) {
	s, err := r.frontier.Stats(ctx)
	if err != nil {
		return
	}
	r.o.Progress.Update(Status{
		Listed: int(r.nListed.Load()), Fetched: int(r.nDone.Load()), Reports: int(r.nReports.Load()),
		Failed: int(r.nFailed.Load()), Bytes: r.received.Load(), Queue: s.Queued + s.Leased,
	})
}
