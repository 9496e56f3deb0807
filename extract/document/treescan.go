package document

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// token takes in the next piece of the page: text, a tag, a comment.
func (b *treeBuilder) token() {
	s := b.src[b.pos:]
	if n := textLen(s); n > 0 {
		b.pos += n
		b.text(unescape(s[:n]))
		return
	}
	b.tagStart = b.pos
	switch c := s[1]; {
	case isLetter(c):
		b.pos++
		if t, ok := b.tagAt(); ok {
			b.startTag(t)
		}
	case c == '/':
		if len(s) < 3 || !isLetter(s[2]) {
			b.lost = true
			return
		}
		b.pos += 2
		if t, ok := b.tagAt(); ok {
			b.endTag(t)
		}
	default:
		b.declaration(s)
	}
}

// textLen is how many bytes of s come before the next tag or comment.
func textLen(s string) int {
	for n := 0; ; n++ {
		i := strings.IndexByte(s[n:], '<')
		if i < 0 || n+i+1 >= len(s) {
			return len(s)
		}
		n += i
		if c := s[n+1]; isLetter(c) || c == '/' || c == '!' || c == '?' {
			return n
		}
	}
}

// declaration takes in what begins with <! or <?.
func (b *treeBuilder) declaration(s string) {
	from, end := 1, strings.IndexByte(s, '>')
	next := end + 1
	switch {
	case strings.HasPrefix(s, "<!--"):
		from = len("<!--")
		end = strings.Index(s[from:], "-->")
		if end < 0 {
			break
		}
		end += from
		next = end + len("-->")
		if data := s[from:next]; data[0] == '>' || strings.HasPrefix(data, "->") || strings.Contains(data, "--!") {
			end = -1 // a comment that ends in a way of its own
		}
	case len(s) > 9 && s[1] == '!' && strings.EqualFold(s[2:9], "doctype"):
		if end < 0 {
			break
		}
		b.pos += next
		b.docType(s[:next])
		return
	case s[1] == '!':
		from = 2
		if len(s) < 4 || s[2] == '>' || s[3] == '>' {
			end = -1
		}
	}
	if end < 0 {
		b.lost = true
		return
	}
	b.pos += next
	b.comment(unescape(s[from:end]))
}

// tagAt reads the name and the attributes of the tag at pos.
func (b *treeBuilder) tagAt() (*tag, bool) {
	start := b.pos
	i := start
	upper := false
	for i < len(b.src) && !endsName[b.src[i]] {
		upper = upper || b.src[i]-'A' < 26
		i++
	}
	name := b.src[start:i]
	if upper {
		name = lowerASCII(name)
	}
	b.attr = b.attr[:0]
	if i < len(b.src) && b.src[i] == '>' {
		b.pos = i + 1
		return b.tag(name), true
	}
	b.pos = i
	if !b.attributes() {
		b.lost = true
		return nil, false
	}
	return b.tag(name), true
}

// endsName holds the bytes that end the name of a tag or, but for =, an attribute.
var endsName = [256]bool{' ': true, '\n': true, '\r': true, '\t': true, '\f': true, '/': true, '>': true}

func (b *treeBuilder) skipSpace() {
	for b.pos < len(b.src) {
		switch b.src[b.pos] {
		case ' ', '\n', '\r', '\t', '\f':
			b.pos++
		default:
			return
		}
	}
}

// attributes reads the attributes of a tag and its >. It fails when the page ends
// before that.
func (b *treeBuilder) attributes() bool {
	b.skipSpace()
	for b.pos < len(b.src) {
		if b.src[b.pos] == '>' {
			b.pos++
			return true
		}
		start := b.pos
		upper := false
		for b.pos < len(b.src) && !endsName[b.src[b.pos]] && (b.src[b.pos] != '=' || b.pos == start) {
			upper = upper || b.src[b.pos]-'A' < 26
			b.pos++
		}
		key := b.src[start:b.pos]
		value, ok := b.value()
		if !ok {
			return false
		}
		if key != "" {
			if upper {
				key = lowerASCII(key)
			}
			if !b.hasAttr(key) {
				b.attr = append(b.attr, html.Attribute{Key: key, Val: value})
			}
			if len(b.attr) > 64 {
				return false
			}
		}
		b.skipSpace()
	}
	return false
}

