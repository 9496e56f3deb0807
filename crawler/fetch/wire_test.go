package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gocolly/colly/v2"

	"gongkai/crawler/fetch"
)

func anywhere(*url.URL) error { return nil }

// local is a policy for servers on loopback.
func local() fetch.Policy {
	return fetch.Policy{Scope: anywhere, AllowPrivate: true, Timeout: 10 * time.Second}
}

func transport(t testing.TB, o fetch.Options) *fetch.Transport {
	tr := fetch.New(o)
	t.Cleanup(tr.Close)
	return tr
}

// get runs one fetch through Colly, as the crawler does.
func get(ctx context.Context, tr *fetch.Transport, p fetch.Policy, a fetch.Ask, url string) (*fetch.Exchange, *colly.Response, error) {
	return request(ctx, tr, p, a, http.MethodGet, url, nil)
}

func request(ctx context.Context, tr *fetch.Transport, p fetch.Policy, a fetch.Ask, method, url string, body io.Reader) (*fetch.Exchange, *colly.Response, error) {
	ex := tr.Start(p, a)
	defer ex.End()
	c := colly.NewCollector(colly.AllowURLRevisit(), colly.ParseHTTPErrorResponse(), colly.MaxBodySize(0), colly.StdlibContext(ctx))
	c.SetRequestTimeout(0)
	c.WithTransport(tr)
	var res *colly.Response
	c.OnResponse(func(r *colly.Response) { res = r })
	err := c.Request(method, url, body, nil, ex.Header())
	if err == nil {
		err = ex.Err()
	}
	return ex, res, err
}

// serve starts a server without robots.txt. It notes the requests it gets.
func serve(t testing.TB, h http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func (s *server) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.seen...)
}

// What goes on the wire is ours alone: an honest name, a Referer, no trace of
// the private header and no cookie, on every hop.
func TestHeadersOnTheWire(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: "1"})
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		fmt.Fprint(w, "text of a page")
	})
	const agent = "gongkai/1.0 (+https://example.org/contact)"
	tr := transport(t, fetch.Options{UserAgent: agent})
	p := local()
	p.Header = map[string]string{"X-Site": "1", "accept-language": "en"}
	for range 2 {
		ask := fetch.Ask{Referer: s.URL + "/list#top", ETag: `"v1"`, LastModified: "Wed, 01 Jan 2020 00:00:00 GMT"}
		ex, res, err := get(t.Context(), tr, p, ask, s.URL+"/a")
		if err != nil {
			t.Fatal(err)
		}
		if len(ex.Hops) != 2 || ex.Last().URL != s.URL+"/b" || string(ex.Last().Body) != "text of a page" {
			t.Errorf("hops %+v", ex.Hops)
		}
		if ex.Hops[0].Status != 302 || ex.Hops[0].Location != s.URL+"/b" || ex.Last().Header.Get("Set-Cookie") == "" {
			t.Errorf("headers as received: %+v", ex.Hops)
		}
		if h := ex.Last(); h.Peer != s.Listener.Addr().String() || h.Proto != "HTTP/1.1" || h.Took <= 0 || h.Start.IsZero() {
			t.Errorf("recorded %+v", h)
		}
		if res.Request.URL.String() != s.URL+"/b" || string(res.Body) != "text of a page" {
			t.Errorf("colly got %s %q", res.Request.URL, res.Body)
		}
	}
	for i, r := range s.requests() {
		want := map[string]string{
			fetch.HeaderID: "", "User-Agent": agent, "Referer": s.URL + "/list",
			"Accept-Encoding": "gzip, deflate, br", "Authorization": "",
			"X-Site": "1", "Accept-Language": "en",
			"If-None-Match": `"v1"`, "If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT",
		}
		// A cookie of a redirect goes back within its own fetch only.
		if r.URL.Path == "/a" {
			want["Cookie"] = ""
		}
		for name, v := range want {
			if got := r.Header.Get(name); got != v {
				t.Errorf("request %d: %s: %q, want %q", i, name, got, v)
			}
		}
	}
}

func TestRequestsMustBeAnnounced(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	tr := transport(t, fetch.Options{})
	client := &http.Client{Transport: tr}
	if _, err := client.Get(s.URL); !errors.Is(err, fetch.ErrNotStarted) {
		t.Errorf("got %v", err)
	}
	ex := tr.Start(local(), fetch.Ask{})
	ex.End()
	req, _ := http.NewRequest(http.MethodGet, s.URL, nil)
	req.Header = ex.Header()
	if _, err := client.Do(req); !errors.Is(err, fetch.ErrNotStarted) {
		t.Errorf("after End: got %v", err)
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests came through", n)
	}
	var scope *fetch.ScopeError
	if _, _, err := get(t.Context(), tr, fetch.Policy{}, fetch.Ask{}, s.URL); !errors.As(err, &scope) {
		t.Errorf("policy without scope: got %v", err)
	}
}

