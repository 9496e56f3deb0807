// Package fakegov is a set of government sites on loopback, one per CMS family,
// for the demo, the tests and the benchmarks. Every organ, place and figure in it
// is invented. It shares no URL logic with the crawler.
package fakegov
