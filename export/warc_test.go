package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/corpus/warc"
	"gongkai/store"
)

// archived is a corpus of captures of every kind, as [WriteWARC] takes them.
func archived() Captures {
	noon := time.Date(2026, 1, 20, 12, 0, 0, 123456789, time.UTC)
	page := []byte("<title>报告</title>" + strings.Repeat("text ", 2000))
	other := []byte("other")
	bodies := map[store.Digest][]byte{store.DigestOf(page): page, store.DigestOf(other): other}
	const run = "2026-01-20T12:00:00Z"
	all := []store.Capture{
		{
			URL: "https://a.example.cn/r?q=公开#top", Status: 200, Digest: store.DigestOf(page), Run: run, Referrer: "https://a.example.cn/", Peer: "192.0.2.1:443",
			Header: [][2]string{{"Content-Type", "text/html"}, {"Content-Encoding", "gzip"}, {"content-length", "77"}, {"X-Odd", "a\r\nb"}},
			Took:   1500 * time.Millisecond, Site: "a", Verdict: "complete",
		},
		{URL: "https://a.example.cn/r?q=公开#top", Status: 304, Digest: store.DigestOf(page), Run: run, Revisit: true},
		{URL: "http://b.example.cn/copy", FinalURL: "https://b.example.cn/copy", Redirects: []string{"http://b.example.cn/copy"}, Status: 200, Digest: store.DigestOf(page), Run: run},
		{URL: "https://a.example.cn/gone", Status: 404, Run: run},
		{URL: "https://a.example.cn/cut", Status: 200, Digest: store.DigestOf(other), Evidence: "truncated: length"},
		{URL: "file:reports/a%20b.html", Status: 200, Digest: store.DigestOf(page)},
	}
	for n := range all {
		all[n].Key, all[n].Time, all[n].ID = all[n].URL, noon.Add(time.Duration(n)*time.Minute), fmt.Sprintf("c%d", n)
	}
	return Captures{
		All: func(yield func(store.Capture, error) bool) {
			for _, c := range all {
				if !yield(c, nil) {
					return
				}
			}
		},
		Body: func(_ context.Context, d store.Digest) ([]byte, error) { return bodies[d], nil },
		Capture: func(_ context.Context, id string) (store.Capture, error) {
			return all[id[1]-'0'], nil
		},
		Earlier: func(context.Context, store.Capture) (store.Capture, error) { return store.Capture{}, store.ErrNotFound },
		Agent:   func(r string) string { return map[string]string{run: "gongkai/1.0"}[r] },
	}
}

