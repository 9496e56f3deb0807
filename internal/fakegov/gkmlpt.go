package fakegov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// GKMLPT is the catalogue platform of Guangdong: a shell with window._CONFIG, and
// a JSON list that ends in 404.
const GKMLPT Family = "gkmlpt"

const gkmlptCatalog = 721

func init() {
	families[GKMLPT] = family{
		look: look{open: `<div class="content" id="content">`, close: "</div>", block: "table", titleClass: "title"},
		article: func(_ *Site, e *entry) string {
			return fmt.Sprintf("/gkmlpt/content/%d/%d/post_%d.html", e.number/1000000, e.number/1000, e.number)
		},
		file: func(_ *Site, e *entry) string {
			return fmt.Sprintf("/attachment/0/%d/%d/%d%s", e.number/1000, e.number/10, e.number, e.fileExt())
		},
		index: func(*Site) []string { return []string{fmt.Sprintf("/gkmlpt/annualreport#%d", gkmlptCatalog)} },
		mount: func(s *Site) {
			s.handle("/gkmlpt/annualreport", s.gkmlptShell)
			s.handle("/gkmlpt/index", s.gkmlptShell)
			s.handle(fmt.Sprintf("/gkmlpt/api/all/%d", gkmlptCatalog), s.gkmlptList)
		},
	}
}

func (s *Site) gkmlptShell(*http.Request) response {
	type node struct {
		ID        int    `json:"id"`
		Name      string `json:"name"`
		Children  []node `json:"children"`
		JumpURL   string `json:"jump_url"`
		PostCount int    `json:"post_count"`
	}
	tree, err := json.Marshal([]node{
		{ID: 700, Name: "政府信息公开指南", JumpURL: "/gkmlpt/guide"},
		{ID: 710, Name: "法定主动公开内容", Children: []node{{ID: 711, Name: "机构职能"}, {ID: 712, Name: "规划计划"}}},
		{ID: gkmlptCatalog, Name: "政府信息公开年报", PostCount: len(s.items())},
	})
	if err != nil {
		panic("fakegov: " + err.Error())
	}
	return s.columnPage("政府信息公开年报", fmt.Sprintf(`<div id="app"></div>
<script type="text/javascript">window._CONFIG = { SID: '%s', SERVICE_AREA_ID: 88, TREE: %s };</script>
<script type="text/javascript" src="/gkmlpt/static/js/app.js"></script>
`, s.digits(6, "sid"), tree))
}

func (s *Site) gkmlptList(r *http.Request) response {
	items := s.items()
	size, page := s.spec.PerPage, number(r, "page", 1)
	part := window(items, (page-1)*size, page*size)
	if sid := r.FormValue("sid"); len(part) == 0 || sid != "" && sid != s.digits(6, "sid") {
		return notFound()
	}
	articles := make([]map[string]any, len(part))
	for i, it := range part {
		title := it.title
		if i%4 == 3 {
			title = percentU(title)
		}
		id := strings.TrimSuffix(it.href[strings.LastIndexByte(it.href, '_')+1:], ".html")
		articles[i] = map[string]any{
			"id": atoi(id, 0), "title": title, "url": s.URL + it.href, "post_url": s.URL + it.href,
			"date": it.date, "display_publish_time": it.date + " 10:21:00", "publisher": s.Name,
			"identifier": s.digits(9, "identifier") + "/" + it.date[:4] + "-" + id, "document_number": "",
			"keywords": "", "abstract": "", "attachment": []any{},
		}
	}
	return jsonResponse(map[string]any{"classify": map[string]any{"id": gkmlptCatalog, "name": "政府信息公开年报", "post_count": len(items)}, "articles": articles})
}

// percentU escapes a title as JavaScript's escape does.
func percentU(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "%%u%04X", r)
		}
	}
	return b.String()
}
