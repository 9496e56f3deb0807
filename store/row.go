package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"time"
)

// Row is one URL of the frontier.
type Row struct {
	Key       string            `json:"key,omitempty"` // canonical URL key
	URL       string            `json:"url"`
	Host      string            `json:"host"` // host:port the pace is kept for
	Site      string            `json:"site"`
	Index     string            `json:"index,omitempty"` // the column's index URL
	Kind      string            `json:"kind"`            // index, list, page, attachment
	Referrer  string            `json:"referrer,omitempty"`
	Title     string            `json:"title,omitempty"` // from the listing
	Date      string            `json:"date,omitempty"`
	Depth     int               `json:"depth,omitempty"`
	State     string            `json:"state"`        // Queued, Done …
	Due       time.Time         `json:"due,omitzero"` // not before
	Attempts  int               `json:"attempts,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	ETag      string            `json:"etag,omitempty"`
	Modified  string            `json:"modified,omitempty"` // Last-Modified as received
	Digest    Digest            `json:"digest,omitempty"`
	Fetched   time.Time         `json:"fetched,omitzero"`
	Run       string            `json:"run,omitempty"`   // the run that finished it last
	Extra     map[string]string `json:"extra,omitempty"` // request method, form body …
}

// The states of a row. A queued row waits to be fetched, at its Due time or
// later; a row in any other state that has a Due time is to be queued again then.
const (
	Queued  = "queued"
	Done    = "done"
	Failed  = "failed"
	Gone    = "gone"
	Skipped = "skipped"
)

func (r Row) normal() (Row, error) {
	if err := checkKey("row", r.Key); err != nil {
		return r, err
	}
	r.Due, r.Fetched = r.Due.UTC(), r.Fetched.UTC()
	if r.State == Queued {
		if err := checkKey("host of row "+r.Key, r.Host); err != nil {
			return r, err
		}
	}
	return r, nil
}

// index is the entry of a row in the queue of its host or in the agenda; the key
// is empty for a row that is in neither.
func (r Row) index() (bucket []byte, key string) {
	switch {
	case r.State == Queued:
		return bucketQueue, r.Host + "\x00" + sortedTime(r.Due) + r.Key
	case !r.Due.IsZero():
		return bucketAgenda, sortedTime(r.Due) + r.Key
	}
	return nil, ""
}

// sortedTime is a time as 12 bytes that sort as the time does.
func sortedTime(t time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^1<<63)
	return string(binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond())))
}

const sortedTimeSize = 12

func readSortedTime(b []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(b)^1<<63), int64(binary.BigEndian.Uint32(b[8:]))).UTC()
}

// Row returns the row of a URL key, or an error that is ErrNotFound.
func (tx *Tx) Row(key string) (Row, error) {
	var r Row
	return r, tx.get(bucketRows, key, &r)
}

// PutRow writes a row, whether or not there is one.
func (tx *Tx) PutRow(r Row) error {
	r, err := r.normal()
	if err != nil {
		return err
	}
	return tx.putRow(r)
}

func (tx *Tx) putRow(r Row) error {
	old, err := tx.Row(r.Key)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	default:
		tx.counted.row(old.State, -1)
		bucket, key := old.index()
		if _, now := r.index(); key != "" && key != now {
			if err := tx.bucket(bucket).Delete([]byte(key)); err != nil {
				return err
			}
		}
	}
	return tx.writeRow(r)
}

func (tx *Tx) writeRow(r Row) error {
	tx.counted.row(r.State, 1)
	if bucket, key := r.index(); key != "" {
		if err := tx.bucket(bucket).Put([]byte(key), nil); err != nil {
			return err
		}
	}
	key := r.Key
	r.Key = ""
	return tx.put(bucketRows, key, r)
}

// AddRows writes the rows whose keys are new, and returns how many those were.
func (tx *Tx) AddRows(rows ...Row) (added int, err error) {
	for _, r := range rows {
		r, err := r.normal()
		if err != nil {
			return added, err
		}
		ok, err := tx.addRow(r)
		if err != nil {
			return added, err
		}
		if ok {
			added++
		}
	}
	return added, nil
}

func (tx *Tx) addRow(r Row) (bool, error) {
	if tx.bucket(bucketRows).Get([]byte(r.Key)) != nil {
		return false, nil
	}
	return true, tx.writeRow(r)
}

// Hosts calls fn for every host that has queued rows, in the order of their
// names: when the first of them is due and how many there are. It reads the index
// alone: a million rows take a fraction of a second.
func (tx *Tx) Hosts(fn func(host string, due time.Time, rows int)) error {
	var host []byte
	var due time.Time
	rows := 0
	for k := range tx.keys(bucketQueue, "", "") {
		if rows > 0 && len(k) > len(host) && k[len(host)] == 0 && bytes.Equal(k[:len(host)], host) {
			rows++
			continue
		}
		if rows > 0 {
			fn(string(host), due, rows)
		}
		name, at, _, err := tx.splitQueueKey(k)
		if err != nil {
			return err
		}
		host, due, rows = append(host[:0], name...), at, 1
	}
	if rows > 0 {
		fn(string(host), due, rows)
	}
	return nil
}

// Queued iterates over the queued rows of a host in the order of Due and Key,
// from the first one after the row that has the given two; with an empty key,
// from the start.
func (tx *Tx) Queued(host string, due time.Time, key string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		prefix := host + "\x00"
		from := prefix
		if key != "" {
			from += sortedTime(due) + key + "\x00"
		}
		for k := range tx.keys(bucketQueue, prefix, from) {
			_, _, key, err := tx.splitQueueKey(k)
			if !tx.yieldRow(key, err, yield) {
				return
			}
		}
	}
}

// Revisits iterates over the rows that are not queued and whose Due time has
// come by until, the earliest first.
func (tx *Tx) Revisits(until time.Time) iter.Seq2[Row, error] {
	return tx.RevisitsAfter(time.Time{}, "", until)
}

// RevisitsAfter is [Tx.Revisits] from the first row after the one that has the
// given Due and Key; with an empty key, from the start.
func (tx *Tx) RevisitsAfter(due time.Time, key string, until time.Time) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		from := ""
		if key != "" {
			from = sortedTime(due) + key + "\x00"
		}
		for k := range tx.keys(bucketAgenda, "", from) {
			if len(k) <= sortedTimeSize {
				yield(Row{}, tx.damaged(bucketAgenda, string(k), "the entry can't be read"))
				return
			}
			if readSortedTime(k).After(until) || !tx.yieldRow(string(k[sortedTimeSize:]), nil, yield) {
				return
			}
		}
	}
}

// yieldRow reads the row that an index names.
func (tx *Tx) yieldRow(key string, err error, yield func(Row, error) bool) bool {
	var r Row
	if err == nil {
		r, err = tx.Row(key)
		err = tx.mustBeThere(err)
	}
	return yield(r, err) && err == nil
}

func (tx *Tx) splitQueueKey(k []byte) (host []byte, due time.Time, key string, err error) {
	host, rest, ok := bytes.Cut(k, []byte{0})
	if !ok || len(rest) <= sortedTimeSize {
		return nil, due, "", tx.damaged(bucketQueue, string(k), "the entry can't be read")
	}
	return host, readSortedTime(rest), string(rest[sortedTimeSize:]), nil
}

// Hosts is [Tx.Hosts] in a transaction of its own.
func (s *Store) Hosts(ctx context.Context, fn func(host string, due time.Time, rows int)) error {
	return s.View(ctx, func(tx *Tx) error { return tx.Hosts(fn) })
}

// Queued returns up to n rows of [Tx.Queued].
func (s *Store) Queued(ctx context.Context, host string, due time.Time, key string, n int) ([]Row, error) {
	var rows []Row
	err := s.View(ctx, func(tx *Tx) error {
		for r, err := range tx.Queued(host, due, key) {
			if err != nil {
				return err
			}
			if rows = append(rows, r); len(rows) >= n {
				break
			}
		}
		return nil
	})
	return rows, err
}
