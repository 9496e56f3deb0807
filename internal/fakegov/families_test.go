package fakegov

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Every family opens, serves its column, its reports with their figures and
// their attachments.
func TestEveryFamily(t *testing.T) {
	for _, family := range Families() {
		t.Run(string(family), func(t *testing.T) {
			var plan []ReportSpec
			for _, r := range []ReportSpec{{Year: 2023}, {Year: 2022, Attachment: OnlyDOCX}, {Year: 2021, Attachment: EmbeddedPDF}} {
				r.Organ = NewOrgan(3, 4)
				plan = append(plan, r)
			}
			s := oneSite(t, SiteSpec{Family: family, Plan: plan, Noise: 1})
			for _, u := range s.Column().Index {
				if a := get(t, u); a.status != 200 || !strings.Contains(a.doc(t).Text(), "年报") && family != ColumnReport {
					t.Errorf("column %s: %d", u, a.status)
				}
			}
			for _, r := range s.Reports() {
				doc := get(t, r.URL).doc(t)
				if !strings.Contains(doc.Find("body").Text(), r.Truth.Title) {
					t.Errorf("%s does not print its title", r.URL)
				}
				body := doc.Find(bodySelector(s.family.look))
				if body.Length() != 1 {
					t.Fatalf("%s: %d bodies at %s", r.URL, body.Length(), bodySelector(s.family.look))
				}
				if r.Spec.Attachment == NoAttachment {
					want := printedOrder(r.Truth)
					if got := readTables(body); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s: tables %v, want %v", r.URL, got, want)
					}
					continue
				}
				links := hrefs(t, r.URL, body.Find("a[title]"))
				if src, ok := body.Find("iframe").Attr("src"); ok {
					links = append(links, s.URL+src)
					if s.family.relativeFiles {
						links[0] = r.File // resolved by hand above for links only
					}
				}
				if len(links) != 1 || links[0] != r.File {
					t.Errorf("%s links %v, want %s", r.URL, links, r.File)
				}
				if a := get(t, r.File, "Referer", r.URL); a.status != 200 || !strings.HasPrefix(a.text(), "PK") && !strings.HasPrefix(a.text(), "%PDF") {
					t.Errorf("%s: %d %.20q", r.File, a.status, a.text())
				}
			}
		})
	}
}

// bodySelector makes a selector of the innermost element that a look opens.
func bodySelector(l look) string {
	tags := regexp.MustCompile(`<([a-zA-Z]+)([^>]*)>`).FindAllStringSubmatch(l.open, -1)
	last := tags[len(tags)-1]
	if m := regexp.MustCompile(`id="([^"]*)"`).FindStringSubmatch(last[2]); m != nil {
		return "#" + m[1]
	}
	if m := regexp.MustCompile(`class="([^" ]*)`).FindStringSubmatch(last[2]); m != nil {
		return "." + m[1]
	}
	return strings.ToLower(last[1])
}

