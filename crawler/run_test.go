package crawler_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

func TestMain(m *testing.M) {
	child()
	benchServer()
	goleak.VerifyTestMain(m)
}

// wantReports are the titles that a site's reports have, those excepted that
// can't be had.
func wantReports(site *fakegov.Site, except ...string) (titles []string) {
	for _, r := range site.Reports() {
		if r.Truth.Form != fakegov.NotAReport && !slices.Contains(except, r.URL) {
			titles = append(titles, r.Truth.Title)
		}
	}
	slices.Sort(titles)
	return titles
}

func gotReports(o *office, site string) (titles []string) {
	for _, r := range o.reports() {
		if r.Site == site {
			titles = append(titles, r.Title)
		}
	}
	slices.Sort(titles)
	return titles
}

func TestRun(t *testing.T) {
	gov := start(t, fakegov.Demo())
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()

	if s.Exit != 0 || len(s.Columns) != 2 {
		t.Fatalf("summary %+v, want two columns and exit 0", s)
	}
	for i, site := range gov.Sites {
		c := s.Columns[i]
		var lost []string // pages that answer with a soft 404
		for _, r := range site.Reports() {
			if r.Spec.Fault.Kind == fakegov.SoftNotFound {
				lost = append(lost, r.URL)
			}
		}
		want := wantReports(site, lost...)
		if diff := cmp.Diff(want, gotReports(o, site.ID)); diff != "" {
			t.Errorf("%s: reports (-want +got)\n%s", site.ID, diff)
		}
		if c.Verdict != "complete" || c.Listed != site.Listed() || c.Reports != len(want) || c.New != len(want) || c.Failed != len(lost) {
			t.Errorf("%s: %+v, want %d listed, %d reports, all new, %d failed", site.ID, c, site.Listed(), len(want), len(lost))
		}
		for path, n := range site.Log.Counts() {
			if n != 1 {
				t.Errorf("%s: %s was asked %d times", site.ID, path, n)
			}
		}
		if most := site.Log.MaxInFlight(); most != 1 {
			t.Errorf("%s: %d requests in flight at once", site.ID, most)
		}
		if diff := cmp.Diff([]string{o.config.UserAgent}, site.Log.UserAgents()); diff != "" {
			t.Errorf("%s: user agents\n%s", site.ID, diff)
		}
		// What links where: an attachment is asked for in the name of its page.
		for _, r := range site.Reports() {
			if r.File == "" {
				continue
			}
			for _, q := range site.Log.Requests() {
				if q.Path == requestPath(t, r.File) && q.Header.Get("Referer") != r.URL {
					t.Errorf("%s was asked with Referer %q, want %q", q.Path, q.Header.Get("Referer"), r.URL)
				}
			}
			if row := o.row(r.File); row.Digest == "" || row.Kind != "attachment" {
				t.Errorf("attachment %s was not kept: %+v", r.File, row)
			}
		}
	}
	for _, c := range o.captures() {
		if c.Verdict == "" && (c.Digest == "" || c.Status != 200) {
			t.Errorf("capture without a body: %+v", c)
		}
		if c.Run != s.Run || c.Peer == "" || len(c.Header) == 0 {
			t.Errorf("capture lacks run, peer or header: %+v", c)
		}
	}
	// The summary is in the corpus too.
	err := o.store.View(t.Context(), func(tx *store.Tx) error {
		kept, err := tx.Run(s.Run)
		if err != nil {
			return err
		}
		var again crawler.Summary
		if err := json.Unmarshal(kept.Summary, &again); err != nil {
			return err
		}
		if diff := cmp.Diff(*s, again); diff != "" || kept.Closed.IsZero() {
			t.Errorf("stored run %+v\n%s", kept, diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A second run asks conditionally and stores nothing for what did not change.
func TestSecondRun(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 3, Sites: []fakegov.SiteSpec{
		{ID: "calm", Family: fakegov.TRS, Reports: 14, PerPage: 6, Noise: 1},
		{ID: "silent", Family: fakegov.Hanweb, Reports: 8, PerPage: 3, NoValidators: true},
		{ID: "restless", Family: fakegov.UCAP, Reports: 8, PerPage: 5, Restless: true},
	}})
	o := newOffice(t, sitesOf(gov)...)
	first := o.crawl()
	captures, reports := o.captures(), o.reports()
	var before []int
	for _, site := range gov.Sites {
		before = append(before, site.Log.Len())
		site.Log.Reset()
	}

	second := o.crawl()
	if second.Run == first.Run || second.Exit != 0 {
		t.Errorf("second run %s, exit %d; first %s", second.Run, second.Exit, first.Run)
	}
	for i, site := range gov.Sites {
		c := second.Columns[i]
		if c.Unchanged != first.Columns[i].Reports || c.New+c.Changed+c.Failed != 0 {
			t.Errorf("%s: %+v, want all %d unchanged", site.ID, c, first.Columns[i].Reports)
		}
		if robots := 1; site.Log.Len() != before[i]-robots {
			t.Errorf("%s: asked %d times, %d the first time: robots.txt is known for a day", site.ID, site.Log.Len(), before[i])
		}
	}
	calm := &gov.Site("calm").Log
	if calm.Conditional() != calm.Len() || calm.Statuses()[304] != calm.Len() {
		t.Errorf("calm site: %d requests, %d conditional, answers %v", calm.Len(), calm.Conditional(), calm.Statuses())
	}
	if n := len(o.reports()); n != len(reports) {
		t.Errorf("%d revisions after the second run, %d before", n, len(reports))
	}
	for _, c := range o.captures()[len(captures):] {
		if !strings.HasPrefix(c.URL, gov.Site("restless").URL) {
			t.Errorf("stored again although it is as it was: %s", c.URL)
		}
	}
}

// What changes on a site is seen by the next run, and nothing else is.
func TestChanges(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 4, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 9, PerPage: 5}}})
	site := gov.Site("trs")
	o := newOffice(t, sitesOf(gov)...)
	o.crawl()
	all := site.Reports()
	edited, removed := all[0], all[1]
	if err := site.Edit(edited.URL, "requests.new@natural_person", "4711"); err != nil {
		t.Fatal(err)
	}
	added := site.Publish(fakegov.ReportSpec{Organ: edited.Spec.Organ, Year: 2025})
	s := o.crawl()
	c := s.Columns[0]
	if c.New != 1 || c.Changed != 1 || c.Unchanged != 8 || c.Reports != 10 || c.Verdict != "complete" {
		t.Errorf("%+v, want 1 new, 1 changed, 8 unchanged", c)
	}
	revisions := map[string]int{}
	for _, r := range o.reports() {
		revisions[r.URL] = max(revisions[r.URL], r.Revision)
	}
	if revisions[edited.URL] != 2 || revisions[added.URL] != 1 || revisions[removed.URL] != 1 {
		t.Errorf("revisions %v", revisions)
	}

	// A page that stays away is asked a few times more, then left alone; its
	// report stays.
	site.Fail(requestPath(t, removed.URL), fakegov.Fault{Kind: fakegov.NotFound})
	for i, want := range []string{store.Failed, store.Failed, store.Gone} {
		o.crawl()
		if row := o.row(removed.URL); row.State != want {
			t.Errorf("after %d answers 404 the row is %s, want %s", i+1, row.State, want)
		}
	}
	site.Log.Reset()
	s = o.crawl()
	if n := site.Log.Count(requestPath(t, removed.URL)); n != 0 {
		t.Errorf("a page that is gone was asked %d times", n)
	}
	if c := s.Columns[0]; c.Reports != 10 || c.Verdict != "complete" {
		t.Errorf("%+v", c)
	}
}

