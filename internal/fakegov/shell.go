package fakegov

import (
	"fmt"
	"net/http"
)

// Sites whose column page holds no list, or not all of it.
const (
	// DataURL is a shell; the real list is behind an a[data-url].
	DataURL Family = "data-url"
	// ColumnReport has no list: each year's column is the report itself.
	ColumnReport Family = "column-report"
	// NeedsJS is an empty list that a script fills from nowhere a reader can see.
	NeedsJS Family = "needs-js"
	// TRSAPI is the Fujian variant of TRS: the newest rows in the page, the older
	// ones from a service with a key.
	TRSAPI Family = "trsapi"
)

func init() {
	families[DataURL] = family{
		look:    plainLook,
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/smxzjd6/%d.html", e.number) },
		file:    uploadFile,
		index:   func(*Site) []string { return []string{"/channel/xxgknb/"} },
		mount: func(s *Site) {
			s.handle("/channel/xxgknb/", func(*http.Request) response {
				return s.columnPage("政府信息公开年报", `<ul class="tab"><li><a href="javascript:void(0)" data-url="/channel/xxgknb/list?gk=3&amp;cid=101">政府信息公开年报</a></li></ul><div id="frame"></div><script src="/js/tab.js"></script>`)
			})
			s.handle("/channel/xxgknb/list", func(r *http.Request) response {
				if r.FormValue("gk") != "3" || r.FormValue("cid") != "101" {
					return notFound()
				}
				return textResponse("text/html; charset=utf-8", `<div class="gk-list">`+rows(s.items(), same)+"</div>")
			})
		},
	}
	families[ColumnReport] = family{
		look: plainLook, noNoise: true,
		article: columnReportPath,
		file:    func(s *Site, e *entry) string { return columnReportPath(s, e) + "report" + e.fileExt() },
		index: func(s *Site) (paths []string) {
			for _, e := range s.archive {
				paths = append(paths, e.path)
			}
			return paths
		},
		mount: func(*Site) {},
	}
	shell := func(l look, main func(*Site) string) family {
		return family{
			look:    l,
			article: tDate("/zwgk/nb/", "htm"),
			file:    uploadFile,
			index:   func(*Site) []string { return []string{"/zwgk/nb/"} },
			mount: func(s *Site) {
				s.handle("/zwgk/nb/", func(*http.Request) response { return s.columnPage("政府信息公开年报", main(s)) })
			},
		}
	}
	families[NeedsJS] = shell(plainLook, func(*Site) string {
		return `<div id="app"><ul id="list"></ul></div><script src="/static/js/list.8f2c1d.js"></script>`
	})
	families[TRSAPI] = shell(trsLook, func(s *Site) string {
		items := s.items()
		return rows(items[:min(len(items), 2*s.spec.PerPage)], within("/zwgk/nb/")) + fmt.Sprintf(`<div ms-controller="list"><div ms-repeat="items"><a ms-attr-href="el.url"></a></div></div>
<script>var list2 = 'list2.trsapi', recordCount = '%d', maxStaticIndex = 2, prepage = %d;</script>
`, len(items), s.spec.PerPage)
	})
}

func columnReportPath(s *Site, e *entry) string {
	return fmt.Sprintf("/zt/zfxxgkndbgzt/%dn%szfxxgkgzndbg/", e.spec.Year, s.hex(4, "organ", e.spec.Organ.Name))
}
