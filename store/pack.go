package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// packSize is the size at which a pack is closed. Blobs of one transaction share
// packs; a larger blob has its own.
const packSize = 256 << 10

// packer collects the blobs of a transaction.
type packer struct {
	number uint64 // of the pack that buf will be, 0 when none is begun
	buf    []byte
}

// location says where a blob is: in which pack, and which bytes of it.
type location struct {
	pack           uint64
	offset, length int
}

func (l location) encode() []byte {
	b := binary.AppendUvarint(nil, l.pack)
	b = binary.AppendUvarint(b, uint64(l.offset))
	return binary.AppendUvarint(b, uint64(l.length))
}

func decodeLocation(b []byte) (l location, ok bool) {
	var n [3]uint64
	for i := range n {
		v, used := binary.Uvarint(b)
		if used <= 0 || (i > 0 && v > 1<<40) {
			return l, false
		}
		n[i], b = v, b[used:]
	}
	return location{pack: n[0], offset: int(n[1]), length: int(n[2])}, len(b) == 0
}

// putBlob appends a blob unless it is there.
func (tx *Tx) putBlob(b blob) (isNew bool, err error) {
	index := tx.bucket(bucketBlobs)
	key := b.key()
	if index.Get(key) != nil {
		return false, tx.putReference(b)
	}
	if b.encoding == encodingReference {
		switch depth, err := tx.depth(b.kind, b.ref); {
		case err != nil && !errors.Is(err, ErrNotFound):
			return false, err
		case err != nil || depth >= maxDepth:
			// The reference is not there after all, or has too many behind it.
			body, err := b.body(b.refBody)
			if err != nil {
				return false, err
			}
			b = b.plain(body)
		}
	}
	if err := tx.appendBlob(b); err != nil {
		return false, err
	}
	return true, tx.putReference(b)
}

// appendBlob adds a blob, which is not there, to the pack and to the index.
func (tx *Tx) appendBlob(b blob) error {
	if tx.pack.number == 0 {
		tx.pack.number = 1
		if k, _ := tx.bucket(bucketPacks).Cursor().Last(); len(k) == 8 {
			tx.pack.number = binary.BigEndian.Uint64(k) + 1
		}
	}
	at := location{pack: tx.pack.number, offset: len(tx.pack.buf)}
	tx.pack.buf = b.append(tx.pack.buf)
	at.length = len(tx.pack.buf) - at.offset
	if err := tx.bucket(bucketBlobs).Put(b.key(), at.encode()); err != nil {
		return err
	}
	if b.kind == blobSnapshot {
		tx.counted.Snapshots++
		tx.counted.SnapshotBytes += int64(b.size)
		tx.counted.SnapshotStored += int64(at.length)
	}
	if len(tx.pack.buf) >= packSize {
		return tx.flush()
	}
	return nil
}

// putReference makes a blob that is there the reference that it was chosen for.
func (tx *Tx) putReference(b blob) error {
	for _, group := range []string{b.group, b.alike} {
		if group == "" {
			continue
		}
		if err := tx.addReference(b.kind, group, b.digest()); err != nil {
			return err
		}
	}
	return nil
}

// depth is how many references lie behind a blob.
func (tx *Tx) depth(kind byte, sum [sha256.Size]byte) (int, error) {
	chain, err := tx.chain(kind, digestOf(sum))
	return len(chain) - 1, err
}

// flush writes the pack that was begun.
func (tx *Tx) flush() error {
	if tx.pack.number == 0 {
		return nil
	}
	err := tx.bucket(bucketPacks).Put([]byte(bigEndian(tx.pack.number)), tx.pack.buf)
	tx.pack = packer{}
	return err
}

