package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestHeapGrowth(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		kept, most uint64
		want       int
	}{
		{0, 224 * mib, 400},
		{20 * mib, 224 * mib, 400},
		{80 * mib, 224 * mib, 180},
		{112 * mib, 224 * mib, 100},
		{223 * mib, 224 * mib, 40}, // no collection after the other
		{900 * mib, 224 * mib, 40},
	} {
		if got := heapGrowth(tt.kept, tt.most); got != tt.want {
			t.Errorf("%d MiB kept of %d: %d %%, want %d", tt.kept/mib, tt.most/mib, got, tt.want)
		}
	}
}

// Work that comes to keep much has its heap collected as often as any, and the
// collector is as it was when the work is over.
func TestCollectSeldom(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	restore := collectSeldom(8 << 20)
	kept := make([]byte, 16<<20)
	grown := func() int { // setting it is the one way to read it
		g := debug.SetGCPercent(mostGrowth)
		debug.SetGCPercent(g)
		return g
	}
	for deadline := time.Now().Add(20 * time.Second); grown() != leastGrowth; {
		if time.Now().After(deadline) {
			t.Fatalf("the heap still grows by %d %%", grown())
		}
		runtime.GC() // the finalizer runs some time after it
	}
	runtime.KeepAlive(kept)
	restore()
	runtime.GC()
	if g := grown(); g != 77 {
		t.Errorf("afterwards %d %%, want 77", g)
	}
}
