package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Long work keeps little and makes much garbage. Collecting it whenever a small heap
// has doubled would be a tenth of a crawl and a quarter of an export, so the heap may
// grow to five times of what is kept, as long as that stays below a bound; beyond the
// bound it grows by two fifths. (A memory limit of the runtime would do the same for a
// small heap, and collect all the time when what is kept comes near to it: a reader of
// PDFs alone keeps 100 to 250 MB.) GOGC and GOMEMLIMIT win.
const (
	exportHeap = 192 << 20
	crawlHeap  = 192 << 20

	leastGrowth, mostGrowth = 40, 400 // percent
)

// heapGrowth is by how many percent a heap in which so much is kept may grow until
// it is collected again, to stay below most.
func heapGrowth(kept, most uint64) int {
	if kept == 0 {
		return mostGrowth
	}
	room := most - min(kept, most)
	return int(min(max(room*100/kept, leastGrowth), mostGrowth))
}

// collectSeldom makes the collector fit for work whose heap is bounded by most: after
// each collection it sets anew how far the heap may grow. Call what it returns at the
// end of the work.
func collectSeldom(most uint64) (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	var (
		mu     sync.Mutex
		over   bool
		growth = mostGrowth
		before = debug.SetGCPercent(growth)
	)
	// The runtime finalizes an object that nobody holds in every collection.
	type collected struct{ _ *byte }
	var finalize func(*collected)
	finalize = func(c *collected) {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		if g := heapGrowth(heapKept(), most); g != growth {
			growth = g
			debug.SetGCPercent(growth)
		}
		runtime.SetFinalizer(c, finalize)
	}
	runtime.SetFinalizer(new(collected), finalize)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		debug.SetGCPercent(before)
	}
}

// heapKept is what the last collection left, in bytes.
func heapKept() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
