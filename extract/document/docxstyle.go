package document

import (
	"strconv"
	"strings"
)

// docxVal is an element whose content is its val attribute.
type docxVal struct {
	Val string `xml:"val,attr"`
}

func (v *docxVal) int(otherwise int) int {
	if v != nil {
		if n, err := strconv.Atoi(v.Val); err == nil {
			return n
		}
	}
	return otherwise
}

// docxStyles is the part that says what the styles of paragraphs mean.
type docxStyles struct {
	Style []docxStyle `xml:"style"`
	byID  map[string]*docxStyle
}

type docxStyle struct {
	ID      string  `xml:"styleId,attr"`
	Name    docxVal `xml:"name"`
	BasedOn docxVal `xml:"basedOn"`
	PPr     struct {
		Outline *docxVal `xml:"outlineLvl"`
		Num     struct {
			ID    docxVal  `xml:"numId"`
			Level *docxVal `xml:"ilvl"`
		} `xml:"numPr"`
	} `xml:"pPr"`
}

// docxNum says in which list a paragraph is numbered, and at which level from 0.
type docxNum struct {
	ID    string
	Level int
}

// resolve gives the outline level of a paragraph from 1, 0 for none, and its
// list: its own, or those of its style and of the styles that one is based on.
func (s *docxStyles) resolve(p *docxPara) (level int, num docxNum) {
	if s.byID == nil {
		s.byID = make(map[string]*docxStyle, len(s.Style))
		for i := range s.Style {
			s.byID[s.Style[i].ID] = &s.Style[i]
		}
	}
	level, num = p.level, p.num
	style := s.byID[p.style]
	for range 16 { // styles may be based on each other in a circle
		if style == nil {
			break
		}
		if level == 0 {
			level = headingLevel(style.Name.Val)
		}
		if level == 0 && style.PPr.Outline != nil {
			level = style.PPr.Outline.int(9) + 1
		}
		if id := style.PPr.Num.ID.Val; num.ID == "" && id != "" {
			num = docxNum{ID: id, Level: max(num.Level, style.PPr.Num.Level.int(0))}
		}
		style = s.byID[style.BasedOn.Val]
	}
	return level, num
}

// headingLevel reads the level out of the name of a style: heading 1, 标题 1.
func headingLevel(name string) int {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "title" {
		return 1
	}
	for _, prefix := range []string{"heading", "标题"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if n, err := strconv.Atoi(strings.TrimSpace(rest)); err == nil && n >= 1 {
				return n
			}
		}
	}
	return 0
}

// docxLevels is how many levels a list has.
const docxLevels = 9

// docxNumbering is the part that says how lists are numbered, with how far they
// have come.
type docxNumbering struct {
	Abstract []struct {
		ID    string      `xml:"abstractNumId,attr"`
		Level []docxLevel `xml:"lvl"`
	} `xml:"abstractNum"`
	Num []struct {
		ID       string  `xml:"numId,attr"`
		Abstract docxVal `xml:"abstractNumId"`
		Override []struct {
			Index int        `xml:"ilvl,attr"`
			Start *docxVal   `xml:"startOverride"`
			Level *docxLevel `xml:"lvl"`
		} `xml:"lvlOverride"`
	} `xml:"num"`

	lists map[string]*docxList
}

type docxLevel struct {
	Index  int      `xml:"ilvl,attr"`
	Start  *docxVal `xml:"start"`
	Format docxVal  `xml:"numFmt"`
	Text   docxVal  `xml:"lvlText"`
}

// docxList is a list that paragraphs are numbered in.
type docxList struct {
	levels [docxLevels]*docxLevel
	start  [docxLevels]int
	// restarts is set for levels that begin anew with this list.
	restarts [docxLevels]bool
	begun    bool
	counters *docxCounters
}

// docxCounters are shared by all lists of one abstract definition. A level that
// is not counting begins with its start.
type docxCounters struct {
	value    [docxLevels]int
	counting [docxLevels]bool
}

