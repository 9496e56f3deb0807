package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"
)

// When the disk refuses a write, or takes it and then can't make it durable: the
// transaction fails and is not acknowledged; the corpus is what it was, verifies,
// and takes the next transaction when the disk is well again.
func TestFailingDisk(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		file string // what stands in for the file, once the transaction has begun
		flag int
	}{
		"write refused":  {"", os.O_RDONLY},
		"fsync fails":    {"/dev/null", os.O_RDWR}, // takes all, keeps nothing, can't be synced
		"fsync, largely": {"/dev/null", os.O_RDWR},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCorpus(t, Options{})
			for n := range 3 {
				update(t, s, func(tx *Tx) error {
					_, err := tx.Finish(page(n, prose(n)))
					return err
				})
			}
			before := records(t, s)
			path := test.file
			if path == "" {
				path = s.Path()
			}
			bad, err := os.OpenFile(path, test.flag, 0)
			if err != nil {
				t.Skipf("%v", err)
			}
			defer bad.Close()
			size := 1
			if name == "fsync, largely" {
				size = 60 // the file would have to grow
			}
			err = s.Update(ctx, func(tx *Tx) error {
				for n := 3; n < 3+size; n++ {
					if _, err := tx.Finish(page(n, noise(n, 20_000))); err != nil {
						return err
					}
				}
				return syscall.Dup3(int(bad.Fd()), int(tx.db.file.Fd()), 0)
			})
			if err == nil {
				t.Fatal("the transaction was acknowledged")
			}
			s, err = Open(s.Path(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			verify(t, s)
			if now := records(t, s); len(now) != len(before) {
				t.Errorf("%d records, there were %d", len(now), len(before))
			}
			update(t, s, func(tx *Tx) error {
				_, err := tx.Finish(page(3, prose(3)))
				return err
			})
			if v := verify(t, s); v.Captures != 4 {
				t.Errorf("%d captures", v.Captures)
			}
		})
	}
}

// A page of the file that is torn, the first half of it written and the rest not,
// is found or lies where nothing is kept: no reading of it ends the process, and a
// repair, where one is possible, leaves a corpus that verifies.
func TestTornPage(t *testing.T) {
	ctx := context.Background()
	path, good := smallCorpus(t)
	r := rand.New(rand.NewPCG(9, 9))
	rounds := 24
	if testing.Short() {
		rounds = 8
	}
	found, repaired := 0, 0
	for n := range 40 * rounds { // which pages are in use differs from file to file
		if n >= rounds && found > 0 && repaired > 0 {
			break
		}
		page := 2 + r.IntN(len(good)/pageSize-2)
		torn := append([]byte(nil), good...)
		clear(torn[page*pageSize+pageSize/2 : (page+1)*pageSize])
		if err := os.WriteFile(path, torn, 0o644); err != nil {
			t.Fatal(err)
		}
		now := noon.Add(time.Duration(page) * time.Second)
		s := newStore(path, Options{Now: func() time.Time { return now }})
		typed(t, "read", readAll(ctx, s))
		v, err := s.Verify(ctx, nil)
		typed(t, "verify", err)
		if err == nil && v.OK() {
			continue
		}
		found++
		if _, err := s.Repair(ctx, nil); err != nil {
			typed(t, "repair", err)
			continue
		}
		repaired++
		verify(t, s)
	}
	if found == 0 || repaired == 0 {
		t.Errorf("%d torn pages found, %d repaired", found, repaired)
	}
	t.Logf("%d torn pages were in use, %d of them repaired", found, repaired)
}

// A clock that jumps back loses nothing: captures are kept at the times they name,
// in the order of these, and what is stored twice under one time stays two.
func TestClockJumpsBack(t *testing.T) {
	ctx := context.Background()
	now := noon
	s := newCorpus(t, Options{Now: func() time.Time { return now }})
	key := "https://a.example.cn/"
	for n, jump := range []time.Duration{0, time.Hour, -48 * time.Hour, 0, time.Minute} {
		now = now.Add(jump)
		update(t, s, func(tx *Tx) error {
			f := page(1, prose(n))
			f.Row.Key, f.Capture.Key, f.Capture.Time, f.Row.Due = key, key, now, now.Add(time.Hour)
			f.Report.Body = []byte(prose(n)[:30])
			_, err := tx.Finish(f)
			return err
		})
	}
	var last time.Time
	n := 0
	for c, err := range s.History(ctx, key) {
		if err != nil || c.Time.Before(last) {
			t.Errorf("%v after %v, %v", c.Time, last, err)
		}
		last = c.Time
		n++
	}
	if v := verify(t, s); n != 5 || v.Captures != 5 || v.Snapshots != 5 || v.Reports != 5 {
		t.Errorf("%d in the history, %+v", n, v)
	}
	to := t.TempDir() + "/copy.db"
	if _, err := s.Compact(ctx, nil, nil); err != nil {
		t.Error(err)
	}
	if err := s.Backup(ctx, to, nil); err != nil {
		t.Error(err)
	}
	if _, err := Open(to, Options{}); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	verify(t, newStore(to, Options{}))
}
