package store

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"
)

// Decision is what a person found when looking at a cell of a snapshot. It
// belongs to the bytes, not to a reading of them: every reading, of today and of
// later, is held against it.
type Decision struct {
	// Digest, Locator and Cell are the key: the snapshot, the place in it, and which
	// of the figures read from that place is meant.
	Digest  Digest `json:"digest"`
	Locator string `json:"locator"`
	Cell    string `json:"cell"`
	// Verdict is a word of the caller's.
	Verdict string    `json:"verdict"`
	Note    string    `json:"note,omitempty"`
	Who     string    `json:"who,omitempty"`
	Time    time.Time `json:"time"`
	// Report, Revision, State, Value and Raw are what the person looked at.
	Report   string `json:"report"`
	Revision int    `json:"revision"`
	State    string `json:"state"`
	Value    string `json:"value,omitempty"`
	Raw      string `json:"raw,omitempty"`
}

func (d Decision) key() string {
	return string(d.Digest) + "\x00" + d.Locator + "\x00" + d.Cell
}

// PutDecision writes a decision over the one before on the same cell.
func (tx *Tx) PutDecision(d Decision) error {
	for _, part := range []string{string(d.Digest), d.Locator, d.Cell} {
		if err := checkKey("decision", part); err != nil {
			return err
		}
	}
	if err := tx.needSnapshot("decision", d.Digest); err != nil {
		return err
	}
	if d.Time.IsZero() {
		d.Time = tx.db.store.o.Now()
	}
	d.Time = d.Time.UTC()
	return tx.put(bucketDecisions, d.key(), d)
}

// DeleteDecision removes a decision; the error is ErrNotFound when there is none.
func (tx *Tx) DeleteDecision(digest Digest, locator, cell string) error {
	key := Decision{Digest: digest, Locator: locator, Cell: cell}.key()
	if tx.bucket(bucketDecisions).Get([]byte(key)) == nil {
		return notFound("decision on", cell)
	}
	return tx.bucket(bucketDecisions).Delete([]byte(key))
}

// Decisions returns the decisions on the cells of a snapshot, by locator.
func (tx *Tx) Decisions(digest Digest) (all []Decision, err error) {
	for k, v := range tx.keys(bucketDecisions, string(digest)+"\x00", "") {
		var d Decision
		if err := tx.decode(bucketDecisions, string(k), v, &d); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// Decisions iterates over all decisions, by snapshot and locator, in chunks.
func (s *Store) Decisions(ctx context.Context) iter.Seq2[Decision, error] {
	return read(ctx, s, bucketDecisions, "", func(tx *Tx, k, v []byte) (d Decision, err error) {
		return d, tx.decode(bucketDecisions, string(k), v, &d)
	})
}

func (v *verifier) decision(tx *Tx, k, b []byte) {
	var d Decision
	if !v.readable(tx, bucketDecisions, k, b, &d) {
		return
	}
	if d.key() != string(k) {
		v.problem(ProblemRecord, bucketDecisions, string(k), "it says it is on %s", d.Cell)
	}
	if !tx.HasSnapshot(d.Digest) {
		v.problem(ProblemReference, bucketDecisions, string(k), "its snapshot is gone")
	}
}

// Reading is what an extractor made of a snapshot that gave no revision: it is no
// report, or says what was known.
type Reading struct {
	Extractor int       `json:"extractor"`
	Options   string    `json:"options,omitempty"`
	Data      string    `json:"data,omitempty"`
	Reason    string    `json:"reason"` // a stable word of the caller's
	Detail    string    `json:"detail,omitempty"`
	Time      time.Time `json:"time"`
}

func readingKey(digest Digest, url string) string { return string(digest) + "\x00" + url }

// PutReading writes what was made of the snapshot of a URL over what was before.
func (tx *Tx) PutReading(digest Digest, url string, r Reading) error {
	if err := errors.Join(checkKey("reading of", url), checkKey("reading of", string(digest))); err != nil {
		return err
	}
	if r.Time.IsZero() {
		r.Time = tx.db.store.o.Now()
	}
	r.Time = r.Time.UTC()
	return tx.put(bucketReadings, readingKey(digest, url), r)
}

// DeleteReading forgets what was made of the snapshot of a URL.
func (tx *Tx) DeleteReading(digest Digest, url string) error {
	return tx.bucket(bucketReadings).Delete([]byte(readingKey(digest, url)))
}

// Reading returns what was made of the snapshot of a URL, or an error that is
// ErrNotFound.
func (tx *Tx) Reading(digest Digest, url string) (Reading, error) {
	var r Reading
	return r, tx.get(bucketReadings, readingKey(digest, url), &r)
}

func (v *verifier) reading(tx *Tx, k, b []byte) {
	var r Reading
	if v.readable(tx, bucketReadings, k, b, &r) && strings.IndexByte(string(k), 0) < 0 {
		v.problem(ProblemRecord, bucketReadings, string(k), "the key is no snapshot and URL")
	}
}
