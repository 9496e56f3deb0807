package extract

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// numberKind tells what a run of digits in prose is.
type numberKind uint8

const (
	numCount   numberKind = iota // a quantity: 96000, 62.35万余, 十二
	numYear                      // 2018 before 年
	numPercent                   // 71.74%
	numOther                     // a date, an ordinal, a document number, a telephone number: never a figure
)

// number is a number in folded prose: runes [from, to).
type number struct {
	kind     numberKind
	value    decimal.Decimal
	approx   bool
	from, to int
	unit     string // the unit printed behind it, or empty
	unitEnd  int    // end of the unit, to when there is none
}

// units are the units that prose counts in, longer before shorter. 万元 and 亿元
// are units of money; a bare 万 is part of the number.
var units = []string{
	"万元", "亿元", "千元", "百元", "元",
	"人次", "件次", "条次", "篇次", "期次", "场次", "批次", "家次", "次",
	"条", "件", "宗", "份", "篇", "项", "则", "起", "例", "个", "家", "处",
	"人", "名", "位", "期", "场", "届", "批", "部", "册", "类", "种", "户", "天", "号", "页", "字",
}

func hanDigit(r rune) (int64, bool) {
	switch r {
	case '零', '〇':
		return 0, true
	case '一', '壹':
		return 1, true
	case '二', '两', '贰':
		return 2, true
	case '三', '叁':
		return 3, true
	case '四', '肆':
		return 4, true
	case '五', '伍':
		return 5, true
	case '六', '陆':
		return 6, true
	case '七', '柒':
		return 7, true
	case '八', '捌':
		return 8, true
	case '九', '玖':
		return 9, true
	}
	return 0, false
}

func hanPower(r rune) (int64, bool) {
	switch r {
	case '十', '拾':
		return 10, true
	case '百', '佰':
		return 100, true
	case '千', '仟':
		return 1000, true
	}
	return 0, false
}

// beginsNumber tells the characters that a number in Chinese characters is looked
// for at; the elaborate ones of cheques are none.
func beginsNumber(r rune) bool {
	switch r {
	case '零', '〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '两', '十', '百', '千':
		return true
	}
	return false
}

// numbers finds every number in s.
func numbers(s []rune) []number {
	var out []number
	for i := 0; i < len(s); {
		var n number
		var ok bool
		switch {
		case isDigit(s[i]):
			n, ok = arabic(s, i), true
		case beginsNumber(s[i]):
			n, ok = chinese(s, i)
		}
		if !ok {
			i++
			continue
		}
		out = append(out, n)
		i = max(n.to, i+1)
	}
	return out
}

// arabic reads a number that begins with the digit at i.
func arabic(s []rune, i int) number {
	j, digits := i, make([]rune, 0, 12)
	for j < len(s) {
		switch {
		case isDigit(s[j]):
			digits = append(digits, s[j])
		case s[j] == ',' && groupFollows(s, i, j):
		case s[j] == '.' && j+1 < len(s) && isDigit(s[j+1]) && !strings.ContainsRune(string(digits), '.'):
			digits = append(digits, '.')
		default:
			goto done
		}
		j++
	}
done:
	if k := j - 4; k >= i+2 && s[k-1] == '.' && j < len(s) && s[j] == '年' {
		return number{kind: numOther, from: i, to: k - 1, unitEnd: k - 1} // 1.2018年 is an item that begins with a year
	}
	n := number{from: i, to: j}
	if len(digits) <= 18 && !slices.Contains(digits, '.') {
		var v int64
		for _, d := range digits {
			v = 10*v + int64(d-'0')
		}
		n.value = decimal.NewFromInt(v)
		n.classify(s)
		return n
	}
	v, err := decimal.NewFromString(string(digits))
	if err != nil || len(digits) > 18 {
		n.kind, n.unitEnd = numOther, j
		return n
	}
	n.value = v
	n.classify(s)
	return n
}

// groupFollows tells whether the comma at j separates thousands: three digits
// and no more follow it, at most three stand before it.
func groupFollows(s []rune, from, j int) bool {
	if j-from > 3 && (j-from == 4 || s[j-4] != ',') {
		return false
	}
	k := j + 1
	for k < len(s) && isDigit(s[k]) {
		k++
	}
	return k-j-1 == 3
}

