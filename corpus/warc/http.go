package warc

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// HTTP is the answer of a server that a record holds.
type HTTP struct {
	Status int
	// Fields of the header as received; Header has them by their names.
	Fields [][2]string
	Header textproto.MIMEHeader
	// Body is undone of chunks and compression. It is Partial when it was cut off
	// within them.
	Body    []byte
	Partial bool
}

// Received begins the names of fields that a tool wrote in the place of
// Content-Encoding, Transfer-Encoding and Content-Length as received, because it
// keeps the body undone of them.
const Received = "X-Crawl-"

// asReceived gives such fields their names back, and leaves out those of the tool.
func asReceived(fields [][2]string) [][2]string {
	received := map[string]bool{}
	for _, f := range fields {
		if name, ok := cutPrefixFold(f[0], Received); ok {
			received[textproto.CanonicalMIMEHeaderKey(name)] = true
		}
	}
	var out [][2]string
	for _, f := range fields {
		switch name, ok := cutPrefixFold(f[0], Received); {
		case ok && encodingField(name):
			out = append(out, [2]string{name, f[1]})
		case encodingField(f[0]) && received[textproto.CanonicalMIMEHeaderKey(f[0])]:
		default:
			out = append(out, f)
		}
	}
	return out
}

func encodingField(name string) bool {
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case "Content-Encoding", "Transfer-Encoding", "Content-Length":
		return true
	}
	return false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// ErrTooLarge is returned for a body beyond the bound.
var ErrTooLarge = errors.New("the body is too large")

// ReadHTTP reads the answer in a response record; its body has at most so many bytes.
//
// Tools differ in what they write: the bytes of the wire, or the body undone of
// chunks and compression under the header of the wire. A body that is not encoded
// as its header says is taken as it is. When the record ends too early, what there
// is of the answer is returned with the error.
func ReadHTTP(content io.Reader, most int64) (*HTTP, error) {
	in := bufio.NewReader(content)
	line := func() (string, error) {
		var line []byte
		for {
			part, err := in.ReadSlice('\n')
			if line = append(line, part...); len(line) > maxLine {
				return "", fmt.Errorf("a line has more than %d bytes", maxLine)
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return strings.TrimRight(string(line), "\r\n"), cut(err)
			}
		}
	}
	first, err := line()
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(first)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "HTTP/") {
		return nil, fmt.Errorf("the answer begins with %.40q", first)
	}
	h := &HTTP{}
	if h.Status, err = strconv.Atoi(fields[1]); err != nil || h.Status < 100 || h.Status > 999 {
		return nil, fmt.Errorf("the status is %.10q", fields[1])
	}
	// An answer may end with its header, as that of a 304 does.
	if h.Fields, err = readFields(line); err != nil && !isEnd(err) {
		return nil, err
	}
	h.Header = headerOf(h.Fields)
	if h.Body, err = readAll(in, most); err != nil {
		return h, err
	}
	if strings.EqualFold(h.Header.Get("Transfer-Encoding"), "chunked") {
		body, err := readAll(httputil.NewChunkedReader(bytes.NewReader(h.Body)), most)
		h.take(body, err)
	}
	encodings := strings.Split(h.Header.Get("Content-Encoding"), ",")
	for i := len(encodings) - 1; i >= 0; i-- { // the last was applied last
		body, err := decode(strings.ToLower(strings.TrimSpace(encodings[i])), h.Body, most)
		if errors.Is(err, ErrTooLarge) {
			return nil, err
		}
		h.take(body, err)
	}
	h.Fields = asReceived(h.Fields)
	h.Header = headerOf(h.Fields)
	return h, nil
}

// take makes a body that was undone of an encoding the body, if it was encoded: as
// much as there is of one that was cut off.
func (h *HTTP) take(body []byte, err error) {
	switch {
	case err == nil:
		h.Body = body
	case errors.Is(err, io.ErrUnexpectedEOF) && len(body) > 0:
		h.Body, h.Partial = body, true
	}
}

// decode undoes a Content-Encoding.
func decode(encoding string, body []byte, most int64) ([]byte, error) {
	in := bytes.NewReader(body)
	switch encoding {
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return readAll(z, most)
	case "deflate": // zlib by the standard, raw by some servers
		if z, err := zlib.NewReader(in); err == nil {
			return readAll(z, most)
		}
		return whole(readAll(flate.NewReader(bytes.NewReader(body)), most))
	case "br":
		return whole(readAll(brotli.NewReader(in), most))
	case "zstd":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		return readAll(z, most)
	}
	return body, nil
}

// isEnd tells the end of a record from damage.
func isEnd(err error) bool {
	_, damage := errors.AsType[*DamageError](err)
	return !damage && errors.Is(err, io.ErrUnexpectedEOF)
}

func readAll(r io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
	}
	return body, cut(err)
}

// whole refuses part of a body, for encodings that any bytes may begin like.
func whole(body []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return body, nil
}
