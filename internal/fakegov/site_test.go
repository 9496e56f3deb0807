package fakegov

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestConditionalRequests(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Plan: []ReportSpec{{Organ: NewOrgan(0, 0), Year: 2023, Attachment: WithDOCX}}})
	r := s.Reports()[0]
	for _, u := range []string{r.URL, r.File, s.Column().Index[0], s.URL + "/css/style.css"} {
		first := get(t, u)
		tag, modified := first.header.Get("ETag"), first.header.Get("Last-Modified")
		if tag == "" || modified == "" {
			t.Errorf("%s: ETag %q, Last-Modified %q", u, tag, modified)
		}
		for _, header := range [][2]string{{"If-None-Match", tag}, {"If-Modified-Since", modified}} {
			if a := get(t, u, header[:]...); a.status != http.StatusNotModified || len(a.body) != 0 || a.header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d, %d bytes, ETag %q", u, header[0], a.status, len(a.body), a.header.Get("ETag"))
			}
		}
		if a := get(t, u, "If-None-Match", `"other"`, "If-Modified-Since", modified); a.status != 200 || !bytes.Equal(a.body, first.body) {
			t.Errorf("%s with another tag: %d", u, a.status)
		}
	}
	if n := s.Log.Conditional(); n != 12 {
		t.Errorf("%d conditional requests logged, want 12", n)
	}

	if err := s.Edit(r.URL, "requests.granted@total", "12345"); err != nil {
		t.Fatal(err)
	}
	old := get(t, r.URL).header
	if err := s.Edit(r.URL, "requests.partial@total", "54321"); err != nil {
		t.Fatal(err)
	}
	a := get(t, r.URL, "If-None-Match", old.Get("ETag"))
	if a.status != 200 || !strings.Contains(a.doc(t).Text(), "12345") || !strings.Contains(a.doc(t).Text(), "54321") {
		t.Errorf("after an edit: %d", a.status)
	}
	if a := get(t, r.URL, "If-Modified-Since", old.Get("Last-Modified")); a.status != 200 {
		t.Errorf("after an edit, by date: %d", a.status)
	}
	now := s.Reports()[0].Truth
	if now.Figures["requests.granted@total"] != "12345" || len(now.Violations) == 0 {
		t.Errorf("the truth did not follow the edit: %v", now.Violations)
	}
}

func TestNoValidators(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, NoValidators: true, Reports: 1})
	if a := get(t, s.Reports()[0].URL); a.header.Get("ETag")+a.header.Get("Last-Modified") != "" {
		t.Error("validators sent")
	}
	s = oneSite(t, SiteSpec{Family: TRS, Restless: true, Reports: 1})
	a, b := get(t, s.Reports()[0].URL), get(t, s.Reports()[0].URL)
	if a.header.Get("ETag") != "" || bytes.Equal(a.body, b.body) {
		t.Error("a restless page stayed the same")
	}
}

func TestRemoveAndPublish(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 3})
	r := s.Reports()[1]
	if err := s.Remove(r.URL); err != nil {
		t.Fatal(err)
	}
	if a := get(t, r.URL); a.status != 404 {
		t.Errorf("withdrawn report: %d", a.status)
	}
	if err := s.Edit(r.URL, "requests.new@total", "1"); !errors.Is(err, ErrNoReport) {
		t.Errorf("editing a withdrawn report: %v", err)
	}
	added := s.Publish(ReportSpec{Organ: NewOrgan(0, 5), Year: 2025})
	if a := get(t, added.URL); a.status != 200 || a.doc(t).Find("h1").Text() != added.Truth.Title {
		t.Errorf("published report: %d", a.status)
	}
	got := hrefs(t, s.Column().Index[0], get(t, s.Column().Index[0]).doc(t).Find("ul.list a"))
	if len(got) != 3 || got[0] != added.URL || slices.Contains(got, r.URL) {
		t.Errorf("list %v", got)
	}
}

