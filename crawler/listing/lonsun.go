package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// lonsun reads the labels of Lonsun's CMS (龙讯: Anhui, Mianyang): a script asks
// /site/label/8888 for a fragment; all its parameters are copied from the page and
// only pageIndex changes.
//
//	$.ajax({url: '/site/label/8888', data: {IsAjax: 1, dataType: 'html', labelName: 'publicInfoList', siteId: '1', organId: '2',
//	  catId: '3', pageSize: 15, pageIndex: 1, file: '/xxgk/publicInfoList_newest2020'}, …})
//	Ls.pagination("#page", fn, {currPage: 1, pageCount: 4})
var lonsun = mechanism{name: "lonsun", start: startLonsun, follow: followLonsun}

var (
	labelURL    = regexp.MustCompile(`['"]([^'"\s]*/site/label/\d+[^'"\s]*)['"]`)
	labelQuery  = regexp.MustCompile(`['"]([^'"\s]*\blabelName=[^'"\s]*)['"]`)
	labelObject = regexp.MustCompile(`\{[^{}]*\blabelName\b[^{}]*\}`)
	sideLabel   = regexp.MustCompile(`(?i)search|tree|count|login|nav|menu|organ`)
	labelPages  = regexp.MustCompile(`pageCount['"]?\s*[:=]\s*['"]?(\d{1,5})`)
)

func startLonsun(r *reader) *answer {
	src := r.script()
	if !strings.Contains(src, "labelName") || r.pagesItself() {
		return nil
	}
	to := r.label(src)
	if to == nil || !sameHost(to, r.URL) {
		return nil
	}
	for _, pair := range [][2]string{{"IsAjax", "1"}, {"dataType", "html"}, {"pageSize", "15"}} {
		if !to.Query().Has(pair[0]) {
			to.RawQuery = setParam(to.RawQuery, pair[0], pair[1])
		}
	}
	a := &answer{items: r.pageItems(), tentative: true}
	if m := labelPages.FindStringSubmatch(src); m != nil {
		a.pages, _ = strconv.Atoi(m[1])
	}
	from := 1
	if size, _ := strconv.Atoi(to.Query().Get("pageSize")); len(a.items) > 0 && a.pages == 1 {
		a.tentative = false
		return a
	} else if len(a.items) > 0 && a.pages > 1 && len(a.items) >= size {
		from = 2
		a.tentative = false
	} else {
		a.shell = true
	}
	r.set("label", to.String(), "page", strconv.Itoa(from))
	a.next = r.labelPage(from)
	return a
}

// label is the address of the label that lists, with all its parameters: a joined
// address, or an object beside one. Labels for searching and trees are left alone.
func (r *reader) label(src string) *url.URL {
	path := &url.URL{Path: "/site/label/8888"}
	for _, m := range labelURL.FindAllStringSubmatchIndex(src, maxCalls) {
		u := Resolve(r.base, joined(src, src[m[2]:m[3]], m[1]))
		if u == nil {
			continue
		}
		switch name := u.Query().Get("labelName"); {
		case name == "":
			path = u
		case !sideLabel.MatchString(name):
			return u
		}
	}
	for _, m := range labelQuery.FindAllStringSubmatchIndex(src, maxCalls) {
		query := joined(src, src[m[2]:m[3]], m[1])
		if strings.Contains(query, "/") && !strings.HasPrefix(query, "IsAjax") && strings.Contains(query, "?") {
			continue // an address, seen above
		}
		u := r.base.ResolveReference(path)
		u.RawQuery = asciiQuery(strings.Trim(query, "?&"))
		if name := u.Query().Get("labelName"); name != "" && !sideLabel.MatchString(name) {
			return u
		}
	}
	for _, object := range labelObject.FindAllString(src, maxCalls) {
		v, _ := value(object)
		params, _ := v.(map[string]any)
		if name := str(params["labelName"]); name == "" || sideLabel.MatchString(name) {
			continue
		}
		u := r.base.ResolveReference(path)
		for _, key := range sortedKeys(params) {
			if v := resolved(src, params[key]); !isCode(v) && v != nil {
				u.RawQuery = setParam(u.RawQuery, key, str(v))
			}
		}
		return u
	}
	return nil
}

// labelPage asks for a page of the label.
func (r *reader) labelPage(n int) *Request {
	to, err := url.Parse(r.get("label"))
	if err != nil {
		return nil
	}
	if r.get("post") == "" {
		return &Request{URL: withQuery(to, "pageIndex", strconv.Itoa(n))}
	}
	return &Request{Method: "POST", URL: withQuery(&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}),
		Body: setParam(to.RawQuery, "pageIndex", strconv.Itoa(n)), ContentType: formType}
}

func followLonsun(r *reader) *answer {
	n, _ := strconv.Atoi(r.get("page"))
	a := &answer{evidence: r.refused()}
	if a.evidence == "" {
		a.items = r.fragment(string(r.Body), r.base)
		if m := labelPages.FindSubmatch(r.Body); m != nil {
			a.pages, _ = strconv.Atoi(string(m[1]))
		}
	} else if r.get("post") == "" {
		r.set("post", "1")
		return &answer{retry: r.labelPage(n), evidence: a.evidence}
	}
	pages := max(a.pages, r.state.Pages)
	switch {
	case len(a.items) == 0 && (n == 1 || a.evidence != "" || pages > n):
		a.problem = "label"
		a.evidence = fmt.Sprintf("%s gives no entries for page %d (%d bytes) %s", r.URL.Path, n, len(r.Body), a.evidence)
	case len(a.items) == 0:
		a.evidence = fmt.Sprintf("page %d is empty", n)
	case pages > 0 && n >= pages:
		a.evidence = fmt.Sprintf("page %d of %d", n, pages)
	default:
		r.set("page", strconv.Itoa(n+1))
		a.next = r.labelPage(n + 1)
	}
	return a
}
