package export

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/report"
)

// Taken stands in the place of a phone number or a name that was taken out.
const Taken = "〔略〕"

// The labels of the block below a statistics form in which those who filled it
// in sign. signOff are those that stand nowhere else; weakSignOff may begin a
// sentence and count only before a colon.
var (
	signOff     = []string{"单位负责人", "统计负责人", "审核人", "填报人", "填表人", "制表人", "经办人", "经办人员", "填表人员", "负责人姓名", "联系人姓名", "联系人", "录入人", "报送人", "签发人", "联系电话", "办公电话", "手机号码", "传真号码"}
	weakSignOff = []string{"负责人", "责任编辑", "撰稿人", "撰稿", "供稿", "编辑", "作者", "审核", "手机", "电话", "传真"}
)

// isSignOff tells whether a printed label is one of the sign-off block.
func isSignOff(label string) bool {
	if label == "" {
		return false
	}
	label = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return r
		}
		return -1
	}, label)
	return slices.Contains(signOff, label) || slices.Contains(weakSignOff, label)
}

// phone matches numbers of telephones: mobile ones, ones with an area code, and
// any that follow a word for it. What follows tells them from counts; see private.
var phone = regexp.MustCompile(`(?:\+?86[- ]?)?\b1[3-9]\d{9}\b` +
	`|[（(]0\d{2,3}[）)][-—－– ]?\d{7,8}(?:[-—－–转]\d{1,5})?` +
	`|\b0\d{2,3}[-—－–― ]\d{7,8}(?:[-—－–转]\d{1,5})?\b` +
	`|\b0\d{9,11}\b` +
	`|\b1[3-9]\d-\d{4}-\d{4}\b` +
	`|\b0\d{2,3}[- ]\d{3,4}[- ]\d{4}\b` +
	`|\+86[- ]\d{2,3}[- ]\d{7,8}\b` +
	`|\b[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]\b` + // 身份证号
	`|\b[48]00[-—－–]?\d{3}[-—－–]?\d{4}\b`)

// afterWord matches what follows a word for a telephone.
var afterWord = regexp.MustCompile(`((?:电[\s　]*话|手[\s　]*机|传[\s　]*真|座机)(?:号码)?(?:[（(][^）)\n]{0,6}[）)])?(?:[是为]|[\s　]*[:：])?[\s　]*)(\+?[\d（(][\d（()）\-—－–― 　、，,/;；转]{5,60}\d)`)

// measured matches what makes a number a count or an amount.
var measured = regexp.MustCompile(`^[\s　]*(?:余|多)?(?:件|条|次|人|个|项|元|万|亿|篇|户|份|册|期|宗|例|台|套|家|平方|公里|千米|米|吨|公顷|亩|％|%)`)

// wide are digits and what stands between them in numbers of telephones, as wide as
// a Chinese character.
var wide = strings.NewReplacer(
	"０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", "－", "-", "＋", "+",
)

// private takes phone numbers and the names of a sign-off block out of a text. Where
// something is taken out, wide digits become narrow ones.
func private(s string) string {
	if strings.Contains(s, "\uff10"[:2]) { // the first bytes of all wide characters
		if narrow := wide.Replace(s); narrow != s {
			if p := private(narrow); p != narrow {
				return p
			}
			return s
		}
	}
	if !suspicious(s) {
		return s
	}
	s = withoutNames(s)
	s = afterWord.ReplaceAllString(s, "${1}"+Taken)
	var b strings.Builder
	from := 0
	for _, m := range phone.FindAllStringIndex(s, -1) {
		if measured.MatchString(s[m[1]:]) || m[0] > 0 && strings.ContainsRune(".-", rune(s[m[0]-1])) {
			continue
		}
		b.WriteString(s[from:m[0]])
		b.WriteString(Taken)
		from = m[1]
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

const wideSpace = "\u3000"

// suspicious tells quickly whether a text can hold anything to take out: seven
// digits, whatever separates them, or two characters that are part of a label.
func suspicious(s string) bool {
	if len(s) < len("电话") {
		return false
	}
	digits, before := 0, "" // the character before
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c != ' ' && c != '\t' { // labels are set apart: 电 话
				before = ""
			}
			switch {
			case '0' <= c && c <= '9':
				if digits++; digits == 7 {
					return true
				}
			case c != '-' && c != ' ':
				digits = 0
			}
			continue
		}
		if strings.HasPrefix(s[i:], wideSpace) {
			i, digits = i+len(wideSpace), 0
			continue
		}
		if c&0xF0 != 0xE0 || i+3 > len(s) { // not one of three bytes, as all that matter have
			i, digits, before = i+1, 0, ""
			continue
		}
		char := s[i : i+3]
		first := ""
		switch char {
		case "人":
			first = "责核报表办系入送发"
		case "话":
			first = "电"
		case "真":
			first = "传"
		case "机":
			first = "手"
		case "辑":
			first = "编"
		case "稿":
			first = "撰供"
		case "者":
			first = "作"
		case "核":
			first = "审"
		}
		if first != "" && before != "" && strings.Contains(first, before) {
			return true
		}
		digits, before = 0, char
		i += 3
	}
	return false
}

// label is a sign-off label found in a line: where it begins and where the value
// behind it does.
type label struct {
	from, to int
	colon    bool
	strong   bool
}

