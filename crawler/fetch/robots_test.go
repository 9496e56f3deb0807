package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// What RFC 9309 says, sentence by sentence, and what sites make of it.
func TestRobotsRules(t *testing.T) {
	gbk := func(s string) string {
		out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		name, file, path string
		allowed          bool
	}{
		{"no rule at all", "", "/", true},
		{"everything forbidden", "User-agent: *\nDisallow: /\n", "/a", false},
		{"empty disallow forbids nothing", "User-agent: *\nDisallow:\n", "/a", true},
		{"prefix", "User-agent: *\nDisallow: /zfxxgk\n", "/zfxxgknb/index.html", false},
		{"prefix is of the path", "User-agent: *\nDisallow: /zfxxgk\n", "/x/zfxxgk", true},
		{"case of paths matters", "User-agent: *\nDisallow: /A\n", "/a", true},
		{"case of keys does not", "USER-AGENT: *\nDISALLOW: /a\n", "/a", false},

		// 2.2.1: product token.
		{"own group", "User-agent: *\nDisallow: /\n\nUser-agent: gongkai\nDisallow: /x\n", "/a", true},
		{"own group, case", "User-agent: GongKai\nDisallow: /a\n", "/a", false},
		{"own group with version", "User-agent: gongkai/2.0\nDisallow: /a\n", "/a", false},
		{"token, not prefix", "User-agent: gong\nDisallow: /\n", "/a", true},
		{"token, not longer", "User-agent: gongkai-image\nDisallow: /\n", "/a", true},
		{"own groups are joined", "User-agent: gongkai\nDisallow: /a\n\nUser-agent: b\nDisallow: /\n\nUser-agent: gongkai\nDisallow: /c\n", "/c", false},
		{"own group without rules", "User-agent: *\nDisallow: /\n\nUser-agent: gongkai\n", "/a", true},
		{"several agents in one group", "User-agent: b\nUser-agent: gongkai\nDisallow: /a\n", "/a", false},
		{"the group after rules is another", "User-agent: b\nDisallow: /b\nUser-agent: gongkai\nDisallow: /a\n", "/b", true},
		{"groups for everybody are joined", "User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n", "/a", false},
		{"star with more behind", "User-agent: * # all\nDisallow: /a\n", "/a", false},

		// 2.2.2: the most specific match, and Allow on a tie.
		{"longest wins", "User-agent: *\nDisallow: /\nAllow: /zfxxgk/\n", "/zfxxgk/1.html", true},
		{"longest wins, whatever the order", "User-agent: *\nAllow: /zfxxgk/\nDisallow: /zfxxgk/old/\n", "/zfxxgk/old/1.html", false},
		{"tie", "User-agent: *\nDisallow: /page\nAllow: /page\n", "/page", true},
		{"longest by pattern, not by match", "User-agent: *\nAllow: /page\nDisallow: /*.htm\n", "/page.htm", false},
		{"example of the RFC", "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "/example/page/disallowed.gif", false},

		// 2.2.3: * and $.
		{"star", "User-agent: *\nDisallow: /*/print\n", "/a/b/print.html", false},
		{"star is also nothing", "User-agent: *\nDisallow: /a*b\n", "/ab", false},
		{"star at the end", "User-agent: *\nDisallow: /a*\n", "/abc", false},
		{"end", "User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf", false},
		{"end, more follows", "User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf?x=1", true},
		{"end, twice the tail", "User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf.pdf", false},
		{"only the root", "User-agent: *\nDisallow: /$\n", "/a", true},
		{"the root itself", "User-agent: *\nDisallow: /$\n", "/", false},
		{"dollar inside is a character", "User-agent: *\nDisallow: /a$b\n", "/a$b", false},
		{"query", "User-agent: *\nDisallow: /*?*page=\n", "/list?a=1&page=2", false},
		{"query keeps its order", "User-agent: *\nDisallow: /list?a=1\n", "/list?b=1&a=1", true},
		{"star that has to give back", "User-agent: *\nDisallow: /*ab*ac$\n", "/abxabxac", false},

		// 2.2.2: percent-encoding.
		{"encoded in the file", "User-agent: *\nDisallow: /%E5%B9%B4%E6%8A%A5\n", "/年报/1.html", false},
		{"encoded in the URL", "User-agent: *\nDisallow: /年报\n", "/%e5%b9%b4%e6%8a%a5/1.html", false},
		{"encoded for nothing", "User-agent: *\nDisallow: /%61dmin\n", "/admin", false},
		{"encoded for nothing in the URL", "User-agent: *\nDisallow: /~user\n", "/%7Euser", false},
		{"reserved stays encoded", "User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true},
		{"encoded star is a character", "User-agent: *\nDisallow: /a%2A\n", "/a*", false},
		{"and not any character", "User-agent: *\nDisallow: /a%2A\n", "/ab", true},
		{"file in GBK, URL in UTF-8", "User-agent: *\nDisallow: /" + gbk("年报") + "/\n", "/%E5%B9%B4%E6%8A%A5/1.html", false},
		{"file in GBK, URL in GBK", "User-agent: *\nDisallow: /" + gbk("年报") + "/\n", "/%C4%EA%B1%A8/1.html", false},
		{"broken percent", "User-agent: *\nDisallow: /100%\n", "/100%/a", false},

		// Files as they are.
		{"byte order mark", "\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", "/a", false},
		{"CR alone", "User-agent: *\rDisallow: /a\r", "/a", false},
		{"CRLF and blanks", "User-agent:*\r\n\r\n   Disallow :  /a  \r\n", "/a", false},
		{"no line end", "User-agent: *\nDisallow: /a", "/a", false},
		{"comments", "# all\nUser-agent: * # everybody\nDisallow: /a#b\n", "/a", false},
		{"no colon", "User-agent *\nDisallow /a\n", "/a", false},
		{"misspelt", "User-agent: *\nDissallow: /a\n", "/a", false},
		{"no slash", "User-agent: *\nDisallow: admin/\n", "/admin/x", false},
		{"rule before any agent", "Disallow: /\nUser-agent: *\nDisallow: /b\n", "/a", true},
		{"a bad line spoils nothing", "User-agent: *\nCrawl-delay: soon\n\x00\xff: :\nDisallow: /a\n", "/a", false},
		{"sitemap ends no group", "User-agent: gongkai\nSitemap: http://h/s.xml\nUser-agent: b\nDisallow: /a\n", "/a", false},
		{"a pause begins the rules", "User-agent: *\nCrawl-delay: 5\n\nUser-agent: b\nDisallow: /\n", "/a", true},
		{"UTF-16", "\xff\xfe" + wide("User-agent: *\nDisallow: /a\n"), "/a", false},
		{"a web page", "<!DOCTYPE html><html><body>User-agent: *<br>Disallow: /</body></html>", "/a", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, line := parseRobots([]byte(c.file), DefaultUserAgent).test(c.path); got != c.allowed {
				t.Errorf("%q allowed %v by %q, want %v\n%s", c.path, got, line, c.allowed, c.file)
			}
		})
	}
}

// wide is text as UTF-16LE.
func wide(s string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(c))
		b.WriteByte(byte(c >> 8))
	}
	return b.String()
}

