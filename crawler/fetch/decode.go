package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// maxEncodings is how many Content-Encodings, one around the other, are undone.
const maxEncodings = 3

// errCut says that an encoded body ends too early: asking again may help.
var errCut = errors.New("the body ends too early")

// errForeign says that a Content-Encoding was sent that was not asked for.
var errForeign = errors.New("it was not asked for")

// decode undoes the Content-Encoding of body, up to limit bytes. label tells what
// was undone and where the server misnamed it; without any encoding decoded is
// body itself. Servers lie: an encoding that the first bytes disprove is not
// undone, and gzip that nobody declared is, where the content is meant to be
// text.
func decode(u *url.URL, h http.Header, body []byte, limit int64) (decoded []byte, label string, err error) {
	if len(body) == 0 {
		return body, "", nil
	}
	var names []string
	for _, v := range h.Values("Content-Encoding") {
		for name := range strings.SplitSeq(v, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
				names = append(names, name)
			}
		}
	}
	if len(names) > maxEncodings {
		return nil, "", &EncodingError{u.String(), strings.Join(names, ", "), fmt.Errorf("more than %d encodings", maxEncodings)}
	}
	var labels []string
	decoded = body
	for i := len(names) - 1; i >= 0; i-- {
		name := names[i]
		if !looks(name, decoded) {
			labels = append(labels, name+" (declared, but is not)")
			continue
		}
		if decoded, err = undo(name, decoded, limit); err != nil {
			return nil, "", wrapDecode(err, u, name, limit)
		}
		labels = append(labels, name)
	}
	for isText(u, h) && looks("gzip", decoded) && len(labels) < maxEncodings {
		if decoded, err = undo("gzip", decoded, limit); err != nil {
			return nil, "", wrapDecode(err, u, "gzip (not declared)", limit)
		}
		labels = append(labels, "gzip (not declared)")
	}
	return decoded, strings.Join(labels, ", "), nil
}

func wrapDecode(err error, u *url.URL, name string, limit int64) error {
	if errors.Is(err, errTooLarge) {
		return &BodyTooLargeError{URL: u.String(), Limit: limit, Declared: -1, Encoding: name}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return &EncodingError{u.String(), name, err}
}

// looks says whether body can be what name says. Names that are no encodings
// (utf-8, none …: servers write them) fit nothing and are passed over; registered
// encodings that were not asked for fit, so that undoing them fails.
func looks(name string, body []byte) bool {
	switch name {
	case "gzip", "x-gzip":
		return len(body) > 2 && body[0] == 0x1f && body[1] == 0x8b
	case "deflate": // never begins like gzip
		return !plain(body) && !looks("gzip", body)
	case "br":
		return !plain(body)
	case "zstd", "compress", "x-compress", "dcb", "dcz":
		return true
	}
	return false
}

// plain says whether body starts like markup or a PDF, which neither deflate nor
// brotli data does.
func plain(body []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(body[:min(len(body), 512)], []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<!")) || bytes.HasPrefix(head, []byte("<?xml")) ||
		bytes.HasPrefix(bytes.ToLower(head[:min(len(head), 5)]), []byte("<html")) || bytes.HasPrefix(head, []byte("%PDF-"))
}

// isText says whether the content is meant to be text, so that gzip around it
// can only be an undeclared encoding and no archive.
func isText(u *url.URL, h http.Header) bool {
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".gz", ".tgz", ".svgz", ".emz", ".wmz":
		return false
	}
	if strings.Contains(strings.ToLower(h.Get("Content-Disposition")), "filename") {
		return false
	}
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && t == "" {
		t, _, _ = strings.Cut(strings.ToLower(h.Get("Content-Type")), ";")
		t = strings.TrimSpace(t)
	}
	return t == "" || strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "xml") || strings.HasSuffix(t, "json") || strings.HasSuffix(t, "javascript")
}

// undo undoes one encoding.
func undo(name string, body []byte, limit int64) ([]byte, error) {
	in := bytes.NewReader(body)
	switch name {
	case "gzip", "x-gzip":
		return gunzip(in, limit)
	case "deflate":
		// The word means zlib data, but servers send bare deflate data too.
		if len(body) > 1 && body[0]&0x0f == 8 && (int(body[0])<<8|int(body[1]))%31 == 0 {
			if z, err := zlib.NewReader(in); err == nil {
				out, err := readAll(z, limit)
				if err == nil || errors.Is(err, errTooLarge) || errors.Is(err, io.ErrUnexpectedEOF) {
					return out, err
				}
			}
			in.Reset(body)
		}
		return readAll(flate.NewReader(in), limit)
	case "br":
		return readAll(brotli.NewReader(in), limit)
	}
	return nil, errForeign
}

// inflaters are gzip readers to be used again: making one costs more than
// unpacking a page.
var inflaters sync.Pool

// gunzip reads the members of a gzip body; garbage after the last is let go, as
// browsers do.
func gunzip(in *bytes.Reader, limit int64) ([]byte, error) {
	z, _ := inflaters.Get().(*gzip.Reader)
	if z == nil {
		z = new(gzip.Reader)
	}
	defer inflaters.Put(z)
	if err := z.Reset(in); err != nil {
		return nil, err
	}
	var out []byte
	for {
		z.Multistream(false)
		part, err := readAll(z, limit-int64(len(out)))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = part
		} else {
			out = append(out, part...)
		}
		if z.Reset(in) != nil { // io.EOF, or bytes that start no member
			return out, nil
		}
	}
}

// errTooLarge ends a read that passes its limit.
var errTooLarge = errors.New("too large")

// scratch are buffers that bodies are read into before their length is known;
// greater ones than maxScratch are not kept.
var scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxScratch = 1 << 20

// readAll reads r to its end, at most limit bytes. On an error it returns none.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	buf := scratch.Get().(*bytes.Buffer)
	buf.Reset()
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if buf.Cap() > maxScratch { // ours alone: no need to copy
		if err == nil && n <= limit {
			return buf.Bytes(), nil
		}
	} else {
		defer scratch.Put(buf)
	}
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, errTooLarge
	}
	return append(make([]byte, 0, n), buf.Bytes()...), nil
}
