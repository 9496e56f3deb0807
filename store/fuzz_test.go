package store

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A corpus with any bytes changed, or cut at any place, opens and can be read,
// verified and written, or says what is wrong with it; it never panics and never
// hangs.
//
// The input is a list of changes, 5 bytes each: where and to what. A place beyond
// the end cuts the file instead.
func FuzzDamage(f *testing.F) {
	_, good := smallCorpus(f)
	change := func(at int, to byte) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(at)), to)
	}
	f.Add([]byte{})
	f.Add(change(len(good)+9000, 0))
	// The head of each page in turn, one part of it.
	parts := []int{0, 8, 10, 12, 16, 20, 24, 28}
	for at := 2 * pageSize; at < len(good); at += pageSize {
		at := at + parts[at/pageSize%len(parts)]
		f.Add(change(at, good[at]^3))
	}
	f.Fuzz(func(t *testing.T, changes []byte) {
		data := slices.Clone(good)
		for ; len(changes) >= 5 && len(data) > 0; changes = changes[5:] {
			at := int(binary.BigEndian.Uint32(changes))
			if at >= 2*len(good) {
				at %= 2 * len(good)
			}
			if at >= len(good) {
				data = data[:min(len(data), at-len(good))]
			} else if at < len(data) {
				data[at] = changes[4]
			}
		}
		path := filepath.Join(t.TempDir(), "corpus.db")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		s, err := Open(path, Options{})
		if err != nil {
			typed(t, "open", err)
			return
		}
		v, err := s.Verify(ctx, nil)
		typed(t, "verify", err)
		readErr := readAll(ctx, s)
		typed(t, "read", readErr)
		if err == nil && v.OK() && readErr != nil {
			t.Errorf("verified, but: %v", readErr)
		}
		typed(t, "write", s.Update(ctx, func(tx *Tx) error {
			_, err := tx.Finish(page(41, prose(41)))
			return err
		}))
		if err == nil && v.OK() {
			verify(t, s)
		}
	})
}

// typed fails the test unless an error is one of those that the store promises.
func typed(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && !is[*DamagedError](err) && !is[*ForeignError](err) && !is[*TruncatedError](err) &&
		!is[*NewerFormatError](err) && !is[*OlderFormatError](err) && !is[*InvalidError](err) && !errors.Is(err, ErrNotFound) && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %T %v", what, err, err)
	}
}

// readAll reads whatever a corpus has, by every way.
func readAll(ctx context.Context, s *Store) error {
	for c, err := range s.Captures(ctx) {
		if err != nil {
			return err
		}
		if c.Digest == "" {
			continue
		}
		if _, err := s.Snapshot(ctx, c.Digest); err != nil {
			return err
		}
	}
	for _, err := range s.Rows(ctx, "") {
		if err != nil {
			return err
		}
	}
	for _, err := range s.Reports(ctx, "") {
		if err != nil {
			return err
		}
	}
	if err := s.Hosts(ctx, func(string, time.Time, int) {}); err != nil {
		return err
	}
	return s.View(ctx, func(tx *Tx) error {
		for _, err := range tx.Revisits(noon.AddDate(10, 0, 0)) {
			if err != nil {
				return err
			}
		}
		for range tx.Columns() {
		}
		_, err := tx.Counts()
		return err
	})
}