func TestRobotsCrawlDelay(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 5\n":                                           5 * time.Second,
		"User-agent: *\nCrawl-delay: 0.5\nDisallow: /x\n":                           500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: 5\n\nUser-agent: gongkai\nDisallow: /x\n":      0,
		"User-agent: b\nCrawl-delay: 10\nUser-agent: *\nCrawl-delay: 3\nAllow: /\n": 3 * time.Second,
		"User-agent: *\nCrawl-delay: -1\n":                                          0,
		"User-agent: *\nCrawl-delay: NaN\n":                                         0,
		"User-agent: *\nCrawl-delay: 1e300\n":                                       0,
	} {
		if got := parseRobots([]byte(file), "gongkai").delay; got != want {
			t.Errorf("delay %v, want %v:\n%s", got, want, file)
		}
	}
}

// Only so much of a file counts, and the line at the cut does not.
func TestRobotsLongFile(t *testing.T) {
	const early, late = "Disallow: /early\n", "Disallow: /late\n"
	body := "User-agent: *\n" + early
	body += strings.Repeat("# comment\n", (maxRobots-len(body))/10)
	body += "Disallow: /cut" + strings.Repeat("x", 1000) + "\n" + late
	rules := parseRobots([]byte(body), "gongkai")
	for path, want := range map[string]bool{"/early": false, "/cut": true, "/late": true} {
		if got, _ := rules.test(path); got != want {
			t.Errorf("%s allowed %v", path, got)
		}
	}
}

