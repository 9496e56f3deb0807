package crawler_test

import (
	"strings"
	"testing"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/internal/fakegov"
)

func TestProbe(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 21, Sites: []fakegov.SiteSpec{
		{Family: fakegov.TRS, Reports: 7, PerPage: 4, Noise: 1},
		{Family: fakegov.Hanweb, Reports: 7, PerPage: 2},
		{Family: fakegov.JPaaSEmpty, Reports: 7, PerPage: 4},
		{Family: fakegov.NeedsJS},
	}})
	for _, tc := range []struct {
		site                    string
		items, wanted, declared int
		next                    bool
		verdict                 string
	}{
		{"trs", 4, 4, 0, true, ""},
		{"hanweb", 6, 6, 7, true, ""},
		{"jpaas-empty", 4, 4, 7, true, ""},
		{"needs-js", 0, 0, 0, false, "needs_js"},
	} {
		t.Run(tc.site, func(t *testing.T) {
			site := gov.Site(tc.site)
			index := site.Column().Index[0]
			r, err := crawler.Probe(t.Context(), index, crawler.Options{AllowPrivate: true, Config: &configs.Config{
				UserAgent: "gongkai-test/1.0", Pace: configs.Pace{Every: pointer(configs.Duration(0))}, Limits: configs.Limits{Body: 1 << 20, Pages: 9},
			}})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Items) != tc.items || r.Declared != tc.declared || (r.Next != nil) != tc.next || !strings.HasPrefix(r.Verdict, tc.verdict) || tc.verdict == "" && r.Verdict != "" {
				t.Errorf("%+v, want %+v", r, tc)
			}
			if r.Wanted < tc.wanted-1 || r.Wanted > tc.wanted {
				t.Errorf("%d wanted, want %d", r.Wanted, tc.wanted)
			}
			if !strings.Contains(r.Profile, index) || r.Mechanism != "" && !strings.Contains(r.Profile, "listing: {mechanism: "+r.Mechanism) {
				t.Errorf("profile\n%s", r.Profile)
			}
			if _, err := configs.Parse("profile", []byte("sites:\n"+r.Profile)); err != nil {
				t.Errorf("the profile is no configuration: %v", err)
			}
		})
	}
	r, err := crawler.Probe(t.Context(), gov.Sites[0].URL+"/zfxxgk/", crawler.Options{})
	if err != nil || r.Verdict != "failed:address" {
		t.Errorf("%+v, %v; want a private address refused", r, err)
	}
	if _, err := crawler.Probe(t.Context(), "www.example.gov.cn", crawler.Options{}); err == nil {
		t.Error("an address without a scheme was probed")
	}
}

// What a probe prints pins the index: pasted into a configuration it lists the
// same, and drift shows when the site changes.
func TestProbePins(t *testing.T) {
	var specs []fakegov.SiteSpec
	for _, family := range fakegov.Families() {
		specs = append(specs, fakegov.SiteSpec{Family: family, Reports: 12, PerPage: 5, Noise: 1})
	}
	gov := start(t, fakegov.Options{Seed: 22, Sites: specs})
	every := pointer(configs.Duration(0))
	bare := &configs.Config{UserAgent: "gongkai-test/1.0", Pace: configs.Pace{Every: every}, Limits: configs.Limits{Body: 1 << 20, Pages: 9}}
	var lines strings.Builder
	lines.WriteString("pace: {every: 0s}\nsites:\n")
	first := map[string]*crawler.ProbeResult{}
	for _, site := range gov.Sites {
		index := site.Column().Index[0]
		r, err := crawler.Probe(t.Context(), index, crawler.Options{AllowPrivate: true, Config: bare})
		if err != nil {
			t.Fatal(err)
		}
		first[index] = r
		lines.WriteString(r.Profile)
	}
	c, err := configs.Parse("pasted", []byte(lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	probe := func() map[string]*crawler.ProbeResult {
		shown := 0
		results, err := crawler.ProbeAll(t.Context(), crawler.Options{Config: c}, func(*crawler.ProbeResult) { shown++ })
		if err != nil || shown != len(gov.Sites) || len(results) != shown {
			t.Fatalf("%d of %d shown, %v", shown, len(results), err)
		}
		byIndex := map[string]*crawler.ProbeResult{}
		for _, r := range results {
			byIndex[r.URL] = r
		}
		return byIndex
	}
	for index, r := range probe() {
		was := first[index]
		if r.Mechanism != was.Mechanism || len(r.Items) != len(was.Items) || r.Declared != was.Declared || r.Drift != "" {
			t.Errorf("%s: %s with %d items of %d, drift %q; was %s, %d of %d\n%s", index, r.Mechanism, len(r.Items), r.Declared, r.Drift, was.Mechanism, len(was.Items), was.Declared, r.Profile)
		}
	}

	// One site lists as another does now, one has lost most, one is closed.
	indexOf := func(id string) string { return gov.Site(id).Column().Index[0] }
	for i := range c.Sites {
		switch c.Sites[i].Index[0] {
		case indexOf("ucap"):
			c.Sites[i].Listing.Mechanism = "jpage"
		case indexOf("trs"):
			c.Sites[i].Listing.Items = 60
		}
	}
	gov.Site("vsb").Fail("/*", fakegov.Fault{Kind: fakegov.Forbidden})
	now := probe()
	for id, want := range map[string]string{"ucap": "lists by pager, jpage is pinned; 0 items, ", "trs": "items, 60 are pinned"} {
		if r := now[indexOf(id)]; !strings.Contains(r.Drift, want) {
			t.Errorf("%s drifted %q, want %q", id, r.Drift, want)
		}
	}
	if r := now[indexOf("vsb")]; r.Verdict != "blocked:403" || r.Drift != "" {
		t.Errorf("a closed site: %s, drift %q", r.Verdict, r.Drift)
	}
}
