package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const gov = "http://www.example.gov.cn"

// gaps are the pauses between the starts of visits, in order.
func gaps(log []visit) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(log); i++ {
		out = append(out, log[i].at.Sub(log[i-1].at))
	}
	return out
}

// A host is asked at its pace from start to start, whether one fetch follows the
// other or all want to go at once, and never by two at a time.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy Policy
		takes  time.Duration // of each answer
		want   []time.Duration
	}{
		{"quick answers", Policy{Every: 2 * time.Second}, 0, []time.Duration{2e9, 2e9, 2e9}},
		{"slow answers", Policy{Every: 2 * time.Second}, 1500 * time.Millisecond, []time.Duration{2e9, 2e9, 2e9}},
		{"answers slower than the pace", Policy{Every: 2 * time.Second}, 3 * time.Second, []time.Duration{3e9, 3e9, 3e9}},
		{"burst", Policy{Every: 2 * time.Second, Burst: 3}, 0, []time.Duration{0, 2e9, 2e9}}, // robots.txt was the first
		{"no pace", Policy{}, 10 * time.Millisecond, []time.Duration{1e7, 1e7, 1e7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{answer: func(r *http.Request) *http.Response { time.Sleep(c.takes); return nil }}
				tr := on(t, s, Options{})
				var wg sync.WaitGroup
				for i := range 4 {
					wg.Go(func() {
						if _, err := ask(t.Context(), tr, c.policy, fmt.Sprintf("%s/%d", gov, i)); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if diff := cmp.Diff(c.want, gaps(s.pages())); diff != "" {
					t.Errorf("pauses between requests (-want +got):\n%s", diff)
				}
				if s.most != 1 {
					t.Errorf("%d requests in flight at one host", s.most)
				}
			})
		})
	}
}

func TestPaceHostsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(r *http.Request) *http.Response { time.Sleep(time.Second); return nil }}
		tr := on(t, s, Options{})
		begin := time.Now()
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				ask(t.Context(), tr, Policy{Every: 2 * time.Second}, fmt.Sprintf("http://h%d.gov.cn/", i))
			})
		}
		wg.Wait()
		// Each: robots.txt at 0 s, the page at 2 s, taking 1 s.
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("50 hosts took %v", took)
		}
	})
}

// A host that was asked a moment ago by another transport has its pause.
func TestPaceCountsFromBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for asked, want := range map[time.Duration]time.Duration{0: 2 * time.Second, time.Second: time.Second, time.Hour: 0} {
			began := time.Now()
			s := &site{}
			if _, err := ask(t.Context(), on(t, s, Options{Asked: began.Add(-asked)}), Policy{Every: 2 * time.Second}, gov+"/a"); err != nil {
				t.Fatal(err)
			}
			if wait := s.log[0].at.Sub(began); wait != want {
				t.Errorf("asked %v ago: the next request after %v, want %v", asked, wait, want)
			}
		}
	})
}

// http and https of a host are one server, and so are the hosts that the operator
// says are: they share a pace and a rest. Another port is another server.
func TestPaceOfOneServer(t *testing.T) {
	group := func(host string) string {
		if host == "a.gov.cn" || host == "b.gov.cn" {
			return "the county's server"
		}
		return host
	}
	for _, c := range []struct {
		name string
		urls []string
		want []time.Duration
	}{
		{"both schemes", []string{"http://h/1", "https://h/2", "http://h:80/3", "https://h:443/4"}, []time.Duration{2e9, 2e9, 2e9}},
		{"another port", []string{"http://h/1", "http://h:8080/2", "https://h:8443/3"}, []time.Duration{0, 0}},
		{"one server by configuration", []string{"http://a.gov.cn/1", "http://b.gov.cn/2", "https://a.gov.cn/3"}, []time.Duration{2e9, 2e9}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{}
				tr := on(t, s, Options{Server: group})
				for _, u := range c.urls { // robots.txt has its turns first
					tr.robots.learn(HostKey(mustParse(t, u)), mustParse(t, u), robotsEntry{rules: &robotsRules{}, fetched: time.Now()})
				}
				for _, u := range c.urls {
					if _, err := ask(t.Context(), tr, Policy{Every: 2 * time.Second}, u); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(c.want, gaps(s.pages())); diff != "" {
					t.Errorf("pauses between requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPaceJitterOnlySlows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		tr := on(t, s, Options{Jitter: 0.5})
		for i := range 40 {
			ask(t.Context(), tr, Policy{Every: 2 * time.Second}, fmt.Sprintf("%s/%d", gov, i))
		}
		got := gaps(s.pages())
		if least, most := slices.Min(got), slices.Max(got); least < 2*time.Second || most > 3*time.Second || most == least {
			t.Errorf("pauses from %v to %v", least, most)
		}
	})
}

// Where two sites differ about the host they share, the slower pace holds.
func TestPaceSlowestPolicyWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		tr := on(t, s, Options{})
		for i := range 4 {
			every := []time.Duration{time.Second, 5 * time.Second}[i%2]
			ask(t.Context(), tr, Policy{Every: every}, fmt.Sprintf("%s/%d", gov, i))
		}
		if diff := cmp.Diff([]time.Duration{5e9, 5e9, 5e9}, gaps(s.pages())); diff != "" {
			t.Error(diff)
		}
	})
}

