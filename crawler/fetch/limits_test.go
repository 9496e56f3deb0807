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

func TestHours(t *testing.T) {
	at := func(s string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct{ hours, now, next string }{
		{"", "2026-01-20 12:00", "2026-01-20 12:00"},
		{"22:00-06:00", "2026-01-20 23:00", "2026-01-20 23:00"},
		{"22:00-06:00", "2026-01-20 05:59", "2026-01-20 05:59"},
		{"22:00-06:00", "2026-01-20 06:00", "2026-01-20 22:00"},
		{"22:00-06:00", "2026-01-20 21:59", "2026-01-20 22:00"},
		{"01:30-04:00", "2026-01-31 04:00", "2026-02-01 01:30"},
		{"01:30-04:00", "2026-01-31 01:29", "2026-01-31 01:30"},
		{"12:00-13:30, 20:00-24:00", "2026-01-20 13:30", "2026-01-20 20:00"},
		{"12:00-13:30, 20:00-24:00", "2026-01-20 23:59", "2026-01-20 23:59"},
		{"12:00-13:30, 20:00-24:00", "2026-01-20 00:00", "2026-01-20 12:00"},
		{"00:00-24:00", "2026-01-20 00:00", "2026-01-20 00:00"},
	} {
		h, err := ParseHours(c.hours, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", c.hours, err)
			continue
		}
		if got := h.Next(at(c.now)); !got.Equal(at(c.next)) {
			t.Errorf("%s at %s: %v, want %s", c.hours, c.now, got, c.next)
		}
	}
	china := time.FixedZone("CST", 8*3600)
	h, _ := ParseHours("22:00-06:00", china)
	if got := h.Next(at("2026-01-20 12:00")); !got.Equal(at("2026-01-20 14:00")) {
		t.Errorf("in China: %v", got)
	}
	for _, bad := range []string{"22-6", "22:00", "25:00-06:00", "22:00-06:60", "24:00-06:00", "22:00-06:00x", "06:00-06:00", "22:00-24:30", "a,b", "22:00-06:00,"} {
		if _, err := ParseHours(bad, time.UTC); err == nil {
			t.Errorf("%q is taken for hours", bad)
		}
	}
}

// Outside its hours a host is not asked, not even for robots.txt.
func TestOutsideHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble's clock begins at midnight UTC
		s := &site{}
		tr := on(t, s, Options{})
		hours, err := ParseHours("03:00-04:00", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		p := Policy{Hours: hours}
		_, err = ask(t.Context(), tr, p, gov+"/a")
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
