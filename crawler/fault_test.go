package crawler_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// A page that fails, fails alone; what becomes of it is recorded.
func TestPageFaults(t *testing.T) {
	const dead, failed, fine = "dead", "failed", "fine"
	for _, tc := range []struct {
		fault   fakegov.Fault
		want    string
		verdict string // of the row, its beginning
		asked   int    // how often the page is asked for; 0: not looked at
	}{
		{fakegov.Fault{Kind: fakegov.NotFound}, dead, "failed:404", 1},
		{fakegov.Fault{Kind: fakegov.Gone}, dead, "failed:410", 1},
		{fakegov.Fault{Kind: fakegov.SoftNotFound}, dead, "soft404", 1},
		{fakegov.Fault{Kind: fakegov.Stub}, dead, "soft404", 1},
		{fakegov.Fault{Kind: fakegov.HomeInstead}, dead, "soft404", 1},
		{fakegov.Fault{Kind: fakegov.Forbidden}, failed, "blocked:403", 1},
		{fakegov.Fault{Kind: fakegov.Captcha}, failed, "blocked:", 1},
		{fakegov.Fault{Kind: fakegov.IndexInstead}, failed, "blocked:index-for-article", 1},
		{fakegov.Fault{Kind: fakegov.ServerError}, failed, "failed:500", 3},
		{fakegov.Fault{Kind: fakegov.ServerError, Times: 1}, fine, "", 2},
		{fakegov.Fault{Kind: fakegov.TooMany, Times: 1, RetryAfter: "1"}, fine, "", 2},
		{fakegov.Fault{Kind: fakegov.Unavailable, Times: 1}, fine, "", 2},
		{fakegov.Fault{Kind: fakegov.Reset, Times: 1}, fine, "", 0},
		{fakegov.Fault{Kind: fakegov.Truncated, Times: 1}, fine, "", 2},
		{fakegov.Fault{Kind: fakegov.Endless}, failed, "failed:too-large", 1},
		{fakegov.Fault{Kind: fakegov.Trickle, Every: 20 * time.Millisecond}, failed, "failed:timeout", 0},
		{fakegov.Fault{Kind: fakegov.RedirectLoop}, failed, "failed:redirect", 0},
		{fakegov.Fault{Kind: fakegov.RedirectMetadata}, failed, "failed:address", 1},
		{fakegov.Fault{Kind: fakegov.RedirectOffHost}, failed, "failed:scope", 1},
		{fakegov.Fault{Kind: fakegov.SelfCookie}, fine, "", 2},
		{fakegov.Fault{Kind: fakegov.GzipBare}, fine, "", 1},
		{fakegov.Fault{Kind: fakegov.GzipUnasked}, fine, "", 1},
	} {
		t.Run(string(tc.fault.Kind), func(t *testing.T) {
			t.Parallel()
			n := 3
			switch tc.fault.Kind {
			case fakegov.TooMany, fakegov.Unavailable, fakegov.Reset, fakegov.Truncated, fakegov.Trickle, fakegov.Captcha:
				n = 1 // the host is asked more slowly from then on
			}
			gov := start(t, fakegov.Options{Seed: 11, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: n}}})
			site := gov.Site("trs")
			bad := site.Reports()[n-1]
			site.Fail(requestPath(t, bad.URL), tc.fault)
			o := newOffice(t, sitesOf(gov)...)
			if tc.fault.Kind == fakegov.Trickle {
				o.config.Sites[0].Pace.Timeout = configs.Duration(700 * time.Millisecond)
				o.config.Sites[0].Pace.Retries = pointer(0)
			}
			s := o.crawl()
			c, row := s.Columns[0], o.row(bad.URL)
			switch tc.want {
			case fine:
				if c.Verdict != "complete" || s.Exit != 0 || c.Reports != n || row.State != store.Done {
					t.Errorf("%+v, exit %d, row %+v; want all fetched", c, s.Exit, row)
				}
			case dead:
				if c.Verdict != "complete" || s.Exit != 0 || c.Reports != n-1 || c.Failed != 1 || row.State != store.Failed {
					t.Errorf("%+v, exit %d, row %+v; want a complete column with a dead link", c, s.Exit, row)
				}
			case failed:
				if c.Verdict != "partial:1 page failed" || s.Exit != 3 || c.Reports != n-1 || c.Failed != 1 || row.State != store.Failed || c.Evidence == "" {
					t.Errorf("%+v, exit %d, row %+v; want one page failed", c, s.Exit, row)
				}
			}
			if !strings.HasPrefix(row.Extra["verdict"], tc.verdict) || tc.want != fine && row.LastError == "" {
				t.Errorf("row says %q, %q; want verdict %s", row.Extra["verdict"], row.LastError, tc.verdict)
			}
			if asked := site.Log.Count(requestPath(t, bad.URL)); tc.asked != 0 && asked != tc.asked {
				t.Errorf("asked %d times, want %d", asked, tc.asked)
			}
			if n := gov.Stranger.Log.Len(); n != 0 {
				t.Errorf("a host out of scope was asked %d times", n)
			}
			// What arrived is a capture, with the verdict where it is not good.
			verdicts := map[string]bool{}
			for _, capture := range o.captures() {
				if capture.URL == bad.URL {
					verdicts[capture.Verdict] = true
				}
			}
			if arrived := row.Extra["verdict"] == "" || tc.fault.Kind != fakegov.Reset; arrived && !verdicts[row.Extra["verdict"]] {
				t.Errorf("captures have the verdicts %v, want %q", verdicts, row.Extra["verdict"])
			}
		})
	}
}

