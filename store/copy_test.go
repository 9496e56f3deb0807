package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// records are all records of a corpus but those that say where blobs lie, and the
// bodies of all captures.
func records(t *testing.T, s *Store) (all []string) {
	t.Helper()
	view(t, s, func(tx *Tx) error {
		for _, kind := range kinds {
			bucket := kind.bucket
			if slices.Contains([]string{string(bucketPacks), string(bucketBlobs)}, string(bucket)) {
				continue
			}
			for k, v := range tx.keys(bucket, "", "") {
				all = append(all, fmt.Sprintf("%s %q %q", bucket, k, v))
			}
		}
		for id := range tx.CaptureIDs("") {
			c, err := tx.Capture(id)
			if err != nil {
				return err
			}
			if _, err := tx.Snapshot(c.Digest); err != nil {
				t.Errorf("snapshot of %s: %v", id, err)
			}
		}
		return nil
	})
	return all
}

// A backup has every record of the corpus and verifies; it does not write over
// anything.
func TestBackup(t *testing.T) {
	ctx := context.Background()
	path, _ := smallCorpus(t)
	s := newStore(path, Options{})
	to := filepath.Join(t.TempDir(), "backup.db")
	var last, total int64
	if err := s.Backup(ctx, to, func(d, t int64) { last, total = d, t }); err != nil {
		t.Fatal(err)
	}
	if last == 0 || last > total {
		t.Errorf("%d of %d bytes copied", last, total)
	}
	backup, err := Open(to, Options{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, backup)
	if diff := cmp.Diff(records(t, s), records(t, backup)); diff != "" {
		t.Error(diff)
	}
	if err := s.Backup(ctx, to, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	if err := s.Backup(ctx, filepath.Join(to, "x"), nil); err == nil {
		t.Error("into a file")
	}
	if files, err := os.ReadDir(filepath.Dir(to)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v %v", files, err)
	}
}

// A compaction leaves out room, not records, and makes the file no larger.
func TestCompact(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	for n := range 60 { // one by one: 60 packs
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(page(n, prose(n)))
			return err
		})
	}
	if err := os.Chmod(s.Path(), 0o640); err != nil {
		t.Fatal(err)
	}
	before := records(t, s)
	done, err := s.Compact(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(s.Path())
	if err != nil || info.Mode().Perm() != 0o640 || info.Size() != done.After || done.After > done.Before || done.Captures+done.Snapshots > 0 {
		t.Errorf("%+v, %v, %v", done, info, err)
	}
	verify(t, s)
	if diff := cmp.Diff(before, records(t, s)); diff != "" {
		t.Error(diff)
	}
	packs := 0
	view(t, s, func(tx *Tx) error {
		for range tx.keys(bucketPacks, "", "") {
			packs++
		}
		return nil
	})
	if packs > 20 {
		t.Errorf("%d packs", packs)
	}
	update(t, s, func(tx *Tx) error {
		_, err := tx.Finish(page(61, prose(61)))
		return err
	})
	verify(t, s)
}

// A pruning leaves out old captures but the last ones of each URL and those that
// were read, and the snapshots that nothing refers to any more.
func TestPrune(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	put := func(key string, day int, body string, report bool) {
		f := Finish{Capture: &Capture{Key: key, URL: "https://" + key, Time: noon.AddDate(0, 0, day), Status: 200, Run: "r"}, Body: []byte(body)}
		if report {
			f.Report = &Report{ID: "r" + key, URL: "https://" + key, Body: []byte("{}")}
		}
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(f)
			return err
		})
	}
	for day := range 5 {
		put("a.example.cn/", day, fmt.Sprint("list ", day), false)
		put("b.example.cn/", day, fmt.Sprint("report ", day/3), day == 0)
		put("c.example.cn/", day, string(sitePage(1, day)), false) // each against the first
	}
	done, err := s.Compact(ctx, &Prune{Before: noon.AddDate(0, 0, 4), Keep: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	verify(t, s)
	count := func(key string) (n int) {
		for _, err := range s.History(ctx, key) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	// Of b, the captures of the reported bytes stay, too; of c, the snapshot that
	// the kept one is compressed against.
	if a, b, c := count("a.example.cn/"), count("b.example.cn/"), count("c.example.cn/"); a != 1 || b != 4 || c != 1 || done.Captures != 9 || done.Snapshots != 7 {
		t.Errorf("%d %d %d captures stay, %+v", a, b, c, done)
	}
	if body, err := s.Snapshot(ctx, DigestOf(sitePage(1, 4))); err != nil || string(body) != string(sitePage(1, 4)) {
		t.Errorf("kept snapshot: %v", err)
	}
	if _, err := s.Snapshot(ctx, DigestOf([]byte("list 0"))); !errors.Is(err, ErrNotFound) {
		t.Errorf("pruned snapshot: %v", err)
	}
	// What was pruned can come again.
	put("a.example.cn/", 9, "list 0", false)
	verify(t, s)
}

// While a corpus is backed up and compacted, another process writes on; nothing
// that it was told is safe is lost.
func TestCompactWhileAnotherProcessWrites(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	child := start(t, "write", s.Path(), "0")
	child.lines.Scan() // it writes
	done := make(chan int)
	go func() {
		n := 1
		for child.lines.Scan() {
			n++
		}
		done <- n
	}()
	for i := range 3 {
		if _, err := s.Compact(ctx, nil, nil); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), strconv.Itoa(i))
		if err := s.Backup(ctx, to, nil); err != nil {
			t.Fatal(err)
		}
		verify(t, newStore(to, Options{}))
	}
	_ = child.Process.Kill()
	acknowledged := <-done
	_ = child.Wait()
	if v := verify(t, s); v.Captures < acknowledged {
		t.Errorf("%d captures, %d were acknowledged", v.Captures, acknowledged)
	}
}

