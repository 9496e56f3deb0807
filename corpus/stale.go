package corpus

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/url"
	"path"
	"slices"
	"strings"

	"gongkai/extract"
	"gongkai/store"
)

// Staleness says whether what is stored of a snapshot is what the present
// extractor would read from it, and if not, why.
type Staleness string

// The states of a snapshot, in the order in which they are asked for: the first
// that holds is told.
const (
	// NeverExtracted: nothing is known to have been read from any snapshot of the
	// address.
	NeverExtracted Staleness = "never_extracted"
	// NewCapture: the latest snapshot of the address was not read, others were.
	NewCapture Staleness = "new_capture"
	// OtherVersion: another version of the extractor read it.
	OtherVersion Staleness = "extractor_version"
	// OtherOptions: it was read with options that may give another report.
	OtherOptions Staleness = "options"
	// OtherData: the forms, relations or wordings that the extractor works by have
	// changed since.
	OtherData Staleness = "template_data_changed"
	// Current: reading it again would give the same.
	Current Staleness = "current"
)

// Stalenesses are all of them, the current one last.
func Stalenesses() []Staleness {
	return []Staleness{NeverExtracted, NewCapture, OtherVersion, OtherOptions, OtherData, Current}
}

// extraction names what reads: snapshots read by the same one give the same.
type extraction struct {
	version       int
	options, data string
}

func present(o extract.Options) extraction {
	return extraction{extract.Version, o.Hash(), extract.DataHash()}
}

// against tells how a reading by another extraction stands to this one. A reading
// that does not say by which data it was made is taken to be by the same.
func (e extraction) against(o extraction) Staleness {
	switch {
	case e.version != o.version:
		return OtherVersion
	case e.options != o.options:
		return OtherOptions
	case o.data != "" && e.data != o.data:
		return OtherData
	}
	return Current
}

// unit is what can be read again: a snapshot that an address gave.
type unit struct {
	key     string // URL key of the address
	capture store.Capture
	row     *store.Row    // what the crawl knows of the address, if it was crawled
	last    *store.Report // the latest revision read from it
	before  *store.Report // the latest revision read from another snapshot of the address
	stale   Staleness
}

// UnitItem is a snapshot of an address in a list of what is stale.
type UnitItem struct {
	Stale    Staleness `json:"stale"`
	URL      string    `json:"url"`
	Snapshot string    `json:"snapshot"`
	Captured string    `json:"captured"` // ID of the capture
	// Report, Revision and Extractor are those of the latest reading, if any.
	Report    string `json:"report,omitempty"`
	Revision  int    `json:"revision,omitempty"`
	Extractor int    `json:"extractor,omitempty"`
	Organ     string `json:"organ,omitempty"`
	Year      int    `json:"year,omitempty"`
	Site      string `json:"site,omitempty"`
}

func (u *unit) item() UnitItem {
	i := UnitItem{Stale: u.stale, URL: u.capture.URL, Snapshot: string(u.capture.Digest), Captured: u.capture.ID, Site: u.capture.Site}
	if r := u.last; r != nil {
		i.Report, i.Revision, i.Extractor, i.Organ, i.Year = r.ID, r.Revision, r.Extractor, r.Organ, r.Year
	}
	return i
}

// Stale iterates over the snapshots that a re-extraction would read, and over
// those that are current if all is set, by URL.
func (c *Corpus) Stale(ctx context.Context, o extract.Options, all bool) iter.Seq2[UnitItem, error] {
	return func(yield func(UnitItem, error) bool) {
		for u, err := range c.units(ctx, present(o)) {
			if err != nil {
				yield(UnitItem{}, err)
				return
			}
			if (all || u.stale != Current) && !yield(u.item(), nil) {
				return
			}
		}
	}
}

// unitBatch is how many addresses are looked up in one transaction.
const unitBatch = 64

// units iterates over what can be read again, by URL key and capture: every
// snapshot that a revision was read from, and of each address the latest one that
// may hold a report.
func (c *Corpus) units(ctx context.Context, now extraction) iter.Seq2[unit, error] {
	return func(yield func(unit, error) bool) {
		var batch [][]store.Capture
		flush := func() bool {
			var units []unit
			err := c.store.View(ctx, func(tx *store.Tx) error {
				for _, captures := range batch {
					some, err := unitsOf(tx, captures, now)
					if err != nil {
						return err
					}
					units = append(units, some...)
				}
				return nil
			})
			batch = batch[:0]
			if err != nil {
				yield(unit{}, err)
				return false
			}
			for _, u := range units {
				if !yield(u, nil) {
					return false
				}
			}
			return true
		}
		var captures []store.Capture // of one address
		for capture, err := range c.store.CapturesByURL(ctx) {
			if err != nil {
				yield(unit{}, err)
				return
			}
			if len(captures) > 0 && (captures[0].Key != capture.Key || captures[0].URL != capture.URL) {
				if batch = append(batch, captures); len(batch) == unitBatch && !flush() {
					return
				}
				captures = nil
			}
			if readable(&capture) {
				captures = append(captures, capture)
			}
		}
		if len(captures) > 0 {
			batch = append(batch, captures)
		}
		flush()
	}
}

