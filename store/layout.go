package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The buckets. In keys, a zero byte separates parts, and numbers are big-endian,
// so that keys sort as their parts do.
var (
	bucketMeta       = []byte("gongkai")         // magic, format …: text
	bucketPacks      = []byte("packs")           // number → blobs, see pack.go
	bucketBlobs      = []byte("blobs")           // kind, SHA-256 → where in which pack; derived
	bucketReferences = []byte("references")      // kind, group → digests of the blobs to compress against
	bucketCaptures   = []byte("captures")        // capture ID → Capture
	bucketByURL      = []byte("captures.by-url") // URL key, capture ID → nothing; derived
	bucketByRun      = []byte("captures.by-run") // run, capture ID → nothing; derived
	bucketRows       = []byte("rows")            // URL key → Row
	bucketQueue      = []byte("rows.queue")      // host, due, URL key of a queued row → nothing; derived
	bucketAgenda     = []byte("rows.agenda")     // due, URL key of another row → nothing; derived
	bucketReports    = []byte("reports")         // report ID, revision → Report without Body
	bucketSources    = []byte("reports.by-url")  // URL, report ID → nothing; derived
	bucketRuns       = []byte("runs")            // run → Run
	bucketRobots     = []byte("robots")          // host → Robots
	bucketColumns    = []byte("columns")         // column key → its state, as the crawler wrote it
	bucketImports    = []byte("imports")         // source key → Import
	bucketPlaces     = []byte("places")          // name of an organ, host → Place
	bucketQuarantine = []byte("quarantine")      // bucket, key of a record that a repair set aside → the record

	bucketMoves      = []byte("reports.moves")      // report ID, promotion → Move
	bucketPromotions = []byte("promotions")         // number → Promotion
	bucketPromoted   = []byte("promotions.reports") // number, report ID → nothing; derived
	bucketDecisions  = []byte("decisions")          // snapshot, locator, cell → Decision
	bucketUnions     = []byte("unions")             // report ID → Union
	bucketMembers    = []byte("unions.by-report")   // report ID, ID of one that is the same → nothing; derived
	bucketPrints     = []byte("prints")             // year, band, report ID, revision → fingerprint; derived
	bucketNovel      = []byte("prints.new")         // ID of a report that was not yet compared → nothing
	bucketReadings   = []byte("readings")           // snapshot, URL → Reading
)

var (
	metaFormat  = []byte("format")  // FormatVersion in decimal
	metaProgram = []byte("program") // the program that wrote this format first
	metaCreated = []byte("created") // RFC 3339
	metaCounts  = []byte("counts")  // Counts as JSON; derived
)

// maxKey bounds the text part of a key, far below what bbolt takes.
const maxKey = 8 << 10

func initLayout(tx *bolt.Tx, program string, now time.Time) error {
	for _, k := range kinds {
		if _, err := tx.CreateBucket(k.bucket); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	for _, kv := range []struct{ k, v []byte }{
		{metaFormat, strconv.AppendInt(nil, FormatVersion, 10)},
		{metaProgram, []byte(program)},
		{metaCreated, []byte(now.UTC().Format(time.RFC3339))},
		{metaCounts, []byte("{}")},
	} {
		if err := meta.Put(kv.k, kv.v); err != nil {
			return err
		}
	}
	return nil
}

// checkFormat refuses a bbolt file that is no corpus or of another format.
func (db *database) checkFormat() error {
	return db.bolt.View(func(tx *bolt.Tx) error {
		format, err := db.format(tx)
		if err == nil && format < FormatVersion {
			err = &OlderFormatError{Path: db.path, Format: format}
		}
		return err
	})
}

// format reads the format of a corpus that this program can read or migrate, and
// checks that its buckets are there.
func (db *database) format(tx *bolt.Tx) (int, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return 0, &ForeignError{Path: db.path, Reason: "it is a bbolt file of another program"}
	}
	text := string(meta.Get(metaFormat))
	format, err := strconv.Atoi(text)
	switch {
	case err != nil || format < 1:
		return 0, &DamagedError{Path: db.path, Where: "head", Reason: fmt.Sprintf("format %q is no number", text)}
	case format > FormatVersion:
		return 0, &NewerFormatError{Path: db.path, Format: format, Program: string(meta.Get(metaProgram))}
	}
	for _, k := range kinds {
		if k.since <= format && tx.Bucket(k.bucket) == nil {
			return 0, &DamagedError{Path: db.path, Reason: fmt.Sprintf("bucket %s is gone", k.bucket)}
		}
	}
	return format, nil
}