// A connection that takes long to make delays the request, not the pause after
// it: what counts is when the server sees the requests.
func TestPaceCountsFromTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHosts(Options{}).of(&url.URL{Scheme: "http", Host: "h"})
		p := &Policy{Every: 2 * time.Second, Burst: 1, MaxWait: time.Minute}
		if err := h.enter(t.Context(), p, "u"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond) // dial, TLS
		wrote := time.Now()
		h.observe(&Hop{Status: 200, Start: wrote, tried: true}, nil)
		h.leave()
		if err := h.enter(t.Context(), p, "u"); err != nil {
			t.Fatal(err)
		}
		if gap := time.Since(wrote); gap != 2*time.Second {
			t.Errorf("next request %v after the last", gap)
		}
	})
}

// One answer that asks for rest holds all URLs of the host, and no other host.
func TestRetryAfterHoldsTheHost(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "30", 30 * time.Second},
		{"date", "", 45 * time.Second}, // written below: it must be by the fake clock
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refuse := true
				s := &site{}
				s.answer = func(r *http.Request) *http.Response {
					if r.URL.Path == "/1" && refuse {
						refuse = false
						v := c.value
						if v == "" {
							v = time.Now().Add(c.want).UTC().Format(http.TimeFormat)
						}
						return reply(429, "", "Retry-After", v)
					}
					return nil
				}
				tr := on(t, s, Options{})
				_, err := ask(t.Context(), tr, Policy{}, gov+"/1")
				var answer *AnswerError
				if !errors.As(err, &answer) || Outcome(err) != "blocked:429" || !Retryable(err) {
					t.Fatalf("got %v, outcome %q, retryable %v", err, Outcome(err), Retryable(err))
				}
				if wait := time.Until(answer.RetryAfter); wait != c.want {
					t.Errorf("RetryAfter is %v away", wait)
				}
				begin := time.Now()
				ask(t.Context(), tr, Policy{}, "http://other.gov.cn/")
				if d := time.Since(begin); d != 0 {
					t.Errorf("another host waited %v", d)
				}
				if _, err := ask(t.Context(), tr, Policy{}, gov+"/2"); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(begin); d != c.want {
					t.Errorf("another URL of the host waited %v, want %v", d, c.want)
				}
			})
		})
	}
}

