package store

import (
	"context"
	"encoding/json"
)

// Counts says how much a corpus holds. The numbers are kept with every
// transaction, so that they cost one read.
type Counts struct {
	Captures int `json:"captures"`
	// Snapshots is how many there are, SnapshotBytes the sum of their sizes and
	// SnapshotStored what they take, compressed.
	Snapshots      int   `json:"snapshots"`
	SnapshotBytes  int64 `json:"snapshot_bytes"`
	SnapshotStored int64 `json:"snapshot_stored"`
	Reports        int   `json:"reports"`
	Revisions      int   `json:"revisions"`
	// Rows of the frontier by state.
	Rows map[string]int `json:"rows"`
}

func (c *Counts) row(state string, by int) {
	if c.Rows == nil {
		c.Rows = map[string]int{}
	}
	if c.Rows[state] += by; c.Rows[state] == 0 {
		delete(c.Rows, state)
	}
}

func (c *Counts) add(o Counts) {
	c.Captures += o.Captures
	c.Snapshots += o.Snapshots
	c.SnapshotBytes += o.SnapshotBytes
	c.SnapshotStored += o.SnapshotStored
	c.Reports += o.Reports
	c.Revisions += o.Revisions
	for state, n := range o.Rows {
		c.row(state, n)
	}
}

// Counts returns how much the corpus holds.
func (tx *Tx) Counts() (Counts, error) {
	var c Counts
	b := tx.bucket(bucketMeta).Get(metaCounts)
	if b == nil {
		return c, tx.damaged(bucketMeta, string(metaCounts), "the record is gone")
	}
	if err := tx.decode(bucketMeta, string(metaCounts), b, &c); err != nil {
		return c, err
	}
	c.add(tx.counted)
	if c.Rows == nil {
		c.Rows = map[string]int{}
	}
	return c, nil
}

// Counts is [Tx.Counts] in a transaction of its own.
func (s *Store) Counts(ctx context.Context) (c Counts, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		c, err = tx.Counts()
		return err
	})
	return c, err
}

// writeCounts adds what the transaction counted.
func (tx *Tx) writeCounts() error {
	c, err := tx.Counts()
	if err != nil {
		return err
	}
	tx.counted = Counts{}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.bucket(bucketMeta).Put(metaCounts, b)
}
