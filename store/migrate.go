package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// migration leads from one format to the next. It runs in one transaction, in
// which the buckets of the new format are there already.
type migration struct {
	what string
	run  func(tx *Tx) error
}

// migrations by the format that they start from, less one.
var migrations = []migration{
	{"how far archives were imported is kept apart from the columns", separateImports},
	{"revisions may wait for a promotion; there is room for promotions, decisions and fingerprints", func(*Tx) error { return nil }},
}

// separateImports moves what imports kept among the columns of format 1.
func separateImports(tx *Tx) error {
	const prefix = "import "
	columns := tx.bucket(bucketColumns)
	var moved []string
	for k, v := range tx.keys(bucketColumns, prefix, "") {
		key := string(k)
		var i Import
		if err := tx.decode(bucketColumns, key, v, &i); err != nil {
			continue // no import wrote it
		}
		if err := tx.PutImport(strings.TrimPrefix(key, prefix), i); err != nil {
			return err
		}
		moved = append(moved, key)
	}
	for _, key := range moved {
		if err := columns.Delete([]byte(key)); err != nil {
			return err
		}
	}
	return nil
}

// Migration is what [Migrate] did.
type Migration struct {
	From  int      `json:"from"` // format before; To is it after
	To    int      `json:"to"`
	Steps []string `json:"steps"` // what changed; none when there was nothing to do
	// Copy is the file as it was, empty when there was nothing to do.
	Copy string `json:"copy,omitempty"`
}

// migrateSuffix ends the name of a copy that is not complete.
const migrateSuffix = ".migrate.tmp"

// Migrate brings a corpus of an earlier format up to date. It first keeps a copy
// of the file, as it is, beside it; each step is one transaction. Killed at any
// moment, it leaves a corpus of one format or another, whole, and the next call
// goes on. Nothing else may run on the corpus: a crawl of an earlier program
// would be stopped by the new format.
//
// Errors are those of [Open] and [Store.Update]; a corpus whose pages contradict
// each other is left as it is.
func Migrate(ctx context.Context, path string, o Options) (*Migration, error) {
	s := newStore(path, o)
	if err := s.checkPath(); err != nil {
		return nil, err
	}
	release, err := s.AcquireRun(ctx, "migration")
	if err != nil {
		return nil, err
	}
	defer release()
	m := &Migration{Steps: []string{}}
	err = s.withDB(ctx, true, func(db *database) error { return db.migrate(ctx, m) })
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", classify(path, true, err))
	}
	return m, nil
}

func (db *database) migrate(ctx context.Context, m *Migration) error {
	if err := db.checkSkeleton(); err != nil {
		return err
	}
	err := db.bolt.View(func(tx *bolt.Tx) (err error) {
		m.From, err = db.format(tx)
		return err
	})
	m.To = m.From
	if err != nil || m.From == FormatVersion {
		return err
	}
	if m.Copy, err = db.setAside(ctx, m.From); err != nil {
		return err
	}
	for m.To < FormatVersion {
		if err := ctx.Err(); err != nil {
			return err
		}
		step := migrations[m.To-1]
		if err := db.update(func(tx *Tx) error { return tx.step(step, m.To+1) }); err != nil {
			return err
		}
		m.To++
		m.Steps = append(m.Steps, step.what)
	}
	return nil
}

// step makes the buckets of a format and runs what leads to it.
func (tx *Tx) step(step migration, to int) error {
	for _, k := range kinds {
		if k.since != to {
			continue
		}
		if _, err := tx.bolt.CreateBucketIfNotExists(k.bucket); err != nil {
			return err
		}
	}
	if err := step.run(tx); err != nil {
		return err
	}
	meta := tx.bucket(bucketMeta)
	return errors.Join(
		meta.Put(metaFormat, strconv.AppendInt(nil, int64(to), 10)),
		meta.Put(metaProgram, []byte(tx.db.store.o.Program)))
}

// setAside copies the file, byte for byte, and returns the name of the copy.
func (db *database) setAside(ctx context.Context, format int) (name string, err error) {
	path, err := filepath.EvalSymlinks(db.path)
	if err != nil {
		return "", err
	}
	tmp := path + migrateSuffix
	// One that was killed may have left it, as another name of a copy that it kept.
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	defer os.Remove(tmp)
	info, err := db.file.Stat()
	if err != nil {
		return "", err
	}
	to, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return "", err
	}
	defer to.Close()
	const chunk = 8 << 20
	for at := int64(0); at < info.Size(); at += chunk {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.Copy(to, io.NewSectionReader(db.file, at, min(chunk, info.Size()-at))); err != nil {
			return "", err
		}
	}
	if err := errors.Join(to.Sync(), to.Close()); err != nil {
		return "", err
	}
	name, err = db.store.keepAs(tmp, fmt.Sprintf("%s.format%d", path, format))
	return name, errors.Join(err, syncDir(filepath.Dir(path)))
}

// keepAs gives a file a further name that begins with prefix and tells the time,
// and returns it.
func (s *Store) keepAs(file, prefix string) (name string, err error) {
	base := prefix + "-" + s.o.Now().UTC().Format("20060102T150405Z")
	name = base
	for n := 2; ; n++ { // in this second, too, something may have been kept
		err := linkNew(file, name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("keep %s: %w", name, err)
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}
