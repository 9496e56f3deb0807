package main

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"gongkai/crawler"
)

// crawlProgress shows how far a crawl is: a line that moves on a terminal, a
// plain line now and then elsewhere.
type crawlProgress struct {
	mu     sync.Mutex
	bar    *progressbar.ProgressBar
	w      io.Writer
	last   time.Time
	every  time.Duration
	now    func() time.Time
	status crawler.Status
}

// plainEvery is how often a crawl without a terminal says how far it is.
const plainEvery = 30 * time.Second

func newCrawlProgress(w io.Writer) *crawlProgress {
	p := &crawlProgress{w: w, every: plainEvery, now: time.Now}
	if isTerminal(w) {
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	p.last = p.now()
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
	if now := p.now(); now.Sub(p.last) >= p.every {
		p.last = now
		fmt.Fprintf(p.w, "gongkai: %s\n", p.line())
	}
}

func (p *crawlProgress) line() string {
	s := p.status
	return fmt.Sprintf("%d fetched, %d reports, %d failed, %s, %d waiting", s.Fetched, s.Reports, s.Failed, humanBytes(s.Bytes), s.Queue)
}

// close ends the line that moves.
func (p *crawlProgress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish() // cosmetic: nothing depends on it
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

// newLogger writes structured lines to stderr: text or json. On a terminal only
// what needs attention, unless asked for more.
func newLogger(w io.Writer, o crawlOptions) *slog.Logger {
	h := &slog.HandlerOptions{Level: slog.LevelInfo}
	switch {
	case o.verbose:
		h.Level = slog.LevelDebug
	case o.quiet || isTerminal(w):
		h.Level = slog.LevelWarn
	}
	if o.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, h))
	}
	return slog.New(slog.NewTextHandler(w, h))
}