// Every family of sites gives up its reports.
func TestFamilies(t *testing.T) {
	families := []fakegov.Family{fakegov.TRS, fakegov.UCAP, fakegov.Hanweb, fakegov.HanwebPost, fakegov.TrueCMS, fakegov.JPaaS,
		fakegov.XXGK, fakegov.XXGKAnnual, fakegov.GKMLPT, fakegov.Lonsun, fakegov.VSB, fakegov.Tree, fakegov.OnClick, fakegov.Beijing}
	options := fakegov.Options{Seed: 5}
	for _, f := range families {
		options.Sites = append(options.Sites, fakegov.SiteSpec{Family: f, Reports: 5, PerPage: 3})
	}
	gov := start(t, options)
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()
	for _, c := range s.Columns {
		if c.Verdict != "complete" {
			t.Errorf("%+v", c)
		}
	}
	for _, site := range gov.Sites {
		if diff := cmp.Diff(wantReports(site), gotReports(o, site.ID)); diff != "" {
			t.Errorf("%s: %s", site.ID, diff)
		}
	}
}

// The pace of a host holds by the log of the server.
func TestPace(t *testing.T) {
	const every = 40 * time.Millisecond
	gov := start(t, fakegov.Options{Seed: 6, Sites: []fakegov.SiteSpec{
		{ID: "one", Family: fakegov.TRS, Reports: 8, PerPage: 4},
		{ID: "two", Family: fakegov.TRS, Reports: 8, PerPage: 4},
	}})
	o := newOffice(t, sitesOf(gov)...)
	for i := range o.config.Sites {
		o.config.Sites[i].Pace.Every = pointer(configs.Duration(every))
	}
	o.crawl()
	one, two := gov.Site("one").Log.Requests(), gov.Site("two").Log.Requests()
	if one[len(one)-1].Start.Before(two[0].Start) || two[len(two)-1].Start.Before(one[0].Start) {
		t.Error("one host waited for the other")
	}
	for _, site := range gov.Sites {
		// A server sees a request when its goroutine is scheduled, which on a busy
		// machine moves single ones; the tests of package fetch hold each gap.
		log := site.Log.Requests()
		span := log[len(log)-1].Start.Sub(log[0].Start)
		if least := time.Duration(len(log)-3) * every; span < least {
			t.Errorf("%s: %d requests came within %s, want at least %s", site.ID, len(log), span, least)
		}
		if most := site.Log.MaxInFlight(); most != 1 {
			t.Errorf("%s: %d requests in flight at once", site.ID, most)
		}
	}
}

