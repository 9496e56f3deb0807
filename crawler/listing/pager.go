package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
)

// pager follows static pages whose number a script declares. Only literals are
// read; the dialects are told apart by their arguments, not by the site:
//
//	createPageHTML(3, 0, "index", "html")                   number first: page 2 is index_1.html
//	createPageHTML('page_div', 3, 1, 'xlist', 'shtml', 45)  element first: page 2 is xlist_2.shtml
//	Pager({size: 3, current: 0, prefix: 'index', suffix: 'html'})
//	$(".pagination").pagination("setPage", 1, 3)            page 2 is index_2.html
//	Ls.pagination("#p", function (n) { location.href = '/content/column/1?pageIndex=' + n }, {currPage: 1, pageCount: 3})
//	<div id="pageDec" pagesize="24" pagecount="3">          base unknown: _1 is tried, then _2
//
// Every page must call itself the page that was asked for; a stub, a copy of
// another page or a 404 ends the listing as partial.
var pager = mechanism{name: "pager", start: startPager, follow: followPager}

// A declaration is what a script says about the pages.
type declaration struct {
	pages   int
	current int      // the number the page gives itself, in the dialect's base; -1 unknown
	base    int      // what the first page is called, 0 or 1; -1 unknown
	tries   []string // URL templates, the surest first: "-1 http://…/index_{}.html" adds -1 to the page
	total   int      // an argument that may be the number of items
	rows    int      // the number of items, said by name
	weak    bool     // the names are in common use: a real link to the next page is better
	source  string
}

func startPager(r *reader) *answer {
	d := r.declared()
	if d == nil || d.weak && d.pages > 1 && r.nextLink() != nil {
		return nil
	}
	items := r.listed()
	if len(items) == 0 && d.pages > 1 {
		items = r.children(true) // pages of columns
	}
	if len(items) == 0 {
		return nil
	}
	at := 1
	switch {
	case d.current < 0:
	case d.base >= 0 && d.current > d.base && numbered(r.URL) == strconv.Itoa(d.current):
		at = d.current - d.base + 1 // the configured index is a later page
	case d.current <= 1 && d.current != d.base:
		// The first page decides what it is called; that says nothing of the files.
		d.base = d.current
		slices.Sort(d.tries) // "-1 …" before "0 …": a page tried too early skips nothing
	}
	a := &answer{items: items, pages: d.pages, evidence: d.source}
	if n := entries(items); d.total > (d.pages-1)*n && d.total <= d.pages*n {
		a.declared = d.total
	}
	a.declared = max(a.declared, d.rows)
	if at >= d.pages {
		return a
	}
	r.set("at", strconv.Itoa(at), "base", strconv.Itoa(d.base), "try", strings.Join(d.tries, "\n"), "source", d.source)
	a.next = r.numberedPage(d.tries[0], at+1)
	return a
}

func followPager(r *reader) *answer {
	at, _ := strconv.Atoi(r.get("at"))
	base, err := strconv.Atoi(r.get("base"))
	if err != nil {
		base = -1
	}
	tries := strings.Split(r.get("try"), "\n")
	asked := at + 1
	pages := r.state.Pages

	var items []Item
	var d *declaration
	calls := -1
	why := r.refused()
	if why == "" {
		if items = r.listed(); len(items) == 0 {
			items = r.children(true)
		}
		d = r.declared()
		if d != nil && d.current >= 0 {
			if base < 0 {
				base = d.base
			}
			if base >= 0 {
				calls = d.current - base + 1
			}
		}
		switch {
		case len(items) == 0:
			why = fmt.Sprintf("a stub of %d bytes without entries", len(r.Body))
		case calls > 0 && calls != asked:
			why = fmt.Sprintf("calls itself page %d", calls)
		case len(tries) > 1 && r.unseen(items) == 0:
			why = "repeats the page before"
		}
	}
	if why != "" {
		why = fmt.Sprintf("page %d of %d (%s) %s", asked, pages, r.URL.Path, why)
		if first := r.get("why"); first != "" {
			why = first + "; " + why
		}
		if asked == 2 && len(tries) > 1 {
			r.set("try", strings.Join(tries[1:], "\n"), "why", why, "first", tries[0])
			return &answer{retry: r.numberedPage(tries[1], asked), evidence: why}
		}
		first := r.get("first")
		if (len(items) == 0 || first != "" && calls == asked+1) && !r.fenced() && asked < pages && r.gap(why) <= maxGap {
			if first != "" {
				tries = []string{first}
			}
			r.set("at", strconv.Itoa(asked), "try", tries[0])
			delete(r.state.Vars, "why")
			delete(r.state.Vars, "first")
			return &answer{rows: -1, next: r.numberedPage(tries[0], asked+1), more: true, evidence: why}
		}
		if run, _, _ := strings.Cut(r.get("gap"), " "); run != "" {
			asked, _ = strconv.Atoi(run) // the list ended before the empty pages
		}
		return &answer{items: items, problem: fmt.Sprintf("stopped at page %d of %d", asked, pages), evidence: why}
	}
	if d != nil && d.current >= 0 && d.pages >= asked {
		pages = d.pages
	}
	r.set("at", strconv.Itoa(asked), "try", tries[0])
	r.bridge()
	delete(r.state.Vars, "why")
	delete(r.state.Vars, "first")
	a := &answer{items: items, pages: pages, evidence: r.get("source")}
	if asked < pages {
		a.next = r.numberedPage(tries[0], asked+1)
	}
	return a
}

