package document

import (
	"bytes"
	"encoding/binary"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// Charset says how bytes became characters.
type Charset struct {
	// Name is utf-8, gb18030, big5, utf-16le …
	Name string
	// Method is bom, valid_utf8, header, meta, sniffed or default.
	Method string
	// Declared is the label the header or the document gave, if it disagrees.
	Declared string
	// Replaced counts the characters that could not be decoded.
	Replaced int
}

// The methods by which a charset is found, in the order they are tried.
const (
	byBOM       = "bom"
	byValidUTF8 = "valid_utf8"
	byHeader    = "header"
	byMeta      = "meta"
	bySniffing  = "sniffed"
	byDefault   = "default"
)

// The charsets that are more than a name here.
const (
	utf8Name    = "utf-8"
	gbName      = "gb18030"
	big5Name    = "big5"
	utf16leName = "utf-16le"
	utf16beName = "utf-16be"
	westernName = "windows-1252" // what programs say that don't know
)

const (
	// prescan is how much of a body is searched for a declaration: some pages
	// put their style sheets before <meta charset>.
	prescan = 64 << 10
	// sampleSize is how much is looked at to judge whether a charset fits.
	sampleSize = 8 << 10
)

// Decode turns bytes into text. The bytes have the last word: a declaration is
// followed only where they agree with it. In order: byte order mark; a whole
// body of valid UTF-8 (its last character may be cut off); the charset of
// contentType, an HTTP header; the first <meta> or XML declaration in 64 KiB;
// what the bytes look like; GB18030. Every gb* label is read as GB18030, which
// holds the others.
//
// The text is valid UTF-8: what can't be decoded becomes U+FFFD and is counted.
func Decode(b []byte, contentType string) (text string, cs Charset) {
	header := headerLabel(contentType)
	bom, size := byteOrderMark(b)
	b = b[size:]
	if bom == "" {
		bom = zeroPattern(b)
	}
	switch {
	case bom != "" && (bom != utf8Name || mostlyUTF8(b)):
		cs.Name, cs.Method = bom, byBOM
		if size == 0 {
			cs.Method = bySniffing
		}
		cs.Declared = disagreeing(cs.Name, header)
	case validUTF8(b) && !chanceUTF8(b):
		cs.Name, cs.Method = utf8Name, byValidUTF8
		if !ascii(b) {
			cs.Declared = disagreeing(cs.Name, header, metaLabel(b))
		}
	default:
		meta := metaLabel(b)
		cs.Name, cs.Method = choose(b, header, meta)
		cs.Declared = disagreeing(cs.Name, header, meta)
	}
	text, cs.Replaced = decodeAs(cs.Name, b)
	return text, cs
}

// choose names the charset of bytes that are not valid UTF-8.
func choose(b []byte, header, meta string) (name, method string) {
	declared := []struct{ name, method string }{
		{canonical(header), byHeader},
		{canonical(meta), byMeta},
	}
	if mostlyUTF8(b) && !chanceUTF8(b) { // a few characters were cut by a careless program
		for _, d := range declared {
			if d.name == utf8Name {
				return d.name, d.method
			}
		}
		return utf8Name, bySniffing
	}
	s := sample(b)
	gb := look(gbName, s)
	var big5 looks
	if gb.common*6 < gb.chars || declared[0].name == big5Name || declared[1].name == big5Name {
		big5 = look(big5Name, s)
	}
	for _, d := range declared {
		switch d.name {
		case gbName:
			if gb.fits() && !big5.beats(gb) {
				return d.name, d.method
			}
		case big5Name:
			if big5.fits() && !gb.beats(big5) {
				return d.name, d.method
			}
		case "", utf8Name, utf16leName, utf16beName, westernName:
		default:
			if l := look(d.name, s); l.fits() && !gb.beats(l) && !big5.beats(l) {
				return d.name, d.method
			}
		}
	}
	switch {
	case big5.beats(gb):
		return big5Name, bySniffing
	case gb.fits():
		return gbName, bySniffing
	}
	switch name := canonical(chardet.Detect(s).Encoding); name {
	case "", utf8Name, utf16leName, utf16beName, westernName:
	default:
		if look(name, s).fits() {
			return name, bySniffing
		}
	}
	return gbName, byDefault
}

// looks is what a sample looks like when read in some charset.
type looks struct{ chars, bad, common int }

// look reads a sample as the named charset.
func look(name string, s []byte) (l looks) {
	text, _ := decodeAs(name, s)
	for _, r := range text {
		switch {
		case r < 0x80:
			continue
		case r == utf8.RuneError:
			l.bad++
		case isCommon(r):
			l.common++
		}
		l.chars++
	}
	return l
}

// fits allows for one broken character in twenty; a sample may be cut in its
// last.
func (l looks) fits() bool { return l.bad*20 <= l.chars+20 }

// beats tells whether l is clearly the better reading of the same sample: in
// running text about a third of the characters are common ones, read wrongly one
// in a hundred is.
func (l looks) beats(m looks) bool { return l.fits() && l.common > 3*m.common+4 }

// commonHanzi are characters that fill Chinese official prose, in both scripts;
// read in a wrong charset a text has hardly any of them.
const commonHanzi = "的一是不了在人有我他这中大来上个国和地到时要出就分对成会可主发年动同工也能下过民" +
	"生作多定行学法所然方政府信息公开申请报告情况年度市县区镇街道局委办厅部门规范文件数量处理决定本机关" +
	"月日共条其与及为以由于按照第二三四五六七八九十总计网站服务社管理监督问题改进加强进行通知单位" +
	"這來個國時對會發動過報開請況縣區鎮辦廳門規範數處決機關條與為於總計網務監問題進強單點無業"

var commonSet = func() (set [0x10000 / 64]uint64) {
	for _, r := range commonHanzi {
		set[r>>6] |= 1 << (r & 63)
	}
	return set
}()

func isCommon(r rune) bool { return r < 0x10000 && commonSet[r>>6]&(1<<(r&63)) != 0 }

// sample is a stretch of b that begins with its first byte over 127, so that it
// begins with a whole character.
func sample(b []byte) []byte {
	i := asciiPrefix(b)
	return b[i:min(len(b), i+sampleSize)]
}

func ascii(b []byte) bool { return asciiPrefix(b) == len(b) }

// asciiPrefix is the number of bytes before the first over 127.
func asciiPrefix(b []byte) int {
	n := 0
	for n+8 <= len(b) && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0 {
		n += 8
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// validUTF8 tells whether all of b is UTF-8, but for a last character that was
// cut off.
func validUTF8(b []byte) bool {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				b = b[:len(b)-n]
			}
			break
		}
	}
	return utf8.Valid(b)
}