// readable tells whether a capture brought bytes that may hold a report.
func readable(c *store.Capture) bool {
	return c.Digest != "" && verdict(c) == "complete" && c.Status == 200 && c.ContentEncoding == ""
}

// unitsOf finds the units of an address among its captures.
func unitsOf(tx *store.Tx, captures []store.Capture, now extraction) ([]unit, error) {
	address := captures[0]
	row, err := rowOf(tx, &address)
	if err != nil {
		return nil, err
	}
	readings := map[store.Digest]*store.Report{} // the latest of each snapshot
	var newest *store.Report
	for _, id := range tx.ReportsOf(address.URL) {
		h, err := tx.ReportHistory(id)
		if err != nil {
			return nil, err
		}
		for _, r := range h.Revisions {
			if r.URL != address.URL {
				continue
			}
			if l := readings[r.Digest]; l == nil || readBefore(l, &r) {
				readings[r.Digest] = &r
			}
			if newest == nil || capturedBefore(newest, &r) {
				newest = &r
			}
		}
	}
	var units []unit
	seen := map[store.Digest]bool{}
	latest := captures[len(captures)-1].Digest
	for _, capture := range captures {
		d := capture.Digest
		if seen[d] || readings[d] == nil && (d != latest || !holdsReport(&capture, row)) {
			continue
		}
		seen[d] = true
		u := unit{key: capture.Key, capture: capture, row: row, last: readings[d]}
		if u.last != nil {
			if i := slices.IndexFunc(captures, func(c store.Capture) bool { return c.ID == u.last.Capture }); i >= 0 {
				u.capture = captures[i]
			}
		}
		if newest != nil && newest.Digest != d {
			u.before = newest
		}
		if err := u.judge(tx, now); err != nil {
			return nil, err
		}
		units = append(units, u)
	}
	return units, nil
}

// rowOf finds what the crawl knows of an address, nil when it was not crawled. The
// rows of pages go by the URL key, those of indexes by URL key and site.
func rowOf(tx *store.Tx, c *store.Capture) (*store.Row, error) {
	for _, key := range []string{c.Key, c.Key + " " + c.Site} {
		r, err := tx.Row(key)
		if err == nil {
			return &r, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return nil, nil
}

// readBefore orders readings of one snapshot.
func readBefore(a, b *store.Report) bool {
	return cmp.Or(cmp.Compare(a.Extractor, b.Extractor), a.Time.Compare(b.Time), cmp.Compare(a.Revision, b.Revision)) < 0
}

// holdsReport tells whether a capture may hold a report: it is no index, and no
// attachment of a page that is itself the report. The words are those that the
// crawler writes.
func holdsReport(c *store.Capture, row *store.Row) bool {
	kind := c.Kind
	if kind == "" && row != nil {
		kind = row.Kind
	}
	switch kind {
	case "index", "list":
		return false
	case "attachment":
		return row == nil || row.Extra["judge"] != ""
	}
	return true
}

// judge finds how stale a unit is.
func (u *unit) judge(tx *store.Tx, now extraction) error {
	noted, err := tx.Reading(u.capture.Digest, u.capture.URL)
	switch {
	case errors.Is(err, store.ErrNotFound):
		noted = store.Reading{}
	case err != nil:
		return err
	}
	// Either of them may be the present extractor's: it gives a revision or none.
	if !noted.Time.IsZero() {
		u.stale = now.against(extraction{noted.Extractor, noted.Options, noted.Data})
		if noted.Reason == reasonSame { // what was known is read again where it was read first
			u.stale = Current
		}
		if u.stale == Current || u.last == nil {
			return nil
		}
	}
	switch r := u.last; {
	case r != nil:
		u.stale = now.against(extraction{r.Extractor, r.Options, r.Data})
	case u.before != nil:
		u.stale = NewCapture
	default:
		u.stale = NeverExtracted
	}
	return nil
}

// page is what the extractor is to be told of a unit.
func (u *unit) page(places map[string]extract.Site) Page {
	p := Page{Digest: u.capture.Digest, Captured: u.capture.Time}
	switch {
	case u.last != nil:
		p.Given = given(u.last)
	case u.before != nil:
		p.Given = given(u.before)
	default:
		p.Given = Given{URL: u.capture.URL, Site: u.capture.Site, Place: places[u.capture.Site]}
		if final, err := url.Parse(cmp.Or(u.capture.FinalURL, u.capture.URL)); err == nil {
			p.Name = path.Base(final.Path)
		}
		if row := u.row; row != nil {
			p.ListTitle, p.ListDate = row.Title, row.Date
			if row.Kind == "attachment" {
				p.Page, p.Name = row.Referrer, cmp.Or(row.Extra["name"], p.Name)
				p.ListTitle = cmp.Or(row.Extra["page_title"], p.ListTitle)
			}
		}
	}
	if u.last == nil {
		p.ContentType = ""
		if i := slices.IndexFunc(u.capture.Header, func(h [2]string) bool { return strings.EqualFold(h[0], "Content-Type") }); i >= 0 {
			p.ContentType = u.capture.Header[i][1]
		}
	}
	return p
}
