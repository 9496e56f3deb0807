package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Beside the corpus lie two small files. PATH.lock is the turnstile: whoever
// wants the corpus takes it for as long as it waits for the lock on the corpus
// itself, so that a writer that commits batch after batch can't starve a reader.
// It also says who held the corpus last. PATH.run is the lease of the one crawl
// that may run on a corpus. All locks are flock(2): they end with their process,
// however it ends; the files may stay and mean nothing by themselves.
const (
	turnstileSuffix = ".lock"
	leaseSuffix     = ".run"
	compactSuffix   = ".compact"
)

// errWouldBlock is returned when a lock was not got in time.
var errWouldBlock = errors.New("the lock is held")

// Holder is a process that holds a lock, as it described itself.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

func (h Holder) String() string {
	if h.PID == 0 {
		return "another process (it left no name)"
	}
	return fmt.Sprintf("process %d (%s) on %s since %s", h.PID, h.Command, h.Host, h.Since.Format(time.RFC3339))
}

// self describes this process.
func (s *Store) self() Holder {
	host, _ := os.Hostname()
	return Holder{PID: os.Getpid(), Host: host, Command: commandLine(), Since: s.o.Now().UTC().Truncate(time.Second)}
}

// commandLine is what this process was called with, cut short.
func commandLine() string {
	args := append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...)
	line := strings.Join(args, " ")
	if len(line) > 120 {
		line = strings.ToValidUTF8(line[:120], "") + "…"
	}
	return line
}

// readHolder reads who described itself in a lock file. A process of this
// machine that is no more is not a holder.
func readHolder(path string) Holder {
	f, err := os.Open(path)
	if err != nil {
		return Holder{}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	var h Holder
	if err != nil || json.Unmarshal(b, &h) != nil {
		return Holder{}
	}
	if host, _ := os.Hostname(); h.Host == host && !alive(h.PID) {
		return Holder{}
	}
	return h
}

func (s *Store) holder() Holder { return readHolder(s.path + turnstileSuffix) }

func (h Holder) writeTo(f *os.File) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(b)))
}

// openLocked opens the corpus and waits for its lock until ctx ends; then the
// error is errWouldBlock. Closing the file gives the lock back.
func (s *Store) openLocked(ctx context.Context, write bool) (*os.File, error) {
	turnstile := s.openTurnstile(write)
	if turnstile == nil {
		return s.openCurrent(ctx, write)
	}
	defer turnstile.Close()
	if err := waitLock(ctx, turnstile, true); err != nil {
		return nil, err
	}
	f, err := s.openCurrent(ctx, write)
	if err == nil {
		// Who may only read leaves no name, and that is all it costs.
		_ = s.self().writeTo(turnstile)
	}
	return f, err
}

// openCurrent opens and locks the file that the path names when the lock is had:
// the file may have been replaced while the lock was waited for.
func (s *Store) openCurrent(ctx context.Context, write bool) (*os.File, error) {
	flag := os.O_RDONLY
	if write {
		flag = os.O_RDWR
	}
	for {
		f, err := os.OpenFile(s.path, flag, 0)
		if err != nil {
			if info, e := os.Stat(s.path); e == nil && info.IsDir() {
				return nil, directoryError(s.path)
			}
			return nil, err
		}
		if err := waitLock(ctx, f, write); err != nil {
			f.Close()
			return nil, err
		}
		mine, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Stat(s.path); err == nil && os.SameFile(mine, now) {
			return f, nil
		}
		f.Close()
	}
}

// openTurnstile opens PATH.lock; only a writer creates it. Without it there is
// no fairness between processes, and nothing else is lost.
func (s *Store) openTurnstile(write bool) *os.File {
	path := s.path + turnstileSuffix
	flag := os.O_RDWR
	if write {
		if _, err := os.Stat(s.path); err == nil {
			flag |= os.O_CREATE
		}
	}
	f, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil
	}
	return f
}

// waitLock polls for the lock until ctx ends.
func waitLock(ctx context.Context, f *os.File, exclusive bool) error {
	const longest = 8 * time.Millisecond
	for pause := 100 * time.Microsecond; ; pause = min(2*pause, longest) {
		ok, err := tryLock(f, exclusive)
		if err != nil {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return errWouldBlock
		case <-time.After(pause):
		}
	}
}

// AcquireRun takes the one lease to run on the corpus; what names the run
// ("crawl"). It does not wait: when another process has the lease, the error is
// a *LockedError that says which. The lease ends with release or with the
// process.
func (s *Store) AcquireRun(ctx context.Context, what string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.lease(s.path+leaseSuffix, what)
}

func (s *Store) lease(path, what string) (release func(), err error) {
	if s.o.ReadOnly {
		return nil, fmt.Errorf("run a %s on corpus %s: %w", what, s.path, ErrReadOnly)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, classify(s.path, true, err)
	}
	ok, err := tryLock(f, true)
	switch {
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	case !ok:
		f.Close()
		return nil, &LockedError{Path: s.path, Holder: readHolder(path), Lease: what}
	}
	if err := s.self().writeTo(f); err != nil {
		f.Close()
		return nil, classify(s.path, true, err)
	}
	return func() {
		_ = f.Truncate(0)
		f.Close()
	}, nil
}
