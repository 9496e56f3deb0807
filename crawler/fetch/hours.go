package fetch

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Hours are the times of the day at which hosts may be asked; none means always.
type Hours struct {
	spans []span
	text  string
	zone  *time.Location
}

// span is part of a day, in minutes since midnight; to may lie on the next day.
type span struct{ from, to int }

const day = 24 * 60

// ParseHours reads "22:00-06:00", or several spans with commas between. The
// clock is that of zone.
func ParseHours(s string, zone *time.Location) (Hours, error) {
	h := Hours{text: s, zone: zone}
	if strings.TrimSpace(s) == "" {
		return Hours{}, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		var a, b, c, d int
		var tail string
		part = strings.TrimSpace(part)
		if n, _ := fmt.Sscanf(part, "%d:%d-%d:%d%s", &a, &b, &c, &d, &tail); n != 4 || a < 0 || a > 24 || c < 0 || c > 24 || b < 0 || b > 59 || d < 0 || d > 59 {
			return Hours{}, fmt.Errorf("hours %q: want a span like 22:00-06:00", part)
		}
		from, to := a*60+b, c*60+d
		if from >= day || to > day {
			return Hours{}, fmt.Errorf("hours %q: a day ends at 24:00", part)
		}
		if to == from {
			return Hours{}, fmt.Errorf("hours %q: the span is empty (00:00-24:00 is the whole day)", part)
		}
		if to < from {
			to += day
		}
		h.spans = append(h.spans, span{from, to})
	}
	return h, nil
}

func (h Hours) String() string { return h.text }

// Next is the first moment, not before now, that lies within the hours.
func (h Hours) Next(now time.Time) time.Time {
	if len(h.spans) == 0 {
		return now
	}
	local := now.In(h.zone)
	minute := local.Hour()*60 + local.Minute()
	var next time.Time
	for _, s := range h.spans {
		if s.from <= minute && minute < s.to || minute+day < s.to {
			return now
		}
		at := time.Date(local.Year(), local.Month(), local.Day(), 0, s.from, 0, 0, h.zone)
		if minute >= s.from {
			at = time.Date(local.Year(), local.Month(), local.Day()+1, 0, s.from, 0, 0, h.zone)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// quiet puts requests off that come outside the hours of their policy.
type quiet struct {
	next layer
}

func (q *quiet) do(ctx context.Context, c *call) error {
	now := time.Now()
	if at := c.policy.Hours.Next(now); at.After(now) {
		return &DeferredError{URL: c.hop.URL, Until: at, Why: "outside the hours " + c.policy.Hours.String()}
	}
	return q.next.do(ctx, c)
}
