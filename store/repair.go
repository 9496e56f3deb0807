package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Repaired is what [Store.Repair] did.
type Repaired struct {
	// Damaged is where the file from before lies.
	Damaged string `json:"damaged"`
	// Quarantined are the records that were set aside, the first of them; Found
	// counts all.
	Quarantined []Problem `json:"quarantined"`
	Found       int       `json:"found"`
}

// Repair writes the corpus anew from what can be read of it. Indexes and counts
// are derived again; records that can't be read, bodies that are not those of
// their digest, and records that refer to such bodies are set aside in a bucket
// that nothing reads. The file from before is kept under another name.
//
// Nobody else can use the corpus meanwhile. When the tree of pages contradicts
// itself, the error is a *DamagedError and nothing is changed: then only a backup
// helps.
func (s *Store) Repair(ctx context.Context, progress Progress) (*Repaired, error) {
	release, err := s.lease(s.path+compactSuffix, "repair")
	if err != nil {
		return nil, err
	}
	defer release()
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return nil, classify(s.path, true, err)
	}
	r := &repair{copier: copier{ctx: ctx, src: s, path: path + compactSuffix + ".tmp", next: 1, progress: progress}}
	err = s.withDB(ctx, true, func(db *database) error {
		if err := db.checkPages(); err != nil {
			return err
		}
		if err := db.checkFormat(); err != nil {
			return err
		}
		if err := r.create(); err != nil {
			return err
		}
		defer r.discard()
		if err := db.view(r.salvage); err != nil {
			return err
		}
		info, err := db.file.Stat()
		if err != nil {
			return err
		}
		if err := errors.Join(r.dst.file.Chmod(info.Mode()), r.close()); err != nil {
			return err
		}
		if v, err := newStore(r.path, s.o).Verify(ctx, nil); err != nil {
			return err
		} else if !v.OK() {
			return &DamagedError{Path: s.path, Reason: fmt.Sprintf("%d problems are left after a repair, the first: %s", v.Found, v.Problems[0])}
		}
		if r.Damaged, err = s.keepAs(path, path+".damaged"); err != nil {
			return err
		}
		return errors.Join(os.Rename(r.path, path), syncDir(filepath.Dir(path)))
	})
	if err != nil {
		return nil, fmt.Errorf("repair: %w", classify(s.path, true, err))
	}
	return &r.Repaired, nil
}

// repair is a copier that trusts nothing.
type repair struct {
	copier
	Repaired
	late []blob // bodies whose references were not yet there
}

// quarantineKey is the key of a record that was set aside.
func quarantineKey(bucket []byte, key string) []byte { return []byte(string(bucket) + "\x00" + key) }

// setAside puts a record into the quarantine.
func (r *repair) setAside(dst *Tx, kind ProblemKind, bucket []byte, key string, value []byte, reason string) error {
	r.Found++
	if len(r.Quarantined) < maxProblems {
		r.Quarantined = append(r.Quarantined, Problem{Kind: kind, Bucket: string(bucket), Key: key, Detail: reason})
	}
	return dst.bucket(bucketQuarantine).Put(quarantineKey(bucket, key), value)
}

// unsoundError says why a record can't be kept.
type unsoundError struct {
	kind ProblemKind
	error
}

