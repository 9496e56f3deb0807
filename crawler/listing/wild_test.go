package listing_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// items prints the rows from..to by a format with {n} (a number of its own), {t}
// (the title), {s} (the title cut), {d} (2022-01-05), {y}, {m}.
func items(from, to int, format string) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		title := fmt.Sprintf("安平县%s局2021年政府信息公开工作年度报告", []string{"水利", "教育", "交通运输", "卫生健康", "农业农村", "审计", "统计", "司法", "民政", "财政"}[i%10]+strings.Repeat("一", i/10))
		r := []rune(title)
		b.WriteString(strings.NewReplacer("{n}", fmt.Sprint(30000+i), "{i}", fmt.Sprint(i), "{t}", title, "{s}", string(r[:14])+"...",
			"{d}", fmt.Sprintf("2022-01-%02d", i%28+1), "{c}", fmt.Sprintf("202201%02d", i%28+1), "{cn}", fmt.Sprintf("2022年1月%d日", i%28+1),
			"{md}", fmt.Sprintf("01-%02d", i%28+1), "{hex}", fmt.Sprintf("%032x", 987654321+i*7919)).Replace(format))
	}
	return b.String()
}

const furnitureHead = `<!doctype html><HTML><HEAD><META http-equiv=Content-Type content="text/html; charset=utf-8"><title>政府信息公开年报-安平县人民政府</title></HEAD><BODY>
<div class="top"><a href="/login">登录</a><a href="/index.shtml">网站首页</a> <a href="/zwgk/">政务公开</a><a href="/hd/">互动交流</a></div>
<div class=nav><ul><li><a href="/zwgk/jgzn/">机构职能</a></li><li><a href="/zwgk/zcwj/">政策文件</a><li><a href="/xw/202203/t20220301_88.html">县领导调研</a></ul></div>
<div class=loc>当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 年报</div>`

const furnitureFoot = `<div id=foot><a href="http://www.gov.cn/">中国政府网</a><a href="/gywm/t20180101_3.html">关于我们</a> 2018-01-01 冀ICP备05000000号</div></BODY></HTML>`

func shellOf(body string) string { return furnitureHead + body + furnitureFoot }

