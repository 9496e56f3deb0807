package store

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"time"
)

// Union says that a report is the same as another one, under whose ID it is read.
type Union struct {
	Into     string    `json:"into"`
	Distance int       `json:"distance"` // of their fingerprints, in bits
	Why      string    `json:"why,omitempty"`
	Time     time.Time `json:"time"`
}

// PutUnion makes a report part of another. Both must be there; those that were
// part of the first become part of the second.
func (tx *Tx) PutUnion(id string, u Union) error {
	for _, part := range []string{id, u.Into} {
		if tx.last(bucketReports, part+"\x00") == nil {
			return &InvalidError{What: "union of " + id + " with " + u.Into, Reason: part + " is no report"}
		}
	}
	var into Union
	if tx.get(bucketUnions, u.Into, &into) == nil || id == u.Into {
		return &InvalidError{What: "union of " + id, Reason: u.Into + " is itself part of another"}
	}
	if u.Time.IsZero() {
		u.Time = tx.db.store.o.Now()
	}
	u.Time = u.Time.UTC()
	for _, member := range append(tx.members(id), id) {
		var old Union
		if tx.get(bucketUnions, member, &old) == nil {
			if err := tx.bucket(bucketMembers).Delete([]byte(old.Into + "\x00" + member)); err != nil {
				return err
			}
		}
		if err := tx.indexUnion(member, u); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) indexUnion(id string, u Union) error {
	if err := tx.bucket(bucketMembers).Put([]byte(u.Into+"\x00"+id), nil); err != nil {
		return err
	}
	return tx.put(bucketUnions, id, u)
}

// DeleteUnion makes a report one of its own again; the error is ErrNotFound when
// it is.
func (tx *Tx) DeleteUnion(id string) error {
	var u Union
	if err := tx.get(bucketUnions, id, &u); err != nil {
		return err
	}
	if err := tx.bucket(bucketMembers).Delete([]byte(u.Into + "\x00" + id)); err != nil {
		return err
	}
	return tx.bucket(bucketUnions).Delete([]byte(id))
}

func (tx *Tx) members(id string) (ids []string) {
	for k := range tx.keys(bucketMembers, id+"\x00", "") {
		ids = append(ids, string(k[len(id)+1:]))
	}
	return ids
}

// Fingerprints are compared through bands: of two that differ in at most three
// bits, one of four bands of 16 bits is equal.
const printBands = 4

// MaxPrintDistance is the distance up to which [Tx.Near] finds every fingerprint.
const MaxPrintDistance = printBands - 1

func (r Report) print() (uint64, error) {
	b, err := hex.DecodeString(r.Print)
	if err != nil || len(b) != 8 {
		return 0, &InvalidError{What: "report " + r.ID, Reason: fmt.Sprintf("fingerprint %q is not 16 hex digits", r.Print)}
	}
	return binary.BigEndian.Uint64(b), nil
}

// bandKey begins the keys of the fingerprints of a year with a band.
func bandKey(year, band int, fingerprint uint64) string {
	b := binary.BigEndian.AppendUint16(nil, uint16(year))
	b = append(b, byte(band))
	return string(binary.BigEndian.AppendUint16(b, uint16(fingerprint>>(16*band))))
}

// bands are the keys of a revision in the index of fingerprints.
func (r Report) bands() []string {
	fingerprint, err := r.print()
	if r.Print == "" || err != nil {
		return nil
	}
	keys := make([]string, printBands)
	for band := range keys {
		keys[band] = bandKey(r.Year, band, fingerprint) + reportKey(r.ID, r.Revision)
	}
	return keys
}

const bandKeySize = 5

// Near returns the IDs of the reports of a year that have a revision whose
// fingerprint is at most so many bits away, no more than [MaxPrintDistance], with
// the least distance of each. The report itself is left out.
func (tx *Tx) Near(r Report, distance int) (map[string]int, error) {
	fingerprint, err := r.print()
	if err != nil {
		return nil, err
	}
	near := map[string]int{}
	for band := range printBands {
		for k, v := range tx.keys(bucketPrints, bandKey(r.Year, band, fingerprint), "") {
			if len(k) < bandKeySize+5 {
				continue
			}
			id := string(k[bandKeySize : len(k)-5])
			other, err := Report{ID: id, Print: string(v)}.print()
			if err != nil {
				return nil, tx.damaged(bucketPrints, string(k), "%v", err)
			}
			d := bits.OnesCount64(fingerprint ^ other)
			if least, ok := near[id]; id != r.ID && d <= distance && (!ok || d < least) {
				near[id] = d
			}
		}
	}
	return near, nil
}

// Novel iterates over the IDs of the reports that got a revision since they were
// last compared.
func (tx *Tx) Novel() iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range tx.keys(bucketNovel, "", "") {
			if !yield(string(k)) {
				return
			}
		}
	}
}

// Compared notes that a report was compared.
func (tx *Tx) Compared(id string) error { return tx.bucket(bucketNovel).Delete([]byte(id)) }

func (v *verifier) union(tx *Tx, k, b []byte) {
	var u Union
	if !v.readable(tx, bucketUnions, k, b, &u) {
		return
	}
	for _, id := range []string{string(k), u.Into} {
		if tx.last(bucketReports, id+"\x00") == nil {
			v.problem(ProblemReference, bucketUnions, string(k), "report %s is gone", id)
		}
	}
	v.need(tx, bucketMembers, u.Into+"\x00"+string(k))
}

func (v *verifier) member(tx *Tx, k, _ []byte) {
	var u Union
	i := slices.Index(k, 0)
	ok := i >= 0 && tx.get(bucketUnions, string(k[i+1:]), &u) == nil && u.Into == string(k[:i])
	v.stray(bucketMembers, k, ok)
}

func (v *verifier) fingerprint(tx *Tx, k, _ []byte) {
	var r Report
	ok := len(k) > bandKeySize && tx.get(bucketReports, string(k[bandKeySize:]), &r) == nil && slices.Contains(r.bands(), string(k))
	v.stray(bucketPrints, k, ok)
}

// union salvages a union of reports that are there.
func (r *repair) union(dst *Tx, key string, v []byte) error {
	var u Union
	if err := dst.decode(bucketUnions, key, v, &u); err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	for _, id := range []string{key, u.Into} {
		if dst.last(bucketReports, id+"\x00") == nil {
			return &unsoundError{ProblemReference, fmt.Errorf("report %s is gone", id)}
		}
	}
	return dst.indexUnion(key, u)
}
