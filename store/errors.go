package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrNotFound is returned for a record that the corpus does not have.
	ErrNotFound = errors.New("not in the corpus")
	// ErrReadOnly is returned when a corpus that can't be written is to be
	// written: the handle was opened so, or the file or its folder do not allow it.
	ErrReadOnly = errors.New("the corpus is read-only")
	// ErrClosed is returned by a Writer that was closed.
	ErrClosed = errors.New("the corpus writer is closed")
)

// NotExistError says that there is no file at the path. It is an
// [fs.ErrNotExist].
type NotExistError struct{ Path string }

func (e *NotExistError) Error() string {
	return fmt.Sprintf("no corpus at %s; name an existing file, or let a crawl or an import create it", e.Path)
}

// Is makes the error an fs.ErrNotExist.
func (e *NotExistError) Is(target error) bool { return target == fs.ErrNotExist }

// LockedError says that another process held the corpus for longer than the
// caller wanted to wait.
type LockedError struct {
	Path string
	// Holder is who holds the lock; its PID is 0 when that can't be known.
	Holder Holder
	// Waited is how long the lock was waited for, 0 for a lease that is not
	// waited for.
	Waited time.Duration
	// Lease is set when not the file but the right to run on it is held, and
	// names what runs.
	Lease string
}

func (e *LockedError) Error() string {
	if e.Lease != "" {
		return fmt.Sprintf("corpus %s: a %s runs on it already, in %s; wait for it to end or stop it", e.Path, e.Lease, e.Holder)
	}
	return fmt.Sprintf("corpus %s is locked by %s; waited %s, try again when it is done", e.Path, e.Holder, e.Waited.Round(time.Millisecond))
}

// NoFolderError says that a corpus can't be created, for want of the folder.
type NoFolderError struct{ Path string }

func (e *NoFolderError) Error() string {
	return fmt.Sprintf("create corpus %s: the folder does not exist; make it first", e.Path)
}

// ForeignError says that a file is no corpus.
type ForeignError struct {
	Path   string
	Reason string
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not a gongkai corpus: %s; name another file, this one was left as it is", e.Path, e.Reason)
}

// NewerFormatError says that a later program wrote the file.
type NewerFormatError struct {
	Path    string
	Format  int    // of the file
	Program string // that wrote the file in this format first, if known
}

func (e *NewerFormatError) Error() string {
	by := "a newer gongkai"
	if e.Program != "" {
		by = e.Program + " or newer"
	}
	return fmt.Sprintf("corpus %s has format %d, this program reads up to format %d; use %s", e.Path, e.Format, FormatVersion, by)
}

// OlderFormatError says that an earlier program wrote the file; [Migrate] brings
// it up to date.
type OlderFormatError struct {
	Path   string
	Format int // of the file
}

func (e *OlderFormatError) Error() string {
	return fmt.Sprintf("corpus %s has format %d, this program works with format %d; run 'gongkai db migrate', it keeps a copy of the file as it is", e.Path, e.Format, FormatVersion)
}

// TruncatedError says that the end of the file is missing.
type TruncatedError struct {
	Path       string
	Size, Want int64 // bytes there are and bytes there should be, at least
}

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("corpus %s is truncated: it has %d bytes and should have at least %d; restore it from a backup", e.Path, e.Size, e.Want)
}

// DamagedError says that the file is a corpus, but its inside contradicts
// itself.
type DamagedError struct {
	Path   string
	Where  string // bucket and key, page, or empty
	Reason string
}

func (e *DamagedError) Error() string {
	where := ""
	if e.Where != "" {
		where = " at " + e.Where
	}
	return fmt.Sprintf("corpus %s is damaged%s: %s; verify it and restore it from a backup", e.Path, where, e.Reason)
}

// DiskFullError says that a write found no room. The corpus is as it was before.
type DiskFullError struct {
	Path string
	Err  error
}

func (e *DiskFullError) Error() string {
	return fmt.Sprintf("corpus %s can't grow: %v; nothing was half-written, make room and run again", e.Path, e.Err)
}

func (e *DiskFullError) Unwrap() error { return e.Err }

// InvalidError says that a record can't be stored as it is.
type InvalidError struct {
	What   string // kind and key of the record
	Reason string
}

func (e *InvalidError) Error() string { return fmt.Sprintf("%s: %s", e.What, e.Reason) }

// Unavailable tells whether err says that the corpus is locked or can't be
// written, now: the same call may succeed later, or elsewhere.
func Unavailable(err error) bool {
	if _, ok := errors.AsType[*LockedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*DiskFullError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*NoFolderError](err); ok {
		return true
	}
	return errors.Is(err, ErrReadOnly)
}

func directoryError(path string) error {
	return &ForeignError{Path: path, Reason: "it is a directory, a corpus is one file"}
}

// classify gives errors of the file system their meaning for a corpus.
func classify(path string, writing bool, err error) error {
	switch {
	case err == nil:
		return nil
	case classified(err):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return &NotExistError{Path: path}
	case isDiskFull(err):
		return &DiskFullError{Path: path, Err: err}
	case writing && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		return fmt.Errorf("write corpus %s: %w: %w; check owner and mode of the file and its folder", path, ErrReadOnly, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open corpus: %w; check owner and mode of the file and its folder", err)
	}
	return err
}

// classified tells an error that has its meaning already.
func classified(err error) bool {
	_, full := errors.AsType[*DiskFullError](err)
	_, folder := errors.AsType[*NoFolderError](err)
	_, missing := errors.AsType[*NotExistError](err)
	return full || folder || missing
}

// isDiskFull knows the ways in which a file can't grow. bbolt passes some errors
// on as text.
func isDiskFull(err error) bool {
	for _, full := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}
