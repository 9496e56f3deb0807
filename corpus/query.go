package corpus

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"gongkai/report"
	"gongkai/store"
)

// Revisions says which revisions of each report a query is about.
type Revisions string

// The revisions of a query.
const (
	// Latest is the one revision that a report is read as; see the package comment.
	// It is the default.
	Latest Revisions = "latest"
	// All are all revisions that stand or once stood: every source, every capture
	// that said something new, every reading that a later one replaced.
	All Revisions = "all"
	// Waiting are the candidates: readings that nobody promoted yet.
	Waiting Revisions = "waiting"
)

// ReportQuery chooses what [Corpus.Reports] yields. The zero value is the latest
// revision of every report.
type ReportQuery struct {
	Filter
	Revisions Revisions
	// Captures asks for the captures behind each report, too.
	Captures bool
}

// Entry is one revision of a report.
type Entry struct {
	// Item describes the report by this revision. Its ID is that of the report, also
	// when the revision is stored under that of a member (StoredAs).
	Item
	Report *report.Report `json:"-"`
	// Chosen tells that this is the revision that the report is read as; Candidate
	// that it waits for a promotion.
	Chosen    bool `json:"chosen"`
	Candidate bool `json:"candidate,omitempty"`
	// Decisions are what people found on the cells of its snapshot.
	Decisions []Decision `json:"decisions,omitempty"`
	// Captures are, if they were asked for, those of every address that gave the
	// report, by address and time; those of the chosen revision only.
	Captures []SourceCapture `json:"captures,omitempty"`
}

// SourceCapture is a capture of an address that gave a report.
type SourceCapture struct {
	CaptureItem
	// Page is the address of the page that links to the file that was captured.
	Page string `json:"page,omitempty"`
}

// noTime is now, where a time is asked for.
var noTime time.Time

// reportBatch is how many reports are read in one transaction with their bodies,
// readAhead how many batches are read while the caller works on one.
const (
	reportBatch = 32
	readAhead   = 2
)

// Reports iterates over the reports that the query takes, with their figures, by
// organ, year and ID, and by revision where there are several of one report. What
// a query takes is settled when the iteration begins; reports that are stored
// meanwhile are left out, and nobody is kept from writing for longer than a batch
// takes to read. Memory grows by the names of the reports, some 100 bytes each,
// not by what they say.
//
// With Filter.AsOf, reports, promotions and unions are those of that time: what
// the same query would have yielded then. Decisions are those of that time, too,
// but for those that were changed since.
func (c *Corpus) Reports(ctx context.Context, q ReportQuery) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		order, err := c.order(ctx, q)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		reading, cancel := context.WithCancel(ctx)
		var readers sync.WaitGroup
		defer readers.Wait()
		defer cancel()
		batches := c.ahead(reading, q, order, &readers)
		for range (len(order) + reportBatch - 1) / reportBatch {
			next, ok := <-batches
			if !ok {
				yield(Entry{}, ctx.Err())
				return
			}
			read := <-next
			for _, e := range read.entries {
				if !yield(e, nil) {
					return
				}
			}
			if read.err != nil {
				yield(Entry{}, read.err)
				return
			}
		}
	}
}

// batch is what was read of some reports.
type batch struct {
	entries []Entry
	err     error
}

// ahead reads the reports of an order in batches, some of them before they are
// asked for, and gives them in order, until the context ends.
func (c *Corpus) ahead(ctx context.Context, q ReportQuery, order []place, readers *sync.WaitGroup) <-chan chan batch {
	batches := make(chan chan batch, readAhead)
	readers.Go(func() {
		defer close(batches)
		for some := range slices.Chunk(order, reportBatch) {
			read := make(chan batch, 1)
			select {
			case <-ctx.Done():
				return
			case batches <- read:
			}
			readers.Go(func() {
				entries, err := c.entries(ctx, q, some)
				read <- batch{entries, err}
			})
		}
	})
	return batches
}

// place is where a report stands in the order of a list.
type place struct {
	organ string
	year  int
	id    string
}

func (a place) compare(b place) int {
	return cmp.Or(cmp.Compare(a.organ, b.organ), cmp.Compare(a.year, b.year), cmp.Compare(a.id, b.id))
}

// order settles which reports a query yields, and in which order.
func (c *Corpus) order(ctx context.Context, q ReportQuery) ([]place, error) {
	var order []place
	for l, err := range c.lives(ctx, q.AsOf) {
		if err != nil {
			return nil, err
		}
		r := l.chosen
		if q.Revisions == Waiting && len(l.waiting) > 0 {
			r = cmp.Or(r, &l.waiting[0])
		}
		if r == nil || q.Revisions == Waiting && len(l.waiting) == 0 {
			continue
		}
		if item := l.item(r); q.takes(&item) {
			order = append(order, place{r.Organ, r.Year, l.id})
		}
	}
	slices.SortFunc(order, place.compare)
	return order, nil
}

// entries reads some of the reports of a query.
func (c *Corpus) entries(ctx context.Context, q ReportQuery, batch []place) ([]Entry, error) {
	var entries []Entry
	var heads []store.Report
	err := c.store.View(ctx, func(tx *store.Tx) error {
		for _, p := range batch {
			h, err := tx.ReportHistory(p.id)
			if err != nil {
				return err
			}
			l := newLife(h, q.AsOf)
			for _, r := range l.of(q.Revisions) {
				e := Entry{Item: l.item(&r), Chosen: l.chosen != nil && r.ID == l.chosen.ID && r.Revision == l.chosen.Revision}
				e.Candidate = q.Revisions == Waiting
				decisions, err := tx.Decisions(r.Digest)
				if err != nil {
					return err
				}
				for _, d := range decisions {
					if q.AsOf.IsZero() || !d.Time.After(q.AsOf) {
						e.Decisions = append(e.Decisions, newDecision(d))
					}
				}
				if q.Captures && e.Chosen {
					if e.Captures, err = l.captures(tx, q.AsOf); err != nil {
						return err
					}
				}
				entries, heads = append(entries, e), append(heads, r)
			}
		}
		return nil
	})
	if err == nil {
		err = c.store.ReportBodies(ctx, heads)
	}
	if err != nil {
		return nil, err
	}
	var decoder reportDecoder
	for i := range heads {
		if entries[i].Report, err = decoder.decode(&heads[i]); err != nil {
			return entries[:i], err
		}
	}
	return entries, nil
}

