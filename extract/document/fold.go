package document

import "unicode/utf8"

// What a byte may begin, for fold.
const (
	plain   = iota
	blank   // ASCII white space and control characters
	perhaps // the lead byte of some kind of space, or of something invisible
)

var byteClass = func() (class [256]uint8) {
	for c := range 0x21 {
		class[c] = blank
	}
	class[0x7f] = blank
	for _, c := range []byte{0xc2, 0xe2, 0xe3, 0xef, 0xe1} {
		class[c] = perhaps
	}
	return class
}()

// folder gathers text with its white space folded: runs of it become one space,
// none at the start or end of a line. Spaces of all widths count as white space
// (U+3000, no-break space); characters without a width (U+200B, soft hyphen, byte
// order mark) vanish, so that digits around them stay together.
type folder struct {
	buf []byte
	gap bool // white space was seen since the last character
}

func (f *folder) reset() { f.buf, f.gap = f.buf[:0], false }

func (f *folder) empty() bool { return len(f.buf) == 0 }

// newline begins a new line, unless the current one is empty.
func (f *folder) newline() {
	f.gap = false
	if n := len(f.buf); n > 0 && f.buf[n-1] != '\n' {
		f.buf = append(f.buf, '\n')
	}
}

// text is what was gathered, without a last line end.
func (f *folder) text() []byte {
	if n := len(f.buf); n > 0 && f.buf[n-1] == '\n' {
		return f.buf[:n-1]
	}
	return f.buf
}

func (f *folder) write(s string) {
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && byteClass[s[i]] == plain {
			i++
		}
		if i > start {
			f.word(s[start:i])
			if i == len(s) {
				return
			}
		}
		if byteClass[s[i]] == blank {
			f.gap = true
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case isSpace(r):
			f.gap = true
		case isInvisible(r):
		default:
			f.word(s[i : i+n])
		}
		i += n
	}
}

func (f *folder) word(s string) {
	if n := len(f.buf); f.gap && n > 0 && f.buf[n-1] != '\n' {
		f.buf = append(f.buf, ' ')
	}
	f.gap = false
	f.buf = append(f.buf, s...)
}

// isSpace tells the characters over 127 that are seen as a space.
func isSpace(r rune) bool {
	switch r {
	case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return 0x2000 <= r && r <= 0x200a || 0x80 <= r && r < 0xa0
}

// isInvisible tells the characters over 127 that are not seen at all.
func isInvisible(r rune) bool {
	switch r {
	case 0xad, 0x180e, 0x2060, 0xfeff, 0xfffc:
		return true
	}
	return 0x200b <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x2061 <= r && r <= 0x206f
}
