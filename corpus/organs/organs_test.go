package organs

import (
	"slices"
	"strings"
	"testing"
)

func learned(decisions ...Decision) *Resolver {
	r := New(decisions)
	for _, s := range []Subject{
		{Name: "慈溪市人民政府", Host: "www.cixi.gov.cn", Year: 2020},
		{Name: "慈溪市财政局", Host: "www.cixi.gov.cn", Year: 2021},
		{Name: "鼓楼区人民政府", Host: "www.fuzhou.gov.cn", Year: 2020}, // tells nothing: four districts bear the name
		{Name: "福州市人民政府", Host: "www.fuzhou.gov.cn", Year: 2020},
		{Name: "闽侯县人民政府", Host: "www.fuzhou.gov.cn", Year: 2020},
		{Name: "平凉市人民政府", Host: "mixed.example.com", Year: 2020},
		{Name: "宁波市人民政府", Host: "mixed.example.com", Year: 2020},
	} {
		r.Learn(s)
	}
	return r
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		why  string
		s    Subject
		code string
		by   Method
		also string // level, then the codes of today or the candidates
	}{
		{"a unique name", Subject{Name: "慈溪市人民政府办公室", Year: 2023}, "330282", ByName, "county 330282"},
		{"with its parents", Subject{Name: "鼓楼区卫健局", FullName: "江苏省南京市鼓楼区卫健局", Year: 2023}, "320106", ByName, "county 320106"},
		{"spaces and widths in print", Subject{Name: "慈 溪 市 财政局", Year: 2023}, "330282", ByName, "county 330282"},
		{"a code that is another today", Subject{Name: "海安县人民政府", Year: 2016}, "320621", ByName, "county 320685"},
		{"a place that was divided", Subject{Name: "邯郸县人民政府", Year: 2013}, "130421", ByName, "county 130402 130403"},
		{"a town keeps its level", Subject{Name: "慈溪市观海卫镇人民政府", Year: 2020, Level: "township"}, "330282", ByName, "township 330282"},
		{"several bear the name", Subject{Name: "鼓楼区人民政府", Year: 2020}, "", Open, " ? 320106 320302 350102 410204"},
		{"the site tells which", Subject{Name: "鼓楼区人民政府", Year: 2020, Region: "410200"}, "410204", ByConfigured, "county 410204"},
		{"the host tells which", Subject{Name: "鼓楼区教育局", Year: 2020, Host: "www.fuzhou.gov.cn"}, "350102", ByHost, "county 350102"},
		{"a host of many places does not", Subject{Name: "鼓楼区教育局", Year: 2020, Host: "mixed.example.com"}, "", Open, " ? 320106 320302 350102 410204"},
		{"the site code tells which", Subject{Name: "鼓楼区教育局", Year: 2020, Meta: map[string]string{"SiteIDCode": "3203020001"}}, "320302", BySiteCode, "county 320302"},
		{"a site code of a ministry tells nothing", Subject{Name: "鼓楼区教育局", Year: 2020, Meta: map[string]string{"SiteIDCode": "bm24000001"}}, "", Open, " ? 320106 320302 350102 410204"},
		{"no place in the name, region of the site", Subject{Name: "市场监督管理局", Year: 2020, Region: "330282"}, "330282", ByConfigured, "county 330282"},
		{"no place in the name, credit code", Subject{Name: "文体广电和旅游局", Year: 2024, Meta: map[string]string{"索引号": "12620600MB0523338C/2025-04735"}}, "620600", ByCreditCode, "city 620600"},
		{"an old organisation code tells nothing", Subject{Name: "文体广电和旅游局", Year: 2018, Meta: map[string]string{"索引号": "014416330/2018-04736"}}, "", Open, " ?"},
		{"no place in the name, host", Subject{Name: "综合行政执法局", Year: 2020, Host: "www.cixi.gov.cn"}, "330282", ByHost, "county 330282"},
		{"name against site", Subject{Name: "平凉市人民政府", Year: 2020, Region: "330282"}, "", Open, " ? 620800 330282"},
		{"name more precise than site", Subject{Name: "慈溪市财政局", Year: 2020, Region: "330200"}, "330282", ByName, "county 330282"},
		{"site code against credit code", Subject{Name: "鼓楼区教育局", Year: 2020, Meta: map[string]string{"SiteIDCode": "3201060001", "索引号": "11350102003604017X/2020-1"}}, "", Open, " ? 320106 350102"},
		{"site code of the city, credit code of the district", Subject{Name: "鼓楼区教育局", Year: 2020, Meta: map[string]string{"SiteIDCode": "3501000001", "索引号": "11350102003604017X/2020-1"}}, "350102", BySiteCode, "county 350102"},
		{"a zone by its short name", Subject{Name: "合肥高新区管委会", Year: 2021}, "fz:340171", ByName, ""},
		{"a city of the corps", Subject{Name: "新疆生产建设兵团第八师石河子市人民政府", Year: 2020}, "659001", ByName, "county 659001"},
		{"the centre", Subject{Name: "教育部", Year: 2020, Level: "central"}, "", ByCentral, "central"},
		{"a configured code that is none", Subject{Name: "财政局", Year: 2020, Region: "999999"}, "", Open, " ?"},
	} {
		got := learned().Resolve(c.s)
		also := got.Level + " " + strings.Join(got.Latest, " ")
		if got.By == Open {
			also = " ?"
			for _, k := range got.Candidates {
				also += " " + k.Region
				if k.Place == "" || k.Why == "" {
					t.Errorf("%s: candidate without place or reason: %+v", c.why, k)
				}
			}
		}
		if got.Region != c.code || got.By != c.by || strings.TrimSpace(also) != strings.TrimSpace(c.also) {
			t.Errorf("%s: %s by %s (%s), want %s by %s (%s); evidence: %s", c.why, got.Region, got.By, also, c.code, c.by, c.also, got.Evidence)
		}
		if got.Evidence == "" {
			t.Errorf("%s: no evidence", c.why)
		}
	}
}

