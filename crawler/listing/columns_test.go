package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"gongkai/crawler/listing"

	"github.com/google/go-cmp/cmp"
)

// form is the body of a report of the official form, short.
const form = `<div id="zoom"><p>一、总体情况</p><p>本年度主动公开政府信息若干条。</p><p>二、主动公开政府信息情况</p><table><tr><td>规章</td><td>0</td></tr></table>
<p>三、收到和处理政府信息公开申请情况</p><p>四、政府信息公开行政复议、行政诉讼情况</p><p>五、存在的主要问题及改进情况</p><p>六、其他需要报告的事项</p><p>无。</p></div>`

// What a first page names besides a list: columns with a +, itself with an =.
func TestColumns(t *testing.T) {
	const at = "http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/"
	for _, c := range []struct{ name, index, page, want string }{
		{"years", at,
			`<div class="menu"><a href="/zfxxgk/zn/">政府信息公开指南</a><a href="/zfxxgk/zfxxgknb/">政府信息公开年报</a></div>
			<ul><li><a href="2023n/">2023年</a></li><li><a href="./2022nian/index.html">2022年度</a></li><li><a href="gknb2017">2017</a></li></ul>`,
			"+ " + at + "2023n/ | 2023年\n+ " + at + "2022nian/index.html | 2022年度\n+ " + at + "gknb2017 | 2017"},
		{"units", at + "index.html",
			`<ul><li><a href="bmxxgknb/">县政府部门</a></li><li><a href="xzjd/qhz/">清河镇</a></li><li><a href="/zfxxgk/zfxxgknb/bjxxgknb/">本级</a></li><li><a href="http://www.else.gov.cn/bm/">市直部门</a></li></ul>`,
			"+ " + at + "bmxxgknb/ | 县政府部门\n+ " + at + "xzjd/qhz/ | 清河镇\n+ " + at + "bjxxgknb/ | 本级"},
		{"from a portal to the annual reports", "http://www.qinghe.gov.cn/zfxxgk/",
			`<a href="/">首页</a><a href="zcwj/">政策文件</a><a href="/gk/annual/">政府信息公开年度报告</a><a href="/jgsz/">机构设置</a>`,
			"+ http://www.qinghe.gov.cn/gk/annual/ | 政府信息公开年度报告"},
		{"frames", at,
			`<iframe src="/common/login.html"></iframe><iframe src="/zfxxgk/nb_list.html" title="年报"></iframe><iframe src="http://www.else.cn/x.html"></iframe><iframe src="/visitcount.jsp"></iframe><iframe src="tree.jsp?area="></iframe>`,
			"+ http://www.qinghe.gov.cn/zfxxgk/nb_list.html | 年报"},
		{"shell with data-url", "http://www.qinghe.gov.cn/zfxxgk/",
			`<ul><li><a data-url="?gk=3&amp;cid=77">政府信息公开年报</a></li><li><a data-url="?gk=1&amp;cid=7">机构职能</a></li></ul>`,
			"+ http://www.qinghe.gov.cn/zfxxgk/?gk=3&cid=77 | 政府信息公开年报"},
		{"years beside a list", at + "2023n/",
			`<ul class="tabs"><li><a href="../2022n/">2022年</a></li><li><a href="/zfxxgk/zn/">公开指南</a></li></ul><ul><li><a href="202401/t20240120_1.html">水务局2023年政府信息公开年报</a></li></ul>`,
			at + "2023n/202401/t20240120_1.html | 水务局2023年政府信息公开年报 | 2024-01-20\n+ " + at + "2022n/ | 2022年"},
		{"folders that are titled as reports", at,
			`<ul><li><a href="2023nkmszfxxgkgzndbg/">清河县2023年政府信息公开工作年度报告</a></li><li><a href="2022n/">清河县2022年政府信息公开工作年度报告</a></li></ul>`,
			"+ " + at + "2023nkmszfxxgkgzndbg/ | 清河县2023年政府信息公开工作年度报告\n+ " + at + "2022n/ | 清河县2022年政府信息公开工作年度报告"},
		{"years of a select", at,
			`<select onchange="location.href=this.value"><option value="">年份</option><option value="/nb/2023.html">2023年</option><option value="/nb/2022.html">2022年</option></select>`,
			"+ http://www.qinghe.gov.cn/nb/2023.html | 2023年\n+ http://www.qinghe.gov.cn/nb/2022.html | 2022年"},
		{"years of a form", "http://zwgk.qinghe.gov.cn/public/spage.xp?doAction=sgknb&unitid=0004",
			`<form action=""><select name="year"><option value="2023">2023年</option><option value="2022">2022年</option></select></form>`,
			"+ http://zwgk.qinghe.gov.cn/public/spage.xp?doAction=sgknb&unitid=0004&year=2023 | 2023年\n+ http://zwgk.qinghe.gov.cn/public/spage.xp?doAction=sgknb&unitid=0004&year=2022 | 2022年"},
		{"the page is the report", "http://www.qinghe.gov.cn/zt/2023n/",
			`<meta name="ArticleTitle" content="清河县2023年政府信息公开工作年度报告"><a href="/">首页</a>` + form,
			"= http://www.qinghe.gov.cn/zt/2023n/ | 清河县2023年政府信息公开工作年度报告"},
		{"the page is the report and links to those of other years", "http://www.qinghe.gov.cn/zt/2023n/",
			`<h1>清河县2023年政府信息公开工作年度报告</h1>` + form + `<ul><li><a href="../2022n/t1.html">清河县2022年政府信息公开工作年度报告</a></li></ul>`,
			"http://www.qinghe.gov.cn/zt/2022n/t1.html | 清河县2022年政府信息公开工作年度报告\n= http://www.qinghe.gov.cn/zt/2023n/ | 清河县2023年政府信息公开工作年度报告"},
		{"xxgkAnnualReport with years", "http://www.qinghe.gov.cn/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&area=113325000026455663",
			`<title>清河县水务局</title><select><option value="2018">2018年</option><option value="2017" selected>2017年</option></select>` + form,
			"http://www.qinghe.gov.cn/module/xxgk/xxgkAnnualReport.jsp?fbtime=2018&area=113325000026455663 | 2018年\n= http://www.qinghe.gov.cn/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&area=113325000026455663 | 清河县水务局"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := first(t, c.index, "<html><body>"+c.page+"</body></html>", listing.Hint{})
			if diff := cmp.Diff(strings.Split(c.want, "\n"), lines(r.Items)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Verdict != "complete" || r.Next != nil {
				t.Errorf("%s (%s), next %v", r.Verdict, r.Evidence, r.Next)
			}
		})
	}
}