// storedBlob finds a blob; its payload is valid until the transaction ends.
func (tx *Tx) storedBlob(kind byte, d Digest) (blob, error) {
	sum, err := d.sum()
	if err != nil {
		return blob{}, err
	}
	want := blob{kind: kind, sum: sum}
	entry := tx.bucket(bucketBlobs).Get(want.key())
	if entry == nil {
		return blob{}, fmt.Errorf("snapshot %s: %w", d, ErrNotFound)
	}
	at, ok := decodeLocation(entry)
	if !ok {
		return blob{}, tx.damaged(bucketBlobs, string(d), "the entry can't be read")
	}
	pack := tx.pack.buf
	if at.pack != tx.pack.number {
		pack = tx.bucket(bucketPacks).Get([]byte(bigEndian(at.pack)))
	}
	if at.offset+at.length > len(pack) {
		return blob{}, tx.damaged(bucketPacks, fmt.Sprint(at.pack), "it ends before blob %s does", d)
	}
	b, _, err := parseBlob(pack[at.offset : at.offset+at.length])
	if err == nil && (b.sum != sum || b.kind != kind) {
		err = fmt.Errorf("blob %s stands where %s should", b.digest(), d)
	}
	if err != nil {
		return blob{}, tx.damaged(bucketPacks, fmt.Sprint(at.pack), "%v", err)
	}
	return b, nil
}

// chain finds a blob and the references behind it, each after the one that needs
// it. Payloads are valid until the transaction ends.
func (tx *Tx) chain(kind byte, d Digest) ([]blob, error) {
	var chain []blob
	for {
		b, err := tx.storedBlob(kind, d)
		if len(chain) > 0 {
			err = tx.mustBeThere(err)
		}
		if err != nil {
			return nil, err
		}
		if chain = append(chain, b); b.encoding != encodingReference {
			return chain, nil
		}
		if len(chain) > maxDepth {
			return nil, tx.damaged(bucketPacks, string(d), "more than %d references lie behind it", maxDepth)
		}
		d = digestOf(b.ref)
	}
}

// restore decodes the first blob of a chain.
func (s *Store) restore(chain []blob) ([]byte, error) {
	var body []byte
	for i := len(chain) - 1; i >= 0; i-- {
		ref := blobKey{chain[i].kind, chain[i].sum}
		if i > 0 {
			if kept, ok := s.refs.recall(ref); ok {
				body = kept
				continue
			}
		}
		var err error
		if body, err = chain[i].body(body); err != nil {
			return nil, &DamagedError{Path: s.path, Where: "packs", Reason: err.Error()}
		}
		if i > 0 {
			s.refs.mu.Lock()
			s.refs.remember(ref, body)
			s.refs.mu.Unlock()
		}
	}
	return body, nil
}

func (tx *Tx) readBlob(kind byte, d Digest) ([]byte, error) {
	chain, err := tx.chain(kind, d)
	if err != nil {
		return nil, err
	}
	return tx.db.store.restore(chain)
}

// copyChain is a chain that outlives its transaction.
func copyChain(chain []blob) []blob {
	for i := range chain {
		chain[i].payload = slices.Clone(chain[i].payload)
	}
	return chain
}

// readBlob restores a blob after the file was closed.
func (s *Store) readBlob(ctx context.Context, kind byte, d Digest) ([]byte, error) {
	var chain []blob
	err := s.View(ctx, func(tx *Tx) (err error) {
		chain, err = tx.chain(kind, d)
		chain = copyChain(chain)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.restore(chain)
}

// PutSnapshot stores a body, once, and returns its address.
func (tx *Tx) PutSnapshot(body []byte) (Digest, error) {
	b, err := tx.db.store.squeeze(tx, blobSnapshot, groups{}, "", body)
	if err != nil {
		return "", err
	}
	_, err = tx.putBlob(b)
	return b.digest(), err
}

// HasSnapshot tells whether a snapshot is there.
func (tx *Tx) HasSnapshot(d Digest) bool {
	sum, err := d.sum()
	return err == nil && tx.bucket(bucketBlobs).Get(blob{kind: blobSnapshot, sum: sum}.key()) != nil
}

// Snapshot returns the body with the address d, checked against it. The error is
// ErrNotFound when there is none.
func (tx *Tx) Snapshot(d Digest) ([]byte, error) { return tx.readBlob(blobSnapshot, d) }

// Snapshot returns the body with the address d, as [Tx.Snapshot] does, but
// decodes and checks it after the file was closed.
func (s *Store) Snapshot(ctx context.Context, d Digest) ([]byte, error) {
	return s.readBlob(ctx, blobSnapshot, d)
}

// blobsOf splits a pack into its blobs.
func blobsOf(pack []byte) ([]blob, error) {
	var blobs []blob
	for len(pack) > 0 {
		b, rest, err := parseBlob(pack)
		if err != nil {
			return blobs, err
		}
		blobs, pack = append(blobs, b), rest
	}
	return blobs, nil
}
