package listing

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Scripts are read, never run: this file finds calls and assignments in them and
// reads their arguments where those are literals.

// code is an argument that is no literal: its source text.
type code string

const (
	maxCalls      = 64       // calls of one name that are looked at in a script
	maxExpression = 64 << 10 // bytes of an argument that is no literal
	maxNesting    = 32       // arrays and objects inside each other
)

// stripComments blanks the comments of a script; strings are left alone. HTML's
// <!-- hides the rest of its line, as it does in a browser.
func stripComments(src string) string {
	if !strings.Contains(src, "/*") && !strings.Contains(src, "//") && !strings.Contains(src, "<!--") {
		return src
	}
	var b strings.Builder
	b.Grow(len(src))
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == '"' || c == '\'' || c == '`':
			end := stringEnd(src, i)
			b.WriteString(src[i:end])
			i = end
		case strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i+2:], "*/")
			if end < 0 {
				return b.String()
			}
			b.WriteByte(' ')
			i += end + 4
		case strings.HasPrefix(src[i:], "//") || strings.HasPrefix(src[i:], "<!--"):
			end := strings.IndexAny(src[i:], "\r\n")
			if end < 0 {
				return b.String()
			}
			i += end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// stringEnd is the index behind the string literal that starts at i. A quote that
// isn't closed on its line ends there, so that one apostrophe in a regular
// expression doesn't swallow the script.
func stringEnd(src string, i int) int {
	quote := src[i]
	for j := i + 1; j < len(src); j++ {
		switch src[j] {
		case '\\':
			j++
		case quote:
			return j + 1
		case '\n':
			if quote != '`' {
				return j
			}
		}
	}
	return len(src)
}

// calls finds the calls of a function, or of a method of that name on anything,
// and reads their arguments. Its definition is not a call.
func calls(src, name string) [][]any {
	var found [][]any
	for at, n := 0, 0; n < maxCalls; {
		i := strings.Index(src[at:], name)
		if i < 0 {
			break
		}
		i += at
		at = i + len(name)
		if i > 0 && identifier(src[i-1]) {
			continue
		}
		j := skipSpace(src, at)
		if j >= len(src) || src[j] != '(' {
			continue
		}
		if defined := strings.TrimRight(src[max(0, i-20):i], " \t\r\n"); strings.HasSuffix(defined, "function") {
			continue
		}
		n++
		args, end, ok := list(src, j, ')', 0)
		if ok {
			found = append(found, args)
			if end > at && !strings.Contains(src[at:end], name) {
				at = end
			}
		}
	}
	return found
}

// assigned finds the first literal given to a name: name = 3, name: 3, "name": 3,
// setting name("3") aside.
func assigned(src, name string) (any, bool) {
	for at, n := 0, 0; n < maxCalls; n++ {
		i := strings.Index(src[at:], name)
		if i < 0 {
			return nil, false
		}
		i += at
		at = i + len(name)
		if i > 0 && identifier(src[i-1]) {
			continue
		}
		j := at
		if j < len(src) && (src[j] == '"' || src[j] == '\'') {
			j++
		}
		j = skipSpace(src, j)
		if j >= len(src) || src[j] != '=' && src[j] != ':' || strings.HasPrefix(src[j:], "==") {
			continue
		}
		v, _, ok := literal(src, skipSpace(src, j+1), 0)
		if ok {
			if _, opaque := v.(code); !opaque {
				return v, true
			}
		}
	}
	return nil, false
}

// value reads a literal that is a whole text, such as an attribute.
func value(src string) (any, bool) {
	v, _, ok := literal(src, skipSpace(src, 0), 0)
	return v, ok
}