// life is a report with those that are the same, as it was at a time.
type life struct {
	id string
	// revisions are all of them, oldest first; standing those that stand, stood
	// those that stand or once did, waiting the candidates.
	revisions, standing, stood, waiting []store.Report
	// chosen is the one that the report is read as; nil when none stands.
	chosen *store.Report
	// members are the IDs of the reports that are the same.
	members []string
}

// captures are those of every address that gave the report, up to a time.
func (l *life) captures(tx *store.Tx, at time.Time) ([]SourceCapture, error) {
	var all []SourceCapture
	seen := map[string]bool{}
	for _, r := range l.stood {
		if seen[r.URL] || r.Capture == "" {
			continue
		}
		seen[r.URL] = true
		of, err := tx.Capture(r.Capture)
		if errors.Is(err, store.ErrNotFound) {
			continue // verification names it
		}
		if err != nil {
			return nil, err
		}
		page := given(&r).Page
		for capture, err := range tx.History(of.Key) {
			if err != nil {
				return nil, err
			}
			if at.IsZero() || !capture.Time.After(at) {
				all = append(all, SourceCapture{captureItem(&capture), page})
			}
		}
	}
	return all, nil
}

// lives iterates over the reports, by ID. Those that are part of another are part
// of its life.
func (c *Corpus) lives(ctx context.Context, at time.Time) iter.Seq2[life, error] {
	return func(yield func(life, error) bool) {
		for h, err := range c.store.Histories(ctx, "") {
			if err != nil {
				yield(life{}, err)
				return
			}
			if h.At(at).Union != nil {
				continue
			}
			if l := newLife(h, at); len(l.revisions) > 0 && !yield(l, nil) {
				return
			}
		}
	}
}

func newLife(h store.ReportHistory, at time.Time) life {
	h = h.At(at)
	l := life{id: h.ID}
	for _, m := range append([]store.ReportHistory{h}, h.Members...) {
		if m.ID != h.ID {
			l.members = append(l.members, m.ID)
		}
		moved := map[int]bool{}
		for _, move := range m.Moves {
			for _, s := range move.Steps {
				moved[s.To] = true
			}
		}
		for _, r := range m.Revisions {
			if !r.Candidate || moved[r.Revision] {
				l.stood = append(l.stood, r)
			}
		}
		l.revisions = append(l.revisions, m.Revisions...)
		l.standing = append(l.standing, m.Standing(time.Time{})...)
		l.waiting = append(l.waiting, m.Waiting...)
	}
	if len(l.members) > 0 {
		for _, all := range [][]store.Report{l.revisions, l.standing, l.stood, l.waiting} {
			slices.SortStableFunc(all, func(a, b store.Report) int { return a.Time.Compare(b.Time) })
		}
	}
	l.chosen = choose(l.standing, l.stood)
	return l
}

// of are the revisions that a query is about.
func (l *life) of(r Revisions) []store.Report {
	switch r {
	case All:
		return l.stood
	case Waiting:
		return l.waiting
	}
	if l.chosen == nil {
		return nil
	}
	return []store.Report{*l.chosen}
}

// choose returns the revision that a report is read as, among those that stand: of
// each source the one of the latest capture, of these the one whose tables are
// known best, of several the one from the source that gave the report first.
func choose(standing, stood []store.Report) *store.Report {
	latest := map[string]*store.Report{} // by source
	for i := range standing {
		r := &standing[i]
		if l := latest[r.URL]; l == nil || !capturedBefore(r, l) {
			latest[r.URL] = r
		}
	}
	var best *store.Report
	for _, r := range stood { // by what gave the report first
		if l := latest[r.URL]; l != nil && (best == nil || rank(l) > rank(best)) {
			best = l
		}
	}
	return best
}

// capturedBefore orders revisions of one source by when their bytes came. The IDs
// of captures sort by time.
func capturedBefore(a, b *store.Report) bool {
	if a.Capture != "" && b.Capture != "" && a.Capture != b.Capture {
		return a.Capture < b.Capture
	}
	return a.Time.Before(b.Time)
}

// rank orders reports by how much of their forms is known.
func rank(r *store.Report) int {
	return slices.Index([]string{string(report.StatusNarrative), string(report.StatusPartial), string(report.StatusComplete)}, r.Status)
}

// item describes a report by one of its revisions.
func (l *life) item(r *store.Report) Item {
	item := Item{
		ID: l.id, URL: r.URL, Organ: r.Organ, Year: r.Year, Scope: r.Scope, Title: r.Title, Status: r.Status, Site: r.Site,
		Snapshot: string(r.Digest), Extractor: r.Extractor, Revision: r.Revision, Stored: r.Time, Waiting: len(l.waiting),
	}
	if r.ID != l.id {
		item.StoredAs = r.ID
	}
	if g := given(r); g.Page != "" {
		item.URL, item.Attachment = g.Page, r.URL
	}
	urls := map[string]bool{}
	for _, r := range l.standing {
		urls[r.URL] = true
	}
	item.Sources = len(urls)
	return item
}