// numberedPage is the request for page n by a template.
func (r *reader) numberedPage(template string, n int) *Request {
	offset, tmpl, _ := strings.Cut(template, " ")
	add, _ := strconv.Atoi(offset)
	return &Request{URL: strings.Replace(tmpl, "{}", strconv.Itoa(n+add), 1), Referrer: r.URL.String()}
}

// declared is what the page's scripts say about its pages, nil where they are
// silent. Of several declarations the one about the page's own file wins.
func (r *reader) declared() *declaration {
	if !r.searched {
		r.says, r.searched = r.declaration(), true
	}
	return r.says
}

func (r *reader) declaration() *declaration {
	var best *declaration
	for _, dialect := range dialects {
		for _, src := range r.scripts() {
			for _, d := range dialect(r, src) {
				if d.pages < 1 {
					continue
				}
				if best == nil || r.own(d) && !r.own(best) {
					best = d
				}
			}
		}
		if best != nil {
			return best
		}
	}
	return r.pageDec()
}

// own tells whether a declaration's template continues the page's own file.
func (r *reader) own(d *declaration) bool {
	if len(d.tries) == 0 {
		return false
	}
	_, tmpl, _ := strings.Cut(d.tries[0], " ")
	prefix, _, _ := strings.Cut(tmpl, "{}")
	me := r.URL.String()
	if strings.HasSuffix(r.URL.Path, "/") {
		me = strings.TrimSuffix(me, "/") + "/index"
	}
	return strings.HasPrefix(me, strings.TrimRight(prefix, "_-"))
}

// dialects are tried in order; each reads one script.
var dialects = []func(*reader, string) []*declaration{
	createPage, pagerObject, setPage, callback, countPage, dataPages, parsedTotal, pageVariables,
}

// createPage reads createPageHTML and createPage in both dialects.
func createPage(r *reader, src string) []*declaration {
	var found []*declaration
	for _, name := range []string{"createPageHTML", "createPageHtml", "createPage"} {
		for _, args := range calls(src, name) {
			args = known(src, args)
			d := &declaration{base: 0, source: fmt.Sprintf("%s(%s)", name, show(args))}
			if len(args) > 0 {
				if _, number := integer(args[0]); !number {
					d.base = 1
					args = args[1:]
				}
			}
			if len(args) < 2 {
				continue
			}
			var ok1, ok2 bool
			d.pages, ok1 = integer(args[0])
			d.current, ok2 = integer(args[1])
			if !ok1 || !ok2 {
				continue
			}
			d.pages = max(d.pages, 1)
			stem, ext := "", ""
			if len(args) > 3 {
				stem, ext = str(args[2]), strings.TrimPrefix(str(args[3]), ".")
			}
			for _, extra := range args[min(4, len(args)):] {
				if n, ok := integer(extra); ok {
					d.total = n
				}
			}
			d.tries = r.templates(stem, ext, src, d.base)
			found = append(found, d)
		}
	}
	return found
}