// chanceUTF8 tells whether b is UTF-8 by chance: the few characters of a short text
// in GB18030, such as 通知, may read as letters of the West and the East; Chinese
// in UTF-8 has characters of three bytes.
func chanceUTF8(b []byte) bool {
	s := sample(b)
	if len(s) == 0 || s[0] >= 0xe0 || bytes.ContainsFunc(s, func(r rune) bool { return r >= 0x800 }) {
		return false
	}
	l := look(gbName, s)
	return l.bad == 0 && l.common*3 >= l.chars
}

// mostlyUTF8 tells whether b is UTF-8 with a few broken characters. In GB18030
// or Big5 text hardly any pair of bytes is UTF-8 by chance.
func mostlyUTF8(b []byte) bool {
	b = sample(b)
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good >= 4*bad
}

// byteOrderMark gives the charset and the length of a mark at the start of b.
func byteOrderMark(b []byte) (name string, size int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return utf8Name, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return utf16leName, 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return utf16beName, 2
	case bytes.HasPrefix(b, []byte("\x84\x31\x95\x33")):
		return gbName, 4
	}
	return "", 0
}

// zeroPattern recognises UTF-16 without a mark: the zero bytes of its line ends,
// digits and tags nearly all stand at odd or nearly all at even offsets.
func zeroPattern(b []byte) string {
	b = b[:min(len(b), 4<<10)&^1]
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch {
	case zeros[1] > 8*zeros[0]+1 && zeros[1]*32 >= len(b):
		return utf16leName
	case zeros[0] > 8*zeros[1]+1 && zeros[0]*32 >= len(b):
		return utf16beName
	}
	return ""
}

// disagreeing gives the first label that names another charset than name.
func disagreeing(name string, labels ...string) string {
	for _, l := range labels {
		if l != "" && canonical(l) != name {
			return l
		}
	}
	return ""
}

// canonical gives the charset a label means, or "" when it means none.
func canonical(label string) string {
	l := strings.ToLower(strings.Trim(label, " \t\r\n\"';"))
	switch {
	case l == "":
		return ""
	case strings.HasPrefix(l, "gb"), strings.HasPrefix(l, "x-gb"), l == "cp936", l == "ms936",
		l == "windows-936", l == "euc-cn", l == "chinese", l == "csgb2312":
		return gbName
	case strings.HasPrefix(l, "utf-8"), strings.HasPrefix(l, "utf8"), strings.HasPrefix(l, "utf_8"):
		return utf8Name
	}
	e, err := htmlindex.Get(l)
	if err != nil {
		return ""
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return ""
	}
	return name
}