// The pagers of the static lists, followed as a browser follows them.
func TestPagedFamilies(t *testing.T) {
	declared := func(pattern string, stem func(current, last int) string) func(*testing.T, answer) string {
		return func(t *testing.T, a answer) string {
			m := submatch(t, pattern, a.text())
			var n [2]int
			for i, name := range regexp.MustCompile(pattern).SubexpNames()[1:] {
				v, err := strconv.Atoi(m[i])
				if err != nil {
					t.Fatal(err)
				}
				if name == "last" {
					n[1] = v
				} else {
					n[0] = v
				}
			}
			return stem(n[0], n[1])
		}
	}
	zero := func(ext string) func(int, int) string {
		return func(current, last int) string {
			if current+1 < last {
				return fmt.Sprintf("index_%d.%s", current+1, ext)
			}
			return ""
		}
	}
	one := func(format string) func(int, int) string {
		return func(current, last int) string {
			if current < last {
				return fmt.Sprintf(format, current+1)
			}
			return ""
		}
	}
	link := func(selector string) func(*testing.T, answer) string {
		return func(t *testing.T, a answer) string { return a.doc(t).Find(selector).AttrOr("href", "") }
	}
	henan, shaanxi := 0, 1 // pages that don't say which one they are
	for family, next := range map[Family]func(*testing.T, answer) string{
		Beijing:   declared(`Pager\({size:(?P<last>\d+), current:(?P<cur>\d+), prefix:'index', suffix:'html'}\)`, zero("html")),
		Chongqing: declared(`createPage\((?P<last>\d+), (?P<cur>\d+), "index", "html"\)`, zero("html")),
		Henan: declared(`pagecount="(?P<last>\d+)"`, func(_, last int) string {
			defer func() { henan++ }()
			return zero("html")(henan, last)
		}),
		CountPage: declared(`currentPage = (?P<cur>\d+); var countPage = (?P<last>\d+)`, zero("shtml")),
		Shanghai:  declared(`"setPage",(?P<cur>\d+),(?P<last>\d+)`, one("index_%d.html")),
		Shaanxi: declared(`parseInt\('(?P<last>\d+)'\)`, func(_, last int) string {
			defer func() { shaanxi++ }()
			return one("%d.html")(shaanxi, last)
		}),
		LonsunPlain: declared(`{currPage:(?P<cur>\d+),pageCount:(?P<last>\d+)}`, one("/content/column/6791573?pageIndex=%d")),
		JEECMS:      link(".page a"),
		NFCMS:       link(".page a"),
		MVC:         link(".page a"),
		Chengdu:     link(".page a"),
		VSB:         link(".p_next a"),
		OnClick: func(t *testing.T, a answer) string {
			if m := regexp.MustCompile(`location\.href='(.*?)'`).FindStringSubmatch(a.text()); m != nil {
				return m[1]
			}
			return ""
		},
	} {
		t.Run(string(family), func(t *testing.T) {
			s := oneSite(t, SiteSpec{Family: family, Reports: 25, PerPage: 7})
			var got []string
			at, err := url.Parse(s.Column().Index[0])
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			for ; ; seen++ {
				a := get(t, at.String())
				if a.status != 200 {
					t.Fatalf("%s: %d", at, a.status)
				}
				links := a.doc(t).Find("ul.list a")
				if family == OnClick {
					links.Each(func(_ int, l *goquery.Selection) {
						l.SetAttr("href", submatch(t, `openUrl\('(.*?)'\)`, l.AttrOr("onclick", ""))[0])
					})
				}
				got = append(got, hrefs(t, at.String(), links)...)
				to := next(t, a)
				if to == "" {
					break
				}
				if at, err = at.Parse(to); err != nil {
					t.Fatal(err)
				}
			}
			if seen != 3 {
				t.Errorf("%d pages after the first, want 3", seen)
			}
			wantURLs(t, s, got)
		})
	}
}

func TestVSBCountsDown(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: VSB, Reports: 40})
	first := get(t, s.Column().Index[0]).doc(t)
	if next := first.Find(".p_next a").AttrOr("href", ""); next != "zfxxgknb/3.htm" {
		t.Errorf("page 2 of 4 is %s", next)
	}
	r := s.Publish(ReportSpec{Organ: NewOrgan(0, 1), Year: 2025, Attachment: OnlyDOCX})
	if a := get(t, r.File); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Error("the file came without a Referer")
	}
}

func TestTrueCMS(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TrueCMS, Reports: 30})
	index := s.Column().Index[0]
	a := get(t, index)
	if n := a.doc(t).Find("#initData li").Length(); n != 10 {
		t.Errorf("%d rows in the page, want 10", n)
	}
	m := submatch(t, `totalRecord:(\d+).*proxyUrl:'(.*?)', ajaxParam:{ columnId:'(.*?)' }`, a.text())
	api := s.URL + m[1] + "?perpage=10&columnId=" + m[2]
	if x := get(t, api+"&startrecord=1&endrecord=10"); x.status != 404 {
		t.Errorf("without a Referer: %d", x.status)
	}
	var got []string
	for first := 1; first <= 30; first += 20 {
		x := get(t, fmt.Sprintf("%s&startrecord=%d&endrecord=%d&callback=cb", api, first, first+99), "Referer", index)
		var v struct{ Result string }
		if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(x.text(), "cb("), ")")), &v); err != nil {
			t.Fatal(err)
		}
		got = append(got, records(t, index, v.Result)...)
	}
	wantURLs(t, s, got)
}

