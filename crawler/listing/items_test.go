package listing_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gongkai/crawler/listing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// first reads a first page.
func first(t *testing.T, index, body string, hint listing.Hint) listing.Result {
	t.Helper()
	u, err := url.Parse(index)
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r, err := listing.Read(listing.Page{URL: u, Body: []byte(body), Root: root, ContentType: "text/html"}, listing.State{}, hint)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines prints items as URL | title | date, columns with a + and the page itself
// with an =.
func lines(items []listing.Item) []string {
	var out []string
	for _, it := range items {
		s := it.URL + " | " + it.Title
		if it.Date != "" {
			s += " | " + it.Date
		}
		switch {
		case it.Child:
			s = "+ " + s
		case it.Self:
			s = "= " + s
		}
		out = append(out, s)
	}
	return out
}

// The rows that sites print, and what is read from them. The index is
// http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/index.html.
func TestItems(t *testing.T) {
	const at = "http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/"
	for _, c := range []struct{ name, page, want string }{
		{"a date in the dt before, the year in it below; a day above the month",
			`<dl><dt>01-20<b>2024</b></dt><dd><a href="a/t1.html">a局2023年政府信息公开年报</a></dd></dl><div><i><b>21</b>2024-01</i><a href="a/t2.html">b局2023年政府信息公开年报</a></div>`,
			at + "a/t1.html | a局2023年政府信息公开年报 | 2024-01-20\n" + at + "a/t2.html | b局2023年政府信息公开年报 | 2024-01-21"},
		{"rows that are clicked, each with its own date",
			`<div onclick="go('a/t1.html')"><p>a局2023年政府信息公开年报</p><p>2024-01-20</p></div><div onclick="go('a/t2.html')"><p>b局2023年政府信息公开年报</p><p>2024-01-21</p></div>`,
			at + "a/t1.html | a局2023年政府信息公开年报 | 2024-01-20\n" + at + "a/t2.html | b局2023年政府信息公开年报 | 2024-01-21"},
		{"title attribute before a cut text",
			`<ul><li><a href="./202401/t20240120_1.html" title="清河县水务局2023年政府信息公开工作年度报告">清河县水务局2023年政府信…</a><span>2024-01-20</span></li></ul>`,
			at + "202401/t20240120_1.html | 清河县水务局2023年政府信息公开工作年度报告 | 2024-01-20"},
		{"text where the attribute says nothing",
			`<ul><li><a href="./202401/t20240120_1.html" title="点击查看">2023年政府信息公开工作年度报告</a></li></ul>`,
			at + "202401/t20240120_1.html | 2023年政府信息公开工作年度报告 | 2024-01-20"},
		{"an attribute that holds a card",
			"<ul><li><a href='t1.html' title='标题：水务局2023年政府信息公开年报&#10;作者：管理员&#10;发布时间：2024/1/20'>水务局2023年政府信息…</a></li></ul>",
			at + "t1.html | 水务局2023年政府信息公开年报"},
		{"title in the row, link says view",
			`<table><tr><td>1</td><td>水务局2022年政府信息公开年度报告</td><td>2023年1月9日</td><td><a href="/public/12/34.html">查看</a></td></tr></table>`,
			"http://www.qinghe.gov.cn/public/12/34.html | 1 水务局2022年政府信息公开年度报告 | 2023-01-09"},
		{"dates: glued, dotted, bracketed, Chinese, broken over lines, behind a break, before the link",
			`<ul><li><a href="202103/t1.html" title="a局2020年政府信息公开年报">x…</a><i>2021-03-2918:26</i></li>
			<li><a href="202103/t2.html" title="b局2020年政府信息公开年报">x…</a><em>2021.03.30</em></li>
			<li><a href="202103/t3.html" title="c局2020年政府信息公开年报">x…</a>[2021-03-31]</li>
			<li><span>2021年4月1日</span><a href="202103/t4.html" title="d局2020年政府信息公开年报">x…</a></li>
			<li><a href="202103/t5.html" title="e局2020年政府信息公开年报">x…</a><b>2021-
			04-
			02</b></li></ul>
			<p><a href="202103/t6.html">f局2020年政府信息公开年报</a> 2021/4/3<br><a href="202103/t7.html">g局2020年政府信息公开年报（2021-04-04）</a><br>
			[2021-04-05] <a href="202103/t8.html">h局2020年政府信息公开年报</a></p>`,
			at + `202103/t1.html | a局2020年政府信息公开年报 | 2021-03-29
` + at + `202103/t2.html | b局2020年政府信息公开年报 | 2021-03-30
` + at + `202103/t3.html | c局2020年政府信息公开年报 | 2021-03-31
` + at + `202103/t4.html | d局2020年政府信息公开年报 | 2021-04-01
` + at + `202103/t5.html | e局2020年政府信息公开年报 | 2021-04-02
` + at + `202103/t6.html | f局2020年政府信息公开年报 | 2021-04-03
` + at + `202103/t7.html | g局2020年政府信息公开年报 | 2021-04-04
` + at + `202103/t8.html | h局2020年政府信息公开年报 | 2021-04-05`},
		{"dates in addresses",
			`<div><a href="/art/2020/2/25/art_23_40.html">a局2019年政府信息公开年报</a></div><div><a href="/columns/8aef2fa0-cc14-409e-9f68-fbdba00a0c72/202308/21/720faafd-6610-4d9e-9cc8-9e0f056c2101.html">b局2022年政府信息公开年报</a></div>
			<div><a href="/nw1/20230331/4a03b5fa47ae4c73b7ec42801de6be66.html">c局2022年政府信息公开年报</a></div><div><a href="/cms/html/2013-01-25/1779.html">d局2012年政府信息公开年报</a></div>
			<div><a href="./P020200721578077337477.pdf">e局2019年政府信息公开年报</a></div>`,
			`http://www.qinghe.gov.cn/art/2020/2/25/art_23_40.html | a局2019年政府信息公开年报 | 2020-02-25
http://www.qinghe.gov.cn/columns/8aef2fa0-cc14-409e-9f68-fbdba00a0c72/202308/21/720faafd-6610-4d9e-9cc8-9e0f056c2101.html | b局2022年政府信息公开年报 | 2023-08-21
http://www.qinghe.gov.cn/nw1/20230331/4a03b5fa47ae4c73b7ec42801de6be66.html | c局2022年政府信息公开年报 | 2023-03-31
http://www.qinghe.gov.cn/cms/html/2013-01-25/1779.html | d局2012年政府信息公开年报 | 2013-01-25
` + at + `P020200721578077337477.pdf | e局2019年政府信息公开年报 | 2020-07-21`},
		{"definition list, date in the next cell",
			`<dl><dt><a href="202401/t20240101_1.html">a镇2023年政府信息公开年报</a></dt><dd>2024-01-05</dd><dt><a href="202401/t20240101_2.html">b镇2023年政府信息公开年报</a></dt><dd>2024-01-06</dd></dl>
			<table><tr><td><a href="202401/t20240101_3.html">c镇2023年政府信息公开年报</a></td><td>2024-01-07</td><td><a href="202401/t20240101_4.html">d镇2023年政府信息公开年报</a></td><td>2024-01-08</td></tr></table>`,
			at + `202401/t20240101_1.html | a镇2023年政府信息公开年报 | 2024-01-05
` + at + `202401/t20240101_2.html | b镇2023年政府信息公开年报 | 2024-01-06
` + at + `202401/t20240101_3.html | c镇2023年政府信息公开年报 | 2024-01-07
` + at + `202401/t20240101_4.html | d镇2023年政府信息公开年报 | 2024-01-08`},
		{"handlers instead of addresses",
			`<ul><li onclick="jumpToDetail('./202605/t20260501_1.html')"><span>a局2025年政府信息公开年报</span><i>2026-05-01</i></li>
			<li><a href="javascript:void(0)" onclick="openUrl('1','/zfxxgk/zfxxgknb/202605/t20260502_2.html')">b局2025年政府信息公开年报</a></li>
			<li><a href="javascript:openUrl('http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/202605/t20260503_3.html');">c局2025年政府信息公开年报</a></li>
			<li><a href="#" data-url="202605/t20260504_4.html">d局2025年政府信息公开年报</a></li>
			<li><a href="javascript:;">e局2025年政府信息公开年报</a></li></ul>`,
			at + `202605/t20260501_1.html | a局2025年政府信息公开年报 | 2026-05-01
` + at + `202605/t20260502_2.html | b局2025年政府信息公开年报 | 2026-05-02
` + at + `202605/t20260503_3.html | c局2025年政府信息公开年报 | 2026-05-03
` + at + `202605/t20260504_4.html | d局2025年政府信息公开年报 | 2026-05-04`},
		{"addresses that want mending",
			`<ul><li><a href="../../../../x/202401/t20240101_1.html">a局2023年政府信息公开年报</a></li>
			<li><a href="//zfxxgk/202401/t20240101_2.html">b局2023年政府信息公开年报</a></li>
			<li><a href="http://www.qinghe.gov.cn./zfxxgk/zfxxgknb/202401/t20240101_3.html">c局2023年政府信息公开年报</a></li>
			<li><a href=" .\202401\t20240101_4.html
			">d局2023年政府信息公开年报</a></li>
			<li><a href="202401/%u5e74%u62a5 5.html?p=100%">%u0065局2023年政府信息公开年报</a></li>
			<li><a href="/a/./b/../202401/t20240101_6.html#top">f局2023年政府信息公开年报</a></li>
			<li><a href="mailto:a@b.c">g局2023年政府信息公开年报</a></li></ul>`,
			`http://www.qinghe.gov.cn/x/202401/t20240101_1.html | a局2023年政府信息公开年报 | 2024-01-01
http://www.qinghe.gov.cn/zfxxgk/202401/t20240101_2.html | b局2023年政府信息公开年报 | 2024-01-01
` + at + `202401/t20240101_3.html | c局2023年政府信息公开年报 | 2024-01-01
` + at + `202401/t20240101_4.html | d局2023年政府信息公开年报 | 2024-01-01
` + at + `202401/%E5%B9%B4%E6%8A%A5%205.html?p=100% | e局2023年政府信息公开年报
http://www.qinghe.gov.cn/a/202401/t20240101_6.html#top | f局2023年政府信息公开年报 | 2024-01-01`},
		{"base href",
			`<base href="/sjb/nb/"><ul><li><a href="t1234567.shtml">a局2023年政府信息公开年报</a></li></ul>`,
			`http://www.qinghe.gov.cn/sjb/nb/t1234567.shtml | a局2023年政府信息公开年报`},
		{"straight to a file, or to another host",
			`<ul><li><a href="./202401/P020240115.xlsx">2023年政府信息公开年报.xlsx</a></li>
			<li><a href="/module/download/downfile.jsp?classid=0&amp;filename=ab12.pdf">交通局2023年政府信息公开年报</a></li>
			<li><a href="http://jyj.qinghe.gov.cn/nb/1.html">教育局2023年政府信息公开年报</a></li></ul>`,
			at + `202401/P020240115.xlsx | 2023年政府信息公开年报.xlsx
http://www.qinghe.gov.cn/module/download/downfile.jsp?classid=0&filename=ab12.pdf | 交通局2023年政府信息公开年报
http://jyj.qinghe.gov.cn/nb/1.html | 教育局2023年政府信息公开年报`},
		{"the same link twice, picture and text; category before the title",
			`<ul><li><a href="202401/t20240101_1.html"><img src="a.png"></a><a href="/zfxxgk/">[年报]</a><a href="202401/t20240101_1.html">a局2023年政府信息公开年报</a><span>2024-01-09</span></li></ul>`,
			at + `202401/t20240101_1.html | a局2023年政府信息公开年报 | 2024-01-09`},
		{"rows that are no reports stay in their list, other lists don't",
			`<ul class="nav"><li><a href="/xw/202401/t20240103_9.html" title="要闻">要闻一则</a></li></ul>
			<ul><li><a href="202401/t20240101_1.html">a局2023年政府信息公开年报</a><span>2024-01-09</span></li><li><a href="202401/t20240101_2.html">关于报送年报的通知</a><span>2024-01-02</span></li></ul>
			<div class="side"><ul><li><a href="/xw/202401/t20240103_7.html">领导调研</a><span>2024-01-03</span></li><li><a href="/xw/202401/t20240103_8.html">召开会议</a><span>2024-01-03</span></li></ul></div>`,
			at + `202401/t20240101_1.html | a局2023年政府信息公开年报 | 2024-01-09
` + at + `202401/t20240101_2.html | 关于报送年报的通知 | 2024-01-02`},
		{"a list without report titles or known addresses: the densest one",
			`<div class="menu"><a href="/a/">机构</a><a href="/b/">服务</a></div><ul><li><a href="/d/x1">二〇一九年情况</a><span>2020-01-02</span></li><li><a href="/d/x2">二〇一八年情况</a><span>2019-01-02</span></li></ul>`,
			`http://www.qinghe.gov.cn/d/x1 | 二〇一九年情况 | 2020-01-02
http://www.qinghe.gov.cn/d/x2 | 二〇一八年情况 | 2019-01-02`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := first(t, at+"index.html", "<html><body>"+c.page+"</body></html>", listing.Hint{})
			if diff := cmp.Diff(strings.Split(c.want, "\n"), lines(r.Items)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A profile's selectors overrule detection.
func TestHint(t *testing.T) {
	page := `<html><body><div class="hot"><a href="t20240101_1.html">a局2023年政府信息公开年报</a></div>
	<div class="rows"><div><a href="x/1">壹</a><em>2024-02-03</em><i>2001-01-01</i></div><div><a href="x/2">贰</a><em>2024-02-04</em></div></div><a class="fwd" href="p2">older</a></body></html>`
	r := first(t, column, page, listing.Hint{Mechanism: "anchor", Item: ".rows > div", Date: "em", Next: "a.fwd"})
	want := []string{column + "x/1 | 壹 | 2024-02-03", column + "x/2 | 贰 | 2024-02-04"}
	if diff := cmp.Diff(want, lines(r.Items)); diff != "" {
		t.Error(diff)
	}
	if r.Next == nil || r.Next.URL != column+"p2" || r.Next.Referrer != column {
		t.Errorf("next %+v, %s", r.Next, r.Verdict)
	}
	for _, h := range []listing.Hint{{Mechanism: "trs"}, {Item: "a["}, {Next: "::"}, {Date: "<"}} {
		if err := h.Check(); err == nil {
			t.Errorf("%+v was accepted", h)
		} else {
			t.Log(err)
		}
	}
}

// What a profile says where detection can't know it: selectors for title and next,
// addresses of further pages, endpoints that answer with rows, with HTML, or with
// HTML inside JSON.
func TestHintPages(t *testing.T) {
	row := func(n string) string {
		return `<p class="r"><u>` + n + `局2023年政府信息公开年报</u><a href="/d/` + n + `">进入</a></p>`
	}
	second, zero := 0, 2
	for _, c := range []struct {
		name     string
		hint     listing.Hint
		site     site
		items    int
		requests int
	}{
		{"page, counted from 0", listing.Hint{Item: "p.r > a", Title: "u", Page: "p{page}.htm", Second: &second},
			site{column: row("甲"), column + "p0.htm": row("乙"), column + "p1.htm": row("丙")}, 3, 4},
		{"page, counted from 2, ends with a repetition", listing.Hint{Item: "p.r > a", Title: "u", Page: "?n={page}", Second: &zero},
			site{column: row("甲"), column + "?n=2": row("乙"), column + "?n=3": row("乙")}, 2, 3},
		{"next", listing.Hint{Item: "p.r", Title: "u", Next: "#fwd"},
			site{column: row("甲") + `<a id="fwd" href="x">&#x25B8;</a>`, column + "x": row("乙")}, 2, 2},
		{"endpoint with HTML", listing.Hint{Item: "p.r a", Title: "u", List: &listing.JSONList{URL: "part?p={page}"}},
			site{column: "<p>…</p>", column + "part?p=1": row("甲") + row("乙"), column + "part?p=2": row("丙"), column + "part?p=3": "<p>无</p>"}, 3, 4},
		{"endpoint with HTML in JSON", listing.Hint{Item: "p.r a", Title: "u", List: &listing.JSONList{URL: "part", Method: "POST", Body: "p={page}", First: -1, Results: "a.b", Pages: "n"}},
			site{column: "<p>…</p>", "POST " + column + "part p=0": `{"n":2,"a":{"b":` + strconv.Quote(row("甲")+row("乙")) + `}}`, "POST " + column + "part p=1": `{"n":2,"a":{"b":` + strconv.Quote(row("丙")) + `}}`}, 3, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := c.site.read(t, column, c.hint)
			if v.last.Verdict != "complete" || len(v.urls) != c.items || len(v.requests) != c.requests {
				t.Errorf("%s by %s (%s), %q\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, v.titles, strings.Join(v.requests, "\n"))
			}
			for _, title := range v.titles {
				if year, ok := listing.ReportTitle(title); !ok || year != 2023 {
					t.Errorf("titled %q", title)
				}
			}
		})
	}
	for _, h := range []listing.Hint{{Mechanism: "pager", Next: "a"}, {Mechanism: "template"}, {Title: "u["}} {
		if err := h.Check(); err == nil {
			t.Errorf("%+v was accepted", h)
		}
	}
}