// withoutNames takes the names out of the lines of a sign-off block.
func withoutNames(s string) string {
	lines := strings.SplitAfter(s, "\n")
	pending := false // the value of the label that ended the line stands in the next
	for i, line := range lines {
		found := labels(line)
		strong := 0
		for _, l := range found {
			if l.strong {
				strong++
			}
		}
		if pending && len(found) == 0 {
			if body := strings.TrimSpace(line); isName(body) {
				lines[i] = strings.Replace(line, body, Taken, 1)
			}
		}
		pending = false
		var b strings.Builder
		from := 0
		for n, l := range found {
			end := len(line)
			if n+1 < len(found) {
				end = found[n+1].from
			}
			value := line[l.to:end]
			// A label without a colon is one only among others, alone in its line, or before
			// nothing but a name that is set apart.
			apart := value != strings.TrimLeft(value, " \t"+wideSpace) && isName(strings.TrimSpace(value)) && utf8.RuneCountInString(strings.TrimSpace(value)) <= 4
			if !l.colon && (!l.strong || strong < 2 && !apart && strings.TrimSpace(line) != line[l.from:l.to]) {
				continue
			}
			name := value
			if cut := strings.IndexAny(name, "，。；;,、（(|／/0123456789\t\r\n"); cut >= 0 && n+1 == len(found) {
				name = name[:cut]
			}
			name = strings.Trim(name, " 　|｜\t\r\n，。；;,、")
			if name == "" && n+1 == len(found) {
				pending = true
			}
			if cut := strings.Index(strings.ReplaceAll(name, wideSpace, "   "), "  "); cut > 0 && !isName(name) && isName(name[:cut]) {
				name = name[:cut] // another label may follow
			}
			if !isName(name) {
				continue
			}
			at := l.to + strings.Index(value, name)
			b.WriteString(line[from:at])
			b.WriteString(Taken)
			from = at + len(name)
		}
		if from > 0 {
			b.WriteString(line[from:])
			lines[i] = b.String()
		}
	}
	return strings.Join(lines, "")
}

// isName tells whether a text can be the name of a person, or several: two to
// four Han characters each, maybe apart. Names of organs end in what they are.
func isName(s string) bool {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r) || r == '·':
			n++
		case unicode.IsSpace(r) || strings.ContainsRune("、，,/", r):
		default:
			return false
		}
	}
	return n >= 2 && n <= 12 && !strings.HasSuffix(s, "局") && !strings.HasSuffix(s, "办公室") && !strings.HasSuffix(s, "政府") &&
		!strings.HasSuffix(s, "中心") && !strings.HasSuffix(s, "委员会")
}

// spaced is how much of a line a word takes that it begins with, maybe with spaces
// between its characters; 0 when it does not.
func spaced(line, word string) int {
	at := 0
	for i, r := range word {
		if i > 0 {
			at = len(line) - len(strings.TrimLeft(line[at:], " \t"+wideSpace))
		}
		n := utf8.RuneLen(r)
		if len(line)-at < n || line[at:at+n] != word[i:i+n] {
			return 0
		}
		at += n
	}
	return at
}

// labels finds the sign-off labels of a line, the longest at each place.
func labels(line string) []label {
	var found []label
	for i := 0; i < len(line); {
		l := label{from: i}
		for _, w := range signOff {
			if n := spaced(line[i:], w); n > 0 && i+n > l.to {
				l.to, l.strong = i+n, true
			}
		}
		for _, w := range weakSignOff {
			if n := spaced(line[i:], w); n > 0 && i+n > l.to {
				l.to, l.strong = i+n, false
			}
		}
		if l.to == 0 {
			_, size := utf8.DecodeRuneInString(line[i:])
			i += size
			continue
		}
		rest := strings.TrimLeft(line[l.to:], " 　\t（签名章字）()")
		if colon := strings.TrimLeft(rest, ":："); len(colon) < len(rest) {
			l.colon, l.to = true, len(line)-len(colon)
		}
		if l.colon || l.strong {
			found = append(found, l)
		}
		i = l.to
	}
	return found
}

// privateReport is a report without phone numbers and names of a sign-off block, and
// with those figures, by their place, that are taken. The report itself stays as it
// is.
func privateReport(r *report.Report, takes func(int) bool) *report.Report {
	c := *r
	c.Sections = slices.Clone(r.Sections)
	for i := range c.Sections {
		c.Sections[i].Text = private(c.Sections[i].Text)
		c.Sections[i].Heading = private(c.Sections[i].Heading)
	}
	c.Figures = make([]report.Figure, 0, len(r.Figures))
	for i, f := range r.Figures {
		if !isSignOff(f.Label) && takes(i) {
			f.Raw, f.Quote, f.Label = private(f.Raw), private(f.Quote), private(f.Label)
			c.Figures = append(c.Figures, f)
		}
	}
	c.Orphans = slices.DeleteFunc(slices.Clone(r.Orphans), func(o report.Orphan) bool { return isSignOff(o.Under) })
	for i := range c.Orphans {
		c.Orphans[i].Raw = private(c.Orphans[i].Raw)
	}
	if len(r.Meta) > 0 {
		c.Meta = make(map[string]string, len(r.Meta))
		for k, v := range r.Meta {
			switch {
			case isSignOff(k):
			case strings.Contains(k, "索引") || strings.HasSuffix(k, "号") || strings.HasSuffix(k, "代码"):
				c.Meta[k] = v
			default:
				c.Meta[k] = private(v)
			}
		}
	}
	return &c
}
