package fakegov

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/report"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start opens sites for the length of a test.
func start(t *testing.T, o Options) *Gov {
	t.Helper()
	g, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// answer is what a test got from a site.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) text() string { return string(a.body) }

// doc parses the body, GBK or not.
func (a answer) doc(t *testing.T) *goquery.Document {
	t.Helper()
	body := a.body
	if bytes.Contains(body, []byte{0xd5, 0xfe, 0xb8, 0xae}) { // 政府 in GBK
		var err error
		if body, err = simplifiedchinese.GB18030.NewDecoder().Bytes(body); err != nil {
			t.Fatal(err)
		}
	}
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func get(t *testing.T, url string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req, header...)
}

func post(t *testing.T, url string, form url.Values, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return do(t, req, header...)
}

func do(t *testing.T, req *http.Request, header ...string) answer {
	t.Helper()
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}

// readTables reads the figures of the two forms from a page by nothing but the
// order in which a person reads the cells.
func readTables(sel *goquery.Selection) map[string][]string {
	out := make(map[string][]string)
	sel.Find("table").Each(func(_ int, table *goquery.Selection) {
		if table.HasClass("xxgk_top") {
			return
		}
		name := "disclosure"
		text := table.Text()
		switch {
		case strings.Contains(text, "申请人情况"):
			name = "requests"
		case strings.Contains(text, "统计指标"):
			name = "annex"
		case strings.Contains(text, "行政诉讼"):
			name = "review"
		}
		if out[name] != nil {
			return // a copy
		}
		table.Find("td").Each(func(_ int, td *goquery.Selection) {
			// html.Parse closes cells that the page left open.
			if s := strings.TrimSpace(td.Text()); strings.ContainsAny(s, "0123456789") && strings.Trim(s, "-0123456789.元万") == "" {
				out[name] = append(out[name], s)
			}
		})
	})
	return out
}

// printedOrder lists the figures of a form in the order of its cells.
func printedOrder(truth Truth) map[string][]string {
	form := truth.Form.tables()
	out := make(map[string][]string)
	tables := map[string]grid{"disclosure": form.disclosure, "requests": form.requests, "review": form.review}
	switch truth.Form {
	case Narrative:
		return out
	case Form2014:
		tables = map[string]grid{"annex": annexGrid()}
	}
	for name, g := range tables {
		for _, row := range g {
			for _, c := range row {
				if c.key != "" {
					out[name] = append(out[name], c.printed(truth))
				}
			}
		}
	}
	return out
}

func TestPagesPrintTheTruth(t *testing.T) {
	organ := NewOrgan(1, 0)
	var plan []ReportSpec
	for i, base := range []ReportSpec{
		{Year: 2024}, {Year: 2020}, {Year: 2022, Form: Form2019}, {Year: 2023, PlainTables: true},
		{Year: 2021, UnclosedCells: true}, {Year: 2019, Double: true}, {Year: 2018, Double: true}, {Year: 2009}, {Year: 2015, Form: Form2014}, {Year: 2016, Form: Form2014, PlainTables: true},
		{Year: 2022, Mistake: ZeroTotalRow}, {Year: 2022, Mistake: WrongCell}, {Year: 2022, Mistake: WrongCarry},
		{Year: 2022, Mistake: ProseDisagrees}, {Year: 2023, Attachment: WithDOCX},
		{Year: 2020, Charset: GBKMeta}, {Year: 2020, Charset: GBKBare}, {Year: 2020, Charset: GBKHeader},
		{Year: 2020, Charset: GBKLie}, {Year: 2020, Charset: UTF8Lie},
	} {
		base.Organ = organ
		if i%2 == 1 {
			base.Organ = NewOrgan(i, i*3)
		}
		plan = append(plan, base)
	}
	g := start(t, Options{Seed: 7, Sites: []SiteSpec{{Family: TRS, Plan: plan}}})
	for _, r := range g.Sites[0].Reports() {
		t.Run(fmt.Sprintf("%s %+v", r.Truth.Title, r.Spec), func(t *testing.T) {
			page := get(t, r.URL)
			if page.status != 200 {
				t.Fatal(page.status)
			}
			doc := page.doc(t)
			if got := doc.Find("h1").Text(); got != r.Truth.Title {
				t.Errorf("title %q, want %q", got, r.Truth.Title)
			}
			got, want := readTables(doc.Selection), printedOrder(r.Truth)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("tables\n got %v\nwant %v", got, want)
			}
			cells := map[Form]int{Form2014: 58, Form2019: 198, Form2021: 200}[r.Truth.Form]
			if len(r.Truth.Figures) != cells {
				t.Errorf("%d figures, want %d", len(r.Truth.Figures), cells)
			}
			body := doc.Find(".trs_editor_view").Text()
			for metric, value := range r.Truth.Text {
				if _, ok := report.LookupMetric(metric); !ok {
					t.Errorf("%s is no metric", metric)
				}
				if value != "0" && !strings.Contains(body, value) {
					t.Errorf("%s = %s is not printed", metric, value)
				}
			}
			if n := strings.Count(doc.Text(), r.Truth.Title); r.Spec.Double != (doc.Find("#m_content").Length() == 1) {
				t.Errorf("doubled body: %d titles, want doubled %v", n, r.Spec.Double)
			}
			broken := len(r.Truth.Violations) > 0
			if wrong := r.Spec.Mistake != NoMistake && r.Spec.Mistake != ProseDisagrees; broken != wrong {
				t.Errorf("violations %v with mistake %q", r.Truth.Violations, r.Spec.Mistake)
			}
			if r.Spec.Mistake == ProseDisagrees && r.Truth.Text["text.requests_new"] == r.Truth.Figures["requests.new@total"] {
				t.Error("prose and table agree")
			}
		})
	}
}

