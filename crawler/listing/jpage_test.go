package listing_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gongkai/crawler/listing"
)

// hanweb is a column of a classic Hanweb site with a number of reports.
type hanweb struct {
	column, unit string
	rows         int
	embedded     int    // rows on the first page
	per          int    // page length the pager declares
	longest      int    // page length the server grants, 0 any
	first        bool   // GET gives the first page whatever it is asked
	dead         bool   // GET and POST give an empty answer
	silent       bool   // totals are not told
	prefix       string // /jcms
	config       bool   // the pager's options stand on the page
	news         bool   // rows are no reports
	groups       bool   // page counts what the first page embeds: 2 is what follows
	behind       bool   // page 2 is what follows the first page, in short pages
}

func (h hanweb) row(i int) string {
	link := fmt.Sprintf("%s/art/2021/1/%d/art_%s_%d.html", h.prefix, i%28+1, h.column, 5000+i)
	title := fmt.Sprintf("石桥区第%d街道办事处2020年政府信息公开工作年度报告", i)
	if h.news {
		title = fmt.Sprintf("石桥区召开第%d次工作会议", i)
	}
	switch i % 4 { // attribute order, quotes and elements differ
	case 0:
		return fmt.Sprintf(`<li><a title="%s" target="_blank" href="%s">%.18s…</a><span>2021-01-%02d</span></li>`, title, link, title, i%28+1)
	case 1:
		return fmt.Sprintf(`<li><a href='%s' title='%s'>%.18s...</a><b>[2021-01-%02d]</b></li>`, link, title, title, i%28+1)
	case 2:
		return fmt.Sprintf(`<tr><td><a href="%s">%s</a></td><td>2021-\n01-\n%02d</td></tr>`, link, title, i%28+1)
	}
	return fmt.Sprintf(`<li style=<br/><a href="%s" title="%s">x…</a><i>2021/1/%d</i></li>`, link, title, i%28+1)
}

func (h hanweb) datastore(from, to, page int) string {
	var b strings.Builder
	b.WriteString("<datastore>\n")
	if !h.silent {
		fmt.Fprintf(&b, "<totalrecord>%d</totalrecord><totalpage>%d</totalpage>", h.rows, (h.rows+h.per-1)/h.per)
	}
	fmt.Fprintf(&b, `<nextgroup><![CDATA[<a href="%s/module/web/jpage/dataproxy.jsp?page=%d&appid=1&webid=7&path=/&columnid=%s&unitid=%s&webname=%%E7%%9F%%B3%%E6%%A1%%A5&permissiontype=0"></a>]]></nextgroup><recordset>`,
		h.prefix, page, h.column, h.unit)
	for i := from; i <= min(to, h.rows); i++ {
		fmt.Fprintf(&b, "<record><![CDATA[\n%s\n]]></record>\n", h.row(i))
	}
	b.WriteString("</recordset></datastore>")
	return b.String()
}

// page embeds the units of the columns in one page.
func hanwebPage(units ...hanweb) string {
	var b strings.Builder
	b.WriteString(`<html><head><title>石桥区人民政府 政府信息公开年报</title></head><body><a href="/col/col1/index.html">首页</a>`)
	for _, h := range units {
		fmt.Fprintf(&b, `<div id="%s"><ul></ul><script type="text/xml">%s</script></div>`, h.unit, h.datastore(1, h.embedded, 1))
		if h.config {
			fmt.Fprintf(&b, `<script>
	$(function(){ /* jpage({perPage:1}) */
		$('#%s').jpage({ themeName:'default', dataBefore:'<ul>', dataAfter:'</ul>', proxyUrl:'%s/module/web/jpage/dataproxy.jsp',
			perPage:%d, groupSize:3, barPosition:'bottom', callback:function(){ go('x'); },
			ajaxParam:{col:1,appid:1,webid:7,path:'/',columnid:%s,sourceContentType:1,unitid:'%s',webname:'石桥区',permissiontype:0} });
	});</script>`, h.unit, h.prefix, h.per, h.column, h.unit)
		}
	}
	return b.String() + "</body></html>"
}

