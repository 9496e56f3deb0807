package fakegov

import (
	"fmt"
	"net/http"
	"strings"
)

// TRS is a site of 拓尔思 WCM: directories of static pages, articles by date and
// number, and a pager that a script declares with pages counted from 0.
const TRS Family = "trs"

const trsColumn = "/zfxxgk/zfxxgknb/"

func init() {
	families[TRS] = family{
		look:          trsLook,
		article:       trsArticle,
		file:          trsFile,
		relativeFiles: true,
		index:         func(*Site) []string { return []string{trsColumn} },
		mount: func(s *Site) {
			s.handle(trsColumn, s.trsPage(0))
			s.staticPages(func(i int) string {
				if i == 0 {
					return trsColumn + "index.html"
				}
				return fmt.Sprintf("%sindex_%d.html", trsColumn, i)
			}, s.trsPage)
		},
	}
}

var trsLook = look{
	open:  `<div class="view TRS_UEDITOR trs_paper_default trs_editor_view">` + "\n",
	close: "</div>", block: "table", titleClass: "title",
}

func trsArticle(_ *Site, e *entry) string {
	return fmt.Sprintf("%s%s/t%s_%d.html", trsColumn, e.day.Format("200601"), e.day.Format("20060102"), e.number)
}

func trsFile(s *Site, e *entry) string {
	return fmt.Sprintf("%s%s/P020%s%s%s", trsColumn, e.day.Format("200601"), e.day.Format("20060102"), s.digits(12, "file", itoa(e.number)), e.fileExt())
}

// trsPage is list page i, counted from 0.
func (s *Site) trsPage(i int) func(*http.Request) response {
	return func(*http.Request) response {
		pages := s.pages()
		if i >= len(pages) {
			return notFound()
		}
		if s.spec.StaleFrom > 0 && i >= s.spec.StaleFrom {
			return staleStub()
		}
		return s.columnPage("政府信息公开年报", rows(pages[i], within(trsColumn))+
			fmt.Sprintf(`<div class="page"><script type="text/javascript">createPageHTML(%d, %d,"index","html");</script></div>`+"\n", len(pages), i))
	}
}

// staleStub is what is left of a list page that an earlier publication made.
func staleStub() response {
	return textResponse("text/html; charset=utf-8", `<!DOCTYPE html><html><head><meta charset="utf-8"><title>政府信息公开年报</title></head><body>
<div class="list"><ul></ul></div><div class="page"></div>`+strings.Repeat("<!-- -->\n", 20)+"</body></html>")
}

// staticPages adds list pages that are files: as many as the list has, and one
// for each that a longer list may need later.
func (s *Site) staticPages(path func(i int) string, page func(i int) func(*http.Request) response) {
	for i := range len(s.pages()) + 8 {
		s.handle(path(i), page(i))
	}
}