func TestFiguresAreConsistent(t *testing.T) {
	for place := range 6 {
		for i := range 40 {
			organ := NewOrgan(place, i)
			var before Truth
			for year := 2019; year <= 2025; year++ {
				now := compose(3, ReportSpec{Organ: organ, Year: year}, "", nil).truth
				for key, value := range now.Figures {
					metric, _, _ := strings.Cut(key, "@")
					if _, ok := report.LookupMetric(metric); !ok {
						t.Fatalf("%s is no metric", metric)
					}
					if strings.HasPrefix(value, "-") && !strings.HasSuffix(metric, ".items_change") {
						t.Errorf("%s %d: %s is %s", organ.Name, year, key, value)
					}
				}
				if len(now.Violations) > 0 {
					t.Errorf("%s %d: %v", organ.Name, year, now.Violations)
				}
				for _, a := range report.Applicants() {
					if before.Year != 0 && before.Figures[at("requests.carried_out", a)] != now.Figures[at("requests.carried_in", a)] {
						t.Errorf("%s %d: %s carried in differs from carried out a year ago", organ.Name, year, a)
					}
				}
				if f := figures(now.Figures); year > 2021 {
					if was := figures(before.Figures); f.int("disclosure.normative_docs.in_force") != was.int("disclosure.normative_docs.in_force")+f.int("disclosure.normative_docs.issued")-f.int("disclosure.normative_docs.abolished") {
						t.Errorf("%s %d: normative documents in force don't follow from the year before", organ.Name, year)
					}
				}
				before = now
			}
		}
	}
}

// The relations of the annex.
func TestAnnexIsConsistent(t *testing.T) {
	for i := range 30 {
		f := figures(compose(3, ReportSpec{Organ: NewOrgan(1, i), Year: 2014 + i%5, Form: Form2014}, "", nil).truth.Figures)
		sum := func(keys ...string) (n int) {
			for _, k := range keys {
				n += f.int("annex." + k)
			}
			return n
		}
		for key := range f {
			if _, ok := report.LookupMetric(key); !ok {
				t.Errorf("%s is no metric", key)
			}
		}
		for _, c := range []struct {
			total string
			parts []string
		}{
			{"requests_new", []string{"requests_via_in_person", "requests_via_fax", "requests_via_online", "requests_via_letter"}},
			{"requests_closed", []string{"requests_closed_on_time", "requests_closed_extended"}},
			{"replies_total", []string{"reply_already_public", "result_granted", "result_partial", "result_denied", "reply_not_this_organ", "reply_not_exist", "reply_asked_to_amend", "reply_other_route"}},
			{"replies_total", []string{"requests_closed"}},
			{"result_denied", []string{"denied_state_secret", "denied_trade_secret", "denied_privacy", "denied_three_security_one_stability", "denied_not_gov_info", "denied_other_law"}},
			{"review_total", []string{"review_upheld", "review_corrected", "review_other"}},
			{"litigation_total", []string{"litigation_upheld", "litigation_corrected", "litigation_other"}},
			{"staff_total", []string{"staff_full_time", "staff_part_time"}},
		} {
			if got := sum(c.parts...); got != sum(c.total) {
				t.Errorf("organ %d: %s is %d, its parts %d", i, c.total, sum(c.total), got)
			}
		}
		for _, le := range [][2]string{{"disclosed_normative_docs", "disclosed_total"}, {"press_conferences_principal", "press_conferences"}, {"online_interviews_principal", "online_interviews"}, {"disclosed_via_website", "disclosed_total"}} {
			if sum(le[0]) > sum(le[1]) {
				t.Errorf("organ %d: %s > %s", i, le[0], le[1])
			}
		}
	}
}

func TestSameSeedSamePages(t *testing.T) {
	o := Demo()
	a, b := start(t, o), start(t, o)
	o.Seed++
	c := start(t, o)
	path := strings.TrimPrefix(a.Sites[0].Reports()[0].URL, a.Sites[0].URL)
	first := strings.ReplaceAll(get(t, a.Sites[0].URL+path).text(), a.Sites[0].URL[7:], "")
	second := strings.ReplaceAll(get(t, b.Sites[0].URL+path).text(), b.Sites[0].URL[7:], "")
	if first != second {
		t.Error("the same seed makes another page")
	}
	if a.Sites[0].Reports()[0].Truth.Figures["requests.new@total"] == c.Sites[0].Reports()[0].Truth.Figures["requests.new@total"] &&
		a.Sites[0].Reports()[1].Truth.Figures["requests.new@total"] == c.Sites[0].Reports()[1].Truth.Figures["requests.new@total"] {
		t.Error("another seed makes the same figures")
	}
}

// walk follows a family's pager the way its script does and returns the list's
// addresses.
func hrefs(t *testing.T, base string, sel *goquery.Selection) (out []string) {
	t.Helper()
	from, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	sel.Each(func(_ int, a *goquery.Selection) {
		to, err := from.Parse(a.AttrOr("href", ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, to.String())
	})
	return out
}

func wantURLs(t *testing.T, s *Site, got []string) {
	t.Helper()
	var want []string
	for _, r := range s.Reports() {
		want = append(want, r.URL)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, u := range got {
		if a := get(t, u); a.status != 200 {
			t.Errorf("%s: status %d", u, a.status)
		}
	}
}
