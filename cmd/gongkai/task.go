package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// taskProgress shows how far long work is: a line that moves on a terminal, a
// plain line now and then elsewhere. It is for one goroutine at a time.
type taskProgress struct {
	t    *terminal
	now  func() time.Time
	bar  *progressbar.ProgressBar // nil without a terminal
	last time.Time                // of a plain line
}

func (t *terminal) newTask(now func() time.Time) *taskProgress {
	p := &taskProgress{t: t, now: now, last: now()}
	if t.live {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(t.err), progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish())
	}
	return p
}

// at says how far the work is.
func (p *taskProgress) at(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if p.bar != nil {
		p.bar.Describe(line)
		if err := p.bar.Add(1); err != nil {
			p.bar = nil // the terminal went away: say no more
		}
		return
	}
	if now := p.now(); now.Sub(p.last) >= plainEvery {
		p.last = now
		p.t.note("%s", line)
	}
}

func (p *taskProgress) close() {
	if p.bar != nil {
		_ = p.bar.Finish() // cosmetic
	}
}
