package crawler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/internal/fakegov"
)

func TestRetryFailed(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 31, Sites: []fakegov.SiteSpec{
		{ID: "page", Family: fakegov.TRS, Reports: 4}, {ID: "index", Family: fakegov.TRS, Reports: 3},
	}})
	page, index := gov.Site("page"), gov.Site("index")
	bad := page.Reports()[2]
	page.Fail(requestPath(t, bad.URL), fakegov.Fault{Kind: fakegov.Endless})
	index.Fail(requestPath(t, index.Column().Index[0]), fakegov.Fault{Kind: fakegov.NotFound})
	o := newOffice(t, sitesOf(gov)...)
	o.crawl()
	page.Fail(requestPath(t, bad.URL), fakegov.Fault{})
	index.Fail(requestPath(t, index.Column().Index[0]), fakegov.Fault{})
	page.Log.Reset()
	o.tune = func(options *crawler.Options) { options.RetryFailed = true }
	s := o.crawl()
	if n := page.Log.Len(); n != 1 || page.Log.Count(requestPath(t, bad.URL)) != 1 {
		t.Errorf("asked %v, want only what had failed", page.Log.Counts())
	}
	if c := column(t, s, "page"); c.Verdict != "complete" || c.Reports != 4 || c.New != 1 || c.Failed != 0 {
		t.Errorf("%+v", c)
	}
	if c := column(t, s, "index"); c.Verdict != "complete" || c.Reports != 3 {
		t.Errorf("%+v", c)
	}
}

func TestSites(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 32, Sites: []fakegov.SiteSpec{
		{ID: "a", Family: fakegov.TRS, Reports: 3}, {ID: "b", Family: fakegov.TRS, Reports: 3},
	}})
	o := newOffice(t, sitesOf(gov)...)
	o.tune = func(options *crawler.Options) { options.Sites = []string{"b"} }
	if s := o.crawl(); len(s.Columns) != 1 || s.Columns[0].Site != "b" || s.Columns[0].Reports != 3 {
		t.Errorf("%+v", s)
	}
	if n := gov.Site("a").Log.Len(); n != 0 {
		t.Errorf("the other site was asked %d times", n)
	}
}

func TestSince(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 33, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 8}}})
	o := newOffice(t, sitesOf(gov)...)
	since, want := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), 0
	for _, r := range gov.Site("trs").Reports() {
		if r.Truth.Published >= since.Format(time.DateOnly) {
			want++
		}
	}
	o.tune = func(options *crawler.Options) { options.Since = since }
	if c := o.crawl().Columns[0]; c.Listed != 8 || c.Reports != want || want == 0 || want == 8 {
		t.Errorf("%+v, want %d reports of 8", c, want)
	}
}

// What a run that was not finished had queued is left out too, and comes with the
// next.
func TestSinceAfterAnInterruption(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 33, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 8}}})
	o := newOffice(t, sitesOf(gov)...)
	o.config.Sites[0].Budget.Requests = 2 // robots.txt and the index
	o.crawl()
	o.config.Sites[0].Budget.Requests = 0
	o.tune = func(options *crawler.Options) { options.Since = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }
	if c := o.crawl().Columns[0]; c.Verdict != "complete" || c.Listed != 8 || c.Reports != 0 {
		t.Errorf("%+v, want no page", c)
	}
	if n := gov.Site("trs").Log.Len(); n > 4 {
		t.Errorf("%d requests", n)
	}
	o.tune = nil
	if c := o.crawl().Columns[0]; c.Verdict != "complete" || c.Reports != 8 {
		t.Errorf("%+v, want what was left out", c)
	}
}

// A run that takes as long as it may ends without an error, and the next goes on.
func TestMaxDuration(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 34, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 20}}})
	o := newOffice(t, sitesOf(gov)...)
	o.config.Sites[0].Pace.Every = pointer(configs.Duration(30 * time.Millisecond))
	o.tune = func(options *crawler.Options) { options.MaxDuration = 250 * time.Millisecond }
	first := o.crawl()
	if c := first.Columns[0]; !strings.HasPrefix(c.Verdict, "partial:") || first.Exit != 3 {
		t.Fatalf("%+v, exit %d, want a partial column", c, first.Exit)
	}
	o.tune = nil
	second := o.crawl()
	if c := second.Columns[0]; second.Run != first.Run || c.Verdict != "complete" || c.Reports != 20 || second.Exit != 0 {
		t.Errorf("%+v, want run %s to be ended", second, first.Run)
	}
	for path, n := range gov.Site("trs").Log.Counts() {
		if n > 2 || n == 2 && !strings.Contains(path, "robots") {
			t.Errorf("%s was asked %d times", path, n)
		}
	}
}