func TestJPaaS(t *testing.T) {
	for family, inPage := range map[Family]int{JPaaS: 10, JPaaSEmpty: 0} {
		s := oneSite(t, SiteSpec{Family: family, Reports: 25})
		index := s.Column().Index[0]
		doc := get(t, index).doc(t)
		if n := doc.Find(".zfxxgk_list ul a").Length(); n != inPage {
			t.Errorf("%s: %d rows in the page, want %d", family, n, inPage)
		}
		script := doc.Find(`script[queryData],script[querydata]`).Last()
		var query map[string]string
		if err := json.Unmarshal([]byte(strings.ReplaceAll(script.AttrOr("querydata", ""), "'", `"`)), &query); err != nil {
			t.Fatal(err)
		}
		q := url.Values{}
		for k, v := range query {
			q.Set(k, v)
		}
		unit := func(name, value string) []string {
			q := url.Values{name: {value}}
			for k, v := range query {
				q.Set(k, v)
			}
			var v struct {
				Success bool
				Data    struct{ HTML string }
			}
			if err := json.Unmarshal(get(t, s.URL+script.AttrOr("url", "")+"?"+q.Encode()).body, &v); err != nil || !v.Success {
				t.Fatal(err, v)
			}
			d, err := goquery.NewDocumentFromReader(strings.NewReader(v.Data.HTML))
			if err != nil {
				t.Fatal(err)
			}
			return hrefs(t, index, d.Find("ul a"))
		}
		var got []string
		for page := 1; page <= 3; page++ {
			got = append(got, unit("paramJson", fmt.Sprintf(`{"pageNo":%d,"pageSize":"10"}`, page))...)
		}
		wantURLs(t, s, got)
		for _, bare := range []string{"pageNo", "page", "currentPage"} {
			if fmt.Sprint(unit(bare, "2")) != fmt.Sprint(got[:10]) {
				t.Errorf("%s: a bare %s pages", family, bare)
			}
		}
		if n := len(unit("paramJson", `{"pageNo":4,"pageSize":"10"}`)); n != 0 {
			t.Errorf("%s: %d rows past the end", family, n)
		}
	}
}

func TestXXGK(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: XXGK, Reports: 12})
	index := s.Column().Index[0]
	a := get(t, index)
	m := submatch(t, `xxgkSearch\('(.*?)', {infotypeId:'(.*?)', jdid:'(.*?)', area:'(.*?)', divid:'(.*?)'`, a.text())
	var got []string
	foreign := 0
	for page := 1; ; page++ {
		x := post(t, s.URL+m[0], url.Values{"infotypeId": {m[1]}, "jdid": {m[2]}, "area": {m[3]}, "divid": {m[4]}, "currpage": {strconv.Itoa(page)}, "fbtime": {"-1"}}, "Referer", index)
		for _, u := range hrefs(t, index, x.doc(t).Find("a.bt_link")) {
			if strings.Contains(u, "art_"+strings.TrimPrefix(m[4], "div")+"_") {
				got = append(got, u)
			} else {
				foreign++
			}
		}
		if !strings.Contains(x.text(), "下一页") {
			break
		}
	}
	if foreign == 0 {
		t.Error("no entries of other columns")
	}
	wantURLs(t, s, got)
}

func TestXXGKAnnual(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: XXGKAnnual, Reports: 25})
	got := make(map[string]bool)
	for _, u := range s.Column().Index {
		get(t, u).doc(t).Find(".years a").Each(func(_ int, a *goquery.Selection) {
			if !regexp.MustCompile(`^20\d\d年$`).MatchString(a.Text()) {
				t.Errorf("link %q", a.Text())
			}
			got[s.URL+a.AttrOr("href", "")] = true
		})
	}
	for _, r := range s.Reports() {
		if !got[r.URL] {
			t.Errorf("%s is not linked", r.URL)
		}
	}
	if len(got) != 25 {
		t.Errorf("%d links", len(got))
	}
}

