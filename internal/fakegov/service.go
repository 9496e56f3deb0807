package fakegov

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// Sites that list by a search service or a tree, or many pages in one.
const (
	// WAS5 is TRS with its search service: POST /was5/web/search answers with XML.
	WAS5 Family = "was5"
	// IGS is 南威's: GET /igs/front/search/list.html with the column in filters.
	IGS Family = "igs"
	// Shandong holds the first pages of a list in one, hidden, and the rest in
	// index_3.shtml and so on.
	Shandong Family = "shandong"
	// UCAPTree is a portal of 开普: a zTree whose nodes come as JSONP; most of them
	// lead nowhere, the columns of the years are static pages.
	UCAPTree Family = "ucap-tree"
	// Unknown is a system of a town's own making: a script posts JSON and counts
	// pages from 0.
	Unknown Family = "unknown"
)

const (
	wasColumn     = "/zwgk/fdzdgknr/nb/"
	igsColumn     = "/zwgk/zfxxgkzl/nb/"
	shandongPages = "/zfxxgk/nb/"
	heldPages     = 2 // of Shandong's first file
)

func init() {
	families[WAS5] = family{
		look: trsLook, article: tDate(wasColumn, "html"), file: uploadFile,
		index: func(*Site) []string { return []string{wasColumn} },
		mount: func(s *Site) {
			s.handle(wasColumn, func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<div id="docs"></div>
<form name="turn" method="post" action="/was5/web/search"><input type="hidden" name="channelid" value="%s"><input type="hidden" name="prepage" value="%d"></form>
<script src="/images/was.js"></script>
`, s.digits(6, "channel"), s.spec.PerPage))
			})
			s.handle("/was5/web/search", s.wasSearch)
		},
	}
	families[IGS] = family{
		look: trsLook, article: tDate(igsColumn, "html"), file: uploadFile,
		index: func(*Site) []string { return []string{igsColumn} },
		mount: func(s *Site) {
			s.handle(igsColumn, func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul id="igs"></ul><div class="igs-page"></div>
<script>
function turn(n) {
  $.ajax({ url: "/igs/front/search/list.html", dataType: "json", data: { "index": "nb-%s", "type": "nb", "filter[AVAILABLE]": true,
    "pageNumber": n, "pageSize": %d, "siteId": "%s", "orderProperty": "FBRQ", "orderDirection": "desc" }, success: draw });
}
</script>
`, s.digits(4, "index"), s.spec.PerPage, s.digits(2, "site")))
			})
			s.handle("/igs/front/search/list.html", s.igsList)
		},
	}
	families[Shandong] = family{
		look: plainLook, article: tDate(shandongPages, "html"), file: uploadFile,
		index: func(*Site) []string { return []string{shandongPages + "index.shtml"} },
		mount: func(s *Site) {
			s.staticPages(func(i int) string {
				if i == 0 {
					return shandongPages + "index.shtml"
				}
				return fmt.Sprintf("%sindex_%d.shtml", shandongPages, i+1)
			}, s.shandongPage)
		},
	}
	families[UCAPTree] = family{
		look: ucapLook, file: uploadFile,
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("%s%s/%s.shtml", treeYear(e.spec.Year), e.day.Format("200601"), s.hex(32, "article", itoa(e.number)))
		},
		index: func(*Site) []string { return []string{"/xxgk/zwgkList.shtml"} },
		mount: (*Site).mountUCAPTree, grows: true,
	}
	families[Unknown] = family{
		look: plainLook, file: uploadFile,
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/gk/detail?articleId=%d", e.number) },
		index:   func(*Site) []string { return []string{"/gk/nb"} },
		mount: func(s *Site) {
			s.handle("/gk/nb", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<div id="box"></div>
<script>
var api = '/openapi/v2', channel = "%s";
axios.post(api + "/article/page", { channelId: channel, pageNum: 0, pageSize: %d, keyword: "" }).then(draw);
</script>
`, s.hex(12, "channel"), s.spec.PerPage))
			})
			s.handle("/openapi/v2/article/page", s.openList)
		},
	}
}

func (s *Site) wasSearch(r *http.Request) response {
	items := s.items()
	if r.Method != http.MethodPost || r.PostFormValue("channelid") != s.digits(6, "channel") {
		items = nil
	}
	size, page := number(r, "prepage", 15), number(r, "page", 1)
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SEARCH><RECORDCOUNT>%d</RECORDCOUNT><RESULT>\n", len(items))
	for _, it := range window(items, (page-1)*size, page*size) {
		b.WriteString("<REC>\n<TITLE><![CDATA[" + it.title + "]]></TITLE>\n<URL>")
		_ = xml.EscapeText(&b, []byte(it.href))
		fmt.Fprintf(&b, "</URL>\n<DOCRELTIME>%s 09:30:00</DOCRELTIME></REC>\n", it.date)
	}
	return textResponse("text/xml; charset=utf-8", b.String()+"</RESULT></SEARCH>")
}

func (s *Site) igsList(r *http.Request) response {
	items := s.items()
	if r.FormValue("index") != "nb-"+s.digits(4, "index") || r.FormValue("filter[AVAILABLE]") != "true" || r.FormValue("siteId") != s.digits(2, "site") {
		items = nil
	}
	size, page := number(r, "pageSize", 10), number(r, "pageNumber", 1)
	rows := []map[string]string{}
	for _, it := range window(items, (page-1)*size, page*size) {
		rows = append(rows, map[string]string{"BT": it.title, "DOCPUBURL": s.URL + it.href, "FBRQ": it.date + "T00:00:00.000+0800"})
	}
	return jsonResponse(map[string]any{"page": map[string]any{"content": rows, "totalElements": len(items), "number": page}})
}

// shandongPage is file i, counted from 0: the first holds heldPages of the list,
// and the files between are not there.
func (s *Site) shandongPage(i int) func(*http.Request) response {
	return func(*http.Request) response {
		pages := s.pages()
		if i >= len(pages) || i > 0 && i < heldPages {
			return notFound()
		}
		here := pages[i]
		if i == 0 {
			here = nil
			for _, p := range pages[:min(heldPages, len(pages))] {
				here = append(here, p...)
			}
		}
		var b strings.Builder
		for k, it := range here {
			style := ""
			if k >= s.spec.PerPage {
				style = ` style="display:none"`
			}
			fmt.Fprintf(&b, `<li class="pagedContent"%s><a href="%s" title="%s">%s</a><span>%s</span></li>`+"\n", style,
				html.EscapeString(it.href), html.EscapeString(it.title), html.EscapeString(cut(it.title, 22)), it.date)
		}
		return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul class="list">
%s</ul><div class="pages"></div>
<script>var totalCount = "%d", perSize = "%d"; var logicTotalPage = Math.ceil(totalCount / perSize);</script>
`, b.String(), len(s.items()), s.spec.PerPage))
	}
}

