package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Bounds that no page of a government site comes near.
const (
	maxHeaderBytes = 256 << 10
	idleConns      = 256
	idleTimeout    = 90 * time.Second
	connectTimeout = 30 * time.Second
	// underway is how long a request may take to reach the server and be noted in
	// its log.
	underway = 100 * time.Millisecond
	// slowBytes is what must come in each third of the deadline once a body has
	// begun; less is a server that drips.
	slowBytes = 512
	slowParts = 3
)

// wire sends one request and records the answer: cookies, address guard, one
// deadline from dial to the last byte, limits, raw bytes.
type wire struct {
	handshakes handshakes
	// classes are the connection pools, one for each kind of policy: a connection
	// that one policy may make must not serve another that may not.
	classes [4]http.RoundTripper
}

func newWire() *wire {
	w := &wire{}
	for class := range w.classes {
		w.classes[class] = pool(class&1 != 0, class&2 != 0)
	}
	return w
}

// class is the index of a policy's connection pool.
func class(p *Policy) int {
	n := 0
	if p.AllowPrivate {
		n |= 1
	}
	if p.InsecureTLS {
		n |= 2
	}
	return n
}

// pool makes the connections of one class. There is no proxy: it would resolve
// names out of sight of the guard.
func pool(allowPrivate, insecure bool) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second, Control: guard(allowPrivate)}
	t := &http.Transport{
		DialContext:            once(dialer.DialContext),
		TLSClientConfig:        strictTLS(),
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    connectTimeout,
		DisableCompression:     true,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	if insecure {
		t.TLSClientConfig = oldTLS()
	}
	return t
}

// strictTLS verifies certificates. It goes on to speak the RSA key exchange, which
// many a site has no other of: what is fetched is public, and the server is known.
func strictTLS() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	for _, s := range tls.CipherSuites() {
		c.CipherSuites = append(c.CipherSuites, s.ID)
	}
	c.CipherSuites = append(c.CipherSuites,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA)
	return c
}

// oldTLS talks to servers that were set up long ago: TLS 1.0, RSA key exchange,
// CBC, one renegotiation, certificates that don't verify.
func oldTLS() *tls.Config {
	c := &tls.Config{
		MinVersion:         tls.VersionTLS10,
		InsecureSkipVerify: true,
		Renegotiation:      tls.RenegotiateOnceAsClient,
	}
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		c.CipherSuites = append(c.CipherSuites, s.ID)
	}
	return c
}

func (w *wire) close() {
	for _, c := range w.classes {
		if t, ok := c.(*http.Transport); ok {
			t.CloseIdleConnections()
		}
	}
}

// errDrip cancels a request whose body hardly comes.
var errDrip = errors.New("body too slow")

// errReplay ends a request that went out whole, on a connection kept open from
// before that broke without an answer. net/http would send it again at once, on a
// new connection; it gets none, so that the second try waits for its turn and
// counts like any other.
var errReplay = errors.New("connection reset or closed before an answer came")