// salvage copies what is sound.
func (r *repair) salvage(src *Tx) error {
	for more := true; more; {
		var packs []numberedPack
		packs, more = r.nextPacks(src)
		err := r.dst.update(func(dst *Tx) error {
			for _, pack := range packs {
				if err := r.pack(dst, pack); err != nil {
					return err
				}
			}
			return r.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	err := r.dst.update(func(dst *Tx) error {
		for _, b := range r.late {
			if err := r.blob(dst, b, true); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if k.derived {
			continue
		}
		err := r.eachRecord(src, k.bucket, func(dst *Tx, key, b []byte) error {
			if k.salvage == nil {
				return dst.bucket(k.bucket).Put(key, b)
			}
			err := k.salvage(r, dst, string(key), b)
			if u, ok := errors.AsType[*unsoundError](err); ok {
				return r.setAside(dst, u.kind, k.bucket, string(key), b, u.Error())
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.dst.update(func(dst *Tx) error {
		return dst.bucket(bucketMeta).Put(metaCreated, src.bucket(bucketMeta).Get(metaCreated))
	})
}

// pack copies the bodies of a pack that are what their digests say.
func (r *repair) pack(dst *Tx, p numberedPack) error {
	r.step(len(p.bytes))
	blobs, broken := blobsOf(p.bytes)
	end := 0
	for _, b := range blobs {
		end += len(b.append(nil))
		if err := r.blob(dst, b, false); err != nil {
			return err
		}
	}
	if broken == nil {
		return nil
	}
	return r.setAside(dst, ProblemRecord, bucketPacks, fmt.Sprint(p.number), p.bytes[end:], broken.Error())
}

func (r *repair) blob(dst *Tx, b blob, last bool) error {
	if dst.bucket(bucketBlobs).Get(b.key()) != nil {
		return nil
	}
	var ref []byte
	var err error
	if b.encoding == encodingReference {
		ref, err = dst.readBlob(b.kind, digestOf(b.ref))
		if errors.Is(err, ErrNotFound) && !last {
			b.payload = slices.Clone(b.payload)
			r.late = append(r.late, b)
			return nil
		}
	}
	if err == nil {
		_, err = b.body(ref)
	}
	if err != nil {
		return r.setAside(dst, ProblemBytes, bucketPacks, string(b.digest()), b.append(nil), err.Error())
	}
	return dst.appendBlob(b)
}

// eachRecord calls put for each record of a bucket, in transactions of the copy.
func (r *repair) eachRecord(src *Tx, bucket []byte, put func(dst *Tx, k, v []byte) error) error {
	const batch = 5000
	from := ""
	for more := true; more; {
		more = false
		err := r.dst.update(func(dst *Tx) error {
			n := 0
			for k, v := range src.keys(bucket, "", from) {
				if n == batch {
					from, more = string(k), true
					break
				}
				if err := put(dst, k, v); err != nil {
					return err
				}
				r.step(len(k) + len(v))
				n++
			}
			return r.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *repair) capture(dst *Tx, key string, v []byte) error {
	var c Capture
	if err := dst.decode(bucketCaptures, key, v, &c); err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	if c.Digest != "" && !dst.HasSnapshot(c.Digest) {
		return &unsoundError{ProblemReference, fmt.Errorf("its snapshot %s is gone", c.Digest)}
	}
	return dst.indexCapture(c, v)
}

func (r *repair) row(dst *Tx, key string, v []byte) error {
	var row Row
	err := dst.decode(bucketRows, key, v, &row)
	if err == nil {
		row, err = row.normal()
	}
	if err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	return dst.writeRow(row)
}

func (r *repair) report(dst *Tx, key string, v []byte) error {
	var rep Report
	err := dst.decode(bucketReports, key, v, &rep)
	if err == nil && reportKey(rep.ID, rep.Revision) != key {
		err = fmt.Errorf("it says it is revision %d of %q", rep.Revision, rep.ID)
	}
	if err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	if !dst.HasSnapshot(rep.Digest) {
		return &unsoundError{ProblemReference, fmt.Errorf("its snapshot %s is gone", rep.Digest)}
	}
	if _, err := dst.storedBlob(blobReport, rep.BodyDigest); err != nil {
		return &unsoundError{ProblemReference, fmt.Errorf("its body: %w", err)}
	}
	if dst.needCapture(rep) != nil { // gone, or set aside: the snapshot is there
		rep.Capture = ""
	}
	return dst.indexReport(rep)
}

func (r *repair) references(dst *Tx, key string, v []byte) error {
	var refs []Digest
	if err := dst.decode(bucketReferences, key, v, &refs); err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	refs = slices.DeleteFunc(refs, func(d Digest) bool {
		_, err := dst.storedBlob(key[0], d)
		return err != nil
	})
	return dst.put(bucketReferences, key, refs)
}
