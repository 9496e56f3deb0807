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
			if !strings.Contains(r.Profile, index) || r.Mechanism != "" && !strings.Contains(r.Profile, "listing: "+r.Mechanism) {
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
