package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"gongkai/crawler"
)

// crawlProgress shows how far a crawl is: a line that moves on a terminal, a
// plain line now and then elsewhere. It is the writer of the log, too, so that
// the two do not write into each other's lines.
type crawlProgress struct {
	w   io.Writer
	now func() time.Time

	mu     sync.Mutex
	bar    *progressbar.ProgressBar // nil without a terminal
	last   time.Time                // of a plain line
	status crawler.Status
}

// plainEvery is how often a crawl without a terminal says how far it is.
const plainEvery = 30 * time.Second

func newCrawlProgress(w io.Writer, live bool, now func() time.Time) *crawlProgress {
	p := &crawlProgress{w: w, now: now, last: now()}
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

// Update takes the latest status.
func (p *crawlProgress) Update(s crawler.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = s
	if p.bar != nil {
		p.bar.Describe(p.line())
		if err := p.bar.Add(1); err != nil {
			p.bar = nil // the terminal went away: say no more
		}
		return
	}
	if now := p.now(); now.Sub(p.last) >= plainEvery {
		p.last = now
		fmt.Fprintf(p.w, "gongkai: %s\n", p.line())
	}
}

func (p *crawlProgress) line() string {
	s := p.status
	return fmt.Sprintf("%d fetched, %d reports, %d failed, %s, %d waiting", s.Fetched, s.Reports, s.Failed, humanBytes(s.Bytes), s.Queue)
}

// Write writes lines of the log above the line that moves, which comes back with
// the next Update.
func (p *crawlProgress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear() // cosmetic, as in close: nothing depends on it
	}
	return p.w.Write(b)
}

// close ends the line that moves.
func (p *crawlProgress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
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
