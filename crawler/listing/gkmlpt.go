package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// gkmlpt reads Guangdong's 政府信息公开目录: a shell page whose configuration names
// the site and its tree of columns; the rows come as JSON, 100 a page, until
// post_count is reached or the answer is empty or 404.
//
//	http://www.example.gov.cn/yjzjj/gkmlpt/index#721     (or …/gkmlpt/annualreport#721)
//	window._CONFIG = {SID: '755041', TREE: [{id: 721, name: '政府信息公开年报', post_count: 12, children: [], jump_url: ''}]}
//	GET /yjzjj/gkmlpt/api/all/721?page=1&sid=755041
//	{"classify": {"post_count": 12}, "articles": [{"title": "…", "url": "…/post_1.html", "date": "2024-01-20"}]}
//
// Without a number behind # the columns of the tree whose names say 年报 are read,
// one after the other; those with a jump_url are further columns.
var gkmlpt = mechanism{name: "gkmlpt", start: startGkmlpt, follow: followGkmlpt}

var (
	siteID      = regexp.MustCompile(`\bSID['"]?\s*[:=]\s*['"]?(\d+)`)
	annualNames = regexp.MustCompile(`年报|年度报告|工作报告`)
)

func startGkmlpt(r *reader) *answer {
	prefix, _, ok := strings.Cut(r.URL.Path, "/gkmlpt/")
	if !ok {
		return nil
	}
	sid := ""
	if m := siteID.FindSubmatch(r.Body); m != nil {
		sid = string(m[1])
	}
	var tree any
	for _, src := range r.scripts() {
		if v, ok := assigned(src, "_CONFIG"); ok {
			if config, ok := v.(map[string]any); ok {
				tree = config["TREE"]
			}
		} else if v, ok := assigned(src, "TREE"); ok && tree == nil {
			tree = v
		}
	}
	a := &answer{shell: true, tentative: true}
	var catalogs []string
	if id := r.URL.Fragment; digits.MatchString(id) {
		catalogs = append(catalogs, id)
		if node := treeNode(tree, id, 0); node != nil {
			for _, child := range nodesOf(node["children"]) {
				r.catalog(child, &catalogs, a, true, 0)
			}
		}
	} else {
		for _, node := range nodesOf(tree) {
			r.catalog(node, &catalogs, a, false, 0)
		}
	}
	if len(catalogs) == 0 {
		if len(a.items) == 0 {
			return nil
		}
		a.shell, a.tentative = false, false
		return a
	}
	api := *r.URL
	api.Path, api.RawPath, api.Fragment, api.RawQuery = prefix+"/gkmlpt/api/all/", "", "", ""
	r.set("api", api.String(), "sid", sid, "catalogs", strings.Join(catalogs, ","), "page", "1")
	a.next = r.catalogPage()
	return a
}

// catalog adds the node of a tree and those below it to the columns to be read, if
// they are about annual reports or lie below one that is.
func (r *reader) catalog(node map[string]any, ids *[]string, a *answer, inside bool, depth int) {
	if depth > 8 || len(*ids) >= maxChildren {
		return
	}
	inside = inside || annualNames.MatchString(str(node["name"]))
	children := nodesOf(node["children"])
	if id := str(node["id"]); inside && digits.MatchString(id) {
		if jump := Resolve(r.base, str(node["jump_url"])); jump != nil {
			a.items = append(a.items, Item{URL: jump.String(), Title: cleanTitle(str(node["name"])), Child: true})
		} else if count, known := integer(node["post_count"]); !known || count > 0 || len(children) == 0 {
			*ids = append(*ids, id)
		}
	}
	for _, child := range children {
		r.catalog(child, ids, a, inside, depth+1)
	}
}

func nodesOf(v any) []map[string]any {
	list, _ := v.([]any)
	var found []map[string]any
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}

// treeNode finds the node with an id.
func treeNode(tree any, id string, depth int) map[string]any {
	if depth > 8 {
		return nil
	}
	for _, node := range nodesOf(tree) {
		if str(node["id"]) == id {
			return node
		}
		if found := treeNode(node["children"], id, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// catalogPage asks for the next page of the first column that isn't done.
func (r *reader) catalogPage() *Request {
	id, _, _ := strings.Cut(r.get("catalogs"), ",")
	to, err := url.Parse(r.get("api") + id)
	if err != nil {
		return nil
	}
	to.RawQuery = "page=" + r.get("page")
	if sid := r.get("sid"); sid != "" {
		to.RawQuery += "&sid=" + sid
	}
	return &Request{URL: to.String()}
}

func followGkmlpt(r *reader) *answer {
	page, _ := strconv.Atoi(r.get("page"))
	have, _ := strconv.Atoi(r.get("have")) // rows of this column
	got := r.jsonAnswer(&JSONList{Results: "articles", Total: "classify.post_count"})
	a := &answer{items: got.items, rows: got.rows, more: true, evidence: got.why}
	if got.rows == 0 {
		a.rows = -1
	}
	have += got.rows
	if page == 1 && got.total > 0 {
		sum, _ := strconv.Atoi(r.get("declared"))
		r.set("declared", strconv.Itoa(sum+got.total))
		a.declared = sum + got.total
	}
	// Behind the last page the answer is empty or 404.
	behind := got.object && r.Status < 400 || page > 1 && (r.Status == 404 || r.Status == 410)
	if got.why != "" && !behind && page == 1 && r.get("sid") != "" {
		r.set("sid", "") // some take it amiss
		return &answer{retry: r.catalogPage(), evidence: got.why}
	}
	if got.why != "" && !behind {
		a.problem, a.evidence = "catalogue", fmt.Sprintf("%s answers %s", r.URL.Path, got.why)
		return a
	}
	switch {
	case got.why == "" && (got.total == 0 || have < got.total) && r.unseen(got.items) > 0:
		page++
	default:
		_, rest, more := strings.Cut(r.get("catalogs"), ",")
		if !more {
			return a
		}
		r.set("catalogs", rest)
		page, have = 1, 0
	}
	r.set("page", strconv.Itoa(page), "have", strconv.Itoa(have))
	a.next = r.catalogPage()
	return a
}
