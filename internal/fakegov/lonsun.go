package fakegov

import (
	"fmt"
	"net/http"
	"strings"
)

// Lonsun is the public column of 龙讯 (Anhui): the page has the first rows and the
// parameters of an AJAX label that answers with fragments.
const Lonsun Family = "lonsun"

const lonsunOrgan = "4140867"

func init() {
	families[Lonsun] = family{
		look:    look{open: `<div class="wzcon j-fontContent">`, close: "</div>", block: "table", titleClass: "newstitle"},
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/public/%s/%d.html", lonsunOrgan, e.number) },
		file: func(s *Site, e *entry) string {
			return fmt.Sprintf("/group6/M00/%s/%s/%s%s", strings.ToUpper(s.hex(2, "a", itoa(e.number))), strings.ToUpper(s.hex(2, "b", itoa(e.number))), s.hex(27, "file", itoa(e.number)), e.fileExt())
		},
		index: func(s *Site) []string {
			return []string{"/public/column/" + lonsunOrgan + "?type=4&action=list&nav=&sub=&catId=" + s.digits(8, "catalog")}
		},
		mount: func(s *Site) {
			s.handle("/public/column/"+lonsunOrgan, s.lonsunIndex)
			s.handle("/site/label/8888", s.lonsunLabel)
		},
	}
}

func (s *Site) lonsunIndex(*http.Request) response {
	pages := s.pages()
	return s.columnPage("政府信息公开年报", fmt.Sprintf(`<meta name="SiteId" content="%s"><div id="listBox">%s</div><div id="page_public_info" class="pagination"></div>
<script type="text/javascript">
var labelParams = {IsAjax:1, dataType:'html', labelName:'publicInfoList', siteId:'%[1]s', pageSize:%[3]d, pageIndex:1, action:'list', fuzzySearch:false, fromCode:'title', keyWords:'', sortType:1, isDate:true, dateFormat:'yyyy-MM-dd', length:80, organId:'%[4]s', type:4, catIds:'', cId:'', result:'暂无相关信息', file:'/xxgk/publicInfoList_newest2020', catId:'%[5]s'};
Ls.pagination("#page_public_info", function(pageIndex){ labelParams.pageIndex = pageIndex; $("#listBox").load("/site/label/8888", labelParams); }, {currPage:1,pageCount:%[6]d});
</script>
`, s.digits(8, "site"), lonsunRows(pages[0]), s.spec.PerPage, lonsunOrgan, s.digits(8, "catalog"), len(pages)))
}

func lonsunRows(items []item) string {
	return strings.Replace(rows(items, same), `<ul class="list">`, `<ul class="clearfix xxgk_nav_list">`, 1)
}

func (s *Site) lonsunLabel(r *http.Request) response {
	fragment := `<p class="none">暂无相关信息</p>`
	if r.FormValue("labelName") == "publicInfoList" && r.FormValue("siteId") == s.digits(8, "site") &&
		r.FormValue("organId") == lonsunOrgan && r.FormValue("catId") == s.digits(8, "catalog") && r.FormValue("file") == "/xxgk/publicInfoList_newest2020" {
		size, page := number(r, "pageSize", s.spec.PerPage), number(r, "pageIndex", 1)
		if part := window(s.items(), (page-1)*size, page*size); len(part) > 0 {
			fragment = lonsunRows(part)
		}
	}
	return response{contentType: "text/html;charset=UTF-8", fresh: true, body: []byte(fragment)}
}
