package fetch_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gongkai/crawler/fetch"
)

// cutter answers each connection's first request and cuts the connection at the
// second, as overloaded servers and firewalls do, so that whoever asks again asks
// on a new one. It notes when it was asked.
type cutter struct {
	*httptest.Server
	mu  sync.Mutex
	log []time.Time
}

func newCutter(t *testing.T) *cutter {
	c := &cutter{}
	first := map[string]bool{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.log = append(c.log, time.Now())
		used := first[r.RemoteAddr]
		first[r.RemoteAddr] = true
		c.mu.Unlock()
		if !used || r.URL.Path == "/robots.txt" {
			io.WriteString(w, "<html><body><p>政府信息公开年报目录</p></body></html>")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}))
	t.Cleanup(c.Close)
	return c
}

// A request that the server took and cut off is asked again at the host's pace,
// never at once, as HTTP clients do by themselves.
func TestReplayKeepsPace(t *testing.T) {
	t.Parallel()
	const every = 100 * time.Millisecond
	c := newCutter(t)
	tr := transport(t, fetch.Options{Jitter: -1})
	p := local()
	p.Every = every
	for range 8 {
		_, _, err := get(context.Background(), tr, p, fetch.Ask{}, c.URL+"/a.html")
		if err != nil && !fetch.Retryable(err) {
			t.Error(err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, at := range c.log[1:] {
		if gap := at.Sub(c.log[i]); gap < every/2 {
			t.Errorf("requests %d and %d are %v apart, want %v", i, i+1, gap, every)
		}
	}
	if len(c.log) != 9 {
		t.Errorf("%d requests, want one for each fetch and one for robots.txt", len(c.log))
	}
	if h := tr.Hosts(); h[0].State != "ok" {
		t.Errorf("a connection that the server let go of is taken for trouble: %+v", h)
	}
}
