// Package store keeps a corpus in one bbolt file: immutable snapshots, the
// captures that point at them, the rows of the crawl frontier, reports, runs.
// It knows bytes and keys, not government.
//
// A [Store] is a handle, not an open file: every [Store.Update] and [Store.View]
// opens the file, runs one transaction and lets go of the lock, so that no
// process keeps another out for longer than one batch. A long reader
// ([Store.Captures], [Store.Reports], [Store.Bodies]) notes the keys it wants in
// one short transaction and reads the records in chunks.
//
// # What the file promises
//
//   - A snapshot is never changed. It is addressed by the SHA-256 of its bytes,
//     stored once, and checked against that address whenever it is read.
//   - A finished URL is applied whole or not at all ([Tx.Finish]); a transaction
//     that was acknowledged survives kill -9 and, as far as the disk keeps its
//     word, loss of power.
//   - The same records in the same order give the same keys and bytes.
//   - A file that is foreign, newer, truncated or damaged ends in a typed error,
//     never in a crash.
//
// # Layout
//
// One bucket a kind, named in layout.go. Bodies of snapshots and reports are
// blobs: they are appended to packs, so that small ones do not waste pages, and
// found through an index by digest that can be rebuilt from the packs. All other
// records are JSON.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// FormatVersion is the version of the file layout that this program writes.
//
//	1: packs of blobs; captures, rows, reports, runs, robots, columns as JSON
//	2: how far archives were imported in a bucket of its own, not among columns
//	3: candidates beside the revisions that stand, promotions, decisions, unions of
//	   reports, fingerprints, readings; a revision of an earlier format stands and
//	   has no fingerprint
//
// A file of an earlier format is brought up to date by [Migrate].
const FormatVersion = 3

// Options for Open and Create. The zero value is the default.
type Options struct {
	// LockWait is how long to wait for another process's batch. Default 10s.
	LockWait time.Duration
	// ReadOnly refuses Update.
	ReadOnly bool
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Program names the program and its version; a file remembers which program
	// first wrote it in its format. Default: the base name of the executable.
	Program string
}

// Store is a handle on a corpus file. It is safe for concurrent use; in one
// process, too, there is one Update or any number of Views at a time.
type Store struct {
	path string
	o    Options
	// gate orders the transactions of this process: a View takes one, an Update
	// all of it. Between processes the lock on the file does the same.
	gate *semaphore.Weighted
	refs *references
}

const gateWidth = 1 << 20

// Open returns a handle on an existing corpus file and checks that it is one
// that this program can read. The error is one of [fs.ErrNotExist],
// *ForeignError, *OlderFormatError, *NewerFormatError, *TruncatedError, *DamagedError,
// *LockedError, or says what else is wrong with the path.
func Open(path string, o Options) (*Store, error) {
	return OpenContext(context.Background(), path, o)
}

// OpenContext is [Open] with a context that ends the wait for another process's
// batch.
func OpenContext(ctx context.Context, path string, o Options) (*Store, error) {
	s := newStore(path, o)
	if err := s.checkPath(); err != nil {
		return nil, err
	}
	err := s.withDB(ctx, false, func(db *database) error {
		if err := db.checkSkeleton(); err != nil {
			return err
		}
		return db.checkFormat()
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Create makes a new corpus file. A file that is there already is left alone
// and is an [fs.ErrExist]. The file appears whole or not at all.
func Create(path string, o Options) (*Store, error) {
	s := newStore(path, o)
	if o.ReadOnly {
		return nil, fmt.Errorf("create corpus %s: %w", path, ErrReadOnly)
	}
	if info, err := os.Lstat(path); err == nil {
		if info.IsDir() {
			return nil, directoryError(path)
		}
		return nil, fmt.Errorf("create corpus %s: %w", path, fs.ErrExist)
	}
	if err := s.create(); err != nil {
		return nil, err
	}
	return s, nil
}

// OpenOrCreate opens the corpus file, and makes it when there is none.
func OpenOrCreate(path string, o Options) (*Store, error) {
	s, err := Open(path, o)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s, err = Create(path, o)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return Open(path, o)
	}
	return s, err
}

func newStore(path string, o Options) *Store {
	if o.LockWait <= 0 {
		o.LockWait = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Program == "" {
		o.Program = filepath.Base(os.Args[0])
	}
	return &Store{path: path, o: o, gate: semaphore.NewWeighted(gateWidth), refs: newReferences()}
}

// Path is the path of the corpus file.
func (s *Store) Path() string { return s.path }

// ReadOnly tells whether the handle refuses Update.
func (s *Store) ReadOnly() bool { return s.o.ReadOnly }

// Update runs one read-write transaction. It opens the file, calls fn, commits
// when fn returns nil, and closes the file; when Update returns nil, what fn
// wrote is on the disk. An error of fn, or a failed commit, leaves the file as it
// was. fn must not call Update or View of the same store.
//
// Errors of its own: *LockedError, [ErrReadOnly], *DiskFullError, *DamagedError,
// those of [Open], and ctx.Err() while it waits.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	if s.o.ReadOnly {
		return fmt.Errorf("write corpus %s: %w", s.path, ErrReadOnly)
	}
	return s.withDB(ctx, true, func(db *database) error {
		if err := db.checkFormat(); err != nil {
			return err
		}
		return db.update(fn)
	})
}

// View runs one read transaction: it opens the file, calls fn and closes the
// file. Keep fn short; while it runs, nobody can write. fn must not call Update
// or View of the same store.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.withDB(ctx, false, func(db *database) error {
		if err := db.checkFormat(); err != nil {
			return err
		}
		return db.view(fn)
	})
}

func (s *Store) checkPath() error {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &NotExistError{Path: s.path}
	case err != nil:
		return fmt.Errorf("open corpus: %w", err)
	case info.IsDir():
		return directoryError(s.path)
	case !info.Mode().IsRegular():
		return &ForeignError{Path: s.path, Reason: "it is no regular file (" + strings.ToLower(info.Mode().Type().String()) + ")"}
	}
	return nil
}