// A budget that is spent leaves the rest to the next run; that of a site stops no
// other site.
func TestBudget(t *testing.T) {
	for name, set := range map[string]func(*configs.Config){
		"the run":  func(c *configs.Config) { c.Budget.Run.Requests = 6 },
		"site trs": func(c *configs.Config) { c.Sites[0].Budget.Requests = 6 },
	} {
		t.Run(name, func(t *testing.T) {
			gov := start(t, fakegov.Options{Seed: 37, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 9}}})
			site := gov.Site("trs")
			sites := sitesOf(gov)
			if name != "the run" { // on the same host
				other := sites[0]
				other.ID, other.Index = "other", []string{site.URL + "/"}
				sites = append(sites, other)
			}
			o := newOffice(t, sites...)
			set(o.config)
			s := o.crawl()
			if c := s.Columns[0]; c.Verdict != "partial:budget" || !strings.Contains(c.Evidence, "the budget of "+name+" is spent: 6 requests") {
				t.Errorf("%+v after %d requests", c, site.Log.Len())
			}
			if n := site.Log.Len(); name == "the run" && n != 6 || name != "the run" && site.Log.Count("/") != 1 {
				t.Errorf("asked %v", site.Log.Counts())
			}
			o.config.Budget = configs.Budgets{}
			o.config.Sites[0].Budget = configs.Budget{}
			if c := o.crawl().Columns[0]; c.Verdict != "complete" || c.Reports != 9 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// Outside its hours a site is left alone and its column says so; out of season it
// is no part of the run.
func TestWindow(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 38, Sites: []fakegov.SiteSpec{
		{ID: "asleep", Family: fakegov.TRS, Reports: 2}, {ID: "closed", Family: fakegov.TRS, Reports: 2}, {ID: "open", Family: fakegov.TRS, Reports: 2},
	}})
	o := newOffice(t, sitesOf(gov)...)
	now := time.Now().In(configs.China)
	// A span that begins in six hours, and a season that begins in a hundred days.
	from, day := now.Add(6*time.Hour), now.AddDate(0, 0, 100)
	o.config.Sites[0].Pace.Window = &configs.Window{Hours: from.Format("15:04") + "-" + from.Add(time.Hour).Format("15:04")}
	o.config.Sites[1].Pace.Window = &configs.Window{Season: day.Format("01-02") + ".." + day.AddDate(0, 0, 9).Format("01-02")}
	o.config.Sites[2].Pace.Window = &configs.Window{Hours: "00:00-24:00", Season: "01-01..12-31"}
	s := o.crawl()
	if len(s.Columns) != 2 || s.Columns[1].Verdict != "complete" || s.Exit != 3 {
		t.Fatalf("%+v", s)
	}
	if c := column(t, s, "asleep"); c.Verdict != "partial:deferred" || !strings.Contains(c.Evidence, "outside the hours "+from.Format("15:04")) {
		t.Errorf("%+v", c)
	}
	for _, id := range []string{"asleep", "closed"} {
		if n := gov.Site(id).Log.Len(); n != 0 {
			t.Errorf("%s was asked %d times", id, n)
		}
	}
	o.config.Sites = o.config.Sites[1:2]
	if s := o.crawl(); s.Exit != 0 || len(s.Columns) != 0 {
		t.Errorf("a run of nothing but closed sites: %+v", s)
	}
}

// Under the seasonal policy a second run asks for the lists and for little else.
func TestSeasonalRun(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 35, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 10}}})
	site := gov.Site("trs")
	o := newOffice(t, sitesOf(gov)...)
	o.seasonal()
	o.crawl()
	site.Log.Reset()
	added := site.Publish(fakegov.ReportSpec{Organ: site.Reports()[0].Spec.Organ, Year: 2025})
	s := o.crawl()
	if c := s.Columns[0]; c.Reports != 11 || c.New != 1 || c.Verdict != "complete" {
		t.Errorf("%+v", c)
	}
	if site.Log.Count(requestPath(t, added.URL)) != 1 || site.Log.Len() > 5 {
		t.Errorf("asked %v", site.Log.Counts())
	}
}