// The rule that forbids is shown as it stands in the file.
func TestRobotsForbids(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(r *http.Request) *http.Response {
			switch r.URL.Path {
			case "/robots.txt":
				return reply(200, "User-agent: *\nDisallow: /secret/ # not yours\n")
			case "/open":
				return reply(302, "", "Location", "/secret/1")
			}
			return nil
		}}
		tr := on(t, s, Options{})
		for _, path := range []string{"/secret/1", "/open"} { // the second by a redirect
			_, err := ask(t.Context(), tr, Policy{}, gov+path)
			var robots *RobotsError
			if !errors.As(err, &robots) || robots.URL != gov+"/secret/1" || robots.Rule != "Disallow: /secret/ # not yours" {
				t.Errorf("got %v", err)
			}
			if Outcome(err) != "robots" || Retryable(err) || Postponed(err) {
				t.Errorf("outcome %q, retryable %v, postponed %v", Outcome(err), Retryable(err), Postponed(err))
			}
		}
		if s.count("/secret/1") != 0 {
			t.Error("a forbidden page was asked")
		}
		if n := s.count("/robots.txt"); n != 1 {
			t.Errorf("robots.txt asked %d times", n)
		}
	})
}

// What each kind of answer to robots.txt means for the pages.
func TestRobotsAnswers(t *testing.T) {
	const forbid = "User-agent: *\nDisallow: /\n"
	for _, c := range []struct {
		name    string
		answer  func(*http.Request) *http.Response
		outcome string
	}{
		{"404", func(*http.Request) *http.Response { return reply(404, forbid) }, ""},
		{"403", func(*http.Request) *http.Response { return reply(403, forbid) }, ""},
		{"200", func(*http.Request) *http.Response { return reply(200, forbid) }, "robots"},
		{"empty", func(*http.Request) *http.Response { return reply(200, "") }, ""},
		{"500", func(*http.Request) *http.Response { return reply(500, "") }, "robots:deferred"},
		{"503", func(*http.Request) *http.Response { return reply(503, "") }, "robots:deferred"},
		{"429", func(*http.Request) *http.Response { return reply(429, "") }, "blocked:429"},
		{"521 of a challenge", func(*http.Request) *http.Response {
			return reply(521, "<script>document.cookie='__jsl_clearance=1'</script>")
		}, "blocked:js-challenge(jiasule)"},
		{"redirect", func(r *http.Request) *http.Response { return reply(301, "", "Location", "/robots2.txt") }, "robots"},
		{"redirect to another port", func(r *http.Request) *http.Response {
			return reply(301, "", "Location", "http://www.example.gov.cn:8080/robots2.txt")
		}, "robots"},
		{"redirect out of scope", func(r *http.Request) *http.Response {
			return reply(301, "", "Location", "http://elsewhere.example/robots2.txt")
		}, ""},
		{"redirect to a private address", func(r *http.Request) *http.Response {
			return reply(301, "", "Location", "http://169.254.169.254/robots2.txt")
		}, ""},
		{"redirects without end", func(r *http.Request) *http.Response { return reply(302, "", "Location", "/robots.txt") }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{answer: func(r *http.Request) *http.Response {
					switch r.URL.Path {
					case "/robots.txt":
						return c.answer(r)
					case "/robots2.txt":
						return reply(200, forbid)
					}
					return nil
				}}
				tr := on(t, s, Options{})
				p := Policy{MaxWait: time.Hour, Scope: sameHostname("www.example.gov.cn")}
				_, err := ask(t.Context(), tr, p, gov+"/a")
				if got := Outcome(err); got != c.outcome {
					t.Errorf("outcome %q, want %q: %v", got, c.outcome, err)
				}
				if n := s.count("/robots.txt"); n > robotsRedirects+1 {
					t.Errorf("robots.txt asked %d times", n)
				}
				for _, v := range s.log {
					if !strings.HasPrefix(v.url, gov) {
						t.Errorf("asked %s", v.url)
					}
				}
			})
		})
	}
}

