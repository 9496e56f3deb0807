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
	// Header as received.
	Header textproto.MIMEHeader
	// Body is undone of chunks and compression.
	Body []byte
}

// ErrTooLarge is returned for a body beyond the bound.
var ErrTooLarge = errors.New("the body is too large")

// ReadHTTP reads the answer in a response record; its body has at most so many bytes.
//
// Tools differ in what they write: the bytes of the wire, or the body undone of
// chunks and compression under the header of the wire. A body that is not encoded
// as its header says is taken as it is.
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
	h := &HTTP{Header: textproto.MIMEHeader{}}
	if h.Status, err = strconv.Atoi(fields[1]); err != nil || h.Status < 100 || h.Status > 999 {
		return nil, fmt.Errorf("the status is %.10q", fields[1])
	}
	if err := readHeader(line, h.Header); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if h.Body, err = readAll(in, most); err != nil {
		return nil, err
	}
	if strings.EqualFold(h.Header.Get("Transfer-Encoding"), "chunked") {
		if body, err := readAll(httputil.NewChunkedReader(bytes.NewReader(h.Body)), most); err == nil {
			h.Body = body
		}
	}
	encodings := strings.Split(h.Header.Get("Content-Encoding"), ",")
	for i := len(encodings) - 1; i >= 0; i-- { // the last was applied last
		body, err := decode(strings.ToLower(strings.TrimSpace(encodings[i])), h.Body, most)
		if errors.Is(err, ErrTooLarge) {
			return nil, err
		}
		if err == nil {
			h.Body = body
		}
	}
	return h, nil
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
		return readAll(flate.NewReader(bytes.NewReader(body)), most)
	case "br":
		return readAll(brotli.NewReader(in), most)
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

func readAll(r io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, cut(err)
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
	}
	return body, nil
}
