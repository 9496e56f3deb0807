// Package fetch is the one http.RoundTripper chain that every request of a crawl
// goes through: scope, robots.txt, pace, address guard, deadline, retry hints and
// the recording of the raw bytes. It promises that no request leaves the
// configured scope, that no address check is skipped on a redirect, that no host
// sees more than its pace, and that bytes are kept exactly as they came.
package fetch

import (
	"net/http"
	"net/url"
	"time"
)

// HeaderID names the private request header that ties a request made through
// Colly to its Exchange. The transport strips it: it never reaches the wire.
const HeaderID = "X-Gongkai-Fetch"

// Options for New; zero values mean the defaults named.
type Options struct {
	UserAgent string
	// Now and the like are injected for tests.
	Now func() time.Time
	// Robots keeps robots.txt answers between runs; nil keeps them in memory.
	Robots RobotsCache
}

// RobotsCache is what the transport needs to remember robots.txt of a host.
type RobotsCache interface {
	Robots(host string) (body []byte, status int, fetched time.Time, ok bool)
	PutRobots(host string, body []byte, status int, fetched time.Time) error
}

// Policy is what one fetch may do.
type Policy struct {
	// Scope says whether a URL may be asked; it is called for the first request,
	// for every redirect and gives the reason when not.
	Scope func(*url.URL) error
	// Every, Burst: pace of the host. Timeout: deadline of each hop.
	Every   time.Duration
	Burst   int
	Timeout time.Duration
	// MaxBody bounds the body; a longer one is a *BodyTooLargeError.
	MaxBody      int64
	InsecureTLS  bool
	AllowPrivate bool
	IgnoreRobots bool // robots.txt itself
}

// Exchange is what happened to one fetch, all hops.
type Exchange struct {
	ID   string
	Hops []Hop // the last is the answer
}

// Hop is one request and its answer.
type Hop struct {
	URL    string
	Status int
	Header http.Header // as received, before any decoding
	Peer   string      // address of the server
	Start  time.Time
	Took   time.Duration
	// Body is the raw body as it came, Content-Encoding not undone.
	Body []byte
	// Decoded is Body with the Content-Encoding undone (same slice when none).
	Decoded []byte
	Err     error
}