// chinese reads a number in characters that begins at i. A lone 一 is a number
// only before a unit, as 一是, 一次性 and 统一 are none.
func chinese(s []rune, i int) (number, bool) {
	var total, section, digit int64
	seen, powers := false, false
	vague := false // 三四百, 二三十: between two numbers
	j := i
	var plain []int64 // digits read one by one: 二〇一八
loop:
	for ; j < len(s); j++ {
		if d, ok := hanDigit(s[j]); ok {
			vague = vague || seen && digit != 0 && d != 0
			plain = append(plain, d)
			digit, seen = d, true
			continue
		}
		if p, ok := hanPower(s[j]); ok {
			if !seen || digit == 0 && len(plain) == 0 {
				digit = 1
			}
			section += digit * p
			digit, seen, powers = 0, true, true
			continue
		}
		if s[j] == '万' && seen && j+1 < len(s) && s[j+1] != '元' {
			total += (section + digit) * 10000
			section, digit, powers = 0, 0, true
			continue
		}
		break loop
	}
	if j-i > 20 {
		return number{}, false
	}
	n := number{from: i, to: j}
	if !powers && len(plain) > 1 {
		// 二〇一八 is a year; 三四 is 三 or 四.
		n.kind, n.unitEnd = numOther, j
		if len(plain) == 4 && j < len(s) && s[j] == '年' {
			n.kind = numYear
			n.value = decimal.NewFromInt(plain[0]*1000 + plain[1]*100 + plain[2]*10 + plain[3])
		}
		return n, true
	}
	if powers && vague {
		n.kind, n.unitEnd = numOther, j
		return n, true
	}
	n.value = decimal.NewFromInt(total + section + digit)
	if i > 0 && strings.ContainsRune("第统其之专唯不万单逐划惟合归", s[i-1]) {
		return number{}, false
	}
	if i > 0 && strings.ContainsRune("数几", s[i-1]) || j < len(s) && s[j] == '几' {
		n.kind, n.unitEnd = numOther, j // 数十, 十几
		return n, true
	}
	n.classify(s)
	if n.unit == "" || n.unit == "次" && n.unitEnd < len(s) && s[n.unitEnd] == '性' {
		return number{}, false
	}
	return n, true
}

// classify reads what stands around a number: 余, 万, the unit, 年, %.
func (n *number) classify(s []rune) {
	j := n.to
	after := func(k int) rune {
		if k < len(s) {
			return s[k]
		}
		return 0
	}
	before := rune(0)
	if n.from > 0 {
		before = s[n.from-1]
	}
	n.unitEnd = j
	switch r := after(j); {
	case before == '.' && r == '年' && n.value.Exponent() >= 0 && n.to-n.from == 4:
		n.kind = numYear // 1.2018年
		return
	case before == '第' || isLetter(before) || before == '+' || before == '/' || before == '.' || before == '_' || before == '[' && r == ']':
		n.kind = numOther
		return
	case before == '-' && n.from > 1 && isDigit(s[n.from-2]), r == '-' && isDigit(after(j+1)):
		n.kind = numOther // telephone numbers, ranges, ISO dates
		return
	case before == ':' && n.from > 1 && isDigit(s[n.from-2]), r == ':' && isDigit(after(j+1)):
		n.kind = numOther // times
		return
	case r == '%' || r == '‰':
		n.kind, n.to, n.unitEnd = numPercent, j+1, j+1
		return
	case isLetter(r) || r == '+' || r == '/' || r == '_':
		n.kind = numOther
		return
	case r == '年':
		if y := n.value.IntPart(); n.value.IsInteger() && y >= 1990 && y <= 2099 {
			n.kind = numYear
		} else {
			n.kind = numOther
		}
		return
	case r == '月' || r == '日' || r == '号' || r == '时' || r == '周':
		n.kind = numOther
		return
	case r == '个' && (hasPrefix(s[j+1:], "百分点") || hasPrefix(s[j+1:], "月") || hasPrefix(s[j+1:], "工作日") || hasPrefix(s[j+1:], "小时")):
		n.kind = numOther
		return
	}
	if n.from >= 3 && hasPrefix(s[n.from-3:n.from], "百分之") {
		n.kind = numPercent
		return
	}
	// 62.35万余, 2万多, 10余万, 3000余
	for range 3 {
		switch after(j) {
		case '余', '多', '来':
			if after(j) == '来' && !isUnitAt(s, j+1) {
				break
			}
			n.approx = true
			j++
			continue
		case '万':
			if after(j+1) == '元' {
				break
			}
			n.value = n.value.Shift(4)
			j++
			continue
		case '亿':
			if after(j+1) == '元' {
				break
			}
			n.value = n.value.Shift(8)
			j++
			continue
		case '千':
			if after(j+1) == '元' {
				break
			}
			n.value = n.value.Shift(3)
			j++
			continue
		}
		break
	}
	n.to, n.unitEnd = j, j
	if u := unitAt(s, j); u != "" {
		n.unit, n.unitEnd = u, j+len([]rune(u))
		if hasPrefix(s[n.unitEnd:], "左右") || hasPrefix(s[n.unitEnd:], "以上") || hasPrefix(s[n.unitEnd:], "上下") {
			n.approx = true
		}
	}
	if !strings.ContainsRune("为约有达计近过超逾于少", before) {
		return
	}
	for _, w := range []string{"大约为", "约为", "大约", "约有", "约达", "约计", "约", "接近", "将近", "近", "超过", "超", "逾", "不少于", "至少"} {
		k := n.from - len([]rune(w))
		if k < 0 || !hasPrefix(s[k:], w) {
			continue
		}
		if w == "近" && k > 0 && strings.ContainsRune("最附临靠贴就邻远", s[k-1]) || w == "约" && k > 0 && strings.ContainsRune("预签节条公", s[k-1]) {
			break
		}
		n.from, n.approx = k, true
		break
	}
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func unitAt(s []rune, i int) string {
	if i >= len(s) {
		return ""
	}
	for _, u := range units {
		if hasPrefix(s[i:], u) {
			return u
		}
	}
	return ""
}

func isUnitAt(s []rune, i int) bool { return unitAt(s, i) != "" }

func hasPrefix(s []rune, prefix string) bool {
	i := 0
	for _, r := range prefix {
		if i >= len(s) || s[i] != r {
			return false
		}
		i++
	}
	return true
}
