package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Report is one stored revision of a report; Body is its JSON.
type Report struct {
	ID       string `json:"id"`
	Revision int    `json:"revision"` // given by the store, from 1
	URL      string `json:"url"`
	Site     string `json:"site,omitempty"`
	Organ    string `json:"organ"`
	Year     int    `json:"year"`
	Scope    string `json:"scope,omitempty"`
	Title    string `json:"title"`
	Status   string `json:"status"`
	// Template names the forms that it follows, joined by +; empty for prose.
	Template string `json:"template,omitempty"`
	Digest   Digest `json:"digest"` // of the snapshot it was read from
	// Capture is the ID of the capture that brought the snapshot; Finish sets it.
	Capture   string    `json:"capture,omitempty"`
	Extractor int       `json:"extractor"`
	Options   string    `json:"options,omitempty"` // hash
	Data      string    `json:"data,omitempty"`    // hash of the data files that the extractor worked by
	Time      time.Time `json:"time"`              // when it was stored
	// Candidate is set when the revision does not stand by itself but waits for a
	// promotion. The store sets it, too, for another extractor's reading of a
	// snapshot that was read before; see [ReportHistory.Standing].
	Candidate bool `json:"candidate,omitempty"`
	// Content identifies what the report says, whatever its page looks like.
	Content string `json:"content,omitempty"`
	// Print is the fingerprint of its text, 16 hex digits, by which near copies
	// are found among the reports of the year; see [Tx.Near].
	Print string `json:"print,omitempty"`
	// Given is what the extractor was told beside the bytes, as JSON: with it, the
	// snapshot and the options the report can be made again.
	Given json.RawMessage `json:"given,omitempty"`
	// Body is kept as a blob of its own; [Store.ReportHeads] leaves it out.
	Body []byte `json:"-"`
	// BodyDigest addresses Body.
	BodyDigest Digest `json:"body"`
}

// same tells whether two revisions say the same of the same bytes.
func (r Report) same(o Report) bool {
	return r.URL == o.URL && r.Digest == o.Digest && r.sameExtractor(o) && r.BodyDigest == o.BodyDigest
}

// sameExtractor tells whether two revisions were read in the same way. Revisions
// of format 1 do not tell by which data.
func (r Report) sameExtractor(o Report) bool {
	return r.Extractor == o.Extractor && r.Options == o.Options && (r.Data == o.Data || r.Data == "" || o.Data == "")
}

func (r Report) normal() (Report, error) {
	if err := checkKey("report", r.ID); err != nil {
		return r, err
	}
	if err := checkKey("URL of report "+r.ID, r.URL); err != nil {
		return r, err
	}
	if _, err := r.Digest.sum(); err != nil {
		return r, err
	}
	if r.Print != "" {
		if _, err := r.print(); err != nil {
			return r, err
		}
	}
	r.Time = r.Time.UTC()
	return r, nil
}

func reportKey(id string, revision int) string {
	return id + "\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(revision)))
}

// PutReport adds a revision of a report and returns it as stored. When the
// latest revision read from the same URL says the same of the same snapshot, by
// the same extractor with the same options, that one is returned and isNew is
// false. The snapshot must be there; Time defaults to now.
func (tx *Tx) PutReport(r Report) (stored Report, isNew bool, err error) {
	r, err = r.normal()
	if err != nil {
		return r, false, err
	}
	b, err := tx.db.store.squeeze(tx, blobReport, groups{pages: reportGroup}, "", r.Body)
	if err != nil {
		return r, false, err
	}
	if err := errors.Join(tx.needSnapshot("report "+r.ID, r.Digest), tx.needCapture(r)); err != nil {
		return r, false, err
	}
	return tx.putReport(r, b)
}