func TestCopies(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Plan: []ReportSpec{{Organ: NewOrgan(0, 0), Year: 2022, Copies: true}}})
	links := hrefs(t, s.Column().Index[0], get(t, s.Column().Index[0]).doc(t).Find("ul.list a"))
	if len(links) != 3 || s.Listed() != 3 || len(s.Reports()) != 1 {
		t.Fatalf("links %v", links)
	}
	first := get(t, links[0])
	for _, u := range links[1:] {
		if a := get(t, u); !bytes.Equal(a.body, first.body) {
			t.Errorf("%s differs from %s", u, links[0])
		}
	}
}

func TestLog(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 2})
	u := s.Reports()[0].URL
	s.Fail(u+"?slow", Fault{Kind: Trickle, Every: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	var hanging sync.WaitGroup
	for range 2 {
		hanging.Go(func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, u+"?slow", nil)
			req.Header.Set("User-Agent", "slow/1")
			res, err := http.DefaultClient.Do(req)
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
	for s.Log.Len() < 2 {
		time.Sleep(time.Millisecond)
	}
	get(t, u, "User-Agent", "quick/1", "Referer", s.URL+"/")
	cancel()
	hanging.Wait()
	requests := s.Log.Requests()
	last := requests[2]
	if last.InFlight != 3 || last.Status != 200 || last.Bytes < 10000 || !last.Done || last.Header.Get("Referer") != s.URL+"/" {
		t.Errorf("last request %+v", last)
	}
	if n := s.Log.MaxInFlight(); n != 3 {
		t.Errorf("%d in flight, want 3", n)
	}
	path := strings.TrimPrefix(u, s.URL)
	if n := s.Log.Count(path); n != 3 {
		t.Errorf("%d requests for %s, want 3", n, path)
	}
	if n := s.Log.Count("/zfxxgk/*"); n != 3 {
		t.Errorf("%d requests below /zfxxgk/, want 3", n)
	}
	if counts := s.Log.Counts(); counts[path] != 1 || counts[path+"?slow"] != 2 {
		t.Errorf("counts %v", counts)
	}
	if got := strings.Join(s.Log.UserAgents(), " "); got != "quick/1 slow/1" {
		t.Errorf("agents %s", got)
	}
	if gap := s.Log.MinGap(); gap <= 0 || gap > time.Minute {
		t.Errorf("gap %v", gap)
	}
	s.Log.Reset()
	if s.Log.Len() != 0 || s.Log.MinGap() != 0 {
		t.Error("the log was not reset")
	}
}

// A visitor who waits for each answer is never seen twice at once.
func TestInFlightIsExact(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 2})
	for range 50 {
		get(t, s.Reports()[0].URL)
		get(t, s.URL+"/zfxxgk/nothing.html")
	}
	if n := s.Log.MaxInFlight(); n != 1 {
		t.Errorf("%d in flight", n)
	}
	if statuses := s.Log.Statuses(); statuses[200] != 50 || statuses[404] != 50 {
		t.Errorf("statuses %v", statuses)
	}
}

