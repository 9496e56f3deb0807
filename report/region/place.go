package region

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Place is what the beginning of the name of an organ says about where it is.
type Place struct {
	// Candidates are the divisions that the last place in the name can be: one when
	// the name is unique or the places before it tell, none when it names no place.
	Candidates []Division
	// Text is the part of the name that was read as places: 宁波市慈溪市.
	Text string
	// Rest is what follows: 市场监督管理局.
	Rest string
}

// vertical are the heads of names of organs that report to the centre; their place
// comes after.
var vertical = []string{"国家税务总局", "国家统计局", "国家金融监督管理总局", "国家外汇管理局", "国家矿山安全监察局", "中国人民银行", "中国气象局", "中国银保监会", "中国证监会", "中华人民共和国"}

// corps is what the 新疆生产建设兵团, which has no code, puts before the names of its
// cities: 兵团第八师石河子市.
var corps = regexp.MustCompile(`^(?:新疆生产建设)?(?:兵团)?第[一二三四五六七八九十]+师`)

// shortNames are provinces and prefectures without what tells their rank, as names
// of their parts print them: 宁波慈溪市.
var shortNames = sync.OnceValue(func() map[string][]Division {
	m := map[string][]Division{}
	for _, d := range data().all {
		if l := d.Level(); l != "province" && l != "city" {
			continue
		}
		for _, tail := range []string{"壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "地区", "省", "市", "盟"} {
			if s, ok := strings.CutSuffix(d.Name, tail); ok && utf8.RuneCountInString(s) >= 2 {
				m[s] = append(m[s], d)
				break
			}
		}
	}
	return m
})

// PlaceOf reads the places that the name of an organ begins with, as of a year.
// within is the area that the organ is known to lie in (a code), or empty: it tells
// 鼓楼区 of one city from that of another.
func PlaceOf(name string, year int, within string) Place {
	rest := name
	for _, v := range vertical {
		rest = strings.TrimPrefix(rest, v)
	}
	rest = strings.TrimPrefix(rest, corps.FindString(rest))
	var p Place
	for {
		found, size := longest(rest, year, p.Candidates)
		if found == nil {
			break
		}
		p.Candidates, p.Text = found, p.Text+rest[:size]
		rest = rest[size:]
	}
	p.Rest = rest
	if within != "" && len(p.Candidates) > 1 {
		if inside := slices.DeleteFunc(slices.Clone(p.Candidates), func(d Division) bool { return !Within(d.Code, within) && !Within(within, d.Code) }); len(inside) > 0 {
			p.Candidates = inside
		}
	}
	return p
}

// longest is the longest place at the beginning of s that lies in one of the areas
// (any place when there are none), and its length.
func longest(s string, year int, areas []Division) ([]Division, int) {
	ends := make([]int, 0, 16)
	for i := range s {
		if n := len(ends); n == 16 {
			break
		}
		ends = append(ends, i)
	}
	if len(ends) < 16 {
		ends = append(ends, len(s))
	}
	for k := len(ends) - 1; k >= 2; k-- {
		head := s[:ends[k]]
		if found := inside(Named(head, year), areas); found != nil {
			return found, ends[k]
		}
		// A short name counts only before the name of a part of it.
		if short := shortNames()[head]; short != nil && len(areas) == 0 {
			var fits []Division
			for _, d := range short {
				if next, _ := longest(s[ends[k]:], year, []Division{d}); next != nil {
					fits = append(fits, d)
				}
			}
			if fits != nil {
				return fits, ends[k]
			}
		}
	}
	return nil, 0
}

// inside keeps the divisions that lie in one of the areas and are not one of them.
func inside(found, areas []Division) []Division {
	if len(areas) == 0 || found == nil {
		return found
	}
	var kept []Division
	for _, d := range found {
		for _, a := range areas {
			if d.Code != a.Code && Within(d.Code, a.Code) {
				kept = append(kept, d)
				break
			}
		}
	}
	return kept
}
