package fetch

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// ScopeError says that the URL lies outside the scope of its site. Nothing was asked.
type ScopeError struct {
	URL  string
	From string // the URL that redirected to it, if any
	Why  error
}

func (e *ScopeError) Error() string {
	if e.From != "" {
		return fmt.Sprintf("%s: redirect from %s leaves the scope: %v (add the host to allow_hosts if it belongs to the site)", e.URL, e.From, e.Why)
	}
	return fmt.Sprintf("%s: out of scope: %v", e.URL, e.Why)
}

func (e *ScopeError) Unwrap() error { return e.Why }

// BlockedAddressError says that the host's address is not on the public internet.
// Nothing was sent.
type BlockedAddressError struct {
	URL  string
	Addr string
	Why  string // loopback, private, link-local …
	// Private is whether Policy.AllowPrivate would let it pass.
	Private bool
}

func (e *BlockedAddressError) Error() string {
	hint := ""
	if e.Private {
		hint = " (allow_private lets a site live there)"
	}
	return fmt.Sprintf("%s: address %s is %s and may not be asked%s", e.URL, e.Addr, e.Why, hint)
}

// RedirectError says that the redirects of a fetch lead nowhere.
type RedirectError struct {
	URL    string
	Target string
	Why    string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s: redirect to %s not followed: %s", e.URL, e.Target, e.Why)
}

// RobotsError says that robots.txt of the host forbids the URL. Nothing was asked.
type RobotsError struct {
	URL  string
	Rule string // the line that decided
}

func (e *RobotsError) Error() string {
	return fmt.Sprintf("%s: robots.txt says %q", e.URL, e.Rule)
}

// RobotsDeferError says that robots.txt of the host can't be read now, so that nothing of
// the host may be asked before Until.
type RobotsDeferError struct {
	URL   string // of the robots.txt
	Until time.Time
	Err   error // why: an error of this package, which names the URL
}

func (e *RobotsDeferError) Error() string {
	return fmt.Sprintf("host left alone until %s, as its robots.txt can't be read: %v", e.Until.Format(time.RFC3339), e.Err)
}

func (e *RobotsDeferError) Unwrap() error { return e.Err }

// DeferredError says that it is not this host's turn before Until. Nothing was asked, and
// the attempt does not count.
type DeferredError struct {
	URL   string
	Until time.Time
	Why   string
}

func (e *DeferredError) Error() string {
	return fmt.Sprintf("%s: put off until %s: %s", e.URL, e.Until.Format(time.RFC3339), e.Why)
}

// HostBlockedError says that the host was found to turn us away, and is left alone for the
// life of the transport, which is one run. Nothing was asked.
type HostBlockedError struct {
	URL string
	// Verdict and Evidence are those of the answer that decided.
	Verdict  string
	Evidence string
	Since    time.Time
}

func (e *HostBlockedError) Error() string {
	return fmt.Sprintf("%s: not asked: the host is left alone since %s: %s: %s", e.URL, e.Since.Format(time.RFC3339), e.Verdict, e.Evidence)
}

// BudgetError says that a budget of the run or the site is spent. Nothing was asked.
type BudgetError struct {
	URL    string
	Budget string
	Limit  string
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("%s: not asked: the budget of %s is spent: %s", e.URL, e.Budget, e.Limit)
}

// BodyTooLargeError says that the body is longer than Policy.MaxBody. Nothing of it is
// kept.
type BodyTooLargeError struct {
	URL      string
	Limit    int64
	Declared int64  // Content-Length, or -1
	Encoding string // set when the body broke the limit while this was undone
}

func (e *BodyTooLargeError) Error() string {
	what := "body"
	if e.Encoding != "" {
		what = e.Encoding + " body, unpacked,"
	} else if e.Declared > 0 {
		what = fmt.Sprintf("body of %d bytes", e.Declared)
	}
	return fmt.Sprintf("%s: %s exceeds the limit of %d bytes (limits.body raises it)", e.URL, what, e.Limit)
}

// EncodingError says that the body is not what its Content-Encoding says, or the encoding
// was not asked for and can't be undone. Hop.Body has the bytes.
type EncodingError struct {
	URL      string
	Encoding string
	Err      error
}

func (e *EncodingError) Error() string {
	return fmt.Sprintf("%s: content encoding %q can't be undone: %v", e.URL, e.Encoding, e.Err)
}

func (e *EncodingError) Unwrap() error { return e.Err }

// TimeoutError says that the answer did not end within its deadline, or came too slowly
// to.
type TimeoutError struct {
	URL   string
	After time.Duration
	Got   int64 // bytes of the body that had come
	Slow  bool  // given up before the deadline: hardly a byte came
	// Begun is whether the header of an answer had come.
	Begun bool
}

