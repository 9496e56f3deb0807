package main

import (
	"os"
	"runtime/debug"
)

// Long work keeps little and makes much garbage. Collecting it whenever a small heap
// has doubled would be a tenth of a crawl and a quarter of an export, so the heap
// grows to five times of what is kept, but not beyond a bound while what is kept
// fits in half of that. GOGC and GOMEMLIMIT win.
const (
	heapGrowth = 400
	exportHeap = 192 << 20
	crawlHeap  = 224 << 20
)

// collectSeldom makes the collector fit for work whose heap is bounded by most; call
// what it returns at the end of it.
func collectSeldom(most int64) (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	growth, heap := debug.SetGCPercent(heapGrowth), debug.SetMemoryLimit(most)
	return func() {
		debug.SetGCPercent(growth)
		debug.SetMemoryLimit(heap)
	}
}
