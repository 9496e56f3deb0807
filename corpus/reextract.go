package corpus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"gongkai/extract"
	"gongkai/store"
)

// ReextractOptions for Reextract. The zero value reads what is stale.
type ReextractOptions struct {
	// All reads what is current, too.
	All bool
	// Site, Template and Reports (IDs) choose; empty takes all. Template is a form
	// that the latest reading follows, such as 2021.
	Site, Template string
	Reports        []string
	Extract        extract.Options
	// Workers is how many snapshots are read at a time. Default: GOMAXPROCS.
	Workers int
	// Progress is told after each batch.
	Progress func(ReextractSummary)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// ReextractSummary is what a re-extraction did.
type ReextractSummary struct {
	Run  string `json:"run"`
	Exit int    `json:"exit"` // 3 when some snapshots could not be read
	// Resumed is set when an earlier run was gone on with; it counts in the sums.
	Resumed bool `json:"resumed,omitempty"`
	// Snapshots were looked at, ByReason counts them; of them Read were read.
	Snapshots int               `json:"snapshots"`
	ByReason  map[Staleness]int `json:"by_reason"`
	Read      int               `json:"read"`
	// Identical gave the revision that was there, byte for byte; SameContent are
	// later snapshots that say what an earlier one says. Candidates are revisions
	// that are new and wait for a promotion.
	Identical   int `json:"identical"`
	SameContent int `json:"same_content"`
	Candidates  int `json:"candidates"`
	// Refused are no report, Lost those of them that gave one before. Failed could
	// not be read this time; the first of them are named.
	Refused  int      `json:"refused"`
	Lost     int      `json:"lost"`
	Failed   int      `json:"failed"`
	Failures []string `json:"failures,omitempty"`
}

const (
	// reasonSame notes that a snapshot says what an earlier one of its address says.
	reasonSame = "same_content"
	// commitEvery is how many snapshots share a transaction.
	commitEvery = 64
	// aheadBytes bounds the bodies that are read ahead of the extractor.
	aheadBytes = 64 << 20
	// maxFailures is how many failures are named.
	maxFailures = 20
)

// Reextract reads stored snapshots with the present extractor, on all cores, and
// stores what is new as candidates. It asks nothing of the network.
//
// What is stored, and in which order, depends on the corpus and the extractor
// alone. Killed at any moment, it loses at most the last batch, and the next call
// with the same choice goes on. Memory does not grow with the corpus. The error is
// an *UnknownSiteError for a site that there is not.
func Reextract(ctx context.Context, s *store.Store, o ReextractOptions) (*ReextractSummary, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	x := &reextraction{o: o, corpus: New(s), store: s, now: present(o.Extract), places: map[string]extract.Site{}}
	if err := x.corpus.checkSite(ctx, o.Site); err != nil {
		return nil, err
	}
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	err := x.run(ctx)
	if err != nil {
		return &x.state.Summary, err
	}
	if x.state.Summary.Failed > 0 {
		x.state.Summary.Exit = 3
	}
	x.record.Closed = o.Now().UTC()
	return &x.state.Summary, x.commit(ctx, nil)
}

type reextraction struct {
	o      ReextractOptions
	corpus *Corpus
	store  *store.Store
	now    extraction
	record store.Run
	state  reextractState
	places map[string]extract.Site // of the sites, as revisions know them
}

// reextractState is what the record of a run says while it goes on, and at its end.
type reextractState struct {
	Scope   string           `json:"scope"`  // what was chosen, by which extractor
	Cursor  string           `json:"cursor"` // URL key of the last unit that is done
	Summary ReextractSummary `json:"summary"`
}

func (x *reextraction) scope() string {
	return fmt.Sprintf("all=%t site=%s template=%s reports=%s version=%d options=%s data=%s",
		x.o.All, x.o.Site, x.o.Template, strings.Join(x.o.Reports, ","), x.now.version, x.now.options, x.now.data)
}

// begin takes up the last run if it did not come to its end and chose the same,
// else begins one.
func (x *reextraction) begin(ctx context.Context) error {
	err := x.store.View(ctx, func(tx *store.Tx) error {
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			if r.What != "reextract" {
				continue
			}
			var s reextractState
			if r.Closed.IsZero() && json.Unmarshal(r.Summary, &s) == nil && s.Scope == x.scope() {
				x.record, x.state = r, s
				x.state.Summary.Resumed = true
			}
			break
		}
		return nil
	})
	if err != nil {
		return err
	}
	for r, err := range x.store.ReportHeads(ctx, "") {
		if err != nil {
			return err
		}
		if _, known := x.places[r.Site]; !known && r.Site != "" {
			x.places[r.Site] = given(&r).Place
		}
	}
	if x.record.ID != "" {
		return nil
	}
	started := x.o.Now().UTC()
	x.record = store.Run{ID: started.Format(time.RFC3339Nano), What: "reextract", Started: started}
	x.state = reextractState{Scope: x.scope(), Summary: ReextractSummary{Run: x.record.ID, ByReason: map[Staleness]int{}}}
	return x.commit(ctx, nil)
}

// job is a snapshot on its way through the extractor.
type job struct {
	unit    unit
	skip    bool // it is not chosen: only counted
	page    Page
	cost    int64
	reading Reading
	err     error
	done    chan struct{}
}

