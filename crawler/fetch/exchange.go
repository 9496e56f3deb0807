package fetch

import (
	"bytes"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// acceptEncoding is what decode can undo.
const acceptEncoding = "gzip, deflate, br"

// Exchange is what happened to one fetch, all hops. It belongs to the goroutine
// that runs the fetch and may be read once the client has returned.
type Exchange struct {
	ID   string
	Hops []Hop // the last is the answer, or where it went wrong

	policy Policy
	ask    Ask
	jar    jar
	t      *Transport
}

// Hop is one request and its answer.
type Hop struct {
	Method string
	URL    string
	Status int         // 0 when no answer came
	Proto  string      // HTTP/1.1, HTTP/2.0
	Header http.Header // as received, before any decoding
	Peer   string      // address of the server
	// Start is when the request went on the wire (when it was tried, if it never
	// did); Took lasts from there to the last byte.
	Start time.Time
	Took  time.Duration
	// Body is the raw body as it came, Content-Encoding not undone.
	Body []byte
	// Bytes is how many bytes of body came, kept or not.
	Bytes int64
	// Decoded is Body with the Content-Encoding undone (same slice when none).
	Decoded []byte
	// Encoding says what was undone, and where the server misnamed it.
	Encoding string
	// TLS is the protocol version; InsecureTLS that the policy allowed a broken
	// certificate; TLSProblem what was wrong with it, empty when nothing was.
	TLS         string
	InsecureTLS bool
	TLSProblem  string
	// Location is the resolved target of a redirect.
	Location string
	// Verdict and Evidence are what the answer is by itself: see Classify.
	Verdict  string
	Evidence string
	Err      error

	stops bool // the host is to be left alone for the run
	tried bool // a connection was asked for

	arrived time.Time // when the server may have seen the request
}

// Header returns the headers to send the request with.
func (ex *Exchange) Header() http.Header {
	return http.Header{HeaderID: {ex.ID}}
}

// End forgets the fetch: no further request can be made in its name. The
// Exchange stays readable.
func (ex *Exchange) End() { ex.t.running.Delete(ex.ID) }

// Last is the answer, or the hop that failed; nil when nothing was asked.
func (ex *Exchange) Last() *Hop {
	if len(ex.Hops) == 0 {
		return nil
	}
	return &ex.Hops[len(ex.Hops)-1]
}

// Redirects are the URLs asked before the last.
func (ex *Exchange) Redirects() []string {
	var urls []string
	for i := range len(ex.Hops) - 1 {
		urls = append(urls, ex.Hops[i].URL)
	}
	return urls
}

// call makes the request of the next hop out of the client's.
func (ex *Exchange) call(req *http.Request, userAgent string) *call {
	own := req.Clone(req.Context())
	own.URL = bare(own.URL)
	h := own.Header
	for _, name := range []string{HeaderID, "Cookie", "Authorization", "Referer", "Accept-Encoding"} {
		h.Del(name)
	}
	if len(ex.Hops) == 0 || sameHost(ex.Hops[0].URL, own.URL) {
		for name, value := range ex.policy.Header {
			if http.CanonicalHeaderKey(name) == "Host" {
				own.Host = value
				continue
			}
			h.Set(name, value)
		}
	}
	h.Set("User-Agent", userAgent)
	h.Set("Accept-Encoding", acceptEncoding)
	if h.Get("Accept-Language") == "" {
		h.Set("Accept-Language", "zh-CN,zh;q=0.9")
	}
	if ref := refererFor(ex.ask.Referer, own.URL); ref != "" {
		h.Set("Referer", ref)
	}
	if ex.ask.ETag != "" {
		h.Set("If-None-Match", ex.ask.ETag)
	}
	if ex.ask.LastModified != "" {
		h.Set("If-Modified-Since", ex.ask.LastModified)
	}
	return &call{req: own, policy: &ex.policy, jar: &ex.jar, hop: newHop(own, &ex.policy)}
}

func newHop(req *http.Request, p *Policy) *Hop {
	return &Hop{
		Method:      req.Method,
		URL:         req.URL.String(),
		Start:       time.Now(),
		InsecureTLS: p.InsecureTLS && req.URL.Scheme == "https",
	}
}

func (ex *Exchange) record(c *call, err error) {
	c.hop.Err = err
	ex.Hops = append(ex.Hops, *c.hop)
}

// response is the answer as an HTTP client is to see it.
func (h *Hop) response(req *http.Request) *http.Response {
	header := maps.Clone(h.Header)
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	header.Del("Set-Cookie")
	if t, params, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil && params["charset"] != "" {
		header.Set("Content-Type", t)
	} else if i := strings.IndexByte(header.Get("Content-Type"), ';'); err != nil && i >= 0 {
		header.Set("Content-Type", header.Get("Content-Type")[:i])
	}
	major, minor, _ := http.ParseHTTPVersion(h.Proto)
	return &http.Response{
		Status:        strconv.Itoa(h.Status) + " " + http.StatusText(h.Status),
		StatusCode:    h.Status,
		Proto:         h.Proto,
		ProtoMajor:    major,
		ProtoMinor:    minor,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(h.Decoded)),
		ContentLength: int64(len(h.Decoded)),
		Uncompressed:  true,
		Request:       req,
	}
}

// bare is u without what is no server's business: fragment and password.
func bare(u *url.URL) *url.URL {
	own := *u
	own.User, own.Fragment, own.RawFragment = nil, "", ""
	return &own
}

// refererFor is what a browser would say: no fragment, no password, and nothing
// from https to http.
func refererFor(from string, to *url.URL) string {
	u, err := url.Parse(from)
	if err != nil || u.Host == "" || u.Scheme == "https" && to.Scheme == "http" {
		return ""
	}
	return bare(u).String()
}

func sameHost(a string, b *url.URL) bool {
	u, err := url.Parse(a)
	return err == nil && HostKey(u) == HostKey(b)
}

// HostKey is the key that robots.txt of a host is kept under: host:port, lower
// case, in ASCII, the port always named, the root dot dropped.
func HostKey(u *url.URL) string {
	host, port := hostPort(u)
	return host + ":" + port
}

func hostPort(u *url.URL) (host, port string) {
	if port = u.Port(); port == "" {
		port = defaultPort(u)
	}
	host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host, port
}

func defaultPort(u *url.URL) string {
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
