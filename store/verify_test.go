package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Verify finds each contradiction that is planted, says of what kind it is and
// where, and finds nothing else.
func TestVerifyFinds(t *testing.T) {
	path, _ := smallCorpus(t)
	key := "https://h1.example.cn/r/37.html" // not one that others are compressed against
	var id string
	var digest Digest
	s := newStore(path, Options{})
	view(t, s, func(tx *Tx) error {
		c, err := tx.LastCapture(key)
		id, digest = c.ID, c.Digest
		return err
	})
	sum, err := digest.sum()
	if err != nil {
		t.Fatal(err)
	}
	pack := func(tx *bolt.Tx) (uint64, []byte) {
		at, _ := decodeLocation(tx.Bucket(bucketBlobs).Get(blob{kind: blobSnapshot, sum: sum}.key()))
		return at.pack, slices.Clone(tx.Bucket(bucketPacks).Get([]byte(bigEndian(at.pack))))
	}
	for _, test := range []struct {
		name  string
		plant func(tx *bolt.Tx) error
		want  map[ProblemKind]int
		// aside is how many records a repair sets aside.
		aside int
	}{
		{"nothing", func(*bolt.Tx) error { return nil }, nil, 0},
		{"byte of a body", func(tx *bolt.Tx) error {
			n, b := pack(tx)
			b[len(b)-1] ^= 1
			return tx.Bucket(bucketPacks).Put([]byte(bigEndian(n)), b)
		}, map[ProblemKind]int{ProblemBytes: 1}, 3},
		{"pack cut short", func(tx *bolt.Tx) error {
			n, b := pack(tx)
			return tx.Bucket(bucketPacks).Put([]byte(bigEndian(n)), b[:len(b)-1])
		}, map[ProblemKind]int{ProblemRecord: 1, ProblemIndex: 1}, 3},
		{"pack gone", func(tx *bolt.Tx) error {
			n, _ := pack(tx)
			return tx.Bucket(bucketPacks).Delete([]byte(bigEndian(n)))
		}, map[ProblemKind]int{ProblemIndex: 1}, 2},
		{"snapshot not in the index", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketBlobs).Delete(blob{kind: blobSnapshot, sum: sum}.key())
		}, map[ProblemKind]int{ProblemIndex: 1, ProblemReference: 2}, 0},
		{"capture gone", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketCaptures).Delete([]byte(id))
		}, map[ProblemKind]int{ProblemIndex: 2, ProblemReference: 1}, 0},
		{"capture unreadable", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketCaptures).Put([]byte(id), []byte("{"))
		}, map[ProblemKind]int{ProblemRecord: 1, ProblemIndex: 2}, 1},
		{"report of another capture", func(tx *bolt.Tx) error {
			k := []byte(reportKey("r0001", 1))
			return tx.Bucket(bucketReports).Put(k, bytes.Replace(tx.Bucket(bucketReports).Get(k), []byte(`"capture":"`), []byte(`"capture":"x`), 1))
		}, map[ProblemKind]int{ProblemReference: 1}, 0},
		{"capture not in the index", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketByURL).Delete([]byte(key + "\x00" + id))
		}, map[ProblemKind]int{ProblemIndex: 1}, 0},
		{"row gone", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketRows).Delete([]byte(key + "?next"))
		}, map[ProblemKind]int{ProblemIndex: 1}, 0},
		{"row queued elsewhere", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketQueue).Put([]byte("other\x00"+sortedTime(noon)+key+"?next"), nil)
		}, map[ProblemKind]int{ProblemIndex: 1}, 0},
		{"row not in the agenda", func(tx *bolt.Tx) error {
			k, _ := tx.Bucket(bucketAgenda).Cursor().First()
			return tx.Bucket(bucketAgenda).Delete(k)
		}, map[ProblemKind]int{ProblemIndex: 1}, 0},
		{"report gone", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketReports).Delete([]byte(reportKey("r0001", 1)))
		}, map[ProblemKind]int{ProblemIndex: 1}, 0},
		{"report body gone", func(tx *bolt.Tx) error {
			b := blob{kind: blobReport, sum: sha256.Sum256(page(1, "").Report.Body)}
			return tx.Bucket(bucketBlobs).Delete(b.key())
		}, map[ProblemKind]int{ProblemIndex: 1, ProblemReference: 40}, 0},
		{"counts wrong", func(tx *bolt.Tx) error {
			return tx.Bucket(bucketMeta).Put(metaCounts, []byte(`{"captures":3}`))
		}, map[ProblemKind]int{ProblemIndex: 6}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copied := t.TempDir() + "/corpus.db"
			if err := os.WriteFile(copied, data, 0o644); err != nil {
				t.Fatal(err)
			}
			b, err := bolt.Open(copied, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Update(test.plant); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			steps := 0
			v, err := newStore(copied, Options{}).Verify(context.Background(), func(done, total int) {
				if done > total {
					t.Errorf("%d of %d done", done, total)
				}
				steps++
			})
			if err != nil {
				t.Fatal(err)
			}
			got := map[ProblemKind]int{}
			for _, p := range v.Problems {
				got[p.Kind]++
			}
			for _, kind := range []ProblemKind{ProblemPages, ProblemBytes, ProblemRecord, ProblemReference, ProblemIndex} {
				if got[kind] != test.want[kind] {
					t.Errorf("%d problems of kind %s, want %d: %v", got[kind], kind, test.want[kind], v.Problems)
				}
			}
			if v.OK() != (test.want == nil) || steps == 0 {
				t.Errorf("ok %v after %d steps", v.OK(), steps)
			}

			now := noon
			damaged := newStore(copied, Options{Now: func() time.Time { return now }})
			r, err := damaged.Repair(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Found != test.aside || len(r.Quarantined) != test.aside {
				t.Errorf("%d records set aside, want %d: %v", r.Found, test.aside, r.Quarantined)
			}
			verify(t, damaged)
			if r.Damaged != copied+".damaged-20260120T120000Z" {
				t.Errorf("the damaged file is %s", r.Damaged)
			}
			old, err := newStore(r.Damaged, Options{}).Verify(context.Background(), nil)
			if err != nil || old.Found != v.Found {
				t.Errorf("the damaged file: %+v, %v", old, err)
			}
			now = now.Add(time.Second)
			if again, err := damaged.Repair(context.Background(), nil); test.aside > 0 && (err != nil || again.Found > 0) {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}

// A page that is used twice, or that a branch leads back to, is found before
// bbolt walks into it, by Verify and, as it would never end, by Open.
func TestCycleOfPages(t *testing.T) {
	path, data := smallCorpus(t)
	planted := 0
	for at := 2 * pageSize; at < len(data); at += pageSize {
		h := readPageHead(data[at:])
		if h.id != uint64(at/pageSize) || h.flags != pageIsBranch {
			continue
		}
		planted++
		bad := slices.Clone(data)
		binary.NativeEndian.PutUint64(bad[at+pageHeader+8:], h.id) // its first child is itself
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		v, err := newStore(path, Options{}).Verify(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !v.OK() != is[*DamagedError](func() error { _, err := Open(path, Options{}); return err }()) {
			t.Errorf("page %d: Open and Verify disagree: %v", h.id, v.Problems)
		}
		if !v.OK() && v.Problems[0].Kind == ProblemPages {
			if _, err := newStore(path, Options{}).Repair(context.Background(), nil); !is[*DamagedError](err) {
				t.Errorf("repair: %v", err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, bad) {
				t.Errorf("the file was changed, %v", err)
			}
			return
		}
	}
	t.Errorf("%d branches, none in use", planted)
}

// After any number of changes, in any order, nothing contradicts itself.
func TestVerifyAfterManyChanges(t *testing.T) {
	s := newCorpus(t, Options{})
	r := rand.New(rand.NewPCG(1, 2))
	states := []string{Queued, Queued, Done, Failed, Gone, Skipped}
	for round := range 40 {
		update(t, s, func(tx *Tx) error {
			for range 200 {
				n := r.IntN(1500)
				row := Row{
					Key: fmt.Sprintf("h%d.example.cn/%s%d", n%7, strings.Repeat("x", n%90), n), Host: fmt.Sprintf("h%d.example.cn", n%7),
					State: states[r.IntN(len(states))], Due: noon.Add(time.Duration(r.IntN(1000)) * time.Minute),
				}
				if r.IntN(10) == 0 {
					row.Due = time.Time{}
				}
				if err := tx.PutRow(row); err != nil {
					return err
				}
			}
			return nil
		})
		if round%10 == 9 {
			verify(t, s)
		}
	}
}