// Servers that never come to an end are left within bounds, with an error that
// says which bound.
func TestEndlessServers(t *testing.T) {
	stop := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		flush := func() { w.(http.Flusher).Flush() }
		tick := func() bool {
			select {
			case <-r.Context().Done():
			case <-stop:
			case <-time.After(10 * time.Millisecond):
				return true
			}
			return false
		}
		switch r.URL.Path {
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/declared":
			w.Header().Set("Content-Length", "1073741824")
			w.WriteHeader(http.StatusOK)
			flush()
			<-r.Context().Done()
		case "/drip":
			for tick() {
				w.Write([]byte{'x'})
				flush()
			}
		case "/slow":
			for tick() {
				w.Write(make([]byte, 4<<10))
				flush()
			}
		case "/silent":
			for tick() {
			}
		case "/headers":
			c, _, _ := w.(http.Hijacker).Hijack()
			defer c.Close()
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := fmt.Fprintf(c, "X-Filler: %s\r\n", strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		case "/hints":
			c, _, _ := w.(http.Hijacker).Hijack()
			defer c.Close()
			for {
				if _, err := fmt.Fprint(c, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); err != nil {
					return
				}
			}
		case "/cut":
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("only this"))
		case "/reset":
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		}
	})
	t.Cleanup(func() { close(stop) })
	tr := transport(t, fetch.Options{})
	for _, c := range []struct {
		path    string
		outcome string
		says    string
		retry   bool
	}{
		{"/endless", "failed:too-large", "body exceeds the limit of 1048576 bytes (limits.body raises it)", false},
		{"/declared", "failed:too-large", "body of 1073741824 bytes exceeds the limit of 1048576 bytes", false},
		{"/drip", "failed:timeout", "body too slow", true},
		{"/slow", "failed:timeout", "body not complete after 600ms", true},
		{"/silent", "unreachable:timeout", "no answer after 600ms (pace.timeout raises the limit)", true},
		{"/headers", "failed:headers", "headers", true},
		{"/hints", "failed:headers", "headers", true},
		{"/cut", "failed:body", "unexpected EOF", true},
		{"/reset", "failed:headers", "before an answer came", true},
	} {
		t.Run(c.path, func(t *testing.T) {
			tr := tr
			if c.path != "/endless" { // a host that failed is asked more slowly: not today
				tr = transport(t, fetch.Options{Jitter: -1})
			}
			p := local()
			p.MaxBody = 1 << 20
			p.Timeout = 600 * time.Millisecond
			begin := time.Now()
			ex, _, err := get(t.Context(), tr, p, fetch.Ask{}, s.URL+c.path)
			if took := time.Since(begin); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			if got := fetch.Outcome(err); got != c.outcome || fetch.Retryable(err) != c.retry {
				t.Errorf("outcome %q, want %q; retryable %v: %v", got, c.outcome, fetch.Retryable(err), err)
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), s.URL+c.path) {
				t.Errorf("message %v", err)
			}
			if h := ex.Last(); h == nil || h.Err == nil || h.Body != nil || h.Decoded != nil {
				t.Errorf("a body that is not whole was kept: %+v", h)
			}
		})
	}
}

func TestClosedPort(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	_, _, err := get(t.Context(), transport(t, fetch.Options{}), local(), fetch.Ask{}, gone.URL+"/a")
	var wait *fetch.RobotsDeferError
	if fetch.Outcome(err) != "unreachable:dial" || !errors.As(err, &wait) || !fetch.Retryable(err) || !strings.Contains(err.Error(), gone.URL) {
		t.Errorf("%q: %v", fetch.Outcome(err), err)
	}
}

func TestRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := func(u string) { w.Header().Set("Location", u); w.WriteHeader(http.StatusFound) }
		switch p := r.URL.Path; {
		case p == "/self":
			to("/self")
		case p == "/ping":
			to("/pong")
		case p == "/pong":
			to("/ping#x")
		case strings.HasPrefix(p, "/long"):
			to(p + "x")
		case p == "/away":
			to("http://elsewhere.example/report.html")
		case p == "/metadata":
			to("http://169.254.169.254/latest/meta-data/")
		case p == "/mapped":
			to("http://[::ffff:169.254.169.254]/")
		case p == "/file":
			to("file:///etc/passwd")
		case p == "/broken":
			to("http://%zz/")
		case p == "/chinese":
			w.Header()["Location"] = []string{"/年报.html"}
			w.WriteHeader(http.StatusMovedPermanently)
		case p == "/prg" && r.Method == http.MethodPost:
			w.Header().Set("Location", "/prg")
			w.WriteHeader(http.StatusSeeOther)
		default:
			fmt.Fprintf(w, "the text of %s %s", r.Method, p)
		}
	})
	p := local()
	p.Scope = func(u *url.URL) error {
		if u.Host != s.Listener.Addr().String() {
			return errors.New("another host")
		}
		return nil
	}
	tr := transport(t, fetch.Options{})
	for _, c := range []struct {
		path    string
		outcome string
		says    string
		hops    int
	}{
		{"/self", "failed:redirect", "circle", 1},
		{"/ping", "failed:redirect", "circle", 2},
		{"/long", "failed:redirect", "10 requests led only to redirects", 10},
		{"/away", "failed:scope", "http://elsewhere.example/report.html: redirect from " + s.URL + "/away leaves the scope: another host", 1},
		{"/metadata", "failed:address", "169.254.169.254:80 is link-local", 1},
		{"/mapped", "failed:address", "link-local", 1},
		{"/file", "failed:scope", "only http and https", 1},
		{"/broken", "failed:redirect", "its target is no URL", 1},
	} {
		ex, _, err := get(t.Context(), tr, p, fetch.Ask{}, s.URL+c.path)
		if fetch.Outcome(err) != c.outcome || err == nil || !strings.Contains(err.Error(), c.says) || fetch.Retryable(err) {
			t.Errorf("%s: %q: %v", c.path, fetch.Outcome(err), err)
		}
		if len(ex.Hops) != c.hops || ex.Last().Err == nil || ex.Last().Status != 302 {
			t.Errorf("%s: hops %+v", c.path, ex.Hops)
		}
	}
	for path, want := range map[string]string{"/chinese": "the text of GET /年报.html"} {
		withPassword := strings.Replace(s.URL, "//", "//user:secret@", 1) // neither sent nor kept
		ex, _, err := get(t.Context(), tr, p, fetch.Ask{}, withPassword+path)
		if err != nil || string(ex.Last().Body) != want || ex.Hops[0].URL != s.URL+path {
			t.Errorf("%s: %v", path, err)
		}
	}
	ex, _, err := request(t.Context(), tr, p, fetch.Ask{}, http.MethodPost, s.URL+"/prg", strings.NewReader("a=1"))
	if err != nil || string(ex.Last().Body) != "the text of GET /prg" || len(ex.Redirects()) != 1 {
		t.Errorf("post, redirect, get: %v", err)
	}
}

// Headers of the site, which may be a password, go to no other host.
func TestSiteHeadersStayAtHome(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "a page of text") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/b", http.StatusFound)
	})
	p := local()
	p.Header = map[string]string{"X-Key": "k"}
	if _, _, err := get(t.Context(), transport(t, fetch.Options{}), p, fetch.Ask{}, s.URL+"/a"); err != nil {
		t.Fatal(err)
	}
	if s.requests()[0].Header.Get("X-Key") != "k" || other.requests()[0].Header.Get("X-Key") != "" {
		t.Error("the header went astray")
	}
}

// A plain handshake (a redirect to the same page that sets a cookie) is gone
// through once; its cookie serves the pages after it. One that sends round for
// ever is a circle.
func TestCookieHandshake(t *testing.T) {
	var shakes atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/never") {
			http.SetCookie(w, &http.Cookie{Name: "same", Value: "same"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		if c, err := r.Cookie("pass"); err != nil || c.Value != "42" {
			shakes.Add(1)
			http.SetCookie(w, &http.Cookie{Name: "pass", Value: "42", Path: "/", HttpOnly: true})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "tracker", Value: "1"})
		fmt.Fprint(w, "the page itself")
	})
	tr := transport(t, fetch.Options{})
	for i := range 3 {
		ex, _, err := get(t.Context(), tr, local(), fetch.Ask{}, fmt.Sprintf("%s/%d", s.URL, i))
		if err != nil || string(ex.Last().Body) != "the page itself" {
			t.Fatalf("page %d: %v", i, err)
		}
	}
	if n := shakes.Load(); n != 1 {
		t.Errorf("%d handshakes for three pages", n)
	}
	_, _, err := get(t.Context(), tr, local(), fetch.Ask{}, s.URL+"/never")
	var redirect *fetch.RedirectError
	if !errors.As(err, &redirect) {
		t.Errorf("got %v", err)
	}
	for _, r := range s.requests() {
		if _, err := r.Cookie("tracker"); err == nil {
			t.Error("a cookie that no handshake set went back")
		}
	}
}