// pagerObject reads Pager({size: pages, current: 0, prefix: 'index', suffix: 'html'}).
func pagerObject(r *reader, src string) []*declaration {
	var found []*declaration
	for _, args := range calls(src, "Pager") {
		if len(args) == 0 {
			continue
		}
		o, _ := args[0].(map[string]any)
		pages, ok := integer(resolved(src, o["size"]))
		if !ok {
			continue
		}
		d := &declaration{pages: max(pages, 1), current: -1, base: 0, source: fmt.Sprintf("Pager({size: %d})", pages)}
		if n, ok := integer(resolved(src, o["current"])); ok {
			d.current = n
		}
		d.tries = r.templates(str(resolved(src, o["prefix"])), strings.TrimPrefix(str(resolved(src, o["suffix"])), "."), src, 0)
		found = append(found, d)
	}
	return found
}

// setPage reads $(…).pagination("setPage", current, pages).
func setPage(r *reader, src string) []*declaration {
	var found []*declaration
	for _, args := range calls(src, "pagination") {
		args = known(src, args)
		if len(args) < 3 || args[0] != "setPage" {
			continue
		}
		current, ok1 := integer(args[1])
		pages, ok2 := integer(args[2])
		if ok1 && ok2 {
			found = append(found, &declaration{pages: pages, current: current, base: 1,
				tries: r.templates("", "", src, 1), source: fmt.Sprintf("pagination(%s)", show(args))})
		}
	}
	return found
}

// callback reads pagers that are told what to do with a page number:
// Ls.pagination(el, function (n) { location.href = 'url' + n }, {currPage, pageCount}).
func callback(r *reader, src string) []*declaration {
	var found []*declaration
	for _, name := range []string{"pagination", "paging", "laypage", "render", "createPage", "Page", "page"} {
		for _, args := range calls(src, name) {
			var options map[string]any
			var target []string
			for _, arg := range args {
				switch arg := arg.(type) {
				case map[string]any:
					options = arg
					for _, key := range []string{"callback", "jump", "onPageClick", "backFn", "onPageChange", "pageSwitch"} {
						if f, ok := arg[key].(code); ok {
							target = concatenated.FindStringSubmatch(string(f))
						}
					}
				case code:
					if m := concatenated.FindStringSubmatch(string(arg)); m != nil {
						target = m
					}
				}
			}
			pages := option(src, options, "pageCount", "totalPage", "totalPages", "pages", "pageTotal", "total")
			if pages < 1 {
				rows := option(src, options, "count", "totalCount", "totalRecord", "recordCount", "total_count")
				if size := option(src, options, "limit", "pageSize", "size", "items_per_page", "perPage"); rows > 0 && size > 0 {
					pages = (rows + size - 1) / size
				}
			}
			if target == nil || pages < 1 {
				continue
			}
			to := Resolve(r.base, target[1]+"{}"+target[2])
			if to == nil {
				continue
			}
			tmpl := strings.NewReplacer("%7B%7D", "{}").Replace(to.String())
			found = append(found, &declaration{pages: pages, current: option(src, options, "currPage", "currentPage", "curPage", "curr", "current", "pageIndex", "pageNo"),
				base: 1, tries: []string{"0 " + tmpl}, source: fmt.Sprintf("%s(… pages %d …)", name, pages)})
		}
	}
	return found
}

var concatenated = regexp.MustCompile(`(?:location(?:\.href)?\s*=\s*|location\.(?:replace|assign)\(\s*|window\.open\(\s*|url\s*=\s*)['"]([^'"\s]+)['"]\s*\+\s*[\w.$()]+(?:\s*\+\s*['"]([^'"\s]*)['"])?`)

// option is the first of several option names that holds a count; -1 without one.
func option(src string, o map[string]any, names ...string) int {
	for _, name := range names {
		if v, ok := o[name]; ok {
			if n, ok := integer(resolved(src, v)); ok {
				return n
			}
		}
	}
	return -1
}

// countPage reads TRS templates that inline their pager: var currentPage = 0; var
// countPage = 5.
func countPage(r *reader, src string) []*declaration {
	v, ok := assigned(src, "countPage")
	pages, isCount := integer(v)
	if !ok || !isCount {
		return nil
	}
	d := &declaration{pages: max(pages, 1), current: -1, base: -1, source: fmt.Sprintf("countPage = %d", pages)}
	if v, ok := assigned(src, "currentPage"); ok {
		if n, ok := integer(v); ok {
			d.current = n
			if n == 0 {
				d.base = 0
			}
		}
	}
	d.tries = r.templates("", "", src, d.base)
	return []*declaration{d}
}

