// Package warc reads web archives (WARC/0.18, and ISO 28500: WARC/1.0 and 1.1) as
// wget, Heritrix, Browsertrix and Common Crawl write them: plain, or compressed
// with gzip or zstd, one member a record or all in one.
//
// It reads a stream and keeps no more than one header in memory. Every bound is
// an error. What is damaged is one record: an error says where it is, and the
// records behind it are read. Only in an archive that is compressed as a whole
// nothing comes after bytes that can't be decompressed.
package warc

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// The types of records that are of interest.
const (
	Response   = "response"
	Resource   = "resource"
	Revisit    = "revisit"
	Conversion = "conversion" // text made from a page, in WET files
)

// Bounds of a record's header.
const (
	maxLine  = 64 << 10
	maxLines = 1000
)

// FormatError says that a file is no archive.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string { return "this is no web archive: " + e.Reason }

// DamageError says where and why a record can't be read. The one after it may be:
// [Reader.Next] goes on there.
type DamageError struct {
	// Offset is where in the file the record begins; within a gzip member that
	// holds several, it is where the member begins.
	Offset int64
	Reason string
	// Err is io.ErrUnexpectedEOF when the archive ends within the record.
	Err error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("record at byte %d: %s", e.Offset, e.Reason)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Record is one record of an archive. Content is valid until the next call of
// Next.
type Record struct {
	// Type is that of the WARC-Type field, in lower case.
	Type   string
	Header textproto.MIMEHeader
	// URL is the target, without the angle brackets that some tools write.
	URL  string
	Time time.Time // WARC-Date, zero when it can't be read
	// Length is that of Content.
	Length int64
	// Content ends in a *DamageError when less than Length bytes can be read, or
	// when they are not those of the record's digest.
	Content io.Reader
	// Offset is where the record begins in the stream, undone of compression.
	Offset int64
	// File is where in the file the record begins, or the gzip member it is in;
	// Start is set when it is the first of its member.
	File  int64
	Start bool
}

// Reader reads the records of an archive one after the other.
type Reader struct {
	// IgnoreDigests gives records whatever their WARC-Block-Digest says.
	IgnoreDigests bool

	src     *source
	content *content // of the record before
	first   bool
	resync  func() error // what leads behind damage
	end     error        // nothing comes after
}

// NewReader looks at the first bytes for a compression. From an io.Seeker, it
// reads on behind damage in a compressed archive, and can resume.
func NewReader(r io.Reader) (*Reader, error) {
	src, err := newSource(r)
	if err != nil {
		return nil, err
	}
	return &Reader{src: src, first: true}, nil
}

// Resume goes to a record that had the given File and Offset and was a Start. The
// error is errors.ErrUnsupported when the archive can't be read from there.
func (r *Reader) Resume(file, offset int64) error {
	if _, z := r.src.reader.(*zstd.Decoder); z {
		return errors.ErrUnsupported
	}
	if err := r.src.seek(file, offset); err != nil {
		return err
	}
	r.first, r.content, r.resync, r.end = false, nil, nil, nil
	return nil
}

// Close gives back what the reader holds; it does not close the file.
func (r *Reader) Close() { r.src.close() }

// Next returns the next record, io.EOF after the last one. After a *DamageError,
// it may be called again; other errors are the end: *FormatError, or what reading
// the file ended in.
func (r *Reader) Next() (*Record, error) {
	if r.end != nil {
		return nil, r.end
	}
	if err := r.skip(); err != nil {
		return nil, err
	}
	if r.resync != nil {
		if err := r.resync(); err != nil {
			r.end = err
			return nil, err
		}
		r.resync = nil
	}
	version, offset, err := r.version()
	if err != nil {
		return nil, err
	}
	rec := &Record{Offset: offset}
	rec.File, rec.Start = r.src.place(offset)
	if !strings.HasPrefix(version, "WARC/") {
		reason := fmt.Sprintf("it begins with %.40q, not with a version", version)
		if r.first {
			if strings.HasPrefix(version, "filedesc:") {
				reason = "it is in the older format ARC; 'warcio recompress OLD.arc.gz NEW.warc.gz' (Python) makes a WARC file of it"
			}
			r.end = &FormatError{Reason: reason}
			return nil, r.end
		}
		return nil, r.damage(rec.File, errors.New(reason))
	}
	r.first = false
	fields, err := readFields(r.line)
	if err != nil {
		return nil, r.damage(rec.File, err)
	}
	rec.Header = headerOf(fields)
	rec.Type = strings.ToLower(rec.Header.Get("WARC-Type"))
	rec.URL = strings.Trim(rec.Header.Get("WARC-Target-URI"), "<>")
	if t, err := time.Parse(time.RFC3339, rec.Header.Get("WARC-Date")); err == nil {
		rec.Time = t.UTC()
	}
	length := rec.Header.Get("Content-Length")
	if rec.Length, err = strconv.ParseInt(length, 10, 64); err != nil || rec.Length < 0 {
		return nil, r.damage(rec.File, fmt.Errorf("its Content-Length is %q", length))
	}
	r.content = &content{reader: r, left: rec.Length, file: rec.File}
	// What a record says of the block before it was cut short does not hold for what
	// is left: wget writes so in its revisit records.
	if !r.IgnoreDigests && rec.Type != Revisit && rec.Header.Get("WARC-Truncated") == "" {
		r.content.sum, r.content.want = blockDigest(rec.Header.Get("WARC-Block-Digest"))
	}
	rec.Content = r.content
	return rec, nil
}

// damage makes an error of a record, and prepares to go on behind it.
func (r *Reader) damage(file int64, err error) error {
	d := &DamageError{Offset: file, Reason: err.Error(), Err: err}
	var syntax *streamError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		d.Reason, d.Err = "the archive ends within it", io.ErrUnexpectedEOF
		r.resync = r.src.next
	case errors.As(err, &syntax):
		r.resync = r.src.next
	default:
		r.resync = r.findVersion
	}
	return d
}

