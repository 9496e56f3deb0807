package fakegov

import (
	"fmt"
	"net/http"
)

// UCAP is a site of 开普: list.shtml, a pager that a script declares with the
// name of an element first and pages counted from 1.
const UCAP Family = "ucap"

const ucapColumn = "/xxgk/c100122/"

func init() {
	families[UCAP] = family{
		look: ucapLook,
		article: func(_ *Site, e *entry) string {
			return fmt.Sprintf("%s%s/c04_%d.shtml", ucapColumn, e.day.Format("200601"), e.number)
		},
		file: func(s *Site, e *entry) string {
			return fmt.Sprintf("%s%s/files/%s%s", ucapColumn, e.day.Format("200601"), s.hex(32, "file", itoa(e.number)), e.fileExt())
		},
		index: func(*Site) []string { return []string{ucapColumn + "xlist.shtml"} },
		mount: func(s *Site) {
			s.staticPages(func(i int) string {
				if i == 0 {
					return ucapColumn + "xlist.shtml"
				}
				return fmt.Sprintf("%sxlist_%d.shtml", ucapColumn, i+1)
			}, s.ucapPage)
		},
	}
}

var ucapLook = look{
	open:  `<div class="article_content" id="UCAP-CONTENT"><UCAPCONTENT>` + "\n",
	close: "</UCAPCONTENT></div>", block: "dl", titleClass: "article-title",
}

func (s *Site) ucapPage(i int) func(*http.Request) response {
	return func(*http.Request) response {
		pages := s.pages()
		if i >= len(pages) {
			return notFound()
		}
		return s.columnPage("政府信息公开年报", rows(pages[i], same)+
			fmt.Sprintf(`<div id="page_div" class="pagination"></div>
<script type="text/javascript">createPageHTML('page_div',%d, %d,'xlist','shtml',%d);</script>
`, len(pages), i+1, len(s.items())))
	}
}