// An index that can't be read says why, and its host is left alone where it turns
// everybody away.
func TestIndexFaults(t *testing.T) {
	for _, tc := range []struct {
		fault   fakegov.FaultKind
		verdict string // its beginning
		asked   int    // requests, robots.txt among them; 0: not looked at
	}{
		{fakegov.Forbidden, "blocked:403", 2},
		{fakegov.Ruishu, "blocked:js-challenge(ruishu)", 2},
		{fakegov.Jiasule, "blocked:js-challenge(jiasule)", 2},
		{fakegov.C3VK, "blocked:js-challenge(c3vk)", 2},
		{fakegov.Captcha, "blocked:", 2},
		{fakegov.NotFound, "failed:404", 2},
		{fakegov.SoftNotFound, "soft404", 2},
		{fakegov.HomeInstead, "soft404", 0},
		{fakegov.Stub, "soft404", 2},
		{fakegov.ServerError, "failed:500", 4},
		{fakegov.Endless, "failed:too-large", 2},
		{fakegov.RedirectMetadata, "failed:address", 2},
		{fakegov.RedirectOffHost, "failed:scope", 2},
		{fakegov.RedirectLoop, "failed:redirect", 0},
	} {
		t.Run(string(tc.fault), func(t *testing.T) {
			t.Parallel()
			gov := start(t, fakegov.Options{Seed: 12, Sites: []fakegov.SiteSpec{
				{ID: "bad", Family: fakegov.TRS, Reports: 3}, {ID: "good", Family: fakegov.TRS, Reports: 2},
			}})
			site := gov.Site("bad")
			site.Fail(requestPath(t, site.Column().Index[0]), fakegov.Fault{Kind: tc.fault})
			o := newOffice(t, sitesOf(gov)...)
			s := o.crawl()
			c := column(t, s, "bad")
			if !strings.HasPrefix(c.Verdict, tc.verdict) || c.Evidence == "" || s.Exit != 3 {
				t.Errorf("%+v, exit %d; want %s and its evidence", c, s.Exit, tc.verdict)
			}
			if n := site.Log.Len(); tc.asked != 0 && n != tc.asked {
				t.Errorf("asked %d times, want %d: %v", n, tc.asked, site.Log.Counts())
			}
			if c := column(t, s, "good"); c.Verdict != "complete" || c.Reports != 2 {
				t.Errorf("the other site: %+v", c)
			}
		})
	}
}