// dataPages reads Shandong's totalCount, perSize, logicTotalPage: the first page
// holds the rows of many, the rest are static files.
func dataPages(r *reader, src string) []*declaration {
	count := func(name string) int {
		v, _ := assigned(src, name)
		n, _ := integer(v)
		return n
	}
	total, size, pages := count("totalCount"), count("perSize"), count("logicTotalPage")
	if total == 0 || size == 0 {
		return nil
	}
	held := len(cascadia.QueryAll(r.dom(), pagedContent))
	if pages == 0 {
		pages = (total + size - 1) / size
	}
	chunk := max(1, (held+size-1)/size)
	d := &declaration{pages: max(1, pages-chunk+1), current: -1, base: -1, rows: total,
		source: fmt.Sprintf("totalCount = %d, perSize = %d", total, size)}
	d.tries = r.templates("", "", src, -1)
	if chunk > 1 {
		offset, tmpl, _ := strings.Cut(d.tries[len(d.tries)-1], " ")
		add, _ := strconv.Atoi(offset)
		d.tries = append([]string{strconv.Itoa(add+chunk-1) + " " + tmpl}, d.tries...)
	}
	return []*declaration{d}
}

var pagedContent = cascadia.MustCompile("li.pagedContent, tr.pagedContent, div.pagedContent")

// parsedTotal reads the pager of Shaanxi's sites: parseInt('5') pages, 2.html is
// the second.
func parsedTotal(r *reader, src string) []*declaration {
	stem, ext := fileParts(r.URL.Path)
	if !strings.Contains(src, "parseInt") || ext != "" && !shortNumber.MatchString(stem) && stem != "index" {
		return nil
	}
	best := 0
	for _, m := range parseInts.FindAllStringSubmatch(src, 16) {
		n, _ := strconv.Atoi(m[2])
		if pageName.MatchString(m[1]) {
			best = n
			break
		}
		if best == 0 {
			best = n
		}
	}
	if best == 0 {
		return nil
	}
	if ext == "" {
		ext = ".html"
	}
	u := *r.URL
	u.Fragment, u.RawQuery, u.RawPath = "", "", ""
	u.Path = u.Path[:strings.LastIndexByte(u.Path, '/')+1]
	return []*declaration{{pages: best, current: -1, base: 1, weak: true,
		tries: []string{"0 " + u.String() + "{}" + ext}, source: fmt.Sprintf("parseInt('%d')", best)}}
}

var (
	parseInts   = regexp.MustCompile(`(?:(\w+)\s*[=:]\s*)?parseInt\(\s*['"](\d{1,5})['"]\s*(?:,\s*10\s*)?\)`)
	pageName    = regexp.MustCompile(`(?i)^(?:total|all|max)_?(?:pages?|count|pagecount|num)?$|^pages?$|^page_?(?:count|total)$`)
	shortNumber = regexp.MustCompile(`^\d{1,3}$`)
)

// pageVariables reads the names that many small pagers share.
func pageVariables(r *reader, src string) []*declaration {
	for _, name := range []string{"totalPage", "totalPages", "pageCount", "pageTotal", "PageCount", "TotalPage"} {
		v, ok := assigned(src, name)
		pages, isCount := integer(v)
		if !ok || !isCount {
			continue
		}
		d := &declaration{pages: max(pages, 1), current: -1, base: 1, weak: true, source: fmt.Sprintf("%s: %d", name, pages)}
		for _, name := range []string{"currentPage", "curPage", "currPage", "pageNo", "pageIndex", "curPageNo"} {
			if v, ok := assigned(src, name); ok {
				if n, ok := integer(v); ok {
					d.current = n
					break
				}
			}
		}
		if d.current == 0 {
			d.base = 0
		}
		if name != "totalPage" {
			d.base = -1
		}
		d.tries = r.templates("", "", src, d.base)
		return []*declaration{d}
	}
	return nil
}

