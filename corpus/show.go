package corpus

import (
	"cmp"
	"context"
	"encoding/json"
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
	msg := fmt.Sprintf("%v: %q is no ID, beginning of an ID, address, or organ and year of a report in the corpus", ErrNotFound, e.Name)
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
	// Report is the latest revision.
	Report *report.Report
	// Revisions are all of them, oldest first; Sources the addresses that gave
	// the report.
	Revisions []Revision
	Sources   []Source
}

// Revision is one stored reading of a report.
type Revision struct {
	Revision  int       `json:"revision"`
	URL       string    `json:"url"`
	Snapshot  string    `json:"snapshot"`
	Extractor int       `json:"extractor"`
	Status    string    `json:"status"`
	Stored    time.Time `json:"stored"`
}

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
	heads, err := c.heads(ctx)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, revisions := range heads {
		items = append(items, newItem(revisions))
	}
	found := named(items, strings.TrimSpace(name))
	switch len(found) {
	case 1:
		return c.show(ctx, found[0], heads[found[0].ID])
	case 0:
		if err := c.noReport(ctx, name); err != nil {
			return nil, err
		}
		return nil, &UnknownError{Name: name, Near: near(items, strings.TrimSpace(name))}
	}
	slices.SortFunc(found, itemOrder)
	return nil, &AmbiguousError{Name: name, Candidates: found}
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

func (c *Corpus) show(ctx context.Context, item Item, revisions []store.Report) (*Shown, error) {
	r, err := c.Report(ctx, item.ID, item.Revision)
	if err != nil {
		return nil, err
	}
	shown := &Shown{Item: item, Report: r}
	for _, r := range revisions {
		shown.Revisions = append(shown.Revisions, Revision{
			Revision: r.Revision, URL: r.URL, Snapshot: string(r.Digest), Extractor: r.Extractor, Status: r.Status, Stored: r.Time,
		})
	}
	shown.Sources, err = c.sources(ctx, revisions)
	return shown, err
}

// sources describes the addresses of the revisions, in the order in which they
// first gave the report.
func (c *Corpus) sources(ctx context.Context, revisions []store.Report) ([]Source, error) {
	var sources []Source
	for _, r := range revisions {
		if slices.ContainsFunc(sources, func(s Source) bool { return s.URL == r.URL }) {
			continue
		}
		s := Source{URL: r.URL, Page: given(&r).Page, Site: r.Site, Snapshot: string(r.Digest)}
		for capture, err := range c.history(ctx, &r) {
			if err != nil {
				return nil, err
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
	var body []byte
	err := c.store.View(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(id, revision)
		body = r.Body
		return err
	})
	if err != nil {
		return nil, err
	}
	var r report.Report
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("report %s, revision %d: %w", id, revision, err)
	}
	return &r, nil
}
