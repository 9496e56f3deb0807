// Package corpus joins store and extract: it turns captured pages into stored
// reports, gives each report an identity, and reads a corpus as a person thinks
// of it: reports with their sources and revisions, captures, runs, columns.
//
// [Read] makes a report from bytes, for a crawl or an import to store.
// [Corpus.Reports] iterates over reports with their figures: the latest revision
// or all, now or as of a time. [Corpus.List], [Corpus.Captures], [Corpus.Show] and
// [Corpus.Status] answer from a store, in short transactions, while a crawl may run
// in another process.
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
//
// # Revisions, and which of them stand
//
// A revision is what one extractor (version, options, data files) read from one
// snapshot that one address gave. Revisions are only ever added. For each snapshot
// of each address, at most one revision stands: it is what the corpus says was
// printed there.
//
//   - What a crawl or an import reads stands at once: the page is new, or has
//     changed, and the corpus follows what is published.
//   - Another extractor's reading of a snapshot that was read before is a
//     candidate: the bytes are the same, so a difference is ours, and somebody must
//     say that it is for the better. All that a re-extraction reads is a candidate.
//   - A promotion lets candidates stand in place of what stood. It is written down
//     with who, when and why, moves revisions and changes none, and can be undone.
//     A candidate under another ID (the new extractor reads another organ) takes
//     the place of the revision under the old ID, which then stands for nothing.
//
// A report is read as one revision, the chosen one: of each address, the standing
// revision of its latest capture; of several addresses, the one whose tables are
// known best (complete before partial before narrative), else the one that gave the
// report first. The others stay beside it, and where they disagree it can be seen.
// As revisions, promotions and unions carry their times, what was chosen at any
// time can be told ([Filter.AsOf]).
package corpus

import "gongkai/store"

// Corpus is a store read as reports.
type Corpus struct {
	store *store.Store
}

// New reads a store.
func New(s *store.Store) *Corpus { return &Corpus{store: s} }
