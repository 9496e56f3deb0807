package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// Links to the next page, each for a column of three pages, 25 rows.
func TestAnchorPagers(t *testing.T) {
	numbers := func(p int) string { return fmt.Sprintf("%s?page=%d", column, p) }
	query := func(p int) string {
		if p == 1 {
			return column
		}
		return numbers(p)
	}
	for _, c := range []struct {
		name  string
		pages func(int) string
		tail  func(p int) string
	}{
		{"VSB counts down", func(p int) string {
			if p == 1 {
				return "http://www.qinghe.gov.cn/zfxxgk/zfxxgknb.htm"
			}
			return fmt.Sprintf("http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/%d.htm", 3-p+1)
		}, func(p int) string {
			next := `<span class="p_next_d p_fun_d">下页</span><span class="p_last_d p_fun_d">尾页</span>`
			if p < 3 {
				href := fmt.Sprintf("zfxxgknb/%d.htm", 3-p)
				if p > 1 {
					href = fmt.Sprintf("%d.htm", 3-p)
				}
				next = `<span class="p_next p_fun"><a href="` + href + `">下页</a></span><span class="p_last p_fun"><a href="1.htm">尾页</a></span>`
			}
			return fmt.Sprintf(`<div><span class="p_pages"><span class="p_t">共25条&nbsp;</span><span class="p_t">%d/3</span>%s</span></div>`, p, next)
		}},
		{"JEECMS onclick", func(p int) string {
			if p == 1 {
				return column + "index.jhtml"
			}
			return fmt.Sprintf("%sindex_%d.jhtml", column, p)
		}, func(p int) string {
			if p == 3 {
				return `共25条记录 3/3页 <a class="disabled">下一页</a>`
			}
			return fmt.Sprintf(`共25条记录 %d/3页 <a href="javascript:;" onclick="location.href=encodeURI('index_%d.jhtml');">下一页</a> <a href="#" onclick="location.href=encodeURI('index_3.jhtml');">尾页</a>`, p, p+1)
		}},
		{"query and signs", query, func(p int) string {
			next := ""
			if p < 3 {
				next = fmt.Sprintf(`<a href="?page=%d">›</a><a href="?page=3">»</a>`, p+1)
			}
			return `<div class="pager"><a href="?page=1">«</a><a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=3">3</a>` + next + `</div>`
		}},
		{"numbers only", query, func(p int) string {
			return `<div class="pages"><a href="?page=1">1</a> <a href="?page=2">2</a> <a href="?page=3">3</a></div>`
		}},
		{"a picture with a title", query, func(p int) string {
			if p == 3 {
				return ""
			}
			return fmt.Sprintf(`<a href="?page=%d" title="下一页"><img src="/n.gif"></a>`, p+1)
		}},
		{"rel=next", query, func(p int) string {
			if p == 3 {
				return ""
			}
			return fmt.Sprintf(`<link rel="next" href="?page=%d">`, p+1)
		}},
		{"the last page links to itself", query, func(p int) string {
			return fmt.Sprintf(`<li class="next"><a href="?page=%d">下一页&gt;</a></li>`, min(p+1, 3))
		}},
		{"after the last page the first again", query, func(p int) string {
			if p == 1 {
				return `<a href="?page=2">后一页</a>`
			}
			return fmt.Sprintf(`<a href="?page=%d">后一页</a>`, p%3+1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := paged(3, c.pages, c.tail)
			s[numbers(1)] = s[c.pages(1)]
			for url, page := range s { // articles of VSB live elsewhere
				s[url] = strings.ReplaceAll(page, "./202401/", "/zfxxgk/zfxxgknb/202401/")
			}
			v := s.read(t, c.pages(1), listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 25 || v.last.State.Mechanism != "anchor" {
				t.Errorf("%s by %s (%s), %d items\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}

func TestAnchorEnds(t *testing.T) {
	query := func(p int) string { return fmt.Sprintf("%s?page=%d", column, p) }
	for _, c := range []struct {
		name     string
		site     site
		items    int
		verdict  string
		evidence string
	}{
		{"a single page", site{query(1): list(1, 8, "")}, 8, "complete", "no link to a next page"},
		{"a script turns pages", site{query(1): list(1, 10, `<a href="javascript:goPage(2)">下一页</a>`)}, 10, "partial:script pager", "goPage(2)"},
		{"a hook of a script", site{query(1): list(1, 10, `<a data-page="2">下一页</a>`)}, 10, "partial:script pager", ""},
		{"fewer than declared", site{query(1): list(1, 10, `<a href="?page=2">下一页</a> 共31条`), query(2): list(11, 20, `共31条 <a>下一页</a>`)}, 20, "partial:20 of 31", "declares 31"},
		{"fewer pages than declared", site{query(1): list(1, 10, `<div class="page">共3页 <a>下一页</a></div>`)}, 10, "partial:1 of 3 pages", ""},
		{"404", site{query(1): list(1, 10, `<a href="?page=2">下一页</a>`)}, 10, "partial:page 2 answered http 404", ""},
		{"an empty page", site{query(1): list(1, 10, `<a href="?page=2">下一页</a>`), query(2): list(1, 0, `<a href="?page=3">下一页</a>`)}, 10, "partial:page 2 is empty", "lists nothing"},
		{"the same rows again", site{query(1): list(1, 10, `<a href="?page=2">下一页</a>`), query(2): list(1, 10, `<a href="?page=3">下一页</a>`)}, 10, "complete", "repeats"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := c.site.read(t, query(1), listing.Hint{})
			if v.last.Verdict != c.verdict || len(v.urls) != c.items || !strings.Contains(v.last.Evidence, c.evidence) {
				t.Errorf("%s by %s (%s), %d items\n%s", v.last.Verdict, v.last.State.Mechanism, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}

// A pager that never ends is cut off.
func TestEndlessPager(t *testing.T) {
	page := func(p int) string { return list(10*p-9, 10*p, fmt.Sprintf(`<a href="?page=%d">下一页</a>`, p+1)) }
	endless := site{}.with(func(q *listing.Request) (string, bool) {
		p := 1
		fmt.Sscanf(q.URL[strings.IndexByte(q.URL, '?')+1:], "page=%d", &p)
		return page(p), true
	})
	v := endless.read(t, column+"?page=1", listing.Hint{Pages: 12})
	if v.last.Verdict != "partial:page cap" || len(v.requests) != 12 || len(v.urls) != 120 {
		t.Errorf("%s (%s), %d items, %d requests", v.last.Verdict, v.last.Evidence, len(v.urls), len(v.requests))
	}
}
