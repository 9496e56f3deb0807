package crawler

import (
	"strings"
	"time"

	"gongkai/store"
)

// Observer is told how a run goes, for metrics. It is called from several
// goroutines and must not block.
type Observer interface {
	// Began is called when the run was opened. success tells for each site of the
	// run since when none of its columns was complete: when the one that was
	// complete longest ago was so last. Sites with a column that never was are left
	// out.
	Began(run string, success map[string]time.Time)
	// Judged is called for each page and file that was read.
	Judged(j Judgement, took time.Duration)
	// Visited is called for each URL that is finished and on the disk. outcome is
	// listed for a page of a listing; new, changed or unchanged; other for what is
	// no report; gone, blocked or failed.
	Visited(site, kind, outcome string)
	// Committed is called for each URL with the time that it took to the disk.
	Committed(took time.Duration)
	// Ended is called with the summary; success is as for Began.
	Ended(s *Summary, success map[string]time.Time)
}

type noObserver struct{}

func (noObserver) Began(string, map[string]time.Time)   {}
func (noObserver) Judged(Judgement, time.Duration)      {}
func (noObserver) Visited(site, kind, outcome string)   {}
func (noObserver) Committed(time.Duration)              {}
func (noObserver) Ended(*Summary, map[string]time.Time) {}

// outcome is how a finished visit counts for the Observer.
func (v *visit) outcome() string {
	switch word, _, _ := strings.Cut(v.row.Extra[extraVerdict], ":"); {
	case v.row.Kind == kindIndex || v.row.Kind == kindList:
		if v.row.State == store.Done {
			return "listed"
		}
		return failure(word)
	case v.row.State == store.Gone || dead(v.row.Extra[extraVerdict]):
		return "gone"
	case v.row.State != store.Done:
		return failure(word)
	case v.calm:
		return outcomeUnchanged
	case v.row.Extra[extraOutcome] != "":
		return v.row.Extra[extraOutcome]
	}
	return "other"
}

func failure(word string) string {
	if word == "blocked" || word == "robots" {
		return "blocked"
	}
	return "failed"
}

// success is when each site was complete last: see Observer.Began.
func (r *run) success() map[string]time.Time {
	last := make(map[string]time.Time)
	for _, key := range r.order {
		c := r.columns[key]
		if old, ok := last[c.Site]; !ok || c.Complete.Before(old) {
			last[c.Site] = c.Complete
		}
	}
	for site, at := range last {
		if at.IsZero() {
			delete(last, site)
		}
	}
	return last
}
