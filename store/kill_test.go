package store

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Whenever the writing process is killed: the file opens, contradicts itself
// nowhere, holds every page that was acknowledged, and holds no page in part; and
// the next process goes on with it.
func TestKill(t *testing.T) {
	const sameCorpus = 15 // rounds, so that checking it does not take longer and longer
	rounds, acknowledged := killRounds(t, 9), 0
	for done := 0; done < rounds; done += sameCorpus {
		acknowledged += killWriter(t, min(sameCorpus, rounds-done))
	}
	t.Logf("%d kills, %d pages acknowledged, none lost", rounds, acknowledged)
}

func killWriter(t *testing.T, rounds int) int {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	acknowledged := map[int]bool{}
	digests := map[int]Digest{} // of the pages
	digest := func(n int) Digest {
		if _, ok := digests[n]; !ok {
			digests[n] = DigestOf([]byte(prose(n)))
		}
		return digests[n]
	}
	next := 0
	for round := range rounds {
		child := start(t, "write", s.Path(), strconv.Itoa(next))
		timer := time.AfterFunc(time.Duration(20+rand.IntN(60))*time.Millisecond, func() { _ = child.Process.Kill() })
		for child.lines.Scan() {
			n, err := strconv.Atoi(child.lines.Text())
			if err != nil {
				t.Fatalf("child said %q", child.lines.Text())
			}
			acknowledged[n] = true
			next = max(next, n+1)
		}
		timer.Stop()
		_ = child.Wait()
		next += 10 // beyond what was written but not acknowledged

		s, err := Open(s.Path(), Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		v := verify(t, s)
		if v.Captures < len(acknowledged) {
			t.Fatalf("round %d: %d captures, %d were acknowledged", round, v.Captures, len(acknowledged))
		}
		err = s.View(ctx, func(tx *Tx) error {
			for n := range acknowledged {
				wholePage(t, tx, n, digest(n))
			}
			// Whatever has a capture has all that belongs to it.
			for id := range tx.CaptureIDs("") {
				c, err := tx.Capture(id)
				if err != nil {
					return err
				}
				n := int(c.Time.Sub(noon) / time.Second)
				wholePage(t, tx, n, digest(n))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	return len(acknowledged)
}

func wholePage(t *testing.T, tx *Tx, n int, digest Digest) {
	t.Helper()
	want := page(n, "")
	c, err := tx.LastCapture(want.Row.Key)
	if err != nil {
		t.Errorf("page %d: %v", n, err)
		return
	}
	if c.Digest != digest || !tx.HasSnapshot(c.Digest) {
		t.Errorf("page %d has another body", n)
	}
	if _, err := tx.Row(want.Row.Key); err != nil {
		t.Errorf("page %d: %v", n, err)
	}
	if _, err := tx.Row(want.Found[0].Key); err != nil {
		t.Errorf("page %d: %v", n, err)
	}
	if _, err := tx.Report(want.Report.ID, 1); err != nil {
		t.Errorf("page %d: %v", n, err)
	}
}

// A corpus that appears under its name is whole, whenever its maker is killed.
func TestKillCreate(t *testing.T) {
	for range 3 {
		dir := t.TempDir()
		child := start(t, "create", dir)
		child.hear(t, "0")
		time.AfterFunc(time.Duration(rand.IntN(30))*time.Millisecond, func() { _ = child.Process.Kill() })
		for child.lines.Scan() {
		}
		_ = child.Wait()
		files, err := filepath.Glob(filepath.Join(dir, "*.db"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, f := range files {
			if filepath.Base(f)[0] == '.' {
				continue
			}
			s, err := Open(f, Options{})
			if err != nil {
				t.Fatal(err)
			}
			verify(t, s)
		}
	}
}

// Whenever a migration is killed: the corpus is whole and of one format or the
// other, what it held is there, and the next call brings it up to date. A copy that
// was kept is whole.
func TestKillMigrate(t *testing.T) {
	for round := range killRounds(t, 9) {
		path := filepath.Join(t.TempDir(), "corpus.db")
		format1(t, path)
		child := start(t, "migrate", path)
		child.hear(t, "ready")
		child.killAt(12 * time.Millisecond)
		_, err := Open(path, Options{})
		if err != nil && !is[*OlderFormatError](err) {
			t.Fatalf("round %d: %v", round, err)
		}
		if err != nil && child.ProcessState.Success() {
			t.Errorf("round %d: it said that it was done: %v", round, err)
		}
		if _, err := Migrate(context.Background(), path, Options{}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		migrated(t, path)
		copies, err := filepath.Glob(path + ".format1-*")
		if err != nil || len(copies) == 0 {
			t.Errorf("round %d: no copy, %v", round, err)
		}
		for _, c := range copies {
			if m, err := Migrate(context.Background(), c, Options{}); err != nil || m.From != 1 {
				t.Errorf("round %d: the copy %s: %+v, %v", round, c, m, err)
			}
			migrated(t, c)
		}
		if left, _ := filepath.Glob(path + "*" + migrateSuffix); len(left) > 0 {
			t.Errorf("round %d: left behind %v", round, left)
		}
	}
}