// Attachments and pages are kept byte by byte, whatever charset they claim, and
// no client gets to transcode them.
func TestBytesAsTheyCame(t *testing.T) {
	// Every byte there is, and text in GBK.
	var raw []byte
	for i := range 256 {
		raw = append(raw, byte(i))
	}
	raw = append(raw, "\xd5\xfe\xb8\xae\xd0\xc5\xcf\xa2\xb9\xab\xbf\xaa\xc4\xea\xb1\xa8"...)
	kinds := []string{
		"application/octet-stream;charset=GBK", "application/pdf; charset=ISO-8859-1", "application/pdf",
		"text/html; charset=gb2312", "text/html;charset=no-such-charset", "text/html; charset=\"utf-8", "text/html", "", "image/png",
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		if k := r.URL.Query().Get("kind"); k != "" {
			w.Header().Set("Content-Type", k)
		}
		w.Write(raw)
	})
	tr := transport(t, fetch.Options{})
	for _, kind := range kinds {
		ex, res, err := get(t.Context(), tr, local(), fetch.Ask{}, s.URL+"/?kind="+url.QueryEscape(kind))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if h := ex.Last(); !bytes.Equal(h.Body, raw) || !bytes.Equal(h.Decoded, raw) || !bytes.Equal(res.Body, raw) {
			t.Errorf("%s: bytes changed", kind)
		}
		if got := ex.Last().Header.Get("Content-Type"); got != kind {
			t.Errorf("content type %q recorded as %q", kind, got)
		}
	}
}

// The encoded body is kept as it came, the client reads it decoded.
func TestEncodedBody(t *testing.T) {
	page := []byte("<html><body>" + strings.Repeat("政府信息公开工作年度报告", 500) + "</body></html>")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(page)
	z.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		b := packed.Bytes()
		if r.URL.Path == "/cut" {
			b = b[:len(b)/2]
		}
		w.Write(b)
	})
	tr := transport(t, fetch.Options{})
	ex, res, err := get(t.Context(), tr, local(), fetch.Ask{}, s.URL+"/page.xml.gz") // Colly unpacks that name by itself
	if err != nil {
		t.Fatal(err)
	}
	if h := ex.Last(); !bytes.Equal(h.Body, packed.Bytes()) || !bytes.Equal(h.Decoded, page) || h.Encoding != "gzip" || h.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("kept %d bytes, decoded %d, encoding %q", len(h.Body), len(h.Decoded), h.Encoding)
	}
	if !bytes.Equal(res.Body, page) || res.Headers.Get("Content-Encoding") != "" {
		t.Errorf("colly read %d bytes of encoding %q", len(res.Body), res.Headers.Get("Content-Encoding"))
	}
	ex, _, err = get(t.Context(), tr, local(), fetch.Ask{}, s.URL+"/cut")
	if fetch.Outcome(err) != "failed:encoding" || !fetch.Retryable(err) || len(ex.Last().Body) == 0 {
		t.Errorf("cut: %v", err)
	}
}

func TestConditional(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"7"`)
		if r.Header.Get("If-None-Match") == `W/"7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "the page as it is now")
	})
	tr := transport(t, fetch.Options{})
	ex, _, err := get(t.Context(), tr, local(), fetch.Ask{}, s.URL)
	if err != nil || ex.Last().Status != 200 {
		t.Fatal(err)
	}
	ex, _, err = get(t.Context(), tr, local(), fetch.Ask{ETag: ex.Last().Header.Get("ETag")}, s.URL)
	if err != nil || ex.Last().Status != 304 || len(ex.Last().Body) != 0 {
		t.Errorf("%+v, %v", ex.Last(), err)
	}
}