// A host that turns us away in the middle of a run is left alone; its column says
// so, and the next run asks what is left.
func TestBlockedOnTheWay(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 13, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 12}}})
	site := gov.Site("trs")
	for _, r := range site.Reports()[4:] {
		site.Fail(requestPath(t, r.URL), fakegov.Fault{Kind: fakegov.Ruishu})
	}
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()
	if c := s.Columns[0]; c.Verdict != "blocked:js-challenge(ruishu)" || c.Failed != 1 || s.Exit != 3 {
		t.Errorf("%+v, exit %d", c, s.Exit)
	}
	if n := site.Log.Statuses()[412]; n != 1 {
		t.Errorf("asked on %d times after a challenge", n-1)
	}
	for _, r := range site.Reports() {
		site.Fail(requestPath(t, r.URL), fakegov.Fault{})
	}
	if c := o.crawl().Columns[0]; c.Verdict != "complete" || c.Reports != 12 {
		t.Errorf("after the block: %+v", c)
	}
}

// A host that gives the index for every article does not want to be asked so much:
// it is left alone. A redirect to the index says that one page is gone.
func TestIndexForEveryArticle(t *testing.T) {
	t.Parallel()
	gov := start(t, fakegov.Options{Seed: 15, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 12, PerPage: 12}, {ID: "moved", Family: fakegov.TRS, Reports: 4, PerPage: 4}}})
	site, moved := gov.Site("trs"), gov.Site("moved")
	for _, r := range site.Reports() {
		site.Fail(requestPath(t, r.URL), fakegov.Fault{Kind: fakegov.IndexInstead})
	}
	for _, r := range moved.Reports()[1:] {
		moved.Fail(requestPath(t, r.URL), fakegov.Fault{Kind: fakegov.HomeInstead, Location: requestPath(t, moved.Column().Index[0])})
	}
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()
	if c := column(t, s, "trs"); c.Verdict != "blocked:index-for-article" || c.Failed < 3 || c.Failed > 4 || !strings.Contains(c.Evidence, "3 times in a row") {
		t.Errorf("%+v", c)
	}
	// The next article may be under way while the third is being judged.
	if n := site.Log.Len(); n < 5 || n > 6 {
		t.Errorf("%d requests, want robots.txt, the index, 3 articles and at most the one after them", n)
	}
	if c := column(t, s, "moved"); c.Verdict != "complete" || c.Failed != 3 || c.Reports != 1 {
		t.Errorf("%+v, want 3 dead links", c)
	}
}

// A host that asks for captchas rests in between and is then left alone; what is
// left says why, whether the run waited for the end of the rests or not.
func TestCaptchas(t *testing.T) {
	t.Parallel()
	gov := start(t, fakegov.Options{Seed: 17, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 12, PerPage: 12}}})
	site := gov.Site("trs")
	for _, r := range site.Reports() {
		site.Fail(requestPath(t, r.URL), fakegov.Fault{Kind: fakegov.Captcha})
	}
	o := newOffice(t, sitesOf(gov)...)
	if c := o.crawl().Columns[0]; !strings.HasPrefix(c.Verdict, "blocked:") || c.Failed > 3 || !strings.Contains(c.Evidence, "pages not asked") {
		t.Errorf("%+v", c)
	}
	if n := site.Log.Len(); n > 5 {
		t.Errorf("%d requests, want robots.txt, the index and 3 articles at most", n)
	}
}

