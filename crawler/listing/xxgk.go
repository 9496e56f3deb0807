package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// xxgk reads Hanweb's catalogue of open information: search.jsp answers a POST of
// the column's fields with table rows, often of other columns too; those of the
// column are told by the number in art_<column>_<id>.
//
//	<iframe src="/module/xxgk/tree.jsp?area=&divid=div1229498488"></iframe>
//	<script>var url = "/module/xxgk/search.jsp?standardXxgk=1&infotypeId=A0212&jdid=3096&divid=div1229498488&area=";</script>
//	POST /module/xxgk/search.jsp   infotypeId=A0212&jdid=3096&area=&divid=div1229498488&…&currpage=2
//	<tr class="tr_main_value_odd"><td>1</td><td><a href="…" title="…">…</a></td><td>2024-01-20</td></tr> … 共3页
var xxgk = mechanism{name: "xxgk", start: startXxgk, follow: followXxgk}

var (
	searchPage  = regexp.MustCompile(`['"]([^'"\s]*module/xxgk/search\.jsp[^'"\s]*)['"]`)
	catalogue   = regexp.MustCompile(`['"]([^'"\s]*module/xxgk/(?:tree|search|index|serviceInfo|xxgk)\w*\.jsp[^'"\s]*)['"]`)
	ofPages     = regexp.MustCompile(`共\s*(?:<[^>]*>\s*)*(\d{1,5})\s*(?:<[^>]*>\s*)*页`)
	catalogKeys = []string{"infotypeId", "jdid", "area", "divid", "vc_title", "vc_number", "sortfield", "currpage", "vc_filenumber", "vc_all", "texttype", "fbtime", "standardXxgk", "isAllList"}
	maxForeign  = 5 // pages in a row without a row of the column
)

func startXxgk(r *reader) *answer {
	body := string(r.Body)
	if !strings.Contains(body, "module/xxgk/") || r.pagesItself() {
		return nil
	}
	fields := url.Values{}
	take := func(ref string) {
		if u := Resolve(r.base, strings.ReplaceAll(ref, "&amp;", "&")); u != nil {
			for key, v := range u.Query() {
				if fields.Get(key) == "" {
					fields[key] = v[:1]
				}
			}
		}
	}
	to := Resolve(r.base, "/module/xxgk/search.jsp")
	if ref := literalAt(body, searchPage); ref != "" {
		if u := Resolve(r.base, strings.ReplaceAll(ref, "&amp;", "&")); u != nil && sameHost(u, r.URL) {
			to = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
			take(ref)
		}
	}
	for _, m := range catalogue.FindAllStringSubmatch(body, 8) {
		take(m[1])
	}
	for _, n := range r.survey().inputs {
		if key := attr(n, "name"); isCatalogKey(key) && fields.Get(key) == "" {
			fields.Set(key, attr(n, "value"))
		}
	}
	for _, src := range r.scripts() {
		for _, key := range catalogKeys[:4] {
			if v, ok := assigned(src, key); ok && fields.Get(key) == "" {
				fields.Set(key, str(v))
			}
		}
	}
	if fields.Get("divid") == "" {
		if m := indexColumn.FindStringSubmatch(r.index.Path); m != nil {
			fields.Set("divid", "div"+m[1])
		}
	}
	if to == nil || fields.Get("divid") == "" || fields.Get("infotypeId") == "" && fields.Get("jdid") == "" {
		return nil
	}
	defaults := map[string]string{"sortfield": ",createdatetime:0,orderid:0", "fbtime": "-1", "currpage": "1"}
	form := ""
	for _, key := range catalogKeys {
		v := fields.Get(key)
		if v == "" {
			v = defaults[key]
		}
		if v != "" || key != "standardXxgk" && key != "isAllList" {
			form = setParam(form, key, v)
		}
	}
	r.set("search", withQuery(to), "form", form, "page", "1", "column", strings.TrimPrefix(fields.Get("divid"), "div"))
	return &answer{items: r.pageItems(), shell: true, tentative: true, next: r.searchPage(1)}
}

func isCatalogKey(name string) bool {
	for _, key := range catalogKeys {
		if key == name && key != "currpage" {
			return true
		}
	}
	return false
}

// searchPage asks for a page of the catalogue.
func (r *reader) searchPage(n int) *Request {
	if to, err := url.Parse(r.get("search")); err == nil && r.get("get") != "" {
		to.RawQuery = setParam(r.get("form"), "currpage", strconv.Itoa(n))
		return &Request{URL: to.String()}
	}
	return &Request{Method: "POST", URL: r.get("search"), ContentType: formType, Body: setParam(r.get("form"), "currpage", strconv.Itoa(n))}
}

func followXxgk(r *reader) *answer {
	n, _ := strconv.Atoi(r.get("page"))
	foreign, _ := strconv.Atoi(r.get("foreign"))
	if why := r.refused(); why != "" {
		if r.get("get") == "" && n == 1 {
			r.set("get", "1")
			return &answer{retry: r.searchPage(n), evidence: why}
		}
		return &answer{problem: "catalogue", evidence: fmt.Sprintf("%s answers %s for page %d", r.URL.Path, why, n)}
	}
	all := r.fragment(string(r.Body), r.base)
	own := ofColumn(all, r.get("column"))
	pages := 0
	if m := ofPages.FindSubmatch(r.Body); m != nil {
		pages, _ = strconv.Atoi(string(m[1]))
	}
	a := &answer{items: own, pages: pages}
	last := r.get("last")
	r.set("last", strconv.FormatUint(fingerprint(all), 16), "page", strconv.Itoa(n+1))
	if len(own) > 0 {
		foreign = 0
	} else {
		foreign++
	}
	r.set("foreign", strconv.Itoa(foreign))
	switch {
	case len(all) == 0 && n == 1:
		a.problem, a.evidence = "catalogue", fmt.Sprintf("%s gives no rows in %d bytes", r.URL.Path, len(r.Body))
	case len(all) == 0:
		a.evidence = fmt.Sprintf("page %d of the catalogue is empty", n)
	case n > 1 && r.get("last") == last:
		a.evidence = fmt.Sprintf("page %d of the catalogue repeats the one before", n)
	case pages > 0 && n >= pages:
		a.evidence = fmt.Sprintf("page %d of %d", n, pages)
	case foreign >= maxForeign:
		a.evidence = fmt.Sprintf("%d pages in a row hold rows of other columns only", foreign)
	default:
		a.next = r.searchPage(n + 1)
		a.more = len(own) < len(all)
	}
	return a
}

// ofColumn keeps the items whose URLs name the column, if any URL names one.
func ofColumn(items []Item, column string) []Item {
	var own []Item
	named := false
	for _, it := range items {
		m := artColumn.FindStringSubmatch(it.URL)
		if m == nil || m[1] == column {
			own = append(own, it)
		}
		named = named || m != nil
	}
	if !named {
		return items
	}
	return own
}
