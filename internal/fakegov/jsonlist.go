package fakegov

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Sites that list by JSON.
const (
	// UCAPSearch: GET /common/search/<channel>?…&page=N, the channel in a script.
	UCAPSearch Family = "ucap-search"
	// Epoint: POST …/getgovinfolist with a JSON body, the site's guid in
	// /js/webBuilderCommon.js.
	Epoint Family = "epoint"
	// Suzhou: POST loadData with the page in a form.
	Suzhou Family = "suzhou"
	// EPortal: GET /eportal/ui?…&pageNo=N.
	EPortal Family = "eportal"
	// Huzhou prints the list as a literal in each page: var dataList=[…].
	Huzhou Family = "huzhou"
)

func init() {
	numbered := func(dir string) func(*Site, *entry) string {
		return func(_ *Site, e *entry) string { return fmt.Sprintf("%s%d.html", dir, e.number) }
	}
	one := func(path string) func(*Site) []string { return func(*Site) []string { return []string{path} } }

	families[UCAPSearch] = family{
		look: ucapLook, file: uploadFile,
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("/hebdlq/c111239/%s/%s.shtml", e.day.Format("200601"), s.hex(32, "article", itoa(e.number)))
		},
		index: one("/hebdlq/c111239/common_zfxxgknb.shtml"),
		mount: func(s *Site) {
			s.handle("/hebdlq/c111239/common_zfxxgknb.shtml", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul id="list" class="list"></ul><div id="page_div"></div>
<script>var channelId = '%s'; var _pageSize = %d; loadList('/common/search/' + channelId, {_isAgg:true, _isJson:true, _pageSize:_pageSize, _template:'index', _rangeTimeGte:'', _channelName:'', page:1});</script>
`, s.hex(32, "channel"), s.spec.PerPage))
			})
			s.handle("/common/search/"+s.hex(32, "channel"), s.ucapSearch)
		},
	}
	families[Epoint] = family{
		look: plainLook, file: uploadFile,
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("/006002004/%d/%d/%s.html", e.day.Year(), e.day.YearDay(), s.uuid("article", itoa(e.number)))
		},
		index: one("/govxxgk/006002004/infolist.html"),
		mount: func(s *Site) {
			s.handle("/govxxgk/006002004/infolist.html", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", `<div class="EWB-FRONT govInfoPub" data-deptcode="006" data-categorynum="006002004"><ul id="infolist"></ul><div id="pager"></div></div>
<script src="/js/webBuilderCommon.js"></script><script src="/js/govinfolist.js"></script>
`)
			})
			s.handle("/js/webBuilderCommon.js", func(*http.Request) response {
				return textResponse("application/javascript", fmt.Sprintf("var siteInfo={\"projectName\":\"/EpointWebBuilder\",\"siteGuid\":\"%s\"};\n", s.uuid("site")))
			})
			s.handle("/EpointWebBuilder/rest/lightfrontaction/getgovinfolist", s.epointList)
		},
	}
	families[Suzhou] = family{
		look: plainLook, file: uploadFile, article: numbered("/szsrmzf/szszfxxgknb/"),
		index: one("/szsrmzf/szszfxxgknb/nav_list.shtml"),
		mount: func(s *Site) {
			s.handle("/szsrmzf/szszfxxgknb/nav_list.shtml", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul class="infoList"></ul>
<script>var channel_id='%s'; $.post('/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=%d', {pageIndex:1, channel_id:channel_id}, render);</script>
`, s.hex(32, "channel"), s.spec.PerPage))
			})
			s.handle("/szinf/xxgk/interfacesWebZcwj/loadData", s.suzhouList)
		},
	}
	families[EPortal] = family{
		look: plainLook, file: uploadFile, article: numbered("/web/xxgk/nb/"),
		index: one("/web/xxgk/nb/index.shtml"),
		mount: func(s *Site) {
			s.handle("/web/xxgk/nb/index.shtml", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", fmt.Sprintf(`<div id="5" class="portlet"><ul></ul></div>
<script>loadPortlet('/eportal/ui?moduleId=5&portal.url=/portlet/xxgkml!queryList.portlet&pageNo=1&pageSize=%d');</script>
`, s.spec.PerPage))
			})
			s.handle("/eportal/ui", s.eportalList)
		},
	}
	families[Huzhou] = family{
		look: plainLook, file: uploadFile, article: numbered("/hzgov/front/s1/xxgk/nb/"),
		index: one("/hzgov/front/s1/xxgk/nb/index.html"),
		mount: func(s *Site) {
			s.handle("/hzgov/front/s1/xxgk/nb/index.html", s.huzhouPage(0))
			s.staticPages(func(i int) string {
				return fmt.Sprintf("/hzgov/front/s1/xxgk/nb/index_%d.html", i+1)
			}, s.huzhouPage)
		},
	}
}

func (s *Site) ucapSearch(r *http.Request) response {
	size, page := number(r, "_pageSize", 15), number(r, "page", 1)
	items := s.items()
	results := []map[string]any{}
	for _, it := range window(items, (page-1)*size, page*size) {
		results = append(results, map[string]any{"title": it.title, "url": it.href, "publishedTimeStr": it.date + " 10:21:00",
			"channelName": "政府信息公开年报", "domainMetaList": []any{}})
	}
	return jsonResponse(map[string]any{"data": map[string]any{"total": len(items), "page": page, "rows": size, "results": results}})
}

func (s *Site) epointList(r *http.Request) response {
	var q struct {
		CategoryNum string `json:"categorynum"`
		SiteGUID    string `json:"siteGuid"`
		PageIndex   int    `json:"pageIndex"`
		PageSize    int    `json:"pageSize"`
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&q) != nil || q.SiteGUID != s.uuid("site") || q.CategoryNum != "006002004" {
		return jsonResponse(map[string]any{"status": map[string]any{"code": 300, "text": "参数错误"}})
	}
	items := s.items()
	data := []map[string]any{}
	for _, it := range window(items, q.PageIndex*q.PageSize, (q.PageIndex+1)*q.PageSize) {
		data = append(data, map[string]any{"infourl": it.href, "realtitle": it.title, "title": cut(it.title, 20), "infodate": it.date})
	}
	return jsonResponse(map[string]any{"custom": map[string]any{"total": len(items), "data": data}, "status": map[string]any{"code": 200}})
}

func (s *Site) suzhouList(r *http.Request) response {
	items := s.items()
	if r.Method != http.MethodPost || r.FormValue("channel_id") != s.hex(32, "channel") {
		items = nil
	}
	size, page := number(r, "pageSize", 15), number(r, "pageIndex", 1)
	list := []map[string]any{}
	for _, it := range window(items, (page-1)*size, page*size) {
		list = append(list, map[string]any{"TITLE": it.title, "URL": it.href, "C_SYH": s.digits(9, "syh", it.href), "PUBLISHED_TIME_FORMAT": it.date})
	}
	return jsonResponse(map[string]any{"data": map[string]any{"totalPage": (len(items) + size - 1) / size, "list": list}})
}

func (s *Site) eportalList(r *http.Request) response {
	items := s.items()
	size, page := number(r, "pageSize", 20), number(r, "pageNo", 1)
	list := []map[string]any{}
	for _, it := range window(items, (page-1)*size, page*size) {
		list = append(list, map[string]any{"title": it.title, "url": it.href, "publishDate": it.date})
	}
	return jsonResponse(map[string]any{"total": len(items), "result": list})
}

func (s *Site) huzhouPage(i int) func(*http.Request) response {
	return func(*http.Request) response {
		pages := s.pages()
		if i >= len(pages) {
			return notFound()
		}
		list := make([]map[string]string, len(pages[i]))
		for k, it := range pages[i] {
			list[k] = map[string]string{"title": it.title, "url": it.href, "pubDate": it.date}
		}
		data, err := json.Marshal(list)
		if err != nil {
			panic("fakegov: " + err.Error())
		}
		return s.columnPage("政府信息公开年报", fmt.Sprintf(`<ul id="dataList"></ul>
<script>var dataList=%s; var pagesData={curPageNo:%d,pageTotal:%d};</script>
`, data, i+1, len(pages)))
	}
}
