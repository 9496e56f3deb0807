package document

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// Two-byte characters of GB18030: lead byte 0x81–0xFE, trail byte 0x40–0xFE.
const (
	gbLead, gbLeads   = 0x81, 0xfe - 0x81 + 1
	gbTrail, gbTrails = 0x40, 0xfe - 0x40 + 1
)

// gbTable gives the character of each pair, 0 where there is none. It is made
// from the decoder of x/text, which takes 3.5 times as long for a page.
var gbTable = sync.OnceValue(func() *[gbLeads * gbTrails]uint16 {
	pairs := make([]byte, 0, 3*gbLeads*gbTrails)
	for lead := range gbLeads {
		for trail := range gbTrails {
			pairs = append(pairs, byte(gbLead+lead), byte(gbTrail+trail), '\n')
		}
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(pairs)
	if err != nil {
		panic("document: x/text can't decode GB18030: " + err.Error())
	}
	table := new([gbLeads * gbTrails]uint16)
	for i, line := range bytes.Split(out, []byte("\n"))[:len(table)] {
		if r, n := utf8.DecodeRune(line); n == len(line) && r != utf8.RuneError {
			table[i] = uint16(r)
		}
	}
	return table
})

// decodeGB18030 is what simplifiedchinese.GB18030 does, only faster.
func decodeGB18030(b []byte) (text string, replaced int) {
	table := gbTable()
	var rare transform.Transformer
	out := make([]byte, 0, len(b)+len(b)/2+utf8.UTFMax)
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			n := asciiPrefix(b[i:])
			out = append(out, b[i:i+n]...)
			i += n
			continue
		}
		if i+1 < len(b) && c >= gbLead && c != 0xff && b[i+1] >= gbTrail && b[i+1] != 0xff {
			if r := table[int(c-gbLead)*gbTrails+int(b[i+1]-gbTrail)]; r >= 0x800 {
				out = append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
				i += 2
				continue
			} else if r != 0 {
				out = utf8.AppendRune(out, rune(r))
				i += 2
				continue
			}
		}
		if rare == nil {
			rare = simplifiedchinese.GB18030.NewDecoder()
		}
		r, n := rareGB18030(rare, b[i:])
		if r == utf8.RuneError {
			replaced++
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return string(out), replaced
}

// rareGB18030 decodes what is no character of two bytes: one of four, the euro
// sign of code page 936, or a broken one.
func rareGB18030(decoder transform.Transformer, b []byte) (r rune, size int) {
	if b[0] == 0x80 {
		return '€', 1
	}
	if len(b) >= 4 && b[0] != 0xff && isDigit(b[1]) && b[2] >= gbLead && b[2] != 0xff && isDigit(b[3]) {
		var out [2 * utf8.UTFMax]byte
		if n, _, err := decoder.Transform(out[:], b[:4], true); err == nil {
			if r, size := utf8.DecodeRune(out[:n]); size == n {
				return r, 4
			}
		}
	}
	// A lead byte before an ASCII character stands alone, so that the tag or line
	// end after it survives.
	if len(b) >= 2 && b[1] >= utf8.RuneSelf && b[0] != 0xff {
		return utf8.RuneError, 2
	}
	return utf8.RuneError, 1
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
