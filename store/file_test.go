package store

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// smallCorpus is a corpus with a few pages, closed, and its bytes.
func smallCorpus(t testing.TB) (path string, data []byte) {
	t.Helper()
	s := newCorpus(t, Options{})
	for n := range 40 {
		err := s.Update(context.Background(), func(tx *Tx) error {
			_, err := tx.Finish(page(n, prose(n)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	return s.Path(), data
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// A path that is no corpus of ours ends in an error that says what it is, and
// the file is left as it is.
func TestOpenWhatIsNoCorpus(t *testing.T) {
	_, good := smallCorpus(t)
	metas := func(change func(meta []byte)) func([]byte) []byte {
		return func(b []byte) []byte {
			for _, at := range []int{pageHeader, pageSize + pageHeader} {
				meta := b[at : at+metaSize]
				change(meta)
				sum := fnv.New64a()
				sum.Write(meta[:56])
				binary.NativeEndian.PutUint64(meta[56:], sum.Sum64())
			}
			return b
		}
	}
	for _, test := range []struct {
		name string
		data func(good []byte) []byte
		want func(error) bool
		says string
	}{
		{"empty", func([]byte) []byte { return nil }, is[*ForeignError], "it is empty"},
		{"html", func([]byte) []byte { return []byte("<!DOCTYPE html><title>公开</title>") }, is[*ForeignError], "does not begin like"},
		{"zeros", func([]byte) []byte { return make([]byte, 1<<16) }, is[*ForeignError], "does not begin like"},
		{"head only", func(b []byte) []byte { return b[:pageSize] }, is[*TruncatedError], "restore it"},
		{"first bytes", func(b []byte) []byte { return b[:100] }, is[*TruncatedError], "restore it"},
		{"half", func(b []byte) []byte { return b[:len(b)/2] }, is[*TruncatedError], "should have at least"},
		{"metas torn", func(b []byte) []byte { b[40]++; b[pageSize+40]++; return b }, is[*DamagedError], "both meta pages"},
		{"page size", metas(func(m []byte) { binary.NativeEndian.PutUint32(m[8:], 3000) }), is[*DamagedError], "page size"},
		{"root", metas(func(m []byte) { binary.NativeEndian.PutUint64(m[16:], 1<<40) }), is[*DamagedError], "root page"},
		{"no freelist", metas(func(m []byte) { binary.NativeEndian.PutUint64(m[32:], noFreelist) }), is[*DamagedError], "free pages"},
		{"freelist elsewhere", metas(func(m []byte) { binary.NativeEndian.PutUint64(m[32:], 3) }), is[*DamagedError], "free pages"},
		{"beyond the end", metas(func(m []byte) { binary.NativeEndian.PutUint64(m[40:], 1<<30) }), is[*TruncatedError], "truncated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "corpus.db")
			data := test.data(append([]byte(nil), good...))
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path, Options{})
			if !test.want(err) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%T %v", err, err)
			}
			// A handle from before the damage meets it in the same way.
			err = newStore(path, Options{}).Update(context.Background(), func(*Tx) error { return nil })
			if !test.want(err) {
				t.Errorf("update: %T %v", err, err)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != string(data) {
				t.Errorf("the file was changed, %v", err)
			}
			if _, err := os.Stat(path + leaseSuffix); err == nil {
				t.Error("a lease was left beside it")
			}
		})
	}
}

func TestOpenBoltFileOfAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	b, err := bolt.Open(path, 0o644, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !is[*ForeignError](err) {
		t.Errorf("%T %v", err, err)
	}
}

func TestOpenNewerFormat(t *testing.T) {
	path, _ := smallCorpus(t)
	b, err := bolt.Open(path, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		return errors.Join(meta.Put(metaFormat, []byte("7")), meta.Put(metaProgram, []byte("gongkai 4.2")))
	})
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, Options{})
	if e, ok := errors.AsType[*NewerFormatError](err); !ok || e.Format != 7 || !strings.Contains(err.Error(), "gongkai 4.2 or newer") {
		t.Errorf("%T %v", err, err)
	}
}

// The meta page of the last commit is torn: the commit before it counts.
func TestTornCommit(t *testing.T) {
	path, data := smallCorpus(t)
	first, _, _ := readMeta(data)
	second, _, _ := readMeta(data[pageSize:])
	torn := 0
	if second.txid > first.txid {
		torn = pageSize
	}
	copy(data[torn+pageHeader+30:], make([]byte, 20))
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := s.Counts(context.Background()); err != nil || c.Captures != 39 {
		t.Errorf("%d captures, %v", c.Captures, err)
	}
	verify(t, s)
}

// The file shrinks while it is read: an error, not the end of the process.
func TestFileShrinksWhileRead(t *testing.T) {
	path, data := smallCorpus(t)
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(context.Background(), func(tx *Tx) error {
		if err := os.Truncate(path, 2*pageSize); err != nil {
			return err
		}
		for id := range tx.CaptureIDs("") {
			if _, err := tx.Capture(id); err != nil {
				return err
			}
		}
		return nil
	})
	if !is[*DamagedError](err) {
		t.Errorf("%T %v", err, err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	verify(t, s) // nothing is left locked
}

// A panic of the caller is the caller's: it goes on, and the corpus is free.
func TestPanicOfCaller(t *testing.T) {
	s := newCorpus(t, Options{})
	ctx := context.Background()
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = s.Update(ctx, func(tx *Tx) error {
			if _, err := tx.Finish(page(1, "x")); err != nil {
				return err
			}
			panic("mine")
		})
	}()
	if c, err := s.Counts(ctx); err != nil || c.Captures != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestOpenPathThatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	for name, open := range map[string]func(string, Options) (*Store, error){"open": Open, "create": Create, "either": OpenOrCreate} {
		if _, err := open(dir, Options{}); !is[*ForeignError](err) || !strings.Contains(err.Error(), "directory") {
			t.Errorf("%s a directory: %T %v", name, err, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "none.db"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open nothing: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "no", "corpus.db"), Options{}); !is[*NoFolderError](err) || !Unavailable(err) {
		t.Errorf("create in no folder: %v", err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(pipe, Options{}); !is[*ForeignError](err) { // and does not wait for a writer
		t.Errorf("open a pipe: %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, ".*tmp")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// A corpus that may only be read is read, and leaves no trace; a write says why
// it can't be.
func TestReadOnlyFolder(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	forbid := func() error { return os.Chmod(dir, 0o555) }
	if os.Geteuid() == 0 { // root may write whatever the mode
		if err := mountTmpfs(dir, "size=10m"); err != nil {
			t.Skipf("no tmpfs can be mounted: %v", err)
		}
		t.Cleanup(func() { _ = unmount(dir) })
		forbid = func() error { return remountReadOnly(dir) }
	} else {
		t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	}
	path := filepath.Join(dir, "corpus.db")
	if _, err := Create(path, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(path, 0o444), forbid()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, s)
	err = s.Update(ctx, func(*Tx) error { return nil })
	if !errors.Is(err, ErrReadOnly) || !Unavailable(err) || !strings.Contains(err.Error(), path) {
		t.Errorf("update: %v", err)
	}
	if _, err := s.AcquireRun(ctx, "crawl"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("lease: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "new.db"), Options{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("create: %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files beside the corpus: %v, %v", files, err)
	}
}

// A write that finds no room fails as a whole: what was acknowledged before is
// there, the file verifies, and with room again it goes on.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	fill := func(t *testing.T, dir string, run func(*Store) int) {
		s, err := Create(filepath.Join(dir, "corpus.db"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := run(s)
		if v := verify(t, s); n == 0 || v.Captures != n {
			t.Errorf("%d captures, %d were acknowledged", v.Captures, n)
		}
	}
	t.Run("limit", func(t *testing.T) {
		fill(t, t.TempDir(), func(s *Store) int {
			child := start(t, "fill", s.Path(), "3000000")
			child.lines.Scan()
			n := 0
			for _, c := range child.lines.Text() {
				n = 10*n + int(c-'0')
			}
			if err := child.Wait(); err != nil {
				t.Errorf("child: %v", err)
			}
			err := s.Update(ctx, func(tx *Tx) error {
				_, err := tx.Finish(page(n, noise(n, 40_000)))
				return err
			})
			if err != nil {
				t.Errorf("with room again: %v", err)
			}
			return n + 1
		})
	})
	t.Run("tmpfs", func(t *testing.T) {
		dir := t.TempDir()
		if err := mountTmpfs(dir, "size=3m"); err != nil {
			t.Skipf("no tmpfs can be mounted: %v", err)
		}
		t.Cleanup(func() { _ = unmount(dir) })
		fill(t, dir, func(s *Store) int {
			n, err := fillUp(ctx, s)
			if !is[*DiskFullError](err) || !Unavailable(err) || !strings.Contains(err.Error(), "no space left") {
				t.Errorf("%T %v", err, err)
			}
			return n
		})
	})
}