// serve answers like dataproxy.jsp.
func (h hanweb) serve(req *listing.Request) (string, bool) {
	u, _ := url.Parse(req.URL)
	if u.Path != h.prefix+"/module/web/jpage/dataproxy.jsp" || req.Referrer == "" {
		return "", false
	}
	q := u.Query()
	if req.Method == "POST" {
		form, _ := url.ParseQuery(req.Body)
		if form.Get("columnid") != h.column || form.Get("unitid") != h.unit || form.Get("path") != "/" || q.Has("page") {
			return "", false
		}
	} else if q.Get("columnid") != h.column || q.Get("unitid") != h.unit || len(q["page"]) != 1 {
		return "", false
	}
	if h.dead {
		return "<datastore><recordset></recordset></datastore>", true
	}
	if req.Method == "POST" {
		from, _ := strconv.Atoi(q.Get("startrecord"))
		to, _ := strconv.Atoi(q.Get("endrecord"))
		return h.datastore(from, to, 2), true
	}
	page, _ := strconv.Atoi(q.Get("page"))
	per, err := strconv.Atoi(q.Get("perpage"))
	if err != nil {
		per = h.per
	}
	if h.longest > 0 {
		per = min(per, h.longest)
	}
	if h.first {
		page = 1
	}
	if h.groups {
		per = h.embedded
	}
	if h.behind {
		from := h.embedded + (page-2)*h.per + 1
		return h.datastore(from, from+h.per-1, page+1), true
	}
	return h.datastore((page-1)*per+1, page*per, page+1), true
}

