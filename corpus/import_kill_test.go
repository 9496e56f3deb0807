package corpus

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// importVariable makes this test binary a process that imports an archive.
const importVariable = "GONGKAI_IMPORT_CHILD"

// TestImportChild is that process.
func TestImportChild(t *testing.T) {
	args := filepath.SplitList(os.Getenv(importVariable))
	if len(args) != 2 {
		t.Skip("a part that TestKillImport plays")
	}
	s, err := store.Open(args[0], store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Import(context.Background(), s, Each(args[1]), ImportOptions{All: true, Extract: extract.Options{Timeout: time.Minute}}); err != nil {
		t.Fatal(err)
	}
}

// Whenever an import is killed: the corpus opens and verifies, and the next import
// goes on. In the end everything is there, once, as if nothing had happened.
func TestKillImport(t *testing.T) {
	ctx := context.Background()
	site := newArchive(t, fakegov.Demo()).gov.Sites[0]
	body, kind := pageOf(site, plain(site).URL)
	var file bytes.Buffer
	const pages = 1200 // more than two segments
	const first, other = "http://www.example.gov.cn/0.html", "WARC-Date: 2025-05-01T10:00:00Z\r\nWARC-Refers-To-Date: 2025-03-01T10:00:00Z\r\n"
	file.Write(warcRecord("revisit", first, other, nil))
	for n := range pages {
		text := body
		if n > 0 {
			text = []byte(fmt.Sprint("page ", n))
		}
		file.Write(response(fmt.Sprintf("http://www.example.gov.cn/%d.html", n), "2025-03-01T10:00:00Z", kind, text))
	}
	path := filepath.Join(t.TempDir(), "a.warc.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	rounds := 5
	if text := os.Getenv("GONGKAI_KILL_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		rounds = 2
	}
	var s *store.Store
	fresh := func() {
		var err error
		if s, err = store.Create(filepath.Join(t.TempDir(), "corpus.db"), store.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	whole := func() {
		t.Helper()
		if _, err := Import(ctx, s, Each(path), ImportOptions{All: true, Extract: extract.Options{Timeout: time.Minute}}); err != nil {
			t.Fatal(err)
		}
		c, err := s.Counts(ctx)
		if err != nil || c.Captures != pages+1 || c.Snapshots != pages || c.Reports != 1 || c.Revisions != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		if v, err := s.Verify(ctx, nil); err != nil || !v.OK() {
			t.Errorf("%+v, %v", v, err)
		}
	}
	fresh()
	seen := 0 // captures that were there after the last kill
	for round := range rounds {
		child := exec.Command(os.Args[0], "-test.run=^TestImportChild$")
		child.Env = append(os.Environ(), importVariable+"="+s.Path()+string(filepath.ListSeparator)+path)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(30+rand.IntN(150))*time.Millisecond, func() { _ = child.Process.Kill() })
		err := child.Wait()
		timer.Stop()
		if v, e := s.Verify(ctx, nil); e != nil || !v.OK() {
			t.Fatalf("round %d: %+v, %v", round, v, e)
		}
		if c, err := s.Counts(ctx); err != nil || c.Captures < seen {
			t.Fatalf("round %d: %+v, there were %d captures, %v", round, c, seen, err)
		} else {
			seen = c.Captures
		}
		if err == nil { // it came to its end
			whole()
			fresh()
			seen = 0
		}
	}
	whole()
}
