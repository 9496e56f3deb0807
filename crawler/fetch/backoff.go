package fetch

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Backoff says when a failed request is tried again. It is pure: the same
// attempt of the same URL gives the same time. The zero value tries 3 times,
// after 1, 3 and 9 seconds.
type Backoff struct {
	First  time.Duration // pause before the first retry; default 1s
	Factor float64       // growth of the pause; default 3
	Max    time.Duration // greatest pause; default 10m
	Tries  int           // how many retries; default 3, negative none
	Jitter float64       // greatest share a pause is stretched by; default 0
	Seed   uint64        // of the jitter
}

// Next says when to try again after attempt failures in a row (1 after the
// first), the last of which was err; ok is false when there is nothing to hope
// for. A time that the server or the pace names wins, and a put-off request has
// not failed.
func (b Backoff) Next(now time.Time, attempt int, err error) (at time.Time, ok bool) {
	if !Retryable(err) {
		return time.Time{}, false
	}
	var deferred *DeferredError
	var robots *RobotsDeferError
	switch {
	case errors.As(err, &robots):
		return robots.Until, true
	case errors.As(err, &deferred):
		return deferred.Until, true
	}
	tries := b.Tries
	if tries == 0 {
		tries = 3
	}
	if attempt > tries {
		return time.Time{}, false
	}
	pause, factor, most := float64(b.First), b.Factor, b.Max
	if pause <= 0 {
		pause = float64(time.Second)
	}
	if factor <= 0 {
		factor = 3
	}
	if most <= 0 {
		most = 10 * time.Minute
	}
	for range attempt - 1 {
		if pause *= factor; pause >= float64(most) {
			break
		}
	}
	pause = min(pause, float64(most))
	if b.Jitter > 0 {
		pause *= 1 + b.Jitter*rand.New(rand.NewPCG(b.Seed, uint64(attempt))).Float64()
	}
	at = now.Add(time.Duration(pause))
	var answer *AnswerError
	if errors.As(err, &answer) && !answer.RetryAfter.IsZero() {
		at = answer.RetryAfter // it may also be sooner
	}
	return at, true
}

// retryAfter reads the Retry-After of an answer: seconds, or a date. It is zero
// if there is none, or none that can be read or lies ahead.
func retryAfter(h http.Header, now time.Time) time.Time {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return time.Time{}
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		if n < 0 {
			return time.Time{}
		}
		return now.Add(time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return time.Time{}
	}
	// The date is by the server's clock: what counts is the distance to that.
	server, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		server = now
	}
	wait := min(at.Sub(server), maxRetryAfter)
	if wait <= 0 {
		return time.Time{}
	}
	return now.Add(wait)
}
