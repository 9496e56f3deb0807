// Package store keeps a corpus in one bbolt file: immutable snapshots, the
// captures that point at them, the rows of the crawl frontier, reports, runs.
// It knows bytes and keys, not government.
//
// A [Store] is a handle, not an open file: every [Store.Update] and [Store.View]
// opens the file, runs one transaction and lets go of the lock, so that no
// process keeps another out for longer than one batch.
package store

import (
	"context"
	"time"
)

// FormatVersion is the version of the file layout that this program writes.
const FormatVersion = 1

// Options for Open. The zero value is the default.
type Options struct {
	// LockWait is how long to wait for another process's batch. Default 10s.
	LockWait time.Duration
	// ReadOnly refuses Update.
	ReadOnly bool
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Store is a handle on a corpus file.
type Store struct{}

// Digest addresses a snapshot: "sha256:" and 64 hex digits.
type Digest string

// Capture is one response as it arrived.
type Capture struct {
	ID        string        `json:"id"`  // given by the store, sorts by time
	Key       string        `json:"key"` // canonical URL key
	URL       string        `json:"url"`
	FinalURL  string        `json:"final_url,omitempty"`
	Redirects []string      `json:"redirects,omitempty"`
	Status    int           `json:"status"`
	Header    [][2]string   `json:"header,omitempty"` // as received, in order where known
	Time      time.Time     `json:"time"`
	Took      time.Duration `json:"took"`
	Digest    Digest        `json:"digest,omitempty"`
	Bytes     int64         `json:"bytes"`
	// ContentEncoding of the bytes as kept, when they are kept encoded.
	ContentEncoding string `json:"content_encoding,omitempty"`
	Referrer        string `json:"referrer,omitempty"`
	Run             string `json:"run,omitempty"`
	Site            string `json:"site,omitempty"`
	Peer            string `json:"peer,omitempty"` // address of the server
	Verdict         string `json:"verdict,omitempty"`
	Evidence        string `json:"evidence,omitempty"`
	// Revisit is set when the server said 304, or the bytes equal those of the
	// capture before: Digest is that of the earlier capture.
	Revisit     bool `json:"revisit,omitempty"`
	InsecureTLS bool `json:"insecure_tls,omitempty"`
}

// Row is one URL of the frontier.
type Row struct {
	Key       string            `json:"key"` // canonical URL key
	URL       string            `json:"url"`
	Host      string            `json:"host"` // host:port the pace is kept for
	Site      string            `json:"site"`
	Index     string            `json:"index,omitempty"` // the column's index URL
	Kind      string            `json:"kind"`            // index, list, page, attachment
	Referrer  string            `json:"referrer,omitempty"`
	Title     string            `json:"title,omitempty"` // from the listing
	Date      string            `json:"date,omitempty"`
	Depth     int               `json:"depth,omitempty"`
	State     string            `json:"state"` // queued, done, failed, gone, skipped
	Due       time.Time         `json:"due"`   // not before
	Attempts  int               `json:"attempts,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	ETag      string            `json:"etag,omitempty"`
	Modified  string            `json:"modified,omitempty"` // Last-Modified as received
	Digest    Digest            `json:"digest,omitempty"`
	Fetched   time.Time         `json:"fetched,omitzero"`
	Run       string            `json:"run,omitempty"`   // the run that finished it last
	Extra     map[string]string `json:"extra,omitempty"` // request method, form body …
}

// Report is one stored revision of a report; Body is its JSON.
type Report struct {
	ID        string    `json:"id"`
	Revision  int       `json:"revision"`
	URL       string    `json:"url"`
	Site      string    `json:"site,omitempty"`
	Organ     string    `json:"organ"`
	Year      int       `json:"year"`
	Scope     string    `json:"scope,omitempty"`
	Title     string    `json:"title"`
	Status    string    `json:"status"`
	Digest    Digest    `json:"digest"`
	Extractor int       `json:"extractor"`
	Options   string    `json:"options,omitempty"`
	Time      time.Time `json:"time"`
	Body      []byte    `json:"body"`
}

// Finish is everything that one finished URL changes; Tx.Finish applies it
// whole.
type Finish struct {
	Row     Row      // the new state of the URL
	Capture *Capture // nil when nothing arrived
	Body    []byte   // the bytes of Capture, nil for a revisit
	Found   []Row    // links found: rows that exist already stay as they are
	Report  *Report  // the report read from Body, if it is one
}

var _ = context.Background
