package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// earlyMorning opens at three, UTC.
type earlyMorning struct{}

func (earlyMorning) Next(now time.Time) time.Time {
	if three := now.UTC().Truncate(24 * time.Hour).Add(3 * time.Hour); now.Before(three) {
		return three
	}
	return now
}

func (earlyMorning) String() string { return "03:00-04:00" }

// Outside its hours a host is not asked, not even for robots.txt.
func TestOutsideHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble's clock begins at midnight UTC
		s := &site{}
		tr := on(t, s, Options{})
		p := Policy{Window: earlyMorning{}}
		_, err := ask(t.Context(), tr, p, gov+"/a")
		var deferred *DeferredError
		if !errors.As(err, &deferred) || time.Until(deferred.Until) != 3*time.Hour || !strings.Contains(err.Error(), "03:00-04:00") {
			t.Fatalf("got %v", err)
		}
		if len(s.log) != 0 {
			t.Error("the host was asked")
		}
		time.Sleep(3 * time.Hour)
		if _, err := ask(t.Context(), tr, p, gov+"/a"); err != nil {
			t.Error(err)
		}
	})
}

func TestBudgets(t *testing.T) {
	page := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name  string
		run   *Budget
		asked int // requests that go out, robots.txt among them
		says  string
	}{
		{"requests", &Budget{Name: "the run", Requests: 4}, 4, "the budget of the run is spent: 4 requests"},
		{"bytes", &Budget{Name: "the run", Bytes: 2500}, 4, "2500 bytes"},
		{"time", &Budget{Name: "the run"}, 3, "time until"},
		{"none", &Budget{Name: "the run"}, 12, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if c.name == "time" {
					c.run.Until = time.Now().Add(3 * time.Second)
				}
				s := &site{answer: func(r *http.Request) *http.Response {
					if r.URL.Path == "/robots.txt" {
						return nil
					}
					return reply(200, page)
				}}
				tr := on(t, s, Options{})
				site := &Budget{Name: "the site", Requests: 100}
				p := Policy{Every: time.Second, Budgets: []*Budget{site, c.run}}
				for i := range 10 {
					_, err := ask(t.Context(), tr, p, fmt.Sprintf("%s/%d", gov, i))
					if err != nil && !Postponed(err) {
						t.Error(err)
					}
				}
				time.Sleep(3 * time.Second)
				_, err := ask(t.Context(), tr, p, gov+"/last")
				if len(s.log) != c.asked {
					t.Errorf("%d requests, want %d", len(s.log), c.asked)
				}
				var spent *BudgetError
				if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &spent) || !strings.Contains(err.Error(), c.says)) {
					t.Errorf("got %v", err)
				}
				requests, bytes := c.run.Used()
				other, _ := site.Used()
				if requests != c.asked || other != c.asked || bytes != int64(1000*(c.asked-1)) {
					t.Errorf("used %d requests, %d bytes; the site %d", requests, bytes, other)
				}
			})
		})
	}
}

// The observer hears of every request that went out, and of no other.
func TestObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(r *http.Request) *http.Response {
			switch r.URL.Path {
			case "/robots.txt":
				return reply(200, "User-agent: *\nDisallow: /no\n")
			case "/moved":
				return reply(301, "", "Location", "/page")
			case "/gone":
				return reply(404, "")
			}
			return nil
		}}
		o := &recorder{}
		tr := on(t, s, Options{Observer: o})
		for _, path := range []string{"/page", "/no", "/moved", "/gone"} {
			ask(t.Context(), tr, Policy{}, gov+path)
		}
		const key = "www.example.gov.cn "
		want := []string{key + "/robots.txt ok", key + "/page ok", key + "/moved ok", key + "/page ok", key + "/gone failed:404"}
		if got := strings.Join(o.got, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s", got)
		}
		if hs := tr.Hosts(); len(hs) != 1 || hs[0].Host != "www.example.gov.cn" || hs[0].State != "ok" {
			t.Errorf("hosts %+v", hs)
		}
	})
}

// A host without robots.txt has not failed.
func TestObserverWithoutRobots(t *testing.T) {
	for status, want := range map[int]string{404: "ok", 403: "ok", 429: "blocked:429", 500: "failed:500"} {
		synctest.Test(t, func(t *testing.T) {
			o := &recorder{}
			tr := on(t, &site{answer: func(*http.Request) *http.Response { return reply(status, "") }}, Options{Observer: o})
			ask(t.Context(), tr, Policy{}, gov+"/page")
			if o.got[0] != "www.example.gov.cn /robots.txt "+want {
				t.Errorf("%d: %s", status, o.got[0])
			}
		})
	}
}

type recorder struct {
	mu  sync.Mutex
	got []string
}

func (r *recorder) Requested(host string, h *Hop, outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, fmt.Sprintf("%s %s %s", host, strings.TrimPrefix(h.URL, gov), outcome))
}

func (r *recorder) HostChanged(Health) {}
