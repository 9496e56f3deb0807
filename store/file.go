package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
	boltErrors "go.etcd.io/bbolt/errors"
)

// pageSize of the files this program creates, whatever the machine's is.
const pageSize = 4096

// database is a corpus file that is open, locked and looked over.
type database struct {
	path  string
	store *Store
	bolt  *bolt.DB
	file  *os.File // the one that bolt holds
	head  fileHead
}

// withDB opens the file under its lock, calls fn and closes the file. It bounds
// the wait, and turns damage that bbolt meets into a *DamagedError.
func (s *Store) withDB(ctx context.Context, write bool, fn func(*database) error) error {
	start := time.Now()
	wait, cancel := context.WithTimeout(ctx, s.o.LockWait)
	defer cancel()
	weight := int64(1)
	if write {
		weight = gateWidth
	}
	if err := s.gate.Acquire(wait, weight); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &LockedError{Path: s.path, Holder: s.self(), Waited: time.Since(start)}
	}
	defer s.gate.Release(weight)

	file, err := s.openLocked(wait, write)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errWouldBlock):
		return &LockedError{Path: s.path, Holder: s.holder(), Waited: time.Since(start)}
	default:
		return classify(s.path, write, err)
	}
	return s.withFile(file, write, fn)
}

// withFile runs fn on a locked file and closes it, also when fn panics.
func (s *Store) withFile(file *os.File, write bool, fn func(*database) error) (err error) {
	head, err := lookOver(s.path, file, write)
	if err != nil {
		file.Close()
		return classify(s.path, write, err)
	}
	db := &database{path: s.path, store: s, file: file, head: head}
	defer func() {
		if e := db.close(err); err == nil {
			err = classify(s.path, write, e)
		}
	}()
	return db.guard(func() error {
		var err error
		db.bolt, err = bolt.Open(s.path, 0, &bolt.Options{
			ReadOnly:     !write,
			Timeout:      time.Second, // the lock is ours already
			FreelistType: bolt.FreelistMapType,
			NoStatistics: true,
			OpenFile:     func(string, int, os.FileMode) (*os.File, error) { return file, nil },
		})
		if err != nil {
			return db.openError(write, err)
		}
		return fn(db)
	})
}

func (db *database) openError(write bool, err error) error {
	if errors.Is(err, boltErrors.ErrInvalid) || errors.Is(err, boltErrors.ErrChecksum) || errors.Is(err, boltErrors.ErrVersionMismatch) {
		return &DamagedError{Path: db.path, Where: "head", Reason: err.Error()}
	}
	return classify(db.path, write, err)
}

// close closes the file, unless bbolt could not open it and has closed it. After
// damage, bbolt may hold locks of its own that are never given back: then it is
// asked in the background, and the file, and with it the lock on it, is closed
// under it.
func (db *database) close(cause error) error {
	if _, damaged := errors.AsType[*DamagedError](cause); !damaged {
		if db.bolt == nil {
			return nil
		}
		return db.bolt.Close()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		if db.bolt != nil {
			_ = db.bolt.Close()
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	db.file.Close()
	return nil
}

// guard calls fn and turns a panic that arose in bbolt, or a memory fault in the
// mapped file, into a *DamagedError. Other panics go on.
func (db *database) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if _, fault := r.(interface{ Addr() uintptr }); !fault && !strings.HasPrefix(panicOrigin(), "go.etcd.io/bbolt") {
			panic(r)
		}
		err = &DamagedError{Path: db.path, Reason: fmt.Sprint(r)}
	}()
	return fn()
}

// panicOrigin names the function whose statement panicked. It is called by a
// deferred function.
func panicOrigin() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic" || f.Function == "runtime.sigpanic":
			panicked = true
		case panicked && !strings.HasPrefix(f.Function, "runtime."):
			return f.Function
		}
		if !more {
			return ""
		}
	}
}

