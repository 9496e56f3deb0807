package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongkai/extract"
	"gongkai/report"
	"gongkai/store"
)

// ErrNotFound is returned for a name that names no report.
var ErrNotFound = errors.New("no such report")

// AmbiguousError says that a name names several reports.
type AmbiguousError struct {
	Name       string
	Candidates []Item
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q names %d reports, give more of one%s", e.Name, len(e.Candidates), candidates(e.Candidates))
}

// UnknownError says that a name names no report. It is ErrNotFound.
type UnknownError struct {
	Name string
	// Near are reports that have part of the name: of such an organ, or with an ID
	// that begins so.
	Near []Item
}

func (e *UnknownError) Error() string {
	msg := fmt.Sprintf("%v: %q is no ID, beginning of an ID (of %d characters or more), address, or organ and year of a report in the corpus", ErrNotFound, e.Name, shortestPrefix)
	if len(e.Near) > 0 {
		msg += "; near it are" + candidates(e.Near)
	}
	return msg
}

// Is makes the error ErrNotFound.
func (e *UnknownError) Is(target error) bool { return target == ErrNotFound }

// candidates lists the first of some reports, one a line.
func candidates(items []Item) string {
	const most = 10
	var b strings.Builder
	for i, c := range items {
		if i == most {
			b.WriteString("\n  …")
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s %d  %s", c.ID, c.Organ, c.Year, cmp.Or(c.Attachment, c.URL))
	}
	return b.String()
}

// NoReportError says that an address was captured and is no report.
type NoReportError struct {
	Capture CaptureItem // the latest
	// Reason and Detail are those of Reading; empty when nothing could be read.
	Reason, Detail string
}

func (e *NoReportError) Error() string {
	c := e.Capture
	got := fmt.Sprintf("%s was captured at %s with status %d", c.URL, c.Time.Format(time.RFC3339), c.Status)
	if e.Detail == "" {
		return fmt.Sprintf("%s and verdict %s; there is no report of it", got, c.Verdict)
	}
	return fmt.Sprintf("%s, but is no annual report: %s", got, e.Detail)
}

// Shown is a report with all that the corpus knows about it.
type Shown struct {
	Item
	// Report is the revision that it is read as.
	Report *report.Report
	// Revisions are all of them, oldest first; Sources the addresses that gave
	// the report.
	Revisions []Revision
	Sources   []Source
	// Decisions are what people found on the cells of the snapshot.
	Decisions []Decision
}

// Revision is one stored reading of a report.
type Revision struct {
	Revision  int       `json:"revision"`
	URL       string    `json:"url"`
	Snapshot  string    `json:"snapshot"`
	Extractor int       `json:"extractor"`
	Status    string    `json:"status"`
	Stored    time.Time `json:"stored"`
	Standing  Standing  `json:"standing"`
	// StoredAs is that of Item.
	StoredAs string `json:"stored_as,omitempty"`
}

// Standing is what a revision is to its report.
type Standing string

// The standings of a revision.
const (
	Chosen    Standing = "chosen"    // what the report is read as
	Stands    Standing = "stands"    // what another source, or an earlier capture, says
	Candidate Standing = "candidate" // waits for a promotion
	Past      Standing = "past"      // another took its place
)

// Source is an address that gave a report.
type Source struct {
	URL  string `json:"url"`
	Page string `json:"page,omitempty"` // that links to the file URL
	Site string `json:"site,omitempty"`
	// Captures of the address, the first and the last, and the bytes of the last.
	Captures int       `json:"captures"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	Status   int       `json:"status"` // of the last
	Verdict  string    `json:"verdict"`
	Snapshot string    `json:"snapshot"`
}

// shortestPrefix is how many characters of an ID are a name.
const shortestPrefix = 4

// Show finds the one report with a name: its ID, at least four characters of the
// beginning of the ID, its address (with or without the scheme) or that of its
// page, or an organ and a year such as 慈溪市2019.
//
// Errors: *UnknownError, *AmbiguousError, *NoReportError, and those of the store.
func (c *Corpus) Show(ctx context.Context, name string) (*Shown, error) {
	items, err := c.List(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	found := named(items, strings.TrimSpace(name))
	switch len(found) {
	case 1:
		return c.show(ctx, found[0])
	case 0:
		if err := c.noReport(ctx, name); err != nil {
			return nil, err
		}
		return nil, &UnknownError{Name: name, Near: near(items, strings.TrimSpace(name))}
	}
	slices.SortFunc(found, itemOrder)
	return nil, &AmbiguousError{Name: name, Candidates: found}
}

// IDs finds the one report with a name, as Show does, and gives its ID and those of
// the reports that are the same.
func (c *Corpus) IDs(ctx context.Context, name string) ([]string, error) {
	shown, err := c.Show(ctx, name)
	if err != nil {
		return nil, err
	}
	l, err := c.life(ctx, shown.ID, time.Time{})
	return append([]string{l.id}, l.members...), err
}

// named returns the reports with a name, taking the first way of naming by which
// there are any.
func named(items []Item, name string) []Item {
	for _, matches := range []func(*Item) bool{
		func(i *Item) bool { return i.ID == name },
		func(i *Item) bool {
			return len(name) >= shortestPrefix && strings.HasPrefix(i.ID, strings.ToLower(name))
		},
		func(i *Item) bool { return sameAddress(i.URL, name) || sameAddress(i.Attachment, name) },
		func(i *Item) bool { return i.Organ != "" && organOf(name, i.Year) == i.Organ },
		func(i *Item) bool {
			organ := organOf(name, i.Year)
			return organ != "" && strings.Contains(i.Organ, organ)
		},
	} {
		var found []Item
		for _, i := range items {
			if matches(&i) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// near returns the reports that a name which names none may mean.
func near(items []Item, name string) []Item {
	organ := strings.TrimSpace(strings.TrimRight(name, "年度0123456789 "))
	var found []Item
	for _, i := range items {
		if name != "" && strings.HasPrefix(i.ID, strings.ToLower(name)) || organ != "" && strings.Contains(i.Organ, organ) {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, itemOrder)
	return found
}

// organOf takes the year off the end of a name such as 慈溪市2019; it is empty when
// the name does not end so.
func organOf(name string, year int) string {
	organ, ok := strings.CutSuffix(strings.TrimSuffix(name, "年"), fmt.Sprint(year))
	if !ok {
		return ""
	}
	return strings.TrimSpace(organ)
}

// sameAddress compares two addresses as a person types them: without the scheme,
// the www, the escaping of characters and a slash at the end.
func sameAddress(a, b string) bool {
	return a != "" && b != "" && plainAddress(a) == plainAddress(b)
}

func plainAddress(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
}

func (c *Corpus) show(ctx context.Context, item Item) (*Shown, error) {
	l, err := c.life(ctx, item.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	heads := []store.Report{*l.chosen}
	if err := c.store.ReportBodies(ctx, heads); err != nil {
		return nil, err
	}
	r, err := decodeReport(&heads[0])
	if err != nil {
		return nil, err
	}
	shown := &Shown{Item: item, Report: r}
	for _, r := range l.revisions {
		shown.Revisions = append(shown.Revisions, l.revision(&r))
	}
	if shown.Sources, err = c.sources(ctx, &l, time.Time{}); err != nil {
		return nil, err
	}
	err = c.store.View(ctx, func(tx *store.Tx) error {
		decisions, err := tx.Decisions(l.chosen.Digest)
		for _, d := range decisions {
			shown.Decisions = append(shown.Decisions, newDecision(d))
		}
		return err
	})
	return shown, err
}

// life reads the life of one report. An ID that is part of another report's gives
// that one's.
func (c *Corpus) life(ctx context.Context, id string, at time.Time) (l life, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) error {
		h, err := tx.ReportHistory(id)
		if err == nil && h.At(at).Union != nil {
			h, err = tx.ReportHistory(h.Union.Into)
		}
		l = newLife(h, at)
		return err
	})
	if err == nil && len(l.revisions) == 0 {
		err = &UnknownError{Name: id}
	}
	return l, err
}

func (l *life) revision(r *store.Report) Revision {
	same := func(o store.Report) bool { return o.ID == r.ID && o.Revision == r.Revision }
	standing := Past
	switch {
	case l.chosen != nil && same(*l.chosen):
		standing = Chosen
	case slices.ContainsFunc(l.standing, same):
		standing = Stands
	case slices.ContainsFunc(l.waiting, same):
		standing = Candidate
	}
	v := Revision{
		Revision: r.Revision, URL: r.URL, Snapshot: string(r.Digest), Extractor: r.Extractor, Status: r.Status, Stored: r.Time, Standing: standing,
	}
	if r.ID != l.id {
		v.StoredAs = r.ID
	}
	return v
}

// Sources describes the addresses that give a report, in the order in which they
// first gave it: with the captures of a time (the zero time is now), by when they
// were made.
func (c *Corpus) Sources(ctx context.Context, id string, asOf time.Time) ([]Source, error) {
	l, err := c.life(ctx, id, asOf)
	if err != nil {
		return nil, err
	}
	return c.sources(ctx, &l, asOf)
}

func (c *Corpus) sources(ctx context.Context, l *life, asOf time.Time) ([]Source, error) {
	var sources []Source
	for _, r := range l.stood {
		if slices.ContainsFunc(sources, func(s Source) bool { return s.URL == r.URL }) {
			continue
		}
		s := Source{URL: r.URL, Page: given(&r).Page, Site: r.Site, Snapshot: string(r.Digest)}
		for capture, err := range c.history(ctx, &r) {
			if err != nil {
				return nil, err
			}
			if !asOf.IsZero() && capture.Time.After(asOf) {
				continue
			}
			if s.Captures++; s.Captures == 1 {
				s.First = capture.Time
			}
			s.Last, s.Status, s.Verdict = capture.Time, capture.Status, verdict(&capture)
			if capture.Digest != "" {
				s.Snapshot = string(capture.Digest)
			}
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// history iterates over the captures of the address of a revision.
func (c *Corpus) history(ctx context.Context, r *store.Report) iter.Seq2[store.Capture, error] {
	var capture store.Capture
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		if r.Capture != "" {
			capture, err = tx.Capture(r.Capture)
		}
		if errors.Is(err, store.ErrNotFound) { // verification names it
			return nil
		}
		return err
	})
	if err != nil || capture.Key == "" {
		return func(yield func(store.Capture, error) bool) {
			if err != nil {
				yield(capture, err)
			}
		}
	}
	return c.store.History(ctx, capture.Key)
}

// noReport returns a *NoReportError when an address was captured, else nil or
// what went wrong.
func (c *Corpus) noReport(ctx context.Context, address string) error {
	capture, title, err := c.captured(ctx, address)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	no := &NoReportError{Capture: captureItem(&capture)}
	if capture.Digest == "" || capture.Verdict != "" {
		return no
	}
	body, err := c.store.Snapshot(ctx, capture.Digest)
	if err != nil {
		return err
	}
	page := Page{Body: body, Digest: capture.Digest, Captured: capture.Time, Given: Given{URL: capture.URL, ListTitle: title}}
	for _, h := range capture.Header {
		if strings.EqualFold(h[0], "Content-Type") {
			page.ContentType = h[1]
		}
	}
	reading, err := Read(ctx, page, extract.Options{})
	if err != nil {
		return err
	}
	no.Reason, no.Detail = reading.Reason, reading.Detail
	return no
}

// captured finds the latest capture of an address that the frontier or the index
// of captures knows, and what the listing calls it.
func (c *Corpus) captured(ctx context.Context, address string) (capture store.Capture, title string, err error) {
	plain := plainAddress(address)
	host, _, _ := strings.Cut(plain, "/")
	if host == "" || !strings.ContainsAny(host, ".:") {
		return capture, "", store.ErrNotFound
	}
	for _, prefix := range []string{"m.", "wap."} {
		host = strings.TrimPrefix(host, prefix)
	}
	key := plain
	for row, err := range c.store.Rows(ctx, host) {
		if err != nil {
			return capture, "", err
		}
		if sameAddress(row.URL, address) {
			key, title = row.Key, row.Title
			break
		}
	}
	err = c.store.View(ctx, func(tx *store.Tx) (err error) {
		capture, err = tx.LastCapture(key)
		return err
	})
	return capture, title, err
}

// Report reads one revision of a report.
func (c *Corpus) Report(ctx context.Context, id string, revision int) (*report.Report, error) {
	var r store.Report
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		r, err = tx.Report(id, revision)
		return err
	})
	if err != nil {
		return nil, err
	}
	return decodeReport(&r)
}
