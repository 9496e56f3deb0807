package corpus

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"gongkai/store"
)

// Item is a report in a list.
type Item struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	// Attachment is the address of the file that the report was read from, when
	// URL is the page that links to it.
	Attachment string    `json:"attachment,omitempty"`
	Organ      string    `json:"organ"`
	Year       int       `json:"year"`
	Scope      string    `json:"scope,omitempty"`
	Title      string    `json:"title,omitempty"`
	Status     string    `json:"status"`
	Site       string    `json:"site,omitempty"`
	Snapshot   string    `json:"snapshot"`
	Extractor  int       `json:"extractor"`
	Revision   int       `json:"revision"` // the one that the report is read as
	Sources    int       `json:"sources"`  // addresses that gave the report
	Stored     time.Time `json:"stored"`
	// StoredAs is the ID of the member that the revision belongs to, when the
	// report has several that are the same; a revision number counts within it.
	StoredAs string `json:"stored_as,omitempty"`
	// Waiting is how many candidates wait for a promotion.
	Waiting int `json:"waiting,omitempty"`
}

// Filter chooses reports; a zero field takes all.
type Filter struct {
	Organ  string // part of the organ's name or of the title
	Year   int
	Site   string
	Status string
	URL    string // part of the address
	// AsOf is the time whose reports are asked for; the zero time is now.
	AsOf time.Time
}

func (f Filter) takes(i *Item) bool {
	return (f.Organ == "" || strings.Contains(i.Organ, f.Organ) || strings.Contains(i.Title, f.Organ)) &&
		(f.Year == 0 || i.Year == f.Year) &&
		(f.Site == "" || i.Site == f.Site) &&
		(f.Status == "" || i.Status == f.Status) &&
		(f.URL == "" || strings.Contains(i.URL, f.URL) || strings.Contains(i.Attachment, f.URL))
}

// List returns the reports that the filter takes, by organ, year and ID.
func (c *Corpus) List(ctx context.Context, f Filter) ([]Item, error) {
	var items []Item
	for l, err := range c.lives(ctx, f.AsOf) {
		if err != nil {
			return nil, err
		}
		if l.chosen == nil {
			continue
		}
		if item := l.item(l.chosen); f.takes(&item) {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, itemOrder)
	return items, nil
}

// itemOrder is by organ, year and ID.
func itemOrder(a, b Item) int {
	return cmp.Or(cmp.Compare(a.Organ, b.Organ), cmp.Compare(a.Year, b.Year), cmp.Compare(a.ID, b.ID))
}

// given reads what the extractor was told; a record of another kind has nothing.
func given(r *store.Report) (g Given) {
	if json.Unmarshal(r.Given, &g) != nil {
		return Given{}
	}
	return g
}

// CaptureItem is a capture in a list.
type CaptureItem struct {
	ID       string    `json:"id"`
	URL      string    `json:"url"`
	FinalURL string    `json:"final_url"`
	Status   int       `json:"status"`
	Time     time.Time `json:"time"`
	Digest   string    `json:"digest"`
	Bytes    int64     `json:"bytes"`
	Verdict  string    `json:"verdict"`
	Site     string    `json:"site,omitempty"`
	Run      string    `json:"run,omitempty"`
	Revisit  bool      `json:"revisit,omitempty"`
}

// CaptureFilter chooses captures; a zero field takes all.
type CaptureFilter struct {
	Run     string
	Site    string
	URL     string // part of the address
	Verdict string // beginning of it
	Status  int
}

func (f CaptureFilter) takes(c *store.Capture) bool {
	return (f.Run == "" || c.Run == f.Run) && (f.Site == "" || c.Site == f.Site) &&
		(f.URL == "" || strings.Contains(c.URL, f.URL) || strings.Contains(c.FinalURL, f.URL)) &&
		strings.HasPrefix(verdict(c), f.Verdict) && (f.Status == 0 || c.Status == f.Status)
}

// verdict is how a fetch ended; one that nothing was wrong with ended complete.
func verdict(c *store.Capture) string { return cmp.Or(c.Verdict, "complete") }

// Captures iterates over the captures that the filter takes, oldest first, while
// others may write.
func (c *Corpus) Captures(ctx context.Context, f CaptureFilter) iter.Seq2[CaptureItem, error] {
	all := c.store.Captures(ctx)
	if f.Run != "" {
		all = c.store.CapturesOfRun(ctx, f.Run)
	}
	return func(yield func(CaptureItem, error) bool) {
		for r, err := range all {
			if err != nil {
				yield(CaptureItem{}, fmt.Errorf("list captures: %w", err))
				return
			}
			if f.takes(&r) && !yield(captureItem(&r), nil) {
				return
			}
		}
	}
}

func captureItem(c *store.Capture) CaptureItem {
	return CaptureItem{
		ID: c.ID, URL: c.URL, FinalURL: cmp.Or(c.FinalURL, c.URL), Status: c.Status, Time: c.Time, Digest: string(c.Digest),
		Bytes: c.Bytes, Verdict: verdict(c), Site: c.Site, Run: c.Run, Revisit: c.Revisit,
	}
}