func TestFaults(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 3, Robots: "User-agent: *\nDisallow: /zfxxgk/secret/\n"})
	u := s.Reports()[0].URL
	right := get(t, u).text()
	home := get(t, s.URL+"/").text()

	for _, c := range []struct {
		fault  Fault
		status int
		text   string // in the body
	}{
		{Fault{Kind: Forbidden}, 403, "拒绝"},
		{Fault{Kind: NotFound}, 404, "不存在"},
		{Fault{Kind: Gone}, 410, "已删除"},
		{Fault{Kind: TooMany, RetryAfter: "7"}, 429, "过于频繁"},
		{Fault{Kind: ServerError}, 500, "系统繁忙"},
		{Fault{Kind: Unavailable, RetryAfter: "120"}, 503, "维护"},
		{Fault{Kind: Ruishu}, 412, "$_ts"},
		{Fault{Kind: Jiasule}, 521, "clearance"},
		{Fault{Kind: C3VK}, 200, `document.cookie="C3VK=`},
		{Fault{Kind: Captcha}, 200, "验证码"},
		{Fault{Kind: SoftNotFound}, 200, "您访问的页面不存在"},
		{Fault{Kind: IndexInstead}, 200, "createPageHTML"},
		{Fault{Kind: Stub}, 200, "<html></html>"},
		{Fault{Kind: MetaRefresh, Location: "/next.html"}, 200, `url=/next.html`},
		{Fault{Kind: ScriptRefresh, Location: "/next.html"}, 200, `location.href="/next.html"`},
		{Fault{Kind: GzipUnasked}, 200, right},
		{Fault{Kind: HomeInstead}, 200, home},
	} {
		s.Fail(u, c.fault)
		a := get(t, u)
		if a.status != c.status || !strings.Contains(a.text(), c.text) {
			t.Errorf("%s: %d %.300s", c.fault.Kind, a.status, a.text())
		}
		if got := a.header.Get("Retry-After"); got != c.fault.RetryAfter {
			t.Errorf("%s: Retry-After %q", c.fault.Kind, got)
		}
	}

	s.Fail(u, Fault{Kind: ServerError, Times: 2})
	for i, want := range []int{500, 500, 200} {
		if a := get(t, u); a.status != want {
			t.Errorf("request %d: %d, want %d", i, a.status, want)
		}
	}
	if get(t, u).text() != right {
		t.Error("the page did not recover")
	}

	s.Fail(u, Fault{Kind: GzipBare})
	a := get(t, u)
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil || a.header.Get("Content-Encoding") != "" {
		t.Fatal("undeclared gzip:", err)
	}
	if body, err := io.ReadAll(z); err != nil || string(body) != right {
		t.Error("undeclared gzip holds another page:", err)
	}

	s.Fail("/robots.txt", Fault{Kind: ServerError})
	if a := get(t, s.URL+"/robots.txt"); a.status != 500 {
		t.Errorf("robots.txt: %d", a.status)
	}
	s.Fail("/robots.txt", Fault{})
	if a := get(t, s.URL+"/robots.txt"); !strings.Contains(a.text(), "Disallow: /zfxxgk/secret/") {
		t.Errorf("robots.txt: %s", a.text())
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 2})
	u := s.Reports()[0].URL
	read := func(kind FaultKind, limit int64) (int, error) {
		s.Fail(u, Fault{Kind: kind, Every: time.Microsecond})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(io.LimitReader(res.Body, limit))
		return len(body), err
	}
	if _, err := read(Reset, 1<<20); err == nil {
		t.Error("reset: no error")
	}
	if n, err := read(Truncated, 1<<20); !errors.Is(err, io.ErrUnexpectedEOF) || n == 0 {
		t.Errorf("truncated: %d bytes, %v", n, err)
	}
	if n, err := read(Slow, 1<<20); err != nil || n < 10000 {
		t.Errorf("slow: %d bytes, %v", n, err)
	}
	if n, err := read(Endless, 1<<20); err != nil || n != 1<<20 {
		t.Errorf("endless: %d bytes, %v", n, err)
	}
	if n, err := read(Trickle, 1000); err != nil || n != 1000 {
		t.Errorf("trickle: %d bytes, %v", n, err)
	}
}

func TestRedirects(t *testing.T) {
	g := start(t, Options{Sites: []SiteSpec{{Family: TRS, Reports: 2}}})
	s := g.Sites[0]
	u := s.Reports()[0].URL
	hop := func(u string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body)
		return res.StatusCode, res.Header.Get("Location")
	}
	path := strings.TrimPrefix(u, s.URL)
	for _, c := range []struct {
		fault Fault
		to    string
	}{
		{Fault{Kind: RedirectMetadata}, "http://169.254.169.254/latest/meta-data/"},
		{Fault{Kind: RedirectOffHost}, g.Stranger.URL + "/mirror" + path},
		{Fault{Kind: RedirectOffHost, Location: "http://elsewhere.example/"}, "http://elsewhere.example/"},
		{Fault{Kind: RedirectLoop}, path + "?r=1"},
		{Fault{Kind: SelfCookie}, path},
		{Fault{Kind: HomeInstead}, "/"},
	} {
		s.Fail(u, c.fault)
		if status, to := hop(u); status != 302 || to != c.to {
			t.Errorf("%s: %d to %s, want %s", c.fault.Kind, status, to, c.to)
		}
	}
	s.Fail(u, Fault{Kind: RedirectLoop})
	if _, to := hop(u + "?r=41"); to != path+"?r=42" {
		t.Errorf("the loop leads to %s", to)
	}
	s.Fail(u, Fault{Kind: SelfCookie})
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	res, err := client.Get(u)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal("with a cookie jar:", err)
	}
	_ = res.Body.Close()
	if g.Stranger.Log.Len() != 0 {
		t.Error("somebody asked the stranger")
	}
	if g.SiteAt(u) != s || g.SiteAt(g.Stranger.URL+"/x") != g.Stranger || g.SiteAt("http://example.com/") != nil {
		t.Error("SiteAt finds the wrong site")
	}
}