// One column may list what another has: it is fetched once and counts in both.
func TestSharedPages(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 7, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 5, PerPage: 3}}})
	sites := sitesOf(gov)
	again := sites[0]
	again.ID = "again"
	o := newOffice(t, sites[0], again)
	s := o.crawl()
	for _, c := range s.Columns {
		if c.Listed != 5 || c.Reports != 5 || c.New != 5 || c.Verdict != "complete" {
			t.Errorf("%+v, want 5 reports", c)
		}
	}
	counts := gov.Site("trs").Log.Counts()
	for _, r := range gov.Site("trs").Reports() {
		if n := counts[requestPath(t, r.URL)]; n != 1 {
			t.Errorf("%s was asked %d times", r.URL, n)
		}
	}
}

// Reports lie in files of all kinds, and pages under several addresses.
func TestFilesAndCopies(t *testing.T) {
	organ := fakegov.Demo().Sites[0].Plan[0].Organ
	plan := []fakegov.ReportSpec{
		{Organ: organ, Year: 2024, Attachment: fakegov.WithDOCX},
		{Organ: organ, Year: 2023, Attachment: fakegov.OnlyDOCX},
		{Organ: organ, Year: 2022, Attachment: fakegov.OnlyPDF},
		{Organ: organ, Year: 2021, Attachment: fakegov.EmbeddedPDF},
		{Organ: organ, Year: 2020, Attachment: fakegov.DirectFile},
		{Organ: organ, Year: 2019, Attachment: fakegov.BrokenPDF},
		{Organ: organ, Year: 2018, Copies: true},
	}
	gov := start(t, fakegov.Options{Seed: 10, Sites: []fakegov.SiteSpec{
		{ID: "trs", Family: fakegov.TRS, Plan: plan}, {ID: "hanweb", Family: fakegov.Hanweb, Plan: plan, PerPage: 4},
		{ID: "vsb", Family: fakegov.VSB, Plan: plan}, {ID: "ucap", Family: fakegov.UCAP, Plan: plan},
	}})
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()
	for _, site := range gov.Sites {
		var broken fakegov.Report
		for _, r := range site.Reports() {
			if r.Spec.Attachment == fakegov.BrokenPDF {
				broken = r
			}
		}
		if diff := cmp.Diff(wantReports(site, broken.URL), gotReports(o, site.ID)); diff != "" {
			t.Errorf("%s: reports (-want +got)\n%s", site.ID, diff)
		}
		if row := o.row(broken.File); row.State != store.Failed || row.Extra["verdict"] != "failed:html-instead-of-file" {
			t.Errorf("%s: an error page in place of a file: %+v", site.ID, row)
		}
		if c := column(t, s, site.ID); c.Verdict != "partial:1 page failed" || c.Failed != 1 {
			t.Errorf("%s: %+v, want one file failed", site.ID, c)
		}
		for path, n := range site.Log.Counts() {
			if n != 1 || strings.Contains(path, "_wap") || strings.Contains(path, "jsessionid") {
				t.Errorf("%s: %s was asked %d times", site.ID, path, n)
			}
		}
	}
	// What carries a report is visited again like a page.
	if s := o.crawl(); column(t, s, "trs").Unchanged != 6 {
		t.Errorf("second run %+v, want 6 unchanged", column(t, s, "trs"))
	}
}

