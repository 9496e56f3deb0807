package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gongkai/crawler"
)

// Without a terminal there is a plain line every half minute, not one an update.
func TestPlainProgress(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 1, 20, 2, 0, 0, 0, time.UTC)
	p := newCrawlProgress(&out, false, func() time.Time { return now })
	for i := range 100 {
		p.Update(crawler.Status{Fetched: i, Reports: i / 2, Failed: 1, Bytes: int64(i) << 20, Queue: 100 - i})
		now = now.Add(time.Second)
	}
	p.close()
	want := `gongkai: 30 fetched, 15 reports, 1 failed, 30.0 MiB, 70 waiting
gongkai: 60 fetched, 30 reports, 1 failed, 60.0 MiB, 40 waiting
gongkai: 90 fetched, 45 reports, 1 failed, 90.0 MiB, 10 waiting
`
	if out.String() != want {
		t.Errorf("progress:\n%swant:\n%s", out.String(), want)
	}
}

// On a terminal one line moves; the log stands above it in lines of its own, and
// nothing of it is left at the end.
func TestLiveProgress(t *testing.T) {
	var out bytes.Buffer
	p := newCrawlProgress(&out, true, time.Now)
	log := newLogger(p, logOptions{}, true)
	p.Update(crawler.Status{Fetched: 1, Queue: 2})
	log.Warn("fetched", "url", "http://a.example.cn/1", "error", errors.New("http://a.example.cn/1: status 403"))
	p.Update(crawler.Status{Fetched: 2, Queue: 1})
	p.close()
	screen := render(out.String())
	if want := "gongkai: http://a.example.cn/1: status 403\n"; screen != want {
		t.Errorf("the terminal shows %q, want %q; written was %q", screen, want, out.String())
	}
	if !strings.Contains(out.String(), "1 fetched, 0 reports, 0 failed, 0 B, 2 waiting") {
		t.Errorf("no line that moves in %q", out.String())
	}
}

// render is what a terminal shows in the end, as far as lines go: \r returns to
// the beginning of the line, and what is written there replaces what was.
func render(s string) string {
	var lines []string
	for _, line := range strings.Split(strings.ReplaceAll(s, "\x1b[K", ""), "\n") {
		var cells []rune
		at := 0
		for _, r := range line {
			if r == '\r' {
				at = 0
				continue
			}
			if at == len(cells) {
				cells = append(cells, ' ')
			}
			cells[at] = r
			at++
		}
		lines = append(lines, strings.TrimRight(string(cells), " "))
	}
	return strings.Join(lines, "\n")
}

// The log for a person: what needs attention, one line each, with its place once.
func TestAttention(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(&out, logOptions{}, true).With("run", "2026-01-20T02:00:00Z")
	log.Info("fetched", "url", "http://a.example.cn/1")
	log.Warn("fetched", "site", "a", "url", "http://a.example.cn/2", "error", errors.New("http://a.example.cn/2: status 404"))
	log.Warn("host blocked", "host", "a.example.cn:80", "why", "blocked:403: status 403")
	log.Warn("no report any more", "site", "a", "url", "http://a.example.cn/3", "report", "3f2a", "reason", "notice")
	want := `gongkai: http://a.example.cn/2: status 404
gongkai: host blocked a.example.cn:80: blocked:403: status 403
gongkai: no report any more http://a.example.cn/3: notice
`
	if out.String() != want {
		t.Errorf("log:\n%swant:\n%s", out.String(), want)
	}
}

// The form of the log is what was asked for, else what suits stderr.
func TestLoggerForm(t *testing.T) {
	for _, tc := range []struct {
		options logOptions
		brief   bool
		info    string // the beginning of a line at level info, empty for none
	}{
		{logOptions{}, false, "time="},
		{logOptions{}, true, ""},
		{logOptions{verbose: true}, true, "time="},
		{logOptions{format: "text"}, true, "time="},
		{logOptions{format: "json"}, true, `{"time":`},
		{logOptions{format: "json"}, false, `{"time":`},
	} {
		var out bytes.Buffer
		log := newLogger(&out, tc.options, tc.brief)
		log.Info("fetched")
		if got := out.String(); !strings.HasPrefix(got, tc.info) || tc.info == "" && got != "" {
			t.Errorf("%+v, brief %v: %q, want %q", tc.options, tc.brief, got, tc.info)
		}
		if got := log.Enabled(t.Context(), slog.LevelDebug); got != tc.options.verbose {
			t.Errorf("%+v: debug is %v", tc.options, got)
		}
	}
}

func TestHumanBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 30: "3.0 GiB", 7 << 40: "7.0 TiB", 4 << 50: "4096.0 TiB",
	} {
		if got := humanBytes(n); got != want {
			t.Errorf("humanBytes(%d) = %q, want %q", n, got, want)
		}
	}
}