// A wait longer than the caller has is no failure: it is put off until then, and
// costs no turn.
func TestDeferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		tr := on(t, s, Options{})
		u, _ := url.Parse(gov)
		until := time.Now().Add(10 * time.Minute)
		tr.Hold(u, until, "for the test")
		_, err := ask(t.Context(), tr, Policy{MaxWait: time.Minute}, gov+"/")
		var deferred *DeferredError
		if !errors.As(err, &deferred) || !deferred.Until.Equal(until) || deferred.Why != "for the test" {
			t.Fatalf("got %v", err)
		}
		if !Postponed(err) || Outcome(err) != "partial:deferred" {
			t.Errorf("postponed %v, outcome %q", Postponed(err), Outcome(err))
		}

		// The same with the deadline of the context, and with the pace.
		time.Sleep(10 * time.Minute)
		p := Policy{Every: 20 * time.Second}
		if _, err := ask(t.Context(), tr, p, gov+"/"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		now := time.Now()
		_, err = ask(ctx, tr, p, gov+"/")
		if !errors.As(err, &deferred) || deferred.Until.Sub(now) != 20*time.Second || time.Since(now) != 0 {
			t.Fatalf("got %v after %v", err, time.Since(now))
		}
		if _, err := ask(t.Context(), tr, p, gov+"/"); err != nil || time.Since(now) != 20*time.Second {
			t.Errorf("the turn put off was lost: %v after %v", err, time.Since(now))
		}
		if n := len(s.pages()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

// A rest ordered while a request waits for its turn holds it too.
func TestHoldWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := on(t, &site{}, Options{})
		p := Policy{Every: 10 * time.Second}
		ask(t.Context(), tr, p, gov+"/a")
		begin := time.Now()
		time.AfterFunc(5*time.Second, func() {
			u, _ := url.Parse(gov)
			tr.Hold(u, begin.Add(25*time.Second), "for the test")
		})
		if _, err := ask(t.Context(), tr, p, gov+"/b"); err != nil || time.Since(begin) < 25*time.Second {
			t.Errorf("asked after %v: %v", time.Since(begin), err)
		}
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{}
		tr := on(t, s, Options{})
		ask(t.Context(), tr, Policy{Every: 30 * time.Second}, gov+"/")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		begin := time.Now()
		_, err := ask(ctx, tr, Policy{Every: 30 * time.Second}, gov+"/")
		if !errors.Is(err, context.Canceled) || !Postponed(err) || time.Since(begin) != 50*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(begin))
		}
	})
}

// Whatever hosts answer, how long they take, and however many want to ask them:
// no host has two requests in flight, none is asked faster than its pace, none
// before the rest it asked for is over, and every fetch comes to an end.
func TestPaceInvariants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hosts, fetches, every = 40, 30, 2 * time.Second
		random := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		restUntil := map[string]time.Time{}
		s := &site{}
		s.answer = func(r *http.Request) *http.Response {
			mu.Lock()
			roll, took := random.IntN(20), time.Duration(random.IntN(5000))*time.Millisecond
			early := time.Now().Before(restUntil[r.URL.Host])
			mu.Unlock()
			if early {
				t.Errorf("%s asked before its rest was over", r.URL)
			}
			time.Sleep(took)
			if roll > 1 || r.URL.Path == "/robots.txt" {
				return nil
			}
			mu.Lock()
			restUntil[r.URL.Host] = time.Now().Add(20 * time.Second)
			mu.Unlock()
			return reply([]int{429, 503}[roll], "", "Retry-After", "20")
		}
		tr := on(t, s, Options{Jitter: 0.3})
		p := Policy{Every: every, MaxWait: 20 * time.Minute}
		var wg sync.WaitGroup
		var ended atomic.Int32
		for i := range hosts * fetches {
			wg.Go(func() {
				_, err := ask(t.Context(), tr, p, fmt.Sprintf("http://h%d.gov.cn/%d", i%hosts, i))
				if o := Outcome(err); o != "" && o != "blocked:429" && o != "failed:503" {
					t.Errorf("%q: %v", o, err)
				}
				ended.Add(1)
			})
		}
		wg.Wait()
		if ended.Load() != hosts*fetches || s.most != 1 {
			t.Errorf("%d fetches ended, %d in flight at one host", ended.Load(), s.most)
		}
		last := map[string]time.Time{}
		for _, v := range s.log {
			u, _ := url.Parse(v.url)
			if before, ok := last[u.Host]; ok && v.at.Sub(before) < every {
				t.Errorf("%s asked %v after the request before", v.url, v.at.Sub(before))
			}
			last[u.Host] = v.at
		}
	})
}

