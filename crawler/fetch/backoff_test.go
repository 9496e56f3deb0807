package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

func TestBackoff(t *testing.T) {
	broken := &NetError{URL: "u", Phase: "dial", Err: errors.New("connection refused")}
	busy := func(after time.Duration) error {
		e := &AnswerError{URL: "u", Status: 503}
		if after > 0 {
			e.RetryAfter = noon.Add(after)
		}
		return fmt.Errorf("in the crawler: %w", e)
	}
	const never = -1
	for _, c := range []struct {
		name    string
		backoff Backoff
		attempt int
		err     error
		want    time.Duration
	}{
		{"first", Backoff{}, 1, broken, time.Second},
		{"second", Backoff{}, 2, broken, 3 * time.Second},
		{"third", Backoff{}, 3, broken, 9 * time.Second},
		{"enough", Backoff{}, 4, broken, never},
		{"more tries", Backoff{Tries: 9}, 9, broken, 10 * time.Minute},
		{"none", Backoff{Tries: -1}, 1, broken, never},
		{"other measures", Backoff{First: time.Minute, Factor: 2, Max: 3 * time.Minute}, 3, broken, 3 * time.Minute},
		{"503", Backoff{}, 1, busy(0), time.Second},
		{"503 with Retry-After", Backoff{}, 1, busy(5 * time.Minute), 5 * time.Minute},
		{"503 that says sooner", Backoff{}, 3, busy(2 * time.Second), 2 * time.Second},
		{"503 too often", Backoff{}, 4, busy(time.Minute), never},
		{"deferred does not count", Backoff{}, 99, &DeferredError{Until: noon.Add(time.Hour)}, time.Hour},
		{"robots unreadable does not count", Backoff{}, 99, &RobotsDeferError{Until: noon.Add(time.Hour), Err: broken}, time.Hour},
		{"hopeless", Backoff{}, 1, &ScopeError{URL: "u", Why: errNoHost}, never},
		{"success", Backoff{}, 1, nil, never},
	} {
		at, ok := c.backoff.Next(noon, c.attempt, c.err)
		switch {
		case c.want == never && ok:
			t.Errorf("%s: again after %v", c.name, at.Sub(noon))
		case c.want != never && (!ok || at.Sub(noon) != c.want):
			t.Errorf("%s: %v, %v; want %v", c.name, at.Sub(noon), ok, c.want)
		}
	}

	// Jitter spreads the URLs, and is the same for the same seed.
	seen := map[time.Time]bool{}
	for seed := range uint64(50) {
		b := Backoff{Jitter: 0.5, Seed: seed}
		at, _ := b.Next(noon, 2, broken)
		again, _ := b.Next(noon, 2, broken)
		if d := at.Sub(noon); d < 3*time.Second || d > 4500*time.Millisecond || !at.Equal(again) {
			t.Errorf("seed %d: %v and %v", seed, d, again.Sub(noon))
		}
		seen[at] = true
	}
	if len(seen) < 40 {
		t.Errorf("only %d times for 50 seeds", len(seen))
	}
}

func TestRetryAfter(t *testing.T) {
	const none = -1
	date := func(d time.Duration) string { return noon.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", none},
		{"120", "", 2 * time.Minute},
		{" 7 ", "", 7 * time.Second},
		{"0", "", 0},
		{"-5", "", none},
		{"soon", "", none},
		{"99999999", "", maxRetryAfter},
		{"999999999999999999999", "", none},
		{date(time.Hour), "", time.Hour},
		{date(-time.Hour), "", none},
		{date(48 * time.Hour), "", maxRetryAfter},
		// The server's clock is three hours slow: it asks for ten minutes.
		{date(-3*time.Hour + 10*time.Minute), date(-3 * time.Hour), 10 * time.Minute},
		{date(time.Hour), "no date", time.Hour},
	} {
		h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		got := retryAfter(h, noon)
		if c.want == none && !got.IsZero() || c.want != none && got.Sub(noon) != c.want {
			t.Errorf("%q, Date %q: %v, want %v", c.value, c.date, got, c.want)
		}
	}
}

// Every error has one verdict, and says what can be done about it.
func TestErrorsAreClassified(t *testing.T) {
	dial := &NetError{URL: "u", Phase: "dial", Err: errors.New("refused")}
	noName := &NetError{URL: "u", Phase: "dns", Err: &net.DNSError{IsNotFound: true}}
	for _, c := range []struct {
		err              error
		outcome          string
		retry, postponed bool
	}{
		{nil, "", false, false},
		{errors.New("anything"), "failed", false, false},
		{&url.Error{Op: "Get", URL: "u", Err: &RobotsError{URL: "u"}}, "robots", false, false},
		{&RobotsDeferError{Err: &AnswerError{Status: 500, Verdict: "failed:500"}}, "robots:deferred", true, true},
		{&RobotsDeferError{Err: dial}, "unreachable:dial", true, true},
		{&RobotsDeferError{Err: noName}, "unreachable:dns", false, true},
		{&RobotsDeferError{Err: &BodyTooLargeError{}}, "robots:deferred", false, true},
		{&AnswerError{Status: 404, Verdict: "failed:404"}, "failed:404", false, false},
		{&AnswerError{Status: 502, Verdict: "failed:502"}, "failed:502", true, false},
		{&AnswerError{Status: 412, Verdict: "blocked:412"}, "blocked:412", false, false},
		{&HostBlockedError{Verdict: "blocked:403"}, "blocked:403", false, true},
		{&DeferredError{}, "partial:deferred", true, true},
		{&BudgetError{}, "partial:budget", false, true},
		{&interruptedError{"u", context.Canceled}, "partial:interrupted", false, true},
		{&ScopeError{Why: errNoHost}, "failed:scope", false, false},
		{&BlockedAddressError{}, "failed:address", false, false},
		{&RedirectError{}, "failed:redirect", false, false},
		{&BodyTooLargeError{}, "failed:too-large", false, false},
		{&EncodingError{Err: errCut}, "failed:encoding", true, false},
		{&EncodingError{Err: errForeign}, "failed:encoding", false, false},
		{&TimeoutError{}, "unreachable:timeout", true, false},
		{&TimeoutError{Begun: true}, "failed:timeout", true, false},
		{dial, "unreachable:dial", true, false},
		{noName, "unreachable:dns", false, false},
		{&NetError{Phase: "dns", Err: &net.DNSError{IsTemporary: true}}, "unreachable:dns", true, false},
		{&NetError{Phase: "body", Err: errors.New("reset")}, "failed:body", true, false},
	} {
		wrapped := c.err
		if wrapped != nil {
			wrapped = fmt.Errorf("fetching: %w", c.err)
		}
		for _, err := range []error{c.err, wrapped} {
			if o, r, p := Outcome(err), Retryable(err), Postponed(err); o != c.outcome || r != c.retry || p != c.postponed {
				t.Errorf("%T %v: outcome %q, retryable %v, postponed %v; want %q, %v, %v", c.err, c.err, o, r, p, c.outcome, c.retry, c.postponed)
			}
		}
	}
}
