package fakegov

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
)

// Tree is a site on which the reports lie three folders deep: year, kind of unit,
// and a page whose list is in an iframe.
const Tree Family = "tree"

func init() {
	families[Tree] = family{
		look: trsLook, relativeFiles: true,
		article: func(_ *Site, e *entry) string {
			return fmt.Sprintf("%st%s_%d.html", treeFolder(e), e.day.Format("20060102"), e.number)
		},
		file: func(s *Site, e *entry) string {
			return fmt.Sprintf("%sP020%s%s%s", treeFolder(e), e.day.Format("20060102"), s.digits(12, "file", itoa(e.number)), e.fileExt())
		},
		index: func(*Site) []string { return []string{treeRoot} },
		mount: (*Site).mountTree, grows: true,
	}
}

const treeRoot = "/zfxxgk/zfxxgknb/"

// treeKinds are the folders of a year by the rank of the organ.
var treeKinds = []struct{ folder, name string }{{"zfnb", "政府"}, {"bmxxgknb", "政府部门"}, {"xzjd", "乡镇（街道）"}}

func treeKind(o Organ) int {
	switch o.Rank {
	case City, County:
		return 0
	case Town:
		return 2
	}
	return 1
}

func treeFolder(e *entry) string {
	return fmt.Sprintf("%s%dn/%s/", treeRoot, e.spec.Year, treeKinds[treeKind(e.spec.Organ)].folder)
}

// mountTree adds the folders of the reports there are.
func (s *Site) mountTree() {
	link := func(href, text string) string {
		return fmt.Sprintf(`<li><a href="%s">%s</a></li>`+"\n", href, html.EscapeString(text))
	}
	folders := make(map[string]bool)
	var root strings.Builder
	years := make(map[int]*strings.Builder)
	for _, e := range slices.Backward(s.entries) {
		year, kind := e.spec.Year, treeKinds[treeKind(e.spec.Organ)]
		if years[year] == nil {
			years[year] = new(strings.Builder)
			root.WriteString(link(itoa(year)+"n/", itoa(year)+"年"))
		}
		folder := treeFolder(e)
		if folders[folder] {
			continue
		}
		folders[folder] = true
		years[year].WriteString(link("./"+kind.folder+"/", kind.name))
		s.handle(folder, func(*http.Request) response {
			return s.columnPage(kind.name, `<iframe src="list.html" width="100%" height="600" frameborder="0"></iframe>`)
		})
		s.handle(folder+"list.html", func(*http.Request) response { return s.treeList(folder) })
	}
	list := func(path, title, links string) {
		s.handle(path, func(*http.Request) response { return s.columnPage(title, `<ul class="years">`+"\n"+links+"</ul>\n") })
	}
	list(treeRoot, "政府信息公开年报", root.String())
	for year, b := range years {
		list(fmt.Sprintf("%s%dn/", treeRoot, year), itoa(year)+"年", b.String())
	}
}

// treeList is the page in the iframe: a bare list.
func (s *Site) treeList(folder string) response {
	var inside []item
	for _, it := range s.items() {
		if strings.HasPrefix(it.href, folder) {
			inside = append(inside, it)
		}
	}
	return textResponse("text/html; charset=utf-8", `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>`+rows(inside, within(folder))+"</body></html>")
}
