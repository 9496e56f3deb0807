package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/rogpeppe/go-internal/testscript"
	bolt "go.etcd.io/bbolt"

	"gongkai/crawler"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// condition adds to the conditions of scripts: [mount] file systems can be
// mounted, [root] permissions do not bind us.
func condition(cond string) (bool, error) {
	switch cond {
	case "mount":
		return canMount(), nil
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// exits CODE PROGRAM ARG… runs a program and demands its exit code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// lines FILE N KEY… demands N lines (or * for any number above 0), each a JSON
// object with the keys.
func cmdLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: lines FILE N KEY…")
	}
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		n++
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("line %d is no JSON object: %v", n, err)
		}
		for _, key := range args[2:] {
			if _, ok := object[key]; !ok {
				ts.Fatalf("line %d has no %q", n, key)
			}
		}
	}
	if args[1] != strconv.Itoa(n) && (args[1] != "*" || n == 0) {
		ts.Fatalf("%d lines, want %s", n, args[1])
	}
}

// narrow FILE N demands that no line takes more than N columns on a terminal.
func cmdNarrow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: narrow FILE N")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if w := text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n")); w > most {
			ts.Fatalf("%d columns, want at most %d: %s", w, most, line)
		}
	}
}

// repeat N TEXT FILE appends a text N times to a file.
func cmdRepeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: repeat N TEXT FILE")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[2]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	w := bufio.NewWriter(f)
	for range n {
		if _, err := w.WriteString(args[1]); err != nil {
			break // Flush says it again
		}
	}
	ts.Check(w.Flush())
	ts.Check(f.Close())
}

// sparse BYTES FILE makes or cuts a file of that size.
func cmdSparse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sparse BYTES FILE")
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[1]), os.O_CREATE|os.O_WRONLY, 0o644)
	ts.Check(err)
	ts.Check(f.Truncate(n))
	ts.Check(f.Close())
}

// digest FILE NAME puts the digest of a file into a variable.
func cmdDigest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digest FILE NAME")
	}
	ts.Setenv(args[1], fmt.Sprintf("%x", sha256.Sum256([]byte(ts.ReadFile(args[0])))))
}

// samefield FIELD A B demands that the JSON lines of two files have the same
// values of a field, as often.
func cmdSameField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: samefield FIELD A B")
	}
	values := func(file string) map[string]int {
		all := map[string]int{}
		for line := range strings.Lines(ts.ReadFile(file)) {
			var object map[string]any
			ts.Check(json.Unmarshal([]byte(line), &object))
			all[fmt.Sprint(object[args[0]])]++
		}
		return all
	}
	if a, b := values(args[1]), values(args[2]); !maps.Equal(a, b) {
		ts.Fatalf("%v differ from %v", a, b)
	}
}

// stored NAME FILE writes a corpus that an earlier program made: format1, or
// format1-crawl, which the first release crawled.
func cmdStored(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: stored NAME FILE")
	}
	f, err := os.Open(filepath.Join(startFolder, "../../store/testdata", args[0]+".db.gz"))
	ts.Check(err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	ts.Check(err)
	data, err := io.ReadAll(z)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// startFolder is where the tests run, whatever a script changes to.
var startFolder = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()

// village is the invented sites of one script.
type village struct{ gov *fakegov.Gov }

type villageKey struct{}

func govOf(ts *testscript.TestScript) *fakegov.Gov {
	v := ts.Value(villageKey{}).(*village)
	if v.gov == nil {
		ts.Fatalf("no sites: call gov first")
	}
	return v.gov
}

// gov SITES CONFIG starts the invented sites that the first file describes and
// appends them to the second, a configuration. The variables ID_index and
// ID_report are the addresses of a site's index and of its newest report.
func cmdGov(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gov SITES CONFIG")
	}
	var o fakegov.Options
	ts.Check(yaml.Unmarshal([]byte(ts.ReadFile(args[0])), &o))
	gov, err := fakegov.Start(o)
	ts.Check(err)
	ts.Defer(func() { gov.Close() })
	ts.Value(villageKey{}).(*village).gov = gov
	config := ts.ReadFile(args[1]) + "sites:\n"
	for _, c := range gov.Columns() {
		config += fmt.Sprintf("  - {id: %s, name: %s, index: [%q], allow_private: true}\n", c.ID, c.Name, c.Index[0])
		ts.Setenv(c.ID+"_index", c.Index[0])
		if reports := gov.Site(c.ID).Reports(); len(reports) > 0 {
			ts.Setenv(c.ID+"_report", reports[0].URL)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(config), 0o644))
}