// Pages for which a host asks to be let alone till tomorrow are put off.
func TestLongRest(t *testing.T) {
	t.Parallel()
	gov := start(t, fakegov.Options{Seed: 16, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 3}}})
	site := gov.Site("trs")
	for _, r := range site.Reports() {
		site.Fail(requestPath(t, r.URL), fakegov.Fault{Kind: fakegov.Unavailable, RetryAfter: "80000"})
	}
	o := newOffice(t, sitesOf(gov)...)
	c := o.crawl().Columns[0]
	if c.Verdict != "partial:deferred" || c.Failed != 0 || !strings.Contains(c.Evidence, "3 pages not asked") || !strings.Contains(c.Evidence, "asked again at") {
		t.Errorf("%+v", c)
	}
	if n := site.Log.Len(); n != 3 {
		t.Errorf("%d requests, want robots.txt, the index and one page", n)
	}
}

func TestRobots(t *testing.T) {
	t.Parallel()
	gov := start(t, fakegov.Options{Seed: 14, Sites: []fakegov.SiteSpec{
		{ID: "closed", Family: fakegov.TRS, Reports: 3, Robots: "User-agent: *\nDisallow: /\n"},
		{ID: "broken", Family: fakegov.TRS, Reports: 3, Faults: map[string]fakegov.Fault{"/robots.txt": {Kind: fakegov.ServerError}}},
	}})
	o := newOffice(t, sitesOf(gov)...)
	s := o.crawl()
	if c := column(t, s, "closed"); c.Verdict != "robots" || c.Evidence == "" {
		t.Errorf("%+v, want robots", c)
	}
	if c := column(t, s, "broken"); c.Verdict != "robots:deferred" {
		t.Errorf("%+v, want robots:deferred", c)
	}
	for _, site := range gov.Sites {
		if n := site.Log.Len() - site.Log.Count("/robots.txt"); n != 0 {
			t.Errorf("%s: %d pages asked against robots.txt", site.ID, n)
		}
	}
	// A robots.txt that can't be read puts the host off, no more.
	gov.Site("broken").Fail("/robots.txt", fakegov.Fault{})
	if c := column(t, o.crawl(), "broken"); c.Verdict != "complete" || c.Reports != 3 {
		t.Errorf("next night: %+v", c)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	o := newOffice(t, configs.Site{ID: "away", Index: []string{"http://" + address + "/zfxxgk/"}})
	s := o.crawl()
	if c := s.Columns[0]; !strings.HasPrefix(c.Verdict, "unreachable:dial") || s.Exit != 3 {
		t.Errorf("%+v, exit %d", c, s.Exit)
	}
	if s.Requests != 1 {
		t.Errorf("it was tried %d times: once is enough to know for this run", s.Requests)
	}
}

// A column that listed reports and lists none is no success.
func TestEmptyDrift(t *testing.T) {
	full := `<ul><li><a href="/zfxxgk/202301/t20230120_1.html">某市2022年政府信息公开工作年度报告</a><span>2023-01-20</span></li></ul>`
	index := full
	site := serveIndex(t, &index)
	o := newOffice(t, configs.Site{ID: "own", Name: "某市人民政府", Index: []string{site.URL + "/zfxxgk/"}})
	if s := o.crawl(); s.Columns[0].Verdict != "complete" {
		t.Fatalf("%+v", s.Columns[0])
	}
	index = `<ul class="list"></ul><p>本栏目按年度公布政府信息公开工作情况，欢迎查阅和监督。</p>`
	s := o.crawl()
	if c := s.Columns[0]; c.Verdict != "empty_drift" || c.Reports != 1 || s.Exit != 4 || c.Drift == "" {
		t.Errorf("%+v, exit %d", c, s.Exit)
	}
}

func TestNeedsJS(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 15, Sites: []fakegov.SiteSpec{{ID: "js", Family: fakegov.NeedsJS, Reports: 3}}})
	o := newOffice(t, sitesOf(gov)...)
	if c := o.crawl().Columns[0]; !strings.HasPrefix(c.Verdict, "needs_js") {
		t.Errorf("%+v", c)
	}
}

