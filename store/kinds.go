package store

import "encoding/json"

// kind is one kind of records: its bucket, and what verification, repair and
// pruning have to know about it. A new kind is one entry in the table below, and
// a migration that makes its bucket in files of the formats before.
type kind struct {
	bucket []byte
	// since is the first format in which every corpus has the bucket.
	since int
	// inOrder: new keys come after all others, so that pages can be filled.
	inOrder bool
	// derived: a repair does not copy the records, but makes them anew with those
	// that they are derived from.
	derived bool
	// check notes what is wrong with a record; nil: nothing can be.
	check func(v *verifier, tx *Tx, k, b []byte)
	// salvage puts a record into a repaired corpus, where the records of the kinds
	// above it are already; after an *unsoundError the record is set aside. nil: as
	// it is.
	salvage func(r *repair, dst *Tx, key string, b []byte) error
	// bodies lists the bodies that a record needs: a pruning keeps them. nil: none.
	bodies func(tx *Tx, key string, b []byte) ([]body, error)
}

// body names a blob.
type body struct {
	kind   byte
	digest Digest
}

// kinds of records, each below those that it refers to. The table is filled when
// the program starts, as what it names refers to it.
var kinds []kind

func init() {
	kinds = []kind{
		{bucket: bucketMeta, since: 1, derived: true},
		{bucket: bucketPacks, since: 1, inOrder: true, derived: true},
		{bucket: bucketBlobs, since: 1, derived: true, check: (*verifier).blob},
		{bucket: bucketReferences, since: 1, check: (*verifier).references, salvage: (*repair).references},
		{bucket: bucketCaptures, since: 1, inOrder: true, check: (*verifier).capture, salvage: (*repair).capture, bodies: bodiesOfCapture},
		{bucket: bucketByURL, since: 1, derived: true, check: (*verifier).byURL},
		{bucket: bucketByRun, since: 1, inOrder: true, derived: true, check: (*verifier).byRun},
		{bucket: bucketRows, since: 1, check: (*verifier).row, salvage: (*repair).row},
		{bucket: bucketQueue, since: 1, derived: true, check: (*verifier).queue},
		{bucket: bucketAgenda, since: 1, derived: true, check: (*verifier).agenda},
		{bucket: bucketReports, since: 1, check: (*verifier).report, salvage: (*repair).report, bodies: bodiesOfReport},
		{bucket: bucketSources, since: 1, derived: true, check: (*verifier).source},
		{bucket: bucketRuns, since: 1, check: checkJSON[Run](bucketRuns), salvage: salvageJSON[Run](bucketRuns)},
		{bucket: bucketRobots, since: 1, check: checkJSON[Robots](bucketRobots), salvage: salvageJSON[Robots](bucketRobots)},
		{bucket: bucketColumns, since: 1},
		{bucket: bucketImports, since: 2, check: checkJSON[Import](bucketImports), salvage: salvageJSON[Import](bucketImports)},
		{bucket: bucketPromotions, since: 3, inOrder: true, check: (*verifier).promotion, salvage: salvageJSON[Promotion](bucketPromotions)},
		{bucket: bucketMoves, since: 3, check: (*verifier).move, salvage: (*repair).move},
		{bucket: bucketPromoted, since: 3, derived: true, check: (*verifier).promoted},
		{bucket: bucketDecisions, since: 3, check: (*verifier).decision, salvage: salvageJSON[Decision](bucketDecisions), bodies: bodiesOfDecision},
		{bucket: bucketUnions, since: 3, check: (*verifier).union, salvage: (*repair).union},
		{bucket: bucketMembers, since: 3, derived: true, check: (*verifier).member},
		{bucket: bucketPrints, since: 3, derived: true, check: (*verifier).fingerprint},
		{bucket: bucketNovel, since: 3},
		{bucket: bucketReadings, since: 3, check: (*verifier).reading, salvage: salvageJSON[Reading](bucketReadings)},
		{bucket: bucketPlaces, since: 3, check: checkJSON[Place](bucketPlaces), salvage: salvageJSON[Place](bucketPlaces)},
		{bucket: bucketQuarantine, since: 3},
	}
	for _, k := range kinds {
		if k.inOrder {
			inOrder[string(k.bucket)] = true
		}
	}
}

// inOrder has the buckets whose kinds say so.
var inOrder = map[string]bool{}

// checkJSON checks that a record can be read.
func checkJSON[T any](bucket []byte) func(*verifier, *Tx, []byte, []byte) {
	return func(v *verifier, tx *Tx, k, b []byte) {
		var record T
		v.readable(tx, bucket, k, b, &record)
	}
}

// salvageJSON keeps a record that can be read.
func salvageJSON[T any](bucket []byte) func(*repair, *Tx, string, []byte) error {
	return func(_ *repair, dst *Tx, key string, b []byte) error {
		var record T
		if err := json.Unmarshal(b, &record); err != nil {
			return &unsoundError{ProblemRecord, err}
		}
		return dst.bucket(bucket).Put([]byte(key), b)
	}
}

func bodiesOfCapture(tx *Tx, key string, b []byte) ([]body, error) {
	var c Capture
	err := tx.decode(bucketCaptures, key, b, &c)
	return []body{{blobSnapshot, c.Digest}}, err
}

func bodiesOfReport(tx *Tx, key string, b []byte) ([]body, error) {
	var r Report
	err := tx.decode(bucketReports, key, b, &r)
	return []body{{blobSnapshot, r.Digest}, {blobReport, r.BodyDigest}}, err
}

func bodiesOfDecision(tx *Tx, key string, b []byte) ([]body, error) {
	var d Decision
	err := tx.decode(bucketDecisions, key, b, &d)
	return []body{{blobSnapshot, d.Digest}}, err
}