func writeArchives(t *testing.T, o WARCOptions) *WARCResult {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "out")
	}
	o.Software = "gongkai test"
	res, err := WriteWARC(context.Background(), archived(), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Every kind of capture is written as the standard has it, and reads back.
func TestWriteWARC(t *testing.T) {
	res := writeArchives(t, WARCOptions{})
	f, err := os.Open(filepath.Join(res.Dir, res.Files[0].Path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := warc.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ids := map[string]bool{}
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r.Content) // checks the block digest
		if err != nil || !r.Start {
			t.Errorf("record at %d: %v", r.File, err)
		}
		id := r.Header.Get("WARC-Record-ID")
		if ids[id] || !strings.HasPrefix(id, "<urn:uuid:") {
			t.Errorf("ID %s", id)
		}
		ids[id] = true
		for _, field := range []string{"WARC-Concurrent-To", "WARC-Refers-To", "WARC-Warcinfo-ID"} {
			if v := r.Header.Get(field); v != "" && !ids[v] {
				t.Errorf("%s of %s refers to %s, which was not written before", field, id, v)
			}
		}
		line := r.Type + " " + r.URL
		for _, field := range []string{"WARC-Profile", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Truncated", "WARC-IP-Address"} {
			if v := r.Header.Get(field); v != "" {
				line += fmt.Sprintf(" %s=%s", field, v[strings.LastIndexByte(v, '/')+1:])
			}
		}
		if r.Type == warc.Response || r.Type == warc.Revisit {
			h, err := warc.ReadHTTP(bytes.NewReader(content), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			line += fmt.Sprintf(" %d %d %s", h.Status, len(h.Body), h.Header.Get("Content-Encoding")+h.Header.Get("X-Odd"))
			if d := r.Header.Get("WARC-Payload-Digest"); r.Type == warc.Response && d != warc.Digest(h.Body) {
				t.Errorf("payload digest %s", d)
			}
		}
		if r.Type == warc.Request {
			line += " " + strings.SplitN(string(content), "\r\n", 2)[0]
		}
		got = append(got, line)
	}
	const uri = "https://a.example.cn/r?q=%E5%85%AC%E5%BC%80"
	const date = "WARC-Refers-To-Date=2026-01-20T12:00:00.123456789Z"
	want := []string{
		"warcinfo ",
		"response " + uri + " WARC-IP-Address=192.0.2.1 200 10021 gzipa  b", "request " + uri + " GET /r?q=%E5%85%AC%E5%BC%80 HTTP/1.1", "metadata " + uri,
		"revisit " + uri + " WARC-Profile=server-not-modified WARC-Refers-To-Target-URI=r?q=%E5%85%AC%E5%BC%80 " + date + " 304 0 ", "request " + uri + " GET /r?q=%E5%85%AC%E5%BC%80 HTTP/1.1", "metadata " + uri,
		"revisit https://b.example.cn/copy WARC-Profile=identical-payload-digest WARC-Refers-To-Target-URI=r?q=%E5%85%AC%E5%BC%80 " + date + " 200 0 ",
		"request https://b.example.cn/copy GET /copy HTTP/1.1", "metadata https://b.example.cn/copy",
		"response https://a.example.cn/gone 404 0 ", "request https://a.example.cn/gone GET /gone HTTP/1.1", "metadata https://a.example.cn/gone",
		"response https://a.example.cn/cut WARC-Truncated=length 200 5 ", "metadata https://a.example.cn/cut",
		"resource file:reports/a%20b.html", "metadata file:reports/a%20b.html",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if res.Captures != 6 || res.Records != len(want) || res.Files[0].Records != len(want) {
		t.Errorf("%+v", res)
	}
}

// The same captures give the same bytes; archives are begun anew when they are
// large, a capture never lies in two; what is in the way is left alone.
func TestWARCFiles(t *testing.T) {
	one, two := writeArchives(t, WARCOptions{}), writeArchives(t, WARCOptions{})
	two.Dir = one.Dir
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
	many := writeArchives(t, WARCOptions{MaxFile: 1})
	if len(many.Files) != 6 || many.Captures != 6 {
		t.Errorf("%+v", many)
	}
	writeArchives(t, WARCOptions{Dir: many.Dir}) // an earlier export is replaced
	files, err := os.ReadDir(many.Dir)
	if err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var target *TargetError
	if _, err := WriteWARC(context.Background(), archived(), WARCOptions{Dir: dir}); !errors.As(err, &target) {
		t.Errorf("into a folder of another: %v", err)
	}
	nothing := archived()
	nothing.All = func(func(store.Capture, error) bool) {}
	if _, err := WriteWARC(context.Background(), nothing, WARCOptions{Dir: filepath.Join(dir, "none")}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The npm package warcio, which replay tools stand on, indexes the archives and
// finds nothing to complain of. GONGKAI_WARCIO names its command, where it is not
// on the PATH.
func TestWarcio(t *testing.T) {
	command := os.Getenv("GONGKAI_WARCIO")
	if command == "" {
		var err error
		if command, err = exec.LookPath("warcio"); err != nil {
			t.Skip("the npm package warcio is not installed")
		}
	}
	res := writeArchives(t, WARCOptions{})
	path := filepath.Join(res.Dir, res.Files[0].Path)
	for _, test := range []struct {
		how   string
		lines int
	}{{"index", res.Records}, {"cdx-index", 6}} {
		cmd := exec.Command(command, test.how, path)
		var out, complaints bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &complaints
		if err := cmd.Run(); err != nil || complaints.Len() > 0 {
			t.Errorf("%s: %v, %s", test.how, err, &complaints)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != test.lines {
			t.Errorf("%s: %d lines, want %d:\n%s", test.how, len(lines), test.lines, &out)
		}
		if test.how == "index" {
			for _, l := range lines {
				var entry struct {
					Offset int64  `json:"offset"`
					Type   string `json:"warc-type"`
				}
				if err := json.Unmarshal([]byte(l), &entry); err != nil || entry.Type == "" {
					t.Errorf("%s: %v", l, err)
				}
			}
		}
	}
}