func (b *treeBuilder) hasAttr(key string) bool {
	for i := range b.attr {
		if b.attr[i].Key == key {
			return true
		}
	}
	return false
}

// value reads what follows the name of an attribute.
func (b *treeBuilder) value() (value string, ok bool) {
	b.skipSpace()
	if b.pos >= len(b.src) {
		return "", false
	}
	switch b.src[b.pos] {
	case '/':
		b.pos++
		return "", true
	case '=':
		b.pos++
	default:
		return "", true
	}
	b.skipSpace()
	if b.pos >= len(b.src) {
		return "", false
	}
	switch quote := b.src[b.pos]; quote {
	case '>':
		return "", true
	case '"', '\'':
		b.pos++
		n := strings.IndexByte(b.src[b.pos:], quote)
		if n < 0 {
			return "", false
		}
		value = b.src[b.pos : b.pos+n]
		b.pos += n + 1
	default:
		n := strings.IndexAny(b.src[b.pos:], " \n\r\t\f>")
		if n < 0 {
			return "", false
		}
		value = b.src[b.pos : b.pos+n]
		b.pos += n
	}
	return unescapeAttr(value), true
}

// rawText reads the text of an element that holds nothing else, and its end tag.
func (b *treeBuilder) rawText(t *tag) (text string, ok bool) {
	s := b.src[b.pos:]
	end := 0
	for {
		i := strings.Index(s[end:], "</")
		if i < 0 {
			return "", false
		}
		end += i
		after := end + 2 + len(t.name)
		if after >= len(s) {
			return "", false
		}
		if strings.EqualFold(s[end+2:after], t.name) && endsName[s[after]] && isASCII(s[end+2:after]) {
			break
		}
		end += 2
	}
	text = s[:end]
	if t.name == "script" {
		if i := strings.Index(text, "<!--"); i >= 0 && containsFold(text[i:], "<script") {
			return "", false // a comment may hide end tags
		}
	}
	b.pos += end + 2 + len(t.name)
	saved := len(b.attr)
	if !b.attributes() {
		return "", false
	}
	b.attr = b.attr[:saved]
	if t.name == "title" || t.name == "textarea" {
		text = unescape(text)
	}
	return text, true
}

func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		j := strings.IndexByte(s[i:], sub[0])
		if j < 0 {
			return false
		}
		if i += j; i+len(sub) <= len(s) && strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20-'a' < 26 }

// lowerASCII turns A to Z into lower case, and nothing else.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c-'A' < 26 {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// unescape replaces the character references of text.
func unescape(s string) string {
	i := strings.IndexByte(s, '&')
	switch {
	case i < 0:
		return s
	case s == "&nbsp;":
		return "\u00a0"
	}
	return html.UnescapeString(s)
}

// unescapeAttr replaces the character references of an attribute's value, where a
// name that no semicolon ends must be whole, and not followed by =.
func unescapeAttr(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i:]
		n := 1
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '#' && n == 1) {
			n++
		}
		closed := n < len(s) && s[n] == ';'
		if closed {
			n++
		}
		ref := s[:n]
		s = s[n:]
		known := html.UnescapeString(ref)
		switch {
		case strings.HasPrefix(ref, "&#"):
		case closed:
			if strings.HasSuffix(known, ";") && ref != "&semi;" {
				known = ref
			}
		case strings.HasPrefix(s, "=") || utf8.RuneCountInString(known) != 1:
			known = ref
		}
		out.WriteString(known)
	}
}