// Close ends answers that would never end themselves; TestMain sees to it that
// nothing goes on.
func TestCloseEndsHangingAnswers(t *testing.T) {
	g, err := Start(Options{Sites: []SiteSpec{{Family: TRS, Reports: 1, Faults: map[string]Fault{"/zfxxgk/*": {Kind: Trickle, Every: time.Hour}, "/": {Kind: Endless}, "/map/": {Kind: Silent}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/zfxxgk/zfxxgknb/", "/"} {
		res, err := http.Get(g.Sites[0].URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
	}
	var silent sync.WaitGroup
	silent.Go(func() {
		if res, err := http.Get(g.Sites[0].URL + "/map/"); err == nil {
			_ = res.Body.Close()
			t.Error("the silent page answered")
		}
	})
	for g.Sites[0].Log.Len() < 3 {
		time.Sleep(time.Millisecond)
	}
	defer silent.Wait()
	done := make(chan error)
	go func() { done <- g.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Close hangs")
	}
}

func TestTLS(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 1, TLS: true})
	if _, err := http.Get(s.URL + "/"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("the certificate was accepted: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Get(s.Column().Index[0])
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
		t.Errorf("%s over %s", res.Status, res.Proto)
	}
}

func TestPort(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	_, err = Start(Options{Port: port, Sites: []SiteSpec{{Family: TRS}}})
	if err == nil || !strings.Contains(err.Error(), itoa(port)) {
		t.Errorf("a port in use: %v", err)
	}
	_ = free.Close()
	g, err := Start(Options{Port: port, Sites: []SiteSpec{{Family: TRS}}})
	if err != nil {
		t.Skip(err) // somebody took it meanwhile
	}
	defer g.Close()
	if want := fmt.Sprintf("http://127.0.0.1:%d", port); g.Sites[0].URL != want {
		t.Errorf("%s, want %s", g.Sites[0].URL, want)
	}
}

func TestUnknownFamily(t *testing.T) {
	if _, err := Start(Options{Sites: []SiteSpec{{Family: "typo3"}}}); err == nil || !strings.Contains(err.Error(), `"typo3"`) {
		t.Errorf("error %v", err)
	}
}

func TestDemo(t *testing.T) {
	g := start(t, Demo())
	kinds := make(map[string]int)
	for _, s := range g.Sites {
		for _, r := range s.Reports() {
			kinds[string(r.Truth.Form)]++
			kinds[string(r.Spec.Charset)]++
			kinds[string(r.Spec.Mistake)]++
			kinds[string(r.Spec.Attachment)]++
			kinds[string(r.Spec.Fault.Kind)]++
			if r.Spec.Double {
				kinds["double"]++
			}
			if r.Spec.Mistake != NoMistake && len(r.Truth.Violations) == 0 {
				t.Errorf("%s: the mistake breaks nothing", r.Truth.Title)
			}
		}
	}
	for _, want := range []string{"2014", "2019", "2021", "narrative", "double", string(GBKMeta), string(GBKBare), string(ZeroTotalRow), string(WithDOCX), string(OnlyDOCX), string(SoftNotFound)} {
		if kinds[want] == 0 {
			t.Errorf("no report with %s among %v", want, kinds)
		}
	}
	if columns := g.Columns(); len(columns) != 2 || columns[0].ID != "trs" || !columns[1].AllowPrivate || g.Site("hanweb").Column().Index[0] != columns[1].Index[0] {
		t.Errorf("columns %+v", columns)
	}
}
