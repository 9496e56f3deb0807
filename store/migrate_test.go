package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
)

// format1 writes the corpus of format 1 that a program of that time made: 16
// pages, and two archives of which one was imported to its end.
func format1(t testing.TB, path string) []byte {
	t.Helper()
	return unpack(t, "testdata/format1.db.gz", path)
}

// unpack writes a corpus that is kept compressed.
func unpack(t testing.TB, from, path string) []byte {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o640); err != nil {
		t.Fatal(err)
	}
	return data
}

// A corpus of an earlier format is refused until it is migrated; then everything
// that it held is there, it verifies, and the file from before lies beside it,
// byte for byte.
func TestMigrate(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "corpus.db")
	before := format1(t, path)
	for name, open := range map[string]func(string, Options) (*Store, error){"open": Open, "either": OpenOrCreate} {
		_, err := open(path, Options{})
		if old, ok := errors.AsType[*OlderFormatError](err); !ok || old.Format != 1 || !strings.Contains(err.Error(), "db migrate") {
			t.Errorf("%s: %T %v", name, err, err)
		}
	}
	if err := newStore(path, Options{}).Update(ctx, func(*Tx) error { return nil }); !is[*OlderFormatError](err) {
		t.Errorf("update: %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
		t.Fatalf("a refusal changed the file, %v", err)
	}
	m, err := Migrate(ctx, path, Options{})
	if err != nil || m.From != 1 || m.To != FormatVersion || len(m.Steps) != FormatVersion-1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if kept, err := os.ReadFile(m.Copy); err != nil || !bytes.Equal(kept, before) {
		t.Errorf("the copy differs, %v", err)
	}
	if info, err := os.Stat(m.Copy); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the copy has the mode %v, %v", info.Mode(), err)
	}
	migrated(t, path)
	if again, err := Migrate(ctx, path, Options{}); err != nil || again.From != FormatVersion || again.Copy != "" || len(again.Steps) > 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// migrated checks that a corpus holds what format1 wrote.