// pageDec reads <div id="pageDec" pagesize="24" pagecount="51">.
func (r *reader) pageDec() *declaration {
	for _, n := range r.survey().pageDec {
		pages, err := strconv.Atoi(strings.TrimSpace(attr(n, "pagecount")))
		if err != nil || pages < 1 || pages > 1e6 {
			continue
		}
		d := &declaration{pages: pages, current: -1, base: -1, source: fmt.Sprintf("pagecount=%q", strconv.Itoa(pages))}
		for _, name := range []string{"currentpage", "curpage", "pageno", "pageindex", "current"} {
			if n, err := strconv.Atoi(strings.TrimSpace(attr(n, name))); err == nil {
				d.current = n
			}
		}
		d.tries = r.templates("", "", "", -1)
		return d
	}
	return nil
}

// templates are the names a static page may have, by stem, extension and base. The
// page 2 of the surest base comes first; the other is kept for a 404 or a copy.
func (r *reader) templates(stem, ext, src string, base int) []string {
	own, ownExt := fileParts(r.URL.Path)
	var prefix string
	switch {
	case stem != "":
		prefix = stem + "_"
	case own != "" && numberTail.MatchString(own) && ownExt != "":
		// The page itself has a number: column-index-1.shtml, 1.html.
		m := numberTail.FindStringSubmatch(own)
		n, _ := strconv.Atoi(m[2])
		if r.starting {
			return []string{strconv.Itoa(n-1) + " " + r.sibling(m[1]+"{}"+ownExt)}
		}
		prefix = m[1]
	case ownExt != "":
		prefix = own + "_"
	default:
		prefix = "index_"
		if m := joinedStem.FindStringSubmatch(src); m != nil {
			prefix = m[1] + "_"
		}
	}
	if ext == "" {
		ext = strings.TrimPrefix(ownExt, ".")
	}
	if ext == "" {
		ext = r.guessExt(src)
	}
	tmpl := r.sibling(prefix + "{}." + ext)
	zero, one := "-1 "+tmpl, "0 "+tmpl
	if base == 1 {
		return []string{one, zero}
	}
	return []string{zero, one}
}

var (
	numberTail = regexp.MustCompile(`^(|.*[-_])(\d{1,3})$`)
	joinedStem = regexp.MustCompile(`['"](?:[\w.:/-]*/)?([A-Za-z][\w-]*?)(?:_['"]|['"]\s*\+\s*['"]_['"])`)
	joinedExt  = regexp.MustCompile(`['"]\.?(shtml|html|htm|jhtml|jsp)['"]`)
)

// sibling is a template resolved beside the index.
func (r *reader) sibling(name string) string {
	ref := strings.ReplaceAll(name, "{}", "gongkaiN")
	u := Resolve(r.base, ref)
	if u == nil {
		u = r.base
	}
	return strings.Replace(u.String(), "gongkaiN", "{}", 1)
}

// guessExt is the extension of static pages beside a directory index: that of a
// numbered page linked to, of the script's literals, of the articles.
func (r *reader) guessExt(src string) string {
	for _, l := range r.page().links {
		if pagerFile.MatchString(l.url.Path) && sameHost(l.url, r.URL) {
			_, ext := fileParts(l.url.Path)
			return ext[1:]
		}
	}
	if m := joinedExt.FindStringSubmatch(src); m != nil {
		return m[1]
	}
	for _, l := range r.page().links {
		if l.article && r.inScope(l.url) {
			if _, ext := fileParts(l.url.Path); ext == ".shtml" || ext == ".htm" || ext == ".jhtml" {
				return ext[1:]
			}
			break
		}
	}
	return "html"
}

// numbered is the number at the end of a page's file name, "" without one.
func numbered(u *url.URL) string {
	stem, _ := fileParts(u.Path)
	if m := numberTail.FindStringSubmatch(stem); m != nil {
		return m[2]
	}
	return ""
}

// known replaces arguments that are names of variables by their literals.
func known(src string, args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = resolved(src, arg)
	}
	return out
}

func resolved(src string, v any) any {
	if c, ok := v.(code); ok && variable.MatchString(string(c)) {
		if value, ok := assigned(src, string(c)); ok {
			return value
		}
	}
	return v
}

var variable = regexp.MustCompile(`^[A-Za-z_$][\w$]{0,60}$`)

// show prints arguments as evidence.
func show(args []any) string {
	var out []string
	for _, arg := range args[:min(len(args), 8)] {
		switch arg := arg.(type) {
		case string:
			out = append(out, strconv.Quote(arg))
		case float64:
			out = append(out, str(arg))
		default:
			out = append(out, "…")
		}
	}
	return strings.Join(out, ", ")
}
