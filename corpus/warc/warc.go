// Package warc reads web archives (ISO 28500, WARC/1.0 and 1.1) as wget,
// Heritrix, Browsertrix and Common Crawl write them: plain, or compressed with
// gzip or zstd, one member a record or all in one.
//
// It reads a stream and keeps no more than one header in memory; every bound is
// an error, and an archive that ends in the middle gives the records before its
// end.
package warc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
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

// SyntaxError says where and why an archive can't be read on.
type SyntaxError struct {
	Offset int64 // in the stream, undone of compression
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("no WARC record at byte %d: %s", e.Offset, e.Reason)
}

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
	Length  int64
	Content io.Reader
	// Offset is where the record begins in the stream, undone of compression.
	Offset int64
}

// Reader reads the records of an archive one after the other.
type Reader struct {
	in      *counter
	content *io.LimitedReader // of the record before
	first   bool
}

// NewReader looks at the first bytes for a compression.
func NewReader(r io.Reader) (*Reader, error) {
	in := bufio.NewReaderSize(r, 256<<10)
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1F, 0x8B}):
		z, err := gzip.NewReader(in) // reads member after member
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		in = bufio.NewReaderSize(z, 256<<10)
	case bytes.Equal(magic, []byte{0x28, 0xB5, 0x2F, 0xFD}):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		in = bufio.NewReaderSize(z, 256<<10)
	}
	return &Reader{in: &counter{Reader: in}, first: true}, nil
}

// Next returns the next record, io.EOF after the last one. An archive that is cut
// off ends in io.ErrUnexpectedEOF, other faults in a *SyntaxError.
func (r *Reader) Next() (*Record, error) {
	if err := r.skip(); err != nil {
		return nil, err
	}
	offset := r.in.n
	version, err := r.version()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(version, "WARC/") {
		return nil, &SyntaxError{Offset: offset, Reason: fmt.Sprintf("it begins with %.40q", version)}
	}
	r.first = false
	rec := &Record{Header: textproto.MIMEHeader{}, Offset: offset}
	if err := readHeader(r.line, rec.Header); err != nil {
		return nil, at(offset, err)
	}
	rec.Type = strings.ToLower(rec.Header.Get("WARC-Type"))
	rec.URL = strings.Trim(rec.Header.Get("WARC-Target-URI"), "<>")
	if t, err := time.Parse(time.RFC3339, rec.Header.Get("WARC-Date")); err == nil {
		rec.Time = t.UTC()
	}
	length := rec.Header.Get("Content-Length")
	if rec.Length, err = strconv.ParseInt(length, 10, 64); err != nil || rec.Length < 0 {
		return nil, &SyntaxError{Offset: offset, Reason: fmt.Sprintf("Content-Length is %q", length)}
	}
	r.content = &io.LimitedReader{R: r.in, N: rec.Length}
	rec.Content = r.content
	return rec, nil
}

// skip reads over what is left of the record before.
func (r *Reader) skip() error {
	if r.content == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, r.content); err != nil {
		return cut(err)
	}
	if r.content.N > 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// version reads over the empty lines between two records.
func (r *Reader) version() (string, error) {
	for range maxLines {
		line, err := r.line()
		if errors.Is(err, io.EOF) && line == "" {
			if r.first {
				return "", &SyntaxError{Reason: "the file is empty"}
			}
			return "", io.EOF
		}
		if err != nil {
			return "", at(r.in.n, err)
		}
		if line != "" {
			return line, nil
		}
	}
	return "", &SyntaxError{Offset: r.in.n, Reason: "nothing but empty lines"}
}

// line reads a line without its end.
func (r *Reader) line() (string, error) {
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return "", fmt.Errorf("a line has more than %d bytes", maxLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return strings.TrimRight(string(line), "\r\n"), err
	}
}

// at gives an error of a header its place.
func at(offset int64, err error) error {
	if err := cut(err); errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return &SyntaxError{Offset: offset, Reason: err.Error()}
}

// cut is the error of an archive that ends too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readHeader reads fields up to an empty line; folded lines are joined.
func readHeader(line func() (string, error), h textproto.MIMEHeader) error {
	name := ""
	for range maxLines {
		text, err := line()
		if err != nil {
			return err
		}
		if text == "" {
			return nil
		}
		if text[0] == ' ' || text[0] == '\t' {
			if values := h[name]; len(values) > 0 {
				values[len(values)-1] += " " + strings.TrimSpace(text)
			}
			continue
		}
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue // some servers send lines that are no fields
		}
		name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(key))
		h[name] = append(h[name], strings.TrimSpace(value))
	}
	return fmt.Errorf("a header has more than %d lines", maxLines)
}

// counter counts the bytes that were read.
type counter struct {
	*bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadSlice(delim byte) ([]byte, error) {
	b, err := c.Reader.ReadSlice(delim)
	c.n += int64(len(b))
	return b, err
}
