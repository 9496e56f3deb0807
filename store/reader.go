package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"time"
)

// A chunk is what a long reader takes in one transaction: at most so many
// records, and no more once it took so long.
const (
	chunkRecords = 256
	chunkTime    = 20 * time.Millisecond
)

// read iterates over the records of a bucket whose keys begin with prefix, in
// chunks, each read in a transaction of its own; what load makes of a record must
// not refer to the file. It ends at the last key that there was when it began, so
// that it ends while others append.
func read[T any](ctx context.Context, s *Store, bucket []byte, prefix string, load func(tx *Tx, k, v []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var end []byte // the last key to read
		from := prefix
		for {
			var chunk []T
			more := false
			err := s.View(ctx, func(tx *Tx) error {
				if end == nil {
					if end = bytes.Clone(tx.last(bucket, prefix)); end == nil {
						return nil
					}
				}
				start := time.Now()
				for k, v := range tx.keys(bucket, prefix, from) {
					if bytes.Compare(k, end) > 0 {
						return nil
					}
					if len(chunk) == chunkRecords || len(chunk) > 0 && time.Since(start) > chunkTime {
						from, more = string(k), true
						return nil
					}
					record, err := load(tx, k, v)
					if err != nil {
						return err
					}
					chunk = append(chunk, record)
				}
				return nil
			})
			for _, record := range chunk {
				if !yield(record, nil) {
					return
				}
			}
			if err != nil {
				yield(none, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// Captures iterates over all captures, oldest first, in chunks.
func (s *Store) Captures(ctx context.Context) iter.Seq2[Capture, error] {
	return read(ctx, s, bucketCaptures, "", func(tx *Tx, k, v []byte) (c Capture, err error) {
		return c, tx.decode(bucketCaptures, string(k), v, &c)
	})
}

// CapturesOfRun iterates over the captures of a run, oldest first, in chunks.
func (s *Store) CapturesOfRun(ctx context.Context, run string) iter.Seq2[Capture, error] {
	return s.captures(ctx, bucketByRun, run)
}

// History iterates over the captures of a URL key, oldest first, in chunks.
func (s *Store) History(ctx context.Context, key string) iter.Seq2[Capture, error] {
	return s.captures(ctx, bucketByURL, key)
}

func (s *Store) captures(ctx context.Context, index []byte, part string) iter.Seq2[Capture, error] {
	return read(ctx, s, index, part+"\x00", func(tx *Tx, k, _ []byte) (Capture, error) {
		return tx.indexedCapture(string(k))
	})
}

// CapturesByURL iterates over all captures, those of one URL key together, oldest
// first, in chunks.
func (s *Store) CapturesByURL(ctx context.Context) iter.Seq2[Capture, error] {
	return read(ctx, s, bucketByURL, "", func(tx *Tx, k, _ []byte) (Capture, error) {
		return tx.indexedCapture(string(k))
	})
}

// chains iterates over all blobs: each with the references behind it.
func (s *Store) chains(ctx context.Context) iter.Seq2[[]blobKey, error] {
	return read(ctx, s, bucketBlobs, "", func(tx *Tx, k, _ []byte) ([]blobKey, error) {
		if len(k) != 1+sha256.Size {
			return nil, tx.damaged(bucketBlobs, string(k), "the key is no kind and hash")
		}
		chain, err := tx.chain(k[0], digestOf([sha256.Size]byte(k[1:])))
		keys := make([]blobKey, len(chain))
		for i, b := range chain {
			keys[i] = blobKey{b.kind, b.sum}
		}
		return keys, err
	})
}

// Rows iterates over the rows whose keys begin with prefix, by key, in chunks.
func (s *Store) Rows(ctx context.Context, prefix string) iter.Seq2[Row, error] {
	return read(ctx, s, bucketRows, prefix, func(tx *Tx, k, v []byte) (r Row, err error) {
		return r, tx.decode(bucketRows, string(k), v, &r)
	})
}

// ReportHeads iterates over all revisions of the reports whose IDs begin with
// prefix, by ID and revision, without their bodies, in chunks.
func (s *Store) ReportHeads(ctx context.Context, prefix string) iter.Seq2[Report, error] {
	return read(ctx, s, bucketReports, prefix, func(tx *Tx, k, v []byte) (r Report, err error) {
		return r, tx.decode(bucketReports, string(k), v, &r)
	})
}

// Reports iterates like [Store.ReportHeads], with bodies.
func (s *Store) Reports(ctx context.Context, prefix string) iter.Seq2[Report, error] {
	type stored struct {
		Report
		chain []blob
	}
	records := read(ctx, s, bucketReports, prefix, func(tx *Tx, k, v []byte) (r stored, err error) {
		if err := tx.decode(bucketReports, string(k), v, &r.Report); err != nil {
			return r, err
		}
		r.chain, err = tx.chain(blobReport, r.BodyDigest)
		r.chain = copyChain(r.chain)
		return r, tx.mustBeThere(err)
	})
	return func(yield func(Report, error) bool) {
		for r, err := range records {
			if err == nil {
				r.Body, err = s.restore(r.chain)
			}
			if !yield(r.Report, err) || err != nil {
				return
			}
		}
	}
}

// mustBeThere turns the absence of what a record refers to into damage.
func (tx *Tx) mustBeThere(err error) error {
	if errors.Is(err, ErrNotFound) {
		return &DamagedError{Path: tx.db.path, Reason: err.Error() + ", but a record refers to it"}
	}
	return err
}
