package listing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"gongkai/crawler/listing"
	"gongkai/internal/fakegov"

	"golang.org/x/net/html"
)

// Pages made to hurt take bounded time and give bounded answers.
func TestHostilePages(t *testing.T) {
	scale := func(n int) int {
		if racing {
			return n / 10
		}
		return n
	}
	repeat := func(s string, n int) string { return strings.Repeat(s, scale(n)) }
	links := func(n int, format string) string {
		var b strings.Builder
		for i := range scale(n) {
			fmt.Fprintf(&b, format, i, i)
		}
		return b.String()
	}
	for name, body := range map[string]string{
		"links":                  "<ul>" + links(100_000, `<li><a href="t20240101_%d.html">年报%d</a>`) + "</ul>",
		"links in one line":      links(5_000, `<a href="202401/t20240101_%d.html">甲%d</a>`),
		"column links":           links(2_000, `<a href="y%d/">20%d年</a><a href="/zfxxgk/zfxxgknb/bm/">水务局</a>`),
		"handlers":               links(3_000, `<li onclick="go('t20240101_%d.html')">%d<b>`),
		"nested":                 repeat("<div onclick=\"go('/a.html')\">", 400) + links(5_000, `<a href="t20240101_%d.html">%d</a>`),
		"open quotes":            "<script>" + repeat(`createPageHTML("`, 10_000) + "</script>",
		"open brackets":          "<script>" + repeat("createPageHTML([", 20_000) + "</script>",
		"objects":                "<script>jpage(" + repeat(`{a:`, 20_000) + "</script>",
		"calls in calls":         "<script>" + repeat("Pager(pagination(createPage(", 3_000) + repeat(")", 9_000) + "</script>",
		"assignments":            "<script>" + repeat("countPage = countPage = totalPage : ", 3_000) + "</script>",
		"comments":               "<script>" + repeat("/* //", 20_000) + "</script>",
		"records":                `<script type="text/xml"><datastore>` + repeat("<record><![CDATA[<li>", 6_000) + "</script>",
		"datastores":             repeat("<datastore>", 20_000),
		"record rows":            "<datastore>" + links(1_000, `<record><![CDATA[<li><a href="/art/2021/1/1/art_1_%d.html">甲%d</a>]]></record>`),
		"options":                links(10_000, `<option value="/%d.html">20%d年</option>`),
		"frames":                 links(10_000, `<iframe src="/f%d.html" title="%d"></iframe>`),
		"pager words":            repeat("<span>下一页</span>", 3_000),
		"numbers":                repeat("<a>2</a> ", 3_000),
		"long title":             `<a href="t20240101_1.html" title="` + repeat("年", 200_000) + `">x</a>`,
		"long address":           `<a href="/` + repeat("a/", 50_000) + `t20240101_1.html">甲局2023年政府信息公开年报</a>`,
		"dates":                  `<li><a href="t20240101_1.html">x</a>` + repeat("2024-99-99 ", 20_000),
		"tree":                   `<script>window._CONFIG={TREE:` + repeat(`[{id:1,name:"年报",children:`, 3_000) + `</script>`,
		"redirects":              repeat(`<meta http-equiv=refresh content="0;url=/a/">`, 10_000),
		"requests":               "<script>" + links(3_000, `$.ajax({url:"/a%d"+x+"/b",data:{page:n,k:"%d"}});`) + "</script>",
		"requests in each other": "<script>" + repeat(`$.ajax({url:"/a"+`, 10_000) + "</script>",
		"added names":            "<script>" + repeat(`var a = b; $.get(a + b + c + d + "/x?page=" + n);`, 3_000) + "</script>",
		"nodes":                  "<script>var zNodes=" + repeat(`[{name:"年报",url:"/a/",children:`, 3_000) + "</script>",
		"flat nodes":             "<script>var zNodes=[" + links(10_000, `{id:%d,pId:0,name:"年报%d",url:"/a/"},`) + "]</script>",
		"labels":                 "<script>var labelName=1;" + repeat(`u = "/site/label/8888?labelName=" + a + "&x=1"; d = "labelName=x" + b;`, 3_000) + "</script>",
		"bytes":                  repeat("\xff\xfe\x00<", 20_000),
		"unit attributes":        links(1_000, `<script url="/front/page/build/unit" querydata="{'tagId':'list%d%d'}"></script>`),
		"inline rows":            "<script>var dataList=[" + repeat(`{"title":"x","url":"/a"},`, 10_000) + "]</script>",
		"many-valued search":     `<script>"/module/xxgk/search.jsp?` + links(2_000, "k%d=%d&") + `divid=div1&jdid=2"</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			page := "<html><body>" + body + "</body></html>"
			start := time.Now()
			root, _ := html.Parse(strings.NewReader(page))
			parsing := time.Since(start)
			at := column
			if name == "tree" {
				at = "http://www.qinghe.gov.cn/a/gkmlpt/index"
			}
			u, _ := url.Parse(at)
			start = time.Now()
			r, err := listing.Read(listing.Page{URL: u, Body: []byte(page), Root: root, ContentType: "text/html"}, listing.State{}, listing.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Since(start); d > 10*time.Second+50*parsing {
				t.Errorf("took %s, parsing %s", d, parsing)
			}
			bounded(t, r)
		})
	}
}

// bounded holds a result to its limits.
func bounded(t *testing.T, r listing.Result) {
	t.Helper()
	if len(r.Items) > 6_000 || len(r.State.Seen) > 40_000 {
		t.Fatalf("%d items, %d seen", len(r.Items), len(r.State.Seen))
	}
	for _, it := range r.Items {
		u, err := url.Parse(it.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(it.Title) > 700 || len(it.URL) > 20_000 {
			t.Fatalf("item %.200q titled %.200q", it.URL, it.Title)
		}
	}
	if r.Next != nil {
		if u, err := url.Parse(r.Next.URL); err != nil || u.Host == "" {
			t.Fatalf("next %.200q", r.Next.URL)
		}
		if r.Verdict != "" {
			t.Fatalf("next and verdict %s", r.Verdict)
		}
	} else if r.Verdict == "" {
		t.Fatal("neither next nor verdict")
	}
}

// FuzzRead reads any bytes as a first page and as the answer to whatever that asks
// for: no panic, the same result twice, and a state that survives JSON.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		list(1, 3, script(`createPageHTML(3, 0,"index","html");`)),
		list(1, 3, `<a href="?page=2">下一页</a> 共31条 1/3`),
		list(1, 0, `<a href="2023n/">2023年</a><iframe src="/x.html"></iframe><select name=y><option value=2019>2019年</option></select>`),
		hanwebPage(hanweb{column: "1", unit: "2", rows: 30, embedded: 15, per: 15, config: true}),
		page(`<script src=u.js url="/front/page/build/unit" queryData="{'webId':'1','tagId':'list'}"></script>`),
		page(`<script>window._CONFIG={SID:'1',TREE:[{id:2,name:"年报",children:[]}]}</script>`),
		page(`<script>var dataList=[{"title":"甲","url":"/a/1.html"}];var pagesData={"curPageNo":1,"pageTotal":3}</script>`),
		page(`<script>$.post("/szinf/interfacesWebZ/loadData",{channel_id:1}); var siteInfo={siteGuid:"g"}; categorynum="003"; govInfoPub</script>`),
		`{"data":{"total":3,"results":[{"title":"甲","url":"/a.html"}]}}`,
		`cb({"result":"<datastore><record><![CDATA[<li><a href='/a.html'>甲</a></li>]]></record></datastore>"})`,
		`<meta http-equiv=refresh content="0;url=/b/">`,
		page(`<script>$.ajax({type:'POST',url:ctx+"/api/list",data:JSON.stringify({pageNum:n,cid:"7"})}); axios.post('/a/b',{page:0})</script>`),
		page(`<script>$.ajax({url:'/u/channel/treeNew/'+p,data:{level:1}}); var zNodes=[{id:1,pId:0,name:"年报",url:"nb/"}]</script>`),
		page(`<script>$.get('/igs/front/search/list.html?index=1&pageNumber='+n,f); $.post("/was5/web/search",{channelid:12,page:1})</script>`),
		`<script>Pager({size:3,current:0,prefix:'index',suffix:'html'})</script>`,
	} {
		f.Add([]byte(seed), []byte(seed), uint16(200))
		f.Add([]byte(seed), []byte(`{"success":true,"data":{"html":"<ul><li><a href='/art_1_2.html'>甲</a></li></ul>"}}`), uint16(200))
		f.Add([]byte(seed), []byte{}, uint16(404))
	}
	indexes := []string{column, "http://www.qinghe.gov.cn/a/gkmlpt/annualreport#2", "http://h.cn/col/col1/index_1.html", "http://h.cn/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&area=1"}
	f.Fuzz(func(t *testing.T, first, second []byte, status uint16) {
		for _, index := range indexes {
			at, _ := url.Parse(index)
			state := listing.State{}
			next := &listing.Request{URL: index}
			for step := 0; next != nil && step < 4; step++ {
				body, code := second, int(status)
				if step == 0 {
					body, code = first, 200
				}
				p := listing.Page{URL: at, Status: code, Body: body}
				r, err := listing.Read(p, state, listing.Hint{Pages: 50})
				if err != nil {
					t.Fatal(err)
				}
				again, _ := listing.Read(p, state, listing.Hint{Pages: 50})
				if !reflect.DeepEqual(r, again) {
					t.Fatalf("two readings differ:\n%+v\n%+v", r, again)
				}
				bounded(t, r)
				raw, err := json.Marshal(r.State)
				if err != nil {
					t.Fatal(err)
				}
				state = listing.State{}
				if err := json.Unmarshal(raw, &state); err != nil {
					t.Fatal(err)
				}
				if next = r.Next; next != nil {
					if at, err = url.Parse(next.URL); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

// BenchmarkRead reads the list page of a busy site, some 200 links, that is parsed
// already; the other one only parses it.
func BenchmarkRead(b *testing.B) {
	gov, err := fakegov.Start(fakegov.Benchmark(1, 100))
	if err != nil {
		b.Fatal(err)
	}
	defer gov.Close()
	index := gov.Sites[0].Column().Index[0]
	res, err := http.Get(index)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	u, _ := url.Parse(index)
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			html.Parse(bytes.NewReader(body))
		}
	})
	b.Run("read", func(b *testing.B) {
		root, _ := html.Parse(bytes.NewReader(body))
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			listing.Read(listing.Page{URL: u, Body: body, Root: root, ContentType: "text/html"}, listing.State{}, listing.Hint{})
		}
	})
}