// The pager as old sites write it: rows in an array of a script, and the options
// without parameters.
func TestJpageOptions(t *testing.T) {
	h := hanweb{column: "30067", unit: "49468", rows: 25, per: 5}
	for name, page := range map[string]string{
		"rows in an array": `<script>var InitData49468=['` + strings.Join([]string{h.row(4), h.row(8), h.row(12)}, `','`) + `'];
			$(function(){ $('#49468').jpage({themeName:'default',totalRecord:25,dataStore:InitData49468,groupSize:3,proxyUrl:'/module/web/jpage/dataproxy.jsp',perPage:5,
			ajaxParam:{col:1,appid:'1',webid:60,path:'/',columnid:30067,unitid:'49468',webname:'x',permissiontype:0}}); });</script>`,
		"parameters in a variable": `<script>var param_49468 = {col:1,columnid:30067,unitid:'49468',path:'/'}; $("#49468").jpage({totalRecord:25, perPage:5, ajaxParam: param_49468});</script>`,
		"only totals, link relative to the proxy": `<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="./dataproxy.jsp?page=1&columnid=30067&unitid=49468&webname=石桥区"></a>]]></nextgroup><record><![CDATA[` + h.row(4) +
			`]]></record></datastore></script><script>$('#1').jpage({totalRecord:3,perPage:1}); $('#49468').jpage({totalRecord:25,perPage:5});</script>`,
		"link in a script": `<script>var more = "/module/web/jpage/dataproxy.jsp?page=" + n + "&columnid=30067&unitid=49468"; $('#49468').jpage({totalRecord:25, perPage:5});</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			v := site{"http://h.gov.cn/col/col30067/index.html": "<html><body>" + page + "</body></html>"}.with(h.serve).read(t, "http://h.gov.cn/col/col30067/index.html", listing.Hint{})
			if v.last.Verdict != "complete" || len(v.urls) != 25 || v.last.State.Declared != 25 {
				t.Errorf("%s (%s), %d items\n%s", v.last.Verdict, v.last.Evidence, len(v.urls), strings.Join(v.requests, "\n"))
			}
		})
	}
}

func TestJpage(t *testing.T) {
	const index = "http://www.shiqiao.gov.cn/col/col8415/index.html"
	base := hanweb{column: "8415", unit: "41618", rows: 93, embedded: 45, per: 15, config: true}
	with := func(f func(*hanweb)) hanweb { h := base; f(&h); return h }
	news := hanweb{column: "99", unit: "777", rows: 80, embedded: 45, per: 15, config: true, news: true}
	departments := hanweb{column: "8416", unit: "41619", rows: 50, embedded: 45, per: 15, config: true}
	for _, c := range []struct {
		name     string
		page     []hanweb
		items    int
		requests int // GET, POST ones with the index
		posts    int
		verdict  string
	}{
		{"the first page holds all", []hanweb{with(func(h *hanweb) { h.rows = 40 })}, 40, 1, 0, "complete"},
		{"GET by page", []hanweb{base}, 93, 5, 0, "complete"},
		{"without the pager's options", []hanweb{with(func(h *hanweb) { h.config = false })}, 93, 5, 0, "complete"},
		{"GET repeats the first page", []hanweb{with(func(h *hanweb) { h.first = true })}, 93, 4, 2, "complete"},
		{"GET repeats, no options", []hanweb{with(func(h *hanweb) { h.first = true; h.config = false })}, 93, 4, 2, "complete"},
		{"totals aren't told", []hanweb{with(func(h *hanweb) { h.silent = true })}, 93, 5, 0, "complete"},
		{"totals aren't told, full last page", []hanweb{with(func(h *hanweb) { h.silent = true; h.rows = 90 })}, 90, 6, 1, "complete"},
		{"totals aren't told, GET repeats", []hanweb{with(func(h *hanweb) { h.silent = true; h.first = true })}, 93, 5, 3, "complete"},
		{"the server's pages are shorter", []hanweb{with(func(h *hanweb) { h.longest = 10 })}, 93, 8, 0, "complete"},
		{"shorter and untold", []hanweb{with(func(h *hanweb) { h.longest = 10; h.silent = true })}, 93, 8, 0, "complete"},
		{"a page is a group", []hanweb{with(func(h *hanweb) { h.groups = true })}, 93, 4, 0, "complete"},
		{"pages count behind the group", []hanweb{with(func(h *hanweb) { h.behind = true })}, 93, 6, 0, "complete"},
		{"nothing embedded", []hanweb{with(func(h *hanweb) { h.embedded = 0 })}, 93, 8, 0, "complete"},
		{"the proxy gives nothing", []hanweb{with(func(h *hanweb) { h.dead = true })}, 45, 4, 1, "partial:data proxy"},
		{"encrypted ids", []hanweb{with(func(h *hanweb) { h.dead = true; h.silent = true; h.column = "aGVsbG8%3D"; h.config = false })}, 45, 3, 1, "partial:encrypted nextgroup"},
		{"below /jcms", []hanweb{with(func(h *hanweb) { h.prefix = "/jcms" })}, 93, 5, 0, "complete"},
		{"two units, one of another column", []hanweb{news, base}, 93, 5, 0, "complete"},
		{"two units of reports", []hanweb{base, departments}, 143, 6, 0, "complete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := site{index: hanwebPage(c.page...)}
			v := s.with(func(req *listing.Request) (string, bool) {
				for _, h := range c.page {
					if body, ok := h.serve(req); ok {
						return body, true
					}
				}
				return "", false
			}).read(t, index, listing.Hint{})
			posts := 0
			for _, q := range v.requests {
				if strings.HasPrefix(q, "POST ") {
					posts++
				}
			}
			if !strings.HasPrefix(v.last.Verdict, c.verdict) || len(v.urls) != c.items || len(v.requests) != c.requests || posts != c.posts {
				t.Errorf("%s (%s), %d items, %d requests of which %d POST; want %s, %d, %d, %d\n%s", v.last.Verdict, v.last.Evidence,
					len(v.urls), len(v.requests), posts, c.verdict, c.items, c.requests, c.posts, strings.Join(v.requests, "\n"))
			}
			for i := range v.titles {
				if year, ok := listing.ReportTitle(v.titles[i]); !ok || year != 2020 || !strings.HasPrefix(v.dates[i], "2021-01-") {
					t.Fatalf("item %d: %q of %q", i, v.titles[i], v.dates[i])
				}
			}
		})
	}
}
