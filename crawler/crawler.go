// Package crawler walks the index pages of configured sites and captures the
// reports and attachments they list. Colly is the page engine, driven one page
// at a time by the frontier; politeness, safety and recording sit in the
// transport under it (package fetch).
//
// [Run] promises that
//
//   - a URL that was finished is in the corpus whole: capture, snapshot, links
//     found, report and the URL's new state are one transaction;
//   - a run that was killed or interrupted goes on where it was: the next run asks
//     nothing again that was finished, and loses nothing that was captured. Only a
//     run that follows a finished one revisits, conditionally (ETag,
//     Last-Modified), and stores nothing for what did not change;
//   - every column ends with a verdict and its evidence, and a column that listed
//     nothing is never complete;
//   - memory is bounded: one page a worker, one batch of pages on their way to the
//     disk, a window of the queue.
//
// # How a run goes
//
// begin opens the run, or finds the one that was not finished, and queues the
// index of every column. Workers lease URLs from the frontier, fetch them, and
// turn each answer into one [store.Finish], which the committer writes in groups.
// Meanwhile the pages that are due to be revisited are queued. end judges the
// columns by what the corpus now holds and stores the [Summary].
//
// The kinds of rows: the index of a column and the lists below it (years, units)
// are chains of pages; a chain has one row, which remembers how far it has read.
// Pages and attachments have a row each.
package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gongkai/configs"
	"gongkai/crawler/fetch"
	"gongkai/store"
)

// Options for [Run]. Config, Store and Judge must be set.
type Options struct {
	// Config is what to crawl, with its defaults filled in as configs.Load does.
	Config *configs.Config
	Store  *store.Store
	Judge  Judge
	// Sites limits the run to the sites with these IDs; none means all.
	Sites []string
	// Since leaves out what the index dates before it.
	Since time.Time
	// RetryFailed asks only for what failed before, and reads no index that did
	// not.
	RetryFailed bool
	// MaxDuration ends the run after so long, as if it was interrupted but without
	// an error: the next run goes on. Default: the budget of the configuration.
	MaxDuration time.Duration
	// Revisit decides when pages are visited again, for all sites. Default: what
	// the configuration says.
	Revisit Revisit
	// AllowPrivate lets every site live on loopback or private addresses.
	AllowPrivate bool
	// Log takes one line a fetch and one a column. Default: none.
	Log *slog.Logger
	// Progress is told how far the run is, Observer what becomes of each URL.
	// Default: nobody.
	Progress Progress
	Observer Observer
	// Grace is how long the requests under way may take to end when the run is
	// interrupted. Default 3s.
	Grace time.Duration
	// Patience is how long a run that has nothing else to do waits for a host that
	// rests, or for a retry. What comes later is left to the next run. Default 45s.
	Patience time.Duration
	// Retry is how failed requests are tried again; its Tries come from the
	// configuration.
	Retry fetch.Backoff
	// Fetch tunes the transport. UserAgent and Robots are set by Run.
	Fetch fetch.Options
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = nobody{}
	}
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Grace = cmp.Or(o.Grace, 3*time.Second)
	o.Patience = cmp.Or(o.Patience, 45*time.Second)
	return o
}

// Kinds of rows.
const (
	kindIndex      = "index"
	kindList       = "list"
	kindPage       = "page"
	kindAttachment = "attachment"
)

// ErrNoSite is returned when Options.Sites names a site that the configuration
// does not have, or when there is no site at all.
var ErrNoSite = errors.New("no such site")

// Run crawls the configured columns once, or goes on with the run that was not
// finished. It takes the corpus' one lease to crawl.
//
// When ctx ends, Run lets the requests under way end within Options.Grace, commits
// what they brought, and returns the summary so far and ctx's error; the next run
// goes on. Other errors concern the corpus (see [store.Unavailable]), the
// configuration or the judge. What goes wrong on sites is no error: it is in the
// summary.
func Run(ctx context.Context, o Options) (*Summary, error) {
	o = o.withDefaults()
	release, err := o.Store.AcquireRun(ctx, "crawl")
	if err != nil {
		return nil, err
	}
	defer release()
	r, err := newRun(o)
	if err != nil {
		return nil, err
	}
	if err := r.begin(ctx); err != nil {
		return nil, fmt.Errorf("begin crawl: %w", err)
	}
	o.Observer.Began(r.record.ID, r.success())
	limited := ctx
	if most := cmp.Or(o.MaxDuration, time.Duration(o.Config.Budget.Run.Time)); most > 0 {
		var stop context.CancelFunc
		limited, stop = context.WithTimeoutCause(ctx, most, errDuration)
		defer stop()
	}
	return r.end(ctx, r.crawl(limited))
}

// errDuration ends a run that took as long as it may.
var errDuration = errors.New("the time of the run is over")