// What is found on a page is new, however long the page itself is left alone.
func TestSeasonalRunTakesNewFiles(t *testing.T) {
	organ := fakegov.Demo().Sites[0].Plan[0].Organ
	gov := start(t, fakegov.Options{Seed: 36, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Plan: []fakegov.ReportSpec{
		{Organ: organ, Year: 2019, Attachment: fakegov.WithDOCX}, {Organ: organ, Year: 2020, Attachment: fakegov.OnlyDOCX},
	}}}})
	o := newOffice(t, sitesOf(gov)...)
	o.seasonal()
	if c := o.crawl().Columns[0]; c.Reports != 2 || c.Verdict != "complete" {
		t.Errorf("%+v", c)
	}
}

// A column that gives much less than it used to trips the gate.
func TestDriftGate(t *testing.T) {
	var items strings.Builder
	for _, organ := range []string{"教育局", "民政局", "财政局", "水利局", "司法局", "统计局"} {
		items.WriteString(`<li><a href="/zfxxgk/` + organ + `/t20230101_1.html">县` + organ + `2022年政府信息公开工作年度报告</a><span>2023-01-01</span></li>`)
	}
	index := "<ul>" + items.String() + "</ul>"
	site := serveIndex(t, &index)
	o := newOffice(t, configs.Site{ID: "own", Name: "某县人民政府", Index: []string{site.URL + "/zfxxgk/"}})
	if s := o.crawl(); s.Exit != 0 {
		t.Fatalf("%+v", s)
	}
	index = "<ul>" + items.String()[:strings.Index(items.String(), "<li><a href=\"/zfxxgk/财政局")] + "</ul>"
	s := o.crawl()
	if c := s.Columns[0]; s.Exit != 4 || c.Drift != "items listed 2, usually 6 (-66%)" {
		t.Errorf("%+v, exit %d; want the drift named", c, s.Exit)
	}
}

// A dry run tells what a run would fetch, and writes nothing.
// What may only be asked at night is planned for the night, at the host's pace.
func TestPlanWithinHours(t *testing.T) {
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, configs.China)
	o := newOffice(t, configs.Site{ID: "a", Index: []string{"http://a.example/1/", "http://a.example/2/"}})
	o.config.Sites[0].Pace.Every = pointer(configs.Duration(time.Minute))
	o.config.Sites[0].Pace.Window = &configs.Window{Hours: "23:00-05:00"}
	options := o.options()
	options.Now = func() time.Time { return noon }
	var at []string
	for p, err := range crawler.Plan(t.Context(), options) {
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, p.At.In(configs.China).Format(time.TimeOnly))
	}
	if diff := cmp.Diff([]string{"23:00:00", "23:01:00"}, at); diff != "" {
		t.Error(diff)
	}
}

func TestPlan(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 36, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 6}}})
	site := gov.Site("trs")
	o := newOffice(t, sitesOf(gov)...)
	o.config.Sites[0].Pace.Every = pointer(configs.Duration(20 * time.Millisecond))
	plan := func() map[string]int {
		t.Helper()
		why := map[string]int{}
		last := time.Time{}
		for p, err := range crawler.Plan(t.Context(), o.options()) {
			if err != nil {
				t.Fatal(err)
			}
			if p.URL == "" || p.At.Before(last) {
				t.Errorf("%+v comes before %s", p, last)
			}
			last = p.At
			why[p.Why]++
		}
		return why
	}
	if diff := cmp.Diff(map[string]int{"index": 1}, plan()); diff != "" {
		t.Errorf("before the first run\n%s", diff)
	}
	o.tune = func(options *crawler.Options) { options.MaxDuration = 90 * time.Millisecond }
	o.crawl()
	o.tune = nil
	if why := plan(); why["queued"] == 0 || why["index"] != 0 || why["revisit"] != 0 {
		t.Errorf("of a run that was not ended: %v", why)
	}
	site.Fail(requestPath(t, site.Reports()[0].URL), fakegov.Fault{Kind: fakegov.NotFound})
	o.crawl()
	site.Log.Reset()
	why := plan()
	if why["index"] != 1 || why["revisit"]+why["retry"] != 6 {
		t.Errorf("after a run: %v", why)
	}
	if site.Log.Len() != 0 {
		t.Error("a dry run asked the site")
	}
}