// decodeAs decodes b from the named charset and counts what it had to replace.
func decodeAs(name string, b []byte) (text string, replaced int) {
	switch name {
	case utf8Name:
		return decodeUTF8(b)
	case gbName:
		return decodeGB18030(b)
	}
	e := encoding.Replacement
	if known, err := htmlindex.Get(name); err == nil {
		e = known
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil { // no decoder of package htmlindex fails: they replace
		return decodeUTF8(b)
	}
	text = string(out)
	return text, strings.Count(text, string(utf8.RuneError))
}

func decodeUTF8(b []byte) (text string, replaced int) {
	if utf8.Valid(b) {
		return string(b), 0
	}
	var out strings.Builder
	out.Grow(len(b) + 16)
	for len(b) > 0 {
		n := 0
		bad := false
		for n < len(b) {
			if b[n] < utf8.RuneSelf {
				n++
				continue
			}
			r, size := utf8.DecodeRune(b[n:])
			if bad = r == utf8.RuneError && size == 1; bad {
				break
			}
			n += size
		}
		out.Write(b[:n])
		b = b[n:]
		if bad {
			out.WriteRune(utf8.RuneError)
			replaced++
			b = b[brokenLen(b):]
		}
	}
	return out.String(), replaced
}

// brokenLen is the length of the broken character at the start of b: one
// replacement for as many bytes as begin a character.
func brokenLen(b []byte) int {
	n := 1
	for n < len(b) && n < utf8.UTFMax && !utf8.FullRune(b[:n]) && !utf8.RuneStart(b[n]) {
		n++
	}
	if n > 1 && utf8.FullRune(b[:n]) { // the last byte does not continue it
		n--
	}
	return n
}

// headerLabel gives the charset parameter of a Content-Type header.
func headerLabel(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	// Many servers send what package mime refuses: text/html;;charset=gbk
	_, label, ok := strings.Cut(strings.ToLower(contentType), "charset")
	if !ok {
		return ""
	}
	label = strings.TrimLeft(label, " \t=\"'")
	if i := strings.IndexAny(label, " \t;,\"'"); i >= 0 {
		label = label[:i]
	}
	return label
}

// metaLabel gives the charset that a document declares for itself: <meta
// charset="…">, <meta http-equiv="Content-Type" content="…; charset=…"> or
// <?xml encoding="…"?>.
func metaLabel(b []byte) string {
	b = b[:min(len(b), prescan)]
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 || len(b) < i+6 {
			return ""
		}
		b = b[i+1:]
		switch {
		case b[0] == '!' && bytes.HasPrefix(b, []byte("!--")):
			end := bytes.Index(b[1:], []byte("-->"))
			if end < 0 {
				return ""
			}
			b = b[end:]
		case b[0]|0x20 == 'm' && bytes.EqualFold(b[:4], []byte("meta")):
			if label := attrLabel(tagRest(b[4:]), "charset"); label != "" {
				return label
			}
		case b[0] == '?' && bytes.EqualFold(b[:4], []byte("?xml")):
			if label := attrLabel(tagRest(b[4:]), "encoding"); label != "" {
				return label
			}
		}
	}
}

// tagRest is b up to the > that ends its tag.
func tagRest(b []byte) []byte {
	if i := bytes.IndexByte(b, '>'); i >= 0 {
		return b[:i]
	}
	return b
}

// attrLabel finds key = label in the attributes of a tag, be it an attribute of
// its own or part of another's value. A page may speak of a charset in its
// description, so an attribute value counts only beside http-equiv.
func attrLabel(attrs []byte, key string) string {
	a := strings.ToLower(string(attrs))
	for from := 0; ; {
		i := strings.Index(a[from:], key)
		if i < 0 {
			return ""
		}
		i += from
		from = i + len(key)
		rest := strings.TrimLeft(a[from:], " \t\r\n")
		if !strings.HasPrefix(rest, "=") {
			continue
		}
		if quotes := strings.Count(a[:i], `"`) + strings.Count(a[:i], `'`); quotes%2 == 1 && !strings.Contains(a, "http-equiv") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t\r\n\"'")
		if end := strings.IndexAny(rest, " \t\r\n\"';/?"); end >= 0 {
			rest = rest[:end]
		}
		if rest != "" {
			return rest
		}
	}
}
