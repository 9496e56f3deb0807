package warc

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
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

// What is no archive is refused. Of one that is damaged, the records before and
// behind the damage are read, and the damage is told once, with its place.
func TestReadBroken(t *testing.T) {
	one, two, three := record("response", "1", "", "one"), record("response", "2", "", "two"), record("response", "3", "", "three")
	flip := func(s string, at int) string { b := []byte(s); b[at] ^= 0x55; return string(b) }
	members := gzipped(one, two, three)
	first, second := len(gzipped(one)), len(gzipped(one, two))
	for name, test := range map[string]struct {
		data string
		want string // records by number; ! for damage with its place
	}{
		"empty":                 {"", "not"},
		"html":                  {"<!DOCTYPE html>\n<p>", "not"},
		"compressed html":       {gzipped("<!DOCTYPE html>\n<p>"), "not"},
		"no length":             {one + "WARC/1.0\r\nWARC-Type: response\r\n\r\nbody\r\n\r\n" + three, fmt.Sprint("1 !", len(one), " 3")},
		"negative length":       {one + "WARC/1.0\r\nContent-Length: -1\r\n\r\n" + three, fmt.Sprint("1 !", len(one), " 3")},
		"length too small":      {one + strings.Replace(two, "Length: 3", "Length: 1", 1) + three, fmt.Sprint("1 2 !", len(one)+len(two)-len("wo\r\n\r\n"), " 3")},
		"length too large":      {one + strings.Replace(two, "Length: 3", "Length: 99999", 1) + three, fmt.Sprint("1 !", len(one))},
		"cut in a header":       {one + two[:30], fmt.Sprint("1 !", len(one))},
		"cut in a body":         {one + two[:len(two)-6], fmt.Sprint("1 !", len(one))},
		"cut in a member":       {members[:second-20], fmt.Sprint("1 !", first)},
		"endless line":          {one + strings.Repeat("x", maxLine+2) + "\r\n" + three, fmt.Sprint("1 !", len(one), " 3")},
		"endless header":        {one + "WARC/1.0\r\n" + strings.Repeat("a: b\r\n", maxLines+1) + three, fmt.Sprint("1 !", len(one), " 3")},
		"endless gap":           {one + strings.Repeat("\r\n", maxLines+9) + three, fmt.Sprint("1 !", len(one)+2*maxLines-6, " 3")},
		"member damaged":        {flip(members, first+40), fmt.Sprint("1 !", first, " 3")},
		"header of member gone": {flip(members, first+1), "1 !0 3"},
		"first member damaged":  {flip(members, 40), "!0 2 3"},
		"checksum of member":    {flip(members, second-6), fmt.Sprint("1 !", first, " 3")},
		"zeros at the end":      {gzipped(one) + strings.Repeat("\x00", 512), "1 !0"},
		"member cut within":     {gzipped(one) + gzipped(two)[:50] + gzipped(three), fmt.Sprint("1 !", first, " 3")},
		"one member, cut":       {gzipped(one + two + three)[:90], "!0"},
	} {
		var got []string
		r, err := NewReader(strings.NewReader(test.data))
		for err == nil && len(got) < 10 {
			var rec *Record
			if rec, err = r.Next(); err == nil {
				_, err = io.Copy(io.Discard, rec.Content)
			}
			if err == nil {
				got = append(got, rec.URL)
				continue
			}
			if d, ok := errors.AsType[*DamageError](err); ok {
				got, err = append(got, fmt.Sprint("!", d.Offset)), nil
			}
		}
		if _, not := errors.AsType[*FormatError](err); not {
			got = append(got, "not")
		} else if !errors.Is(err, io.EOF) {
			t.Errorf("%s: ends in %v", name, err)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %s, want %s", name, s, test.want)
		}
	}
}

// Bytes that are not those of their digest are damage, except where the digest is
// that of bytes which were left out, as wget has it.
func TestBlockDigest(t *testing.T) {
	const wrong = "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
	for _, test := range []struct {
		record string
		ignore bool
		ok     bool
	}{
		{record("response", "u", "WARC-Block-Digest: "+Digest([]byte("text"))+"\r\n", "text"), false, true},
		{record("response", "u", "WARC-Block-Digest: sha256:"+fmt.Sprintf("%x", sha256.Sum256([]byte("text")))+"\r\n", "text"), false, true},
		{record("response", "u", "WARC-Block-Digest: crc32:abc\r\n", "text"), false, true},
		{record("response", "u", wrong, "text"), false, false},
		{record("response", "u", wrong, "text"), true, true},
		{record("revisit", "u", wrong, "text"), false, true},
		{record("response", "u", wrong+"WARC-Truncated: length\r\n", "text"), false, true},
	} {
		r, err := NewReader(strings.NewReader(test.record))
		if err != nil {
			t.Fatal(err)
		}
		r.IgnoreDigests = test.ignore
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(rec.Content)
		if string(text) != "text" || (err == nil) != test.ok || err != nil && !errors.Is(err, ErrDigest) {
			t.Errorf("%q: %q, %v", test.record, text, err)
		}
	}
}

// Who reads the content of a record that is not all there is told so.
func TestContentCut(t *testing.T) {
	good := record("response", "u", "", "content")
	for _, data := range []string{good[:len(good)-6], gzipped(good)[:len(gzipped(good))-12]} {
		r, err := NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(rec.Content)
		if d, ok := errors.AsType[*DamageError](err); !ok || !errors.Is(d, io.ErrUnexpectedEOF) {
			t.Errorf("%v", err)
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) { // and not told twice
			t.Errorf("then %v", err)
		}
	}
}

// Reading goes on where it was.
func TestResume(t *testing.T) {
	var records []string
	for n := range 9 {
		records = append(records, record("response", fmt.Sprint(n), "", strings.Repeat("text ", n*9000)))
	}
	for name, data := range map[string]string{"plain": strings.Join(records, ""), "members": gzipped(records...)} {
		r, err := NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		at, err := r.Next()
		if err != nil || !at.Start || at.URL != "5" {
			t.Fatalf("%+v, %v", at, err)
		}
		again, err := NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Resume(at.File, at.Offset); err != nil {
			t.Fatal(err)
		}
		for n := 5; n < 9; n++ {
			rec, err := again.Next()
			if err != nil || rec.URL != fmt.Sprint(n) || n == 5 && (rec.Offset != at.Offset || rec.File != at.File) {
				t.Errorf("%s: %+v, %v", name, rec, err)
			}
		}
		if _, err := again.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
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
		defer r.Close()
		last := int64(-1)
		for {
			rec, err := r.Next()
			if _, damage := errors.AsType[*DamageError](err); damage {
				continue
			}
			if err != nil {
				return
			}
			if rec.Offset <= last {
				t.Fatalf("record at %d after %d", rec.Offset, last)
			}
			last = rec.Offset
			_, _ = ReadHTTP(rec.Content, 1<<20)
		}
	})
}
