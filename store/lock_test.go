package store

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// While another process writes, nobody gets in; while it reads, others read. Who
// waits too long is told who holds the corpus; a kill frees it.
func TestLockOfAnotherProcess(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		hold        string
		view, write bool // get in
	}{
		{"write", false, false},
		{"read", true, false},
	} {
		t.Run(test.hold, func(t *testing.T) {
			path := newCorpus(t, Options{}).Path()
			impatient, err := Open(path, Options{LockWait: 50 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			child := start(t, "hold", path, test.hold)
			child.hear(t, "held")
			for what, err := range map[string]error{
				"view":  impatient.View(ctx, func(*Tx) error { return nil }),
				"write": impatient.Update(ctx, func(*Tx) error { return nil }),
			} {
				if what == "view" && test.view || what == "write" && test.write {
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
					continue
				}
				e, ok := errors.AsType[*LockedError](err)
				if !ok || !Unavailable(err) || e.Waited < 50*time.Millisecond {
					t.Errorf("%s: %v", what, err)
				} else if test.hold == "write" && (e.Holder.PID != child.Process.Pid || !strings.Contains(err.Error(), "store.test")) {
					t.Errorf("%s: the holder is %d, not %v", what, child.Process.Pid, err)
				}
			}
			patient := newStore(path, Options{})
			time.AfterFunc(20*time.Millisecond, func() { _ = child.Process.Kill() })
			if err := patient.Update(ctx, func(*Tx) error { return nil }); err != nil {
				t.Errorf("after the kill: %v", err)
			}
		})
	}
}

// A wait ends with its context, and the error is the context's.
func TestLockWaitEndsWithContext(t *testing.T) {
	s := newCorpus(t, Options{})
	child := start(t, "hold", s.Path(), "write")
	child.hear(t, "held")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := s.View(ctx, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("view: %v", err)
	}
	if err := s.Update(ctx, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("update: %v", err)
	}
	late, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.View(late, func(*Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("view: %v", err)
	}
}

// A process that is no more is not named as the holder.
func TestStaleHolder(t *testing.T) {
	s := newCorpus(t, Options{})
	child := start(t, "hold", s.Path(), "write")
	child.hear(t, "held")
	if h := s.holder(); h.PID != child.Process.Pid {
		t.Errorf("holder %v", h)
	}
	child.kill()
	if h := s.holder(); h.PID != 0 || !strings.Contains(h.String(), "left no name") {
		t.Errorf("holder %v", h)
	}
	if err := os.WriteFile(s.Path()+turnstileSuffix, []byte(`{"pid":`), 0o644); err != nil {
		t.Fatal(err)
	}
	if h := s.holder(); h.PID != 0 {
		t.Errorf("holder %v", h)
	}
}

// One crawl runs on a corpus; the lease ends with the process however it ends,
// and readers and other writers do not need it.
func TestLease(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	child := start(t, "run", s.Path())
	child.hear(t, "held")
	_, err := s.AcquireRun(ctx, "crawl")
	if e, ok := errors.AsType[*LockedError](err); !ok || e.Holder.PID != child.Process.Pid || !strings.Contains(err.Error(), "crawl runs on it already") {
		t.Errorf("second lease: %v", err)
	}
	if err := s.Update(ctx, func(*Tx) error { return nil }); err != nil {
		t.Errorf("update: %v", err)
	}
	child.kill()
	release, err := s.AcquireRun(ctx, "crawl")
	if err != nil {
		t.Fatalf("after the kill: %v", err)
	}
	if _, err := s.AcquireRun(ctx, "crawl"); !is[*LockedError](err) {
		t.Errorf("in the same process: %v", err)
	}
	release()
	release, err = s.AcquireRun(ctx, "import")
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// A process that commits without pause does not keep readers out, nor readers
// without pause a writer: both go on.
func TestReadWhileAnotherProcessWrites(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := newCorpus(t, Options{})
	child := start(t, "write", s.Path(), "0")
	var longest time.Duration
	reads, last := 0, 0
	for ; last < 100; reads++ {
		began := time.Now()
		c, err := s.Counts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(began))
		if c.Captures < last {
			t.Fatalf("%d captures after %d", c.Captures, last)
		}
		last = c.Captures
	}
	t.Logf("%d reads while %d pages were written, the slowest took %v", reads, last, longest)
	child.kill()
	verify(t, s)
}

// In one process, transactions of one handle wait for each other as those of
// several processes do.
func TestOneProcess(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	inside := make(chan struct{})
	leave := make(chan struct{})
	done := make(chan error)
	go func() {
		done <- s.Update(ctx, func(*Tx) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	impatient := *s
	impatient.o.LockWait = 10 * time.Millisecond
	err := impatient.View(ctx, func(*Tx) error { return nil })
	if e, ok := errors.AsType[*LockedError](err); !ok || e.Holder.PID != os.Getpid() {
		t.Errorf("view: %v", err)
	}
	var got atomic.Bool
	go func() {
		done <- s.View(ctx, func(*Tx) error { got.Store(true); return nil })
	}()
	close(leave)
	if err := errors.Join(<-done, <-done); err != nil || !got.Load() {
		t.Error(err)
	}
}
