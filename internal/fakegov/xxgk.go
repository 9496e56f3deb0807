package fakegov

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
)

// The 信息公开 module of 大汉.
const (
	// XXGK lists by POST search.jsp, in fragments that hold entries of other
	// columns as well.
	XXGK Family = "xxgk"
	// XXGKAnnual has no list: xxgkAnnualReport.jsp answers with the report of an
	// organ for a year, and without a year with links to the years. An organ has one
	// report a year.
	XXGKAnnual Family = "xxgk-annual"
)

func init() {
	families[XXGK] = family{
		look: hanwebLook, article: hanwebArticle, file: hanwebFile, fileType: hanwebFileType,
		index: func(s *Site) []string { return []string{"/col/col" + s.hanwebColumn() + "/index.html"} },
		mount: func(s *Site) {
			s.handle("/col/col"+s.hanwebColumn()+"/index.html", s.xxgkIndex)
			s.handle("/module/xxgk/search.jsp", s.xxgkSearch)
		},
	}
	families[XXGKAnnual] = family{
		look: hanwebLook, file: hanwebFile, fileType: hanwebFileType, noNoise: true,
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("%s?fbtime=%d&area=%s", annualReport, e.spec.Year, s.area(e.spec.Organ))
		},
		index: func(s *Site) (paths []string) {
			for _, e := range s.archive {
				if path := annualReport + "?area=" + s.area(e.spec.Organ); !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
			return paths
		},
		mount: func(s *Site) { s.handle(annualReport, s.annualYears) },
	}
}

const annualReport = "/module/xxgk/xxgkAnnualReport.jsp"

// area is the code by which the module calls an organ.
func (s *Site) area(o Organ) string { return "11" + s.digits(16, "area", o.Name) }

func (s *Site) xxgkIndex(*http.Request) response {
	return s.columnPage("政府信息公开年报", fmt.Sprintf(`<iframe src="/module/xxgk/tree.jsp?area=%s&divid=div%s" style="display:none"></iframe>
<div id="div%[2]s" class="xxgk_list"></div>
<script type="text/javascript" src="/module/xxgk/script/xxgk.js"></script>
<script type="text/javascript">$(function(){ xxgkSearch('/module/xxgk/search.jsp', {infotypeId:'A0212', jdid:'%[3]s', area:'%[1]s', divid:'div%[2]s', vc_title:'', vc_number:'', sortfield:',createdatetime:0,orderid:0', currpage:1, vc_filenumber:'', vc_all:'', texttype:'', fbtime:'-1'}); });</script>
`, s.area(organOf(s.place, 0)), s.hanwebColumn(), s.hanwebWeb()))
}

// xxgkSearch answers with a page of a table; every third row is of a column that
// has nothing to do with reports.
func (s *Site) xxgkSearch(r *http.Request) response {
	var all []item
	notices := s.notices()
	for i, it := range s.items() {
		all = append(all, it)
		if i%2 == 1 {
			all = append(all, notices[i/2%len(notices)])
		}
	}
	if r.FormValue("divid") != "div"+s.hanwebColumn() || r.FormValue("infotypeId") != "A0212" {
		all = nil
	}
	size := s.spec.PerPage
	last, page := (len(all)+size-1)/size, number(r, "currpage", 1)
	var b strings.Builder
	b.WriteString(`<table width="100%" border="0" cellspacing="0" class="xxgk_table"><tr class="tr_title"><td>序号</td><td>名称</td><td>发布日期</td></tr>` + "\n")
	for i, it := range window(all, (page-1)*size, page*size) {
		fmt.Fprintf(&b, `<tr class="tr_main_value_%s"><td>%d</td><td><a href="%s" title="%s" target="_blank" class="bt_link">%s</a></td><td>%s</td></tr>`+"\n",
			[2]string{"odd", "even"}[i%2], i+1, it.href, html.EscapeString(it.title), html.EscapeString(cut(it.title, 26)), it.date)
	}
	fmt.Fprintf(&b, `<tr><td colspan="3" align="right">第%d页&nbsp;&nbsp;共%d页&nbsp;`, page, last)
	if page < last {
		fmt.Fprintf(&b, `<a href="javascript:;" onclick="gotoPage(%d)">下一页</a>`, page+1)
	}
	b.WriteString("</td></tr></table>")
	return response{contentType: "text/html;charset=UTF-8", fresh: true, body: []byte(b.String())}
}

// annualYears is the page of the module without a year: the years of an organ.
func (s *Site) annualYears(r *http.Request) response {
	var b strings.Builder
	organ := ""
	s.mu.Lock()
	for _, e := range slices.Backward(s.entries) {
		if s.area(e.spec.Organ) == r.URL.Query().Get("area") && !e.removed {
			organ = e.spec.Organ.Name
			fmt.Fprintf(&b, `<a href="%s">%d年</a> `, html.EscapeString(e.path), e.spec.Year)
		}
	}
	s.mu.Unlock()
	if organ == "" {
		return notFound()
	}
	return s.columnPage(organ+"信息公开年报", `<div class="years">`+b.String()+"</div>\n")
}