// Whenever a compaction is killed, the corpus is whole, and the next one works;
// what another process wrote meanwhile, and was told is safe, is there.
func TestKillCompact(t *testing.T) {
	const sameCorpus = 4 // rounds, so that compacting it does not take longer and longer
	rounds, acknowledged := killRounds(t, 9), 0
	for done := 0; done < rounds; done += sameCorpus {
		acknowledged += killCompactor(t, min(sameCorpus, rounds-done))
	}
	t.Logf("%d kills, %d pages acknowledged meanwhile, none lost", rounds, acknowledged)
}

func killCompactor(t *testing.T, rounds int) int {
	path, _ := smallCorpus(t)
	s := newStore(path, Options{})
	before := records(t, s)
	acknowledged := map[int]bool{}
	next := 1000
	for round := range rounds {
		compactor := start(t, "compact", path)
		compactor.hear(t, "ready")
		if round > 0 { // the first round has the corpus to itself
			writer := start(t, "write", path, strconv.Itoa(next))
			done := make(chan struct{})
			go func() {
				defer close(done)
				for writer.lines.Scan() {
					n, err := strconv.Atoi(writer.lines.Text())
					if err != nil {
						t.Errorf("child said %q", writer.lines.Text())
						return
					}
					acknowledged[n] = true
					next = max(next, n+1)
				}
			}()
			compactor.killAt(60 * time.Millisecond)
			_ = writer.Process.Kill()
			<-done
			_ = writer.Wait()
			next += 10 // beyond what was written but not acknowledged
		} else {
			compactor.killAt(60 * time.Millisecond)
			if diff := cmp.Diff(before, records(t, s)); diff != "" {
				t.Fatal(diff)
			}
		}
		verify(t, s)
		view(t, s, func(tx *Tx) error {
			for n := range 40 {
				wholePage(t, tx, n, DigestOf([]byte(prose(n))))
			}
			for n := range acknowledged {
				wholePage(t, tx, n, DigestOf([]byte(prose(n))))
			}
			return nil
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	if _, err := s.Compact(context.Background(), nil, nil); err != nil {
		t.Error(err)
	}
	files, err := filepath.Glob(path + "*.tmp")
	if err != nil || len(files) > 0 {
		t.Errorf("left behind: %v %v", files, err)
	}
	return len(acknowledged)
}

// A snapshot that was to be left out, and is referred to again while the
// compaction runs, stays, with the reference behind it.
func TestPruneWhatComesBack(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	put := func(key string, day int, body []byte) {
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(Finish{Capture: &Capture{Key: key, URL: "https://" + key, Time: noon.AddDate(0, 0, day)}, Body: body})
			return err
		})
	}
	for day := range 3 {
		put("a.example.cn/", day, sitePage(1, day))
	}
	put("a.example.cn/", 3, []byte("short"))
	path := filepath.Join(t.TempDir(), "new.db")
	c, err := s.newCopier(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.choose(Prune{Before: noon.AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	if err := c.copyPacks(); err != nil {
		t.Fatal(err)
	}
	put("a.example.cn/", 4, sitePage(1, 1))
	if err := s.View(ctx, c.copyRest); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	copied := newStore(path, Options{})
	if v := verify(t, copied); v.Captures != 2 || v.Snapshots != 3 || c.dropped != 1 {
		t.Errorf("%+v, %d dropped", v, c.dropped)
	}
}

// A page that comes while the compaction runs may be compressed against one that
// was to be left out.
func TestPruneReferenceOfWhatComes(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	put := func(day int, body []byte) {
		update(t, s, func(tx *Tx) error {
			_, err := tx.Finish(Finish{Capture: &Capture{Key: "a.example.cn/", URL: "https://a.example.cn/", Time: noon.AddDate(0, 0, day)}, Body: body})
			return err
		})
	}
	put(0, sitePage(1, 0))
	put(1, []byte("short"))
	path := filepath.Join(t.TempDir(), "new.db")
	c, err := s.newCopier(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.choose(Prune{Before: noon.AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	put(2, sitePage(1, 1))
	if _, encoding := storedSize(t, s, sitePage(1, 1)); encoding != encodingReference {
		t.Fatalf("encoding %d", encoding)
	}
	if err := c.copyPacks(); err != nil {
		t.Fatal(err)
	}
	if err := s.View(ctx, c.copyRest); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, newStore(path, Options{})); v.Captures != 2 || v.Snapshots != 3 || c.dropped != 0 {
		t.Errorf("%+v, %d dropped", v, c.dropped)
	}
}

// Stats counts what Counts counts, and the room that a compaction frees.
func TestStats(t *testing.T) {
	ctx := context.Background()
	path, _ := smallCorpus(t)
	s := newStore(path, Options{})
	stats, err := s.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := s.Counts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	snapshots, bytes := 0, int64(0)
	for _, b := range stats.Bodies {
		if b.Kind == "snapshot" {
			snapshots += b.Count
			bytes += b.Bytes
		}
	}
	records := map[string]int{}
	var room int64
	for _, b := range stats.Buckets {
		records[b.Name] = b.Records
		room += b.Bytes
	}
	if snapshots != counts.Snapshots || bytes != counts.SnapshotBytes || records["captures"] != counts.Captures || records["reports"] != counts.Revisions {
		t.Errorf("%+v, counted %+v", stats, counts)
	}
	if stats.FreeBytes <= 0 || room <= 0 || room > stats.FileBytes-stats.FreeBytes {
		t.Errorf("%d bytes of records in %d - %d", room, stats.FileBytes, stats.FreeBytes)
	}
	if _, err := s.Compact(ctx, nil, nil); err != nil {
		t.Fatal(err)
	}
	after, err := s.Stats(ctx)
	if err != nil || after.FileBytes-after.FreeBytes > stats.FileBytes-stats.FreeBytes {
		t.Errorf("compacted: %+v, %v", after, err)
	}
}