// By the server's own log no host is asked by two at a time or faster than its
// pace, however many fetches wait.
func TestPaceByTheServersLog(t *testing.T) {
	const every = 40 * time.Millisecond
	var inFlight, most atomic.Int32
	var mu sync.Mutex
	var at []time.Time
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := inFlight.Add(1)
		defer inFlight.Add(-1)
		time.Sleep(time.Duration(r.URL.Path[len(r.URL.Path)-1]%3) * 10 * time.Millisecond) // now and then it is slow to log
		mu.Lock()
		at = append(at, time.Now())
		mu.Unlock()
		if n > most.Load() {
			most.Store(n)
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprint(w, "a page of this server")
	})
	tr := transport(t, fetch.Options{})
	p := local()
	p.Every = every
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, _, err := get(t.Context(), tr, p, fetch.Ask{}, fmt.Sprintf("%s/%d", s.URL, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := most.Load(); n != 1 {
		t.Errorf("%d requests in flight", n)
	}
	for i := 1; i < len(at); i++ {
		if d := at[i].Sub(at[i-1]); d < every {
			t.Errorf("request %d came %v after the one before", i, d)
		}
	}
}

// The address is checked when the connection is made, whatever name led there,
// and a connection made for a site on a private address serves no other policy.
func TestGuard(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "a page in the intranet") })
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	tr := transport(t, fetch.Options{})
	if _, _, err := get(t.Context(), tr, local(), fetch.Ask{}, s.URL); err != nil {
		t.Fatal(err)
	}
	p := local()
	p.AllowPrivate = false
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		ex, _, err := get(t.Context(), tr, p, fetch.Ask{}, "http://"+host+":"+port+"/")
		var blocked *fetch.BlockedAddressError
		if !errors.As(err, &blocked) || fetch.Outcome(err) != "failed:address" || fetch.Retryable(err) {
			t.Errorf("%s: %v", host, err)
		}
		if h := ex.Last(); h == nil || h.Status != 0 {
			t.Errorf("%s: %+v", host, h)
		}
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests came through", n)
	}
}

// A site with a good certificate and a key exchange of yesterday is not turned
// away.
func TestTLSOldKeyExchange(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "a page") }))
	s.TLS = &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}
	s.Config.ErrorLog = discard
	s.StartTLS()
	t.Cleanup(s.Close)
	_, _, err := get(t.Context(), transport(t, fetch.Options{}), local(), fetch.Ask{}, s.URL)
	if err == nil || !strings.Contains(err.Error(), "unknown authority") { // which comes after the key exchange
		t.Errorf("got %v", err)
	}
}

func TestTLS(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "a page over %s", r.Proto) })
	start := func(version uint16, h2 bool) *httptest.Server {
		s := httptest.NewUnstartedServer(handler)
		s.EnableHTTP2 = h2
		s.TLS = &tls.Config{MinVersion: version, MaxVersion: version}
		s.Config.ErrorLog = discard
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	modern, old := start(tls.VersionTLS13, true), start(tls.VersionTLS10, false)
	tr := transport(t, fetch.Options{})
	strict, lax := local(), local()
	lax.InsecureTLS = true
	for _, s := range []*httptest.Server{modern, old} {
		_, _, err := get(t.Context(), tr, strict, fetch.Ask{}, s.URL+"/a")
		if fetch.Outcome(err) != "unreachable:tls" || !strings.Contains(err.Error(), "insecure_tls") {
			t.Errorf("strict: %s: %v", fetch.Outcome(err), err)
		}
	}
	for _, c := range []struct {
		s          *httptest.Server
		tls, proto string
	}{{modern, "TLS 1.3", "HTTP/2.0"}, {old, "TLS 1.0", "HTTP/1.1"}} {
		ex, _, err := get(t.Context(), transport(t, fetch.Options{}), lax, fetch.Ask{}, c.s.URL+"/a")
		if err != nil {
			t.Errorf("lax: %v", err)
			continue
		}
		if h := ex.Last(); !h.InsecureTLS || h.TLS != c.tls || h.Proto != c.proto || !strings.Contains(h.TLSProblem, "unknown authority") {
			t.Errorf("recorded insecure %v, %s, %s, %q", h.InsecureTLS, h.TLS, h.Proto, h.TLSProblem)
		}
	}
}

// When the caller goes away the request ends at once, wherever it is.
func TestCancelledOnTheWay(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.Write(make([]byte, 1000))
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	tr := transport(t, fetch.Options{})
	for _, path := range []string{"/header", "/body"} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		begin := time.Now()
		_, _, err := get(ctx, tr, local(), fetch.Ask{}, s.URL+path)
		if !errors.Is(err, context.Canceled) || !fetch.Postponed(err) || time.Since(begin) > 2*time.Second {
			t.Errorf("%s: %v after %v", path, err, time.Since(begin))
		}
	}
}

var discard = log.New(io.Discard, "", 0)