// Fifty fetches of one host ask for robots.txt once; the one who is gone before
// the answer takes it from nobody.
func TestRobotsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(r *http.Request) *http.Response { time.Sleep(time.Second); return nil }}
		tr := on(t, s, Options{})
		hurried, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := ask(hurried, tr, Policy{}, gov+"/first"); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		for i := range 50 {
			wg.Go(func() {
				if _, err := ask(t.Context(), tr, Policy{MaxWait: time.Hour}, fmt.Sprintf("%s/%d", gov, i)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		wg.Wait()
		if n := s.count("/robots.txt"); n != 1 {
			t.Errorf("robots.txt asked %d times", n)
		}
		if n := len(s.pages()); n != 50 {
			t.Errorf("%d pages asked", n)
		}
	})
}

// robots.txt counts against the pace of its host like any page, and its
// Crawl-delay is the least pause from then on, up to the cap.
func TestRobotsCrawlDelayIsKept(t *testing.T) {
	for _, c := range []struct {
		delay string
		want  time.Duration
	}{{"1", 2 * time.Second}, {"7", 7 * time.Second}, {"86400", time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			s := &site{answer: func(r *http.Request) *http.Response {
				if r.URL.Path == "/robots.txt" {
					return reply(200, "User-agent: *\nCrawl-delay: "+c.delay+"\n")
				}
				return nil
			}}
			tr := on(t, s, Options{})
			for i := range 3 {
				ask(t.Context(), tr, Policy{Every: 2 * time.Second, Burst: 5}, fmt.Sprintf("%s/%d", gov, i))
			}
			if diff := cmp.Diff([]time.Duration{c.want, c.want}, gaps(s.pages())); c.delay != "1" && diff != "" {
				t.Errorf("Crawl-delay %s: %s", c.delay, diff)
			}
		})
	}
}

// An answer holds for a day. After that, while robots.txt can't be read, the old
// one goes on holding, and is asked for again at growing intervals only.
func TestRobotsLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file, status := "User-agent: *\nDisallow: /a\n", 200
		s := &site{answer: func(r *http.Request) *http.Response {
			if r.URL.Path == "/robots.txt" {
				return reply(status, file)
			}
			return nil
		}}
		tr := on(t, s, Options{Cooldown: time.Second})
		outcome := func(path string) string {
			_, err := ask(t.Context(), tr, Policy{}, gov+path)
			return Outcome(err)
		}
		expect := func(step string, a, b string, asked int) {
			t.Helper()
			if ga, gb, n := outcome("/a"), outcome("/b"), s.count("/robots.txt"); ga != a || gb != b || n != asked {
				t.Errorf("%s: /a %q, /b %q, robots.txt asked %d times; want %q, %q, %d", step, ga, gb, n, a, b, asked)
			}
		}
		expect("first day", "robots", "", 1)
		file = "User-agent: *\nDisallow: /b\n"
		time.Sleep(23 * time.Hour)
		expect("same day", "robots", "", 1)
		time.Sleep(2 * time.Hour)
		expect("next day", "", "robots", 2)
		status = 500
		time.Sleep(25 * time.Hour)
		expect("unreadable", "", "robots", 3)
		expect("unreadable, asked again at once", "", "robots", 3)
		time.Sleep(6 * time.Second)
		expect("unreadable, seconds later", "", "robots", 4)
		time.Sleep(6 * time.Second)
		expect("unreadable, not every few seconds", "", "robots", 4)
		time.Sleep(robotsStale)
		expect("unreadable for a month", "robots:deferred", "robots:deferred", 5)
		status = 404
		time.Sleep(7 * time.Hour)
		expect("gone", "", "", 6)
	})
}

