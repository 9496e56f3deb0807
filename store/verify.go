package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Verification is what [Store.Verify] found.
type Verification struct {
	Snapshots int   `json:"snapshots"` // hashed again
	Bytes     int64 `json:"bytes"`     // of them
	Captures  int   `json:"captures"`
	Reports   int   `json:"reports"` // revisions
	Rows      int   `json:"rows"`
	Runs      int   `json:"runs"`
	// Problems holds the first of them; Found counts all.
	Problems []Problem `json:"problems"`
	Found    int       `json:"found"`
}

// OK tells whether nothing was found.
func (v *Verification) OK() bool { return v.Found == 0 }

// Problem is one contradiction in a corpus.
type Problem struct {
	Kind   ProblemKind `json:"kind"`
	Bucket string      `json:"bucket,omitempty"`
	Key    string      `json:"key,omitempty"`
	Detail string      `json:"detail"`
}

func (p Problem) String() string {
	if p.Bucket == "" {
		return fmt.Sprintf("%s: %s", p.Kind, p.Detail)
	}
	return fmt.Sprintf("%s: %s %q: %s", p.Kind, p.Bucket, p.Key, p.Detail)
}

// ProblemKind says what a problem means.
type ProblemKind string

// The kinds of problems.
const (
	// ProblemPages: the tree of pages contradicts itself. Nothing else was looked
	// at; only a backup helps.
	ProblemPages ProblemKind = "pages"
	// ProblemBytes: a body is not the one its digest addresses.
	ProblemBytes ProblemKind = "bytes"
	// ProblemRecord: a record can't be read.
	ProblemRecord ProblemKind = "record"
	// ProblemReference: a record refers to something that is not there.
	ProblemReference ProblemKind = "reference"
	// ProblemIndex: an index disagrees with the records it is derived from.
	ProblemIndex ProblemKind = "index"
)

// maxProblems is how many problems are described.
const maxProblems = 1000

// Verify checks everything: the tree of pages, the hash of every snapshot and
// report, every reference and every index. The pages are checked in one
// transaction, which reads the head of each page; all else in chunks, while
// others may write. Progress, if not nil, is told after each chunk how many
// records of how many were looked at, the total an estimate.
//
// The error says why the check could not be made; what it found is in the
// Verification.
func (s *Store) Verify(ctx context.Context, progress func(done, total int)) (*Verification, error) {
	v := &verifier{Verification: Verification{Problems: []Problem{}}, store: s, progress: progress, seen: map[string]int{}}
	var before, after int
	var counts Counts
	err := s.withDB(ctx, false, func(db *database) error {
		if err := db.checkPages(); err != nil {
			return err
		}
		if err := db.checkFormat(); err != nil {
			return err
		}
		return db.view(func(tx *Tx) (err error) {
			before = tx.bolt.ID()
			counts, err = tx.Counts()
			v.total = 2*counts.Snapshots + 3*counts.Captures + 2*counts.Revisions
			for _, n := range counts.Rows {
				v.total += 2 * n
			}
			return err
		})
	})
	if d, ok := errors.AsType[*DamagedError](err); ok {
		v.problem(ProblemPages, nil, "", "%s: %s", d.Where, d.Reason)
		return &v.Verification, nil
	}
	if err != nil {
		return nil, err
	}
	if err := v.packs(ctx); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if k.check == nil {
			continue
		}
		if err := v.records(ctx, k); err != nil {
			return nil, err
		}
	}
	v.Runs = v.seen[string(bucketRuns)]
	// The counts can be compared only when nobody wrote meanwhile.
	if err := s.View(ctx, func(tx *Tx) error { after = tx.bolt.ID(); return nil }); err != nil {
		return nil, err
	}
	if before == after && v.OK() {
		v.counts(counts)
	}
	return &v.Verification, nil
}

type verifier struct {
	Verification
	store       *Store
	progress    func(done, total int)
	done, total int
	counted     Counts
	seen        map[string]int // records by bucket
}

func (v *verifier) problem(kind ProblemKind, bucket []byte, key, format string, args ...any) {
	v.Found++
	if len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, Problem{Kind: kind, Bucket: string(bucket), Key: key, Detail: fmt.Sprintf(format, args...)})
	}
}

// damage records what a chunk could not be read for; other errors end the check.
func (v *verifier) damage(bucket []byte, err error) error {
	if d, ok := errors.AsType[*DamagedError](err); ok {
		v.problem(ProblemRecord, bucket, "", "%s", d.Reason)
		return nil
	}
	return err
}

func (v *verifier) step(n int) {
	v.done += n
	if v.progress != nil {
		v.progress(v.done, max(v.done, v.total))
	}
}

