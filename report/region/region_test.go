package region

import (
	"slices"
	"strings"
	"testing"
)

func codes(divisions []Division) string {
	var s []string
	for _, d := range divisions {
		s = append(s, d.Code)
	}
	slices.Sort(s)
	return strings.Join(s, " ")
}

func TestAt(t *testing.T) {
	for _, c := range []struct {
		code string
		year int
		want string
	}{
		{"330282", 2019, "慈溪市"},
		{"320621", 2016, "海安县"},
		{"320621", 2021, ""}, // by then it is 320685
		{"320685", 2019, "海安市"},
		{"320685", 2017, ""}, // the city was made in 2018: neither that list nor the next has it
		{"420600", 2008, "襄樊市"},
		{"420600", 2015, "襄阳市"},
		{"110103", 2009, "崇文区"},
		{"110103", 2012, ""},
		{"110101", 2025, "东城区"}, // after the last list: as it stood there
		{"110101", 2001, "东城区"}, // before the first: as it stood there
		{"460400", 2014, "儋州市"}, // made in February 2015: the report on 2014 was written under this code
		{"fz:130171", 2021, "石家庄高新技术产业开发区"},
		{"710000", 2022, "台湾省"},
		{"999999", 2020, ""},
	} {
		if d, _ := At(c.code, c.year); d.Name != c.want {
			t.Errorf("At(%s, %d) = %q, want %q", c.code, c.year, d.Name, c.want)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		name string
		year int
		want string
	}{
		{"平凉市", 2018, "620800"},
		{"鼓楼区", 2020, "320106 320302 350102 410204"},
		{"海门区", 2020, "320614"}, // a district since July 2020: in the next list
		{"海门市", 2020, "320684"}, // the list of 2020 was made in June
		{"恩施州", 2020, "422800"},
		{"长阳县", 2012, "420528"},
		{"海安县", 2022, ""},
		{"没有县", 2020, ""},
	} {
		if got := codes(Named(c.name, c.year)); got != c.want {
			t.Errorf("Named(%s, %d) = %q, want %q", c.name, c.year, got, c.want)
		}
	}
}

func TestLatest(t *testing.T) {
	for _, c := range []struct {
		code string
		year int
		want string
	}{
		{"330282", 2009, "330282"},
		{"320621", 2012, "320685"},               // 海安县 → 海安市
		{"110103", 2009, "110101"},               // 崇文区 → 东城区
		{"320684", 2018, "320614"},               // 海门市 → 海门区
		{"340802", 2010, "340802"},               // untouched
		{"341402", 2010, "340181"},               // 居巢区 → 巢湖市 of 合肥
		{"341422", 2010, "340281"},               // 无为县: with its prefecture in 2011, a city in 2019
		{"341400", 2010, "340100 340200 340500"}, // a prefecture divided among three
		{"130421", 2014, "130402 130403"},        // 邯郸县, divided
		{"420600", 2008, "420600"},               // renamed only
		{"110103", 2015, ""},                     // no code of that year
	} {
		if got := codes(Latest(c.code, c.year)); got != c.want {
			t.Errorf("Latest(%s, %d) = %q, want %q", c.code, c.year, got, c.want)
		}
	}
}

// Every code of every list leads somewhere in the newest one.
func TestNothingIsLost(t *testing.T) {
	for _, d := range data().all {
		if d.Level() == "functional_zone" {
			continue
		}
		year := 2008
		if d.Since != "" {
			year = int(d.Since[0]-'0')*1000 + int(d.Since[1]-'0')*100 + int(d.Since[2]-'0')*10 + int(d.Since[3]-'0')
		}
		if at, ok := At(d.Code, year); !ok || at.Name != d.Name {
			continue // a name between two lists of one year
		}
		if len(Latest(d.Code, year)) == 0 {
			t.Errorf("%s %s (%d) leads nowhere", d.Code, d.Name, year)
		}
	}
}

func TestParents(t *testing.T) {
	for code, want := range map[string]string{
		"330282":    "浙江省宁波市慈溪市",
		"429004":    "湖北省仙桃市",
		"110105":    "北京市朝阳区",
		"130000":    "河北省",
		"fz:130171": "河北省石家庄市石家庄高新技术产业开发区",
	} {
		if got := FullName(code, 2021); got != want {
			t.Errorf("FullName(%s) = %q, want %q", code, got, want)
		}
	}
	if !Within("330282", "330200") || !Within("330282", "330000") || Within("330282", "330100") || Within("330000", "330282") || Within("330282", "") {
		t.Error("Within is wrong about 慈溪, 宁波, 浙江 and 杭州")
	}
}

func TestPlaceOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		year   int
		within string
		want   string
		rest   string
	}{
		{"慈溪市人民政府办公室", 2023, "", "330282", "人民政府办公室"},
		{"浙江省宁波市慈溪市观海卫镇人民政府", 2023, "", "330282", "观海卫镇人民政府"},
		{"宁波慈溪市财政局", 2023, "", "330282", "财政局"},
		{"南京市鼓楼区人民政府", 2020, "", "320106", "人民政府"},
		{"鼓楼区人民政府", 2020, "", "320106 320302 350102 410204", "人民政府"},
		{"鼓楼区人民政府", 2020, "350000", "350102", "人民政府"},
		{"鼓楼区人民政府", 2020, "350100", "350102", "人民政府"},
		{"国家税务总局平凉市税务局", 2020, "", "620800", "税务局"},
		{"石家庄高新技术产业开发区管理委员会", 2021, "", "fz:130171", "管理委员会"},
		{"市场监督管理局", 2021, "", "", "市场监督管理局"},
		{"教育部", 2021, "", "", "教育部"},
		{"吉林市公安局", 2021, "", "220200", "公安局"},
		{"吉林省吉林市公安局", 2021, "", "220200", "公安局"},
		{"广西壮族自治区南宁市人民政府", 2021, "", "450100", "人民政府"},
		{"海安县人民政府", 2016, "", "320621", "人民政府"},
	} {
		p := PlaceOf(c.name, c.year, c.within)
		if got := codes(p.Candidates); got != c.want || p.Rest != c.rest {
			t.Errorf("PlaceOf(%s, %d, %q) = %s, rest %q, want %s, rest %q", c.name, c.year, c.within, got, p.Rest, c.want, c.rest)
		}
	}
}

func TestChanges(t *testing.T) {
	seen := map[Kind]int{}
	for _, c := range Changes() {
		seen[c.Kind]++
		if c.After >= c.By || len(c.To) != len(c.ToNames) || (c.Code == "") != (c.Kind == Created) {
			t.Errorf("odd change %+v", c)
		}
		for _, code := range c.To {
			if !Known(code) {
				t.Errorf("%s %s leads to the unknown code %s", c.Code, c.Name, code)
			}
		}
	}
	if seen[Renamed] == 0 || seen[Recoded] == 0 || seen[Succeeded] == 0 || seen[Created] == 0 {
		t.Errorf("kinds of change: %v", seen)
	}
}