// When robots.txt can't be read the host is left alone, and the error says until
// when; it is not banned for good.
func TestRobotsDeferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := 503
		s := &site{answer: func(r *http.Request) *http.Response {
			if r.URL.Path == "/robots.txt" {
				return reply(status, "", "Retry-After", "300")
			}
			return nil
		}}
		tr := on(t, s, Options{})
		_, err := ask(t.Context(), tr, Policy{}, gov+"/a")
		var wait *RobotsDeferError
		if !errors.As(err, &wait) || time.Until(wait.Until) != 300*time.Second || !Postponed(err) || !Retryable(err) {
			t.Fatalf("got %v", err)
		}
		if at, ok := (Backoff{}).Next(time.Now(), 9, err); !ok || !at.Equal(wait.Until) {
			t.Errorf("retry at %v, %v", at, ok)
		}
		status = 404
		time.Sleep(time.Until(wait.Until))
		if _, err := ask(t.Context(), tr, Policy{}, gov+"/a"); err != nil {
			t.Error(err)
		}
	})
}

// A name that does not exist, or a certificate that does not hold, is not tried
// again every few seconds.
func TestRobotsHopeless(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		outcome string
		hope    bool
	}{
		"no such name":    {&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, "unreachable:dns", false},
		"bad certificate": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "unreachable:dial", false},
		"name server ill": {&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, "unreachable:dns", true},
		"refused":         {&net.OpError{Op: "dial", Err: errors.New("connection refused")}, "unreachable:dial", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			tr := on(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err }), Options{})
			_, err := ask(t.Context(), tr, Policy{}, gov+"/a")
			var wait *RobotsDeferError
			if !errors.As(err, &wait) || Outcome(err) != c.outcome || Retryable(err) != c.hope {
				t.Fatalf("%s: outcome %q, retryable %v: %v", name, Outcome(err), Retryable(err), err)
			}
			if d := time.Until(wait.Until); c.hope != (d == robotsRetry[robotsAway]) {
				t.Errorf("%s: again after %v", name, d)
			}
		})
	}
}

type memory struct {
	mu  sync.Mutex
	got map[string]string
	at  time.Time
}

func (m *memory) Robots(host string) ([]byte, int, time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.got[host]
	return []byte(body), 200, m.at, ok
}

func (m *memory) PutRobots(host string, body []byte, status int, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got[host], m.at = string(body), at
	return nil
}

// What one run learned, the next knows.
func TestRobotsCacheOutlivesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(r *http.Request) *http.Response {
			if r.URL.Path == "/robots.txt" {
				return reply(200, "User-agent: *\nDisallow: /a\nCrawl-delay: 4\n")
			}
			return nil
		}}
		m := &memory{got: map[string]string{}}
		for run := range 3 {
			tr := on(t, s, Options{Robots: m})
			begin := time.Now()
			for _, path := range []string{"/b", "/a", "/c"} {
				_, err := ask(t.Context(), tr, Policy{}, gov+path)
				if (path == "/a") != (Outcome(err) == "robots") {
					t.Errorf("run %d: %s: %v", run, path, err)
				}
			}
			if d := time.Since(begin); d < 4*time.Second {
				t.Errorf("run %d forgot the Crawl-delay: %v", run, d)
			}
			if run == 1 {
				time.Sleep(robotsTTL)
			}
		}
		if n := s.count("/robots.txt"); n != 2 {
			t.Errorf("robots.txt asked %d times in three runs", n)
		}
		if m.got["www.example.gov.cn:80"] == "" {
			t.Errorf("kept under %v", m.got)
		}
	})
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nAllow: /%e5\n"), "/a/b")
	f.Add([]byte("\xef\xbb\xbfuser-agent gongkai\rdisallow: \xc4\xea\rcrawl-delay: 1e9"), "/%C4%EA?x=*$")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		rules := parseRobots(body, "gongkai")
		allowed, line := rules.test(path)
		if !allowed && line == "" {
			t.Error("forbidden by no line")
		}
		if rules.delay < 0 {
			t.Errorf("delay %v", rules.delay)
		}
		n := normalPath(path, false)
		if again := normalPath(n, false); again != n {
			t.Errorf("normal path %q becomes %q", n, again)
		}
	})
}
