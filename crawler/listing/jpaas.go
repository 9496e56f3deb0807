package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// jpaas reads Hanweb's JPaaS: a script element names a unit of the page and where
// it is built. Pages are only turned by paramJson; a bare pageNo is ignored.
//
//	<script src="…/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit"
//	  queryData="{'webId':'3630','pageId':'12','tagId':'当前栏目list','tplSetId':'x','parseType':'bulidstatic','pageType':'column'}">
//	<div class="pager" count="386" rows="15" pageNo="1" unitUrl="…">
//	GET …/unit?parseType=bulidstatic&webId=3630&…&paramJson={"pageNo":2,"pageSize":"15"}
//	{"success": true, "data": {"html": "<ul><li><a href title>…</a><span>2024-01-20</span></li>…"}}
//
// Rows that stand in the page already are its first page.
var jpaas = mechanism{name: "jpaas", start: startJpaas, follow: followJpaas}

var (
	unitPath   = regexp.MustCompile(`/front/page/build/unit\b`)
	listTag    = regexp.MustCompile(`(?i)列表|list|栏目`)
	sideTag    = regexp.MustCompile(`(?i)位置|导航|菜单|nav|menu|头部|底部`)
	unitFields = []string{"parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId"}
)

func startJpaas(r *reader) *answer {
	type part struct {
		url    string
		params map[string]any
	}
	var parts []part
	for _, n := range r.survey().units {
		to := attr(n, "url")
		if !unitPath.MatchString(to) || len(parts) >= 40 {
			continue
		}
		v, _ := value(attr(n, "querydata"))
		params, _ := v.(map[string]any)
		if params == nil {
			params = map[string]any{"parseType": "bulidstatic", "pageType": "column"}
			for _, key := range unitFields {
				if v := attr(n, strings.ToLower(key)); v != "" {
					params[key] = v
				}
			}
		}
		if str(params["pageId"]) != "" {
			parts = append(parts, part{to, params})
		}
	}
	if len(parts) == 0 {
		return nil
	}
	rank := func(p part) int {
		tag := str(p.params["tagId"])
		switch {
		case sideTag.MatchString(tag):
			return 0
		case listTag.MatchString(tag):
			return 2
		}
		return 1
	}
	best := parts[0]
	for _, p := range parts[1:] {
		if rank(p) > rank(best) {
			best = p
		}
	}
	items := r.pageItems()
	total, size := pagerAttributes(r.survey())
	a := &answer{items: items, declared: total, tentative: true}
	from := 1
	switch {
	case total > 0 && len(items) >= total:
		a.tentative = false
		a.evidence = "the page holds all rows"
		return a
	case len(items) > 0 && total > 0 && size > 0 && len(items) >= size:
		from = 2
		a.tentative = false
	case len(items) > 0 && rank(best) < 2:
		return nil // the list is static, and the units are something else
	default:
		a.shell = true
	}
	to := Resolve(r.base, best.url)
	if to == nil || !sameHost(to, r.URL) {
		return nil
	}
	for _, key := range slices.Concat(unitFields, sortedKeys(best.params)) {
		if v, ok := best.params[key]; ok && v == nil {
			to.RawQuery = setParam(to.RawQuery, key, "null")
		} else if ok {
			to.RawQuery = setParam(to.RawQuery, key, str(v))
		}
	}
	r.set("unit", to.String(), "size", strconv.Itoa(size), "page", strconv.Itoa(from))
	a.next = r.unitPage(from)
	return a
}

// pagerAttributes reads what a pager of JPaaS says in its attributes: count="386"
// rows="15", or the same in queryData.
func pagerAttributes(s *survey) (total, size int) {
	for _, n := range s.counts {
		count, rows := attr(n, "count"), attr(n, "rows")
		if q := attr(n, "querydata"); count == "" && strings.Contains(q, "count") {
			if v, ok := value(q); ok {
				o, _ := v.(map[string]any)
				count, rows = str(o["count"]), str(o["rows"])
			}
		}
		if t, err := strconv.Atoi(count); err == nil && t > 0 && rows != "" {
			size, _ = strconv.Atoi(rows)
			return t, size
		}
	}
	return 0, 0
}

// unitPage asks for a page of the unit.
func (r *reader) unitPage(n int) *Request {
	to, err := url.Parse(r.get("unit"))
	if err != nil {
		return nil
	}
	if n == 1 && r.get("other") == "" {
		return &Request{URL: to.String()}
	}
	size, _ := strconv.Atoi(r.get("size"))
	if size <= 0 {
		size = defaultPer
	}
	return &Request{URL: withQuery(to, "paramJson", fmt.Sprintf(`{"pageNo":%d,"pageSize":"%d"}`, n, size))}
}

func followJpaas(r *reader) *answer {
	n, _ := strconv.Atoi(r.get("page"))
	why := r.refused()
	var items []Item
	a := &answer{}
	marked := false
	if why == "" {
		src, _ := dig(jsonOf(r.Body), "data.html").(string)
		items = r.fragment(src, r.base)
		if root := parse(src); root != nil {
			total, size := pagerAttributes(newSurvey(root))
			if a.declared = total; size > 0 {
				r.set("size", strconv.Itoa(size))
			}
			for e := range elements(root) {
				if p, err := strconv.Atoi(attr(e, "data-page")); err == nil && p > n {
					marked = true
				}
			}
		}
		if len(items) == 0 {
			why = fmt.Sprintf("%d bytes without entries", len(r.Body))
		}
	}
	a.items = items
	if n == 1 && r.get("size") == "0" && len(items) > 0 {
		r.set("size", strconv.Itoa(len(items)))
	}
	if why != "" && r.get("other") == "" && (n == 1 || r.Status >= 400) && r.Status != 404 && r.Status != 410 {
		// Some gateways want paramJson on the first page too and no editType.
		if to, err := url.Parse(r.get("unit")); err == nil {
			to.RawQuery = dropParam(to.RawQuery, "editType")
			r.set("unit", to.String(), "other", "1")
			return &answer{retry: r.unitPage(n), evidence: why}
		}
	}
	switch {
	case why != "" && (n == 1 || r.Status >= 400):
		a.problem, a.evidence = "unit endpoint", fmt.Sprintf("%s answers %s for page %d", r.URL.Path, why, n)
	case why != "":
		a.evidence = fmt.Sprintf("page %d has no entries", n)
	case n > 1 && marked && r.unseen(items) == 0:
		a.problem, a.evidence = "pager stalled", fmt.Sprintf("page %d repeats rows but links to further pages", n)
	default:
		r.set("page", strconv.Itoa(n+1))
		a.next = r.unitPage(n + 1)
	}
	return a
}