func migrated(t testing.TB, path string) {
	t.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v := verify(t, s); v.Snapshots != 13 || v.Captures != 16 || v.Reports != 16 || v.Runs != 1 {
		t.Errorf("%+v", v)
	}
	view(t, s, func(tx *Tx) error {
		for n := range 12 {
			if c, err := tx.LastCapture(page(n, "").Row.Key); err != nil || c.Digest != DigestOf([]byte(prose(n)[:1800])) {
				t.Errorf("page %d: %v", n, err)
			}
		}
		got := map[string]Import{}
		for k, v := range tx.keys(bucketImports, "", "") {
			var i Import
			if err := tx.decode(bucketImports, string(k), v, &i); err != nil {
				return err
			}
			got[strings.Fields(string(k))[0]] = i
		}
		want := map[string]Import{"old.warc.gz": {Offset: 777}, "done.warc.gz": {Offset: 5, Done: true}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for c := range tx.Columns() {
			if c.Key != page(0, "").Column.Key {
				t.Errorf("column %q", c.Key)
			}
		}
		return nil
	})
}

// A corpus that the first release crawled, which had no room yet for what a repair
// sets aside, is brought up to date, repaired and written to as any other.
func TestMigrateFirstRelease(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "corpus.db")
	unpack(t, "testdata/format1-crawl.db.gz", path)
	if m, err := Migrate(ctx, path, Options{}); err != nil || m.From != 1 || m.To != FormatVersion {
		t.Fatalf("%+v, %v", m, err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	crawled := func(what string) {
		t.Helper()
		if v := verify(t, s); v.Snapshots != 6 || v.Captures != 6 || v.Reports != 4 || v.Rows != 6 || v.Runs != 1 {
			t.Errorf("%s: %+v", what, v)
		}
		view(t, s, func(tx *Tx) error {
			for _, k := range kinds {
				if tx.bolt.Bucket(k.bucket) == nil {
					t.Errorf("%s: there is no bucket %s", what, k.bucket)
				}
			}
			return nil
		})
	}
	crawled("migrated")
	if _, err := s.Repair(ctx, nil); err != nil {
		t.Fatal(err)
	}
	crawled("repaired")
	if _, err := s.Compact(ctx, nil, nil); err != nil {
		t.Fatal(err)
	}
	crawled("compacted")
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Finish(page(0, "one more"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if v := verify(t, s); v.Captures != 7 {
		t.Errorf("%+v", v)
	}
}

// A bucket that the format of a corpus has is missed, whatever the format.
func TestBucketGone(t *testing.T) {
	ctx := context.Background()
	remove := func(path string, bucket []byte) {
		t.Helper()
		db, err := bolt.Open(path, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(func(tx *bolt.Tx) error { return tx.DeleteBucket(bucket) }), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range kinds {
		name, reason := string(k.bucket), string(k.bucket)+" is gone"
		if name == string(bucketMeta) {
			continue // without it the file is no corpus
		}
		s := newCorpus(t, Options{})
		remove(s.Path(), k.bucket)
		if _, err := Open(s.Path(), Options{}); !is[*DamagedError](err) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", name, err)
		}
		if k.since > 1 {
			continue
		}
		path := filepath.Join(t.TempDir(), "corpus.db")
		unpack(t, "testdata/format1-crawl.db.gz", path)
		remove(path, k.bucket)
		if _, err := Migrate(ctx, path, Options{}); !is[*DamagedError](err) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s of format 1: %v", name, err)
		}
		if left, _ := filepath.Glob(path + ".*format*"); len(left) > 0 {
			t.Errorf("%s of format 1: a copy was kept, %v", name, left)
		}
	}
}

// Whatever keeps a migration from being made, the file stays as it was.
func TestMigrateRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "corpus.db")
	before := format1(t, path)
	unchanged := func(name string) {
		t.Helper()
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
		if left, _ := filepath.Glob(path + "*" + migrateSuffix); len(left) > 0 {
			t.Errorf("%s: left behind %v", name, left)
		}
	}
	release, err := newStore(path, Options{}).AcquireRun(ctx, "crawl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Migrate(ctx, path, Options{}); !is[*LockedError](err) {
		t.Errorf("while a crawl runs: %v", err)
	}
	release()
	unchanged("while a crawl runs")
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Migrate(stopped, path, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	unchanged("stopped")
	if _, err := Migrate(ctx, path, Options{ReadOnly: true}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("read-only: %v", err)
	}
	unchanged("read-only")
	if _, err := Migrate(ctx, filepath.Join(t.TempDir(), "none.db"), Options{}); !is[*NotExistError](err) {
		t.Errorf("no file: %v", err)
	}
	dir := t.TempDir()
	if err := mountTmpfs(dir, "size=200k"); err != nil {
		t.Skipf("no tmpfs can be mounted: %v", err)
	}
	t.Cleanup(func() { _ = unmount(dir) })
	path = filepath.Join(dir, "corpus.db")
	format1(t, path)
	if _, err := Migrate(ctx, path, Options{}); !is[*DiskFullError](err) {
		t.Errorf("no room for the copy: %T %v", err, err)
	}
	unchanged("no room for the copy")
}

// Every kind of records has a bucket that some format brings, and every format
// has a migration that leads to it.
func TestKinds(t *testing.T) {
	if len(migrations) != FormatVersion-1 {
		t.Errorf("%d migrations lead to format %d", len(migrations), FormatVersion)
	}
	s := newCorpus(t, Options{})
	names := map[string]bool{}
	for _, k := range kinds {
		if k.since < 1 || k.since > FormatVersion || names[string(k.bucket)] {
			t.Errorf("%s is of format %d, or stands twice", k.bucket, k.since)
		}
		names[string(k.bucket)] = true
	}
	view(t, s, func(tx *Tx) error {
		return tx.bolt.ForEach(func(name []byte, _ *bolt.Bucket) error {
			if !names[string(name)] {
				t.Errorf("bucket %s is of no kind", name)
			}
			return nil
		})
	})
}
