// Package frontier decides which URL is fetched next: leases, host queues and
// delays. Its rows live in the store; the order and the politeness are decided
// here.
package frontier
