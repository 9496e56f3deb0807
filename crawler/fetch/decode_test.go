package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func pack(t testing.TB, name string, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch name {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zlib":
		w = zlib.NewWriter(&out)
	case "flate":
		w, _ = flate.NewWriter(&out, flate.DefaultCompression)
	case "br":
		w = brotli.NewWriterLevel(&out, brotli.BestSpeed)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDecode(t *testing.T) {
	page := []byte("<!DOCTYPE html><html>" + strings.Repeat("年度报告", 1000) + "</html>")
	gz := pack(t, "gzip", page)
	damaged := bytes.Clone(gz)
	damaged[len(damaged)-5] ^= 0xff // the checksum
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, c := range []struct {
		name     string
		path     string
		header   []string
		body     []byte
		want     []byte
		encoding string
	}{
		{"plain", "/", nil, page, page, ""},
		{"identity", "/", []string{"Content-Encoding", "identity"}, page, page, ""},
		{"gzip", "/", []string{"Content-Encoding", "gzip"}, gz, page, "gzip"},
		{"old name", "/", []string{"Content-Encoding", "X-GZip"}, gz, page, "x-gzip"},
		{"deflate as zlib", "/", []string{"Content-Encoding", "deflate"}, pack(t, "zlib", page), page, "deflate"},
		{"deflate bare", "/", []string{"Content-Encoding", "deflate"}, pack(t, "flate", page), page, "deflate"},
		{"br", "/", []string{"Content-Encoding", "br"}, pack(t, "br", page), page, "br"},
		{"two, in one header", "/", []string{"Content-Encoding", "deflate, gzip"}, pack(t, "gzip", pack(t, "zlib", page)), page, "gzip, deflate"},
		{"two, in two headers", "/", []string{"Content-Encoding", "br", "Content-Encoding", "gzip"}, pack(t, "gzip", pack(t, "br", page)), page, "gzip, br"},
		{"two members", "/", []string{"Content-Encoding", "gzip"}, cat(gz, gz), cat(page, page), "gzip"},
		{"garbage behind", "/", []string{"Content-Encoding", "gzip"}, cat(gz, []byte("\r\n<!-- cache -->")), page, "gzip"},
		{"packed twice, told once", "/", []string{"Content-Encoding", "gzip", "Content-Type", "text/html"}, pack(t, "gzip", gz), page, "gzip, gzip (not declared)"},

		// Not asked for, not declared.
		{"undeclared", "/", []string{"Content-Type", "text/html"}, gz, page, "gzip (not declared)"},
		{"undeclared, no type", "/index.html", nil, gz, page, "gzip (not declared)"},
		{"an archive is no encoding", "/a/report.tar.gz", []string{"Content-Type", "text/plain"}, gz, gz, ""},
		{"nor is a download", "/download", []string{"Content-Disposition", `attachment; filename="a.gz"`}, gz, gz, ""},
		{"nor is another type", "/download", []string{"Content-Type", "application/octet-stream"}, gz, gz, ""},

		// Lies.
		{"gzip that is not", "/", []string{"Content-Encoding", "gzip"}, page, page, "gzip (declared, but is not)"},
		{"deflate that is not", "/", []string{"Content-Encoding", "deflate"}, page, page, "deflate (declared, but is not)"},
		{"br that is not", "/", []string{"Content-Encoding", "br"}, []byte("%PDF-1.4 ..."), []byte("%PDF-1.4 ..."), "br (declared, but is not)"},
		{"a charset", "/", []string{"Content-Encoding", "UTF-8"}, page, page, "utf-8 (declared, but is not)"},
		{"gzip called deflate", "/", []string{"Content-Encoding", "deflate", "Content-Type", "text/html"}, gz, page, "deflate (declared, but is not), gzip (not declared)"},
		{"empty", "/", []string{"Content-Encoding", "gzip"}, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			for i := 0; i < len(c.header); i += 2 {
				h.Add(c.header[i], c.header[i+1])
			}
			got, encoding, err := decode(&url.URL{Path: c.path}, h, c.body, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, c.want) || encoding != c.encoding {
				t.Errorf("%d bytes, %q; want %d, %q", len(got), encoding, len(c.want), c.encoding)
			}
		})
	}
	for _, c := range []struct {
		name, encoding string
		body           []byte
		says           string
		retry          bool
	}{
		{"cut gzip", "gzip", gz[:len(gz)-12], "ends too early", true},
		{"damaged gzip", "gzip", damaged, "checksum", false},
		{"cut br", "br", pack(t, "br", page)[:20], "ends too early", true},
		{"cut deflate", "deflate", pack(t, "zlib", page)[:20], "ends too early", true},
		{"never asked for", "zstd", []byte("\x28\xb5\x2f\xfd"), "not asked for", false},
		{"too many", "gzip, br, gzip, br", gz, "more than 3", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := decode(&url.URL{Scheme: "http", Host: "h", Path: "/p"}, http.Header{"Content-Encoding": {c.encoding}}, c.body, 1<<20)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "http://h/p") {
				t.Errorf("got %v", err)
			}
			if Outcome(err) != "failed:encoding" || Retryable(err) != c.retry {
				t.Errorf("outcome %q, retryable %v", Outcome(err), Retryable(err))
			}
		})
	}
}

// A few kilobytes that unpack to gigabytes stop at the limit.
func TestDecodeBombs(t *testing.T) {
	const limit = 1 << 20
	zeros := make([]byte, 4<<20)
	bombs := map[string][]byte{
		"gzip":       pack(t, "gzip", zeros),
		"deflate":    pack(t, "zlib", zeros),
		"br":         pack(t, "br", zeros),
		"gzip, gzip": pack(t, "gzip", pack(t, "gzip", zeros)),
		"x-gzip":     bytes.Repeat(pack(t, "gzip", zeros[:limit/2]), 10), // many small members
	}
	for encoding, body := range bombs {
		u := &url.URL{Scheme: "http", Host: "h", Path: "/p"}
		var large *BodyTooLargeError
		_, _, err := decode(u, http.Header{"Content-Encoding": {encoding}}, body, limit)
		if !errors.As(err, &large) || large.Limit != limit || large.Encoding == "" {
			t.Errorf("%s: %d bytes: %v", encoding, len(body), err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	text := []byte("a page, a page, a page")
	f.Add("gzip", "text/html", pack(f, "gzip", text))
	f.Add("deflate", "", pack(f, "zlib", text))
	f.Add("deflate, br", "text/plain; charset=", pack(f, "br", pack(f, "flate", text)))
	f.Fuzz(func(t *testing.T, encoding, kind string, body []byte) {
		const limit = 1 << 16
		h := http.Header{"Content-Encoding": {encoding}, "Content-Type": {kind}}
		before := bytes.Clone(body)
		got, _, err := decode(&url.URL{Path: "/p"}, h, body, limit)
		if !bytes.Equal(body, before) {
			t.Error("the raw body was changed")
		}
		if err == nil && len(got) > max(limit, len(body)) {
			t.Errorf("%d bytes from a limit of %d", len(got), limit)
		}
		if err != nil && got != nil {
			t.Error("an error came with bytes")
		}
	})
}