// literal reads the value at i: string, template, number (float64), bool, nil, array, object
// with or without quoted keys; anything else is code up to the next , or bracket.
func literal(src string, i, depth int) (any, int, bool) {
	if i >= len(src) || depth > maxNesting {
		return nil, i, false
	}
	start := i
	var v any
	switch src[i] {
	case '"', '\'':
		end := stringEnd(src, i)
		if end-i < 2 || src[end-1] != src[i] {
			return nil, i, false
		}
		v, i = unquote(src[i+1:end-1]), end
	case '`':
		end := stringEnd(src, i)
		if end-i < 2 || src[end-1] != src[i] {
			return nil, i, false
		}
		if v = unquote(src[i+1 : end-1]); strings.Contains(src[i:end], "${") {
			v = code(src[i:end])
			return v, end, true
		}
		i = end
	case '[':
		items, end, ok := list(src, i, ']', depth+1)
		if !ok {
			return nil, i, false
		}
		v, i = items, end
	case '{':
		object, end, ok := members(src, i, depth+1)
		if !ok {
			return nil, i, false
		}
		v, i = object, end
	default:
		end := i
		for end < len(src) && (identifier(src[end]) || src[end] == '.' || src[end] == '-' && end == i || src[end] == '+' && end == i) {
			end++
		}
		word := src[i:end]
		i = end
		switch word {
		case "true", "false":
			v = word == "true"
		case "null", "undefined":
			v = nil
		default:
			f, err := strconv.ParseFloat(word, 64)
			if err != nil {
				v = code(word)
			} else {
				v = f
			}
		}
	}
	// A literal that an operator or a call follows is part of an expression.
	if j := skipSpace(src, i); j < len(src) && !strings.ContainsRune(",;)]}", rune(src[j])) && !newStatement(src, i, j) || isCode(v) {
		end, ok := expressionEnd(src, start)
		if !ok {
			return nil, i, false
		}
		if parsed, ok := parsedInt(src[start:end]); ok {
			return parsed, end, true
		}
		return code(strings.TrimSpace(src[start:end])), end, true
	}
	return v, i, true
}

// newStatement tells whether the text at j begins a new line and can't continue
// an expression.
func newStatement(src string, i, j int) bool {
	return strings.ContainsAny(src[i:j], "\r\n") && !strings.ContainsRune("+-*/.([?:&|=<>", rune(src[j]))
}

func isCode(v any) bool { _, ok := v.(code); return ok }

// wrapped is a literal in a conversion: parseInt('12'), Number("3").
var wrapped = regexp.MustCompile(`^(?:parseInt|Number|parseFloat|String)\s*\(\s*['"]?\s*(-?\d{1,9})\s*['"]?\s*(?:,\s*10\s*)?\)$`)

func parsedInt(src string) (any, bool) {
	if m := wrapped.FindStringSubmatch(strings.TrimSpace(src)); m != nil {
		f, err := strconv.ParseFloat(m[1], 64)
		return f, err == nil
	}
	return nil, false
}

// expressionEnd is where an expression that starts at i ends: at , ; or a bracket
// that it didn't open; false where it is longer than any that matters.
func expressionEnd(src string, i int) (int, bool) {
	depth := 0
	for limit := i + maxExpression; i < len(src); {
		if i > limit {
			return i, false
		}
		switch c := src[i]; c {
		case '"', '\'', '`':
			i = stringEnd(src, i)
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth == 0 {
				return i, true
			}
			depth--
		case ',', ';':
			if depth == 0 {
				return i, true
			}
		}
		i++
	}
	return i, true
}

// list reads the values between the bracket at i and its closing one.
func list(src string, i int, closing byte, depth int) ([]any, int, bool) {
	values := []any{}
	for i++; ; {
		i = skipSpace(src, i)
		switch {
		case i >= len(src):
			return nil, i, false
		case src[i] == closing:
			return values, i + 1, true
		case src[i] == ',':
			i++
			continue
		}
		v, end, ok := literal(src, i, depth)
		if !ok || end <= i {
			return nil, i, false
		}
		values = append(values, v)
		i = end
	}
}

