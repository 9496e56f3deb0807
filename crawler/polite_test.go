package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai/configs"
)

// visitors is a site that notes when it was asked for what.
type visitors struct {
	*server
	mu  sync.Mutex
	log []visited
}

type visited struct {
	at   time.Time
	path string
}

// county is a host with two columns, each of which lists so many reports.
func county(t *testing.T, reports int, robots string, answer func(w http.ResponseWriter, r *http.Request, n int) bool) *visitors {
	v := &visitors{}
	v.server = serveAll(t, func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		v.log = append(v.log, visited{time.Now(), r.URL.Path})
		n := len(v.log)
		v.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch {
		case r.URL.Path == "/robots.txt" && robots == "":
			http.NotFound(w, r)
		case r.URL.Path == "/robots.txt":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, robots)
		case answer != nil && answer(w, r, n):
		case strings.HasSuffix(r.URL.Path, "/"):
			var list strings.Builder
			for year := 2025 - reports; year < 2025; year++ {
				fmt.Fprintf(&list, `<li><a href="%st%d0120_1.html">某局%d年政府信息公开工作年度报告</a><span>%d-01-20</span></li>`, r.URL.Path, year+1, year, year+1)
			}
			fmt.Fprint(w, frame("年报", "<ul>"+list.String()+"</ul>"))
		default:
			fmt.Fprint(w, frame("年度报告", reportText))
		}
	})
	return v
}

func (v *visitors) visits() []visited {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]visited(nil), v.log...)
}

// A host that asks for rest gets it, from all pages of all its sites, whether it
// says so in seconds or by a date.
func TestRestIsOfTheHost(t *testing.T) {
	for name, retryAfter := range map[string]func() string{
		"seconds": func() string { return "1" },
		"date":    func() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			t.Run(fmt.Sprintf("%d %s", status, name), func(t *testing.T) {
				t.Parallel()
				var mu sync.Mutex
				var refused time.Time
				host := county(t, 1, "", func(w http.ResponseWriter, r *http.Request, n int) bool {
					mu.Lock()
					defer mu.Unlock()
					if !refused.IsZero() || !strings.HasSuffix(r.URL.Path, ".html") {
						return false
					}
					refused = time.Now()
					w.Header().Set("Retry-After", retryAfter())
					w.WriteHeader(status)
					return true
				})
				o := newOffice(t, configs.Site{ID: "one", Index: []string{host.URL + "/one/zfxxgknb/"}}, configs.Site{ID: "two", Index: []string{host.URL + "/two/zfxxgknb/"}})
				s := o.crawl()
				for _, c := range s.Columns {
					if c.Verdict != "complete" || c.Reports != 1 {
						t.Errorf("%+v", c)
					}
				}
				for _, v := range host.visits() {
					if since := v.at.Sub(refused); since > 0 && since < 900*time.Millisecond {
						t.Errorf("%s was asked %v after the host asked for a rest", v.path, since)
					}
				}
			})
		}
	}
}

// Crawl-delay is the least pause, whatever the configuration says.
func TestCrawlDelay(t *testing.T) {
	t.Parallel()
	host := county(t, 3, "User-agent: *\nCrawl-delay: 0.2\n", nil)
	o := newOffice(t, configs.Site{ID: "one", Index: []string{host.URL + "/one/zfxxgknb/"}})
	if c := o.crawl().Columns[0]; c.Reports != 3 {
		t.Errorf("%+v", c)
	}
	log := host.visits()
	if span := log[len(log)-1].at.Sub(log[1].at); len(log) != 5 || span < 550*time.Millisecond {
		t.Errorf("%d requests, those after robots.txt within %v; want 3 pauses of 200ms", len(log), span)
	}
}

// Sites that are told to lie on one server share its pace.
func TestOneServer(t *testing.T) {
	t.Parallel()
	one, two := county(t, 3, "", nil), county(t, 3, "", nil)
	o := newOffice(t, configs.Site{ID: "one", Server: "both", Index: []string{one.URL + "/one/zfxxgknb/"}}, configs.Site{ID: "two", Server: "both", Index: []string{two.URL + "/two/zfxxgknb/"}})
	for i := range o.config.Sites {
		o.config.Sites[i].Pace.Every = pointer(configs.Duration(50 * time.Millisecond))
	}
	for _, c := range o.crawl().Columns {
		if c.Verdict != "complete" || c.Reports != 3 {
			t.Errorf("%+v", c)
		}
	}
	all := append(one.visits(), two.visits()...)
	first, last := all[0].at, all[0].at
	for _, v := range all {
		if v.at.Before(first) {
			first = v.at
		}
		if v.at.After(last) {
			last = v.at
		}
	}
	if span := last.Sub(first); len(all) != 10 || span < 400*time.Millisecond {
		t.Errorf("%d requests within %v, want 9 pauses of 50ms", len(all), span)
	}
}
