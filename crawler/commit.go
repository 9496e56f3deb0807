package crawler

import (
	"context"
	"errors"
	"time"

	"gongkai/crawler/frontier"
	"gongkai/store"
)

// commitTries is how often a commit is tried while another process holds the
// corpus; each try waits as long as the store does.
const commitTries = 3

// commit hands the visit to the writer and lets the worker go on. When the
// transaction is on the disk, the links found are told to the frontier and the
// lease ends; a row that is still queued is handed out again from at on.
func (v *visit) commit(at time.Time) {
	r := v.r
	// The bodies that these hold are not needed any more.
	v.exchange, v.digested.body = nil, nil
	v.finish.Row = v.row
	r.uncommitted <- struct{}{}
	r.commits.Go(func() {
		defer func() { <-r.uncommitted }()
		began := time.Now()
		if err := v.write(); err != nil {
			r.stop(err)
			return
		}
		r.o.Observer.Committed(time.Since(began))
		ctx := context.Background()
		if len(v.finish.Found) > 0 {
			r.must(r.frontier.Put(ctx, v.finish.Found...))
		}
		if v.row.State == store.Queued {
			v.lease.Row = v.row
			r.must(r.frontier.Defer(ctx, v.lease, at))
		} else {
			r.must(r.frontier.Finish(ctx, v.lease))
			r.nDone.Add(1)
			r.o.Observer.Visited(v.row.Site, v.row.Kind, v.outcome())
		}
		r.progress(ctx)
	})
}

// write applies the finish. A record that the store refuses is left out, with the
// reason in the row.
func (v *visit) write() error {
	if v.moved {
		// One at a time, and each with the state as it is then: the column in the
		// corpus never goes back.
		v.column.writing.Lock()
		defer v.column.writing.Unlock()
		v.column.mu.Lock()
		kept, err := v.column.stored()
		v.column.mu.Unlock()
		if err != nil {
			return err
		}
		v.finish.Column = kept
	}
	ctx := context.Background()
	for try := 1; ; try++ {
		_, err := v.r.writer.Finish(ctx, v.finish)
		if err == nil {
			return nil
		}
		if invalid, ok := errors.AsType[*store.InvalidError](err); ok {
			v.r.log.Error("not stored", "run", v.r.record.ID, "site", v.row.Site, "url", v.row.URL, "error", invalid)
			v.done(store.Failed, "failed:invalid")
			v.row.LastError = invalid.Error()
			_, err := v.r.writer.Finish(ctx, store.Finish{Row: v.row, Column: v.finish.Column})
			return err
		}
		if _, locked := errors.AsType[*store.LockedError](err); !locked || try == commitTries {
			return err
		}
		v.r.log.Warn("corpus is locked", "run", v.r.record.ID, "error", err)
	}
}

// must ends the run when the frontier fails.
func (r *run) must(err error) {
	if err != nil && !errors.Is(err, frontier.ErrNoLease) {
		r.stop(err)
	}
}

// blockHost keeps a host from being asked, and notes why.
func (r *run) blockHost(host string, until time.Time, t trouble) {
	r.inTrouble(host, t)
	r.must(r.frontier.BlockHostUntil(context.Background(), host, until))
}

// now is the time, never before the start of the run: what is finished in a run
// is due after it began.
func (r *run) now() time.Time {
	now := r.o.Now().UTC().Round(0)
	if !now.After(r.record.Started) {
		return r.record.Started.Add(time.Nanosecond)
	}
	return now
}
