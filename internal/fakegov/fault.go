package fakegov

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is a way to fail, switched on for a site or a path with [Site.Fail].
type Fault struct {
	Kind FaultKind
	// Times is how many requests fail before the page answers as it should. 0
	// means all.
	Times int
	// RetryAfter is the header of that name, seconds or an HTTP date.
	RetryAfter string
	// Location is where the redirecting faults lead; each has a default.
	Location string
	// Every is the pause of Trickle between two bytes, default one second, and
	// the delay of Slow.
	Every time.Duration
}

// FaultKind names a way to fail.
type FaultKind string

// The ways to fail.
const (
	NoFault     FaultKind = ""
	Forbidden   FaultKind = "403"
	NotFound    FaultKind = "404"
	Gone        FaultKind = "410"
	TooMany     FaultKind = "429"
	ServerError FaultKind = "500"
	Unavailable FaultKind = "503"
	// Ruishu is 412 with the obfuscated script of a 瑞数 shield.
	Ruishu FaultKind = "412 ruishu"
	// Jiasule is 521 with the clearance cookie script of a 加速乐 shield.
	Jiasule FaultKind = "521 jiasule"
	// C3VK is a 200 of some 380 bytes that sets a cookie by script and reloads.
	C3VK FaultKind = "c3vk shell"
	// Captcha is a 200 that asks for a 验证码.
	Captcha FaultKind = "captcha"
	// SoftNotFound is a 200 that says 页面不存在.
	SoftNotFound FaultKind = "soft 404"
	// HomeInstead redirects to the home page, as sites do for pages they lost.
	HomeInstead FaultKind = "redirect to the home page"
	// IndexInstead answers with the column's index, whatever was asked for.
	IndexInstead FaultKind = "index for every article"
	// Stub is a 200 of 13 bytes.
	Stub FaultKind = "stub"
	// Endless is a body that never ends.
	Endless FaultKind = "endless body"
	// Trickle is the right body, a byte at a time.
	Trickle FaultKind = "one byte a second"
	// Slow is the right answer after the delay Every.
	Slow FaultKind = "slow"
	// Silent takes the request and never answers.
	Silent FaultKind = "silent"
	// Reset cuts the connection before an answer.
	Reset FaultKind = "connection reset"
	// Truncated cuts the connection in the middle of the body.
	Truncated FaultKind = "truncated body"
	// GzipUnasked compresses the body and says so, whether asked or not.
	GzipUnasked FaultKind = "gzip unasked"
	// GzipBare compresses the body and does not say so.
	GzipBare FaultKind = "gzip undeclared"
	// RedirectLoop leads from the page to itself, with a growing query.
	RedirectLoop FaultKind = "redirect loop"
	// RedirectMetadata leads to the metadata service of a cloud.
	RedirectMetadata FaultKind = "redirect to 169.254.169.254"
	// RedirectOffHost leads to a host that nobody configured (see [Gov.Stranger]).
	RedirectOffHost FaultKind = "redirect off host"
	// SelfCookie is a 302 to the same address that sets a cookie; with the cookie
	// the page answers. Honest visitors pass.
	SelfCookie FaultKind = "302 with cookie"
	// MetaRefresh is a shell that leads on to Location by <meta refresh>.
	MetaRefresh FaultKind = "meta refresh"
	// ScriptRefresh is a shell that leads on to Location by location.href.
	ScriptRefresh FaultKind = "location.href"
)

// FaultKinds lists the ways to fail.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Forbidden, NotFound, Gone, TooMany, ServerError, Unavailable, Ruishu, Jiasule, C3VK,
		Captcha, SoftNotFound, HomeInstead, IndexInstead, Stub, Endless, Trickle, Slow, Silent,
		Reset, Truncated, GzipUnasked, GzipBare, RedirectLoop, RedirectMetadata, RedirectOffHost, SelfCookie, MetaRefresh, ScriptRefresh,
	}
}

