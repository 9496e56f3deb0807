package fakegov

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one request that a site received.
type Request struct {
	Start  time.Time
	Method string
	// Path is path and query as sent.
	Path string
	// Body is the form of a POST.
	Body string
	// Header has the request's headers.
	Header http.Header
	// Status is the answer's, 0 while there is none and when the connection was
	// cut before one.
	Status int
	// Bytes is the size of the body sent.
	Bytes int64
	// InFlight counts the requests the site was answering when this one came,
	// this one included.
	InFlight int
	// Done is set once the answer ended.
	Done bool
}

// Conditional tells whether the request asks for a body only if it changed.
func (r Request) Conditional() bool {
	return r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""
}

// Log is what a site remembers of its visitors. It is safe for use by several
// goroutines.
type Log struct {
	mu       sync.Mutex
	requests []*Request
	inFlight int
}

func (l *Log) begin(start time.Time, r *http.Request, body string) *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight++
	entry := &Request{Start: start, Method: r.Method, Path: r.RequestURI, Body: body, Header: r.Header.Clone(), InFlight: l.inFlight}
	l.requests = append(l.requests, entry)
	return entry
}

func (l *Log) end(entry *Request, status int, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	entry.Status, entry.Bytes, entry.Done = status, bytes, true
}

// Requests returns the requests so far, in the order in which they came.
func (l *Log) Requests() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Request, len(l.requests))
	for i, r := range l.requests {
		out[i] = *r
	}
	return out
}

// Len is the number of requests so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.requests)
}

// Reset forgets the requests so far.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = nil
}

// Counts are the requests by path and query.
func (l *Log) Counts() map[string]int {
	out := make(map[string]int)
	for _, r := range l.Requests() {
		out[r.Path]++
	}
	return out
}

// Count is the number of requests for one path; a trailing * stands for any
// rest.
func (l *Log) Count(path string) (n int) {
	for _, r := range l.Requests() {
		if match(path, r.Path) {
			n++
		}
	}
	return n
}

// Statuses are the answers by status.
func (l *Log) Statuses() map[int]int {
	out := make(map[int]int)
	for _, r := range l.Requests() {
		out[r.Status]++
	}
	return out
}

// MaxInFlight is the greatest number of requests the site was answering at once.
func (l *Log) MaxInFlight() (most int) {
	for _, r := range l.Requests() {
		most = max(most, r.InFlight)
	}
	return most
}

// MinGap is the shortest time from the start of one request to the start of the
// next, and 0 with fewer than two requests.
func (l *Log) MinGap() time.Duration {
	requests := l.Requests()
	if len(requests) < 2 {
		return 0
	}
	gap := requests[1].Start.Sub(requests[0].Start)
	for i, r := range requests[1:] {
		gap = min(gap, r.Start.Sub(requests[i].Start))
	}
	return gap
}

// Conditional counts the requests that ask for a body only if it changed.
func (l *Log) Conditional() (n int) {
	for _, r := range l.Requests() {
		if r.Conditional() {
			n++
		}
	}
	return n
}

// UserAgents are the distinct user agents, sorted.
func (l *Log) UserAgents() []string {
	var out []string
	for _, r := range l.Requests() {
		out = append(out, r.Header.Get("User-Agent"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Bytes is the size of all bodies sent.
func (l *Log) Bytes() (n int64) {
	for _, r := range l.Requests() {
		n += r.Bytes
	}
	return n
}

// match tells whether a path with query fits a pattern: a path with query, a
// path without (any query then), or a beginning followed by *.
func match(pattern, path string) bool {
	if rest, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path, rest)
	}
	if pattern == path {
		return true
	}
	bare, _, _ := strings.Cut(path, "?")
	return pattern == bare
}