// Tx is one transaction. It is for one goroutine and ends with the function it
// was given to; what its methods return may be kept.
type Tx struct {
	bolt    *bolt.Tx
	db      *database
	pack    packer
	counted Counts // what this transaction adds
}

// end writes what the transaction gathered, before it is committed.
func (tx *Tx) end() error {
	if err := tx.flush(); err != nil {
		return err
	}
	return tx.writeCounts()
}

func (tx *Tx) damaged(bucket []byte, key string, format string, args ...any) error {
	return &DamagedError{Path: tx.db.path, Where: fmt.Sprintf("%s %q", bucket, key), Reason: fmt.Sprintf(format, args...)}
}

// get decodes the record at key into v, or returns ErrNotFound.
func (tx *Tx) get(bucket []byte, key string, v any) error {
	b := tx.bucket(bucket).Get([]byte(key))
	if b == nil {
		return notFound(string(bucket), key)
	}
	return tx.decode(bucket, key, b, v)
}

// bucket returns a bucket. Records that come in the order of their keys fill
// their pages, as nothing will come between them.
func (tx *Tx) bucket(name []byte) *bolt.Bucket {
	b := tx.bolt.Bucket(name)
	if inOrder[string(name)] {
		b.FillPercent = 0.95
	}
	return b
}

func notFound(what, key string) error {
	return fmt.Errorf("%s %q: %w", what, key, ErrNotFound)
}

func (tx *Tx) decode(bucket []byte, key string, b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return tx.damaged(bucket, key, "%v", err)
	}
	switch v := v.(type) { // their keys are not stored twice
	case *Capture:
		v.ID = key
	case *Row:
		v.Key = key
	}
	return nil
}

func (tx *Tx) put(bucket []byte, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s %q: %w", bucket, key, err)
	}
	return tx.bucket(bucket).Put([]byte(key), b)
}

// keys iterates over the keys of a bucket that begin with prefix, from the first
// one not before from. The slices are valid until the next step.
func (tx *Tx) keys(bucket []byte, prefix, from string) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := tx.bucket(bucket).Cursor()
		for k, v := c.Seek([]byte(max(prefix, from))); k != nil; k, v = c.Next() {
			if len(k) < len(prefix) || string(k[:len(prefix)]) != prefix || !yield(k, v) {
				return
			}
		}
	}
}

// last returns the last key that begins with prefix, nil when there is none.
func (tx *Tx) last(bucket []byte, prefix string) []byte {
	c := tx.bucket(bucket).Cursor()
	// No part of a key holds 0xFF: parts are UTF-8 text or numbers after text.
	k, _ := c.Seek([]byte(prefix + "\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if len(k) < len(prefix) || string(k[:len(prefix)]) != prefix {
		return nil
	}
	return k
}

// checkKey refuses text that can't be part of a key.
func checkKey(what, key string) error {
	switch {
	case key == "":
		return &InvalidError{What: what, Reason: "the key is empty"}
	case len(key) > maxKey:
		return &InvalidError{What: fmt.Sprintf("%s %.60s…", what, key), Reason: fmt.Sprintf("the key has %d bytes, more than %d", len(key), maxKey)}
	}
	for i := range len(key) {
		if key[i] == 0 || key[i] == 0xFF {
			return &InvalidError{What: fmt.Sprintf("%s %q", what, key), Reason: "the key holds a byte 0x00 or 0xff"}
		}
	}
	return nil
}

func bigEndian(n uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return string(b[:])
}
