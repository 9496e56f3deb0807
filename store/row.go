package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
	"strings"
	"time"
)

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
	State     string            `json:"state"`        // queued, done, failed, gone, skipped
	Due       time.Time         `json:"due,omitzero"` // not before; zero: never again
	Attempts  int               `json:"attempts,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	ETag      string            `json:"etag,omitempty"`
	Modified  string            `json:"modified,omitempty"` // Last-Modified as received
	Digest    Digest            `json:"digest,omitempty"`
	Fetched   time.Time         `json:"fetched,omitzero"`
	Run       string            `json:"run,omitempty"`   // the run that finished it last
	Extra     map[string]string `json:"extra,omitempty"` // request method, form body …
}

// Due is an entry of the index of rows by host and time: what a scheduler needs
// to choose, without reading the rows.
type Due struct {
	Host string
	Time time.Time // to the millisecond
	Key  string
	Kind string
	Site string
}

func (r Row) normal() (Row, error) {
	if err := checkKey("row", r.Key); err != nil {
		return r, err
	}
	r.Due, r.Fetched = r.Due.UTC(), r.Fetched.UTC()
	if !r.Due.IsZero() {
		if err := checkKey("host of row "+r.Key, r.Host); err != nil {
			return r, err
		}
	}
	if strings.Contains(r.Kind+r.Site, "\x00") {
		return r, &InvalidError{What: "row " + r.Key, Reason: "kind or site hold a byte 0x00"}
	}
	return r, nil
}

// dueKey is the key of a row in the index, empty for a row that is never due.
func (r Row) dueKey() string {
	if r.Due.IsZero() {
		return ""
	}
	return r.Host + "\x00" + dueTime(r.Due) + r.Key
}

// dueTime is a time in milliseconds, such that the text sorts as the time does.
func dueTime(t time.Time) string {
	return bigEndian(uint64(t.UnixMilli()) ^ 1<<63)
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
	case old.dueKey() != "" && old.dueKey() != r.dueKey():
		if err := tx.bolt.Bucket(bucketDue).Delete([]byte(old.dueKey())); err != nil {
			return err
		}
	}
	return tx.writeRow(r)
}

func (tx *Tx) writeRow(r Row) error {
	if k := r.dueKey(); k != "" {
		if err := tx.bolt.Bucket(bucketDue).Put([]byte(k), []byte(r.Kind+"\x00"+r.Site)); err != nil {
			return err
		}
	}
	return tx.put(bucketRows, r.Key, r)
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
	if tx.bolt.Bucket(bucketRows).Get([]byte(r.Key)) != nil {
		return false, nil
	}
	return true, tx.writeRow(r)
}

// Rows iterates over the rows whose keys begin with prefix, in the order of
// their keys, from the first one not before from.
func (tx *Tx) Rows(prefix, from string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for k, v := range tx.keys(bucketRows, prefix, from) {
			var r Row
			err := tx.decode(bucketRows, string(k), v, &r)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Hosts iterates over the hosts that have rows that will be due, in order, each
// with its earliest row. It reads one entry a host.
func (tx *Tx) Hosts() iter.Seq2[Due, error] {
	return func(yield func(Due, error) bool) {
		c := tx.bolt.Bucket(bucketDue).Cursor()
		for k, v := c.First(); k != nil; {
			d, err := tx.due(k, v)
			if !yield(d, err) || err != nil {
				return
			}
			k, v = c.Seek([]byte(d.Host + "\x01"))
		}
	}
}

// Due iterates over the rows of a host in the order of their time, up to and
// including until. An empty host means all hosts, one after the other.
func (tx *Tx) Due(host string, until time.Time) iter.Seq2[Due, error] {
	return func(yield func(Due, error) bool) {
		prefix := ""
		if host != "" {
			prefix = host + "\x00"
		}
		c := tx.bolt.Bucket(bucketDue).Cursor()
		for k, v := c.Seek([]byte(prefix)); bytes.HasPrefix(k, []byte(prefix)) && k != nil; {
			d, err := tx.due(k, v)
			if err == nil && d.Time.After(until) {
				if host != "" {
					return
				}
				k, v = c.Seek([]byte(d.Host + "\x01"))
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
			k, v = c.Next()
		}
	}
}

func (tx *Tx) due(k, v []byte) (Due, error) {
	host, rest, ok := bytes.Cut(k, []byte{0})
	kind, site, ok2 := bytes.Cut(v, []byte{0})
	if !ok || !ok2 || len(rest) < 9 {
		return Due{}, tx.damaged(bucketDue, string(k), "the entry can't be read")
	}
	ms := int64(binary.BigEndian.Uint64(rest) ^ 1<<63)
	return Due{Host: string(host), Time: time.UnixMilli(ms).UTC(), Key: string(rest[8:]), Kind: string(kind), Site: string(site)}, nil
}