func (db *database) update(fn func(*Tx) error) error {
	var own error
	err := db.bolt.Update(func(b *bolt.Tx) error {
		tx := &Tx{bolt: b, db: db}
		if own = fn(tx); own != nil {
			return own
		}
		own = tx.end()
		return own
	})
	if own != nil {
		return own
	}
	if err != nil {
		return classify(db.path, true, fmt.Errorf("commit: %w", err))
	}
	return nil
}

func (db *database) view(fn func(*Tx) error) error {
	return db.bolt.View(func(b *bolt.Tx) error {
		return fn(&Tx{bolt: b, db: db})
	})
}

// fileHead is what the two meta pages of a bbolt file say.
type fileHead struct {
	pageSize int64
	root     uint64 // page of the root bucket
	freelist uint64
	pages    uint64 // high-water mark: pages in use or free
	txid     uint64
}

// Positions in a bbolt page and its meta record, in the byte order of the
// machine.
const (
	boltMagic      = 0xED0CDAED
	pageHeader     = 16
	metaSize       = 64
	pageIsBranch   = 0x01
	pageIsLeaf     = 0x02
	pageIsFreelist = 0x10
	noFreelist     = ^uint64(0)
)

type pageHead struct {
	id       uint64
	flags    uint16
	count    uint16
	overflow uint32
}

func readPageHead(b []byte) pageHead {
	e := binary.NativeEndian
	return pageHead{id: e.Uint64(b), flags: e.Uint16(b[8:]), count: e.Uint16(b[10:]), overflow: e.Uint32(b[12:])}
}

// readMeta reads the meta record of a page; ok when its checksum holds.
func readMeta(page []byte) (h fileHead, magic, ok bool) {
	if len(page) < pageHeader+metaSize {
		return h, false, false
	}
	m := page[pageHeader:]
	e := binary.NativeEndian
	if e.Uint32(m) != boltMagic {
		return h, false, false
	}
	h = fileHead{
		pageSize: int64(e.Uint32(m[8:])),
		root:     e.Uint64(m[16:]),
		freelist: e.Uint64(m[32:]),
		pages:    e.Uint64(m[40:]),
		txid:     e.Uint64(m[48:]),
	}
	sum := fnv.New64a()
	sum.Write(m[:56])
	return h, true, e.Uint32(m[4:]) == 2 && sum.Sum64() == e.Uint64(m[56:])
}

// lookOver reads the head of a locked file before bbolt maps it: a page that the
// file does not have would be a fault in the mapping.
func lookOver(path string, f *os.File, write bool) (fileHead, error) {
	info, err := f.Stat()
	if err != nil {
		return fileHead{}, err
	}
	size := info.Size()
	switch {
	case info.IsDir():
		return fileHead{}, directoryError(path)
	case !info.Mode().IsRegular():
		return fileHead{}, &ForeignError{Path: path, Reason: "it is no regular file"}
	case size == 0:
		return fileHead{}, &ForeignError{Path: path, Reason: "it is empty"}
	}
	head, err := readHead(path, f, size)
	if err != nil {
		return head, err
	}
	damaged := func(where, format string, args ...any) (fileHead, error) {
		return head, &DamagedError{Path: path, Where: where, Reason: fmt.Sprintf(format, args...)}
	}
	if head.pageSize < 1024 || head.pageSize > 1<<24 || head.pageSize&(head.pageSize-1) != 0 || head.pages > 1<<47 {
		return damaged("head", "page size %d, %d pages", head.pageSize, head.pages)
	}
	if want := int64(head.pages) * head.pageSize; size < want {
		return head, &TruncatedError{Path: path, Size: size, Want: want}
	}
	if head.root < 2 || head.root >= head.pages {
		return damaged("head", "root page %d of %d", head.root, head.pages)
	}
	if head.freelist < 2 || head.freelist >= head.pages {
		return damaged("head", "list of free pages at page %d of %d", head.freelist, head.pages)
	}
	if err := checkFreelist(path, f, head, write); err != nil {
		return head, err
	}
	return head, nil
}

