package corpus

import (
	"testing"

	"gongkai/report"
)

// One organ, scope and year is one report, wherever it is published; organs whose
// names do not say where they are, are told apart by region or host.
func TestIdentity(t *testing.T) {
	id := func(name, full, region string, scope report.Scope, year int, address string) string {
		return Identity(&report.Report{Organ: report.Organ{Name: name, FullName: full, Region: region}, Scope: scope, Year: year}, address)
	}
	own := report.ScopeOwn
	for _, test := range []struct {
		name string
		a, b string
		same bool
	}{
		{"two addresses", id("慈溪市教育局", "", "", own, 2020, "https://a.gov.cn/1"), id("慈溪市教育局", "", "", own, 2020, "https://b.gov.cn/2"), true},
		{"two regions of sites", id("慈溪市教育局", "", "330282", own, 2020, "https://a.gov.cn/1"), id("慈溪市教育局", "", "330200", own, 2020, "https://b.gov.cn/2"), true},
		{"spaces and widths", id("慈溪市 教育局（本级）", "", "", own, 2020, ""), id("慈溪市教育局(本级)", "", "", own, 2020, ""), true},
		{"full name", id("教育局", "慈溪市教育局", "", own, 2020, ""), id("慈溪市教育局", "", "", own, 2020, ""), true},
		{"two years", id("慈溪市教育局", "", "", own, 2020, "u"), id("慈溪市教育局", "", "", own, 2021, "u"), false},
		{"two scopes", id("慈溪市人民政府", "", "", own, 2020, "u"), id("慈溪市人民政府", "", "", report.ScopeAggregate, 2020, "u"), false},
		{"a district in two regions", id("鼓楼区教育局", "", "320106", own, 2020, ""), id("鼓楼区教育局", "", "350102", own, 2020, ""), false},
		{"a district in one region", id("鼓楼区教育局", "", "320106", own, 2020, "https://a.gov.cn"), id("鼓楼区教育局", "", "320106", own, 2020, "https://b.gov.cn"), true},
		{"no place, two hosts", id("市教育局", "", "", own, 2020, "https://www.a.gov.cn/x"), id("市教育局", "", "", own, 2020, "https://www.b.gov.cn/x"), false},
		{"no place, one host", id("市教育局", "", "", own, 2020, "https://www.a.gov.cn/x"), id("市教育局", "", "", own, 2020, "http://a.gov.cn/y"), true},
		{"no year", id("慈溪市教育局", "", "", own, 0, "u"), id("慈溪市教育局", "", "", own, 0, "v"), false},
		{"no organ", id("", "", "", own, 2020, "u"), id("", "", "", own, 2020, "v"), false},
		{"no organ, one address", id("", "", "", own, 2020, "u"), id("", "", "", own, 2020, "u"), true},
	} {
		if (test.a == test.b) != test.same {
			t.Errorf("%s: %s and %s", test.name, test.a, test.b)
		}
		if len(test.a) != idLength {
			t.Errorf("%s: ID %q", test.name, test.a)
		}
	}
}

// The names of organs say where they are, or do not.
func TestPlaced(t *testing.T) {
	for name, want := range map[string]bool{
		"慈溪市人民政府": true, "贵州省贵阳市乌当区人民政府": true, "广西壮族自治区财政厅": true, "凉山州人民政府": true, "兴安盟行政公署": true,
		"麻阳苗族自治县林业局": true, "科尔沁左翼中旗民政局": true, "国家税务总局慈溪市税务局": true, "中国证券监督管理委员会": true, "上海市科学技术委员会": true,
		"市教育局": false, "省财政厅": false, "鼓楼区教育局": false, "城关镇人民政府": false, "市场监督管理局": false, "城市管理局": false,
		"住房和城乡建设局": false, "农业农村局": false, "办公室": false, "县审计局": false,
	} {
		if got := placed.MatchString(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