// once makes connections with dial, but none for a request that was sent already.
func once(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if t, ok := ctx.Value(trailKey{}).(*trail); ok && t.wrote.Load() != nil {
			return nil, errReplay
		}
		return dial(ctx, network, address)
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func (w *wire) do(ctx context.Context, c *call) error {
	p, h := c.policy, c.hop
	if err := checkLiteral(c.req.URL, p.AllowPrivate); err != nil {
		return err
	}
	w.handshakes.add(c.req, c.jar)

	begun := time.Now()
	h.Start, h.tried = begun, true
	ctx, stop := context.WithTimeout(ctx, p.Timeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var got atomic.Int64
	fail := func(phase string, err error) error {
		h.Took = time.Since(h.Start)
		return w.explain(ctx, c, phase, got.Load(), time.Since(begun), err)
	}

	var on trail
	ctx = context.WithValue(ctx, trailKey{}, &on)
	res, err := w.classes[class(p)].RoundTrip(c.req.WithContext(httptrace.WithClientTrace(ctx, on.trace())))
	if at := on.wrote.Load(); at != nil {
		h.Start = *at
	}
	h.arrived = on.arrived(h.Start)
	if peer := on.peer.Load(); peer != nil {
		h.Peer = *peer
	}
	if err != nil {
		return fail(on.phase(), err)
	}
	defer res.Body.Close()
	h.Status, h.Proto, h.Header = res.StatusCode, res.Proto, res.Header
	if res.TLS != nil {
		h.TLS = tls.VersionName(res.TLS.Version)
		if h.InsecureTLS {
			h.TLSProblem = verify(res.TLS)
		}
	}

	if res.ContentLength > p.MaxBody {
		return &BodyTooLargeError{URL: h.URL, Limit: p.MaxBody, Declared: res.ContentLength}
	}
	drip := watch(&got, p.Timeout/slowParts, func() { cancel(errDrip) })
	h.Body, err = readAll(counted{res.Body, &got}, p.MaxBody)
	drip.Stop()
	h.Took, h.Bytes = time.Since(h.Start), got.Load()
	if errors.Is(err, errTooLarge) {
		return &BodyTooLargeError{URL: h.URL, Limit: p.MaxBody, Declared: -1}
	}
	if err != nil {
		return fail("body", err)
	}
	h.Decoded, h.Encoding, err = decode(c.req.URL, h.Header, h.Body, p.MaxBody)
	return err
}

// explain turns what net/http says into an error of this package.
func (w *wire) explain(ctx context.Context, c *call, phase string, got int64, after time.Duration, err error) error {
	url := c.hop.URL
	var blocked *BlockedAddressError
	if errors.As(err, &blocked) {
		own := *blocked
		own.URL = url
		return &own
	}
	if parent := c.req.Context().Err(); parent != nil {
		return &interruptedError{url, context.Cause(c.req.Context())}
	}
	if ctx.Err() != nil {
		if errors.Is(context.Cause(ctx), errDrip) {
			return &TimeoutError{URL: url, After: after.Round(time.Millisecond), Got: got, Slow: true, Begun: true}
		}
		return &TimeoutError{URL: url, After: c.policy.Timeout, Got: got, Begun: phase == "body"}
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		phase = "dns"
	}
	return &NetError{URL: url, Phase: phase, Err: err}
}

// trail notes how far a request got. Its callbacks may run on other goroutines,
// even after the request is given up.
type trail struct {
	peer      atomic.Pointer[string]
	wrote     atomic.Pointer[time.Time]
	answered  atomic.Pointer[time.Time]
	dialed    atomic.Bool
	connected atomic.Bool
}

// trailKey is the key of a request's *trail in its context.
type trailKey struct{}

func (t *trail) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				t.dialed.Store(true)
			}
		},
		GotConn: func(info httptrace.GotConnInfo) {
			t.connected.Store(true)
			if a := info.Conn.RemoteAddr(); a != nil {
				s := a.String()
				t.peer.Store(&s)
			}
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				return
			}
			now := time.Now()
			t.wrote.Store(&now)
		},
		GotFirstResponseByte: func() {
			now := time.Now()
			t.answered.Store(&now)
		},
	}
}

// arrived is when the server, by its own clock, may have seen a request that went
// out at start: no later than it began to answer, and hardly later than underway.
func (t *trail) arrived(start time.Time) time.Time {
	at, latest := t.answered.Load(), start.Add(underway)
	switch {
	case at == nil:
		return start
	case at.Before(latest):
		return *at
	}
	return latest
}

// phase is where a request without an answer ended.
func (t *trail) phase() string {
	switch {
	case t.connected.Load():
		return "headers"
	case t.dialed.Load():
		return "tls"
	}
	return "dial"
}

// verify says what a full check of the certificate would have found.
func verify(s *tls.ConnectionState) string {
	if len(s.PeerCertificates) == 0 {
		return "no certificate"
	}
	o := x509.VerifyOptions{DNSName: s.ServerName, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	if _, err := s.PeerCertificates[0].Verify(o); err != nil {
		return err.Error()
	}
	return ""
}

// counted counts the bytes read through it.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// watch calls slow once a part of time passes in which hardly a byte was counted.
func watch(n *atomic.Int64, part time.Duration, slow func()) *time.Timer {
	var last int64
	var t *time.Timer
	set := make(chan struct{})
	t = time.AfterFunc(part, func() {
		<-set
		now := n.Load()
		if now-last < slowBytes {
			slow()
			return
		}
		last = now
		t.Reset(part)
	})
	close(set)
	return t
}
