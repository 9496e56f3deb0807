package template

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

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

// unitWords are what is counted; 元 is money and may have a magnitude before it.
var unitWords = []string{
	"人次", "件次", "条次", "篇次", "件", "项", "条", "个", "次", "人", "宗", "份", "篇", "期", "起", "部", "户", "家", "场", "元",
}

// magnitudes multiply what they stand before. 万元 and the like stay units.
var magnitudes = []struct {
	word   string
	factor int64
}{
	{"百万", 1e6}, {"千万", 1e7}, {"万", 1e4}, {"亿", 1e8}, {"千", 1e3},
}

// suffix is what stands behind the digits of a number.
type suffix struct {
	magnitude   string
	factor      int64
	approximate bool // 余, 多
	unit        string
}

// cutSuffix cuts a magnitude, a word of approximation and a unit off the front of
// what follows a number.
func cutSuffix(s string) (x suffix, rest string) {
	x.factor = 1
	for _, m := range magnitudes {
		if after, ok := strings.CutPrefix(s, m.word); ok {
			x.magnitude, x.factor, s = m.word, m.factor, after
			break
		}
	}
	for _, word := range []string{"余", "多"} {
		if after, ok := strings.CutPrefix(s, word); ok {
			x.approximate, s = true, after
			break
		}
	}
	for _, word := range unitWords {
		if after, ok := strings.CutPrefix(s, word); ok {
			x.unit = word
			return x, after
		}
	}
	return x, s
}

// isUnit tells whether s begins with a unit.
func isUnit(s string) bool {
	x, _ := cutSuffix(s)
	return x.magnitude != "" || x.unit != ""
}

// isBareUnit tells whether text is a unit and nothing else.
func isBareUnit(text string) bool {
	if len(text) > maxUnit {
		return false
	}
	x, rest := cutSuffix(strings.Trim(normalise(text), "()"))
	return x.unit != "" && rest == "" && !x.approximate
}

// maxUnit is the most bytes of a cell that is just a unit, with brackets and
// spaces.
const maxUnit = 20

// Words that say that a cell does not apply, and words for zero.
var (
	notApplicable = map[string]bool{
		"无": true, "没有": true, "无此项": true, "无数据": true, "暂无": true, "不适用": true, "不涉及": true,
		"未涉及": true, "无相关数据": true, "无此类": true, "无此项内容": true, "na": true, "n/a": true, "null": true,
	}
	zeroWords = map[string]bool{"零": true, "〇": true}
)

// spacedThousands matches a number with spaces between its thousands.
var spacedThousands = regexp.MustCompile(`^[0-9]{1,3}(?: [0-9]{3})+`)

// readSpaced reads a cell as one number with spaces between its thousands: 1 234
// or 12 345件. Whether that is meant only the cells around it can tell, as it may
// be two numbers.
func readSpaced(text string) (v value, ok bool) {
	s, ok := dropFootnotes(text)
	if !ok {
		return v, false
	}
	s = tidy(s)
	n := len(spacedThousands.FindString(s))
	if n == 0 || n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == ',') {
		return v, false
	}
	v = readValue(strings.ReplaceAll(s[:n], " ", "")+s[n:], false)
	return v, v.known()
}

// tidy gives compatibility forms their plain ones, drops what is not seen and
// makes every space the same.
func tidy(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) && r != '\t' {
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, norm.NFKC.String(s)))
}

