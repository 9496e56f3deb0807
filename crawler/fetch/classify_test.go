package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestClassify(t *testing.T) {
	gbk := func(s string) string {
		out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	page := func(title, body string) string {
		return "<!DOCTYPE html><html><head><title>" + title + "</title><style>.a{}</style></head><body>" + body + "</body></html>"
	}
	long := strings.Repeat("本年度主动公开政府信息若干条，办理申请若干件。", 40)
	frame := strings.Repeat("<a href=/x>栏目导航</a>", 150)
	for _, c := range []struct {
		name     string
		status   int
		body     string
		header   []string
		verdict  string
		evidence string // part of it
	}{
		{"a report", 200, page("2020年政府信息公开工作年度报告", long), nil, "", ""},
		{"a report in GBK", 200, gbk(page("年度报告", long)), nil, "", ""},
		{"a report that speaks of captchas", 200, page("年度报告", long+"优化了验证码登录，解决页面不存在等问题，开展安全验证。"), nil, "", ""},
		{"a notice about captchas", 200, page("关于开展网站安全验证工作的通知", long), nil, "", ""},
		{"a number that holds 404", 200, page("", "<a href=x>20200404</a>"), nil, "", ""},
		{"a short page", 200, page("公告", "本页将于下月改版"), nil, "", ""},
		{"not modified", 304, "", nil, "", ""},
		{"a redirect", 302, "", []string{"Location", "/b.html"}, "", ""},
		{"a PDF", 200, "%PDF-1.4", []string{"Content-Type", "application/pdf"}, "", ""},
		{"an empty list as JSON", 200, "{}", []string{"Content-Type", "application/json"}, "", ""},
		{"an empty list as text", 200, "[]", nil, "", ""},
		{"a normal page with the cookie of the shield", 200, page("公告", long), []string{"Set-Cookie", "__jsluid_h=abc; path=/"}, "", ""},
		{"a list drawn by a script", 200, page("", "<div id=app></div><script src=/list.js></script>"), nil, "", ""},
		{"a redirect shell", 200, `<html><head><meta http-equiv="refresh" content="0;url=szfl/"></head></html>`, nil, "", ""},
		{"a frame around a PDF", 200, `<html><body><iframe src="a.pdf"></iframe></body></html>`, nil, "", ""},
		{"records without text", 200, `<datastore><nextgroup></nextgroup><recordset></recordset></datastore>`, nil, "", ""},

		{"ruishu 412", 412, `<html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="x"></head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></html>`, nil, "blocked:js-challenge(ruishu)", "$_ts"},
		{"ruishu 202", 202, `<script>$_ts=window['$_ts'];` + strings.Repeat("_$a1();", 30000) + `</script>`, nil, "blocked:js-challenge(ruishu)", "$_ts"},
		{"ruishu by its cookie", 412, "<html></html>", []string{"Set-Cookie", "FSSBBIl1UgzbN7NS=1; path=/"}, "blocked:js-challenge(ruishu)", "cookie"},
		{"412 of another kind", 412, "no", nil, "blocked:412", "status 412"},
		{"jiasule", 521, `<script>document.cookie=('_')+('_')+('j')+('s');location.href=location.pathname</script>`, []string{"Set-Cookie", "__jsluid_s=1"}, "blocked:js-challenge(jiasule)", "document.cookie"},
		{"521 of another kind", 521, "web server is down", nil, "blocked:521", "status 521"},
		{"C3VK", 200, `<html><script>document.cookie="C3VK=ab12; path=/";location.reload();</script></html>`, nil, "blocked:js-challenge(c3vk)", "C3VK="},
		{"another cookie shell", 200, `<html><script>document.cookie="visited=1";window.location.href="/";</script></html>`, nil, "blocked:js-challenge(cookie)", ""},
		{"rate", 200, page("提示", "您的访问过于频繁，请稍后再试！"), nil, "blocked:rate", "访问过于频繁"},
		{"rate in GBK", 200, gbk(page("提示", "您的访问过于频繁，请稍后再试！")), nil, "blocked:rate", "访问过于频繁"},
		{"rate as JSON", 200, `{"code":500,"msg":"请求过于频繁"}`, []string{"Content-Type", "application/json"}, "blocked:rate", ""},
		{"captcha", 200, page("安全验证", "请完成安全验证后继续访问"), nil, "blocked:captcha", "安全验证"},
		{"captcha, blanks between", 200, page("", "请 输 入\n验证码"), nil, "blocked:captcha", "请输入验证码"},
		{"waf", 405, page("405", "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。"), nil, "blocked:waf", "访问被阻断"},
		{"yunsuo", 200, `<html><head><script>function YunSuoAutoJump(){self.location="/?security_verify_data="+w}</script></head></html>`, nil, "blocked:js-challenge(yunsuo)", "YunSuoAutoJump"},
		{"wzws", 200, `<html><body><noscript>WZWS-RAY</noscript><script>eval("wzwschallenge")</script></body></html>`, nil, "blocked:js-challenge(wzws)", "WZWS-RAY"},
		{"acw", 200, `<html><script>var arg1='8A';setCookie("acw_sc__v2", x)</script></html>`, nil, "blocked:js-challenge(acw)", ""},
		{"safedog", 200, page("网站防火墙", "您的请求带有不合法参数，已被网站管理员设置拦截！"), nil, "blocked:waf", ""},
		{"safedog with 404", 404, page("", "安全狗提示：您的请求已被拦截"), nil, "blocked:waf", ""},
		{"chuangyu", 200, page("知道创宇云安全", "您的访问可能存在风险，本次请求已拦截"), nil, "blocked:waf", "知道创宇"},
		{"a slider", 200, page("验证", "请按住滑块，拖动到最右边"), nil, "blocked:captcha", "按住滑块"},
		{"a login", 200, page("统一身份认证", `<form method=post>账号<input name=u>密码<input type="password" name=p><button>登录</button></form>`), nil, "blocked:login", "password"},
		{"a page with a login in its head", 200, page("公告", `<input type="password">`+long), nil, "", ""},
		{"maintenance", 200, page("提示", "网站正在维护升级中，请稍后访问"), nil, "failed:maintenance", "正在维护"},
		{"a short report that speaks of captchas", 200, page("某局2023年政府信息公开工作年度报告", "我局网站增加了安全验证，访问过于频繁的请求已被拦截，页面不存在等问题已解决。详见附件。"), nil, "", ""},
		{"one in GBK", 200, gbk(page("2023年度某局信息公开工作年报", "登录须输入验证码，请完成验证。")), nil, "", ""},
		{"403", 403, page("403 Forbidden", "nginx"), nil, "blocked:403", "status 403"},
		{"429", 429, "", nil, "blocked:429", "status 429"},

		{"soft 404", 200, page("提示", "对不起，您访问的页面不存在！"), nil, "soft404", "页面不存在"},
		{"soft 404 in GBK", 200, gbk(page("提示", "对不起，您访问的页面不存在！")), nil, "soft404", "页面不存在"},
		{"soft 404 in the frame of the site", 200, page("404错误", frame), nil, "soft404", "in the title"},
		{"soft 404, only the number", 200, page("", "<h1>404</h1>"), nil, "soft404", "404"},
		{"stub", 200, "<html><head></head><body></body></html>", nil, "soft404:stub", "39 bytes"},
		{"empty", 200, "", nil, "soft404:empty", "empty"},
		{"no content", 204, "", nil, "soft404:empty", "status 204"},
		{"a redirect to nowhere", 302, page("302 Found", long), nil, "failed:302", "leads nowhere"},
		{"a choice", 300, page("", long), []string{"Location", "/b.html"}, "failed:300", ""},
		{"a part", 206, page("", long), nil, "failed:206", "part"},
		{"404", 404, page("", "页面不存在"), nil, "failed:404", "status 404"},
		{"502", 502, "bad gateway", nil, "failed:502", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := Hop{URL: gov + "/a/b.html", Method: "GET", Status: c.status, Decoded: []byte(c.body), Header: http.Header{"Content-Type": {"text/html"}}}
			for i := 0; i < len(c.header); i += 2 {
				h.Header.Set(c.header[i], c.header[i+1])
			}
			h.judge()
			ex := &Exchange{Hops: []Hop{h}}
			verdict, evidence := Classify(ex)
			if verdict != c.verdict || !strings.Contains(evidence, c.evidence) || (verdict == "") != (evidence == "") {
				t.Errorf("%q: %s; want %q: %s", verdict, evidence, c.verdict, c.evidence)
			}
			if err := ex.Err(); Outcome(err) != c.verdict {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A page that is gone often leads to the root of its site, or to an error page
// with status 200.
func TestClassifyMisledRedirects(t *testing.T) {
	for _, c := range []struct{ asked, final, verdict string }{
		{"/zfxxgk/2020/a.html", "/", "soft404:redirected"},
		{"/zfxxgk/2020/a.html", "/index.html", "soft404:redirected"},
		{"/zfxxgk/", "/", "soft404:redirected"},
		{"/zfxxgk/2020/a.html", "/404.html", "soft404:redirected"},
		{"/zfxxgk/2020/a.html", "/error.jsp", "soft404:redirected"},
		{"/", "/index.html", ""},
		{"/zfxxgk", "/zfxxgk/", ""},
		{"/zfxxgk/2020/a.html", "/zfxxgk/2020/b.html", ""},
		{"/a.html", "/index.html?id=7", ""},
	} {
		ex := &Exchange{Hops: []Hop{{URL: gov + c.asked, Status: 302}, {URL: gov + c.final, Status: 200, Decoded: []byte("text")}}}
		if verdict, evidence := Classify(ex); verdict != c.verdict {
			t.Errorf("%s to %s: %q (%s), want %q", c.asked, c.final, verdict, evidence, c.verdict)
		}
	}
}

// The table can be matched at all: texts are folded as the pages are.
func TestSignsAreFolded(t *testing.T) {
	for _, s := range signs {
		for _, text := range s.text {
			if got, _, _ := visible([]byte(text), true); string(got) != text {
				t.Errorf("%s: %q can only be found as %q", s.verdict, text, got)
			}
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"<p>A&nbsp;b <b>c</b></p>":                "abc",
		"<!-- x --><script>if(a<b)c()</script >d": "d",
		"<TITLE>T t</TITLE><body>u":               "ttu",
		"a < b &lt; c":                            "a<b&lt;c",
		"<style>x":                                "",
		"<a<a<a":                                  "",
		"<title>" + strings.Repeat("<title>", 3):  "",
		"x<script>" + strings.Repeat("</scrip", 5) + "</b>y":  "x",
		"<textarea><p>hidden</textarea>seen<noscript>js off!": "seen",
	} {
		if got, _, _ := visible([]byte(in), true); string(got) != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add(200, "text/html", []byte("<title>404</title><p>页面不存在"))
	f.Add(412, "", []byte("<script>$_ts=window"))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		h := &Hop{Method: "GET", Status: status, Decoded: body, Header: http.Header{"Content-Type": {kind}}}
		h.judge()
		if (h.Verdict == "") != (h.Evidence == "") {
			t.Errorf("verdict %q, evidence %q", h.Verdict, h.Evidence)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	body := []byte("<html><title>年度报告</title><body>" + strings.Repeat("<td class=x>主动公开政府信息</td><td>17</td>\n", 1000) + "</body></html>")
	h := &Hop{Method: "GET", Status: 200, Decoded: body, Header: http.Header{"Content-Type": {"text/html"}}}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		h.judge()
	}
	if h.Verdict != "" {
		b.Fatal(fmt.Sprint(h.Verdict, h.Evidence))
	}
}