func TestGKMLPT(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: GKMLPT, Reports: 25})
	index := s.Column().Index[0]
	a := get(t, index)
	sid := submatch(t, `SID: '(\d+)'`, a.text())[0]
	if m := submatch(t, `"id":(\d+),"name":"政府信息公开年报"`, a.text()); !strings.HasSuffix(index, "#"+m[0]) {
		t.Errorf("%s is not catalogue %s", index, m[0])
	}
	type list struct {
		Classify struct {
			PostCount int `json:"post_count"`
		}
		Articles []struct{ Title, URL string }
	}
	page := func(n int) (int, list) {
		x := get(t, fmt.Sprintf("%s/gkmlpt/api/all/721?page=%d&sid=%s", s.URL, n, sid))
		var l list
		if x.status == 200 {
			if err := json.Unmarshal(x.body, &l); err != nil {
				t.Fatal(err)
			}
		}
		return x.status, l
	}
	var got []string
	escaped := 0
	for n := 1; n <= 3; n++ {
		_, l := page(n)
		if l.Classify.PostCount != 25 {
			t.Errorf("post_count %d", l.Classify.PostCount)
		}
		for _, a := range l.Articles {
			got = append(got, a.URL)
			if strings.Contains(a.Title, "%u") {
				escaped++
			}
		}
	}
	wantURLs(t, s, got)
	if escaped == 0 {
		t.Error("no title is escaped")
	}
	_, zero := page(0)
	_, first := page(1)
	if fmt.Sprint(zero) != fmt.Sprint(first) {
		t.Error("page 0 is not page 1")
	}
	if status, _ := page(4); status != 404 {
		t.Errorf("past the end: %d", status)
	}
}

func TestLonsun(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: Lonsun, Reports: 25})
	index := s.Column().Index[0]
	a := get(t, index)
	q := url.Values{}
	for _, m := range regexp.MustCompile(`(\w+):'?([^',}]*)'?`).FindAllStringSubmatch(submatch(t, `labelParams = {(.*?)};`, a.text())[0], -1) {
		q.Set(m[1], m[2])
	}
	var got []string
	for page := 1; page <= 3; page++ {
		q.Set("pageIndex", strconv.Itoa(page))
		got = append(got, hrefs(t, index, get(t, s.URL+"/site/label/8888?"+q.Encode()).doc(t).Find("li a"))...)
	}
	wantURLs(t, s, got)
	if fmt.Sprint(hrefs(t, index, a.doc(t).Find("#listBox a"))) != fmt.Sprint(got[:10]) {
		t.Error("the page has other rows than the label's first page")
	}
	if m := submatch(t, `pageCount:(\d+)`, a.text()); m[0] != "3" {
		t.Errorf("pageCount %s", m[0])
	}
	q.Set("file", "/elsewhere")
	if x := get(t, s.URL+"/site/label/8888?"+q.Encode()); !strings.Contains(x.text(), "暂无") {
		t.Error("a wrong file lists")
	}
}