// run reads in parallel and commits in order.
func (x *reextraction) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	ordered := make(chan *job, commitEvery)
	work := make(chan *job, commitEvery)
	memory := semaphore.NewWeighted(aheadBytes)
	group.Go(func() error {
		defer close(ordered)
		defer close(work)
		return x.feed(ctx, memory, ordered, work)
	})
	for range x.o.Workers {
		group.Go(func() error {
			for j := range work {
				j.reading, j.err = Read(ctx, j.page, x.o.Extract)
				j.page.Body = nil
				memory.Release(j.cost)
				close(j.done)
			}
			return nil
		})
	}
	group.Go(func() error { return x.collect(ctx, ordered) })
	return group.Wait()
}

// feed loads what is chosen.
func (x *reextraction) feed(ctx context.Context, memory *semaphore.Weighted, ordered, work chan<- *job) error {
	send := func(to chan<- *job, j *job) error {
		select {
		case to <- j:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	cursor := x.state.Cursor
	for u, err := range x.corpus.units(ctx, x.now) {
		if err != nil {
			return err
		}
		if u.key <= cursor {
			continue
		}
		j := &job{unit: u, done: make(chan struct{})}
		chosen, err := x.chosen(ctx, &u)
		if err != nil {
			return err
		}
		if !chosen {
			j.skip = true
			close(j.done)
			if err := send(ordered, j); err != nil {
				return err
			}
			continue
		}
		j.page = u.page(x.places)
		j.cost = min(aheadBytes, max(u.capture.Bytes, 1<<10))
		if err := memory.Acquire(ctx, j.cost); err != nil {
			return err
		}
		if j.page.Body, err = x.store.Snapshot(ctx, u.capture.Digest); err != nil {
			return err
		}
		if err := errors.Join(send(ordered, j), send(work, j)); err != nil {
			return err
		}
	}
	return nil
}

// chosen tells whether a unit is to be read.
func (x *reextraction) chosen(ctx context.Context, u *unit) (bool, error) {
	if !x.o.All && u.stale == Current || x.o.Site != "" && u.capture.Site != x.o.Site {
		return false, nil
	}
	if len(x.o.Reports) > 0 && (u.last == nil || !slices.Contains(x.o.Reports, u.last.ID)) {
		return false, nil
	}
	if x.o.Template == "" {
		return true, nil
	}
	if u.last == nil {
		return false, nil
	}
	template := u.last.Template
	if template == "" { // prose, or stored by a program that did not note it
		r, err := x.corpus.Report(ctx, u.last.ID, u.last.Revision)
		if err != nil {
			return false, err
		}
		template = templateOf(r)
	}
	return slices.Contains(strings.Split(template, "+"), x.o.Template), nil
}

// collect commits what was read, in the order in which it was chosen.
func (x *reextraction) collect(ctx context.Context, ordered <-chan *job) error {
	var batch []*job
	for j := range ordered {
		select {
		case <-j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if j.err != nil {
			return j.err
		}
		// A batch ends with an address, so that the cursor stands behind it.
		if len(batch) >= commitEvery && batch[len(batch)-1].unit.key != j.unit.key {
			if err := x.commit(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		batch = append(batch, j)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return x.commit(ctx, batch)
}

// commit stores a batch and the state of the run in one transaction.
func (x *reextraction) commit(ctx context.Context, batch []*job) error {
	state := x.state
	sum := &state.Summary
	sum.ByReason = map[Staleness]int{}
	for reason, n := range x.state.Summary.ByReason {
		sum.ByReason[reason] = n
	}
	record := x.record
	err := x.store.Update(ctx, func(tx *store.Tx) error {
		for _, j := range batch {
			sum.Snapshots++
			sum.ByReason[j.unit.stale]++
			state.Cursor = j.unit.key
			if j.skip {
				continue
			}
			sum.Read++
			if err := x.put(tx, j, sum); err != nil {
				return err
			}
		}
		var err error
		if record.Summary, err = json.Marshal(state); err != nil {
			return err
		}
		return tx.PutRun(record)
	})
	if err != nil {
		return fmt.Errorf("re-extract: %w", err)
	}
	x.state, x.record = state, record
	if x.o.Progress != nil {
		x.o.Progress(*sum)
	}
	return nil
}

// put stores what came of a snapshot.
func (x *reextraction) put(tx *store.Tx, j *job, sum *ReextractSummary) error {
	u, r := &j.unit, j.reading.Report
	switch {
	case r == nil && j.reading.Refused == nil:
		if sum.Failed++; len(sum.Failures) < maxFailures {
			sum.Failures = append(sum.Failures, fmt.Sprintf("%s: %s", u.capture.URL, j.reading.Detail))
		}
		return nil
	case r == nil:
		sum.Refused++
		if u.last != nil {
			sum.Lost++
		}
		return tx.PutReading(u.capture.Digest, u.capture.URL, *j.reading.Refused)
	case u.last == nil && u.before != nil && u.before.ID == r.ID && u.before.Content != "" && u.before.Content == r.Content:
		sum.SameContent++
		return tx.PutReading(u.capture.Digest, u.capture.URL, store.Reading{
			Extractor: x.now.version, Options: x.now.options, Data: x.now.data, Reason: reasonSame,
		})
	}
	r.Candidate, r.Capture = true, u.capture.ID
	if u.last != nil && u.last.Capture != "" {
		r.Capture = u.last.Capture
	}
	if err := tx.DeleteReading(u.capture.Digest, u.capture.URL); err != nil {
		return err
	}
	_, isNew, err := tx.PutReport(*r)
	if isNew {
		sum.Candidates++
	} else {
		sum.Identical++
	}
	return err
}