// A host that does not answer holds up nobody else: this one only answers when the
// other is done with.
func TestSlowHost(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 16, Sites: []fakegov.SiteSpec{{ID: "quick", Family: fakegov.TRS, Reports: 9}}})
	quick := gov.Site("quick")
	done := func() bool {
		for _, r := range quick.Reports() {
			if quick.Log.Count(requestPath(t, r.URL)) == 0 {
				return false
			}
		}
		return true
	}
	alone := true
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				alone = false
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(frame("年报", "")))
	})
	o := newOffice(t, append(sitesOf(gov), configs.Site{ID: "slow", Index: []string{slow.URL + "/zfxxgk/"}})...)
	o.config.Limits.Hosts = 2
	for i := range o.config.Sites {
		o.config.Sites[i].Pace.Timeout = configs.Duration(time.Minute)
	}
	if c := column(t, o.crawl(), "quick"); !alone || c.Verdict != "complete" || c.Reports != 9 {
		t.Errorf("%+v beside a host that does not answer", c)
	}
}

// Ctrl-C: the requests under way end or are dropped, what they brought is kept,
// and the next run goes on.
func TestInterrupt(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 17, Sites: []fakegov.SiteSpec{
		{ID: "trs", Family: fakegov.TRS, Reports: 20, PerPage: 6}, {ID: "drip", Family: fakegov.TRS, Reports: 2},
	}})
	trs, drip := gov.Site("trs"), gov.Site("drip")
	index := requestPath(t, drip.Column().Index[0])
	drip.Fail(index, fakegov.Fault{Kind: fakegov.Trickle, Every: 50 * time.Millisecond})
	o := newOffice(t, sitesOf(gov)...)
	o.config.Sites[0].Pace.Every = pointer(configs.Duration(15 * time.Millisecond))
	o.tune = func(options *crawler.Options) { options.Grace = 300 * time.Millisecond }

	ctx, interrupt := context.WithCancel(t.Context())
	options := o.options()
	var interrupted time.Time
	var once sync.Once
	options.Progress = onProgress(func(s crawler.Status) {
		if s.Reports >= 5 {
			once.Do(func() { interrupted = time.Now(); interrupt() })
		}
	})
	s, err := crawler.Run(ctx, options)
	if !errors.Is(err, context.Canceled) || s == nil || s.Exit != 130 {
		t.Fatalf("got %+v, %v; want the summary so far and context.Canceled", s, err)
	}
	if took := time.Since(interrupted); took > 3*time.Second {
		t.Errorf("it took %s to end", took)
	}
	finished := map[string]bool{}
	for row, err := range o.store.Rows(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if row.State == store.Done && row.Kind == "page" {
			finished[requestPath(t, row.URL)] = true
		}
	}
	if len(finished) < 5 || len(finished) == 20 {
		t.Fatalf("%d pages finished before the interrupt", len(finished))
	}

	trs.Log.Reset()
	drip.Fail(index, fakegov.Fault{})
	again := o.crawl()
	if again.Run != s.Run || again.Exit != 0 {
		t.Errorf("went on as run %s, exit %d; want run %s", again.Run, again.Exit, s.Run)
	}
	if c := column(t, again, "trs"); c.Verdict != "complete" || c.Reports != 20 || c.New != 20 {
		t.Errorf("%+v", c)
	}
	for path := range trs.Log.Counts() {
		if finished[path] {
			t.Errorf("%s was finished and asked again", path)
		}
	}
	if again.Requests <= s.Requests {
		t.Errorf("the whole run has %d requests, its first part %d", again.Requests, s.Requests)
	}
}

type onProgress func(crawler.Status)

func (f onProgress) Update(s crawler.Status) { f(s) }

// A corpus that another crawl works on is left to it.
func TestOneRunAtATime(t *testing.T) {
	o := newOffice(t, configs.Site{ID: "a", Index: []string{"http://127.0.0.1:1/"}})
	release, err := o.store.AcquireRun(t.Context(), "crawl")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := crawler.Run(t.Context(), o.options()); !store.Unavailable(err) {
		t.Errorf("got %v, want the corpus to be unavailable", err)
	}
}
