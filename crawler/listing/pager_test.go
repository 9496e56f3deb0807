package listing_test

import (
	"fmt"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// trsList is a TRS list page with rows from..to.
func trsList(from, to int, tail string) string {
	var b strings.Builder
	b.WriteString(`<html><head><title>政府信息公开年报</title></head><body><div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div><ul class="list">`)
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, `<li><a href="./202401/t202401%02d_%d.html" title="清河县第%d局2023年政府信息公开工作年度报告">清河县第%d局2023年政府信息…</a><span>2024-01-%02d</span></li>`, i%28+1, 1000+i, i, i, i%28+1)
	}
	b.WriteString(`</ul>` + tail + `</body></html>`)
	return b.String()
}

func TestPagerSmoke(t *testing.T) {
	s := site{
		"http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/":             trsList(1, 10, `<script>createPageHTML(3, 0,"index","html");</script>`),
		"http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/index_1.html": trsList(11, 20, `<script>createPageHTML(3, 1,"index","html");</script>`),
		"http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/index_2.html": trsList(21, 25, `<script>createPageHTML(3, 2,"index","html");</script>`),
	}
	v := s.read(t, "http://www.qinghe.gov.cn/zfxxgk/zfxxgknb/", listing.Hint{})
	t.Logf("%+v", v)
	if v.last.Verdict != "complete" || len(v.urls) != 25 {
		t.Errorf("got %s, %d items: %s", v.last.Verdict, len(v.urls), v.last.Evidence)
	}
}