func TestJSONLists(t *testing.T) {
	index := func(s *Site, pattern string) []string {
		return submatch(t, pattern, get(t, s.Column().Index[0]).text())
	}
	urls := func(s *Site, body []byte, path, field string) (out []string) {
		t.Helper()
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		for _, key := range strings.Split(path, ".") {
			v = v.(map[string]any)[key]
		}
		for _, row := range v.([]any) {
			out = append(out, s.URL+row.(map[string]any)[field].(string))
		}
		return out
	}
	for family, page := range map[Family]func(s *Site, n int) []string{
		UCAPSearch: func(s *Site, n int) []string {
			channel := index(s, `channelId = '(\w{32})'`)[0]
			return urls(s, get(t, fmt.Sprintf("%s/common/search/%s?_isAgg=true&_isJson=true&_pageSize=10&page=%d", s.URL, channel, n)).body, "data.results", "url")
		},
		Epoint: func(s *Site, n int) []string {
			guid := submatch(t, `"siteGuid":"(.*?)"`, get(t, s.URL+"/js/webBuilderCommon.js").text())[0]
			body := fmt.Sprintf(`{"deptcode":"006","categorynum":"006002004","siteGuid":"%s","pageIndex":%d,"pageSize":10}`, guid, n-1)
			req, err := http.NewRequest(http.MethodPost, s.URL+"/EpointWebBuilder/rest/lightfrontaction/getgovinfolist", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			return urls(s, do(t, req, "Content-Type", "application/json").body, "custom.data", "infourl")
		},
		Suzhou: func(s *Site, n int) []string {
			channel := index(s, `channel_id='(\w{32})'`)[0]
			form := url.Values{"channel_id": {channel}, "pageIndex": {strconv.Itoa(n)}}
			return urls(s, post(t, s.URL+"/szinf/xxgk/interfacesWebZcwj/loadData?pageSize=10", form).body, "data.list", "URL")
		},
		EPortal: func(s *Site, n int) []string {
			path := index(s, `loadPortlet\('(.*?)'`)[0]
			return urls(s, get(t, s.URL+strings.Replace(path, "pageNo=1", "pageNo="+strconv.Itoa(n), 1)).body, "result", "url")
		},
		Huzhou: func(s *Site, n int) []string {
			u := s.Column().Index[0]
			if n > 1 {
				u = strings.Replace(u, "index.html", fmt.Sprintf("index_%d.html", n), 1)
			}
			a := get(t, u)
			if m := submatch(t, `curPageNo:(\d+),pageTotal:(\d+)`, a.text()); m[0] != strconv.Itoa(n) || m[1] != "3" {
				t.Errorf("page %d declares %v", n, m)
			}
			return urls(s, []byte(`{"l":`+submatch(t, `dataList=(\[.*?\]);`, a.text())[0]+"}"), "l", "url")
		},
	} {
		t.Run(string(family), func(t *testing.T) {
			s := oneSite(t, SiteSpec{Family: family, Reports: 25})
			var got []string
			for n := 1; n <= 3; n++ {
				got = append(got, page(s, n)...)
			}
			wantURLs(t, s, got)
		})
	}
}

func TestTree(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: Tree, Reports: 34})
	published := s.Publish(ReportSpec{Organ: s.Reports()[0].Spec.Organ, Year: 2031}) // a year of its own
	root := s.Column().Index[0]
	var got []string
	for _, year := range hrefs(t, root, get(t, root).doc(t).Find("ul.years a")) {
		for _, kind := range hrefs(t, year, get(t, year).doc(t).Find("ul.years a")) {
			src, ok := get(t, kind).doc(t).Find("iframe").Attr("src")
			if !ok {
				t.Fatalf("%s has no iframe", kind)
			}
			got = append(got, hrefs(t, kind, get(t, kind+src).doc(t).Find("a"))...)
		}
	}
	if len(got) != 35 {
		t.Errorf("%d reports in the tree, want 35", len(got))
	}
	listed := strings.Join(got, " ")
	for _, r := range s.Reports() {
		if !strings.Contains(listed, r.URL) {
			t.Errorf("%s is not in the tree", r.URL)
		}
	}
	if !strings.Contains(listed, published.URL) {
		t.Errorf("%s was published and is not in the tree", published.URL)
	}
}

func TestColumnsWithoutAList(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: DataURL, Reports: 6})
	data := get(t, s.Column().Index[0]).doc(t).Find("a[data-url]").AttrOr("data-url", "")
	wantURLs(t, s, hrefs(t, s.URL, get(t, s.URL+data).doc(t).Find(".gk-list a")))

	s = oneSite(t, SiteSpec{Family: ColumnReport, Reports: 6})
	if n := len(s.Column().Index); n != 6 {
		t.Errorf("%d columns, want one a report", n)
	}

	s = oneSite(t, SiteSpec{Family: NeedsJS, Reports: 6})
	if n := get(t, s.Column().Index[0]).doc(t).Find(".right a").Length(); n != 0 {
		t.Errorf("%d links in the shell", n)
	}

	s = oneSite(t, SiteSpec{Family: TRSAPI, Reports: 30})
	a := get(t, s.Column().Index[0])
	if n := a.doc(t).Find("ul.list a").Length(); n != 20 || submatch(t, `recordCount = '(\d+)'`, a.text())[0] != "30" {
		t.Errorf("%d rows of %s", n, a.text())
	}

	s = oneSite(t, SiteSpec{Family: HanwebEncrypted, Reports: 40})
	a = get(t, s.Column().Index[0])
	if n := len(records(t, s.URL, a.text())); n != 30 {
		t.Errorf("%d records inline, want 30", n)
	}
	next := submatch(t, `<nextgroup><!\[CDATA\[<a href="(.*?)">`, a.text())[0]
	if x := get(t, s.URL+strings.Replace(next, "page=1", "page=2", 1)); len(records(t, s.URL, x.text())) != 0 {
		t.Error("an encrypted link pages")
	}
}
