// Package region knows the administrative divisions of China (行政区划) of county
// level and above by their codes of GB/T 2260, as they stood at the end of each
// year, and what became of those that ended.
//
// A code means what it meant in a year: 320621 was 海安县 until 2017 and nothing
// after; its successor is 320685 海安市. [At] and [Named] therefore ask for the
// year, and [Latest] leads from the code of any year to the newest list, so that a
// panel over many years can be laid on one map ([Vintage]).
//
// The lists are dated samples: a division that is in one and not in the next
// changed somewhere between. Lookups take the last list of the year (or, where
// there is none, the one before), and fall back to the next list, since a report is
// written in the year after it.
//
// Nothing here guesses: a name that several divisions bear gives all of them. The
// data, its sources and its licence are described in SOURCES.md; gen writes it.
package region

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed regions.tsv
var regionsTSV string

//go:embed zones.tsv
var zonesTSV string

// Division is one division under one code and one name.
type Division struct {
	// Code has six digits; a zone that has no code of GB/T 2260 has "fz:" and the
	// six digits that the National Bureau of Statistics counts it under.
	Code string
	Name string
	// Since and Until are the dates (YYYYMM) of the first and the last list that
	// has this code under this name; empty where that is the edge of what is known.
	Since, Until string
}

// Level is province, city, county or functional_zone.
func (d Division) Level() string {
	switch {
	case strings.HasPrefix(d.Code, "fz:"):
		return "functional_zone"
	case strings.HasSuffix(d.Code, "0000"):
		return "province"
	case strings.HasSuffix(d.Code, "00"):
		return "city"
	}
	return "county"
}

// in tells whether the list of a date has the division.
func (d Division) in(date string) bool {
	return (d.Since == "" || d.Since <= date) && (d.Until == "" || date <= d.Until)
}

// table is what the data files hold.
type table struct {
	lists  []string
	all    []Division
	byCode map[string][]Division
	byName map[string][]Division
}

var data = sync.OnceValue(func() *table {
	t := &table{byCode: map[string][]Division{}, byName: map[string][]Division{}}
	for _, text := range []string{regionsTSV, zonesTSV} {
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			if lists, ok := strings.CutPrefix(line, "# lists\t"); ok && t.lists == nil {
				t.lists = strings.Fields(lists)
			}
			f := strings.Split(line, "\t")
			if line[0] == '#' || len(f) != 4 {
				continue
			}
			d := Division{Code: f[0], Name: f[1], Since: f[2], Until: f[3]}
			t.all = append(t.all, d)
			t.byCode[d.Code] = append(t.byCode[d.Code], d)
			t.byName[d.Name] = append(t.byName[d.Name], d)
			if short := withoutPeople(d.Name); short != d.Name {
				t.byName[short] = append(t.byName[short], d)
			}
			if short := shortZone(d); short != "" {
				t.byName[short] = append(t.byName[short], d)
			}
		}
	}
	return t
})

var people = regexp.MustCompile(`^(.{2,}?)(?:各族|(?:回|满|蒙古|苗|土家|侗|彝|藏|壮|瑶|畲|黎|傣|白|哈尼|拉祜|佤|羌|达斡尔|朝鲜|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|土|撒拉|东乡|保安|裕固|布依|水|仡佬|仫佬|毛南|纳西|景颇|布朗|普米|怒|独龙|傈僳|鄂温克|鄂伦春)族|蒙古|哈萨克|柯尔克孜)+自治([州县旗])$`)

// withoutPeople is how the name of an autonomous division is often printed: 恩施州 for
// 恩施土家族苗族自治州, 长阳县 for 长阳土家族自治县.
func withoutPeople(name string) string { return people.ReplaceAllString(name, "$1$2") }

// shortZone is how the name of a zone is mostly printed: 合肥高新区 for
// 合肥高新技术产业开发区. It is empty where there is no such way.
func shortZone(d Division) string {
	if !strings.HasPrefix(d.Code, "fz:") {
		return ""
	}
	for long, short := range map[string]string{"高新技术产业开发区": "高新区", "经济技术开发区": "经开区"} {
		if head, ok := strings.CutSuffix(d.Name, long); ok && head != "" {
			return head + short
		}
	}
	return ""
}

// Lists are the dates (YYYYMM) of the lists, in order.
func Lists() []string { return slices.Clone(data().lists) }

// Vintage is the date of the newest list: the one that [Latest] leads to.
func Vintage() string { l := data().lists; return l[len(l)-1] }

// listOf is the place of the list that tells how a year ended.
func (t *table) listOf(year int) int {
	end := yearMonth(year, 12)
	i, found := slices.BinarySearch(t.lists, end)
	if !found {
		i--
	}
	return min(max(i, 0), len(t.lists)-1)
}

func yearMonth(year, month int) string {
	b := []byte("000000")
	for i, v := 5, year*100+month; i >= 0; i, v = i-1, v/10 {
		b[i] = byte('0' + v%10)
	}
	return string(b)
}

// At is the division that a code stood for in a year: in the list of that year,
// else in the next one.
func At(code string, year int) (Division, bool) {
	t := data()
	at := t.listOf(year)
	for _, i := range []int{at, at + 1} {
		if i < len(t.lists) {
			for _, d := range t.byCode[code] {
				if d.in(t.lists[i]) {
					return d, true
				}
			}
		}
	}
	return Division{}, false
}

// Known tells whether a code was ever in a list.
func Known(code string) bool { return len(data().byCode[code]) > 0 }

// Named are the divisions that bore exactly this name in a year, or this name but for
// the peoples that an autonomous division is named for (恩施州): in the list of
// that year, else in the next one, else in the one before. A name that no such list
// has gives nil.
func Named(name string, year int) []Division {
	t := data()
	same := t.byName[name]
	if len(same) == 0 {
		return nil
	}
	at := t.listOf(year)
	for _, i := range []int{at, at + 1, at - 1} {
		if i < 0 || i >= len(t.lists) {
			continue
		}
		var found []Division
		for _, d := range same {
			if d.in(t.lists[i]) {
				found = append(found, d)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// Ever are the divisions that any list has under exactly this name, by code.
func Ever(name string) []Division { return slices.Clone(data().byName[name]) }

// Within tells whether a code is that of an area or of a part of it: 330282 is
// within 330200 and within 330000, and within itself.
func Within(code, area string) bool {
	code, area = strings.TrimPrefix(code, "fz:"), strings.TrimPrefix(area, "fz:")
	switch {
	case strings.HasSuffix(area, "0000"):
		area = area[:2]
	case strings.HasSuffix(area, "00"):
		area = area[:4]
	}
	return area != "" && strings.HasPrefix(code, area)
}

// Parent is the code of the area that a division is part of, by the code alone:
// the prefecture of a county, the province of a prefecture; the province where the
// code names no prefecture (省直辖, districts of municipalities). A province has none.
func Parent(code string, year int) string {
	code = strings.TrimPrefix(code, "fz:")
	if len(code) != 6 || strings.HasSuffix(code, "0000") {
		return ""
	}
	if city := code[:4] + "00"; city != code {
		if _, ok := At(city, year); ok {
			return city
		}
	}
	return code[:2] + "0000"
}

// FullName is the name of a division with those it is part of: 浙江省宁波市慈溪市.
func FullName(code string, year int) string {
	d, ok := At(code, year)
	if !ok {
		return ""
	}
	return FullName(Parent(code, year), year) + d.Name
}
