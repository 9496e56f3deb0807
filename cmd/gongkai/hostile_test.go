package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever a file holds, extract ends soon, in bounded memory, and says what is
// wrong with it.
func TestHostileFiles(t *testing.T) {
	const page = "<html><body><h1>某县2022年政府信息公开工作年度报告</h1>"
	junk := make([]byte, 300<<10)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(junk) // never fails
	for _, tc := range []struct {
		name    string
		content string
		size    int64 // of the file, when it is greater than the content
		message string
	}{
		{"empty.html", "", 0, "no annual report: the document is empty"},
		{"junk.bin", string(junk), 0, "neither text nor of a known format"},
		{"junk.html", string(junk), 0, "neither text nor of a known format"},
		{"table.png", "\x89PNG\r\n\x1a\n" + string(junk), 0, "it is a picture"},
		{"huge.html", "", 1 << 30, "has 1073741824 bytes or more, the limit is 67108864"},
		{"large.html", page, 20 << 20, "neither text nor of a known format"},
		{"nested-tags.html", page + strings.Repeat("<div>", 1_000_000), 0, "exceeds the limit of"},
		{"nested-tables.html", page + strings.Repeat("<table><tr><td>", 300_000), 0, "exceeds the limit of"},
		{"spans.html", page + "<table><tr><td colspan=999999999 rowspan=999999999>三<td>1<tr><td colspan=999999999>2</table>", 0, "no annual report"},
		{"many-spans.html", page + "<table>" + strings.Repeat("<tr>"+strings.Repeat("<td colspan=1000 rowspan=60000>1", 20), 2000) + "</table>", 0, "exceeds the limit of"},
		{"endless-line.txt", strings.Repeat("政府信息公开年度报告", 700_000), 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), tc.name)
			if err := os.WriteFile(path, []byte(tc.content), 0o644); err != nil {
				t.Fatal(err)
			}
			if tc.size > 0 {
				if err := os.Truncate(path, tc.size); err != nil {
					t.Fatal(err)
				}
			}
			cmd := command(t, "extract", "--json", path)
			began := time.Now()
			_ = cmd.Run() // the exit code is looked at below
			took := time.Since(began)
			stderr := fmt.Sprint(cmd.Stderr)
			if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.HasPrefix(stderr, "gongkai: "+path) || !strings.Contains(stderr, tc.message) {
				t.Errorf("exit %d, %s", code, stderr)
			}
			if out := fmt.Sprint(cmd.Stdout); out != "" {
				t.Errorf("stdout has %d bytes, want nothing", len(out))
			}
			if took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			// The process begins with the memory of this one, so that the bound is not
			// tight; whoever reads a gigabyte breaks it.
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				if mib := usage.Maxrss >> 10; mib > 900 {
					t.Errorf("took %d MiB", mib)
				} else {
					t.Logf("%v, %d MiB", took.Round(time.Millisecond), mib)
				}
			}
		})
	}
}