// Sites in the style of each family but written by other hands than the rest of
// the tests: other names, quotes, spaces, cases, sizes, bases and ends.
func TestWild(t *testing.T) {
	const host = "http://www.anping.gov.cn"
	type app = func(*listing.Request) (string, bool)
	get := func(f func(u *url.URL, q url.Values) (string, bool)) app {
		return func(r *listing.Request) (string, bool) {
			u, err := url.Parse(r.URL)
			if err != nil || r.Method == "POST" {
				return "", false
			}
			return f(u, u.Query())
		}
	}
	post := func(f func(u *url.URL, q url.Values) (string, bool)) app {
		return func(r *listing.Request) (string, bool) {
			u, err := url.Parse(r.URL)
			if err != nil || r.Method != "POST" {
				return "", false
			}
			q, _ := url.ParseQuery(r.Body)
			for k, v := range u.Query() {
				if q[k] == nil {
					q[k] = v
				}
			}
			return f(u, q)
		}
	}
	trsRow := `<LI><SPAN>{d}</SPAN><A HREF='./202201/t{c}_{n}.html' TARGET=_blank TITLE='{t}'>{s}</A></LI>`
	pages := func(total, size int, name func(int) string, body func(p, from, to int) string) map[string]string {
		s := map[string]string{}
		n := (total + size - 1) / size
		for p := 1; p <= n; p++ {
			s[host+name(p)] = shellOf(body(p, (p-1)*size+1, min(p*size, total)))
		}
		return s
	}
	at := func(dir, first, format string, second int) func(int) string {
		return func(p int) string {
			if p == 1 {
				return dir + first
			}
			return dir + fmt.Sprintf(format, second+p-2)
		}
	}
	for _, c := range []struct {
		name     string
		index    string
		site     map[string]string
		app      app
		items    int
		children int
		declared int
		verdict  string
		requests int // most, 0 unknown
	}{
		{"TRS, upper case, minified, 7 of 20", "/zwgk/zfxxgknb/", pages(127, 20, at("/zwgk/zfxxgknb/", "", "index_%d.shtml", 1), func(p, a, b int) string {
			return `<UL>` + items(a, b, trsRow) + `</UL><SCRIPT LANGUAGE="JavaScript">createPageHTML(7,` + fmt.Sprint(p-1) + `,"index","shtml");</SCRIPT>`
		}), nil, 127, 0, 0, "complete", 7},
		{"TRS, the function defined before the call", "/zwgk/nb/index.htm", pages(23, 10, at("/zwgk/nb/", "index.htm", "index_%d.htm", 1), func(p, a, b int) string {
			return `<script>
			// 创建分页 createPageHTML(10,0,"index","html")
			function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
				if(_nPageCount == null || _nPageCount<=1){ return; }
				var nCurrIndex = _nCurrIndex || 0;
				document.write("<a href=\""+_sPageName+"_"+(nCurrIndex+1)+"."+_sPageExt+"\">下一页</a>");
			}
			</script><ul>` + items(a, b, trsRow) + `</ul><script>createPageHTML(3, ` + fmt.Sprint(p-1) + `, "index", "htm");</script>`
		}), nil, 23, 0, 0, "complete", 3},
		{"TRS, inline pager of a template with page words written by the script", "/zwgk/nb/", pages(31, 15, at("/zwgk/nb/", "", "index_%d.html", 1), func(p, a, b int) string {
			return `<ul>` + items(a, b, trsRow) + `</ul><script>
	var currentPage = ` + fmt.Sprint(p-1) + `;//所在页从0开始
	var prevPage = currentPage-1//上一页
	var 下一页Page = currentPage+1//下一页
	var countPage = 3//共多少页
	//document.write("共"+countPage+"页");
	if(countPage>1&&currentPage!=(countPage-1)){ document.write("<a href=\"index_" + (currentPage+1) + ".html\">下一页</a>"); }
</script>`
		}), nil, 31, 0, 0, "complete", 3},
		{"Beijing Pager with other order and more keys", "/zfxxgk/gknb/index.html", pages(44, 20, at("/zfxxgk/gknb/", "index.html", "index_%d.html", 1), func(p, a, b int) string {
			return `<ul>` + items(a, b, trsRow) + `</ul><div class="page"></div><script>Pager({el:".page",suffix:"html",prefix:"index",current:` + fmt.Sprint(p-1) + `,size:3,total:44})</script>`
		}), nil, 44, 0, 0, "complete", 3},
		{"UCAP 1-based with other element and stem", "/apx/c106531/common_list.shtml", pages(38, 15, at("/apx/c106531/", "common_list.shtml", "common_list_%d.shtml", 2), func(p, a, b int) string {
			return `<div class="list"><p><a href="/apx/c106531/202201/c02_{x}.shtml"></a></p>` + items(a, b, `<p><a href="/apx/c106531/202201/c02_{n}.shtml" title="{t}">{s}</a> <i>{d}</i></p>`) + `</div><div id="pages"></div><script type="text/javascript">
			createPageHTML( "pages" , 3, ` + fmt.Sprint(p) + `,"common_list" , "shtml" ,38 );</script>`
		}), nil, 38, 0, 38, "complete", 3},
		{"UCAP 32 hex, xlist, last page short", "/szsrmzf/nb/xlist.shtml", pages(21, 20, at("/szsrmzf/nb/", "xlist.shtml", "xlist_%d.shtml", 2), func(p, a, b int) string {
			return `<table>` + items(a, b, `<tr><td><a href="../nb/202201/{hex}.shtml">{t}</a></td><td>{d}</td></tr>`) + `</table><script>createPageHTML('page_div',2,` + fmt.Sprint(p) + `,'xlist','shtml',21)</script>`
		}), nil, 21, 0, 21, "complete", 2},
		{"quoted 1-based pager on TRS addresses (Hunan)", "/xxgk/zfxxgknb/", pages(45, 20, at("/xxgk/zfxxgknb/", "", "index_%d.html", 2), func(p, a, b int) string {
			return `<ul>` + items(a, b, trsRow) + `</ul><div id="p"></div><script>createPageHTML('p',3, ` + fmt.Sprint(p) + `,'index','html',45);</script>`
		}), nil, 45, 0, 45, "complete", 3},
		{"Henan pageDec, one-based files, upper-case attributes", "/zwgk/nb/", pages(60, 24, at("/zwgk/nb/", "", "index_%d.html", 1), func(p, a, b int) string {
			return `<ul>` + items(a, b, trsRow) + `</ul><DIV ID=pageDec PAGESIZE=24 PAGECOUNT=3 CURRENTPAGE=` + fmt.Sprint(p-1) + `></DIV>`
		}), nil, 60, 0, 0, "complete", 3},
		{"Shanghai totalPage in a plugin", "/nw12344/index.html", pages(33, 15, at("/nw12344/", "index.html", "index_%d.html", 2), func(p, a, b int) string {
			return `<ul class="uli14">` + items(a, b, `<li><a href="/nw12344/{c}/{hex}.html" title="{t}">{s}</a><span class="time">{d}</span></li>`) + `</ul><ul class="pagination"></ul><script>$('.pagination').twbsPagination({totalPages:3,visiblePages:5,startPage:` + fmt.Sprint(p) + `,href:'index_{{number}}.html'})</script>`
		}), nil, 33, 0, 0, "complete", 4},
		{"Shandong: 2 pages on each static file", "/col/nb/index.shtml", func() map[string]string {
			row := `<li class="pagedContent" style="display:none"><a href="/art/2022/1/9/art_{n}.html" title="{t}">{s}</a><span>{d}</span></li>`
			v := `<script>var totalCount="47"; var perSize='10'; var logicTotalPage = Math.ceil(totalCount/perSize);</script>`
			return map[string]string{host + "/col/nb/index.shtml": shellOf("<ul>" + items(1, 20, row) + "</ul>" + v),
				host + "/col/nb/index_3.shtml": shellOf("<ul>" + items(21, 30, row) + "</ul>" + v),
				host + "/col/nb/index_4.shtml": shellOf("<ul>" + items(31, 40, row) + "</ul>" + v),
				host + "/col/nb/index_5.shtml": shellOf("<ul>" + items(41, 47, row) + "</ul>" + v)}
		}(), nil, 47, 0, 47, "complete", 5},
		{"Shandong: all rows client-side", "/col/nb/index.html", map[string]string{host + "/col/nb/index.html": shellOf("<ul>" + items(1, 37, `<li class="pagedContent"><a href="/art/2022/1/9/art_{n}.html" title="{t}">{s}</a><span>{d}</span></li>`) + `</ul><script>var totalCount = 37, perSize = 15, logicTotalPage = 3;</script>`)}, nil, 37, 0, 37, "complete", 1},
		{"Shaanxi parseInt", "/zfxxgk/zfxxgknb/1.html", pages(33, 15, func(p int) string { return fmt.Sprintf("/zfxxgk/zfxxgknb/%d.html", p) }, func(p, a, b int) string {
			return `<div class="m-lst"><ul>` + items(a, b, `<li><a href="/zfxxgk/zfxxgknb/19069850181934{n}.html">{t}</a><em>{d}</em></li>`) + `</ul></div><div class="m-pg" id="pg"></div><script>var total=parseInt("3"),now=parseInt('` + fmt.Sprint(p) + `');laypage({cont:'pg',pages:total,curr:now,jump:function(e,first){if(!first){location.href=e.curr+".html"}}})</script>`
		}), nil, 33, 0, 0, "complete", 3},
		{"Shaanxi from the directory", "/zfxxgk/zfxxgknb/", func() map[string]string {
			s := pages(33, 15, func(p int) string { return fmt.Sprintf("/zfxxgk/zfxxgknb/%d.html", p) }, func(p, a, b int) string {
				return `<div class="m-lst"><ul>` + items(a, b, `<li><a href="/zfxxgk/zfxxgknb/19069850181934{n}.html">{t}</a><em>{d}</em></li>`) + `</ul></div><script>$("#page").createPage({pageCount:parseInt('3'),current:parseInt('` + fmt.Sprint(p) + `'),backFn:function(p){window.location.href="/zfxxgk/zfxxgknb/"+p+".html"}});</script>`
			})
			s[host+"/zfxxgk/zfxxgknb/"] = s[host+"/zfxxgk/zfxxgknb/1.html"]
			return s
		}(), nil, 33, 0, 0, "complete", 4},
		{"JEECMS index_2.jhtml by a select", "/nb/index.jhtml", pages(25, 10, at("/nb/", "index.jhtml", "index_%d.jhtml", 2), func(p, a, b int) string {
			next := fmt.Sprintf(`<a href="index_%d.jhtml" onclick="">下一页</a>`, p+1)
			if p == 3 {
				next = `下一页`
			}
			return `<div class="r">` + items(a, b, `<div class=it><a target=_blank href="/D41X/4{n}.jhtml" title="{t}">{s}</a><b>{d}</b></div>`) + `</div><div>共25条记录 ` + fmt.Sprint(p) + `/3页 首页 上一页 ` + next + ` 尾页 第<select onchange="location.href='index_'+this.value+'.jhtml'"><option>1</option></select>页</div>`
		}), nil, 25, 0, 25, "complete", 3},
		{"Chengdu column-index", "/gkml/nb/column-index-1.shtml", pages(25, 10, func(p int) string { return fmt.Sprintf("/gkml/nb/column-index-%d.shtml", p) }, func(p, a, b int) string {
			next := fmt.Sprintf(`<a class="next" href="column-index-%d.shtml">下一页</a>`, p+1)
			if p == 3 {
				next = ""
			}
			return `<ul>` + items(a, b, `<li><a href="/gkml/nb/1{n}.shtml">{t}</a><span>{d}</span></li>`) + `</ul><div class="pg">` + next + `</div>`
		}), nil, 25, 0, 0, "complete", 3},
		{"MVC without extension", "/list/xxgknb", pages(25, 10, at("/list/", "xxgknb", "xxgknb/p/%d", 2), func(p, a, b int) string {
			next := fmt.Sprintf(`<a href="/list/xxgknb/p/%d" aria-label="Next"><span aria-hidden="true">&raquo;</span></a>`, p+1)
			if p == 3 {
				next = ""
			}
			return `<table class="table">` + items(a, b, `<tr><td>{i}</td><td><a href="/show/{n}">{t}</a></td><td>{d}</td></tr>`) + `</table><ul class="pagination"><li><a href="/list/xxgknb/p/1">1</a></li><li><a href="/list/xxgknb/p/2">2</a></li><li><a href="/list/xxgknb/p/3">3</a></li><li>` + next + `</li></ul>`
		}), nil, 25, 0, 0, "complete", 3},
		{"ASP.NET query pager", "/InfoPublic.aspx?cid=1019&pid=971", func() map[string]string {
			s := pages(25, 10, func(p int) string { return fmt.Sprintf("/InfoPublic.aspx?cid=1019&pid=971&page=%d", p) }, func(p, a, b int) string {
				next := fmt.Sprintf(`<a href="InfoPublic.aspx?cid=1019&amp;pid=971&amp;page=%d">下一页</a>`, p+1)
				if p == 3 {
					next = `<a disabled="disabled">下一页</a>`
				}
				return `<table>` + items(a, b, `<tr><td><a href="InfoView.aspx?cid=1019&amp;id={n}">{t}</a></td><td>{cn}</td></tr>`) + `</table><div>` + next + `</div>`
			})
			s[host+"/InfoPublic.aspx?cid=1019&pid=971"] = s[host+"/InfoPublic.aspx?cid=1019&pid=971&page=1"]
			return s
		}(), nil, 25, 0, 0, "complete", 3},
		{"VSB, span pages, table rows", "/zfxxgk/zfxxgknb.htm", pages(47, 12, func(p int) string {
			if p == 1 {
				return "/zfxxgk/zfxxgknb.htm"
			}
			return fmt.Sprintf("/zfxxgk/zfxxgknb/%d.htm", 5-p)
		}, func(p, a, b int) string {
			up := ""
			if p > 1 {
				up = "../"
			}
			next := `<span class="p_no_d">下页</span>`
			switch {
			case p == 1:
				next = `<span class="p_next p_fun"><a href="zfxxgknb/3.htm">下页</a></span><span class="p_last p_fun"><a href="zfxxgknb/1.htm">尾页</a></span>`
			case p < 4:
				next = fmt.Sprintf(`<span class="p_next p_fun"><a href="%d.htm">下页</a></span>`, 4-p)
			}
			return `<table class="winstyle">` + items(a, b, `<tr id="line_u8_{i}"><td><a href="`+up+`../info/1025/6{n}.htm" target="_blank" title="{t}">{s}</a></td><td>{d}</td></tr>`) + `</table><span class="p_pages"><span class="p_first_d p_fun_d">首页</span><span class="p_no_o">1</span><span class="p_no"><a href="x">2</a></span>` + next + `</span>`
		}), nil, 47, 0, 0, "complete", 4},
		{"Huzhou dataList with pagesData, files count from 1", "/hzgov/nb/index.html", pages(25, 10, at("/hzgov/nb/", "index.html", "index_%d.html", 2), func(p, a, b int) string {
			return `<div id="lists"></div><script>var dataList=[` + strings.TrimSuffix(items(a, b, `{"doctitle":"{t}","url":"./202201/t{c}_{n}.html","docreltime":"{d} 09:00:00"},`), ",") + `];
			var pagesData={curPageNo:` + fmt.Sprint(p) + `,pageTotal:3};</script>`
		}), nil, 25, 0, 0, "complete", 4},
		{"jpage, single quotes, tr rows, title missing", "/col/col77/index.html", map[string]string{host + "/col/col77/index.html": shellOf(`<div id='9901' class='default_pgContainer'></div>
			<script type="text/xml"><datastore><nextgroup><![CDATA[<a href='/module/web/jpage/dataproxy.jsp?page=1&appid=1&appid=1&webid=7&path=/&columnid=77&unitid=9901&webname=%E5%AE%89%E5%B9%B3&permissiontype=0'></a>]]></nextgroup><recordset>` +
			items(1, 45, "<record><![CDATA[\n<tr><td height='30'><a href='/art/2022/1/9/art_77_{n}.html' target='_blank'>{t}</a></td><td>[{d}]</td></tr>]]></record>") + `</recordset></datastore></script>
			<script>$(function(){ $("#9901").jpage({themeName:'default',dataStore:dataStore,totalRecord:112,openCookies:false,showMode:'full',perPage:15,barPosition:'bottom',proxyUrl:'/module/web/jpage/dataproxy.jsp',groupSize:3,ajaxParam:{appid:'1',webid:'7',path:'/',columnid:'77',unitid:'9901',webname:'安平',permissiontype:0}})})</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/module/web/jpage/dataproxy.jsp" || q.Get("columnid") != "77" {
					return "", false
				}
				p := max(1, atoi(q.Get("page")))
				per := 15
				if q.Get("perpage") != "" {
					per = atoi(q.Get("perpage"))
				}
				a, b := window(p, per, 112)
				return "<datastore><totalrecord>112</totalrecord><totalpage>8</totalpage><recordset>" + items(a, b, `<record><![CDATA[<tr><td><a href='/art/2022/1/9/art_77_{n}.html'>{t}</a></td><td>[{d}]</td></tr>]]></record>`) + "</recordset></datastore>", true
			}), 112, 0, 112, "complete", 7},
		{"jpage, POST only", "/col/col8415/index.html", map[string]string{host + "/col/col8415/index.html": shellOf(`<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=35&path=/&columnid=8415&unitid=41618&webname=x&permissiontype=0"></a>]]></nextgroup>
			<recordset>` + items(1, 60, `<record><![CDATA[<li><a title='{t}' href='http://www.anping.gov.cn/art/2022/1/9/art_8415_{n}.html'>{s}</a><b>{d}</b></li>]]></record>`) + `</recordset></datastore></script>`)},
			func(r *listing.Request) (string, bool) {
				if r.Method != "POST" {
					return "<datastore><totalrecord>133</totalrecord><recordset>" + items(1, 20, `<record><![CDATA[<li><a href='/art/2022/1/9/art_8415_{n}.html'>{t}</a></li>]]></record>`) + "</recordset></datastore>", true
				}
				u, _ := url.Parse(r.URL)
				f, _ := url.ParseQuery(r.Body)
				if f.Get("columnid") != "8415" || f.Get("unitid") != "41618" || r.Referrer == "" {
					return "", false
				}
				a, b := atoi(u.Query().Get("startrecord")), min(atoi(u.Query().Get("endrecord")), 133)
				return "<?xml version='1.0' encoding='utf-8' ?><datastore><totalrecord>133</totalrecord><totalpage>7</totalpage><recordset>" + items(a, b, `<record><![CDATA[<li><a href='/art/2022/1/9/art_8415_{n}.html' title='{t}'>{s}</a></li>]]></record>`) + "</recordset></datastore>", true
			}, 133, 0, 133, "complete", 6},
		{"JPaaS, attributes elsewhere, double-quoted escapes", "/col/col12/index.html", map[string]string{host + "/col/col12/index.html": shellOf(`<div class="list"></div><SCRIPT parsetype="bulidstatic" src="/vip/unitbuild.js" QUERYDATA="{&#39;tagId&#39;:&#39;信息列表&#39;,&quot;webId&quot;:&quot;88&quot;,'pageId':'zz12','tplSetId':'TT','parseType':'bulidstatic','pageType':'column'}" url="//www.anping.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit"></SCRIPT>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if !strings.HasSuffix(u.Path, "/build/unit") || q.Get("webId") != "88" || q.Get("tagId") != "信息列表" {
					return "", false
				}
				p := struct {
					N int    `json:"pageNo"`
					S string `json:"pageSize"`
				}{1, "12"}
				json.Unmarshal([]byte(q.Get("paramJson")), &p)
				a, b := window(p.N, 12, 40)
				pager := fmt.Sprintf(`<div class="page"><a data-page="%d">下一页</a></div>`, p.N+1)
				if b == 40 {
					pager = ""
				}
				out, _ := json.Marshal(map[string]any{"success": true, "code": "200", "data": map[string]any{"html": "<ul>" + items(a, b, `<li><a href="/col/col12/art/2022/art_{hex}.html" title="{t}">{s}</a><span>{d}</span></li>`) + "</ul>" + pager}})
				return string(out), true
			}), 40, 0, 0, "complete", 7},
		{"Lonsun, other prefix, data as a query string", "/apzwgk/public/column/6596711?type=4&action=list&nav=2&catId=6718941", map[string]string{host + "/apzwgk/public/column/6596711?type=4&action=list&nav=2&catId=6718941": shellOf(`<div id="xxgk_list"></div><script>
			$.ajax({type:"get",url:"/apzwgk/site/label/8888",data:"IsAjax=1&dataType=html&_="+Math.random()+"&labelName=publicInfoList&siteId=6795621&pageSize=20&pageIndex="+pageIndex+"&action=list&isDate=true&dateFormat=yyyy-MM-dd&length=50&organId=6596711&type=4&catIds=&catId=6718941&cId=&result=%E6%9A%82%E6%97%A0&fuzzy=false&file=%2Fapzwgk%2FpublicInfoList_newest",success:function(h){$("#xxgk_list").html(h)}});
			Ls.pagination("#page_public_info", function(pageIndex, $this){ _get(pageIndex) }, {currPage: 1, pageCount: 3, link: "x"});</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/apzwgk/site/label/8888" || q.Get("siteId") != "6795621" || q.Get("file") != "/apzwgk/publicInfoList_newest" {
					return "", false
				}
				a, b := window(atoi(q.Get("pageIndex")), atoi(q.Get("pageSize")), 51)
				if a > b {
					return "<p>暂无信息</p>", true
				}
				return "<ul class='clearfix xxgk_nav_list'>" + items(a, b, `<li><a href="http://www.anping.gov.cn/apzwgk/public/6596711/6{n}.html" class="title" title="{t}">{s}</a><span class="date">{d}</span></li>`) + "</ul>", true
			}), 51, 0, 0, "complete", 4},
		{"Lonsun column by location with appended pageIndex", "/content/column/6791573?pageIndex=1", pages(45, 20, func(p int) string { return fmt.Sprintf("/content/column/6791573?pageIndex=%d", p) }, func(p, a, b int) string {
			return `<ul>` + items(a, b, `<li><a href="/content/article/3{n}" title="{t}">{s}</a><span class="right date">{d}</span></li>`) + `</ul><div id="page_6791573"></div><script>Ls.pagination( '#page_6791573', function( pageIndex, $this ) { location.href = "/content/column/6791573?pageIndex=" + pageIndex; }, { currPage: ` + fmt.Sprint(p) + `, pageCount: 3, isAjax: false });</script>`
		}), nil, 45, 0, 0, "complete", 3},
		{"xxgk with GET only", "/col/col1229123/index.html", map[string]string{host + "/col/col1229123/index.html": shellOf(`<div id="div1229123"></div><script>
			var requestUrl="http://www.anping.gov.cn/col/col1229123/index.html";
			function load(n){ $.ajax({url:"/module/xxgk/search.jsp?infotypeId=B001&jdid=44&area=11133000&divid=div1229123&vc_title=&currpage="+n+"&standardXxgk=1"}) }</script>`)},
			func(r *listing.Request) (string, bool) {
				u, _ := url.Parse(r.URL)
				q := u.Query()
				if r.Method == "POST" || u.Path != "/module/xxgk/search.jsp" || q.Get("infotypeId") != "B001" || q.Get("divid") != "div1229123" {
					return "", false
				}
				a, b := window(max(1, atoi(q.Get("currpage"))), 10, 25)
				if a > b {
					a, b = 21, 25
				}
				return `<div class="zfxxgk_zdgkc"><ul>` + items(a, b, `<li><a class="bt_link" target="_blank" href="/art/2022/1/9/art_1229123_{n}.html" title="{t}">{s}</a><b>{d}</b></li>`) + `</ul></div>`, true
			}, 25, 0, 0, "complete", 6},
		{"gkmlpt with config in one line and quoted keys", "/apxjtj/gkmlpt/index", map[string]string{host + "/apxjtj/gkmlpt/index": shellOf(`<div id="gkml"></div><script>window._CONFIG={"SID":"200099","TREE":[{"id":"31","name":"机构概况","children":[],"post_count":3},{"id":"5001","name":"政府信息公开年度报告","jump_url":null,"children":[],"post_count":105}]}</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/apxjtj/gkmlpt/api/all/5001" {
					return "", false
				}
				a, b := window(max(1, atoi(q.Get("page"))), 100, 105)
				if a > b {
					return "", false
				}
				return fmt.Sprintf(`{"classify":{"id":5001,"post_count":105},"articles":[%s]}`, strings.TrimSuffix(items(a, b, `{"id":{n},"title":"{t}","url":"http://www.anping.gov.cn/apxjtj/gkmlpt/content/9/9{n}/post_9{n}.html","display_publish_time":"{d}","identifier":"114{n}"},`), ",")), true
			}), 105, 0, 105, "complete", 3},
		{"NFCMS static columns", "/zfjg/zfxxgknb/bm/2021n/index.html", pages(33, 15, at("/zfjg/zfxxgknb/bm/2021n/", "index.html", "index_%d.html", 2), func(p, a, b int) string {
			next := fmt.Sprintf(`<a href="http://www.anping.gov.cn/zfjg/zfxxgknb/bm/2021n/index_%d.html" class="next">&gt;</a>`, p+1)
			if p == 3 {
				next = ""
			}
			return `<ul class="news_list">` + items(a, b, `<li><a href="http://www.anping.gov.cn/zfjg/zfxxgknb/bm/2021n/content/mpost_9{n}.html" title="{t}">{s}</a><span>{d}</span></li>`) + `</ul><div class="page"><a href="index.html" class="active">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a>` + next + `</div>`
		}), nil, 33, 0, 0, "complete", 3},
		{"UCAP search, /search path, aggregated rows", "/apx/nb/list.shtml", map[string]string{host + "/apx/nb/list.shtml": shellOf(`<div id="listBox"></div><script>
			var cid='aa0123456789abcdef0123456789abcd';
			$.ajax({url:'/search/'+cid+'?_isAgg=true&_isJson=true&_pageSize=20&_template=index&page='+page,dataType:'json'})</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/search/aa0123456789abcdef0123456789abcd" || q.Get("_isJson") != "true" {
					return "", false
				}
				size := atoi(q.Get("_pageSize"))
				a, b := window(max(1, atoi(q.Get("page"))), size, 47)
				return fmt.Sprintf(`{"status":"success","data":{"total":47,"page":%s,"rows":%d,"results":[%s]}}`, q.Get("page"), size, strings.TrimSuffix(items(a, b, `{"title":"{t}","url":"http://www.anping.gov.cn/apx/nb/202201/{hex}.shtml","publishedTimeStr":"{d} 00:00:00","domainMetaList":[{"resultList":[{"key":"indexnumber","value":"x"}]}]},`), ",")), true
			}), 47, 0, 47, "complete", 5},
		{"Epoint, other project, string totals", "/003/003002/003002009/govinfo.html", map[string]string{
			host + "/003/003002/003002009/govinfo.html": shellOf(`<div class="ewb-list" id="list"></div><input type="hidden" id="categorynum" value="003002009"/><script src="../../../js/webBuilderCommon.js"></script>`),
			host + "/js/webBuilderCommon.js":            `var siteInfo={projectName:'/apfront',siteGuid:"2a1f0f33-aaaa-bbbb-cccc-8fcb82ea831a",other:'x'}`},
			func(r *listing.Request) (string, bool) {
				if r.URL != host+"/apfront/rest/lightfrontaction/getgovinfolist" || r.Method != "POST" {
					return "", false
				}
				var in struct {
					Column string `json:"categorynum"`
					Page   int    `json:"pageIndex"`
					Size   int    `json:"pageSize"`
				}
				json.Unmarshal([]byte(r.Body), &in)
				if in.Column != "003002009" {
					return "", false
				}
				a, b := window(in.Page+1, in.Size, 63)
				return fmt.Sprintf(`{"custom":{"total":"63","data":[%s]},"status":{"code":"200","text":""}}`, strings.TrimSuffix(items(a, b, `{"infourl":"/003/003002/003002009/{c}/{hex}.html","realtitle":"{t}","title":"{s}","infodate":"{d}"},`), ",")), true
			}, 63, 0, 63, "complete", 4},
		{"Epoint static lists", "/003/003002/about.html", pages(33, 15, func(p int) string {
			if p == 1 {
				return "/003/003002/about.html"
			}
			return fmt.Sprintf("/003/003002/%d.html", p)
		}, func(p, a, b int) string {
			next := fmt.Sprintf(`<li><a href="/003/003002/%d.html">下页 &gt;</a></li>`, p+1)
			if p == 3 {
				next = `<li class="disabled"><a href="javascript:void(0)">下页 &gt;</a></li>`
			}
			return `<div class="EWB-FRONT"><ul class="ewb-items">` + items(a, b, `<li><a href="/003/003002/{c}/8396fb81-cace-423d-ac70-736c1e8{n}.html" title="{t}">{s}</a><span>{d}</span></li>`) + `</ul><ul class="m-pagination">` + next + `<li>` + fmt.Sprint(p) + `/3</li></ul></div>`
		}), nil, 33, 0, 0, "complete", 3},
		{"WAS5, form in markup", "/zfxxgk/fdnr/nb.html", map[string]string{host + "/zfxxgk/fdnr/nb.html": shellOf(`<div id="result"></div><FORM id=f METHOD=post ACTION="/was5/web/search"><INPUT type=hidden name=channelid value=270991><input type=hidden name='prepage' value='20'><input name=page value=1></FORM><script src="/js/was.js"></script>`)},
			post(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/was5/web/search" || q.Get("channelid") != "270991" {
					return "", false
				}
				a, b := window(max(1, atoi(q.Get("page"))), atoi(q.Get("prepage")), 45)
				return `<?xml version="1.0"?><ROOT><RECORDCOUNT>45</RECORDCOUNT>` + items(a, b, "<REC>\n<TITLE><![CDATA[{t}]]></TITLE>\n<URL><![CDATA[http://www.anping.gov.cn/zfxxgk/nb/202201/t{c}_{n}.html]]></URL>\n<DOCRELTIME>2022.01.\n09</DOCRELTIME></REC>") + `</ROOT>`, true
			}), 45, 0, 45, "complete", 4},
		{"Suzhou, loadData with braces", "/szs/nb/list.html", map[string]string{host + "/szs/nb/list.html": shellOf(`<ul class="list"></ul><script>var channel_id = '3f6a';
			function q(i){$.ajax({type:'POST',url:'/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=15',data:{pageIndex:i,channel_id:channel_id},success:show})}</script>`)},
			post(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/szinf/xxgk/interfacesWebZcwj/loadData" || q.Get("channel_id") != "3f6a" || q.Get("pageSize") != "15" {
					return "", false
				}
				a, b := window(max(1, atoi(q.Get("pageIndex"))), 15, 31)
				return fmt.Sprintf(`{"code":200,"data":{"totalPage":3,"list":[%s]}}`, strings.TrimSuffix(items(a, b, `{"TITLE":"{t}","URL":"/szs/nb/202201/{hex}.shtml","C_SYH":"01","PUBLISHED_TIME_FORMAT":"{d}"},`), ",")), true
			}), 31, 0, 0, "complete", 4},
		{"eportal with options object", "/web/ap/nb/1554/index.shtml", map[string]string{host + "/web/ap/nb/1554/index.shtml": shellOf(`<div class="xxgkml"></div><script>$.ajax({url: "/eportal/ui?moduleId=5&portal.url=/portlet/xxgkml!queryList.portlet", data: {pageNo:n, pageSize:20}})</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/eportal/ui" || q.Get("moduleId") != "5" {
					return "", false
				}
				a, b := window(max(1, atoi(q.Get("pageNo"))), atoi(q.Get("pageSize")), 45)
				return fmt.Sprintf(`{"result":[%s],"totalCount":45}`, strings.TrimSuffix(items(a, b, `{"title":"{t}","url":"/web/ap/nb/{c}{n}/index.shtml","publishDate":"{d}"},`), ",")), true
			}), 45, 0, 45, "complete", 4},
		{"TrueCMS: columnId in the attribute of the page, JSON without callback", "/apsrmzf/nb/nb.html", map[string]string{host + "/apsrmzf/nb/nb.html": shellOf(`<div id="list"><ul></ul></div><div id='initData' style='display:none;'><ul>` + items(1, 30, `<li><a href='/apsrmzf/nb/content/8396fb81-cace-423d-ac70-736c1e8{n}.html' title='{t}'>{s}</a><span>{d}</span></li>`) + `</ul></div>
			<script>$("#page").jpage({dataStore:'',totalRecord:65,perPage:10,groupSize:3,proxyUrl:"/TrueCMS/messageController/getMessage.do",ajaxParam:{"columnId":"ccc6cfc6-d59c-4a7d-8d17-0aef6657e48a"}})</script>`)},
			func(r *listing.Request) (string, bool) {
				u, _ := url.Parse(r.URL)
				q := u.Query()
				if r.Referrer == "" || u.Path != "/TrueCMS/messageController/getMessage.do" || q.Get("columnId") != "ccc6cfc6-d59c-4a7d-8d17-0aef6657e48a" {
					return "", false
				}
				a := atoi(q.Get("startrecord"))
				b := min(atoi(q.Get("endrecord")), a+19, 65)
				out, _ := json.Marshal(map[string]string{"result": "<datastore><totalrecord>65</totalrecord><recordset>" + items(a, b, `<record><![CDATA[<li><a href='/apsrmzf/nb/content/8396fb81-cace-423d-ac70-736c1e8{n}.html' title='{t}'>{s}</a></li>]]></record>`) + "</recordset></datastore>"})
				return string(out), true
			}, 65, 0, 65, "complete", 3},
		{"IGS named by a script", "/zwgk/nb/index.html", map[string]string{host + "/zwgk/nb/index.html": shellOf(`<div id="igsList"></div><script>var base="/igs/front/search/list.html";
			$.ajax({url:base,type:"GET",dataType:"json",data:{index:"nb-index",type:"nb","filter[AVAILABLE]":true,siteId:"34",pageSize:10,pageNumber:pageNo,orderProperty:"FBRQ",orderDirection:"desc"},success:function(d){render(d.page.content)}})</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/igs/front/search/list.html" || q.Get("index") != "nb-index" || q.Get("siteId") != "34" || q.Get("filter[AVAILABLE]") != "true" {
					return "", false
				}
				n := atoi(q.Get("pageNumber"))
				a, b := window(n, atoi(q.Get("pageSize")), 34)
				return fmt.Sprintf(`{"page":{"content":[%s],"totalElements":34,"totalPages":4,"number":%d}}`, strings.TrimSuffix(items(a, b, `{"BT":"{t}","DOCPUBURL":"http://www.anping.gov.cn/zwgk/nb/202201/t{c}_{n}.html","FBRQ":"{d}T00:00:00.000+0800"},`), ","), n), true
			}), 34, 0, 34, "complete", 5},
		{"IGS, jhtml in one literal", "/zwgk/nb/index.html", map[string]string{host + "/zwgk/nb/index.html": shellOf(`<ul id="data"></ul><script>$.getJSON('/igs/front/search.jhtml?code=03074fc5eaae4cd5b5be57bd3fe4e9b6&siteId=41&pageSize=20&pageNumber=' + n + '&type=nb', show);</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/igs/front/search.jhtml" || q.Get("code") == "" || q.Get("type") != "nb" {
					return "", false
				}
				a, b := window(atoi(q.Get("pageNumber")), atoi(q.Get("pageSize")), 34)
				return fmt.Sprintf(`{"page":{"content":[%s],"total":34}}`, strings.TrimSuffix(items(a, b, `{"DOCTITLE":"{t}","DOCPUBURL":"./202201/t{c}_{n}.html","PUBDATE":"{d} 00:00:00"},`), ",")), true
			}), 34, 0, 34, "complete", 5},
		{"an interface nobody knows, POST of JSON, counts from 0", "/gk/nb", map[string]string{host + "/gk/nb": shellOf(`<div id="box"></div><script>
			const api = '/openapi'; var channel = "9f3c";
			function load(i){ $.ajax({ url: api + "/article/page", type:'POST', contentType:"application/json;charset=utf-8", data: JSON.stringify({channelId: channel, pageNum: 0, pageSize: 12, keyword: ''}), success: function(r){ draw(r) } }) }</script>`)},
			func(r *listing.Request) (string, bool) {
				var in struct {
					Channel string `json:"channelId"`
					Page    int    `json:"pageNum"`
					Size    int    `json:"pageSize"`
				}
				if r.Method != "POST" || r.URL != host+"/openapi/article/page" || json.Unmarshal([]byte(r.Body), &in) != nil || in.Channel != "9f3c" {
					return "", false
				}
				a, b := window(in.Page+1, in.Size, 30)
				return fmt.Sprintf(`{"code":0,"data":{"total":30,"records":[%s]}}`, strings.TrimSuffix(items(a, b, `{"articleTitle":"{t}","href":"/gk/nb/{n}.html","publishTime":"{d}"},`), ",")), true
			}, 30, 0, 30, "complete", 4},
		{"an interface that answers with markup", "/gk/nb.jsp", map[string]string{host + "/gk/nb.jsp": shellOf(`<div id="box"></div><script>$("#box").load("/gk/list.do?cid=7&pageNo="+p+"&size=10");</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/gk/list.do" || q.Get("cid") != "7" {
					return "", false
				}
				a, b := window(atoi(q.Get("pageNo")), 10, 24)
				return `<ul>` + items(a, b, `<li><a href="/gk/info.do?id={n}" title="{t}">{s}</a><span>{d}</span></li>`) + `</ul>`, true
			}), 24, 0, 0, "complete", 5},
		{"tree of UCAP as JSONP", "/ap/xxgk/list.shtml", map[string]string{host + "/ap/xxgk/list.shtml": shellOf(`<ul id="tree" class="ztree"></ul><script>var projectName='anping';var channelId='979dc6eb921b418a9355bc6eb2eac8f4';
			$.ajax({url:"/u/channel/treeNew/"+projectName,data:{level:"1",pid:"",channelId:channelId},dataType:"jsonp",jsonpCallback:"JsonpCallBack"})</script>`)},
			get(func(u *url.URL, q url.Values) (string, bool) {
				if u.Path != "/u/channel/treeNew/anping" || q.Get("channelId") != "979dc6eb921b418a9355bc6eb2eac8f4" {
					return "", false
				}
				return `JsonpCallBack({"list":[{"name":"统计信息","url":"/ap/tj/xlist.shtml","id":"1"},{"name":"政府信息公开年报","url":"null.shtml","id":"7"},{"name":"2021年","url":"/ap/nb2021/xlist.shtml","id":"8","pId":"7"},{"name":"2020年","url":"/ap/nb2020/xlist.shtml","id":"9","pId":"7"}]})`, true
			}), 0, 2, 0, "complete", 2},
		{"tree as a literal", "/gk/index.html", map[string]string{host + "/gk/index.html": shellOf(`<ul id="t" class="ztree"></ul><script>var zNodes =[ {id:1, pId:0, name:"政府信息公开指南", url:"zn/", target:"_self"}, {id:2, pId:0, name:"政府信息公开年报", open:true, url:"nb/"}, {id:21,pId:2,name:"县政府部门",url:"nb/bm/"} ];</script>`)}, nil, 0, 2, 0, "complete", 1},
		{"onclick rows in divs", "/nb/index.html", map[string]string{host + "/nb/index.html": shellOf(`<div class=lb>` + items(1, 6, `<div class="row" onclick="javascript:toDetail( 1, &quot;/nb/202201/t{c}_{n}.html&quot; )"><p>{t}</p><time>{d}</time></div>`) + `</div>`)}, nil, 6, 0, 0, "complete", 1},
		{"hidden and commented-out rows", "/nb/index.html", map[string]string{host + "/nb/index.html": shellOf(`<ul>` + items(1, 6, trsRow) + `<!-- ` + items(7, 9, trsRow) + ` --></ul>`)}, nil, 6, 0, 0, "complete", 1},
		{"a more link and a list of other columns", "/nb/index.html", map[string]string{host + "/nb/index.html": shellOf(`<h3>最新公开<a href="/zwgk/zxgk/">更多&gt;&gt;</a></h3><ul>` + items(1, 4, `<li><a href="/zwgk/zxgk/202201/t{c}_7{n}.html">关于做好工作的通知{i}</a><span>{d}</span></li>`) + `</ul><h3>年报</h3><ul>` + items(1, 6, trsRow) + `</ul>`)}, nil, 6, 0, 0, "complete", 1},
		{"year tabs and a list, base href", "/nb/index.html", map[string]string{host + "/nb/index.html": `<base href="http://www.anping.gov.cn/nb/2021n/">` + shellOf(`<div class=tab><a href="../2020n/">2020年</a><a href="../2019n/">2019年</a></div><ul>`+items(1, 6, trsRow)+`</ul>`)}, nil, 6, 2, 0, "complete", 1},
		{"unit buttons three deep", "/zwgk/zfxxgknb/", map[string]string{host + "/zwgk/zfxxgknb/": shellOf(`<div class=units><a href="bmjdhz/">部门、街道汇总</a><a href="./qzf/index.html">区政府</a><a href="/zwgk/zfxxgknb/xzjd/">乡镇（街道）</a></div>`)}, nil, 0, 3, 0, "complete", 1},
		{"last page repeats for ever", "/nb/list", nil, get(func(u *url.URL, q url.Values) (string, bool) {
			p := min(3, max(1, atoi(q.Get("pageNo"))))
			a, b := window(p, 10, 25)
			return shellOf(`<ul>` + items(a, b, `<li><a href="/nb/view?id={n}">{t}</a><span>{d}</span></li>`) + `</ul><a href="/nb/list?pageNo=` + fmt.Sprint(max(1, atoi(q.Get("pageNo")))+1) + `">下一页</a>`), true
		}), 25, 0, 0, "complete", 4},
		{"pager lies: says 9 pages, 3 exist, then repeats the last", "/nb/", nil, get(func(u *url.URL, q url.Values) (string, bool) {
			p := 1
			fmt.Sscanf(u.Path, "/nb/index_%d.html", &p)
			if p > 1 || strings.HasSuffix(u.Path, "index_1.html") {
				p++
			}
			if !strings.HasPrefix(u.Path, "/nb/index_") {
				p = 1
			}
			p = min(p, 3)
			a, b := window(p, 10, 25)
			return shellOf(`<ul>` + items(a, b, trsRow) + `</ul><script>createPageHTML(9,` + fmt.Sprint(p-1) + `,"index","html")</script>`), true
		}), 25, 0, 0, "partial", 4},
		{"declared total is missing rows that were withdrawn", "/nb/list.shtml", pages(38, 15, at("/nb/", "list.shtml", "list_%d.shtml", 2), func(p, a, b int) string {
			return `<ul>` + items(a, b, trsRow) + `</ul><script>createPageHTML('x',3,` + fmt.Sprint(p) + `,'list','shtml',44)</script>`
		}), nil, 38, 0, 44, "partial:38 of 44", 3},
		{"same-host frame holds the list", "/zwgk/nb.html", map[string]string{host + "/zwgk/nb.html": shellOf(`<IFRAME id=f SRC='/was/list.jsp?c=5' width=100%></IFRAME><iframe src="/sso/login.do"></iframe><iframe src="https://www.other.cn/x"></iframe>`)}, nil, 0, 1, 0, "complete", 1},
		{"files only", "/nb/index.html", map[string]string{host + "/nb/index.html": shellOf(`<ul>` + items(1, 6, `<li><a href="./202201/P0{c}5780773374{i}.docx">{t}</a><span>{d}</span></li>`) + `</ul>`)}, nil, 6, 0, 0, "complete", 1},
		{"dates of month and day beside a year heading", "/nb/index.html", map[string]string{host + "/nb/index.html": shellOf(`<ul>` + items(1, 6, `<li><span><b>{md}</b>2022</span><a href="/nb/9{n}.html">{t}</a></li>`) + `</ul>`)}, nil, 6, 0, 0, "complete", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site(c.site).with(func(r *listing.Request) (string, bool) {
				if c.app == nil {
					return "", false
				}
				return c.app(r)
			}).read(t, host+c.index, listing.Hint{})
			st := v.last.State
			if !strings.HasPrefix(v.last.Verdict, c.verdict) || len(v.urls) != c.items || len(v.children) != c.children || st.Declared != c.declared || c.requests > 0 && len(v.requests) > c.requests {
				t.Errorf("%s by %s (%s)\n%d items, %d columns, %d declared, %d requests; want %s, %d, %d, %d, at most %d\n%s\n%s", v.last.Verdict, st.Mechanism, v.last.Evidence,
					len(v.urls), len(v.children), st.Declared, len(v.requests), c.verdict, c.items, c.children, c.declared, c.requests, strings.Join(v.requests, "\n"), strings.Join(v.titles[:min(3, len(v.titles))], "\n"))
			}
			for _, r := range v.requests {
				if !strings.Contains(r, host+"/") {
					t.Errorf("asked %s", r)
				}
			}
			for i, title := range v.titles {
				if y, ok := listing.ReportTitle(title); !ok || y != 2021 {
					t.Errorf("item %d is titled %q", i, title)
					break
				}
			}
			for i, d := range v.dates {
				if d == "" && !strings.Contains(v.urls[i], "/art_") && !strings.Contains(v.urls[i], "/content/") || d != "" && !strings.HasPrefix(d, "2022-01-") {
					t.Errorf("item %d (%s) is dated %q", i, v.urls[i], d)
					break
				}
			}
		})
	}
}