// Columns are paged like items.
func TestPagedColumns(t *testing.T) {
	units := func(from int, tail string) string {
		var b strings.Builder
		for i := from; i < from+10; i++ {
			fmt.Fprintf(&b, `<li><a href="bm%d/">县第%d局</a></li>`, i, i)
		}
		return "<html><body><ul>" + b.String() + "</ul>" + tail + "</body></html>"
	}
	for name, s := range map[string]site{
		"script": {column: units(1, script(`createPageHTML(2, 0, "index", "html");`)), column + "index_1.html": units(11, script(`createPageHTML(2, 1, "index", "html");`))},
		"link":   {column: units(1, `<a href="p2.html">下一页</a>`), column + "p2.html": units(11, "")},
	} {
		v := s.read(t, column, listing.Hint{})
		if len(v.children) != 20 || v.last.Verdict != "complete" {
			t.Errorf("%s: %d columns, %s (%s)", name, len(v.children), v.last.Verdict, v.last.Evidence)
		}
	}
}

// Pages that list nothing are never a success.
func TestEmptiness(t *testing.T) {
	for _, c := range []struct{ name, page, verdict string }{
		{"soft 404", `<div>很抱歉，您访问的页面不存在或已删除！</div><a href="/">返回首页</a>`, "soft404"},
		{"404 in words", `<h1>404 Not Found</h1>`, "soft404"},
		{"avalon", `<div class="nav"><a href="/">首页</a><a href="/b/">服务大厅</a></div><ul><li ms-repeat="list"><a ms-attr-href="el.url">{{el.title}}</a></li></ul>`, "needs_js"},
		{"template", `<p>` + strings.Repeat("本站说明文字。", 40) + `</p><script type="text/html" id="t"><li><%= item.title %></li></script>`, "needs_js"},
		{"empty list and a script", `<p>` + strings.Repeat("本站说明文字。", 40) + `</p><ul id="newsList"></ul><script src="/js/list9.js"></script>`, "needs_js"},
		{"zTree", `<p>` + strings.Repeat("本站说明文字。", 40) + `</p><ul class="ztree"></ul>`, "needs_js"},
		{"a redirect by script to elsewhere", `<script>window.location.href="http://www.else.gov.cn/";</script>`, "needs_js"},
		{"changed", `<p>` + strings.Repeat("本站说明文字。", 40) + `</p><a href="/">首页</a>`, "empty_drift"},
		{"nothing", ``, "empty_drift"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := first(t, column, "<html><body>"+c.page+"</body></html>", listing.Hint{})
			if r.Verdict != c.verdict || r.Next != nil || len(r.Items) != 0 || r.Evidence == "" {
				t.Errorf("%s (%s), next %v, %v", r.Verdict, r.Evidence, r.Next, r.Items)
			}
		})
	}
	v := site{}.read(t, column, listing.Hint{})
	if v.last.Verdict != "failed:http 404" {
		t.Errorf("%s (%s)", v.last.Verdict, v.last.Evidence)
	}
}

// Shells are followed twice at most, and only on the host.
func TestShells(t *testing.T) {
	s := site{
		"http://www.qinghe.gov.cn/a/": `<html><head><meta http-equiv="refresh" content="0; url=/b/"></head><body></body></html>`,
		"http://www.qinghe.gov.cn/b/": `<script language="javascript">window.location.href = "../zfxxgk/zfxxgknb/";</script>`,
		column:                        list(1, 5, ""),
	}
	v := s.read(t, "http://www.qinghe.gov.cn/a/", listing.Hint{})
	if v.last.Verdict != "complete" || len(v.urls) != 5 || len(v.requests) != 3 || v.last.State.Index != column {
		t.Errorf("%s (%s), %v", v.last.Verdict, v.last.Evidence, v.requests)
	}
	s[column] = `<meta http-equiv="refresh" content="0; url=/a/">`
	v = s.read(t, "http://www.qinghe.gov.cn/a/", listing.Hint{})
	if v.last.Verdict != "needs_js" || len(v.requests) != 3 {
		t.Errorf("%s (%s), %v", v.last.Verdict, v.last.Evidence, v.requests)
	}
}