func (n *docxNumbering) prepare() {
	n.lists = make(map[string]*docxList, len(n.Num))
	counters := map[string]*docxCounters{}
	levels := map[string][]docxLevel{}
	for _, a := range n.Abstract {
		levels[a.ID] = a.Level
		counters[a.ID] = new(docxCounters)
	}
	for _, num := range n.Num {
		list := &docxList{counters: counters[num.Abstract.Val]}
		if list.counters == nil {
			continue
		}
		set := func(l *docxLevel) {
			if l.Index >= 0 && l.Index < docxLevels {
				list.levels[l.Index], list.start[l.Index] = l, l.Start.int(1)
			}
		}
		for i := range levels[num.Abstract.Val] {
			set(&levels[num.Abstract.Val][i])
		}
		for _, o := range num.Override {
			if o.Level != nil {
				set(o.Level)
			}
			if o.Start != nil && o.Index >= 0 && o.Index < docxLevels {
				list.start[o.Index], list.restarts[o.Index] = o.Start.int(1), true
			}
		}
		n.lists[num.ID] = list
	}
}

// next counts a paragraph of a list and gives its number as it is printed.
func (n *docxNumbering) next(num docxNum) string {
	if n.lists == nil {
		n.prepare()
	}
	list := n.lists[num.ID]
	if list == nil || num.Level >= docxLevels || list.levels[num.Level] == nil {
		return ""
	}
	c := list.counters
	for i := range docxLevels {
		if i > num.Level || !list.begun && list.restarts[i] {
			c.counting[i] = false
		}
		switch {
		case i > num.Level:
		case !c.counting[i]:
			c.value[i], c.counting[i] = list.start[i], true
		case i == num.Level:
			c.value[i]++
		}
	}
	list.begun = true
	if list.levels[num.Level].Format.Val == "bullet" {
		return ""
	}
	text := list.levels[num.Level].Text.Val
	for i := range num.Level + 1 {
		if mark := "%" + strconv.Itoa(i+1); list.levels[i] != nil && strings.Contains(text, mark) {
			text = strings.ReplaceAll(text, mark, formatNumber(c.value[i], list.levels[i].Format.Val))
		}
	}
	return text
}

// formatNumber writes a number in one of the formats of lists that Chinese
// documents have; the rest are written in digits.
func formatNumber(n int, format string) string {
	switch format {
	case "none", "bullet":
		return ""
	case "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
		"koreanCounting", "ideographDigital", "japaneseDigitalTenThousand":
		return chineseNumber(n)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if n >= 1 && n <= 20 {
			return string(rune('①' + n - 1))
		}
	case "decimalFullWidth", "decimalFullWidth2":
		return strings.Map(func(r rune) rune { return r - '0' + '０' }, strconv.Itoa(n))
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "upperLetter", "lowerLetter":
		if n >= 1 && n <= 26 {
			first := 'A'
			if format == "lowerLetter" {
				first = 'a'
			}
			return string(first + rune(n-1))
		}
	case "ideographTraditional":
		if stems := []rune("甲乙丙丁戊己庚辛壬癸"); n >= 1 && n <= len(stems) {
			return string(stems[n-1])
		}
	case "upperRoman", "lowerRoman":
		if n >= 1 && n <= 39 {
			roman := strings.Repeat("X", n/10) + []string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}[n%10]
			if format == "lowerRoman" {
				roman = strings.ToLower(roman)
			}
			return roman
		}
	}
	return strconv.Itoa(n)
}

// chineseNumber writes 1 to 99 as they count headings: 一, 十, 十一, 二十.
func chineseNumber(n int) string {
	digits := []rune("〇一二三四五六七八九")
	if n < 0 || n > 99 {
		return strconv.Itoa(n)
	}
	tens, ones := n/10, n%10
	text := ""
	if tens > 1 {
		text += string(digits[tens])
	}
	if tens > 0 {
		text += "十"
	}
	if ones > 0 || tens == 0 {
		text += string(digits[ones])
	}
	return text
}