func treeYear(year int) string { return fmt.Sprintf("/xxgk/nb%d/", year) }

func (s *Site) mountUCAPTree() {
	channel := s.hex(32, "tree")
	s.handle("/xxgk/zwgkList.shtml", func(*http.Request) response {
		return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul id="tree" class="ztree"></ul><iframe id="list" src="about:blank"></iframe>
<script>
var projectName = 'fakegov', channelId = '%s';
$.ajax({ url: '/u/channel/treeNew/' + projectName, dataType: 'jsonp', jsonpCallback: 'JsonpCallBack', data: { level: '1', channelId: channelId, open: '0' } });
</script>
`, channel))
	})
	years := map[int]bool{}
	nodes := []map[string]string{{"id": "1", "pId": "0", "name": "政府信息公开指南", "url": "null.shtml"},
		{"id": "7", "pId": "0", "name": "政府信息公开年报", "url": "null.shtml"}, {"id": "9", "pId": "0", "name": "统计信息", "url": "/xxgk/tj/xlist.shtml"}}
	for _, e := range s.entries {
		year := e.spec.Year
		if years[year] {
			continue
		}
		years[year] = true
		nodes = append(nodes, map[string]string{"id": itoa(year), "pId": "7", "name": itoa(year) + "年", "url": treeYear(year) + "xlist.shtml"})
		s.handle(treeYear(year)+"xlist.shtml", func(*http.Request) response {
			var inside []item
			for _, it := range s.items() {
				if strings.HasPrefix(it.href, treeYear(year)) {
					inside = append(inside, it)
				}
			}
			return s.columnPage(itoa(year)+"年", rows(inside, same))
		})
	}
	s.handle("/u/channel/treeNew/fakegov", func(r *http.Request) response {
		if r.FormValue("channelId") != channel {
			return notFound()
		}
		list, err := json.Marshal(map[string]any{"list": nodes})
		if err != nil {
			panic("fakegov: " + err.Error())
		}
		return textResponse("application/javascript; charset=utf-8", r.FormValue("callback")+"("+string(list)+")")
	})
}

func (s *Site) openList(r *http.Request) response {
	var q struct {
		Channel string `json:"channelId"`
		Page    int    `json:"pageNum"`
		Size    int    `json:"pageSize"`
	}
	items := s.items()
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&q) != nil || q.Channel != s.hex(12, "channel") || q.Size <= 0 {
		return jsonResponse(map[string]any{"code": 500, "msg": "参数错误"})
	}
	records := []map[string]string{}
	for _, it := range window(items, q.Page*q.Size, (q.Page+1)*q.Size) {
		records = append(records, map[string]string{"articleTitle": it.title, "link": it.href, "publishTime": it.date})
	}
	return jsonResponse(map[string]any{"code": 0, "data": map[string]any{"total": len(items), "records": records}})
}
