package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// How a host that struggles is treated.
const (
	maxSlowdown = 16 // times the pace
	// slowAnswer is an answer that took so long that its server is at its limits.
	slowAnswer = 10 * time.Second
	// leastPause is what slowing down starts from where the pace is nil.
	leastPause = time.Second
	maxPause   = 2 * time.Minute
	// maxCooldown caps the rest after answers that name no Retry-After, and
	// maxRetryAfter what a server may ask for.
	maxCooldown   = 30 * time.Minute
	maxRetryAfter = 24 * time.Hour
	// failuresToRest is how many requests in a row must end without an answer
	// before the host is left alone for a while.
	failuresToRest = 4
	// refusalsToStop is how many answers in a row must be a block before the host
	// is left alone for the run, and shieldsToStop how many of those that are more
	// than a status: a captcha, a firewall, a login.
	refusalsToStop = 5
	shieldsToStop  = 3
)

// tempo is how much slower than its pace a host is asked. It is pure: it knows
// no clock but what it is told.
type tempo struct {
	factor   float64 // at least 1; 0 means 1
	refusals int     // 429, 503 and blocks in a row
	failures int     // requests in a row without an answer
}

func (t *tempo) slow() bool { return t.factor > 1 }

// stretch lengthens an interval.
func (t *tempo) stretch(interval time.Duration) time.Duration {
	if !t.slow() {
		return interval
	}
	return max(interval, min(time.Duration(float64(max(interval, leastPause))*t.factor), maxPause))
}

// observe learns from one request and says how long the host is to rest, if at
// all, and why; stop says that it is to be left alone for the run.
func (t *tempo) observe(now time.Time, h *Hop, err error, cooldown time.Duration) (rest time.Duration, why string, stop bool) {
	t.factor = max(t.factor, 1)
	switch cause(err).(type) {
	case *TimeoutError, *NetError:
		t.factor = min(t.factor*2, maxSlowdown)
		if t.failures++; t.failures >= failuresToRest {
			return grow(time.Minute, t.failures-failuresToRest), fmt.Sprintf("the host did not answer %d times in a row", t.failures), false
		}
		return 0, "", false
	}
	if h.Status == 0 || h.leadsOn() {
		return 0, "", false // refused before anything was sent; or the answer is yet to come
	}
	t.failures = 0
	if h.stops {
		return 0, "", true
	}
	busy := h.Status == http.StatusTooManyRequests || h.Status == http.StatusServiceUnavailable
	turnedAway := strings.HasPrefix(h.Verdict, "blocked:")
	if !busy && !turnedAway {
		t.refusals = 0
		if h.Took > slowAnswer {
			t.factor = min(t.factor*1.5, maxSlowdown)
		} else {
			t.factor = max(t.factor*0.8, 1)
		}
		return 0, "", false
	}
	t.refusals++
	if turnedAway {
		most := refusalsToStop
		if !busy && h.Status != http.StatusForbidden {
			most = shieldsToStop
		}
		if t.refusals >= most {
			return 0, "", true
		}
	}
	if !busy && h.Status == http.StatusForbidden {
		return 0, "", false // says nothing about how often we ask
	}
	t.factor = min(t.factor*2, maxSlowdown)
	if at := retryAfter(h.Header, now); !at.IsZero() {
		return at.Sub(now), fmt.Sprintf("the host answered %d and named Retry-After", h.Status), false
	}
	return grow(cooldown, t.refusals-1), "the host answered " + h.Evidence, false
}

// grow is first × 3^n, capped.
func grow(first time.Duration, n int) time.Duration {
	d := first
	for range n {
		if d *= 3; d >= maxCooldown {
			return maxCooldown
		}
	}
	return min(d, maxCooldown)
}
