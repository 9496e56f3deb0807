package warc

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// record writes a record.
func record(kind, url, fields, content string) string {
	return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2020-02-25T01:02:03Z\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n",
		kind, url, fields, len(content), content)
}

func gzipped(members ...string) string {
	var b bytes.Buffer
	for _, m := range members {
		w := gzip.NewWriter(&b)
		io.WriteString(w, m)
		w.Close()
	}
	return b.String()
}

// read returns what an archive holds, and the error that ends it.
func read(data string) (all []string, err error) {
	r, err := NewReader(strings.NewReader(data))
	if err != nil {
		return nil, err
	}
	for {
		rec, err := r.Next()
		if err != nil {
			return all, err
		}
		body, err := io.ReadAll(io.LimitReader(rec.Content, 20)) // never to its end
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%s %s %s %d %q", rec.Type, rec.URL, rec.Time.Format("2006-01-02"), rec.Length, body))
	}
}

// Archives of every wrapping give the same records.
func TestRead(t *testing.T) {
	info := "WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 5\r\nX-Folded: a\r\n  b\r\n\r\nhello\r\n\r\n"
	page := record("response", "<https://a.example.cn/>", "", "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("x", 100))
	again := record("revisit", "https://a.example.cn/", "", "")
	lines := strings.ReplaceAll(record("conversion", "https://a.example.cn/", "", "text"), "\r\n", "\n")
	var z bytes.Buffer
	w, err := zstd.NewWriter(&z)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, info+page+again+lines)
	w.Close()
	want := []string{
		`warcinfo  0001-01-01 5 "hello"`, `response https://a.example.cn/ 2020-02-25 119 "HTTP/1.1 200 OK\r\n\r\nx"`,
		`revisit https://a.example.cn/ 2020-02-25 0 ""`, `conversion https://a.example.cn/ 2020-02-25 4 "text"`,
	}
	for name, data := range map[string]string{
		"plain": info + page + again + lines, "one member": gzipped(info + page + again + lines),
		"a member a record": gzipped(info, page, again, lines), "zstd": z.String(),
	} {
		got, err := read(data)
		if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// What is no archive, or not a whole one, ends in an error that says so; the
// records before it are there.
func TestReadBroken(t *testing.T) {
	good := record("response", "u", "", "content")
	for name, test := range map[string]struct {
		data    string
		records int
		cut     bool
	}{
		"empty":            {"", 0, false},
		"html":             {"<!DOCTYPE html>\n<p>", 0, false},
		"no length":        {good + "WARC/1.0\r\nWARC-Type: response\r\n\r\n", 1, false},
		"negative length":  {"WARC/1.0\r\nContent-Length: -1\r\n\r\n", 0, false},
		"cut in a header":  {good + good[:30], 1, true},
		"cut in a body":    {good + good[:len(good)-8], 2, true},
		"cut in a member":  {gzipped(good) + gzipped(good)[:40], 1, true},
		"endless line":     {good + strings.Repeat("x", maxLine+2), 1, false},
		"endless header":   {"WARC/1.0\r\n" + strings.Repeat("a: b\r\n", maxLines+1), 0, false},
		"endless gap":      {good + strings.Repeat("\r\n", maxLines+1), 1, false},
		"a gap at the end": {good + strings.Repeat("\r\n", maxLines+1) + good, 1, false},
	} {
		got, err := read(test.data)
		if len(got) != test.records || errors.Is(err, io.EOF) {
			t.Errorf("%s: %d records, %v", name, len(got), err)
		}
		_, syntax := errors.AsType[*SyntaxError](err)
		if errors.Is(err, io.ErrUnexpectedEOF) != test.cut || syntax == test.cut {
			t.Errorf("%s: %T %v", name, err, err)
		}
	}
}

// An answer is read whether its body is as on the wire or undone already.
func TestReadHTTP(t *testing.T) {
	const text = "政府信息公开 a text that is long enough to be compressed, with words that a text has, text after text"
	var flat, br, z bytes.Buffer
	w := zlib.NewWriter(&flat)
	io.WriteString(w, text)
	w.Close()
	b := brotli.NewWriter(&br)
	io.WriteString(b, text)
	b.Close()
	zw, err := zstd.NewWriter(&z)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(zw, text)
	zw.Close()
	chunked := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(s), s) }
	for name, test := range map[string]struct{ fields, body string }{
		"plain":             {"", text},
		"gzip":              {"Content-Encoding: gzip\r\n", gzipped(text)},
		"gzip undone":       {"Content-Encoding: gzip\r\n", text},
		"deflate":           {"Content-Encoding: deflate\r\n", flat.String()},
		"raw deflate":       {"Content-Encoding: deflate\r\n", flat.String()[2 : flat.Len()-4]},
		"brotli":            {"content-encoding: br\r\n", br.String()},
		"zstd":              {"Content-Encoding: zstd\r\n", z.String()},
		"chunked":           {"Transfer-Encoding: chunked\r\n", chunked(text)},
		"chunked, undone":   {"Transfer-Encoding: chunked\r\n", text},
		"chunked gzip":      {"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", chunked(gzipped(text))},
		"unknown encoding":  {"Content-Encoding: magic\r\n", text},
		"line of no field":  {"nonsense\r\nServer: x\r\n", text},
		"wrong length":      {"Content-Length: 7\r\n", text},
		"encoded two times": {"Content-Encoding: br, gzip\r\n", gzipped(br.String())},
	} {
		h, err := ReadHTTP(strings.NewReader("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"+test.fields+"\r\n"+test.body), 1000)
		if err != nil || h.Status != 200 || h.Header.Get("Content-Type") != "text/html" || string(h.Body) != text {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	for name, answer := range map[string]string{
		"empty": "", "no status": "HTTP/1.1\r\n\r\n", "status of words": "HTTP/1.1 yes OK\r\n\r\n", "html": "<html>\n",
		"too large": "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 1001), "a bomb": "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzipped(strings.Repeat("x", 9000)),
	} {
		if h, err := ReadHTTP(strings.NewReader(answer), 1000); err == nil {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

// Foreign bytes end in an error, in bounded time.
func FuzzRead(f *testing.F) {
	page := record("response", "https://a.example.cn/", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n4\r\nabcd\r\n0\r\n\r\n")
	f.Add([]byte(page))
	f.Add([]byte(gzipped(page, page)))
	f.Add([]byte("WARC/1.0\r\nContent-Length: 9223372036854775807\r\n\r\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		for {
			rec, err := r.Next()
			if err != nil {
				return
			}
			_, _ = ReadHTTP(rec.Content, 1<<20)
		}
	})
}
