package document

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

var doc = []byte(ole + strings.Repeat("\x00", 504) + "W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00")

// officeStub puts a soffice on the PATH that runs a script. $in is the document,
// $OUT the file that is asked for, $profile the directory of settings.
func officeStub(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stub is a shell script")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	head := `#!/bin/sh
while [ $# -gt 0 ]; do case "$1" in
--convert-to) ext=$2; shift;; --outdir) out=$2; shift;; -env:UserInstallation=file://*) profile=${1#*file://};; esac; in=$1; shift; done
OUT=$out/document.$ext; mkdir -p "$out"
`
	if err := os.WriteFile(filepath.Join(dir, "soffice"), []byte(head+script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestReadLegacy(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.docx")
	if err := os.WriteFile(good, docx(t, wp(wt("正文"))), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, script string
		want         string // the text, or part of the error
	}{
		{"it converts", `grep -q DisableMacrosExecution "$profile/user/registrymodifications.xcu" && cp ` + good + ` "$OUT"`, "p 正文\np 脚注\n"},
		{"it gets the bytes", `[ "$(head -c 4 "$in" | od -An -tx1)" = " d0 cf 11 e0" ] && cp ` + good + ` "$OUT"`, "p 正文\np 脚注\n"},
		{"it fails", "echo no such filter >&2; exit 77", "could not convert it: exit status 77 no such filter"},
		{"it says nothing went wrong", "echo Error: source file could not be loaded", "could not convert it: Error: source file could not be loaded"},
		{"it writes rubbish", `echo PK > "$OUT"`, "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			officeStub(t, tt.script)
			d, err := Read(context.Background(), doc, Hint{}, Limits{})
			var format *FormatError
			switch {
			case err == nil:
				if got := sketch(d); got != tt.want || d.Format != DOC {
					t.Errorf("format %s, blocks %q", d.Format, got)
				}
			case !errors.As(err, &format) || !strings.Contains(err.Error(), tt.want):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestReadLegacyWithoutLibreOffice(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for f := range legacy {
		_, err := readers[f](context.Background(), doc, Hint{}, Limits{})
		var format *FormatError
		if !errors.As(err, &format) || format.Format != f || !strings.Contains(format.Why, "PATH") {
			t.Errorf("%s: error %v", f, err)
		}
	}
}

func TestReadLegacyStopsWithItsContext(t *testing.T) {
	officeStub(t, "sleep 100 & wait")
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Read(ctx, doc, Hint{}, Limits{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestReadMHTML(t *testing.T) {
	archive := func(encoding, body string) []byte {
		return []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"--=b\"\r\n\r\n----=b\r\nContent-Type: image/png\r\n\r\nx\r\n----=b\r\n" +
			"Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + body + "\r\n----=b--\r\n")
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"quoted-printable", archive("quoted-printable", "<p>=B9=AB=BF=AA12=\r\n3</p>"), "p 公开123\n"},
		{"base64", archive("base64", "PHA+uau/qjEyMzwvcD4="), "p 公开123\n"},
		{"a page inside of parts", []byte("From: <Saved by Blink>\r\nSubject: nb\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=\"a\"\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n" +
			"--c\r\nContent-Type: text/plain\r\n\r\nx\r\n--c\r\nContent-Type: Text/HTML; charset=gbk\r\n\r\n<p>\xb9\xab\xbf\xaa123</p>\r\n--c--\r\n--a--\r\n"), "p 公开123\n"},
		{"as it is", archive("8bit", "<p>\xb9\xab\xbf\xaa123</p>"), "p 公开123\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Read(context.Background(), tt.in, Hint{Name: "nb.doc"}, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := sketch(d); got != tt.want || d.Format != MHTML || d.Charset.Name != "gb18030" {
				t.Errorf("format %s, charset %+v, blocks %q", d.Format, d.Charset, got)
			}
		})
	}
	for _, in := range []string{
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n--x--\n",
		"MIME-Version: 1.0\nContent-Type: multipart/\n\n",
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
	} {
		var format *FormatError
		if _, err := Read(context.Background(), []byte(in), Hint{}, Limits{}); !errors.As(err, &format) || format.Format != MHTML {
			t.Errorf("%q gives %v", in, err)
		}
	}
}