// members reads an object.
func members(src string, i, depth int) (map[string]any, int, bool) {
	object := map[string]any{}
	for i++; ; {
		i = skipSpace(src, i)
		if i >= len(src) {
			return nil, i, false
		}
		var key string
		switch src[i] {
		case '}':
			return object, i + 1, true
		case ',':
			i++
			continue
		case '"', '\'':
			end := stringEnd(src, i)
			if end-i < 2 {
				return nil, i, false
			}
			key, i = unquote(src[i+1:end-1]), end
		default:
			end := i
			for end < len(src) && (identifier(src[end]) || src[end] >= utf8.RuneSelf) {
				end++
			}
			key, i = src[i:end], end
		}
		i = skipSpace(src, i)
		if i >= len(src) || src[i] != ':' {
			if key == "" {
				return nil, i, false
			}
			end, ok := expressionEnd(src, i) // a method or a shorthand
			if !ok || end < len(src) && src[end] != ',' && src[end] != '}' {
				return nil, i, false
			}
			i = end
			continue
		}
		v, end, ok := literal(src, skipSpace(src, i+1), depth)
		if !ok {
			return nil, i, false
		}
		object[key] = v
		i = end
	}
}

// unquote resolves the escapes of a JavaScript string.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case '\n':
		case 'x':
			if n, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8); err == nil && i+3 <= len(s) {
				b.WriteRune(rune(n))
				i += 2
			}
		case 'u':
			var units []uint16
			for j := i; j+5 <= len(s) && s[j] == 'u' && (j == i || s[j-1] == '\\'); j += 6 {
				n, err := strconv.ParseUint(s[j+1:j+5], 16, 16)
				if err != nil {
					break
				}
				units = append(units, uint16(n))
				i = j + 4
			}
			b.WriteString(string(utf16.Decode(units)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func skipSpace(src string, i int) int {
	for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '\r' || src[i] == '\n') {
		i++
	}
	return i
}

func identifier(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// integer reads a count from a literal: 3, "3", '3 '.
func integer(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		if v == float64(int(v)) && v >= 0 && v < 1e7 {
			return int(v), true
		}
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err == nil && n >= 0 && n < 1e7 {
			return n, true
		}
	}
	return 0, false
}

// str reads a literal as text: numbers print without a point.
func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// quoted is the first string literal of a source that looks like a URL: the
// argument of onclick="openUrl('…')" or of location.href = '…'.
func quoted(src string) string {
	for _, m := range stringLiteral.FindAllStringSubmatch(src, 16) {
		s := unquote(m[1] + m[2])
		if urlLike.MatchString(strings.TrimSpace(s)) {
			return s
		}
	}
	return ""
}

// joined is the text of a string literal that ends at end and of those added to it:
// "a?x=" + n + "&y=1" is a?x=&y=1; names of known literals are filled in.
func joined(src string, literal string, end int) string {
	var b strings.Builder
	b.WriteString(unquote(literal))
	for range 24 {
		m := added.FindStringSubmatch(src[end:min(len(src), end+2_000)])
		if m == nil {
			break
		}
		end += len(m[0])
		if m[1] != "" {
			if v := resolved(src, code(m[1])); !isCode(v) {
				b.WriteString(str(v))
			}
			continue
		}
		b.WriteString(unquote(m[2] + m[3]))
	}
	return b.String()
}

// literalAt finds a string literal by a form whose first group is its text, and
// what is added to it.
func literalAt(src string, form *regexp.Regexp) string {
	m := form.FindStringSubmatchIndex(src)
	if m == nil {
		return ""
	}
	return joined(src, src[m[2]:m[3]], m[1])
}

var added = regexp.MustCompile(`^\s*\+\s*(?:([\w$.]+(?:\([^()]*\))?)|'((?:[^'\\\r\n]|\\.)*)'|"((?:[^"\\\r\n]|\\.)*)")`)

var (
	stringLiteral = regexp.MustCompile(`'((?:[^'\\\r\n]|\\.)+)'|"((?:[^"\\\r\n]|\\.)+)"`)
	urlLike       = regexp.MustCompile(`(?i)^(?:https?://|\.{0,2}/)[^\s<>]+$|^[^\s<>'"()]+\.(?:s?html?|jhtml|jspx?|aspx?|php|do|action|pdf|docx?|xlsx?|wps)(?:[?#][^\s<>]*)?$|^\?[^\s<>]+=[^\s<>]*$`)
)
