package warc

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Further types of records.
const (
	Info     = "warcinfo"
	Request  = "request"
	Metadata = "metadata"
)

// Profiles of revisit records.
const (
	SamePayload = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
	NotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
)

// Out is a record to be written.
type Out struct {
	Type string
	// ID is the WARC-Record-ID; see [RecordID].
	ID          string
	Time        time.Time
	URL         string // none for a warcinfo
	ContentType string
	// Fields that go between those above and the digests, in their order. A field
	// without a value is left out.
	Fields [][2]string
	// Head and Payload are the content. Payload is what a WARC-Payload-Digest is
	// of; nil writes none.
	Head, Payload []byte
}

// RecordID makes an identifier of what identifies a record: the same parts give
// the same one. It is a UUID of version 8.
func RecordID(parts ...string) string {
	u := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	u[6], u[8] = u[6]&0x0F|0x80, u[8]&0x3F|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// Digest is a labelled digest as most tools write it: SHA-1 in base32.
func Digest(parts ...[]byte) string {
	sum := sha1.New()
	for _, p := range parts {
		sum.Write(p)
	}
	return "sha1:" + base32.StdEncoding.EncodeToString(sum.Sum(nil))
}

// Date is a time as WARC/1.1 has it.
func Date(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// Writer writes WARC/1.1, each record as a gzip member of its own. The same
// records give the same bytes.
type Writer struct {
	w io.Writer
	z *gzip.Writer
	// Size is how many bytes were written.
	Size int64
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes a record.
func (w *Writer) Write(r Out) error {
	var member bytes.Buffer
	if w.z == nil {
		z, err := gzip.NewWriterLevel(&member, gzip.DefaultCompression)
		if err != nil {
			return err
		}
		w.z = z
	}
	w.z.Reset(&member)
	var head bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&head, "%s: %s\r\n", name, OneLine(value))
		}
	}
	head.WriteString("WARC/1.1\r\n")
	field("WARC-Type", r.Type)
	field("WARC-Record-ID", "<"+r.ID+">")
	field("WARC-Date", Date(r.Time))
	field("WARC-Target-URI", r.URL)
	for _, f := range r.Fields {
		field(f[0], f[1])
	}
	field("Content-Type", r.ContentType)
	if r.Payload != nil {
		field("WARC-Payload-Digest", Digest(r.Payload))
	}
	field("WARC-Block-Digest", Digest(r.Head, r.Payload))
	field("Content-Length", fmt.Sprint(len(r.Head)+len(r.Payload)))
	head.WriteString("\r\n")
	for _, part := range [][]byte{head.Bytes(), r.Head, r.Payload, []byte("\r\n\r\n")} {
		if _, err := w.z.Write(part); err != nil {
			return err
		}
	}
	if err := w.z.Close(); err != nil {
		return err
	}
	n, err := w.w.Write(member.Bytes())
	w.Size += int64(n)
	return err
}

// OneLine makes a value one that can stand in a header: line ends and other
// control characters become spaces.
func OneLine(value string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7F {
			return ' '
		}
		return c
	}, value))
}

// FieldsBlock is the content of a warcinfo or metadata record.
func FieldsBlock(fields [][2]string) []byte {
	var b bytes.Buffer
	for _, f := range fields {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", f[0], OneLine(f[1]))
		}
	}
	return b.Bytes()
}
