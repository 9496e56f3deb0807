package crawler

import (
	"net/url"
	"testing"

	"gongkai/configs"
	"gongkai/crawler/listing"
)

func testSite(t *testing.T, c configs.Site) *site {
	t.Helper()
	c.ID = "test"
	s, err := newSite(c, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestInScope(t *testing.T) {
	s := testSite(t, configs.Site{Index: []string{"https://www.example.gov.cn/zfxxgk/"}, AllowHosts: []string{"zfxx.other.gov.cn:8080", "*.bureau.gov.cn"}})
	for raw, want := range map[string]bool{
		"https://www.example.gov.cn/a":       true,
		"http://example.gov.cn/a":            true,
		"http://m.example.gov.cn/a":          true,
		"http://example.gov.cn:8080/a":       false,
		"http://tjj.example.gov.cn/a":        false,
		"http://example.gov.cn.evil.com/a":   false,
		"http://evil.com/www.example.gov.cn": false,
		"http://zfxx.other.gov.cn:8080/a":    true,
		"http://zfxx.other.gov.cn/a":         false,
		"http://a.bureau.gov.cn/":            true,
		"http://bureau.gov.cn/":              true,
		"http://notbureau.gov.cn/":           false,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.inScope(u) == nil; got != want {
			t.Errorf("%s in scope: %v, want %v", raw, got, want)
		}
	}
}

func TestWants(t *testing.T) {
	const index = "http://www.example.gov.cn/zwgk/zfxxgknb/"
	report := listing.Item{URL: "http://www.example.gov.cn/zwgk/zfxxgknb/202301/t20230120_1.html", Title: "某县2022年政府信息公开工作年度报告"}
	for _, tc := range []struct {
		name string
		site configs.Site
		item listing.Item
		want bool
	}{
		{"a report", configs.Site{}, report, true},
		{"a report elsewhere on the site", configs.Site{}, listing.Item{URL: "http://www.example.gov.cn/wjtz/1.html", Title: report.Title}, true},
		{"the statement on websites", configs.Site{}, listing.Item{URL: report.URL, Title: "某县2022年政府网站工作年度报表"}, false},
		{"a title that says nothing, in the column", configs.Site{}, listing.Item{URL: report.URL, Title: "县教育局"}, true},
		{"a title that says nothing, elsewhere", configs.Site{}, listing.Item{URL: "http://www.example.gov.cn/xwzx/1.html", Title: "县教育局"}, false},
		{"a year not asked for", configs.Site{Years: []int{2023}}, report, false},
		{"a year asked for", configs.Site{Years: []int{2022}}, report, true},
		{"included", configs.Site{Include: []string{"通知"}}, listing.Item{URL: report.URL, Title: "一份通知"}, true},
		{"not included", configs.Site{Include: []string{"通知"}}, report, false},
		{"excluded by title", configs.Site{Exclude: []string{"某县"}}, report, false},
		{"excluded by URL", configs.Site{Exclude: []string{"/202301/"}}, report, false},
		{"an excluded list", configs.Site{Exclude: []string{"2022"}}, listing.Item{URL: index + "2022n/", Title: "2022年", Child: true}, false},
		{"a list", configs.Site{}, listing.Item{URL: index + "2022n/", Title: "2022年", Child: true}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.site.Index = []string{index}
			s := testSite(t, tc.site)
			u, _ := url.Parse(index)
			if got := s.wants(tc.item, u, dedicated(u, []listing.Item{tc.item})); got != tc.want {
				t.Errorf("wants %q: %v, want %v", tc.item.Title, got, tc.want)
			}
		})
	}
}

func TestDedicated(t *testing.T) {
	notice := listing.Item{URL: "http://h/1.html", Title: "关于开展检查的通告"}
	report := listing.Item{URL: "http://h/2.html", Title: "某县2022年政府信息公开工作年度报告"}
	for _, tc := range []struct {
		index string
		items []listing.Item
		want  bool
	}{
		{"http://h/zfxxgk/zfxxgknb/", []listing.Item{notice, notice}, true},
		{"http://h/xxgk/gknb2017/", []listing.Item{notice}, true},
		{"http://h/zwgk/ndbg/index.html", nil, true},
		{"http://h/c100122/xlist.shtml", []listing.Item{report, notice}, true},
		{"http://h/c100122/xlist.shtml", []listing.Item{report, notice, notice}, false},
		{"http://h/zwgk/", []listing.Item{notice}, false},
	} {
		u, _ := url.Parse(tc.index)
		if got := dedicated(u, tc.items); got != tc.want {
			t.Errorf("dedicated(%s, %d items) = %v, want %v", tc.index, len(tc.items), got, tc.want)
		}
	}
}
