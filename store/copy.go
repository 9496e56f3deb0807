package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Prune says which captures a compaction leaves out. Captures that a report was
// read from are never left out; snapshots are, when nothing refers to them any
// more.
type Prune struct {
	// Before leaves out captures that are older. The zero time leaves out none.
	Before time.Time
	// Keep is how many captures of each URL stay whatever their age, the latest.
	// At least 1.
	Keep int
}

// Compaction is what [Store.Compact] did.
type Compaction struct {
	Before    int64 `json:"before"` // bytes of the file
	After     int64 `json:"after"`
	Captures  int   `json:"captures"`  // left out
	Snapshots int   `json:"snapshots"` // left out
}

// Progress is told how many of how many bytes were copied.
type Progress func(done, total int64)

// Backup writes a copy of the corpus as it is at one moment to a new file, while
// others may write. Most of it is copied in short transactions; the last one,
// which copies all but the snapshots, keeps writers waiting. The copy appears
// whole or not at all.
func (s *Store) Backup(ctx context.Context, path string, progress Progress) (err error) {
	defer func() {
		if _, source := errors.AsType[*NotExistError](err); !source && errors.Is(err, fs.ErrNotExist) {
			err = &NoFolderError{Path: path}
		}
		if err != nil {
			err = fmt.Errorf("back up corpus %s to %s: %w", s.path, path, classify(path, true, err))
		}
	}()
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	c, err := s.newCopier(ctx, path+"."+rand.Text()[:8]+".tmp", progress)
	if err != nil {
		return err
	}
	defer c.discard()
	if err := c.copyPacks(); err != nil {
		return err
	}
	if err := s.View(ctx, c.copyRest); err != nil {
		return err
	}
	if err := c.close(); err != nil {
		return err
	}
	if err := linkNew(c.path, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Compact writes the corpus anew without the room that was freed, small packs
// joined, and, if prune is given, without what it leaves out. It verifies the
// corpus first and does not carry damage over. Others may write until the last
// step; it keeps them waiting, and they go on with the new file. Killed at any
// moment, it leaves the corpus as it was, or compacted.
func (s *Store) Compact(ctx context.Context, prune *Prune, progress Progress) (*Compaction, error) {
	release, err := s.lease(s.path+compactSuffix, "compaction")
	if err != nil {
		return nil, err
	}
	defer release()
	v, err := s.Verify(ctx, nil)
	if err != nil {
		return nil, err
	}
	if !v.OK() {
		return nil, &DamagedError{Path: s.path, Reason: fmt.Sprintf("%d problems, the first: %s", v.Found, v.Problems[0])}
	}
	done, err := s.compact(ctx, prune, progress)
	if err != nil {
		return nil, fmt.Errorf("compact: %w", classify(s.path, true, err))
	}
	return done, nil
}

func (s *Store) compact(ctx context.Context, prune *Prune, progress Progress) (*Compaction, error) {
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return nil, err
	}
	c, err := s.newCopier(ctx, path+compactSuffix+".tmp", progress)
	if err != nil {
		return nil, err
	}
	defer c.discard()
	if prune != nil {
		if err := c.choose(*prune); err != nil {
			return nil, err
		}
	}
	if err := c.copyPacks(); err != nil {
		return nil, err
	}
	done := &Compaction{}
	err = s.withDB(ctx, true, func(db *database) error {
		info, err := db.file.Stat()
		if err != nil {
			return err
		}
		done.Before = info.Size()
		if err := db.checkFormat(); err != nil {
			return err
		}
		if err := db.view(c.copyRest); err != nil {
			return err
		}
		if err := errors.Join(c.dst.file.Chmod(info.Mode()), c.close()); err != nil {
			return err
		}
		if info, err := os.Stat(c.path); err == nil {
			done.After = info.Size()
		}
		// Who waits for the lock on the old file will find that it is no longer
		// the one of this name.
		if err := os.Rename(c.path, path); err != nil {
			return err
		}
		return syncDir(filepath.Dir(path))
	})
	done.Captures, done.Snapshots = len(c.pruned), c.dropped
	return done, err
}

// copier writes a corpus into a new file.
type copier struct {
	ctx      context.Context
	src      *Store
	path     string
	dst      *database
	progress Progress
	done     int64
	total    int64

	next uint64 // pack to copy next

	// What to leave out: captures by ID, and of the blobs in packs before fresh
	// those that nothing refers to. needed is nil when all is kept.
	pruned  map[string]bool
	needed  map[blobKey]bool
	fresh   uint64
	behind  []blobKey // references behind the blobs from fresh on
	dropped int       // snapshots left out
}

// newCopier begins the new file.
func (s *Store) newCopier(ctx context.Context, path string, progress Progress) (*copier, error) {
	c := &copier{ctx: ctx, src: s, path: path, next: 1, fresh: 1, progress: progress}
	err := s.View(ctx, func(tx *Tx) error {
		c.total = tx.bolt.Size()
		if k, _ := tx.bucket(bucketPacks).Cursor().Last(); len(k) == 8 {
			c.fresh = binary.BigEndian.Uint64(k) + 1
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, c.create()
}

// create makes the new file.
func (c *copier) create() error {
	if err := os.Remove(c.path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a killed copier left it
		return err
	}
	file, err := os.OpenFile(c.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	b, err := bolt.Open(c.path, 0, &bolt.Options{
		PageSize: pageSize, FreelistType: bolt.FreelistMapType, NoStatistics: true, NoSync: true,
		OpenFile: func(string, int, os.FileMode) (*os.File, error) { return file, nil },
	})
	if err != nil {
		os.Remove(c.path)
		return err
	}
	c.dst = &database{path: c.path, store: c.src, bolt: b, file: file}
	if err := b.Update(func(tx *bolt.Tx) error { return initLayout(tx, c.src.o.Program, c.src.o.Now()) }); err != nil {
		c.discard()
		return err
	}
	return nil
}

// close makes the new file durable.
func (c *copier) close() error {
	err := errors.Join(c.dst.bolt.Sync(), c.dst.bolt.Close())
	c.dst = nil
	return err
}

// discard removes the new file unless it has got its name.
func (c *copier) discard() {
	if c.dst != nil {
		_ = c.dst.bolt.Close()
	}
	os.Remove(c.path)
}

func (c *copier) step(n int) {
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, max(c.done, c.total))
	}
}

// choose decides which captures are left out, and with them which blobs are
// still needed.
func (c *copier) choose(p Prune) error {
	c.pruned, c.needed = map[string]bool{}, map[blobKey]bool{}
	need := func(kind byte, d Digest) {
		if sum, err := d.sum(); err == nil {
			c.needed[blobKey{kind, sum}] = true
		}
	}
	reported := map[Digest]bool{} // snapshots that something was read from
	for _, kind := range kinds {
		if kind.bodies == nil || string(kind.bucket) == string(bucketCaptures) {
			continue
		}
		for bodies, err := range read(c.ctx, c.src, kind.bucket, "", func(tx *Tx, k, v []byte) ([]body, error) {
			return kind.bodies(tx, string(k), v)
		}) {
			if err != nil {
				return err
			}
			for _, b := range bodies {
				reported[b.digest] = reported[b.digest] || b.kind == blobSnapshot
				need(b.kind, b.digest)
			}
		}
	}
	var history []Capture // of one URL, oldest first
	decide := func() {
		for i, h := range history {
			old := i < len(history)-max(p.Keep, 1) && h.Time.Before(p.Before) && !reported[h.Digest]
			if old {
				c.pruned[h.ID] = true
			} else if h.Digest != "" {
				need(blobSnapshot, h.Digest)
			}
		}
	}
	for h, err := range c.src.CapturesByURL(c.ctx) {
		if err != nil {
			return err
		}
		if len(history) > 0 && history[0].Key != h.Key {
			decide()
			history = history[:0]
		}
		history = append(history, h)
	}
	decide()
	return c.needReferences()
}

// needReferences adds what the needed blobs are compressed against.
func (c *copier) needReferences() error {
	for chain, err := range c.src.chains(c.ctx) {
		if err != nil {
			return err
		}
		for _, ref := range chain[1:] {
			if c.needed[chain[0]] {
				c.needed[ref] = true
			}
		}
	}
	return nil
}

// copyPacks copies packs in chunks, until it has caught up with who writes.
func (c *copier) copyPacks() error {
	for more := true; more; {
		var packs []numberedPack
		err := c.src.View(c.ctx, func(tx *Tx) error {
			packs, more = c.nextPacks(tx)
			for i := range packs {
				packs[i].bytes = bytes.Clone(packs[i].bytes)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := c.putPacks(packs); err != nil {
			return err
		}
	}
	return nil
}

type numberedPack struct {
	number uint64
	bytes  []byte
}

// nextPacks returns some packs that are not yet copied, and whether there are
// more. They are valid until the transaction ends.
func (c *copier) nextPacks(tx *Tx) (packs []numberedPack, more bool) {
	size := 0
	for k, v := range tx.keys(bucketPacks, "", bigEndian(c.next)) {
		if size > 4<<20 {
			return packs, true
		}
		p := numberedPack{binary.BigEndian.Uint64(k), v}
		packs = append(packs, p)
		size += len(v)
		c.next = p.number + 1
	}
	return packs, false
}

// putPacks writes the blobs of packs that are still needed.
func (c *copier) putPacks(packs []numberedPack) error {
	return c.dst.update(func(tx *Tx) error {
		for _, pack := range packs {
			c.step(len(pack.bytes))
			blobs, err := blobsOf(pack.bytes)
			if err != nil {
				return &DamagedError{Path: c.src.path, Where: "packs", Reason: err.Error()}
			}
			for _, b := range blobs {
				if err := c.putBlob(tx, b, pack.number >= c.fresh); err != nil {
					return err
				}
			}
		}
		return c.ctx.Err()
	})
}

// putBlob writes a blob if it is needed; one that was stored since the copier
// began is.
func (c *copier) putBlob(tx *Tx, b blob, fresh bool) error {
	if c.needed != nil && !fresh && !c.needed[blobKey{b.kind, b.sum}] {
		if b.kind == blobSnapshot {
			c.dropped++
		}
		return nil
	}
	if fresh && b.encoding == encodingReference {
		c.behind = append(c.behind, blobKey{b.kind, b.ref})
	}
	if tx.bucket(bucketBlobs).Get(b.key()) != nil {
		return nil
	}
	return tx.appendBlob(b)
}

// copyRest copies what is not yet copied, all in one transaction of the source.
func (c *copier) copyRest(src *Tx) error {
	for more := true; more; {
		var packs []numberedPack
		packs, more = c.nextPacks(src)
		if err := c.putPacks(packs); err != nil {
			return err
		}
	}
	err := c.dst.update(func(dst *Tx) error {
		for _, ref := range c.behind {
			if err := c.bring(dst, src, ref.kind, digestOf(ref.sum)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range kinds {
		switch string(k.bucket) {
		case string(bucketMeta), string(bucketPacks), string(bucketBlobs):
			continue
		}
		if err := c.copyRecords(src, k); err != nil {
			return err
		}
	}
	return c.copyMeta(src)
}

// copyRecords copies the records of a kind, but for those that are left out.
func (c *copier) copyRecords(src *Tx, kind kind) error {
	const batch = 10_000
	from := ""
	for more := true; more; {
		more = false
		err := c.dst.update(func(dst *Tx) error {
			to := dst.bucket(kind.bucket)
			to.FillPercent = 0.9 // keys come in order
			n, size := 0, 0
			for k, v := range src.keys(kind.bucket, "", from) {
				if n == batch {
					from, more = string(k), true
					break
				}
				v, keep, err := c.record(dst, src, kind, k, v)
				if err != nil {
					return err
				}
				if keep {
					if err := to.Put(k, v); err != nil {
						return err
					}
				}
				n++
				size += len(k) + len(v)
			}
			c.step(size)
			return c.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// record says whether a record is kept, and as what.
func (c *copier) record(dst, src *Tx, kind kind, k, v []byte) (value []byte, keep bool, err error) {
	if c.needed == nil {
		return v, true, nil
	}
	switch string(kind.bucket) {
	case string(bucketCaptures):
		if c.pruned[string(k)] {
			return nil, false, nil
		}
	case string(bucketByURL), string(bucketByRun):
		return v, !c.pruned[string(k[bytes.LastIndexByte(k, 0)+1:])], nil
	case string(bucketReferences):
		var refs []Digest
		if err := src.decode(kind.bucket, string(k), v, &refs); err != nil {
			return nil, false, err
		}
		refs = slices.DeleteFunc(refs, func(d Digest) bool {
			_, err := dst.storedBlob(k[0], d)
			return err != nil
		})
		v, err = json.Marshal(refs)
		return v, len(refs) > 0, err
	}
	if kind.bodies != nil { // new ones may need what was to be left out
		bodies, err := kind.bodies(src, string(k), v)
		if err != nil {
			return nil, false, err
		}
		for _, b := range bodies {
			if err := c.bring(dst, src, b.kind, b.digest); err != nil {
				return nil, false, err
			}
		}
	}
	return v, true, nil
}

// bring copies a blob that was left out, when something new refers to it.
func (c *copier) bring(dst, src *Tx, kind byte, d Digest) error {
	if d == "" {
		return nil
	}
	if _, err := dst.storedBlob(kind, d); !errors.Is(err, ErrNotFound) {
		return err
	}
	chain, err := src.chain(kind, d)
	if err != nil {
		return src.mustBeThere(err)
	}
	for _, b := range chain {
		if dst.bucket(bucketBlobs).Get(b.key()) != nil {
			continue
		}
		if err := dst.appendBlob(b); err != nil {
			return err
		}
		if kind == blobSnapshot {
			c.dropped--
		}
	}
	return nil
}

// copyMeta writes the head of the copy: that of the source, and the counts of
// what was copied.
func (c *copier) copyMeta(src *Tx) error {
	counts, err := src.Counts()
	if err != nil {
		return err
	}
	return c.dst.update(func(dst *Tx) error {
		copied, err := dst.Counts()
		if err != nil {
			return err
		}
		counts.Captures -= len(c.pruned)
		counts.Snapshots, counts.SnapshotBytes, counts.SnapshotStored = copied.Snapshots, copied.SnapshotBytes, copied.SnapshotStored
		meta := dst.bucket(bucketMeta)
		for k, v := range src.keys(bucketMeta, "", "") {
			if err := meta.Put(k, v); err != nil {
				return err
			}
		}
		return dst.put(bucketMeta, string(metaCounts), counts)
	})
}
