// Package corpus joins store and extract: it turns captured pages into stored
// reports, gives each report an identity, and reads a corpus as a person thinks
// of it: reports with their sources and revisions, captures, runs, columns.
//
// [Read] makes a report from bytes, for a crawl or an import to store.
// [Corpus.List], [Corpus.Captures], [Corpus.Show] and [Corpus.Status] answer from
// a store, in short transactions, while a crawl may run in another process.
//
// # Identity
//
// A report is organ × scope × year. Its ID is the hash of the three ([Identity]),
// so that every process and every corpus gives the same report the same ID, and
// several addresses that publish one report are sources of one report. An organ
// name that does not say where the organ is (市教育局, 鼓楼区教育局) counts
// together with its region or, where that is unknown, its host: two organs are
// never one report because their names are alike. A report whose organ or year
// could not be read is known by its address.
package corpus

import "gongkai/store"

// Corpus is a store read as reports.
type Corpus struct {
	store *store.Store
}

// New reads a store.
func New(s *store.Store) *Corpus { return &Corpus{store: s} }
