package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// storedSize is what the snapshot of a body takes, and how it is encoded.
func storedSize(t *testing.T, s *Store, body []byte) (size int, encoding byte) {
	t.Helper()
	view(t, s, func(tx *Tx) error {
		b, err := tx.storedBlob(blobSnapshot, DigestOf(body))
		size, encoding = len(b.append(nil)), b.encoding
		return err
	})
	return size, encoding
}

// Pages of one site take a fraction of what they take by themselves, whoever
// stores them, and come back as they were.
func TestReference(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	alone, against := 0, 0
	for n := range 6 {
		if n == 3 { // another process goes on
			s = newStore(s.Path(), Options{})
		}
		f := siteCapture(1, n)
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(f)
			return err
		})
		size, encoding := storedSize(t, s, f.Body)
		alone += len(blob{}.plain(f.Body).payload)
		against += size
		if (encoding == encodingReference) != (n > 0) {
			t.Errorf("page %d has encoding %d", n, encoding)
		}
	}
	if against*10 > alone*7 {
		t.Errorf("%d bytes, %d without a reference", against, alone)
	}
	for _, s := range []*Store{s, newStore(s.Path(), Options{})} {
		for n := range 6 {
			want := sitePage(1, n)
			if body, err := s.Snapshot(ctx, DigestOf(want)); err != nil || string(body) != string(want) {
				t.Errorf("page %d: %v", n, err)
			}
		}
	}
	verify(t, s)
}

// Pages of many templates, attachments and short pages are kept by themselves; no
// group has more references than it may.
func TestReferenceOfWhatIsUnlike(t *testing.T) {
	s := newCorpus(t, Options{})
	page := func(n int, body string) Finish {
		f := siteCapture(1, n)
		f.Body = []byte(body)
		return f
	}
	for n, f := range []Finish{
		page(0, noise(0, 5000)), page(1, noise(1, 5000)), page(2, "%PDF-1.7"+strings.Repeat("text ", 1000)), page(3, "短"),
		siteCapture(2, 4), siteCapture(3, 5), siteCapture(4, 6), siteCapture(5, 7), siteCapture(6, 8), siteCapture(7, 9),
	} {
		f.Row.Host, f.Row.Kind = "one.example.cn", "page"
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(f)
			return err
		})
		if size, encoding := storedSize(t, s, f.Body); encoding == encodingReference && size > len(blob{}.plain(f.Body).payload) {
			t.Errorf("page %d: %d bytes against a reference, %d without", n, size, len(blob{}.plain(f.Body).payload))
		}
	}
	view(t, s, func(tx *Tx) error {
		refs, err := tx.references(blobSnapshot, "one.example.cn page")
		if len(refs) == 0 || len(refs) > maxReferences {
			t.Errorf("%d references", len(refs))
		}
		return err
	})
	verify(t, s)
}

// A reference that did not reach the file after all is not missed: what was
// compressed against it is stored by itself.
func TestReferenceThatIsNotThere(t *testing.T) {
	s := newCorpus(t, Options{})
	ctx := context.Background()
	if _, err := s.prepare(storeSource{ctx, s}, siteCapture(1, 0)); err != nil {
		t.Fatal(err)
	}
	second, err := s.prepare(storeSource{ctx, s}, siteCapture(1, 1))
	if err != nil || second.body.encoding != encodingReference {
		t.Fatalf("encoding %d, %v", second.body.encoding, err)
	}
	update(t, s, func(tx *Tx) error {
		_, err := tx.finish(second)
		return err
	})
	if _, encoding := storedSize(t, s, sitePage(1, 1)); encoding != encodingZstd {
		t.Errorf("encoding %d", encoding)
	}
	verify(t, s)
}

// No more than two references lie behind a snapshot.
func TestReferenceDepth(t *testing.T) {
	s := newCorpus(t, Options{})
	update(t, s, func(tx *Tx) error {
		var before blobKey
		for n := range 5 {
			body := sitePage(1, n)
			b, err := s.squeeze(tx, blobSnapshot, groups{}, "", body)
			if err != nil {
				return err
			}
			if n > 0 {
				refBody, err := s.refs.body(tx, before)
				if err != nil {
					return err
				}
				if b, err = s.refs.compress(b, body, before, refBody); err != nil {
					return err
				}
			}
			if _, err := tx.putBlob(b); err != nil {
				return err
			}
			before = blobKey{blobSnapshot, b.sum}
		}
		return nil
	})
	for n, want := range []byte{encodingZstd, encodingReference, encodingReference, encodingZstd, encodingReference} {
		if _, encoding := storedSize(t, s, sitePage(1, n)); encoding != want {
			t.Errorf("page %d has encoding %d, want %d", n, encoding, want)
		}
	}
}