// Items on hosts that are not configured are named, not fetched.
func TestScope(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 8, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 4}}})
	stranger := gov.Stranger.Reports()[0]
	index := page(t, `<ul>
		<li><a href="`+stranger.URL+`">某市统计局2022年政府信息公开工作年度报告</a><span>2023-01-20</span></li>
		<li><a href="/zfxxgk/202301/t20230120_1.html">某市2022年政府信息公开工作年度报告</a><span>2023-01-20</span></li>
		<li><a href="/zfxxgk/202301/t20230120_2.html">某市2022年政府网站工作年度报表</a><span>2023-01-20</span></li>
		</ul>`)
	o := newOffice(t, configs.Site{ID: "own", Name: "某市人民政府", Index: []string{index.URL + "/zfxxgk/"}})
	s := o.crawl()
	if n := gov.Stranger.Log.Len(); n != 0 {
		t.Errorf("a host out of scope was asked %d times", n)
	}
	c := s.Columns[0]
	if c.Listed != 3 || !strings.Contains(c.Evidence, strings.TrimPrefix(gov.Stranger.URL, "http://")) {
		t.Errorf("%+v, want the strange host named", c)
	}
	if !strings.Contains(o.log.String(), "某市统计局2022年") {
		t.Error("the item out of scope is not in the log with its title")
	}
	asked := slices.Sorted(maps.Keys(index.counts()))
	want := []string{"/robots.txt", "/zfxxgk/", "/zfxxgk/202301/t20230120_1.html"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownSite(t *testing.T) {
	o := newOffice(t, configs.Site{ID: "a", Index: []string{"http://127.0.0.1:1/"}})
	options := o.options()
	options.Sites = []string{"b"}
	if _, err := crawler.Run(t.Context(), options); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("got %v, want an error that names the site", err)
	}
}

func pointer[T any](v T) *T { return &v }

// prose is a judge that finds the tables of every page to be in its attachment.
type prose struct{ clerk }

func (j prose) Judge(ctx context.Context, p crawler.Page) (crawler.Judgement, error) {
	found, err := j.clerk.Judge(ctx, p)
	found.TablesInFile = !p.Attachment
	return found, err
}

// The attachments of a report in prose are judged when its tables are in them, and
// only stored when it has its own.
func TestTablesInFile(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 10, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Plan: []fakegov.ReportSpec{
		{Organ: fakegov.Demo().Sites[0].Plan[0].Organ, Year: 2024, Attachment: fakegov.WithDOCX},
	}}}})
	file := gov.Sites[0].Reports()[0].File
	o := newOffice(t, sitesOf(gov)...)
	o.crawl()
	if row := o.row(file); row.Extra["judge"] != "" || row.State != store.Done {
		t.Errorf("the page has its tables: %+v", row)
	}
	o = newOffice(t, sitesOf(gov)...)
	o.tune = func(options *crawler.Options) { options.Judge = prose{} }
	o.crawl()
	if row := o.row(file); row.Extra["report"] == "" {
		t.Errorf("the tables are in the file: %+v", row)
	}
}
