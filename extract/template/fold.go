package template

import (
	_ "embed"
	"maps"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed data/simplified.txt
var simplifiedText string

var simplified = sync.OnceValue(func() map[rune]rune {
	m := make(map[rune]rune)
	for line := range strings.Lines(simplifiedText) {
		if r := []rune(strings.TrimSpace(line)); len(r) == 3 && r[0] != '#' {
			m[r[0]] = r[2]
		}
	}
	return m
})

// traditional has a bit for every common character that has a simplified form, which
// is quicker to look at than the map.
var traditional = sync.OnceValue(func() *[(0xA000 - 0x4E00) / 64]uint64 {
	set := new([(0xA000 - 0x4E00) / 64]uint64)
	for r := range simplified() {
		if isCommonHan(r) {
			set[(r-0x4E00)>>6] |= 1 << (r & 63)
		}
	}
	return set
})

// simplify gives the simplified form of a traditional character, and others as they
// are.
func simplify(r rune) rune {
	if isCommonHan(r) && traditional()[(r-0x4E00)>>6]&(1<<(r&63)) == 0 {
		return r
	}
	if to, ok := simplified()[r]; ok {
		return to
	}
	return r
}

// Simplified gives the traditional characters of labels and prose, and what each
// is compared as.
func Simplified() map[rune]rune { return maps.Clone(simplified()) }

// folded is a label as it is compared: compatibility forms, simplified
// characters, without numbering, bracketed remarks, spaces and punctuation.
type folded struct {
	core string
	// number is the numbering that was taken off ("3", "（三）" gives "三"), if any.
	number string
	// open is set when a bracket was opened and not closed: the remark goes on.
	open bool
}

func fold(s string) folded {
	var f folded
	r := normalise(s)
	f.number, r = cutNumbering(r)
	for _, lead := range []string{"其中:", "其中"} {
		if rest, ok := strings.CutPrefix(r, lead); ok && rest != "" {
			r = rest
			if number, rest := cutNumbering(r); number != "" {
				f.number, r = number, rest
			}
			break
		}
	}
	r, f.open = dropRemarks(r)
	f.core = dropPunctuation(r)
	return f
}

// normalise gives compatibility forms and simplified characters without spaces.
func normalise(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		s = norm.NFKC.String(s)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r <= ' ':
			return -1
		case r == '[', r == '〔', r == '【':
			return '('
		case r == ']', r == '〕', r == '】':
			return ')'
		case r < 0x80:
			return r
		case isCommonHan(r):
			return simplify(r)
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return simplify(r)
	}, s)
}

const numerals = "0123456789一二三四五六七八九十"

// cutNumbering takes one numbering off: 3. 3、 3) (3) 三、 (三) and a bare number
// before a character that is no number (3其他).
func cutNumbering(s string) (number, rest string) {
	body, bracket := strings.CutPrefix(s, "(")
	end := 0
	ascii := true
	for i, r := range body {
		if !strings.ContainsRune(numerals, r) {
			break
		}
		end = i + len(string(r))
		ascii = ascii && r < 0x80
	}
	if end == 0 || end > 9 {
		return "", s
	}
	number, rest = body[:end], body[end:]
	switch {
	case rest == "":
		return "", s
	case bracket:
		if after, ok := strings.CutPrefix(rest, ")"); ok && after != "" {
			return number, strings.TrimLeft(after, ".、,")
		}
		return "", s
	}
	for _, mark := range []string{"、", ".", ")", ",", ":", "．"} {
		if after, ok := strings.CutPrefix(rest, mark); ok && after != "" {
			return number, after
		}
	}
	if ascii && !strings.ContainsAny(rest[:1], ".,%-/") && !isUnit(rest) {
		return number, rest
	}
	return "", s
}

// dropRemarks takes bracketed remarks out, unless the whole is one remark; a
// bracketed number is none: 第二十条第（一）项. A remark whose bracket is never
// closed reaches to the end.
func dropRemarks(s string) (rest string, open bool) {
	if !strings.ContainsAny(s, "()") {
		return s, false
	}
	var b strings.Builder
	depth := 0
	for i, r := range s {
		switch {
		case r == '(' && depth == 0 && isBracketedNumber(s[i:]):
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return s, depth > 0
	}
	return b.String(), depth > 0
}

func isBracketedNumber(s string) bool {
	end := strings.IndexByte(s, ')')
	return end > 1 && strings.Trim(s[1:end], numerals) == ""
}

// dropPunctuation leaves letters, digits and the slash.
func dropPunctuation(s string) string {
	return strings.Map(func(r rune) rune {
		if isCommonHan(r) {
			return r
		}
		if r == '/' || unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// letters is everything in s that counts, remarks and numbering included: what
// the pieces of a broken label are compared with.
func letters(s string) string { return dropPunctuation(normalise(s)) }

// distance is the Levenshtein distance of two short strings, or limit+1 when it
// is more than limit.
func distance(a, b []rune, limit int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(a)+1)
	for i := range row {
		row[i] = i
	}
	for j, rb := range b {
		diagonal, best := row[0], j+1
		row[0] = j + 1
		for i, ra := range a {
			cost := diagonal
			if ra != rb {
				cost++
			}
			diagonal = row[i+1]
			row[i+1] = min(cost, diagonal+1, row[i]+1)
			best = min(best, row[i+1])
		}
		if best > limit {
			return limit + 1
		}
	}
	return row[len(a)]
}