// streamError is an error of the stream, not of what is written in it.
type streamError struct{ error }

// findVersion goes to the next line that begins a record.
func (r *Reader) findVersion() error {
	for {
		// A line longer than the buffer comes in pieces: one of them that looks
		// like a version is not one worth a thought.
		if head, err := r.src.out.Peek(7); string(head) == "WARC/0." || string(head) == "WARC/1." {
			return nil
		} else if len(head) == 0 {
			return r.streamEnd(err)
		}
		if _, err := r.src.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return r.streamEnd(err)
		}
	}
}

// streamEnd is what the end of the stream means to who looks for a record.
func (r *Reader) streamEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return r.src.next()
}

// content is what a record holds.
type content struct {
	reader *Reader
	left   int64
	file   int64
	err    error     // that reading ended in
	sum    hash.Hash // nil when there is nothing to compare with
	want   []byte
}

// ErrDigest is what a *DamageError of a record wraps whose content is not what its
// WARC-Block-Digest says.
var ErrDigest = errors.New("its bytes are not those of its WARC-Block-Digest")

// blockDigest reads a labelled digest: hexadecimal, or base32 as most tools write
// it. One of an unknown algorithm or form is not compared.
func blockDigest(field string) (hash.Hash, []byte) {
	algorithm, text, ok := strings.Cut(field, ":")
	if !ok {
		return nil, nil
	}
	var sum hash.Hash
	switch strings.ToLower(algorithm) {
	case "sha1", "sha-1":
		sum = sha1.New()
	case "sha256", "sha-256":
		sum = sha256.New()
	case "sha512", "sha-512":
		sum = sha512.New()
	case "md5":
		sum = md5.New()
	default:
		return nil, nil
	}
	want, err := hex.DecodeString(text)
	if err != nil || len(want) != sum.Size() {
		want, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(strings.ToUpper(text), "="))
	}
	if err != nil || len(want) != sum.Size() {
		return nil, nil
	}
	return sum, want
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n := 0
	var err error
	if c.left > 0 {
		n, err = c.reader.src.Read(p[:min(int64(len(p)), c.left)])
		c.left -= int64(n)
		if c.sum != nil {
			c.sum.Write(p[:n])
		}
	} else if err = c.reader.src.whole(); err == nil {
		c.err = io.EOF
		if c.sum != nil && !bytes.Equal(c.sum.Sum(nil), c.want) {
			c.err = &DamageError{Offset: c.file, Reason: ErrDigest.Error(), Err: ErrDigest}
		}
		return 0, c.err
	}
	if err == nil || c.left > 0 && n > 0 && errors.Is(err, io.EOF) {
		return n, nil
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = &streamError{err}
	}
	c.err = c.reader.damage(c.file, err)
	return n, c.err
}

// skip reads over what is left of the record before. Damage is told once: here,
// or to who read the content.
func (r *Reader) skip() error {
	c := r.content
	r.content = nil
	if c == nil {
		return nil
	}
	if c.err != nil {
		return nil //nolint:nilerr // who read the content was told
	}
	c.sum = nil // nobody wants the content
	_, err := io.Copy(io.Discard, c)
	return err
}

// version reads over the empty lines between two records and returns the first
// line of the next one.
func (r *Reader) version() (line string, offset int64, err error) {
	for range maxLines {
		offset = r.src.n
		line, err := r.line()
		if errors.Is(err, io.EOF) && line == "" {
			r.end = io.EOF
			if r.first {
				r.end = &FormatError{Reason: "it is empty"}
			}
			return "", offset, r.end
		}
		if r.first && line != "" && !strings.HasPrefix(line, "WARC/") {
			return line, offset, nil // Next says what it is
		}
		if err != nil {
			file, _ := r.src.place(offset)
			return "", offset, r.damage(file, err)
		}
		if line != "" {
			return line, offset, nil
		}
	}
	file, _ := r.src.place(offset)
	return "", offset, r.damage(file, errors.New("there are nothing but empty lines"))
}

// line reads a line without its end.
func (r *Reader) line() (string, error) {
	var line []byte
	for {
		part, err := r.src.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return "", fmt.Errorf("a line has more than %d bytes", maxLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			err = &streamError{err}
		}
		return strings.TrimRight(string(line), "\r\n"), err
	}
}

// cut is the error of something that ends too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readFields reads fields up to an empty line, in their order; folded lines are
// joined.
func readFields(line func() (string, error)) (fields [][2]string, err error) {
	for range maxLines {
		text, err := line()
		if err != nil {
			return fields, err
		}
		if text == "" {
			return fields, nil
		}
		if text[0] == ' ' || text[0] == '\t' {
			if last := len(fields) - 1; last >= 0 {
				fields[last][1] += " " + strings.TrimSpace(text)
			}
			continue
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			continue // some servers send lines that are no fields
		}
		fields = append(fields, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return fields, fmt.Errorf("a header has more than %d lines", maxLines)
}

// headerOf is a header by the canonical names of its fields.
func headerOf(fields [][2]string) textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	for _, f := range fields {
		h.Add(f[0], f[1])
	}
	return h
}