func TestDecisions(t *testing.T) {
	r := learned(
		Decision{Name: "鼓楼区人民政府", Region: "320106"},
		Decision{Name: "鼓楼区人民政府", Host: "www.gulou.example.cn", Region: "410204"},
		Decision{Name: "平凉市人民政府", Region: None},
	)
	for _, c := range []struct {
		s    Subject
		want string
	}{
		{Subject{Name: "鼓楼区人民政府", Year: 2020}, "320106"},
		{Subject{Name: "鼓楼区 人民政府", Year: 2020, Host: "www.gulou.example.cn"}, "410204"},
		{Subject{Name: "鼓楼区人民政府", Year: 2020, Host: "other.example.cn", Region: "350100"}, "320106"},
		{Subject{Name: "平凉市人民政府", Year: 2020}, ""},
	} {
		if got := r.Resolve(c.s); got.Region != c.want || got.By != ByDecision {
			t.Errorf("%+v: %s by %s, want %s by decision", c.s, got.Region, got.By, c.want)
		}
	}
}

// The order of learning does not matter.
func TestCommonArea(t *testing.T) {
	names := []Subject{
		{Name: "慈溪市财政局", Host: "h", Year: 2020}, {Name: "余姚市财政局", Host: "h", Year: 2020}, {Name: "杭州市财政局", Host: "h", Year: 2020},
	}
	for range 6 {
		r := New(nil)
		for _, s := range names {
			r.Learn(s)
		}
		if area, told := r.common("h"); area != "330000" || told != 3 {
			t.Errorf("common area %s of %d, want 330000 of 3", area, told)
		}
		names = slices.Concat(names[1:], names[:1])
	}
}

func TestIdentity(t *testing.T) {
	r := learned()
	for _, c := range []struct {
		s            Subject
		identity, of string
	}{
		{Subject{Name: "慈溪市人民政府", Year: 2020}, "330282 人民政府", "330200 人民政府"},
		{Subject{Name: "宁波市慈溪市人民政府", Year: 2021}, "330282 人民政府", "330200 人民政府"},
		{Subject{Name: "海安县财政局", Year: 2016}, "320685 财政局", "320685 人民政府"},
		{Subject{Name: "海安市财政局", Year: 2020}, "320685 财政局", "320685 人民政府"},
		{Subject{Name: "浙江省人民政府", Year: 2020}, "330000 人民政府", ""},
		{Subject{Name: "市场监督管理局", Year: 2020, Region: "330282"}, "330282 市场监督管理局", "330282 人民政府"},
		{Subject{Name: "慈溪市观海卫镇人民政府", Year: 2020, Level: "township"}, "330282 观海卫镇人民政府", "330282 人民政府"},
		{Subject{Name: "教育部", Year: 2020, Level: "central"}, "教育部", ""},
		{Subject{Name: "鼓楼区教育局", Year: 2020, Host: "a.example.cn"}, "鼓楼区教育局@a.example.cn", ""},
	} {
		if identity, of := Identity(c.s, r.Resolve(c.s)); identity != c.identity || of != c.of {
			t.Errorf("%s: %q under %q, want %q under %q", c.s.Name, identity, of, c.identity, c.of)
		}
	}
}
