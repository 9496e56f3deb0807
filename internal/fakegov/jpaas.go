package fakegov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// JPaaS is the newer system of 大汉: units of a page that a script loads as JSON
// with HTML in it. The page number counts only inside paramJson.
const (
	// JPaaS prints the first page of the list into the HTML.
	JPaaS Family = "jpaas"
	// JPaaSEmpty prints none: even the first page comes from the unit.
	JPaaSEmpty Family = "jpaas-empty"
)

const (
	jpaasColumn = "/zfxxgk/fdzdgknr/zfxxgknb/"
	jpaasUnit   = "/api-gateway/jpaas-publish-server/front/page/build/unit"
)

func init() {
	f := family{
		look: look{open: `<div class="zc_article_con" id="zoom">`, close: "</div>", block: "table", titleClass: "sp_title"},
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("%sart/%d/art_%s.html", jpaasColumn, e.day.Year(), s.hex(32, "article", itoa(e.number)))
		},
		file: func(s *Site, e *entry) string {
			return fmt.Sprintf("/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=/cms_files/jcms1/web%s/site/attach/0/%s%s",
				s.hanwebWeb(), s.hex(32, "file", itoa(e.number)), e.fileExt())
		},
		fileType: "application/octet-stream",
		index:    func(*Site) []string { return []string{jpaasColumn + "index.html"} },
		mount: func(s *Site) {
			s.handle(jpaasColumn+"index.html", s.jpaasIndex)
			s.handle(jpaasColumn, s.jpaasIndex)
			s.handle(jpaasUnit, s.jpaasUnit)
		},
	}
	families[JPaaS] = f
	families[JPaaSEmpty] = f
}

func (s *Site) jpaasIndex(*http.Request) response {
	unit := func(tag string) string {
		return fmt.Sprintf(`<script type="text/javascript" src="/front/script/AuthorizedRead/unitbuild.js" url="%s" queryData="{'webId':'%s','pageId':'%s','parseType':'bulidstatic','pageType':'column','tagId':'%s','tplSetId':'%s','editType':'null'}"></script>`+"\n",
			jpaasUnit, s.hanwebWeb(), s.digits(10, "page"), tag, s.hex(21, "template"))
	}
	list := ""
	if s.spec.Family == JPaaS {
		list = s.jpaasRows(1, s.spec.PerPage)
	}
	return s.columnPage("政府信息公开年报", unit("头部导航")+`<div class="zfxxgk_list">`+"\n"+list+"</div>\n"+unit("当前栏目list"))
}

// jpaasRows is the list as the unit's HTML has it, with its pager.
func (s *Site) jpaasRows(page, size int) string {
	items := s.items()
	last := (len(items) + size - 1) / size
	out := rows(window(items, (page-1)*size, page*size), same)
	out += fmt.Sprintf(`<div class="pagination" count="%d" rows="%d" pageNo="%d" unitUrl="%s">`, len(items), size, page, jpaasUnit)
	for p := max(page-2, 1); p <= min(page+2, last); p++ {
		out += fmt.Sprintf(`<a href="javascript:;" data-page="%d">%d</a>`, p, p)
	}
	return out + "</div>\n"
}

func (s *Site) jpaasUnit(r *http.Request) response {
	q := r.URL.Query()
	fail := func(message string) response {
		return jsonResponse(map[string]any{"success": false, "code": "500", "message": message})
	}
	if q.Get("pageId") != s.digits(10, "page") || q.Get("webId") != s.hanwebWeb() || q.Get("tplSetId") != s.hex(21, "template") {
		return fail("参数错误")
	}
	if !strings.Contains(q.Get("tagId"), "list") {
		return s.jpaasAnswer(`<ul class="nav"><li><a href="/">首页</a></li></ul>`)
	}
	page, size := 1, s.spec.PerPage
	if param := q.Get("paramJson"); param != "" {
		var p struct {
			PageNo   json.Number `json:"pageNo"`
			PageSize json.Number `json:"pageSize"`
		}
		if err := json.Unmarshal([]byte(param), &p); err != nil {
			return fail("paramJson")
		}
		page = max(atoi(p.PageNo.String(), 1), 1)
		size = min(max(atoi(p.PageSize.String(), size), 1), 100)
	}
	return s.jpaasAnswer(s.jpaasRows(page, size))
}

func (s *Site) jpaasAnswer(html string) response {
	return jsonResponse(map[string]any{"success": true, "code": "200", "data": map[string]string{"html": html}})
}

func atoi(text string, fallback int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return fallback
}
