package template

import (
	"strings"
	"unicode"

	"github.com/shopspring/decimal"
	"golang.org/x/text/unicode/norm"

	"gongkai/report"
)

// value is what one cell says.
type value struct {
	state report.State
	// number is set when the state has a value.
	number decimal.Decimal
	// unit is what the cell itself prints: 件, 万元.
	unit string
	// money is set when the unit is one of money, or a bare 万 or 亿.
	money bool
	// fraction is set when a decimal point was printed.
	fraction bool
}

// known tells whether the cell holds a number.
func (v value) known() bool { return v.state.HasValue() }

// isCell tells whether the cell holds a number or an explicit sign.
func (v value) isCell() bool {
	return v.known() || v.state == report.StateDash || v.state == report.StateNotApplicable
}

// unit is what a number may carry. The factor is what a count is multiplied with;
// money keeps its unit.
type unit struct {
	text   string
	money  bool
	factor int64
}

// units has longer ones before those they begin with.
var units = []unit{
	{"万人次", false, 1e4}, {"万元", true, 1}, {"亿元", true, 1}, {"千元", true, 1}, {"百万元", true, 1},
	{"万件", false, 1e4}, {"万条", false, 1e4}, {"万项", false, 1e4}, {"万次", false, 1e4}, {"万人", false, 1e4},
	{"人次", false, 1}, {"元", true, 1}, {"件", false, 1}, {"项", false, 1}, {"条", false, 1}, {"个", false, 1},
	{"次", false, 1}, {"人", false, 1}, {"宗", false, 1}, {"份", false, 1}, {"篇", false, 1}, {"期", false, 1}, {"起", false, 1}, {"部", false, 1},
}

// isUnit tells whether s begins with a unit.
func isUnit(s string) bool {
	for _, u := range units {
		if strings.HasPrefix(s, u.text) {
			return true
		}
	}
	return strings.HasPrefix(s, "万") || strings.HasPrefix(s, "亿")
}

// Words that say that a cell does not apply, and words for zero.
var (
	notApplicable = map[string]bool{
		"无": true, "没有": true, "无此项": true, "无数据": true, "暂无": true, "不适用": true, "不涉及": true,
		"未涉及": true, "无相关数据": true, "无此类": true, "无此项内容": true, "na": true, "n/a": true, "null": true,
	}
	zeroWords = map[string]bool{"零": true, "〇": true}
)

// readValue reads a cell. A cell that is neither a sign nor one clear number is
// words (report.StateText): 1 234, 12/34 and 3 件 2 人 are not guessed at.
// signed says that the cell is one in which 增 and 减 may stand for a sign.
func readValue(text string, signed bool) value {
	s, ok := dropFootnotes(text)
	if !ok {
		return value{state: report.StateText}
	}
	if strings.Contains(strings.TrimSpace(s), "\n") {
		return value{state: report.StateText}
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) && r != '\t' {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, norm.NFKC.String(s))
	s = strings.TrimSpace(s)
	if s == "" {
		return value{state: report.StateEmpty}
	}
	if isDash(s) {
		return value{state: report.StateDash}
	}
	word := strings.ToLower(strings.Trim(s, "。.()"))
	switch {
	case notApplicable[word]:
		return value{state: report.StateNotApplicable}
	case zeroWords[word]:
		return value{state: report.StateZero}
	}
	if v, ok := readNumber(s, signed); ok {
		return v
	}
	return value{state: report.StateText}
}

// dropFootnotes takes marks like ① ³ * off a cell with digits, unless one stands
// between two digits: then it is not clear what was printed. It comes before
// compatibility forms, which would turn ① into a digit.
func dropFootnotes(s string) (rest string, ok bool) {
	if !strings.ContainsFunc(s, isFootnote) || !strings.ContainsFunc(s, unicode.IsDigit) {
		return s, true
	}
	var b strings.Builder
	last := ' ' // the last character that was kept
	marked := false
	for _, r := range s {
		if isFootnote(r) {
			marked = true
			continue
		}
		if marked && unicode.IsDigit(last) && unicode.IsDigit(r) {
			return s, false
		}
		b.WriteRune(r)
		last, marked = r, false
	}
	return b.String(), true
}

func isFootnote(r rune) bool {
	switch {
	case 0x2460 <= r && r <= 0x24ff, 0x2776 <= r && r <= 0x2793, 0x3251 <= r && r <= 0x32bf: // ① ⑴ ❶ ㉑
		return true
	case 0x2070 <= r && r <= 0x2079:
		return true
	}
	return strings.ContainsRune("¹²³*＊※†#＃△▲", r)
}

// isDash tells whether s has nothing but the strokes that stand for "nothing".
func isDash(s string) bool {
	for _, r := range s {
		switch r {
		case '-', '–', '—', '―', '−', '‐', '‑', '‒', '─', '━', '_', '/', '\\', '~', '～', '﹣', 'ー', '⁄', '∕', ' ':
		default:
			return false
		}
	}
	return true
}

