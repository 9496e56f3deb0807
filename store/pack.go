package store

import (
	"context"
	"encoding/binary"
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
	index := tx.bolt.Bucket(bucketBlobs)
	key := b.key()
	if index.Get(key) != nil {
		return false, nil
	}
	if tx.pack.number == 0 {
		tx.pack.number = 1
		if k, _ := tx.bolt.Bucket(bucketPacks).Cursor().Last(); len(k) == 8 {
			tx.pack.number = binary.BigEndian.Uint64(k) + 1
		}
	}
	at := location{pack: tx.pack.number, offset: len(tx.pack.buf)}
	tx.pack.buf = b.append(tx.pack.buf)
	at.length = len(tx.pack.buf) - at.offset
	if err := index.Put(key, at.encode()); err != nil {
		return false, err
	}
	if b.kind == blobSnapshot {
		tx.counted.Snapshots++
		tx.counted.SnapshotBytes += int64(b.size)
		tx.counted.SnapshotStored += int64(at.length)
	}
	if len(tx.pack.buf) >= packSize {
		return true, tx.flush()
	}
	return true, nil
}

// flush writes the pack that was begun.
func (tx *Tx) flush() error {
	if tx.pack.number == 0 {
		return nil
	}
	packs := tx.bolt.Bucket(bucketPacks)
	packs.FillPercent = 1 // packs are only appended
	err := packs.Put([]byte(bigEndian(tx.pack.number)), tx.pack.buf)
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
	entry := tx.bolt.Bucket(bucketBlobs).Get(want.key())
	if entry == nil {
		return blob{}, fmt.Errorf("snapshot %s: %w", d, ErrNotFound)
	}
	at, ok := decodeLocation(entry)
	if !ok {
		return blob{}, tx.damaged(bucketBlobs, string(d), "the entry can't be read")
	}
	pack := tx.pack.buf
	if at.pack != tx.pack.number {
		pack = tx.bolt.Bucket(bucketPacks).Get([]byte(bigEndian(at.pack)))
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

func (tx *Tx) readBlob(kind byte, d Digest) ([]byte, error) {
	b, err := tx.storedBlob(kind, d)
	if err != nil {
		return nil, err
	}
	body, err := b.body()
	if err != nil {
		return nil, tx.damaged(bucketPacks, string(d), "%v", err)
	}
	return body, nil
}

// PutSnapshot stores a body, once, and returns its address.
func (tx *Tx) PutSnapshot(body []byte) (Digest, error) {
	b, err := newBlob(blobSnapshot, body)
	if err != nil {
		return "", err
	}
	_, err = tx.putBlob(b)
	return b.digest(), err
}

// HasSnapshot tells whether a snapshot is there.
func (tx *Tx) HasSnapshot(d Digest) bool {
	sum, err := d.sum()
	return err == nil && tx.bolt.Bucket(bucketBlobs).Get(blob{kind: blobSnapshot, sum: sum}.key()) != nil
}

// Snapshot returns the body with the address d, checked against it. The error is
// ErrNotFound when there is none.
func (tx *Tx) Snapshot(d Digest) ([]byte, error) { return tx.readBlob(blobSnapshot, d) }

// Snapshot returns the body with the address d, as [Tx.Snapshot] does, but
// decodes and checks it after the file was closed.
func (s *Store) Snapshot(ctx context.Context, d Digest) ([]byte, error) {
	var b blob
	err := s.View(ctx, func(tx *Tx) (err error) {
		b, err = tx.storedBlob(blobSnapshot, d)
		b.payload = slices.Clone(b.payload)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.decode(b)
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
