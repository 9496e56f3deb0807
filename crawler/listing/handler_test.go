package listing_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// Pagers whose links call a function of the page: three pages of a column, 25 rows.
func TestHandlerPagers(t *testing.T) {
	files := named("list.html", "list_%d.html", 2)
	form := `<form name="pager" id="pagerForm" method="%s" action="list.html"><input type="hidden" name="cid" value="7"><input type="hidden" name="no" id="no" value="%d">
<input type="text" name="words" value=""><input type="checkbox" name="all"><input type="submit" value="go"></form>`
	for _, c := range []struct {
		name string
		tail func(p int) string
	}{
		{"an address and a count in a field", func(p int) string {
			return fmt.Sprintf(`<input type="hidden" id="totalPage" value="3"><a href="javascript:void(0)" onclick="goPage(%d);return false;">下一页</a>`, p+1) +
				script(`function goPage(n) { if (n == 1) { location.href = 'list.html'; } else { location.href = 'list_' + n + '.html'; } }`)
		}},
		{"a variable put together before", func(p int) string {
			return fmt.Sprintf(`<a href="javascript:turn('%d')">下一页</a>`, p-1) +
				script(`var ext = ".html"; var turn = function (index) { var to = "list_" + (parseInt(index) + 2); to += ext; window.location.replace(to); }`)
		}},
		{"an arrow function and window.open", func(p int) string {
			return fmt.Sprintf(`<div class="fy"><a class="next" href="javascript:;" onclick="go(%d)"></a></div>`, p+2) +
				script("const go = (n) => { window.open(\"list_\" + (n-1) + '.html', '_self') }")
		}},
		{"the number is the function's own", func(p int) string {
			return `<a href="#" onclick="forward()">下一页</a>` + script(`var cur = %d; function forward() { location.href = "list_" + (cur + 1) + ".html" }`, p)
		}},
		{"a form sent by POST", func(p int) string {
			return fmt.Sprintf(form+`共3页 <a href="javascript:goTo(%d)">下一页</a>`, "post", p, p+1) +
				script(`function goTo(n){ document.pager.no.value = n; document.pager.submit(); }`)
		}},
		{"a form sent by jQuery and GET", func(p int) string {
			return fmt.Sprintf(form+`<a onclick="goTo(%d)">下一页</a>`, "get", p, p+1) +
				script(`function goTo(n){ $("#no").val(n); $("#pagerForm").submit(); }`)
		}},
		{"the postback of ASP.NET", func(p int) string {
			next := fmt.Sprintf(`<a href="javascript:__doPostBack('AspNetPager1','%d')">下一页</a>`, p+1)
			if p == 3 {
				next = `<a disabled="disabled">下一页</a>`
			}
			return `<form method="post" action="./list.html" id="form1"><input type="hidden" name="__EVENTTARGET"><input type="hidden" name="__VIEWSTATE" value="/wEPDw==">` + next + `</form>`
		}},
		{"a list of pages to jump to", func(p int) string {
			var b strings.Builder
			for i := 1; i <= 3; i++ {
				at := map[bool]string{true: " selected"}[i == p]
				fmt.Fprintf(&b, `<option value="%s"%s>第%d页</option>`, strings.TrimPrefix(files(i), column), at, i)
			}
			return `<select onchange="location.href=this.value">` + b.String() + `</select>`
		}},
		{"a button for more", func(p int) string {
			if p == 3 {
				return ""
			}
			return fmt.Sprintf(`<a class="more" href="javascript:;" data-url="list.html?pageNo=%d">点击加载更多</a>`, p+1)
		}},
		{"layui with rows and rows of a page", func(p int) string {
			return script(`laypage.render({elem: 'p', count: 25, limit: 10, curr: %d, jump: function (o, first) { if (!first) { location.href = 'list.html?pageNo=' + o.curr } }})`, p)
		}},
		{"a picture named next", func(p int) string {
			if p == 3 {
				return ""
			}
			return fmt.Sprintf(`<a href="list_%d.html"><img src="/images/next.gif" border="0"></a>`, p+1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pages := paged(3, files, c.tail)
			v := pages.with(func(q *listing.Request) (string, bool) {
				u, _ := url.Parse(q.URL)
				sent, _ := url.ParseQuery(u.RawQuery + "&" + q.Body)
				if sent.Has("words") && (sent.Get("cid") != "7" || sent.Has("all")) || sent.Has("__EVENTTARGET") && sent.Get("__VIEWSTATE") != "/wEPDw==" {
					return "", false
				}
				no := sent.Get("no") + sent.Get("pageNo") + sent.Get("__EVENTARGUMENT")
				body, ok := pages[column+"list_"+no+".html"]
				return body, ok
			}).read(t, column+"list.html", listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 25 {
				t.Errorf("%s by %s (%s), %d items\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}

// Handlers of which the page doesn't say where they lead are not guessed.
func TestHandlerUnknown(t *testing.T) {
	for _, c := range []struct{ name, tail string }{
		{"elsewhere", `<a href="javascript:goPage(2)">下一页</a>`},
		{"an unknown part", `<a href="javascript:goPage(2)">下一页</a>` + script(`function goPage(n) { location.href = base() + n }`)},
		{"a request", `<a href="javascript:goPage(2)">下一页</a>` + script(`function goPage(n) { load(n, show) }`)},
		{"itself", `<a href="javascript:f(2)">下一页</a>` + script(`function f(n) { var a = b + n; var b = a + n; location.href = a + b }`)},
		{"a form without the field", `<a href="javascript:f(2)">下一页</a><form method="post"><input name="q"></form>` + script(`function f(n) { document.x.p.value = n; document.x.submit() }`)},
		{"a form of another host", `<a href="javascript:f(2)">下一页</a><form name="x" method="post" action="http://example.org/"><input name="p"></form>` + script(`function f(n) { document.x.p.value = n; document.x.submit() }`)},
		{"not closed", `<a href="javascript:goPage(2)">下一页</a>` + script(`function goPage(n) { if (n { location.href = 'a' + `)},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site{column: list(1, 10, c.tail)}.read(t, column, listing.Hint{})
			if v.last.Verdict != "partial:script pager" || len(v.requests) != 1 {
				t.Errorf("%s (%s)\n%s", v.last.Verdict, v.last.Evidence, strings.Join(v.requests, "\n"))
			}
		})
	}
}

// Rows that lead to their reports by a function or by a number in an attribute.
func TestHandlerRows(t *testing.T) {
	for _, c := range []struct{ name, row, tail string }{
		{"a function", `<li><a href="javascript:show('{n}',1)">{t}</a><span>{d}</span></li>`, script(`function show(id, kind) { window.open("/info/show_" + id + ".html"); }`)},
		{"a row that is clicked", `<div class="r" onclick="detail({n})"><p>{t}</p><p>{d}</p></div>`, script(`function detail(id){ location.href = '/info/show_' + id + '.html' }`)},
		{"an attribute", `<li><a href="javascript:void(0)" class="go" data-id="{n}">{t}</a><span>{d}</span></li>`,
			script(`$(".go").click(function () { var id = $(this).attr("data-id"); window.open("/info/show_" + id + ".html"); });`)},
		{"an attribute of the row", `<li data-no="{n}"><a href="#">{t}</a><span>{d}</span></li>`,
			script(`$("li a").on("click", function () { location.href = "/info/show_" + $(this).data("no") + ".html"; });`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site{column: shellOf("<div>" + items(1, 6, c.row) + "</div>" + c.tail)}.read(t, column, listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 6 || v.urls[0] != "http://www.qinghe.gov.cn/info/show_30001.html" || v.dates[5] != "2022-01-07" {
				t.Errorf("%s (%s): %v %v", v.last.Verdict, v.last.Evidence, v.urls, v.dates)
			}
		})
	}
}
