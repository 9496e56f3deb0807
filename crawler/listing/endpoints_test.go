package listing_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// rows writes the rows from..to of a column, each by a format of title, number and
// day.
func rows(from, to int, format string) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		b.WriteString(strings.NewReplacer("{title}", fmt.Sprintf("石桥区第%d街道2022年政府信息公开年度报告", i), "{n}", strconv.Itoa(7000+i), "{day}", fmt.Sprintf("2023-01-%02d", i%28+1)).Replace(format))
	}
	return b.String()
}

func jsonRows(from, to int, format string) string {
	return "[" + strings.TrimSuffix(rows(from, to, format+","), ",") + "]"
}

func page(body string) string {
	return `<html><head><title>政府信息公开年报</title></head><body><div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>` + body + `</body></html>`
}

// window is the part of 1..total that a page holds.
func window(page, size, total int) (from, to int) { return (page-1)*size + 1, min(page*size, total) }

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// Every endpoint family, each a small imitation of its application. All list the
// reports of 石桥区's streets.
func TestEndpoints(t *testing.T) {
	const host = "http://www.shiqiao.gov.cn"
	type app = func(*listing.Request) (string, bool)
	query := func(q *listing.Request) (path string, v url.Values) {
		u, err := url.Parse(q.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u.Path, u.Query()
	}
	form := func(q *listing.Request) url.Values {
		v, err := url.ParseQuery(q.Body)
		if err != nil || q.Method != "POST" || !strings.Contains(q.ContentType, "form") {
			return url.Values{}
		}
		return v
	}
	li := `<li><a href="/zfxxgk/nb/art/2023/art_0123456789abcdef0123456789ab{n}.html" title="{title}">{title}</a><span>{day}</span></li>`

	jpaas := func(total int, attributes bool) app {
		return func(q *listing.Request) (string, bool) {
			path, v := query(q)
			if path != "/api-gateway/jpaas-publish-server/front/page/build/unit" || v.Get("tagId") != "当前栏目list" || v.Get("webId") != "3630" || v.Get("parseType") != "bulidstatic" || v.Get("editType") != "null" {
				return "", false
			}
			p := struct {
				PageNo   int    `json:"pageNo"`
				PageSize string `json:"pageSize"`
			}{1, "15"}
			json.Unmarshal([]byte(v.Get("paramJson")), &p) // a bare pageNo is ignored
			from, to := window(p.PageNo, atoi(p.PageSize), total)
			list := "<ul>" + rows(from, to, li) + "</ul>"
			if attributes && p.PageNo > 1 {
				list += fmt.Sprintf(`<div class="pagination" queryData="{'rows':'15','count':'%d','pageNo':'%d'}"></div>`, total, p.PageNo)
			} else if attributes {
				list += fmt.Sprintf(`<div class="pager" count="%d" rows="15" pageNo="%d"><a href="javascript:;" data-page="%d">下一页</a></div>`, total, p.PageNo, p.PageNo+1)
			}
			out, _ := json.Marshal(map[string]any{"success": true, "code": "200", "data": map[string]any{"html": list}})
			return string(out), true
		}
	}
	jpaasPage := func(static string) string {
		return page(static + `<script src="/script/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'webId':'3630','pageId':'9','tagId':'当前位置','tplSetId':'x','parseType':'bulidstatic','pageType':'column'}"></script>
		<script src="/script/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'webId':'3630','pageId':'9','tagId':'当前栏目list','editType':'null','tplSetId':'x','parseType':'bulidstatic','pageType':'column',}"></script>`)
	}

	gk := func(q *listing.Request) (string, bool) {
		path, v := query(q)
		id, ok := strings.CutPrefix(path, "/sqjj/gkmlpt/api/all/")
		total := map[string]int{"721": 130, "722": 20}[id]
		if !ok || total == 0 || v.Get("sid") != "755041" {
			return "", false
		}
		from, to := window(max(atoi(v.Get("page")), 1), 100, total)
		if from > total {
			return "", false
		}
		return fmt.Sprintf(`{"classify":{"post_count":%d},"articles":%s}`, total,
			jsonRows(from, to, `{"id":{n},"title":"%u77f3{title}","url":"http:\/\/www.shiqiao.gov.cn\/sqjj\/gkmlpt\/content\/`+id+`\/post_{n}.html","created_at":"{day} 10:00:00"}`)), true
	}
	gkPage := page(`<div id="app"></div><script>window._CONFIG = { SID: '755041', TREE: [{"id":700,"name":"法定主动公开内容","children":[
		{"id":721,"name":"政府信息公开年报","children":[{"id":722,"name":"镇街","children":[],"jump_url":"","post_count":20},{"id":723,"name":"部门","jump_url":"http:\/\/www.shiqiao.gov.cn\/nb\/bm\/","post_count":0}],"jump_url":"","post_count":130}]}],
		SERVICE_AREA_ID: 755, DETAIL: {} };</script>`)

	search := func(q *listing.Request) (string, bool) {
		path, v := query(q)
		switch path {
		case "/common/getChannelList":
			if v.Get("channelCode") != "c106192" || v.Get("websiteCodeName") != "shiqiao" {
				return "", false
			}
			return `{"results":{"displayName":"年报","children":[{"displayName":"制度","channelId":"ffffffffffffffffffffffffffffffff"},{"displayName":"信息公开年报","channelId":"0123456789abcdef0123456789abcdef"}]}}`, true
		case "/common/search/0123456789abcdef0123456789abcdef":
			if v.Get("_isAgg") != "true" || v.Get("_isJson") != "true" {
				return "", false
			}
			from, to := window(atoi(v.Get("page")), atoi(v.Get("_pageSize")), 40)
			return fmt.Sprintf(`{"data":{"total":40,"page":%s,"rows":15,"results":%s}}`, v.Get("page"),
				jsonRows(from, to, `{"title":"<em>{title}</em>","url":"/shiqiao/c106192/202301/c01_{n}.shtml","publishedTimeStr":"{day} 09:00:00","channelName":"年报"}`)), true
		}
		return "", false
	}

	epoint := func(first int) app {
		return func(q *listing.Request) (string, bool) {
			path, _ := query(q)
			switch path {
			case "/js/webBuilderCommon.js":
				return `/* site */ var siteInfo = { "projectName": "/EWB-FRONT", "siteGuid": "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a" }; // end`, true
			case "/EWB-FRONT/rest/lightfrontaction/getgovinfolist":
				var in struct {
					Column string `json:"categorynum"`
					Site   string `json:"siteGuid"`
					Page   int    `json:"pageIndex"`
					Size   int    `json:"pageSize"`
				}
				if json.Unmarshal([]byte(q.Body), &in) != nil || in.Column != "003001002" || in.Site == "" || q.ContentType != "application/json" {
					return "", false
				}
				from, to := window(max(in.Page-first+1, 1), in.Size, 120)
				return fmt.Sprintf(`{"custom":{"data":%s},"status":{"code":1}}`, jsonRows(from, to, `{"infourl":"/003001002/20230110/{n}.html","realtitle":"{title}","title":"{title}…","infodate":"{day}"}`)), true
			}
			return "", false
		}
	}

	xxgk := func(q *listing.Request) (string, bool) {
		path, _ := query(q)
		f := form(q)
		if path != "/module/xxgk/search.jsp" || f.Get("infotypeId") != "A0212" || f.Get("jdid") != "3096" || f.Get("divid") != "div1229498488" || f.Get("fbtime") != "-1" || q.Referrer == "" {
			return "", false
		}
		p := min(atoi(f.Get("currpage")), 3)
		from, to := window(p, 10, 27)
		return `<table>` + rows(from, to, `<tr class="tr_main_value_odd"><td>1</td><td><a href="/art/2023/1/9/art_1229498488_{n}.html" title="{title}">{title}</a></td><td>{day}</td></tr>`) +
			fmt.Sprintf(`<tr class="tr_main_value_even"><td>2</td><td><a href="/art/2023/1/9/art_1229000000_%d.html" title="另一栏目的文件">另一栏目的文件</a></td><td>2023-01-01</td></tr></table>`, p) +
			`<table><tr><td align="right">共<b>3</b>页 <a href="javascript:goPage(2)">下一页</a></td></tr></table>`, true
	}

	label := func(post bool) app {
		return func(q *listing.Request) (string, bool) {
			path, v := query(q)
			if post {
				v = form(q)
			}
			if path != "/zwgk/site/label/8888" || v.Get("labelName") != "publicInfoList" || v.Get("siteId") != "10914581" || v.Get("file") != "/xxgk/publicInfoList_newest2020" || v.Get("organId") != "4140867" {
				return "", false
			}
			from, to := window(atoi(v.Get("pageIndex")), atoi(v.Get("pageSize")), 40)
			return "<ul>" + rows(from, to, `<li><a href="`+host+`/public/4140867/{n}.html" title="{title}">{title}</a><span>{day}</span></li>`) + "</ul>", true
		}
	}
	labelPage := page(`<div id="list"></div><script>
		var siteId = "10914581";
		Ls.ajax({ url: "/zwgk/site/label/8888", data: { IsAjax:1, dataType:'html', labelName:'publicInfoList', siteId: siteId, pageSize:15, pageIndex:pageIndex, action:'list', isDate:true,
			dateFormat:'yyyy-MM-dd', length:80, organId:'4140867', type:4, catId:'11908678', file:'/xxgk/publicInfoList_newest2020' } });
		Ls.pagination("#p", function(n){ load(n); }, {currPage:1, pageCount:3});</script>`)

	trueCMS := func(longest int) app {
		return func(q *listing.Request) (string, bool) {
			path, v := query(q)
			from, to := atoi(v.Get("startrecord")), atoi(v.Get("endrecord"))
			if path != "/TrueCMS/messageController/getMessage.do" || q.Referrer == "" || v.Get("columnId") != "1cd6cfc6-d59c-4a7d-8d17-0aef6657e48a" || v.Get("callback") == "" || to-from+1 > longest {
				return "", false
			}
			out, _ := json.Marshal(map[string]string{"result": "<datastore><totalrecord>93</totalrecord><recordset>" +
				rows(from, min(to, 93), `<record><![CDATA[<li><a href="/sq/nb/content/8396fb81-cace-423d-ac70-736c1e88{n}.html" title="{title}">x…</a><span>{day}</span></li>]]></record>`) + "</recordset></datastore>"})
			return v.Get("callback") + "(" + string(out) + ");", true
		}
	}
	trueCMSPage := page(`<div id="initData" style="display:none"><ul>` + rows(1, 30, `<li><a href="/sq/nb/content/8396fb81-cace-423d-ac70-736c1e88{n}.html" title="{title}">x…</a><span>{day}</span></li>`) +
		`</ul></div><div id="page"></div><script>$('#page').jpage({ proxyUrl:'/TrueCMS/messageController/getMessage.do', perPage:10, groupSize:3, ajaxParam:{columnId:'1cd6cfc6-d59c-4a7d-8d17-0aef6657e48a'} });</script>`)

	for _, c := range []struct {
		name, mechanism, index, page string
		app                          app
		hint                         listing.Hint
		items, requests              int
		verdict                      string
	}{
		{"JPaaS, nothing static", "jpaas", "/zfxxgk/nb/index.html", jpaasPage(""), jpaas(40, true), listing.Hint{}, 40, 4, "complete"},
		{"JPaaS, no totals", "jpaas", "/zfxxgk/nb/index.html", jpaasPage(""), jpaas(40, false), listing.Hint{}, 40, 5, "complete"},
		{"JPaaS, first page static", "jpaas", "/zfxxgk/nb/index.html", jpaasPage("<ul>" + rows(1, 15, li) + `</ul><div count="40" rows="15" pageNo="1" unitUrl="/u"></div>`), jpaas(40, true), listing.Hint{}, 40, 3, "complete"},
		{"JPaaS, small and static", "jpaas", "/zfxxgk/nb/index.html", jpaasPage("<ul>" + rows(1, 6, li) + `</ul><div count="6" rows="15" pageNo="1"></div>`), nil, listing.Hint{}, 6, 1, "complete"},
		{"JPaaS, endpoint gone, rows static", "anchor", "/zfxxgk/nb/index.html", jpaasPage("<ul>" + rows(1, 6, li) + `</ul>`), nil, listing.Hint{}, 6, 2, "complete"},
		{"JPaaS, endpoint gone in the middle", "jpaas", "/zfxxgk/nb/index.html", jpaasPage("<ul>" + rows(1, 15, li) + `</ul><div count="40" rows="15" pageNo="1"></div>`), nil, listing.Hint{}, 15, 2, "partial:unit endpoint"},
		{"Lonsun by GET", "lonsun", "/public/column/4140867?type=4&catId=11908678&action=list", labelPage, label(false), listing.Hint{}, 40, 4, "complete"},
		{"Lonsun by POST", "lonsun", "/public/column/4140867?type=4&catId=11908678&action=list", labelPage, label(true), listing.Hint{}, 40, 5, "complete"},
		{"Lonsun, joined address beside a search", "lonsun", "/public/column/4140867?type=4&catId=11908678&action=list", page(`<script>var organ = '4140867';
			var s = "/search/site/label/8888?labelName=searchDataList&isJson=true&keywords=" + k;
			var u = '/zwgk/site/label/8888?IsAjax=1&dataType=html&_=' + Math.random() + '&labelName=publicInfoList&siteId=10914581&pageSize=15&pageIndex=' + n + '&organId=' + organ +
				'&catId=11908678&file=%2Fxxgk%2FpublicInfoList_newest2020';</script>`), label(false), listing.Hint{}, 40, 5, "complete"},
		{"xxgk with rows of other columns", "xxgk", "/col/col1229498488/index.html", page(`<iframe src="/module/xxgk/tree.jsp?area=&amp;divid=div1229498488&amp;jdid=3096"></iframe><script>var infotypeId = "A0212"; $("#x").load('/module/xxgk/search.jsp?standardXxgk=1&isAllList=1&divid=div1229498488');</script>`), xxgk, listing.Hint{}, 27, 4, "complete"},
		{"gkmlpt by number", "gkmlpt", "/sqjj/gkmlpt/index#722", gkPage, gk, listing.Hint{}, 20, 2, "complete"},
		{"gkmlpt by number, with columns below", "gkmlpt", "/sqjj/gkmlpt/annualreport#721", gkPage, gk, listing.Hint{}, 150, 4, "complete"},
		{"gkmlpt by the tree", "gkmlpt", "/sqjj/gkmlpt/index", gkPage, gk, listing.Hint{}, 150, 4, "complete"},
		{"UCAP with a channel id", "ucap", "/shiqiao/c106192/list.shtml", page(`<ul id="list"></ul><script>var channelId = "0123456789abcdef0123456789abcdef"; $.getJSON("/common/search/" + channelId + "?_isAgg=true&_isJson=true", f);</script>`), search, listing.Hint{}, 40, 4, "complete"},
		{"UCAP with the address", "ucap", "/shiqiao/c106192/list.shtml", page(`<ul id="list"></ul><script>$.get('/common/search/0123456789abcdef0123456789abcdef?_isAgg=true&_pageSize=10', f);</script>`), search, listing.Hint{}, 40, 5, "complete"},
		{"UCAP by channel code", "ucap", "/shiqiao/c106192/list.shtml", page(`<ul id="list"></ul><script>var channelCode='c106192', websiteCodeName='shiqiao'; $.get('/common/getChannelList', {channelCode:channelCode}, f);</script>`), search, listing.Hint{}, 40, 5, "complete"},
		{"UCAP with a meta tag, below /searchList", "ucap", "/shiqiao/c106192/list.shtml", page(`<meta name="channelid" content="0123456789abcdef0123456789abcdef"><script src="/js/list.js"></script>`), func(q *listing.Request) (string, bool) {
			moved := *q
			if !strings.Contains(q.URL, "/searchList/") {
				return "", false
			}
			moved.URL = strings.Replace(q.URL, "/searchList/", "/common/search/", 1)
			return search(&moved)
		}, listing.Hint{}, 40, 5, "complete"},
		{"UCAP wants a token", "walk", "/shiqiao/c106192/list.shtml", page(`<a href="/shiqiao/c106192/c1/list.shtml">2022年</a><script>$.get('/common/search/0123456789abcdef0123456789abcdef?_isAgg=true', f);</script>`), func(*listing.Request) (string, bool) { return "{}", true }, listing.Hint{}, 0, 2, "partial:search interface"},
		{"UCAP wants a token, nothing else", "ucap", "/shiqiao/c106192/list.shtml", page(`<script>$.get('/common/search/0123456789abcdef0123456789abcdef?_isAgg=true', f);</script>`), func(*listing.Request) (string, bool) { return "", true }, listing.Hint{}, 0, 2, "needs_js:search interface"},
		{"Epoint counts from 0", "epoint", "/003001/003001002/list.html", page(`<div class="EWB-FRONT"></div><script src="/js/webBuilderCommon.js"></script><script>var categorynum = "003001002";</script>`), epoint(0), listing.Hint{}, 120, 6, "complete"},
		{"Epoint counts from 1", "epoint", "/003001/003001002/list.html", page(`<input id="categorynum" value="003001002"><script src="/js/webBuilderCommon.js?v=2"></script>`), epoint(1), listing.Hint{}, 120, 7, "complete"},
		{"Epoint wants params", "epoint", "/dynamic/zwgk/govInfoPub.html?categorynum=003001002", page(`<script src="/js/ajaxReq.js"></script>`), func(q *listing.Request) (string, bool) {
			if strings.HasSuffix(q.URL, "/js/ajaxReq.js") {
				return `var base = {"siteGuid": "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"};`, true
			}
			var in struct {
				Params json.RawMessage `json:"params"`
			}
			if q.Body == "" || json.Unmarshal([]byte(q.Body), &in) != nil || in.Params == nil {
				return "", false
			}
			inner := *q
			inner.Body = string(in.Params)
			return epoint(0)(&inner)
		}, listing.Hint{}, 120, 8, "complete"},
		{"Suzhou", "json", "/zfxxgk/nb/list.shtml", page(`<ul id="list"></ul><input name="channel_id" value="c77"><script>$.post("/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=15", {pageIndex: n, channel_id: $("#c").val()}, f)</script>`),
			func(q *listing.Request) (string, bool) {
				f := form(q)
				if f.Get("channel_id") != "c77" {
					return "", false
				}
				from, to := window(atoi(f.Get("pageIndex")), 15, 40)
				return `{"data":{"totalPage":3,"list":` + jsonRows(from, to, `{"TITLE":"{title}","URL":"/zfxxgk/nb/202301/{n}.shtml","PUBLISHED_TIME_FORMAT":"{day}"}`) + `}}`, true
			}, listing.Hint{}, 40, 4, "complete"},
		{"eportal", "json", "/web/sq/nb/index.shtml", page(`<div id="list"></div><script>var u = "/eportal/ui?moduleId=5&portal.url=/portlet/xxgkml!queryList.portlet&pageNo=1&pageSize=20&c=9";</script>`),
			func(q *listing.Request) (string, bool) {
				path, v := query(q)
				if path != "/eportal/ui" || v.Get("moduleId") != "5" || v.Get("c") != "9" || len(v["pageNo"]) != 1 {
					return "", false
				}
				from, to := window(atoi(v.Get("pageNo")), atoi(v.Get("pageSize")), 40)
				return `{"result":` + jsonRows(from, to, `{"title":"{title}","url":"/web/sq/nb/ts-{n}/index.shtml","time":"{day}"}`) + `}`, true
			}, listing.Hint{}, 40, 4, "complete"},
		{"an endpoint that a profile describes", "json", "/nb/", page(""),
			func(q *listing.Request) (string, bool) {
				_, v := query(q)
				from, to := window(atoi(v.Get("p"))+1, 10, 25)
				return `{"msg":{"n":25,"r":` + jsonRows(from, to, `{"a":"{title}","b":"/d/{n}","c":1673226000000}`) + `}}`, true
			}, listing.Hint{Mechanism: "json", List: &listing.JSONList{URL: "/api?p={page}", First: -1, Results: "msg.r", Total: "msg.n", Link: "b", Title: "a", Date: "c"}}, 25, 4, "complete"},
		{"WAS5", "was5", "/nb/", page(`<form action="/was5/web/search"><input name="channelid" value="234"></form><script>$.post("/was5/web/search", {channelid: "234", prepage: 15}, f)</script>`),
			func(q *listing.Request) (string, bool) {
				f := form(q)
				if f.Get("channelid") != "234" {
					return "", false
				}
				from, to := window(atoi(f.Get("page")), atoi(f.Get("prepage")), 40)
				return `<?xml version="1.0" encoding="UTF-8"?><RESULT><RECORDCOUNT>40</RECORDCOUNT>` + rows(from, to, `<REC><TITLE><![CDATA[{title}]]></TITLE><URL>http://www.shiqiao.gov.cn/nb/t{n}.html</URL><DOCRELTIME>{day} 10:00</DOCRELTIME></REC>`) + `</RESULT>`, true
			}, listing.Hint{}, 40, 4, "complete"},
		{"TrueCMS grants 50", "truecms", "/sq/nb/index.html", trueCMSPage, trueCMS(50), listing.Hint{}, 93, 3, "complete"},
		{"TrueCMS grants 10", "truecms", "/sq/nb/index.html", trueCMSPage, trueCMS(10), listing.Hint{}, 93, 10, "complete"},
		{"TrueCMS without its endpoint", "truecms", "/sq/nb/index.html", trueCMSPage, nil, listing.Hint{}, 30, 4, "partial:message endpoint"},
		{"Fujian, all embedded", "trsapi", "/zfxxgk/nb/", page("<ul>" + rows(1, 20, `<li><a href="./202301/t202301{n}.htm" title="{title}">{title}</a><span>{day}</span></li>`) + `</ul><script src="list2.trsapi.js"></script><script>var o = {recordCount:'20', maxStaticIndex:'3'}</script>`), nil, listing.Hint{}, 20, 1, "complete"},
		{"Fujian, older ones elsewhere", "trsapi", "/zfxxgk/nb/", page("<ul>" + rows(1, 20, `<li><a href="./202301/t202301{n}.htm" title="{title}">{title}</a><span>{day}</span></li>`) + `</ul><script src="list2.trsapi.js"></script><script>var o = {recordCount:'63', maxStaticIndex:'3'}</script>`), nil, listing.Hint{}, 20, 1, "partial:trsapi"},
		{"rows in a script", "datalist", "/nb/", page(`<div id="list"></div><script>var dataList=` + jsonRows(1, 12, `{"title":"{title}","url":"/nb/{n}.html","pubDate":"{day}"}`) + `; var pagesData={"curPageNo":1,"pageTotal":1};</script>`), nil, listing.Hint{}, 12, 1, "complete"},
		{"a list of articles whose rows hold their record as text", "ajax", "/jxs/nb/index.html", page(`<div id="l"></div><script>$.ajax({type:"POST",url:"/queryList",data:{"current":1,"pageSize":15,"webSiteCode[]":"jxs","channelCode[]":"nb"},dataType:"json",success:show})</script>`),
			func(q *listing.Request) (string, bool) {
				f := form(q)
				if f.Get("channelCode[]") != "nb" {
					return "", false
				}
				from, to := window(atoi(f.Get("current")), 15, 40)
				var rows []map[string]string
				var records []map[string]string
				_ = json.Unmarshal([]byte(jsonRows(from, to, `{"title":"<em>{title}</em>","urls":"{\"common\":\"/jxs/nb/content_{n}.html\",\"wap\":\"/wap/{n}\"}","pubDate":"{day} 10:00"}`)), &records)
				for _, record := range records {
					text, _ := json.Marshal(record)
					rows = append(rows, map[string]string{"id": "1", "source": string(text)})
				}
				out, _ := json.Marshal(map[string]any{"code": 200, "data": map[string]any{"total": 40, "results": rows}})
				return string(out), true
			}, listing.Hint{}, 40, 4, "complete"},
		{"rows in a JSON island", "datalist", "/nb/", page(`<div id="list"></div><script type="application/json">{"p":{"rows":` + jsonRows(1, 12, `{"title":"{title}","url":"/nb/{n}.html","pubDate":"{day}"}`) + `}}</script>`), nil, listing.Hint{}, 12, 1, "complete"},
		{"rows in the state of an application", "datalist", "/nb/", page(`<script>window.menu=[{"title":"首页","url":"/"}];window.__INITIAL_STATE__={"a":` + jsonRows(1, 12, `{"title":"{title}","link":"/nb/{n}.html","date":"{day}"}`) + `};(function(){})()</script>`), nil, listing.Hint{}, 12, 1, "complete"},
		{"rows that a script writes", "datalist", "/nb/", page(`<ul><script>` + rows(1, 12, `document.write('<li><a href="/nb/{n}.html">{title}</a><span>{day}</span></li>');`+"\n") + `</script></ul>`), nil, listing.Hint{}, 12, 1, "complete"},
		{"rows in a file", "ajax", "/nb/", page(`<div id="list"></div><script>$.getJSON("./list.json", show)</script>`), func(q *listing.Request) (string, bool) {
			return `{"rows":` + jsonRows(1, 12, `{"title":"{title}","url":"/nb/{n}.html","time":"{day}"}`) + `}`, strings.HasSuffix(q.URL, "/nb/list.json")
		}, listing.Hint{}, 12, 2, "complete"},
		{"rows in a file of XML", "ajax", "/nb/", page(`<div id="list"></div><script>$.get("list.xml", show)</script>`), func(q *listing.Request) (string, bool) {
			return `<?xml version="1.0" encoding="utf-8"?><list><channel name="年报">` + rows(1, 6, `<item><title><![CDATA[{title}]]></title><url>/nb/{n}.html</url><pubdate>{day}</pubdate></item>`) +
				rows(7, 12, `<row title="{title}" href="/nb/{n}.html" time="{day}"/>`) + `</channel></list>`, strings.HasSuffix(q.URL, "/nb/list.xml")
		}, listing.Hint{}, 12, 2, "complete"},
		{"rows in a fragment", "ajax", "/nb/", page(`<div id="list"></div><script>$("#list").load("inner.html")</script>`), func(q *listing.Request) (string, bool) {
			return "<ul>" + rows(1, 12, li) + "</ul>", strings.HasSuffix(q.URL, "/nb/inner.html")
		}, listing.Hint{}, 12, 2, "complete"},
		{"rows with a number, a script makes the address; asked by JSON", "ajax", "/nb/", page(`<div id="list"></div><script>axios.post('/api/page', {cid: '7', pageNum: 1, pageSize: 10}).then(function (res) {
			res.data.rows.forEach(function (item) { h += '<li><a href="/nb/show/' + item.id + '.html">' + item.title + '</a></li>' }) })</script>`), func(q *listing.Request) (string, bool) {
			var in struct{ Cid, PageNum, PageSize int }
			if json.Unmarshal([]byte(q.Body), &in) != nil || in.Cid != 7 {
				return "", false
			}
			from, to := window(in.PageNum, in.PageSize, 24)
			return `{"total":24,"rows":` + jsonRows(from, to, `{"id":{n},"title":"{title}","publishDate":"{day}"}`) + `}`, true
		}, listing.Hint{}, 24, 4, "complete"},
		{"the same by templates", "ajax", "/nb/", page("<ul id=list></ul><script>fetch(`/api/list?cid=9&pageNo=${p}&pageSize=10`).then(j => j.records.map(x => `<a href=\"/nb/detail?aid=${x.articleId}\">${x.title}</a>`))</script>"), func(q *listing.Request) (string, bool) {
			_, v := query(q)
			from, to := window(atoi(v.Get("pageNo")), atoi(v.Get("pageSize")), 24)
			return `{"data":{"total":24,"records":` + jsonRows(from, to, `{"articleId":"{n}","title":"{title}","publishTime":"{day}"}`) + `}}`, v.Get("cid") == "9"
		}, listing.Hint{}, 24, 4, "complete"},
		{"rows as escaped HTML in JSONP", "ajax", "/nb/", page(`<div id="list"></div><script>$.ajax({url:"/interface/list.do",dataType:"jsonp",data:{colId:9,pageIndex:1,rows:10}})</script>`), func(q *listing.Request) (string, bool) {
			_, v := query(q)
			from, to := window(atoi(v.Get("pageIndex")), 10, 24)
			out, _ := json.Marshal(map[string]any{"html": html.EscapeString(rows(from, to, li)), "pageCount": 3})
			return "/**/cb(" + string(out) + ");", true
		}, listing.Hint{}, 24, 4, "complete"},
		{"an endpoint that counts rows", "ajax", "/nb/", page(`<div id="list"></div><script>$.post("/portal/articles", {columnId: "a1", start: 0, limit: 10}, show)</script>`), func(q *listing.Request) (string, bool) {
			f := form(q)
			from, to := window(atoi(f.Get("start"))/10+1, atoi(f.Get("limit")), 24)
			return `{"total":24,"data":` + jsonRows(from, to, `{"title":"{title}","url":"/nb/{n}.html","createTime":"{day}"}`) + `}`, f.Get("columnId") == "a1"
		}, listing.Hint{}, 24, 4, "complete"},
		{"years of a unit, in a select beside the frame", "annual", "/col/col5/index.html", page(`<select><option value="2023">2023年</option><option value="2022">2022年</option><option value="2021">2021年</option></select><iframe src="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2023&area=113325000026455663"></iframe>`), nil, listing.Hint{}, 3, 1, "complete"},
		{"years of a unit", "annual", "/col/col5/index.html", page(`<ul><li><a href="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&amp;area=113325000026455663">2017年</a></li><li><a href="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2018&amp;area=113325000026455663">2018年</a></li></ul>`), nil, listing.Hint{}, 2, 1, "complete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bare, _, _ := strings.Cut(c.index, "#")
			s := site{host + c.index: c.page, host + bare: c.page}
			v := s.with(func(q *listing.Request) (string, bool) {
				if c.app == nil {
					return "", false
				}
				return c.app(q)
			}).read(t, host+c.index, c.hint)
			if !strings.HasPrefix(v.last.Verdict, c.verdict) || len(v.urls) != c.items || len(v.requests) != c.requests || v.last.State.Mechanism != c.mechanism {
				t.Errorf("%s by %s (%s), %d items, %d requests; want %s by %s, %d, %d\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence,
					len(v.urls), len(v.requests), c.verdict, c.mechanism, c.items, c.requests, strings.Join(v.requests, "\n"))
			}
			for i, title := range v.titles {
				if _, ok := listing.ReportTitle(title); !ok && c.mechanism != "annual" {
					t.Fatalf("item %d is titled %q", i, title)
				}
				if c.mechanism != "annual" && !strings.HasPrefix(v.dates[i], "2023-01-") {
					t.Fatalf("item %d is dated %q", i, v.dates[i])
				}
			}
		})
	}
}
