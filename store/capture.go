package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Capture is one response as it arrived.
type Capture struct {
	ID        string        `json:"id,omitempty"` // given by the store, sorts by time
	Key       string        `json:"key"`          // canonical URL key
	URL       string        `json:"url"`
	Method    string        `json:"method,omitempty"` // of the request; empty: GET
	FinalURL  string        `json:"final_url,omitempty"`
	Redirects []string      `json:"redirects,omitempty"`
	Status    int           `json:"status"`
	Header    [][2]string   `json:"header,omitempty"` // as received, in order where known
	Time      time.Time     `json:"time"`
	Took      time.Duration `json:"took"`
	// Digest addresses the body; it is empty when nothing was received.
	Digest Digest `json:"digest,omitempty"`
	Bytes  int64  `json:"bytes"`
	// ContentEncoding of the bytes as kept, when they are kept encoded.
	ContentEncoding string `json:"content_encoding,omitempty"`
	Referrer        string `json:"referrer,omitempty"`
	Run             string `json:"run,omitempty"`
	Kind            string `json:"kind,omitempty"` // of the row that was fetched: index, list, page, attachment
	Site            string `json:"site,omitempty"`
	Peer            string `json:"peer,omitempty"` // address of the server
	Verdict         string `json:"verdict,omitempty"`
	Evidence        string `json:"evidence,omitempty"`
	// Revisit is set when the server said 304, or the bytes equal those of the
	// capture before: Digest is that of the earlier capture.
	Revisit     bool `json:"revisit,omitempty"`
	InsecureTLS bool `json:"insecure_tls,omitempty"`
}

const captureTime = "20060102T150405.000Z"

// captureID makes an ID that sorts by time and is a function of the record: the
// same capture stored twice is one. The salt tells apart those that share time
// and hash.
func captureID(at time.Time, record []byte, salt byte) string {
	sum := sha256.Sum256(append(record[:len(record):len(record)], salt))
	return at.Format(captureTime) + "-" + hex.EncodeToString(sum[:6])
}

// normal gives a capture its canonical form and checks it.
func (c Capture) normal() (Capture, error) {
	if err := checkKey("capture", c.Key); err != nil {
		return c, err
	}
	c.Time = c.Time.UTC()
	if y := c.Time.Year(); y < 1970 || y > 9999 {
		return c, &InvalidError{What: "capture of " + c.Key, Reason: fmt.Sprintf("its time is %s", c.Time.Format(time.RFC3339))}
	}
	if c.Run != "" {
		if err := checkKey("run", c.Run); err != nil {
			return c, err
		}
	}
	if c.Digest != "" {
		if _, err := c.Digest.sum(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// putCapture appends a capture and returns it with its ID, and whether it was not
// there before.
func (tx *Tx) putCapture(c Capture) (Capture, bool, error) {
	c.ID = ""
	record, err := json.Marshal(c)
	if err != nil {
		return c, false, fmt.Errorf("capture of %s: %w", c.URL, err)
	}
	captures := tx.bucket(bucketCaptures)
	for salt := byte(0); ; salt++ {
		c.ID = captureID(c.Time, record, salt)
		old := captures.Get([]byte(c.ID))
		if bytes.Equal(old, record) {
			return c, false, nil
		}
		if old == nil {
			break
		}
	}
	return c, true, tx.indexCapture(c, record)
}

// indexCapture writes the record of a capture and its entries in the indexes.
func (tx *Tx) indexCapture(c Capture, record []byte) error {
	tx.counted.Captures++
	if err := tx.bucket(bucketCaptures).Put([]byte(c.ID), record); err != nil {
		return err
	}
	if err := tx.bucket(bucketByURL).Put([]byte(c.Key+"\x00"+c.ID), nil); err != nil || c.Run == "" {
		return err
	}
	return tx.bucket(bucketByRun).Put([]byte(c.Run+"\x00"+c.ID), nil)
}

// Capture returns a capture by its ID, or an error that is ErrNotFound.
func (tx *Tx) Capture(id string) (Capture, error) {
	var c Capture
	return c, tx.get(bucketCaptures, id, &c)
}

// LastCapture returns the latest capture of a URL key, or an error that is
// ErrNotFound.
func (tx *Tx) LastCapture(key string) (Capture, error) {
	k := tx.last(bucketByURL, key+"\x00")
	if k == nil {
		return Capture{}, fmt.Errorf("captures of %q: %w", key, ErrNotFound)
	}
	return tx.Capture(string(k[len(key)+1:]))
}

// History iterates over the captures of a URL key, oldest first.
func (tx *Tx) History(key string) iter.Seq2[Capture, error] {
	return func(yield func(Capture, error) bool) {
		for k := range tx.keys(bucketByURL, key+"\x00", "") {
			c, err := tx.indexedCapture(string(k))
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// indexedCapture reads the capture whose ID ends the key of an index.
func (tx *Tx) indexedCapture(key string) (Capture, error) {
	c, err := tx.Capture(key[strings.LastIndexByte(key, 0)+1:])
	return c, tx.mustBeThere(err)
}

// CaptureIDs iterates over the IDs of the captures that begin with prefix, in
// their order.
func (tx *Tx) CaptureIDs(prefix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range tx.keys(bucketCaptures, prefix, "") {
			if !yield(string(k)) {
				return
			}
		}
	}
}
