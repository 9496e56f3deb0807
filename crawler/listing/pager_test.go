package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// list is a page of a TRS-like site with the rows from..to and a tail; its
// furniture links to articles of other columns, as real pages do.
func list(from, to int, tail string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开年报_清河县人民政府</title></head><body>
<div class="header"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/xwzx/jrqh/202402/t20240202_9001.html">清河要闻一则</a></div>
<div class="crumbs">您现在的位置：<a href="/">首页</a>&gt;<a href="/zfxxgk/">政府信息公开</a></div>
<ul class="list">`)
	for i := from; i <= to; i++ {
		title := fmt.Sprintf("清河县第%d局2023年政府信息公开工作年度报告", i)
		fmt.Fprintf(&b, `<li><a href="./202401/t202401%02d_%d.html" target="_blank" title="%s">%.24s…</a><span>2024-01-%02d</span></li>`+"\n", i%28+1, 1000+i, title, title, i%28+1)
	}
	b.WriteString(`</ul>` + tail + `<div class="footer"><a href="/bzzn/202001/t20200101_1.html">网站说明 2020-01-01</a></div></body></html>`)
	return b.String()
}

const column = "http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/"

// paged makes a column of pages with ten rows each and five on the last.
func paged(pages int, name func(page int) string, tail func(page int) string) site {
	s := site{}
	for p := 1; p <= pages; p++ {
		to := 10 * p
		if p == pages {
			to -= 5
		}
		s[name(p)] = list(10*p-9, to, tail(p))
	}
	return s
}

// named names the pages first, then by a template with a number that page 2 starts
// from.
func named(first, template string, second int) func(int) string {
	return func(p int) string {
		if p == 1 {
			return column + first
		}
		return column + fmt.Sprintf(template, second+p-2)
	}
}

func script(format string, args ...any) string {
	return "<script type=\"text/javascript\">" + fmt.Sprintf(format, args...) + "</script>"
}

// The dialects of script-declared pagers, each a column of three pages, 25 rows.
func TestPagerDialects(t *testing.T) {
	for _, c := range []struct {
		name     string
		pages    func(int) string
		tail     func(p int) string
		requests int
	}{
		{"createPageHTML, number first, counts from 0", named("", "index_%d.html", 1),
			func(p int) string { return script(`createPageHTML(3, %d,"index","html");`, p-1) }, 3},
		{"with an index file, single quotes, no semicolon, htm", named("index.htm", "index_%d.htm", 1),
			func(p int) string { return script("\n  createPageHTML ( 3 ,\n\t%d , 'index' , 'htm' )\n", p-1) }, 3},
		{"numbers in quotes, dot in the extension", named("", "index_%d.shtml", 1),
			func(p int) string { return script(`createPageHTML("3", "%d", "index", ".shtml")`, p-1) }, 3},
		{"with the number of rows", named("", "index_%d.html", 1),
			func(p int) string { return script(`createPageHTML(3, %d, "index", "html", "black2", 25);`, p-1) }, 3},
		{"stem other than index", named("list.html", "list_%d.html", 1),
			func(p int) string { return script(`createPageHTML(3,%d,"list","html");`, p-1) }, 3},
		{"arguments are variables", named("", "index_%d.html", 1),
			func(p int) string {
				return script("var currentPage = %d; var countPage = 3;\nvar ext = 'html'\ncreatePageHTML(countPage, currentPage, 'index', ext);", p-1)
			}, 3},
		{"element first, counts from 1", named("xlist.shtml", "xlist_%d.shtml", 2),
			func(p int) string { return script(`createPageHTML('page_div', 3, %d, 'xlist','shtml', 25);`, p) }, 3},
		{"element first, directory, stem index", named("", "index_%d.html", 2),
			func(p int) string { return script(`createPageHTML("page",3,%d,"index","html",10)`, p) }, 3},
		{"createPage, counts from 0", named("", "index_%d.html", 1),
			func(p int) string { return script(`createPage(3, %d, "index", "html");`, p-1) }, 3},
		{"Pager", named("", "index_%d.html", 1),
			func(p int) string {
				return script("Pager({ size:3, current:%d, prefix:'index',\n suffix:'html' });", p-1)
			}, 3},
		{"new Pager with quoted keys", named("", "index_%d.shtml", 1),
			func(p int) string {
				return script(`var p = new Pager({"size": "3", "current": "%d", "prefix": "index", "suffix": "shtml", onClick: function(){ return {a:1}; }});`, p-1)
			}, 3},
		{"countPage and currentPage", named("", "index_%d.html", 1),
			func(p int) string {
				return script("var currentPage = %d;//所在页从0开始\nvar prevPage = currentPage-1;\nvar countPage = 3//共多少页\nfor (var i=0;i<countPage;i++) document.write('<a href=\"index'+'_'+i+'.'+'html\">'+(i+1)+'</a>');", p-1)
			}, 3},
		{"countPage alone, files count from 0", named("index.html", "index_%d.html", 1),
			func(p int) string { return script(`var countPage = 3;`) }, 3},
		{"countPage alone, files count from 1", named("index.html", "index_%d.html", 2),
			func(p int) string { return script(`var countPage = 3;`) }, 4},
		{"setPage", named("", "index_%d.html", 2),
			func(p int) string { return script(`$(".pagination").pagination("setPage",%d,3);`, p) }, 3},
		{"totalPage", named("index.html", "index_%d.html", 2),
			func(p int) string {
				return script(`$("#page").pages({ totalPage: 3, currentPage : %d, isShow: true });`, p)
			}, 3},
		{"Ls.pagination with a URL", func(p int) string {
			if p == 1 {
				return "http://www.qinghe.gov.cn/content/column/6791573"
			}
			return fmt.Sprintf("http://www.qinghe.gov.cn/content/column/6791573?pageIndex=%d", p)
		}, func(p int) string {
			return script(`Ls.pagination("#page_6791573", function(pageIndex){ location.href='http://www.qinghe.gov.cn/content/column/6791573?pageIndex=' + pageIndex;},{currPage:%d,pageCount:3,isAjax:false});`, p)
		}, 3},
		{"pageDec, files count from 0", named("", "index_%d.html", 1),
			func(p int) string { return `<div id="pageDec" pagesize="10" pagecount="3"></div>` }, 3},
		{"pageDec, files count from 1", named("", "index_%d.html", 2),
			func(p int) string { return `<div id="pageDec" pagecount='3' pagesize='10'></div>` }, 4},
		{"parseInt and bare numbers", func(p int) string { return column + fmt.Sprintf("%d.html", p) },
			func(p int) string {
				return script("var pageSize = parseInt('10'); var totalPage = parseInt('3'); var cur = parseInt('%d'); function go(n){ location.href = n + '.html'; }", p)
			}, 3},
		{"a number in the index file", func(p int) string { return column + fmt.Sprintf("column-index-%d.shtml", p) },
			func(p int) string { return script(`var pageNo = %d, pageCount = 3;`, p) }, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := paged(3, c.pages, c.tail).read(t, c.pages(1), listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 25 || len(v.requests) != c.requests || v.last.State.Mechanism != "pager" {
				t.Errorf("%s by %s (%s), %d items, %d requests\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, len(v.urls), len(v.requests), strings.Join(v.requests, "\n"))
			}
			if d := v.last.State.Declared; d != 0 && d != 25 {
				t.Errorf("declared %d items", d)
			}
		})
	}
}

// One page that declares itself the only one, and declarations that aren't one.
func TestPagerSingle(t *testing.T) {
	for _, c := range []struct{ name, tail, mechanism string }{
		{"one page", script(`createPageHTML(1, 0, "index", "html");`), "pager"},
		{"none", script(`createPageHTML(0, 0, "index", "html");`), "pager"},
		{"line comment", script("// createPageHTML(9, 0, \"index\", \"html\");\nvar u = 'http://x//y';"), "anchor"},
		{"block comment", script("/* createPageHTML(9, 0, 'index', 'html')\n*/"), "anchor"},
		{"HTML comment", `<!-- ` + script(`createPageHTML(9, 0, "index", "html");`) + ` -->`, "anchor"},
		{"commented, then real", script("//createPageHTML(9,0,'index','html')\ncreatePageHTML(1,0,'index','html')"), "pager"},
		{"definition", script(`function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) { if (_nPageCount == 9) return; }`), "anchor"},
		{"another list's pager", script(`createPageHTML(7, 0, "other", "html"); createPageHTML(1, 0, "index", "html");`), "pager"},
		{"a template", `<script type="text/template">createPageHTML(9,0,"index","html")</script>`, "anchor"},
		{"unreadable", script(`createPageHTML(${pages}, ${cur}, "index", "html")`), "anchor"},
		{"not closed", script(`createPageHTML(9, 0, "index", "html"`), "anchor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site{column: list(1, 8, c.tail)}.read(t, column, listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 8 || len(v.requests) != 1 || v.last.State.Mechanism != c.mechanism {
				t.Errorf("%s by %s (%s), %d items, %v", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, len(v.urls), v.requests)
			}
		})
	}
}

// What goes wrong on later pages ends as partial and says where.
func TestPagerBroken(t *testing.T) {
	trs := func(p int) string { return script(`createPageHTML(4, %d, "index", "html");`, p-1) }
	names := named("", "index_%d.html", 1)
	for _, c := range []struct {
		name     string
		change   func(site)
		items    int
		verdict  string
		evidence string
	}{
		{"stale stub", func(s site) { s[names(3)] = `<html><body><div id="list"></div>` + trs(3) + `</body></html>` }, 25, "partial:without page 3", "stub"},
		{"404", func(s site) { delete(s, names(3)) }, 25, "partial:without page 3", "404"},
		{"page 2 is missing", func(s site) { delete(s, names(2)) }, 25, "partial:without page 2", "404"},
		{"page 2 is empty, without a number", func(s site) { s[names(2)] = list(1, 0, ""); s[names(4)] = list(31, 35, "") }, 25, "partial:without page 2", "stub"},
		{"nothing behind page 2", func(s site) { delete(s, names(3)); delete(s, names(4)) }, 20, "partial:stopped at page 3 of 4", "404"},
		{"another page", func(s site) { s[names(3)] = list(11, 20, trs(2)) }, 20, "partial:stopped at page 3 of 4", "calls itself page 2"},
		{"always the first", func(s site) { s[names(2)] = s[names(1)]; s[names(3)] = s[names(1)] }, 10, "partial:stopped at page 2 of 4", "calls itself page 1"},
		{"repeats without a number", func(s site) { s[names(3)] = list(11, 20, "") }, 20, "partial:3 of 4 pages", "repeats"},
		{"the last page was dropped since", func(s site) {
			s[names(3)] = list(21, 25, script(`createPageHTML(3, 2, "index", "html");`))
		}, 25, "complete", "25 items on 3 pages"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := paged(4, names, trs)
			c.change(s)
			v := s.read(t, column, listing.Hint{})
			if v.last.Verdict != c.verdict || len(v.urls) != c.items || !strings.Contains(v.last.Evidence, c.evidence) {
				t.Errorf("%s (%s), %d items\n%s", v.last.Verdict, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}

// Fewer rows than declared are never complete.
func TestPagerDeclaredRows(t *testing.T) {
	names := named("list.shtml", "list_%d.shtml", 2)
	s := paged(3, names, func(p int) string { return script(`createPageHTML('page_div',3,%d,'list','shtml',28)`, p) })
	v := s.read(t, names(1), listing.Hint{})
	if v.last.Verdict != "partial:25 of 28" {
		t.Errorf("%s (%s)", v.last.Verdict, v.last.Evidence)
	}
}

// Shandong's first page holds the rows of many; the static files go on behind it.
func TestPagerManyPagesInOne(t *testing.T) {
	rows := func(from, to int, cls string) string {
		return strings.ReplaceAll(list(from, to, script(`var totalCount = 25, perSize = 5; var logicTotalPage = 5;`)), "<li>", `<li class="`+cls+`">`)
	}
	s := site{
		column + "index.shtml":   rows(1, 15, "pagedContent"),
		column + "index_4.shtml": rows(16, 20, "pagedContent"),
		column + "index_5.shtml": rows(21, 25, "pagedContent"),
	}
	v := s.read(t, column+"index.shtml", listing.Hint{})
	if v.last.Verdict != "complete" || len(v.urls) != 25 || len(v.requests) != 3 {
		t.Errorf("%s (%s), %d items\n%s", v.last.Verdict, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
	}
}

// A page that is lost in the middle doesn't cost the ones behind it; where the list
// ends is still found.
func TestAnchorGaps(t *testing.T) {
	query := func(p int) string { return fmt.Sprintf("%s?page=%d", column, p) }
	next := func(p int) string { return fmt.Sprintf(`<a href="?page=%d">下一页</a>`, p+1) }
	for _, c := range []struct {
		name    string
		change  func(site)
		items   int
		verdict string
	}{
		{"one page", func(s site) { s[query(2)] = list(1, 0, next(2)); s[query(3)] = list(21, 25, "") }, 15, "partial:without page 2"},
		{"two pages", func(s site) {
			s[query(3)] = list(1, 0, next(3))
			s[query(4)] = list(1, 0, next(4))
			s[query(5)] = list(41, 45, "")
		}, 25, "partial:without pages 3 4"},
		{"a stub at the end", func(s site) { s[query(3)] = "<html><body></body></html>" }, 20, "partial:page 3 is empty"},
		{"behind the end", func(s site) {
			for p := 3; p < 9; p++ {
				s[query(p)] = list(21, map[bool]int{true: 25}[p == 3], next(p))
			}
		}, 25, "complete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := paged(3, query, next)
			c.change(s)
			v := s.read(t, query(1), listing.Hint{})
			if v.last.Verdict != c.verdict || len(v.urls) != c.items || len(v.requests) > 6 {
				t.Errorf("%s (%s), %d items\n%s", v.last.Verdict, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}