// readNumber reads an optional sign or word of approximation, digits, a unit and
// a trailing remark.
func readNumber(s string, signed bool) (value, bool) {
	var v value
	approximate := false
	for _, word := range []string{"约", "近", "大约", "超过", "逾"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s, approximate = strings.TrimSpace(rest), true
			break
		}
	}
	negative := false
	cut := func(marks ...string) bool {
		for _, m := range marks {
			if rest, ok := strings.CutPrefix(s, m); ok {
				s = strings.TrimSpace(rest)
				return true
			}
		}
		return false
	}
	switch {
	case cut("-", "−", "﹣", "‑", "‐"):
		negative = true
	case cut("+"):
	case signed && cut("减少", "减", "—", "–", "↓"):
		negative = true
	case signed && cut("增加", "增", "↑"):
	}
	digits, rest, ok := cutDigits(s)
	if !ok {
		return v, false
	}
	n, err := decimal.NewFromString(digits)
	if err != nil {
		return v, false
	}
	v.fraction = strings.Contains(digits, ".")
	rest = dropTrailingRemark(strings.TrimSpace(rest), &v)
	for _, word := range []string{"余", "多"} {
		if after, ok := strings.CutPrefix(rest, word); ok {
			rest, approximate = after, true
			break
		}
	}
	factor := int64(1)
	switch {
	case rest == "":
	case rest == "万" || rest == "亿":
		v.money, v.unit = true, rest
	default:
		found := false
		for _, u := range units {
			if after, ok := strings.CutPrefix(rest, u.text); ok && v.unit == "" {
				v.unit, v.money, factor = strings.TrimPrefix(u.text, "万"), u.money, u.factor
				if u.money {
					v.unit = u.text
				}
				rest, found = after, true
				break
			}
		}
		for _, word := range []string{"余", "多"} {
			if after, ok := strings.CutPrefix(rest, word); ok && found {
				rest, approximate = after, true
				break
			}
		}
		for _, word := range []string{"左右", "以上"} {
			if after, ok := strings.CutSuffix(rest, word); ok {
				rest, approximate = after, true
			}
		}
		if rest != "" {
			return v, false
		}
	}
	if negative {
		n = n.Neg()
	}
	v.number = n.Mul(decimal.NewFromInt(factor))
	switch {
	case approximate:
		v.state = report.StateApproximate
	case v.number.IsZero():
		v.state = report.StateZero
	default:
		v.state = report.StateOK
	}
	return v, true
}

// cutDigits cuts a number off the front of s: digits with or without thousands
// separators, and at most one decimal point.
func cutDigits(s string) (digits, rest string, ok bool) {
	var b strings.Builder
	group := -1 // digits since the last separator, -1 before the first
	point := false
	lead := 0
	i := 0
loop:
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			b.WriteByte(c)
			if !point {
				if group >= 0 {
					group++
				} else {
					lead++
				}
			}
		case c == ',':
			if point || lead == 0 || lead > 3 || group >= 0 && group != 3 {
				return "", s, false
			}
			group = 0
		case c == '.' && !point && b.Len() > 0 && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
			point = true
			b.WriteByte(c)
		default:
			break loop
		}
	}
	if b.Len() == 0 || b.Len() > 30 || group >= 0 && group != 3 {
		return "", s, false
	}
	return b.String(), s[i:], true
}

// dropTrailingRemark takes one bracketed remark off the end of what follows a
// number. A remark that is just a unit is the unit.
func dropTrailingRemark(s string, v *value) string {
	if !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "]") {
		return s
	}
	at := strings.IndexAny(s, "([")
	if at < 0 {
		return s
	}
	remark := strings.TrimSpace(s[at+1 : len(s)-1])
	if strings.ContainsAny(remark, "([") {
		return s
	}
	for _, u := range units {
		if remark == u.text && u.factor == 1 && at == 0 {
			v.unit, v.money = u.text, u.money
		}
	}
	return strings.TrimSpace(s[:at])
}

// in gives the value as a figure of the given kind: a bare 万 becomes 万元 for
// money and ten thousand for a count.
func (v value) in(kind string) value {
	if v.unit != "万" && v.unit != "亿" {
		return v
	}
	if kind == "decimal" {
		v.unit += "元"
		return v
	}
	factor := int64(1e4)
	if v.unit == "亿" {
		factor = 1e8
	}
	v.number, v.unit, v.money = v.number.Mul(decimal.NewFromInt(factor)), "", false
	return v
}

// fits tells whether a number can stand in a cell of a kind: a count is whole,
// no money and, unless signed, not negative.
func (v value) fits(kind string) bool {
	if !v.known() {
		return true
	}
	v = v.in(kind)
	switch kind {
	case "decimal":
		return !v.number.IsNegative() && (v.unit == "" || v.money)
	case "signed_count":
		return !v.money && v.number.IsInteger() && !v.fraction
	}
	return !v.money && !v.number.IsNegative() && v.number.IsInteger() && !v.fraction
}

// moneyUnit finds a unit of money in the label of a column or a table.
func moneyUnit(text string) string {
	for _, u := range []string{"百万元", "万元", "亿元", "千元", "元"} {
		if strings.Contains(text, u) {
			return u
		}
	}
	return ""
}
