package fakegov

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func oneSite(t *testing.T, spec SiteSpec) *Site {
	t.Helper()
	return start(t, Options{Seed: 5, Sites: []SiteSpec{spec}}).Sites[0]
}

func submatch(t *testing.T, pattern, text string) []string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in %.3000s", pattern, text)
	}
	return m[1:]
}

func TestTRSPager(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 25})
	var got []string
	for i, page := 0, s.Column().Index[0]; ; i++ {
		a := get(t, page)
		m := submatch(t, `createPageHTML\((\d+), (\d+),"index","html"\)`, a.text())
		if m[0] != "3" || m[1] != strconv.Itoa(i) {
			t.Fatalf("page %d declares %v", i, m)
		}
		got = append(got, hrefs(t, page, a.doc(t).Find("ul.list a"))...)
		if i == 2 {
			break
		}
		page = fmt.Sprintf("%s/zfxxgk/zfxxgknb/index_%d.html", s.URL, i+1)
	}
	wantURLs(t, s, got)
	if a := get(t, s.URL+"/zfxxgk/zfxxgknb/index_3.html"); a.status != 404 {
		t.Errorf("past the end: %d", a.status)
	}
}

func TestTRSStaleStub(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: TRS, Reports: 40, StaleFrom: 2})
	if n := len(get(t, s.URL+"/zfxxgk/zfxxgknb/index_1.html").body); n < 10000 {
		t.Errorf("page 1 has %d bytes", n)
	}
	if a := get(t, s.URL+"/zfxxgk/zfxxgknb/index_2.html"); len(a.body) > 500 || a.status != 200 {
		t.Errorf("stub: %d, %d bytes", a.status, len(a.body))
	}
}

func TestUCAPPager(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: UCAP, Reports: 21})
	var got []string
	page := s.Column().Index[0]
	for i := 1; i <= 3; i++ {
		a := get(t, page)
		m := submatch(t, `createPageHTML\('page_div',(\d+), (\d+),'xlist','shtml',(\d+)\)`, a.text())
		if fmt.Sprint(m) != fmt.Sprintf("[3 %d 21]", i) {
			t.Fatalf("page %d declares %v", i, m)
		}
		got = append(got, hrefs(t, page, a.doc(t).Find("ul.list a"))...)
		page = fmt.Sprintf("%s/xxgk/c100122/xlist_%d.shtml", s.URL, i+1)
	}
	wantURLs(t, s, got)
}

// records reads a datastore the way a browser does: CDATA as HTML.
func records(t *testing.T, base, xml string) []string {
	t.Helper()
	var rows strings.Builder
	for _, m := range regexp.MustCompile(`(?s)<record><!\[CDATA\[(.*?)\]\]>`).FindAllStringSubmatch(xml, -1) {
		rows.WriteString(m[1])
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(rows.String()))
	if err != nil {
		t.Fatal(err)
	}
	return hrefs(t, base, doc.Find("a"))
}

func TestHanwebGroups(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: Hanweb, Reports: 20, PerPage: 3})
	index := s.Column().Index[0]
	a := get(t, index)
	if n := a.doc(t).Find("ul.list a").Length(); n != 0 {
		t.Errorf("the visible list has %d rows", n)
	}
	got := records(t, index, a.text())
	if len(got) != 9 {
		t.Errorf("%d records inline, want a group of 9", len(got))
	}
	next := submatch(t, `<nextgroup><!\[CDATA\[<a href="(.*?)">`, a.text())[0]
	for page := 2; page <= 3; page++ {
		x := get(t, s.URL+strings.Replace(next, "page=1", "page="+itoa(page), 1))
		if m := submatch(t, `<totalrecord>(\d+)</totalrecord><totalpage>(\d+)</totalpage>`, x.text()); fmt.Sprint(m) != "[20 7]" {
			t.Errorf("totals %v", m)
		}
		got = append(got, records(t, index, x.text())...)
	}
	wantURLs(t, s, got)
	if x := get(t, s.URL+strings.Replace(next, "page=1", "page=2", 1)+"&perpage=5"); fmt.Sprint(records(t, index, x.text())) != fmt.Sprint(got[5:10]) {
		t.Error("perpage is not honoured")
	}
}

func TestHanwebPost(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: HanwebPost, Reports: 20, PerPage: 3})
	index := s.Column().Index[0]
	a := get(t, index)
	got := records(t, index, a.text())
	next := submatch(t, `<nextgroup><!\[CDATA\[<a href="(.*?)">`, a.text())[0]
	again := records(t, index, get(t, s.URL+strings.Replace(next, "page=1", "page=2", 1)).text())
	if fmt.Sprint(again) != fmt.Sprint(got) {
		t.Error("GET pages")
	}
	m := submatch(t, `columnid:'(\d+)',sourceContentType:1,unitid:'(\d+)'`, a.text())
	for first := 10; first <= 20; first += 9 {
		form := url.Values{"col": {"1"}, "columnid": {m[0]}, "unitid": {m[1]}}
		x := post(t, fmt.Sprintf("%s/module/web/jpage/dataproxy.jsp?startrecord=%d&endrecord=%d&perpage=3", s.URL, first, first+8), form)
		got = append(got, records(t, index, x.text())...)
	}
	wantURLs(t, s, got)
}

func TestHanwebTwoUnits(t *testing.T) {
	s := oneSite(t, SiteSpec{Family: HanwebTwoUnits, Reports: 8})
	doc := get(t, s.Column().Index[0]).doc(t)
	stores := doc.Find(`script[type="text/xml"]`)
	if stores.Length() != 2 {
		t.Fatalf("%d datastores", stores.Length())
	}
	notices := records(t, s.URL, stores.First().Text())
	for _, u := range notices {
		if strings.Contains(u, "_"+s.hanwebColumn()+"_") {
			t.Errorf("%s is in the reports' column", u)
		}
	}
	wantURLs(t, s, records(t, s.URL, stores.Last().Text()))
}

func TestAttachments(t *testing.T) {
	plan := []ReportSpec{
		{Organ: NewOrgan(2, 0), Year: 2023, Attachment: OnlyDOCX},
		{Organ: NewOrgan(2, 0), Year: 2022, Attachment: OnlyPDF},
		{Organ: NewOrgan(2, 0), Year: 2021, Attachment: BrokenPDF},
	}
	for family, contentType := range map[Family]string{
		TRS:    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		Hanweb: "application/octet-stream;charset=GBK",
	} {
		s := oneSite(t, SiteSpec{Family: family, Plan: plan})
		for _, r := range s.Reports() {
			link := hrefs(t, r.URL, get(t, r.URL).doc(t).Find("p a[title]"))
			if len(link) != 1 || link[0] != r.File {
				t.Fatalf("%s: links %v, want %s", family, link, r.File)
			}
			a := get(t, r.File)
			switch r.Spec.Attachment {
			case OnlyDOCX:
				if ct := a.header.Get("Content-Type"); ct != contentType || !strings.HasPrefix(a.text(), "PK\x03\x04") {
					t.Errorf("%s: %s %.4q", family, ct, a.text())
				}
			case OnlyPDF:
				if !strings.HasPrefix(a.text(), "%PDF-") {
					t.Errorf("%s: %.8q", family, a.text())
				}
			case BrokenPDF:
				if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.status != http.StatusOK {
					t.Errorf("%s: %d %s", family, a.status, a.header.Get("Content-Type"))
				}
			}
		}
	}
}