// readValue reads a cell. A cell that is neither a sign nor one clear number is
// words (report.StateText): 1 234, 12/34 and 3 件 2 人 are not guessed at.
// signed says that the cell is one in which 增 and 减 may stand for a sign.
func readValue(text string, signed bool) value {
	if n, ok := plainNumber(text); ok {
		if n == 0 {
			return value{state: report.StateZero}
		}
		return value{state: report.StateOK, number: decimal.NewFromInt(n)}
	}
	if isWords(text) {
		return value{state: report.StateText}
	}
	s, ok := dropFootnotes(text)
	if !ok {
		return value{state: report.StateText}
	}
	if first, below, ok := strings.Cut(strings.TrimSpace(s), "\n"); ok {
		// A second line may only be a remark.
		if rest, remark := cutRemark(tidy(below)); rest != "" || remark == "" || strings.TrimSpace(first) == "" {
			return value{state: report.StateText}
		}
	}
	s = tidy(s)
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

// isWords tells at a glance most labels from numbers and signs: by a first
// character with which no number, sign or word of approximation begins, or, after
// a digit, a last one with which no unit ends.
func isWords(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	if isCommonHan(first) || unicode.Is(unicode.Han, first) {
		return !strings.ContainsRune("无没暂不未零〇约近大超逾减增人", first) || isProse(text)
	}
	if first == '（' || first == '(' {
		// No number begins so, and the words that stand for one have no bracket inside.
		i := strings.IndexAny(text, "）)")
		if i >= 0 {
			_, n := utf8.DecodeRuneInString(text[i:])
			after, _ := utf8.DecodeRuneInString(text[i+n:])
			return isCommonHan(after)
		}
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	return '0' <= first && first <= '9' && unicode.Is(unicode.Han, last) &&
		!strings.ContainsRune("次件项条个人宗份篇期起部户家场元万亿余多右上注", last) || isProse(text)
}

// mostAround is more Chinese characters than may stand around a number that no
// bracket is behind: 约减少人民币12百万余元左右 has most of them, and the words that stand
// for a number are shorter.
const mostAround = 16

// isProse tells of a text that it is no value because too much of it stands before
// the first bracket.
func isProse(text string) bool { return hanBeforeBracket(text, mostAround) }

// hanBeforeBracket tells whether more than most Chinese characters stand before the
// first bracket of a text. Other characters that may be a bracket in another form
// count as one.
func hanBeforeBracket(text string, most int) bool {
	n := 0
	for _, r := range text {
		switch {
		case isCommonHan(r):
			if n++; n > most {
				return true
			}
		case r < utf8.RuneSelf && r != '(' && r != '[' && r != '{', r == '，', r == '。', r == '、', r == '；', r == '：', r == '“', r == '”', r == '《', r == '》':
		default:
			return false
		}
	}
	return false
}

// isCommonHan tells the Chinese characters that are letters and have no other form.
func isCommonHan(r rune) bool { return r >= '一' && r <= '\u9fff' }

// plainNumber reads what most cells are: a few digits.
func plainNumber(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 15 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n, true
}

// dropFootnotes takes marks like ① ³ * off, unless one stands between two digits
// or alone: then it is not clear what was printed. It comes before compatibility
// forms, which would turn ① into a digit.
func dropFootnotes(s string) (rest string, ok bool) {
	if !strings.ContainsFunc(s, isFootnote) {
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
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			continue // not seen, and no end of a number
		}
		last, marked = r, false
	}
	return b.String(), b.Len() > 0
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
	negative, unsigned := false, false
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
	case cut("±"): // of anything but 0 the sign is not known
		unsigned = true
	case signed && cut("减少", "减", "—", "–", "↓"):
		negative = true
	case signed && cut("增加", "增", "↑"):
	}
	money := cut("人民币")
	digits, rest, ok := cutDigits(s)
	if !ok {
		return v, false
	}
	n, err := decimal.NewFromString(digits)
	if err != nil {
		return v, false
	}
	rest, remark := cutRemark(strings.TrimSpace(strings.TrimSuffix(rest, "。")))
	x, rest := cutSuffix(rest)
	if x.unit == "" && x.magnitude == "" && isBareUnit(remark) {
		x, _ = cutSuffix(remark)
	}
	approximate = approximate || x.approximate
	for _, word := range []string{"余", "多", "左右", "以上"} {
		if after, ok := strings.CutSuffix(rest, word); ok {
			rest, approximate = after, true
			break
		}
	}
	if footnote.MatchString(rest) {
		rest = ""
	}
	switch {
	case rest != "", unsigned && !n.IsZero(), money && x.unit != "元" && x.unit != "":
		return v, false
	case x.unit == "元":
		v.unit, v.money, x.factor = x.magnitude+x.unit, true, 1
	case x.unit != "":
		v.unit = x.unit
	case x.magnitude == "万" || x.magnitude == "亿":
		v.unit, v.money, x.factor = x.magnitude, true, 1
	case x.magnitude != "":
		return v, false
	}
	v.fraction = x.factor == 1 && strings.Contains(digits, ".")
	if negative {
		n = n.Neg()
	}
	v.number = n.Mul(decimal.NewFromInt(x.factor))
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

// footnote matches a reference to a footnote in words behind a number: 12注1.
var footnote = regexp.MustCompile(`^(?:备?注|附注)(?:[0-9]{1,2}|[一二三四五六七八九十])?:?$`)

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
		case c == '.' && !point && (b.Len() > 0 || i == 0) && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
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

// cutRemark cuts one bracketed remark off the end of what follows a number.
func cutRemark(s string) (rest, remark string) {
	const opening, closing = "([【〔{", ")]】〕}"
	last, n := utf8.DecodeLastRuneInString(s)
	if n == 0 || !strings.ContainsRune(closing, last) {
		return s, ""
	}
	at := strings.IndexAny(s, opening)
	if at < 0 {
		return s, ""
	}
	_, m := utf8.DecodeRuneInString(s[at:])
	if at+m > len(s)-n || strings.ContainsAny(s[at+m:len(s)-n], opening+closing) {
		return s, ""
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+m : len(s)-n])
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
