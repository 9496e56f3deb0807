package listing

import (
	"maps"
	"slices"
)

// dataList reads rows that a script of the page holds as a literal; the further
// pages are static files, as those of pager.
//
//	<script>var dataList = [{"title": "…", "url": "/art/1.html", "time": "2024-01-20"}, …];
//	var pagesData = {"curPageNo": 1, "pageTotal": 3};</script>
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
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