func (e *TimeoutError) Error() string {
	switch {
	case e.Slow:
		return fmt.Sprintf("%s: body too slow: %d bytes in %s", e.URL, e.Got, e.After)
	case e.Begun:
		return fmt.Sprintf("%s: body not complete after %s: %d bytes came (pace.timeout raises the limit)", e.URL, e.After, e.Got)
	}
	return fmt.Sprintf("%s: no answer after %s (pace.timeout raises the limit)", e.URL, e.After)
}

// Timeout makes it a net.Error's kind.
func (e *TimeoutError) Timeout() bool { return true }

// NetError says that the connection could not be made or broke.
type NetError struct {
	URL string
	// Phase is dns, dial, tls, headers or body.
	Phase string
	Err   error
}

func (e *NetError) Error() string {
	hint := ""
	if e.Phase == "tls" {
		hint = " (insecure_tls accepts a broken certificate or an old protocol for one site, and records it)"
	}
	return fmt.Sprintf("%s: %s failed: %v%s", e.URL, e.Phase, e.Err, hint)
}

func (e *NetError) Unwrap() error { return e.Err }

// AnswerError says that the server answered, but not with what was asked for.
type AnswerError struct {
	URL    string
	Status int
	// Verdict and Evidence are those of Classify.
	Verdict  string
	Evidence string
	// RetryAfter is when the server wants to be asked again; zero if it did not say.
	RetryAfter time.Time
}

func (e *AnswerError) Error() string {
	s := fmt.Sprintf("%s: %s (status %d %s)", e.URL, e.Verdict, e.Status, http.StatusText(e.Status))
	if e.Evidence != "" {
		s += ": " + e.Evidence
	}
	return s
}

// Outcome is the verdict of a fetch that ended in err, in the words of the run
// summary; empty for nil.
func Outcome(err error) string {
	switch e := cause(err).(type) {
	case nil:
		if err != nil {
			return "failed"
		}
		return ""
	case *RobotsError:
		return "robots"
	case *RobotsDeferError:
		// Where robots.txt fails like everything else the host is blocked or out of
		// reach, which says more.
		if o := Outcome(e.Err); strings.HasPrefix(o, "blocked:") || strings.HasPrefix(o, "unreachable:") {
			return o
		}
		return "robots:deferred"
	case *AnswerError:
		return e.Verdict
	case *HostBlockedError:
		return e.Verdict
	case *DeferredError:
		return "partial:deferred"
	case *BudgetError:
		return "partial:budget"
	case *interruptedError:
		return "partial:interrupted"
	case *ScopeError:
		return "failed:scope"
	case *BlockedAddressError:
		return "failed:address"
	case *RedirectError:
		return "failed:redirect"
	case *BodyTooLargeError:
		return "failed:too-large"
	case *EncodingError:
		return "failed:encoding"
	case *TimeoutError:
		if e.Begun {
			return "failed:timeout"
		}
		return "unreachable:timeout"
	case *NetError:
		switch e.Phase {
		case "dns", "dial", "tls":
			return "unreachable:" + e.Phase
		}
		return "failed:" + e.Phase
	}
	return "failed"
}

// Retryable says whether the same request may succeed later in the run,
// unchanged. Backoff says when.
func Retryable(err error) bool {
	switch e := cause(err).(type) {
	case *DeferredError, *TimeoutError:
		return true
	case *RobotsDeferError:
		return Retryable(e.Err)
	case *AnswerError:
		return e.temporary()
	case *EncodingError:
		return errors.Is(e.Err, errCut)
	case *BodyTooLargeError:
		return false
	case *NetError:
		return !e.permanent()
	}
	return false
}

// Postponed says that nothing is wrong with the URL: it was not its turn, or not
// its day. The URL stays to be fetched, and the attempt does not count.
func Postponed(err error) bool {
	switch cause(err).(type) {
	case *DeferredError, *RobotsDeferError, *HostBlockedError, *BudgetError, *interruptedError:
		return true
	}
	return false
}

// cause is the outermost error of this package in the chain of err, for a type
// switch; nil if there is none.
func cause(err error) any {
	for ; err != nil; err = errors.Unwrap(err) {
		switch any(err).(type) {
		case *ScopeError, *BlockedAddressError, *RedirectError, *RobotsError, *RobotsDeferError,
			*DeferredError, *HostBlockedError, *BudgetError, *BodyTooLargeError, *EncodingError,
			*TimeoutError, *NetError, *AnswerError, *interruptedError:
			return err
		}
	}
	return nil
}

// temporary says whether the answer is of the kind that passes by itself.
func (e *AnswerError) temporary() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// permanent says whether the error will be the same in an hour: a name that does
// not exist, a certificate that does not hold.
func (e *NetError) permanent() bool {
	if dns, ok := errors.AsType[*net.DNSError](e.Err); ok {
		return dns.IsNotFound
	}
	_, unverified := errors.AsType[*tls.CertificateVerificationError](e.Err)
	return unverified
}