// fail SITE URL KIND [EVERY] makes a page fail; see fakegov.FaultKind.
func cmdFail(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fail SITE URL KIND [EVERY]")
	}
	fault := fakegov.Fault{Kind: fakegov.FaultKind(args[2])}
	if len(args) > 3 {
		every, err := time.ParseDuration(args[3])
		ts.Check(err)
		fault.Every = every
	}
	u, err := url.Parse(args[1])
	ts.Check(err)
	govOf(ts).Site(args[0]).Fail(u.RequestURI(), fault)
}

// asked SITE WHAT N demands how many requests a site had since the last call:
// all, conditional, or repeated ones (the same address again).
func cmdAsked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: asked SITE all|conditional|repeated N")
	}
	log := &govOf(ts).Site(args[0]).Log
	n := 0
	switch args[1] {
	case "all":
		n = log.Len()
	case "conditional":
		n = log.Conditional()
	case "repeated":
		for _, times := range log.Counts() {
			n += times - 1
		}
	default:
		ts.Fatalf("asked: unknown %q", args[1])
	}
	if strconv.Itoa(n) != args[2] {
		ts.Fatalf("%s was asked %d times (%s), want %s: %v", args[0], n, args[1], args[2], log.Counts())
	}
}

// column SITE PATTERN demands that the summary in the last line of stdout says
// so of the site's column: verdict and evidence match the pattern.
func cmdColumn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: column SITE PATTERN")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	out := strings.TrimSpace(ts.ReadFile("stdout"))
	var s crawler.Summary
	ts.Check(json.Unmarshal([]byte(out[strings.LastIndex(out, "\n")+1:]), &s))
	for _, c := range s.Columns {
		if c.Site == args[0] {
			if said := c.Verdict + " " + c.Evidence; !pattern.MatchString(said) {
				ts.Fatalf("column of %s: %q does not match %q", c.Site, said, pattern)
			}
			return
		}
	}
	ts.Fatalf("no column of %s in the summary", args[0])
}

// keep FILE URL puts a report that came from an address into a corpus, which is
// made when there is none.
func cmdKeep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep FILE URL")
	}
	st, err := store.OpenOrCreate(ts.MkAbs(args[0]), store.Options{})
	ts.Check(err)
	ts.Check(st.Update(context.Background(), func(tx *store.Tx) error {
		d, err := tx.PutSnapshot([]byte("a page"))
		if err != nil {
			return err
		}
		_, _, err = tx.PutReport(store.Report{ID: "3f2a91c0d4e7", URL: args[1], Digest: d, Organ: "某县人民政府", Year: 2019, Body: []byte("{}")})
		return err
	}))
}

// lease FILE lets this process run a crawl on the corpus until the script ends.
func cmdLease(ts *testscript.TestScript, neg bool, args []string) {
	st, err := store.Open(ts.MkAbs(args[0]), store.Options{Program: "the night run"})
	ts.Check(err)
	release, err := st.AcquireRun(context.Background(), "crawl")
	ts.Check(err)
	ts.Defer(release)
}

// hold FILE lets this process write to the corpus until the script ends.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	st, err := store.Open(ts.MkAbs(args[0]), store.Options{Program: "the night run"})
	ts.Check(err)
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- st.Update(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	ts.Defer(func() {
		close(release)
		if err := <-done; err != nil {
			ts.Logf("hold: %v", err)
		}
	})
}

// newformat FILE makes a corpus say that a later program wrote it.
func cmdNewFormat(ts *testscript.TestScript, neg bool, args []string) {
	db, err := bolt.Open(ts.MkAbs(args[0]), 0o644, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("gongkai")).Put([]byte("format"), []byte("99"))
	}))
	ts.Check(db.Close())
}

// tmpfs SIZE DIR mounts an empty file system of a size until the script ends.
func cmdTmpfs(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(mountTmpfs(dir, "size="+args[0]))
	ts.Defer(func() {
		if err := unmount(dir); err != nil {
			ts.Logf("unmount: %v", err)
		}
	})
}

// readonly DIR makes a file system of tmpfs one to read only.
func cmdReadonly(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(remountReadOnly(ts.MkAbs(args[0])))
}