func readHead(path string, f io.ReaderAt, size int64) (fileHead, error) {
	buf := make([]byte, pageHeader+metaSize)
	at := func(pos int64) (fileHead, bool, bool) {
		n, err := f.ReadAt(buf, pos)
		if err != nil && !errors.Is(err, io.EOF) {
			return fileHead{}, false, false
		}
		return readMeta(buf[:n])
	}
	first, magic, ok := at(0)
	if ok {
		if second, _, ok := at(first.pageSize); ok && second.txid > first.txid {
			return second, nil
		}
		return first, nil
	}
	for i := range 15 { // page sizes from 1 KiB to 16 MiB, as bbolt tries them
		second, m, ok := at(1024 << i)
		if ok {
			return second, nil
		}
		magic = magic || m
	}
	switch {
	case magic && size < 2*pageSize:
		return first, &TruncatedError{Path: path, Size: size, Want: 2 * pageSize}
	case magic:
		return first, &DamagedError{Path: path, Where: "head", Reason: "both meta pages are invalid"}
	}
	return first, &ForeignError{Path: path, Reason: "it does not begin like a bbolt file"}
}

// checkFreelist looks at the list of free pages: its length is trusted by bbolt
// as it stands, and a writer that took a used page for free would destroy it.
func checkFreelist(path string, f io.ReaderAt, head fileHead, ids bool) error {
	damaged := func(reason string) error {
		return &DamagedError{Path: path, Where: "list of free pages", Reason: reason}
	}
	buf := make([]byte, pageHeader+8)
	if _, err := f.ReadAt(buf, int64(head.freelist)*head.pageSize); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	p := readPageHead(buf)
	if p.id != head.freelist || p.flags != pageIsFreelist || uint64(p.overflow) >= head.pages-head.freelist {
		return damaged("its page is not one")
	}
	room := (uint64(p.overflow)+1)*uint64(head.pageSize) - pageHeader
	count, skip := uint64(p.count), uint64(0)
	if p.count == 0xFFFF {
		count, skip = binary.NativeEndian.Uint64(buf[pageHeader:]), 8
	}
	if count > (room-skip)/8 {
		return damaged(fmt.Sprintf("%d entries in %d bytes", count, room))
	}
	if !ids || count == 0 {
		return nil
	}
	list := make([]byte, count*8)
	if _, err := f.ReadAt(list, int64(head.freelist)*head.pageSize+pageHeader+int64(skip)); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	last := uint64(1)
	for i := range count {
		id := binary.NativeEndian.Uint64(list[i*8:])
		if id <= last || id >= head.pages {
			return damaged(fmt.Sprintf("entry %d is page %d of %d, after %d", i, id, head.pages, last))
		}
		last = id
	}
	return nil
}

// create makes the file under a temporary name and links it into place.
func (s *Store) create() error {
	dir, base := filepath.Split(s.path)
	if dir == "" {
		dir = "."
	}
	tmp := filepath.Join(dir, "."+base+"."+rand.Text()[:8]+".tmp")
	defer os.Remove(tmp)
	if err := s.createAt(tmp); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &NoFolderError{Path: s.path}
		}
		return fmt.Errorf("create corpus: %w", classify(s.path, true, err))
	}
	if err := linkNew(tmp, s.path); err != nil {
		return fmt.Errorf("create corpus %s: %w", s.path, err)
	}
	return syncDir(dir)
}

func (s *Store) createAt(tmp string) error {
	file, err := os.OpenFile(tmp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	b, err := bolt.Open(tmp, 0, &bolt.Options{
		PageSize:     pageSize,
		FreelistType: bolt.FreelistMapType,
		NoStatistics: true,
		OpenFile:     func(string, int, os.FileMode) (*os.File, error) { return file, nil },
	})
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bolt.Tx) error { return initLayout(tx, s.o.Program, s.o.Now()) })
	return errors.Join(err, b.Close())
}

// linkNew gives tmp the name path unless that is taken.
func linkNew(tmp, path string) error {
	err := os.Link(tmp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without hard links: the check and the rename are two steps.
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(tmp, path)
}

// syncDir makes a new name in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "windows" {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