func (tx *Tx) putReport(r Report, body blob) (Report, bool, error) {
	r.BodyDigest = body.digest()
	r.Revision = 0
	for head, err := range tx.revisionsBackwards(r.ID) {
		if err != nil {
			return r, false, err
		}
		if r.Revision == 0 {
			r.Revision = head.Revision
		}
		if head.URL != r.URL {
			continue
		}
		if head.same(r) {
			head.Body = r.Body
			return head, false, nil
		}
		break
	}
	r.Revision++
	if !r.Candidate {
		var err error
		if r.Candidate, err = tx.rivals(r); err != nil {
			return r, false, err
		}
	}
	if r.Time.IsZero() {
		r.Time = tx.db.store.o.Now().UTC()
	}
	if _, err := tx.putBlob(body); err != nil {
		return r, false, err
	}
	if r.Print != "" {
		if err := tx.bucket(bucketNovel).Put([]byte(r.ID), nil); err != nil {
			return r, false, err
		}
	}
	return r, true, tx.indexReport(r)
}

// rivals tells whether a reading competes with one that another extractor made of
// the same snapshot, so that somebody must choose between them.
func (tx *Tx) rivals(r Report) (bool, error) {
	var last Report
	for _, id := range tx.ReportsOf(r.URL) {
		for head, err := range tx.revisionsBackwards(id) {
			if err != nil {
				return false, err
			}
			if head.URL == r.URL && head.Digest == r.Digest {
				if last.ID == "" || last.Time.Before(head.Time) {
					last = head
				}
				break
			}
		}
	}
	switch {
	case last.ID == "":
		return false, nil
	case !last.sameExtractor(r):
		return true, nil
	case !last.Candidate:
		return false, nil
	}
	h, err := tx.ReportHistory(last.ID)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(h.Standing(time.Time{}), func(s Report) bool { return s.Revision == last.Revision }), nil
}

// indexReport writes the record of a revision and its entry in the index.
func (tx *Tx) indexReport(r Report) error {
	tx.counted.Revisions++
	if r.Revision == 1 {
		tx.counted.Reports++
	}
	if err := tx.bucket(bucketSources).Put([]byte(r.URL+"\x00"+r.ID), nil); err != nil {
		return err
	}
	for _, key := range r.bands() {
		if err := tx.bucket(bucketPrints).Put([]byte(key), []byte(r.Print)); err != nil {
			return err
		}
	}
	return tx.put(bucketReports, reportKey(r.ID, r.Revision), r)
}

func (tx *Tx) revisionsBackwards(id string) iter.Seq2[Report, error] {
	return func(yield func(Report, error) bool) {
		k := tx.last(bucketReports, id+"\x00")
		if k == nil {
			return
		}
		c := tx.bucket(bucketReports).Cursor()
		for k, v := c.Seek(k); k != nil && len(k) == len(id)+5 && string(k[:len(id)+1]) == id+"\x00"; k, v = c.Prev() {
			var r Report
			err := tx.decode(bucketReports, string(k), v, &r)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Report returns a revision of a report with its body; revision 0 means the
// latest. The error is ErrNotFound when there is none.
func (tx *Tx) Report(id string, revision int) (Report, error) {
	var r Report
	if revision == 0 {
		k := tx.last(bucketReports, id+"\x00")
		if len(k) != len(id)+5 {
			return r, fmt.Errorf("report %q: %w", id, ErrNotFound)
		}
		revision = int(binary.BigEndian.Uint32(k[len(id)+1:]))
	}
	if err := tx.get(bucketReports, reportKey(id, revision), &r); err != nil {
		if errors.Is(err, ErrNotFound) {
			err = fmt.Errorf("report %q, revision %d: %w", id, revision, ErrNotFound)
		}
		return r, err
	}
	var err error
	r.Body, err = tx.readBlob(blobReport, r.BodyDigest)
	return r, tx.mustBeThere(err)
}

// ReportsOf returns the IDs of the reports that were read from a URL, sorted.
func (tx *Tx) ReportsOf(url string) []string {
	var ids []string
	for k := range tx.keys(bucketSources, url+"\x00", "") {
		ids = append(ids, string(k[len(url)+1:]))
	}
	return ids
}
