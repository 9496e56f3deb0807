package listing

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// dataList reads rows that a script of the page holds as a literal; the further
// pages are static files, as those of pager.
//
//	<script>var dataList = [{"title": "…", "url": "/art/1.html", "time": "2024-01-20"}, …];
//	var pagesData = {"curPageNo": 1, "pageTotal": 3};</script>
//
// On a page that shows no rows, any literal will do that holds some:
//
//	<script type="application/json">{"list": [{"title": "…", "url": "/art/1.html"}]}</script>
//	<script>window.__INITIAL_STATE__ = {"articles": [{"title": "…", "link": "/art/1.html"}]}</script>
//	<script>document.write('<li><a href="/art/1.html">…</a></li>')</script>
var dataList = mechanism{
	name: "datalist",
	start: func(r *reader) *answer {
		if len(r.inlineRows()) == 0 {
			return nil
		}
		if a := startPager(r); a != nil {
			return a
		}
		return &answer{items: r.inlineRows(), evidence: "the rows stand in a script"}
	},
	follow: followPager,
}

// inlineRows are the entries that a script of the page holds as a literal.
func (r *reader) inlineRows() []Item {
	for _, src := range r.scripts() {
		for _, name := range []string{"dataList", "datalist", "listData", "dataArr", "newsList", "articleList", "jsonData"} {
			v, ok := assigned(src, name)
			if !ok {
				continue
			}
			if s, isText := v.(string); isText {
				v = jsonOf([]byte(s))
			}
			var items []Item
			for _, row := range rowsIn(v, 0) {
				if it, ok := r.jsonItem(row, &JSONList{}); ok && len(items) < maxRows {
					items = append(items, it)
				}
			}
			if len(items) > 0 {
				return items
			}
		}
	}
	if len(r.pageItems()) > 0 {
		return nil
	}
	return r.hiddenRows()
}

// maxLiterals bounds the literals of a page that are read in search of rows.
const maxLiterals = 32

// hiddenRows are the entries of the first literal on a page that holds any.
func (r *reader) hiddenRows() []Item {
	if !bytes.Contains(r.Body, []byte("年")) && !bytes.Contains(r.Body, []byte(`\u5e74`)) {
		return nil
	}
	read := func(v any) []Item {
		var items []Item
		for _, row := range rowsIn(v, 0) {
			if it, ok := r.jsonItem(row, &JSONList{}); ok && len(items) < maxRows {
				items = append(items, it)
			}
		}
		return r.reports(items)
	}
	for _, n := range r.survey().scripts {
		if n.FirstChild != nil && strings.Contains(strings.ToLower(attr(n, "type")), "json") {
			if items := read(jsonOf([]byte(n.FirstChild.Data))); len(items) > 0 {
				return items
			}
		}
	}
	for _, src := range r.scripts() {
		var written strings.Builder
		for _, name := range []string{"write", "writeln"} {
			for _, args := range calls(src, name) {
				for _, arg := range args {
					written.WriteString(str(arg))
				}
			}
		}
		if strings.Contains(written.String(), "href") {
			if items := r.reports(r.fragment(written.String(), r.base)); len(items) > 0 {
				return items
			}
		}
		for _, m := range literals.FindAllStringIndex(src, maxLiterals) {
			if v, _, ok := literal(src, m[1]-1, 0); ok {
				if items := read(v); len(items) > 0 {
					return items
				}
			}
		}
	}
	return nil
}

// literals matches what stands before an object or a list that a script assigns.
var literals = regexp.MustCompile(`[\w$\]"']\s*=\s*[\[{]`)

// reports gives the items back if one of them is titled as the report of a year: a
// literal may hold the menu of the site.
func (r *reader) reports(items []Item) []Item {
	for _, it := range items {
		if year, ok := ReportTitle(it.Title); ok && year > 0 {
			return items
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