// fault answers the request in the way of f. ok is false when the page should
// answer itself; page makes the answer it would give.
func (s *Site) fault(w *recorder, r *http.Request, f Fault, page func() response) (ok bool) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	html := func(status int, body string) bool {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
	redirect := func(fallback string) bool {
		if f.Location != "" {
			fallback = f.Location
		}
		w.Header().Set("Location", fallback)
		return html(http.StatusFound, "")
	}
	switch f.Kind {
	case Forbidden:
		return html(403, errorPage("403 Forbidden", "您的访问被拒绝"))
	case NotFound:
		return html(404, errorPage("404 Not Found", "您访问的页面不存在"))
	case Gone:
		return html(410, errorPage("410 Gone", "该页面已删除"))
	case TooMany:
		return html(429, errorPage("429 Too Many Requests", "访问过于频繁，请稍后再试"))
	case ServerError:
		return html(500, errorPage("500 Internal Server Error", "系统繁忙"))
	case Unavailable:
		return html(503, errorPage("503 Service Unavailable", "系统维护中"))
	case Ruishu:
		http.SetCookie(w, &http.Cookie{Name: "FSSBBIl1UgzbN7NS", Value: "5RnQ0lQAAAAAAAAAAAAAAAAA", Path: "/", HttpOnly: true})
		return html(412, `<!DOCTYPE html><html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="`+strings.Repeat("q0bK{", 200)+`"><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=80436;$_ts.cd="`+strings.Repeat("qEqrqAl", 300)+`";</script></head><body></body></html>`)
	case Jiasule:
		http.SetCookie(w, &http.Cookie{Name: "__jsluid_h", Value: "0f3b2c1d4e5f60718293a4b5c6d7e8f9", Path: "/", HttpOnly: true})
		return html(521, `<script>document.cookie=('_')+('_')+('jsl')+('_')+('clearance')+('=1700000000.1|-1|')+('abc')+(';max-age=3600;path=/');location.href=location.pathname+location.search</script>`)
	case C3VK:
		return html(200, `<html><head><meta charset="utf-8"></head><body><script type="text/javascript">function loadC3VK(){var n=navigator.userAgent;if(n){document.cookie="C3VK=8b7c1f; path=/; max-age=300";document.location.reload()}}window.onload=loadC3VK;</script><noscript><h2>请启用JavaScript后刷新页面</h2><p>Please enable JavaScript and refresh the page.</p></noscript></body></html>`)
	case Captcha:
		return html(200, `<html><head><meta charset="utf-8"><title>安全验证</title></head><body><form action="/codeValue" method="post"><p>访问过于频繁，请输入验证码后继续访问</p><img src="/codeValue.jsp" alt="验证码"><input name="codeValue"><button>提交</button></form></body></html>`)
	case SoftNotFound:
		return html(200, errorPage("页面不存在", "抱歉，您访问的页面不存在或已被删除"))
	case HomeInstead:
		return redirect("/")
	case IndexInstead:
		s.answer(w, r, s.serve(s.indexRequest(r)))
		return true
	case Stub:
		return html(200, "<html></html>")
	case Endless:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		junk := bytes.Repeat([]byte("<p>通知公告</p>\n"), 512)
		for {
			if _, err := w.Write(junk); err != nil {
				return true
			}
		}
	case Trickle:
		s.trickle(w, r, page(), f.Every)
		return true
	case Slow:
		select {
		case <-time.After(f.Every):
			return false
		case <-r.Context().Done():
			return true
		}
	case Silent:
		<-r.Context().Done()
		return true
	case Reset:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
		return true
	case Truncated:
		answer := page()
		w.Header().Set("Content-Type", answer.contentType)
		w.Header().Set("Content-Length", itoa(len(answer.content())))
		_, _ = w.Write(answer.content()[:len(answer.content())/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case GzipUnasked, GzipBare:
		answer := page()
		w.Header().Set("Content-Type", answer.contentType)
		if f.Kind == GzipUnasked {
			w.Header().Set("Content-Encoding", "gzip")
		}
		z := gzip.NewWriter(w)
		_, _ = z.Write(answer.content())
		_ = z.Close()
		return true
	case RedirectLoop:
		n := 0
		_, _ = fmt.Sscanf(r.URL.Query().Get("r"), "%d", &n)
		return redirect(r.URL.Path + "?r=" + itoa(n+1))
	case RedirectMetadata:
		return redirect("http://169.254.169.254/latest/meta-data/")
	case RedirectOffHost:
		return redirect(s.gov.Stranger.URL + "/mirror" + r.URL.Path)
	case SelfCookie:
		if _, err := r.Cookie("openresty_ct"); err == nil {
			return false
		}
		http.SetCookie(w, &http.Cookie{Name: "openresty_ct", Value: "6T", Path: "/"})
		return redirect(r.RequestURI)
	case MetaRefresh:
		return html(200, `<html><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=`+f.Location+`"></head><body></body></html>`)
	case ScriptRefresh:
		return html(200, `<html><head><meta charset="utf-8"></head><body><script type="text/javascript">window.location.href="`+f.Location+`";</script></body></html>`)
	}
	return false
}

func (s *Site) trickle(w *recorder, r *http.Request, answer response, every time.Duration) {
	if every <= 0 {
		every = time.Second
	}
	w.Header().Set("Content-Type", answer.contentType)
	w.Header().Set("Content-Length", itoa(len(answer.content())))
	tick := time.NewTicker(every)
	defer tick.Stop()
	body := answer.content()
	for i := range len(body) - 1 {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
	w.writeLast(body[max(len(body)-1, 0):])
}

func errorPage(title, text string) string {
	return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>` + title + `</title></head><body><div class="error"><h1>` +
		title + `</h1><p>` + text + `</p><a href="/">返回首页</a></div></body></html>`
}

type faultRule struct {
	pattern string
	fault   Fault
	left    int // requests still to fail, -1 means all
}

// Fail makes requests for a path fail. The path may have a query, may end in *
// for all that begin so, and may be a full URL of the site. A fault replaces the
// one of the same path; of several that match, the one switched on last counts.
// The zero Fault lets the path work again.
func (s *Site) Fail(path string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addFault(strings.TrimPrefix(path, s.URL), f)
}

func (s *Site) addFault(path string, f Fault) {
	s.faults = slices.DeleteFunc(s.faults, func(r *faultRule) bool { return r.pattern == path })
	left := -1
	if f.Times > 0 {
		left = f.Times
	}
	s.faults = append(s.faults, &faultRule{path, f, left})
}

// nextFault takes the fault that is due for a path.
func (s *Site) nextFault(path string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rule := range slices.Backward(s.faults) {
		if rule.left == 0 || !match(rule.pattern, path) {
			continue
		}
		if rule.left > 0 {
			rule.left--
		}
		return rule.fault, rule.fault.Kind != NoFault
	}
	return Fault{}, false
}
