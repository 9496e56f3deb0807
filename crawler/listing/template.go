package listing

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// template follows static pages that a profile names, for sites that don't say how
// theirs are called:
//
//	listing: {page: "index_{page}.html", second: 1}
//
// The first page that is missing, or lists nothing new, is behind the last.
var template = mechanism{name: "template", start: startTemplate, follow: followTemplate}

func startTemplate(r *reader) *answer {
	if r.hint.Page == "" {
		return nil
	}
	items := r.templateItems()
	if len(items) == 0 {
		return nil
	}
	second := 2
	if r.hint.Second != nil {
		second = *r.hint.Second
	}
	r.set("page", strconv.Itoa(second), "template", r.hint.Page)
	return &answer{items: items, next: r.templatePage()}
}

func (r *reader) templateItems() []Item {
	items := r.listed()
	if len(items) == 0 {
		items = r.children(true)
	}
	return items
}

func (r *reader) templatePage() *Request {
	u := Resolve(r.base, strings.ReplaceAll(r.get("template"), "{page}", r.get("page")))
	if u == nil {
		return nil
	}
	return &Request{URL: u.String(), Referrer: r.URL.String()}
}

func followTemplate(r *reader) *answer {
	n, _ := strconv.Atoi(r.get("page"))
	why := r.refused()
	if why != "" && r.Status != http.StatusNotFound && r.Status != http.StatusGone {
		return &answer{problem: fmt.Sprintf("page %d answered %s", n, why), evidence: r.URL.String()}
	}
	a := &answer{evidence: fmt.Sprintf("there is no page %d", n)}
	if why != "" {
		return a
	}
	if a.items = r.templateItems(); len(a.items) == 0 {
		a.evidence = fmt.Sprintf("page %d lists nothing", n)
		return a
	}
	r.set("page", strconv.Itoa(n+1))
	a.next = r.templatePage()
	return a
}