// Many goroutines that meet a new site at the same time store it soundly.
func TestReferenceUnderWay(t *testing.T) {
	s := newCorpus(t, Options{})
	w := s.NewWriter(WriterOptions{Batch: 4})
	var group sync.WaitGroup
	for n := range 24 {
		group.Go(func() {
			if _, err := w.Finish(context.Background(), siteCapture(n%2, n)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.Close()
	if v := verify(t, s); v.Snapshots != 24 {
		t.Errorf("%d snapshots", v.Snapshots)
	}
}

// What a damaged reference takes with it is found, not made up.
func TestReferenceDamaged(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	for n := range 3 {
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(siteCapture(1, n))
			return err
		})
	}
	update(t, s, func(tx *Tx) error {
		at, _ := decodeLocation(tx.bolt.Bucket(bucketBlobs).Get(blob{kind: blobSnapshot, sum: sum(sitePage(1, 0))}.key()))
		key := []byte(bigEndian(at.pack))
		pack := append([]byte(nil), tx.bolt.Bucket(bucketPacks).Get(key)...)
		pack[at.offset+at.length/2] ^= 1
		return tx.bolt.Bucket(bucketPacks).Put(key, pack)
	})
	s = newStore(s.Path(), Options{})
	for n := range 3 {
		if _, err := s.Snapshot(ctx, DigestOf(sitePage(1, n))); !is[*DamagedError](err) {
			t.Errorf("page %d: %v", n, err)
		}
	}
	v, err := s.Verify(ctx, nil)
	if err != nil || v.Found != 3 || v.Problems[0].Kind != ProblemBytes {
		t.Errorf("%v, %v", v.Problems, err)
	}
}

func sum(body []byte) [32]byte {
	sum, err := DigestOf(body).sum()
	if err != nil {
		panic(fmt.Sprint(err))
	}
	return sum
}

// A page that is captured again, changed, takes what changed, however often; no
// chain gets too long.
func TestReferenceBefore(t *testing.T) {
	s := newCorpus(t, Options{})
	var before Digest
	update(t, s, func(tx *Tx) error { // the page of the site that others refer to
		_, err := tx.Finish(siteCapture(1, 99))
		return err
	})
	for n := range 5 {
		f := siteCapture(1, 0)
		f.Body = []byte(strings.Replace(string(f.Body), "</p>", fmt.Sprintf("</p><p>访问量 %d</p>", n), 1))
		f.Before = before
		c := *f.Capture
		c.Time = c.Time.AddDate(0, 0, n)
		f.Capture = &c
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(f)
			return err
		})
		before = DigestOf(f.Body)
		size, encoding := storedSize(t, s, f.Body)
		if encoding != encodingReference || n > 0 && size > 1000 {
			t.Errorf("version %d takes %d bytes, encoding %d", n, size, encoding)
		}
		view(t, s, func(tx *Tx) error {
			depth, err := tx.depth(blobSnapshot, sum(f.Body))
			if want := min(n+1, maxDepth); depth != want {
				t.Errorf("version %d has %d references behind it, want %d", n, depth, want)
			}
			return err
		})
	}
	f := siteCapture(1, 1)
	f.Before = DigestOf([]byte("not there"))
	update(t, s, func(tx *Tx) error {
		_, err := tx.Finish(f)
		return err
	})
	verify(t, s)
}

// Encoders that nobody uses take no more than they may, whatever the pages.
func TestEncoderMemory(t *testing.T) {
	refs := newReferences()
	for n := range 40 {
		body := []byte(strings.Repeat(prose(n), 1+n%7*10))
		b := blob{kind: blobSnapshot, sum: sum(body), size: len(body)}
		if _, err := refs.compress(b, body, blobKey{blobSnapshot, sum([]byte{byte(n)})}, []byte(prose(n+1)+prose(n))); err != nil {
			t.Fatal(err)
		}
		kept := 0
		for _, e := range refs.encoders {
			kept += e.memory()
		}
		if kept != refs.memory || kept > maxEncoderMemory || kept == 0 {
			t.Fatalf("%d bytes of encoders, %d counted", kept, refs.memory)
		}
	}
}
