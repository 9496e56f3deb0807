package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// ztree reads portals whose columns hang in a tree that a script builds (zTree):
// the columns about annual reports in it are further columns. UCAP answers the
// tree as JSONP; others print it as a literal, which walk reads.
//
//	$.ajax({url: '/u/channel/treeNew/qinghe', data: {level: 1, channelId: '…'}, dataType: 'jsonp'})
//	JsonpCallBack({"list": [{"name": "政府信息公开年报", "url": "/qinghe/nb/xlist.shtml"}, {"name": "机构", "url": "null.shtml"}]})
//	var zNodes = [{id: 7, pId: 1, name: "政府信息公开年报", url: "/nb/"}];
var ztree = mechanism{name: "ztree", start: startTree, follow: followTree}

var (
	treePath    = regexp.MustCompile(`/channel/tree(?:New)?/`)
	treeLiteral = regexp.MustCompile(`['"]([^'"\s]*/channel/tree(?:New)?/[^'"\s]*)['"]`)
	treeNames   = []string{"zNodes", "treeNodes", "zTreeNodes", "treeData", "setNodes"}
	placeholder = regexp.MustCompile(`(?i)(?:^|/)null(?:\.|$)|^(?:#|javascript:)`)
)

func startTree(r *reader) *answer {
	if !strings.Contains(r.script(), "/channel/tree") || len(r.pageItems()) > 0 {
		return nil
	}
	var to *url.URL
	if c := r.requested(treePath); c != nil {
		to = c.url
		for _, key := range sortedKeys(c.params) {
			to.RawQuery = setParam(to.RawQuery, key, c.params[key])
		}
	} else {
		to = Resolve(r.base, literalAt(r.script(), treeLiteral))
	}
	if to == nil || !sameHost(to, r.URL) {
		return nil
	}
	if !to.Query().Has("callback") {
		to.RawQuery = setParam(to.RawQuery, "callback", "JsonpCallBack")
	}
	return &answer{shell: true, tentative: true, next: &Request{URL: to.String(), Referrer: r.URL.String()}}
}

func followTree(r *reader) *answer {
	a := &answer{}
	why := r.refused()
	if why == "" {
		a.items = r.branches(jsonOf(r.Body), r.base)
		why = fmt.Sprintf("names no column of annual reports in %d bytes", len(r.Body))
	}
	if len(a.items) == 0 {
		a.problem, a.evidence = "tree", r.URL.Path+" "+why
	}
	return a
}

// treeColumns are the columns of a tree that the page prints as a literal.
func (r *reader) treeColumns() []Item {
	for _, src := range r.scripts() {
		for _, name := range treeNames {
			if v, ok := assigned(src, name); ok {
				if items := r.branches(v, r.ownBase()); len(items) > 0 {
					return items
				}
			}
		}
	}
	return nil
}

// branches are the columns about annual reports in a tree, and those below them,
// by nesting or by the number of the parent.
func (r *reader) branches(tree any, base *url.URL) []Item {
	var items []Item
	inside := map[string]bool{} // ids of nodes about annual reports
	var walk func(v any, below bool, depth int)
	walk = func(v any, below bool, depth int) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e, below, depth)
			}
		case map[string]any:
			if depth > 12 || len(items) >= maxChildren {
				return
			}
			name := cleanTitle(field(v, "", "name", "displayname", "channelname", "title", "text", "label"))
			mine := below || annualNames.MatchString(name) || inside[field(v, "", "pid", "parentid", "parent_id")]
			if mine && name != "" {
				if id := field(v, "", "id", "channelid"); id != "" {
					inside[id] = true
				}
				ref := field(v, "", "iframeurl", "url", "href", "link", "channelurl", "weburl")
				if to := Resolve(base, ref); ref != "" && !placeholder.MatchString(ref) && to != nil && !samePage(to.String(), r.index.String()) {
					items = append(items, Item{URL: to.String(), Title: name, Child: true})
				}
			}
			for _, key := range sortedKeys(v) {
				switch v[key].(type) {
				case []any, map[string]any:
					walk(v[key], mine && name != "", depth+1)
				}
			}
		}
	}
	walk(tree, false, 0)
	return items
}
