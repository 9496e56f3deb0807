package store

import (
	"encoding/json"
	"iter"
	"time"
)

// Run is one run of a crawl, an import or the like. A run without Closed was
// killed or goes on.
type Run struct {
	ID      string    `json:"id"` // its start, RFC 3339, UTC
	What    string    `json:"what"`
	Agent   string    `json:"agent,omitempty"` // User-Agent of its requests
	Started time.Time `json:"started"`
	Closed  time.Time `json:"closed,omitzero"`
	// Summary is what the run said of itself at its end, as JSON.
	Summary json.RawMessage `json:"summary,omitempty"`
}

// PutRun writes a run, whether or not it is there.
func (tx *Tx) PutRun(r Run) error {
	if err := checkKey("run", r.ID); err != nil {
		return err
	}
	r.Started, r.Closed = r.Started.UTC(), r.Closed.UTC()
	return tx.put(bucketRuns, r.ID, r)
}

// Run returns a run, or an error that is ErrNotFound.
func (tx *Tx) Run(id string) (Run, error) {
	var r Run
	return r, tx.get(bucketRuns, id, &r)
}

// Runs iterates over the runs, the latest first.
func (tx *Tx) Runs() iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		c := tx.bucket(bucketRuns).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			var r Run
			err := tx.decode(bucketRuns, string(k), v, &r)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Robots is what a host answered when it was asked for robots.txt.
type Robots struct {
	Host    string    `json:"host"`
	Status  int       `json:"status"`
	Fetched time.Time `json:"fetched"`
	Body    []byte    `json:"body,omitempty"`
}

// PutRobots writes the answer of a host over the one before.
func (tx *Tx) PutRobots(r Robots) error {
	if err := checkKey("robots.txt of host", r.Host); err != nil {
		return err
	}
	r.Fetched = r.Fetched.UTC()
	return tx.put(bucketRobots, r.Host, r)
}

// Robots returns the last answer of a host, or an error that is ErrNotFound.
func (tx *Tx) Robots(host string) (Robots, error) {
	var r Robots
	return r, tx.get(bucketRobots, host, &r)
}

// Column is the state of the listing of a column, as the crawler wrote it.
type Column struct {
	Key  string
	Body []byte
}

// PutColumn writes the state of a column over the one before.
func (tx *Tx) PutColumn(c Column) error {
	if err := checkKey("column", c.Key); err != nil {
		return err
	}
	return tx.bucket(bucketColumns).Put([]byte(c.Key), append([]byte{}, c.Body...))
}

// Column returns the state of a column, or an error that is ErrNotFound.
func (tx *Tx) Column(key string) (Column, error) {
	v := tx.bucket(bucketColumns).Get([]byte(key))
	if v == nil {
		return Column{}, notFound("column", key)
	}
	return Column{Key: key, Body: append([]byte{}, v...)}, nil
}

// Columns iterates over the states of all columns, by key.
func (tx *Tx) Columns() iter.Seq[Column] {
	return func(yield func(Column) bool) {
		for k, v := range tx.keys(bucketColumns, "", "") {
			if !yield(Column{Key: string(k), Body: append([]byte{}, v...)}) {
				return
			}
		}
	}
}
