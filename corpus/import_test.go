package corpus

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// pageOf is a page of an invented site as it is on the wire.
func pageOf(site *fakegov.Site, url string) (body []byte, contentType string) {
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w.Body.Bytes(), w.Header().Get("Content-Type")
}

// warcRecord is a record in a gzip member of its own.
func warcRecord(kind, url, fields string, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprintf(w, "WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n", kind, url, fields, len(content), content)
	w.Close()
	return b.Bytes()
}

func response(url, date, contentType string, body []byte) []byte {
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n%s", contentType, body)
	return warcRecord("response", url, "WARC-Date: "+date+"\r\nContent-Type: application/http; msgtype=response\r\n", []byte(answer))
}

func importInto(t *testing.T, a *archive, o ImportOptions, paths ...string) *ImportSummary {
	t.Helper()
	o.Extract = extract.Options{Timeout: time.Minute}
	sum, err := Import(context.Background(), a.store, Each(paths...), o)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// The reports in an archive become reports of the corpus; the rest is counted by
// why it was left out. A second import finds nothing new.
func TestImportWARC(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	var file bytes.Buffer
	file.Write(warcRecord("warcinfo", "", "", []byte("software: test\r\n")))
	want := map[int]bool{}
	var last string
	for _, r := range site.Reports()[:5] {
		if r.Spec.Attachment != fakegov.NoAttachment || r.Spec.Fault != (fakegov.Fault{}) {
			continue
		}
		last = strings.Replace(r.URL, site.URL, "http://www.example.gov.cn", 1)
		body, kind := pageOf(site, r.URL)
		file.Write(response(last, "2025-03-01T10:00:00Z", kind, body))
		want[r.Truth.Year] = true
	}
	index, kind := pageOf(site, site.Column().Index[0])
	file.Write(response("http://www.example.gov.cn/", "2025-03-01T10:00:00Z", kind, index))
	file.Write(response("http://www.example.gov.cn/logo.png", "2025-03-01T10:00:00Z", "image/png", []byte("\x89PNG")))
	file.Write(warcRecord("revisit", last, "WARC-Date: 2025-04-01T10:00:00Z\r\nWARC-Refers-To-Date: 2025-03-01T10:00:00Z\r\n", nil))
	file.Write(warcRecord("revisit", "http://www.example.gov.cn/other", "WARC-Date: 2025-04-01T10:00:00Z\r\n", nil))
	path := filepath.Join(t.TempDir(), "a.warc.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	sum := importInto(t, a, ImportOptions{Site: "old"}, path)
	if sum.Reports != len(want) || sum.New != len(want) || sum.Stored != len(want)+1 || sum.Exit != 0 || len(sum.Failed) > 0 {
		t.Errorf("%+v, want %d reports", sum, len(want))
	}
	if sum.Skipped[skippedType] != 1 || sum.Skipped[skippedRevisit] != 1 || len(sum.Skipped) != 3 {
		t.Errorf("skipped %v", sum.Skipped)
	}
	items, err := a.List(context.Background(), Filter{Site: "old"})
	if err != nil || len(items) != len(want) {
		t.Errorf("%d reports, %v", len(items), err)
	}
	for _, i := range items {
		if !want[i.Year] || !strings.HasPrefix(i.URL, "http://www.example.gov.cn/") {
			t.Errorf("%+v", i)
		}
	}
	shown, err := a.Show(context.Background(), last)
	if err != nil || shown.Sources[0].Captures != 2 || shown.Report.Source.Captured != "2025-03-01T10:00:00Z" {
		t.Errorf("%+v, %v", shown, err)
	}
	before, err := a.store.Counts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if again := importInto(t, a, ImportOptions{Site: "old"}, path); again.Records != 0 || again.Stored != 0 {
		t.Errorf("again: %+v", again)
	}
	renamed := filepath.Join(t.TempDir(), "b.warc.gz") // not known to have been read
	if err := os.Rename(path, renamed); err != nil {
		t.Fatal(err)
	}
	if again := importInto(t, a, ImportOptions{Site: "old"}, renamed); again.Reports != len(want) || again.Stored+again.New != 0 {
		t.Errorf("again under another name: %+v", again)
	}
	if after, err := a.store.Counts(context.Background()); err != nil || !cmp.Equal(before, after) {
		t.Errorf("%+v became %+v, %v", before, after, err)
	}
	if v, err := a.store.Verify(context.Background(), nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}

// An archive that is cut off, or is none, gives what comes before and a reason;
// when it has grown, the import goes on.
func TestImportBrokenArchive(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	body, kind := pageOf(site, r.URL)
	record := response("http://www.example.gov.cn/a.html", "2025-03-01T10:00:00Z", kind, body)
	dir := t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("cut.warc.gz", append(record, record[:100]...))
	write("none.warc", []byte("<html>"))
	write("empty.warc.gz", nil)
	sum := importInto(t, a, ImportOptions{}, dir, filepath.Join(dir, "missing"))
	if sum.Reports != 1 || sum.Stored != 1 || len(sum.Failed) != 4 || sum.Exit != 3 {
		t.Errorf("%+v", sum)
	}
	for _, f := range sum.Failed {
		if !strings.HasPrefix(f, dir) {
			t.Errorf("failed without its name: %s", f)
		}
	}
}

// A folder is read with what a table tells of its files; a title or an address
// chooses among them.
func TestImportFolder(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "年报"), 0o755); err != nil {
		t.Fatal(err)
	}
	one, two := plain(site), a.gov.Sites[1].Reports()[0]
	write := func(name string, body []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	body, _ := pageOf(site, one.URL)
	write("年报/one.html", body)
	body, _ = pageOf(a.gov.Sites[1], two.URL)
	write("two.html", body)
	write("notes.txt", []byte("通知：明日停电。"))
	write(".hidden", []byte("x"))
	files, err := ReadMap(strings.NewReader("\ufefffile,url,date\n年报/one.html,https://www.example.gov.cn/one.html,2024-02-03\n"))
	if err != nil {
		t.Fatal(err)
	}
	sum := importInto(t, a, ImportOptions{Map: files, Key: func(u *url.URL) string { return u.Host + u.Path }}, dir)
	if sum.Files != 3 || sum.Reports != 2 || sum.Stored != 2 {
		t.Errorf("%+v", sum)
	}
	shown, err := a.Show(context.Background(), "www.example.gov.cn/one.html")
	if err != nil || shown.Year != one.Truth.Year || shown.Report.Source.Captured != "2024-02-03T00:00:00Z" {
		t.Errorf("%+v, %v", shown, err)
	}
	if shown, err := a.Show(context.Background(), "file:two.html"); err != nil || shown.Organ != two.Truth.Organ {
		t.Errorf("%+v, %v", shown, err)
	}
	b := newArchive(t, fakegov.Options{})
	sum = importInto(t, b, ImportOptions{All: true}, filepath.Join(dir, "notes.txt"))
	if sum.Stored != 1 || sum.Reports != 0 {
		t.Errorf("all: %+v", sum)
	}
	sum = importInto(t, b, ImportOptions{Match: regexp.MustCompile(regexp.QuoteMeta(one.Truth.Organ))}, dir)
	if sum.Reports != 1 || sum.Skipped[skippedMatch] != 2 {
		t.Errorf("match: %+v", sum)
	}
	sum = importInto(t, b, ImportOptions{MaxBody: 100}, dir)
	if sum.Skipped[skippedLarge] != 2 || sum.Exit != 3 {
		t.Errorf("bounded: %+v", sum)
	}
}

// An import that is stopped ends with the context's error; what it stored stays,
// and the next one goes on.
func TestImportStopped(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	body, kind := pageOf(site, r.URL)
	var file bytes.Buffer
	for n := range 3 * segment {
		text := body
		if n > 2 {
			text = []byte(fmt.Sprint("page ", n))
		}
		file.Write(response(fmt.Sprintf("http://www.example.gov.cn/%d.html", n), "2025-03-01T10:00:00Z", kind, text))
	}
	path := filepath.Join(t.TempDir(), "a.warc.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := ImportOptions{Extract: extract.Options{Timeout: time.Minute}, Progress: func(s ImportStatus) {
		if s.Records >= segment {
			cancel()
		}
	}}
	sum, err := Import(ctx, a.store, Each(path), o)
	if !errors.Is(err, context.Canceled) || sum.Exit != 130 || sum.Stored != 3 || sum.Records >= 2*segment {
		t.Fatalf("%+v, %v", sum, err)
	}
	o.Progress = nil
	sum, err = Import(context.Background(), a.store, Each(path), o)
	if err != nil || sum.Stored != 0 || sum.Records > 2*segment {
		t.Errorf("%+v, %v", sum, err)
	}
	var runs []string
	if err := a.store.View(context.Background(), func(tx *store.Tx) error {
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			runs = append(runs, fmt.Sprintf("%s open %t interrupted %t", r.What, r.Closed.IsZero(), bytes.Contains(r.Summary, []byte(`"exit":130`))))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"import open false interrupted false", "import open false interrupted true"}, runs); diff != "" {
		t.Error(diff)
	}
}

// A table that can't be used says in which line and why.
func TestReadMap(t *testing.T) {
	for table, want := range map[string]string{
		"":                               "line 1: there is none",
		"url\nx":                         "no column file",
		"file,size\n":                    `unknown column "size"`,
		"file,date\na,1/2/2020\n":        "line 2",
		"file,url\na,www.example.cn\n":   "line 2",
		"file\na\n./a\n":                 "line 3: a stands twice",
		"file,url\na\n":                  "wrong number of fields",
		"file,title\n\"a,b\n":            "line",
		"file,date\na,2020-02-30\n":      "no date",
		"file,date\na,2020-02-03T1:02\n": "no date",
	} {
		if _, err := ReadMap(strings.NewReader(table)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", table, err)
		}
	}
	files, err := ReadMap(strings.NewReader("File, Organ ,date\nb\\c.html,某局,2020-02-03T04:05:06Z\n"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// A revisit may stand before what it refers to: in its archive, in another one of
// the same import, or in one that is imported later.
func TestImportRevisitFirst(t *testing.T) {
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	body, kind := pageOf(site, plain(site).URL)
	const url = "http://www.example.gov.cn/a.html"
	revisit := warcRecord("revisit", url, "WARC-Date: 2025-04-01T10:00:00Z\r\nWARC-Refers-To-Date: 2025-03-01T10:00:00Z\r\n",
		[]byte("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"))
	page := response(url, "2025-03-01T10:00:00Z", kind, body)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	count := func(want int) {
		t.Helper()
		n := 0
		for c, err := range a.store.History(context.Background(), url) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 2 && (!c.Revisit || c.Status != 304 || c.Digest != store.DigestOf(body) || len(c.Header) != 1) {
				t.Errorf("%+v", c)
			}
		}
		if n != want {
			t.Errorf("%d captures, want %d", n, want)
		}
	}
	first := write("first.warc.gz", revisit)
	if sum := importInto(t, a, ImportOptions{}, first); sum.Skipped[skippedRevisit] != 1 {
		t.Errorf("%+v", sum)
	}
	count(0)
	if sum := importInto(t, a, ImportOptions{}, first, write("second.warc.gz", page)); sum.Stored != 2 || sum.Skipped[skippedRevisit] != 0 || sum.Known != 1 {
		t.Errorf("%+v", sum)
	}
	count(2)
	if sum := importInto(t, a, ImportOptions{}, first, write("one.warc.gz", append(revisit, page...))); sum.Stored != 0 || sum.Skipped[skippedRevisit] != 0 {
		t.Errorf("%+v", sum)
	}
	count(2)
	if v, err := a.store.Verify(context.Background(), nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}
