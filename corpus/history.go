package corpus

import (
	"context"
	"slices"
	"strings"
	"time"

	"gongkai/report"
	"gongkai/store"
)

// EventKind is what happened to a page.
type EventKind string

// The kinds of events.
const (
	EventFirst    EventKind = "first"    // the first capture
	EventChanged  EventKind = "changed"  // it says something else
	EventReframed EventKind = "reframed" // other bytes say the same
	EventVanished EventKind = "vanished" // the server says it is gone, or answers with something else
	EventReturned EventKind = "returned" // it is there again
	EventPromoted EventKind = "promoted" // another reading of the same bytes stands
)

// Event is one thing that happened to a source of a report.
type Event struct {
	Time time.Time `json:"time"`
	Kind EventKind `json:"kind"`
	URL  string    `json:"url"`
	// Captures is how many captures it took until the next event; they say the same.
	Captures int    `json:"captures,omitempty"`
	Snapshot string `json:"snapshot,omitempty"`
	Revision int    `json:"revision,omitempty"`
	Status   int    `json:"status,omitempty"`
	Detail   string `json:"detail,omitempty"`
	// Cells and Text are what changed on the page since it was seen before.
	Cells []Change     `json:"cells,omitempty"`
	Text  []TextChange `json:"text,omitempty"`
}

// TextChange is a sentence that came or went in a section.
type TextChange struct {
	Section string `json:"section"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
}

// History tells what happened to the sources of a report, source by source, oldest
// first: what changed on the page between captures, when it vanished, when it came
// back. Readings by other extractors are no change of the page, but for promotions.
func (c *Corpus) History(ctx context.Context, id string) ([]Event, error) {
	l, err := c.life(ctx, id, noTime)
	if err != nil {
		return nil, err
	}
	var events []Event
	var urls []string
	for _, r := range l.stood {
		if !slices.Contains(urls, r.URL) {
			urls = append(urls, r.URL)
			some, err := c.pageHistory(ctx, &l, &r)
			if err != nil {
				return nil, err
			}
			events = append(events, some...)
		}
	}
	promoted, err := c.promotedOf(ctx, &l)
	return append(events, promoted...), err
}

// pageHistory tells what happened to one address.
func (c *Corpus) pageHistory(ctx context.Context, l *life, first *store.Report) ([]Event, error) {
	readings := map[store.Digest]store.Report{}
	for _, r := range l.standing {
		if r.URL == first.URL {
			readings[r.Digest] = r
		}
	}
	var events []Event
	var last *report.Report // what the page said when it was there last
	var digest store.Digest
	gone := false
	for capture, err := range c.history(ctx, first) {
		if err != nil {
			return nil, err
		}
		e := Event{Time: capture.Time, URL: capture.URL, Snapshot: string(capture.Digest), Status: capture.Status}
		there := verdict(&capture) == "complete"
		switch {
		case !there && !vanished(&capture):
			continue // it could not be had: that says nothing of the page
		case !there && gone, there && !gone && capture.Digest == digest && len(events) > 0:
			events[len(events)-1].Captures++
			continue
		case !there:
			e.Kind, e.Detail, gone = EventVanished, verdict(&capture)+prefixed(": ", capture.Evidence), true
			events = append(events, e)
			continue
		}
		e.Kind = EventReframed
		if r, ok := readings[capture.Digest]; ok && capture.Digest != digest {
			heads := []store.Report{r}
			if err := c.store.ReportBodies(ctx, heads); err != nil {
				return nil, err
			}
			now, err := decodeReport(&heads[0])
			if err != nil {
				return nil, err
			}
			e.Revision = r.Revision
			if last != nil {
				e.Cells = slices.DeleteFunc(Compare(last, now), func(c Change) bool { return c.Kind == PlaceChanged })
				if e.Text = compareText(last, now); len(e.Cells)+len(e.Text) > 0 {
					e.Kind = EventChanged
				}
			}
			last = now
		}
		switch {
		case len(events) == 0:
			e.Kind = EventFirst
		case gone:
			e.Kind = EventReturned
		}
		gone, digest = false, capture.Digest
		events = append(events, e)
	}
	return events, nil
}

// vanished tells whether a capture says that the page is no longer there, and not
// just that it could not be had.
func vanished(c *store.Capture) bool {
	return c.Status == 404 || c.Status == 410 || strings.HasPrefix(c.Verdict, "soft404")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// promotedOf tells of the promotions that let other readings stand.
func (c *Corpus) promotedOf(ctx context.Context, l *life) (events []Event, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) error {
		for _, id := range append([]string{l.id}, l.members...) {
			h, err := tx.ReportHistory(id)
			if err != nil {
				return err
			}
			for _, m := range h.Moves {
				p, err := tx.Promotion(m.Promotion)
				if err != nil {
					return err
				}
				for _, s := range m.Steps {
					e := Event{Time: m.Time, Kind: EventPromoted, Revision: s.To, Detail: p.What + prefixed(": ", p.Why)}
					for _, r := range h.Revisions {
						if r.Revision == max(s.To, s.From) {
							e.URL, e.Snapshot = r.URL, string(r.Digest)
						}
					}
					events = append(events, e)
				}
			}
		}
		return nil
	})
	return events, err
}

// maxSentences is how many sentences of a change of text are kept.
const maxSentences = 20

// compareText finds the sentences that came or went, section by section.
func compareText(old, now *report.Report) []TextChange {
	sentences := func(r *report.Report) (keys []string, all map[string][]string) {
		all = map[string][]string{}
		for _, s := range r.Sections {
			if _, ok := all[s.Key]; !ok {
				keys = append(keys, s.Key)
			}
			all[s.Key] = append(all[s.Key], strings.FieldsFunc(s.Text, func(r rune) bool { return strings.ContainsRune("。；\n", r) })...)
		}
		return keys, all
	}
	oldKeys, was := sentences(old)
	newKeys, is := sentences(now)
	var changes []TextChange
	for _, key := range slices.Compact(append(oldKeys, slices.DeleteFunc(newKeys, func(k string) bool { return slices.Contains(oldKeys, k) })...)) {
		for _, s := range was[key] {
			if !slices.Contains(is[key], s) {
				changes = append(changes, TextChange{Section: key, Old: s})
			}
		}
		for _, s := range is[key] {
			if !slices.Contains(was[key], s) {
				changes = append(changes, TextChange{Section: key, New: s})
			}
		}
	}
	return changes[:min(len(changes), maxSentences)]
}