// packs hashes every blob, outside of the transactions and on all cores.
func (v *verifier) packs(ctx context.Context) error {
	type pack struct {
		number uint64
		bytes  []byte
	}
	type result struct {
		blobs []blob
		errs  []error
		err   error // the rest of the pack can't be read
	}
	from := ""
	for {
		var chunk []pack
		err := v.store.View(ctx, func(tx *Tx) error {
			size := 0
			for k, b := range tx.keys(bucketPacks, "", from) {
				if len(k) != 8 {
					v.problem(ProblemRecord, bucketPacks, string(k), "the key is no number")
					continue
				}
				if size > 4<<20 {
					break
				}
				chunk = append(chunk, pack{binary.BigEndian.Uint64(k), bytes.Clone(b)})
				size += len(b)
			}
			return nil
		})
		if err != nil {
			return v.damage(bucketPacks, err)
		}
		if len(chunk) == 0 {
			return nil
		}
		results := make([]result, len(chunk))
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for i, p := range chunk {
			group.Go(func() error {
				r := &results[i]
				r.blobs, r.err = blobsOf(p.bytes)
				r.errs = make([]error, len(r.blobs))
				for j, b := range r.blobs {
					var ref []byte
					if b.encoding == encodingReference {
						ref, r.errs[j] = v.store.refs.body(storeSource{ctx, v.store}, blobKey{b.kind, b.ref})
					}
					if r.errs[j] == nil {
						_, r.errs[j] = b.body(ref)
					}
				}
				return ctx.Err()
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for i, r := range results {
			number := chunk[i].number
			if r.err != nil {
				v.problem(ProblemRecord, bucketPacks, fmt.Sprint(number), "%v", r.err)
			}
			for j, b := range r.blobs {
				if r.errs[j] != nil {
					v.problem(ProblemBytes, bucketPacks, fmt.Sprint(number), "%v", r.errs[j])
				}
				if b.kind == blobSnapshot {
					v.Snapshots++
					v.Bytes += int64(b.size)
				}
			}
			if err := v.indexed(ctx, number, r.blobs); err != nil {
				return err
			}
		}
		from = bigEndian(chunk[len(chunk)-1].number + 1)
		v.step(v.Snapshots - v.done)
	}
}

// indexed checks that the index leads to the blobs of a pack.
func (v *verifier) indexed(ctx context.Context, number uint64, blobs []blob) error {
	err := v.store.View(ctx, func(tx *Tx) error {
		offset := 0
		for _, b := range blobs {
			length := len(b.append(nil))
			at := location{pack: number, offset: offset, length: length}
			offset += length
			if got, ok := decodeLocation(tx.bucket(bucketBlobs).Get(b.key())); !ok || got != at {
				v.problem(ProblemIndex, bucketBlobs, string(b.digest()), "the index does not lead to its place in pack %d", number)
			}
		}
		return nil
	})
	return v.damage(bucketBlobs, err)
}

// records calls check for each record of a bucket, in chunks.
func (v *verifier) records(ctx context.Context, kind kind) error {
	type nothing struct{}
	n := 0
	for _, err := range read(ctx, v.store, kind.bucket, "", func(tx *Tx, k, b []byte) (nothing, error) {
		kind.check(v, tx, k, b)
		return nothing{}, nil
	}) {
		if err != nil {
			return v.damage(kind.bucket, err)
		}
		if n++; n%chunkRecords == 0 {
			v.step(chunkRecords)
		}
	}
	v.seen[string(kind.bucket)] = n
	v.step(n % chunkRecords)
	return nil
}

// readable decodes a record or notes that it can't be.
func (v *verifier) readable(tx *Tx, bucket, k, b []byte, record any) bool {
	if err := tx.decode(bucket, string(k), b, record); err != nil {
		v.problem(ProblemRecord, bucket, string(k), "%v", err)
		return false
	}
	return true
}

// need notes that an index lacks the entry of a record.
func (v *verifier) need(tx *Tx, index []byte, key string) {
	if b := tx.bucket(index).Get([]byte(key)); b == nil {
		v.problem(ProblemIndex, index, key, "the entry is missing")
	}
}

// stray notes that an index has an entry that no record asks for.
func (v *verifier) stray(index, k []byte, ok bool) {
	if !ok {
		v.problem(ProblemIndex, index, string(k), "no record has this entry")
	}
}

func (v *verifier) blob(tx *Tx, k, _ []byte) {
	if len(k) != 33 {
		v.problem(ProblemRecord, bucketBlobs, string(k), "the key is no kind and hash")
		return
	}
	if _, err := tx.chain(k[0], digestOf([32]byte(k[1:]))); err != nil {
		v.problem(ProblemIndex, bucketBlobs, string(digestOf([32]byte(k[1:]))), "%v", err)
	}
}

func (v *verifier) references(tx *Tx, k, b []byte) {
	var refs []Digest
	if !v.readable(tx, bucketReferences, k, b, &refs) || len(k) == 0 {
		return
	}
	for _, d := range refs {
		if _, err := tx.storedBlob(k[0], d); errors.Is(err, ErrNotFound) {
			v.problem(ProblemIndex, bucketReferences, string(k), "%v", err)
		}
	}
}

func (v *verifier) capture(tx *Tx, k, b []byte) {
	v.Captures++
	var c Capture
	if !v.readable(tx, bucketCaptures, k, b, &c) {
		return
	}
	if c.Digest != "" && !tx.HasSnapshot(c.Digest) {
		v.problem(ProblemReference, bucketCaptures, string(k), "its snapshot %s is gone", c.Digest)
	}
	v.need(tx, bucketByURL, c.Key+"\x00"+c.ID)
	if c.Run != "" {
		v.need(tx, bucketByRun, c.Run+"\x00"+c.ID)
	}
}

func (v *verifier) byURL(tx *Tx, k, _ []byte) {
	c, err := tx.indexedCapture(string(k))
	v.stray(bucketByURL, k, err == nil && c.Key+"\x00"+c.ID == string(k))
}

func (v *verifier) byRun(tx *Tx, k, _ []byte) {
	c, err := tx.indexedCapture(string(k))
	v.stray(bucketByRun, k, err == nil && c.Run+"\x00"+c.ID == string(k))
}

func (v *verifier) row(tx *Tx, k, b []byte) {
	v.Rows++
	var r Row
	if !v.readable(tx, bucketRows, k, b, &r) {
		return
	}
	v.counted.row(r.State, 1)
	if index, key := r.index(); key != "" {
		v.need(tx, index, key)
	}
}

func (v *verifier) queue(tx *Tx, k, _ []byte) {
	_, _, key, err := tx.splitQueueKey(k)
	v.scheduled(tx, bucketQueue, k, key, err)
}

func (v *verifier) agenda(tx *Tx, k, _ []byte) {
	v.scheduled(tx, bucketAgenda, k, string(k[min(len(k), sortedTimeSize):]), nil)
}

func (v *verifier) scheduled(tx *Tx, index, k []byte, key string, err error) {
	var r Row
	if err == nil {
		r, err = tx.Row(key)
	}
	bucket, want := r.index()
	v.stray(index, k, err == nil && bytes.Equal(bucket, index) && want == string(k))
}

func (v *verifier) report(tx *Tx, k, b []byte) {
	v.Reports++
	var r Report
	if !v.readable(tx, bucketReports, k, b, &r) {
		return
	}
	if r.Revision == 1 {
		v.counted.Reports++
	}
	if reportKey(r.ID, r.Revision) != string(k) {
		v.problem(ProblemRecord, bucketReports, string(k), "it says it is revision %d of %q", r.Revision, r.ID)
	}
	if before := reportKey(r.ID, r.Revision-1); r.Revision > 1 && tx.bucket(bucketReports).Get([]byte(before)) == nil &&
		tx.bucket(bucketQuarantine).Get(quarantineKey(bucketReports, before)) == nil {
		v.problem(ProblemReference, bucketReports, string(k), "the revision before it is gone")
	}
	if !tx.HasSnapshot(r.Digest) {
		v.problem(ProblemReference, bucketReports, string(k), "its snapshot %s is gone", r.Digest)
	}
	if tx.needCapture(r) != nil {
		v.problem(ProblemReference, bucketReports, string(k), "its capture %s is gone", r.Capture)
	}
	if _, err := tx.storedBlob(blobReport, r.BodyDigest); err != nil {
		v.problem(ProblemReference, bucketReports, string(k), "its body is gone: %v", err)
	}
	v.need(tx, bucketSources, r.URL+"\x00"+r.ID)
	for _, key := range r.bands() {
		v.need(tx, bucketPrints, key)
	}
}

func (v *verifier) source(tx *Tx, k, _ []byte) {
	url, id, ok := bytes.Cut(k, []byte{0})
	found := false
	if ok {
		for r, err := range tx.revisionsBackwards(string(id)) {
			if found = err == nil && r.URL == string(url); found || err != nil {
				break
			}
		}
	}
	v.stray(bucketSources, k, found)
}

// counts compares what was kept with what was seen.
func (v *verifier) counts(kept Counts) {
	for _, c := range []struct {
		what      string
		kept, got int64
	}{
		{"captures", int64(kept.Captures), int64(v.Captures)},
		{"snapshots", int64(kept.Snapshots), int64(v.Snapshots)},
		{"bytes of snapshots", kept.SnapshotBytes, v.Bytes},
		{"revisions", int64(kept.Revisions), int64(v.Reports)},
		{"reports", int64(kept.Reports), int64(v.counted.Reports)},
	} {
		if c.kept != c.got {
			v.problem(ProblemIndex, bucketMeta, string(metaCounts), "%d %s, there are %d", c.kept, c.what, c.got)
		}
	}
	if !maps.Equal(kept.Rows, v.counted.Rows) && len(kept.Rows)+len(v.counted.Rows) > 0 {
		v.problem(ProblemIndex, bucketMeta, string(metaCounts), "rows %v, there are %v", kept.Rows, v.counted.Rows)
	}
}
