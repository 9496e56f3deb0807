package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a government site without a network: it stands where the connection
// pools stand, and notes when it was asked. Used inside synctest bubbles, its
// times are exact.
type site struct {
	answer func(*http.Request) *http.Response // nil means 200 for everything

	mu       sync.Mutex
	log      []visit
	inFlight map[string]int
	most     int // requests in flight at one host, at most
}

type visit struct {
	at  time.Time
	url string
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.log = append(s.log, visit{time.Now(), r.URL.String()})
	if s.inFlight == nil {
		s.inFlight = map[string]int{}
	}
	s.inFlight[r.URL.Host]++
	s.most = max(s.most, s.inFlight[r.URL.Host])
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight[r.URL.Host]--
		s.mu.Unlock()
	}()
	res := reply(200, "a page with some text in it")
	if s.answer != nil {
		if own := s.answer(r); own != nil {
			res = own
		} else if r.URL.Path == "/robots.txt" {
			res = reply(404, "")
		}
	} else if r.URL.Path == "/robots.txt" {
		res = reply(404, "")
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return res, nil
}

// pages are the visits to anything but robots.txt.
func (s *site) pages() []visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []visit
	for _, v := range s.log {
		if !strings.HasSuffix(v.url, "/robots.txt") {
			out = append(out, v)
		}
	}
	return out
}

func (s *site) count(suffix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, v := range s.log {
		if strings.HasSuffix(v.url, suffix) {
			n++
		}
	}
	return n
}

func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// on returns a transport whose wire ends at s.
func on(t *testing.T, s http.RoundTripper, o Options) *Transport {
	t.Helper()
	if o.Jitter == 0 {
		o.Jitter = -1
	}
	tr := New(o)
	for i := range tr.wire.classes {
		tr.wire.classes[i] = s
	}
	t.Cleanup(tr.Close)
	return tr
}

func anywhere(*url.URL) error { return nil }

// sameHostname is a scope of one host.
func sameHostname(name string) func(*url.URL) error {
	return func(u *url.URL) error {
		if u.Hostname() != name {
			return fmt.Errorf("host is not %s", name)
		}
		return nil
	}
}

// ask makes one fetch and follows its redirects.
func ask(ctx context.Context, tr *Transport, p Policy, url string) (*Exchange, error) {
	if p.Scope == nil {
		p.Scope = anywhere
	}
	ex := tr.Start(p, Ask{})
	defer ex.End()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return ex, err
	}
	req.Header = ex.Header()
	res, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return ex, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return ex, err
	}
	return ex, ex.Err()
}
