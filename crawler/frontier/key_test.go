package frontier

import (
	"net/url"
	"testing"
)

func TestKey(t *testing.T) {
	for _, tc := range []struct{ name, url, want string }{
		{"as it is", "http://zwgk.example.gov.cn/a/t2020_1.html", "zwgk.example.gov.cn/a/t2020_1.html"},
		{"scheme", "https://zwgk.example.gov.cn/a/t2020_1.html", "zwgk.example.gov.cn/a/t2020_1.html"},
		{"no path", "http://example.gov.cn", "example.gov.cn/"},
		{"host case and dot", "http://WWW.Example.GOV.cn./A", "example.gov.cn/A"},
		{"mobile host", "http://m.example.gov.cn/A", "example.gov.cn/A"},
		{"wap host", "http://wap.example.gov.cn/A", "example.gov.cn/A"},
		{"host that only looks mobile", "http://m.cn/A", "m.cn/A"},
		{"chinese host", "http://例子.gov.cn/", "xn--fsqu00a.gov.cn/"},
		{"default port", "http://example.gov.cn:80/", "example.gov.cn/"},
		{"default port of https", "https://example.gov.cn:443/", "example.gov.cn/"},
		{"https on port 80 is another server", "https://example.gov.cn:80/", "example.gov.cn:80/"},
		{"other port", "http://122.137.242.24:8080/pub/", "122.137.242.24:8080/pub/"},
		{"ipv6", "http://[::1]:8080/", "[::1]:8080/"},
		{"index name", "http://example.gov.cn/zfxxgk/index.html", "example.gov.cn/zfxxgk/"},
		{"index.shtml", "http://example.gov.cn/index.shtml", "example.gov.cn/"},
		{"index.jhtml with a query", "http://example.gov.cn/a/index.jhtml?c=1", "example.gov.cn/a/?c=1"},
		{"Default.aspx", "http://example.gov.cn/Default.aspx", "example.gov.cn/"},
		{"second page is no index", "http://example.gov.cn/a/index_1.html", "example.gov.cn/a/index_1.html"},
		{"folder with and without slash differ", "http://example.gov.cn/a", "example.gov.cn/a"},
		{"dot segments", "http://example.gov.cn/a/../../b/./c.html", "example.gov.cn/b/c.html"},
		{"double slash", "http://example.gov.cn//a//b.html", "example.gov.cn/a/b.html"},
		{"session in path", "http://example.gov.cn/a.jsp;jsessionid=0A1B2C?x=1", "example.gov.cn/a.jsp?x=1"},
		{"session in query", "http://example.gov.cn/a.jsp?x=1&JSESSIONID=0A", "example.gov.cn/a.jsp?x=1"},
		{"isMobile", "https://example.gov.cn/t20230117_77950247.html?isMobile=false", "example.gov.cn/t20230117_77950247.html"},
		{"xxgkhide", "https://example.gov.cn/t1.html?xxgkhide=1&a=2", "example.gov.cn/t1.html?a=2"},
		{"empty query", "http://example.gov.cn/a?", "example.gov.cn/a"},
		{"order of the query is kept", "http://example.gov.cn/a?b=1&a=2", "example.gov.cn/a?b=1&a=2"},
		{"site id is no session", "http://example.gov.cn/gkmlpt/api/all/3?page=1&sid=755041", "example.gov.cn/gkmlpt/api/all/3?page=1&sid=755041"},
		{"wap copy", "http://example.gov.cn/202403/t20240327_13086081_wap.html", "example.gov.cn/202403/t20240327_13086081.html"},
		{"app copy", "http://example.gov.cn/202601/t20260128_4233432_app.shtml", "example.gov.cn/202601/t20260128_4233432.shtml"},
		{"page about an app", "http://example.gov.cn/about_app.html", "example.gov.cn/about_app.html"},
		{"big5 gateway", "http://big5.example.gov.cn/gate/big5/www.example.gov.cn/a/t1.html", "example.gov.cn/a/t1.html"},
		{"fragment", "http://example.gov.cn/a.html#top", "example.gov.cn/a.html"},
		{"gkmlpt catalogue", "http://example.gov.cn/gkmlpt/annualreport#721", "example.gov.cn/gkmlpt/annualreport#721"},
		{"gkmlpt other fragment", "http://example.gov.cn/gkmlpt/index#top", "example.gov.cn/gkmlpt/index"},
		{"escape case", "http://example.gov.cn/%e5%b9%b4", "example.gov.cn/%E5%B9%B4"},
		{"raw chinese path", "http://example.gov.cn/年", "example.gov.cn/%E5%B9%B4"},
		{"needless escape", "http://example.gov.cn/%61%2Db", "example.gov.cn/a-b"},
		{"escaped slash stays", "http://example.gov.cn/a%2fb", "example.gov.cn/a%2Fb"},
		{"gbk query keeps its bytes", "http://example.gov.cn/s?w=%c4%ea%b1%a8", "example.gov.cn/s?w=%C4%EA%B1%A8"},
		{"broken escape", "http://example.gov.cn/s?w=100%", "example.gov.cn/s?w=100%"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u, err := url.Parse(tc.url)
			if err != nil {
				t.Fatal(err)
			}
			if got := Key(u); got != tc.want {
				t.Errorf("Key(%s) = %q, want %q", tc.url, got, tc.want)
			}
		})
	}
}

func TestRequestKey(t *testing.T) {
	u, _ := url.Parse("http://www.example.gov.cn/module/xxgk/search.jsp")
	get := RequestKey("GET", u, "")
	if get != RequestKey("", u, "") || get != Key(u) {
		t.Errorf("a GET has the key of its URL, got %q", get)
	}
	one, two := RequestKey("POST", u, "currpage=1"), RequestKey("POST", u, "currpage=2")
	if one == two || one == get {
		t.Errorf("forms share a key: %q %q %q", get, one, two)
	}
}

func FuzzKey(f *testing.F) {
	f.Add("http://www.example.gov.cn/a/../index.html;jsessionid=1?isMobile=1#3")
	f.Add("http://big5.x.cn/gate/big5/%zz")
	f.Add("http://[::1]:80/%e5%")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			t.Skip()
		}
		key := Key(u)
		again, err := url.Parse("http://" + key)
		if err != nil {
			t.Skip()
		}
		if again.Host == u.Host && Key(again) != key {
			t.Errorf("key of key: %q became %q", key, Key(again))
		}
	})
}
