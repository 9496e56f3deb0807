// Package frontier decides which URL is fetched next: leases, host queues and
// delays. It promises that a host is asked for one URL at a time and not before
// its time, that no URL is handed out twice while somebody works on it, and that
// the slowest host delays nobody else.
//
// [Frontier] is the contract, [Local] its implementation for one process over the
// rows of a store, and package frontiertest the suite that every implementation
// must pass. [Key] and [Host] give URLs the names they are known by here.
package frontier

import (
	"context"
	"errors"
	"time"

	"gongkai/store"
)

// Frontier hands out URLs to workers. The verbs are those of a work queue, so
// that one can stand behind it: rows are messages, a lease is an unacknowledged
// delivery, Finish is the acknowledgement.
//
// Who does what:
//
//   - The frontier keeps order and politeness. It never fetches, never retries by
//     itself and never decides that a URL is done.
//   - The caller makes results durable, and only then calls Finish; rows found on
//     a page are durable before they are Put. A process that dies in between
//     leaves rows that are handed out again, so the caller's commit must bear
//     being repeated.
//   - Every lease ends in exactly one of Finish and Defer. Release may come before
//     either; ending a lease releases it.
//
// All methods may be called from several goroutines. Errors other than the ones
// named are failures of the queue itself: the caller stops.
type Frontier interface {
	// Put tells of rows that are queued now, to be handed out from their Due time
	// on. A row whose Key is queued or leased already is left as it is, so Put may
	// be called twice with the same rows.
	Put(ctx context.Context, rows ...store.Row) error

	// Lease waits for a row that is due and whose host is free, and takes both.
	// Rows of one host come in the order of Due. It returns ErrDrained when
	// nothing is left to do in this run: no lease is out that could put more, and
	// what is queued is due, or its host is blocked, beyond the patience of the
	// frontier.
	Lease(ctx context.Context) (*Lease, error)

	// Release gives the host of a lease back, to be asked again from next on,
	// while the URL stays taken: the answer has arrived but is not durable yet.
	// Releasing twice does nothing.
	Release(ctx context.Context, l *Lease, next time.Time) error

	// Finish ends a lease: the URL leaves the queue. ErrNoLease says that the
	// lease had ended before; the caller has nothing to repair.
	Finish(ctx context.Context, l *Lease) error

	// Defer ends a lease and queues its row again, as Lease.Row then is, to be
	// handed out from until on. Errors as for Finish.
	Defer(ctx context.Context, l *Lease, until time.Time) error

	// BlockHostUntil keeps every row of a host back until a time; EndOfRun means
	// that the host is not asked again in this run. Of several calls the latest
	// time holds.
	BlockHostUntil(ctx context.Context, host string, until time.Time) error

	// Stats tells what the frontier holds. The numbers are for people.
	Stats(ctx context.Context) (Stats, error)
}

// Lease is the right to fetch one URL.
type Lease struct {
	Row store.Row

	released, ended bool
}

// Stats of a frontier.
type Stats struct {
	Queued  int // rows waiting, as far as is known
	Leased  int // rows handed out and not ended
	Blocked int // hosts blocked until the end of the run
}

// EndOfRun is the time that never comes within a run.
var EndOfRun = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

var (
	// ErrDrained is returned by Lease when the run has nothing left to do.
	ErrDrained = errors.New("frontier drained")
	// ErrNoLease is returned for a lease that has ended.
	ErrNoLease = errors.New("lease has ended")
)
