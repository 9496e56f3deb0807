package main

import (
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/store"
)

// progress shows how far long work is: a line that moves on a terminal, a plain
// line now and then elsewhere. It is the writer of the log, too, so that the two do
// not write into each other's lines.
type progress struct {
	w   io.Writer
	now func() time.Time

	mu   sync.Mutex
	bar  *progressbar.ProgressBar // nil without a terminal
	last time.Time                // of a plain line
}

// plainEvery is how often work without a terminal says how far it is.
const plainEvery = 30 * time.Second

func newProgress(w io.Writer, live bool, now func() time.Time) *progress {
	p := &progress{w: w, now: now, last: now()}
	if live {
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// say takes how far the work is by now; line is called when that is shown.
func (p *progress) say(line func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(line())
		if err := p.bar.Add(1); err != nil {
			p.bar = nil // the terminal went away: say no more
		}
		return
	}
	if now := p.now(); now.Sub(p.last) >= plainEvery {
		p.last = now
		fmt.Fprintf(p.w, "gongkai: %s\n", line())
	}
}

// Write writes lines of the log above the line that moves, which comes back with
// the next say.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear() // cosmetic, as in close: nothing depends on it
	}
	return p.w.Write(b)
}

// close ends the line that moves.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// crawlProgress is the progress of a crawl.
type crawlProgress struct{ *progress }

func newCrawlProgress(w io.Writer, live bool, now func() time.Time) *crawlProgress {
	return &crawlProgress{newProgress(w, live, now)}
}

// Update takes the latest status.
func (p *crawlProgress) Update(s crawler.Status) {
	p.say(func() string {
		return fmt.Sprintf("%d fetched, %d reports, %d failed, %s, %d waiting", s.Fetched, s.Reports, s.Failed, humanBytes(s.Bytes), s.Queue)
	})
}

// importProgress shows how far an import is.
func importProgress(p *progress) func(corpus.ImportStatus) {
	return func(s corpus.ImportStatus) {
		p.say(func() string {
			where := filepath.Base(s.File)
			if s.Size > 0 {
				where = fmt.Sprintf("%s %d %%", where, 100*s.Offset/s.Size)
			}
			return fmt.Sprintf("%d files, %d pages, %d reports, %d failed, in %s", s.Files, s.Records, s.Reports, s.Failures, where)
		})
	}
}

// exportProgress shows how far an export is.
func exportProgress(p *progress) func(reports, figures int) {
	return func(reports, figures int) {
		p.say(func() string { return fmt.Sprintf("%d reports, %d figures", reports, figures) })
	}
}

// bytesProgress shows how many of how many bytes are done.
func bytesProgress(p *progress, what string) store.Progress {
	return func(done, total int64) {
		p.say(func() string { return fmt.Sprintf("%s: %s of %s", what, humanBytes(done), humanBytes(total)) })
	}
}

func humanBytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, suffix := float64(n)/unit, 0
	for value >= unit && suffix < 3 {
		value /= unit
		suffix++
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGT"[suffix])
}