// A host that says 503 without saying for how long rests longer each time, is
// asked more slowly afterwards, and is at its pace again after good answers.
func TestSlowsDownAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := 2
		s := &site{}
		s.answer = func(r *http.Request) *http.Response {
			if r.URL.Path != "/robots.txt" && bad > 0 {
				bad--
				return reply(503, "")
			}
			return nil
		}
		var seen []string
		tr := on(t, s, Options{Cooldown: 10 * time.Second, Observer: watcher(func(h Health) { seen = append(seen, h.State) })})
		for i := range 12 {
			ask(t.Context(), tr, Policy{Every: 2 * time.Second}, fmt.Sprintf("%s/%d", gov, i))
		}
		got := gaps(s.pages())
		// 10 s and 30 s of rest; then 4 × pace, × 0.8 with each good answer.
		want := []time.Duration{10e9, 30e9, 6.4e9, 5.12e9, 4.096e9, 3.2768e9, 2.62144e9, 2.097152e9, 2e9, 2e9, 2e9}
		for i := range want {
			if d := got[i] - want[i]; d < -time.Microsecond || d > time.Microsecond {
				t.Errorf("pause %d is %v, want %v", i, got[i], want[i])
			}
		}
		if seen[0] != "resting" || seen[len(seen)-1] != "ok" {
			t.Errorf("host went %v", seen)
		}
	})
}

type watcher func(Health)

func (watcher) Requested(string, *Hop, string) {}
func (w watcher) HostChanged(h Health)         { w(h) }

// A host that turns everybody away is left alone after a few answers, a script
// challenge after one.
func TestBlockedHostIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  func(*http.Request) *http.Response
		asked   int
		verdict string
	}{
		{"403 everywhere", func(*http.Request) *http.Response { return reply(403, "forbidden") }, refusalsToStop, "blocked:403"},
		{"script challenge", func(*http.Request) *http.Response {
			return reply(412, `<html><script>$_ts=window['$_ts']</script></html>`, "Content-Type", "text/html")
		}, 1, "blocked:js-challenge(ruishu)"},
		{"rate page", func(*http.Request) *http.Response {
			return reply(200, "<html><body>您的访问过于频繁，请稍后再试</body></html>", "Content-Type", "text/html")
		}, shieldsToStop, "blocked:rate"},
		{"a login behind a redirect", func(r *http.Request) *http.Response {
			if r.URL.Path != "/login" {
				return reply(302, "", "Location", "/login")
			}
			return reply(200, `<html><body>登录<input type="password"></body></html>`, "Content-Type", "text/html")
		}, 2 * shieldsToStop, "blocked:login"},
		{"a status of shields", func(*http.Request) *http.Response { return reply(412, "no") }, 1, "blocked:412"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{answer: func(r *http.Request) *http.Response {
					if r.URL.Path == "/robots.txt" {
						return reply(404, "")
					}
					return c.answer(r)
				}}
				tr := on(t, s, Options{})
				var err error
				for i := range 10 {
					_, err = ask(t.Context(), tr, Policy{MaxWait: time.Hour}, fmt.Sprintf("%s/%d", gov, i))
					if Outcome(err) != c.verdict {
						t.Fatalf("outcome %q: %v", Outcome(err), err)
					}
				}
				var blocked *HostBlockedError
				if !errors.As(err, &blocked) || !Postponed(err) || Retryable(err) {
					t.Errorf("got %v", err)
				}
				if n := len(s.pages()); n != c.asked {
					t.Errorf("%d requests, want %d", n, c.asked)
				}
			})
		})
	}
}

func TestDeadHostIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := on(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/robots.txt" {
				return reply(404, ""), nil
			}
			return nil, errors.New("connection refused")
		}), Options{})
		for i := range failuresToRest {
			_, err := ask(t.Context(), tr, Policy{}, fmt.Sprintf("%s/%d", gov, i))
			if Outcome(err) != "unreachable:dial" || !Retryable(err) {
				t.Fatalf("got %v: %s", err, Outcome(err))
			}
		}
		_, err := ask(t.Context(), tr, Policy{MaxWait: 30 * time.Second}, gov)
		var deferred *DeferredError
		if !errors.As(err, &deferred) || time.Until(deferred.Until) <= 0 {
			t.Errorf("got %v", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
