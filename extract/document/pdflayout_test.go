package document

import (
	"encoding/binary"
	"testing"
)

// What a PDF says of its pages is as foreign as its bytes.
func FuzzLayOut(f *testing.F) {
	f.Add([]byte("\x01\x05\x05\xf0\x01\x01\x05\x20\xf0\x01\x02\x05\x05\x20\x01\x02\x80\x05\x20\x01\x02\xf0\x05\x20\x01\x00\x10\x10\x31\x05\x00\x90\x10\x32\x05"))
	f.Add([]byte("\x03\x00\x10\x10\x31\x05\x03\x01\x05\x05\xf0\x01\x04\x05\x05\xf0\xf0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		// Five bytes say what to print next: a character, a line across, a line
		// down, a new page or a picture, and where.
		var pages []*pdfPage
		next := func() *pdfPage {
			p := &pdfPage{number: len(pages) + 1, width: 256, height: 256}
			pages = append(pages, p)
			return p
		}
		p := next()
		for ; len(b) >= 5; b = b[5:] {
			x, y, v, size := float64(b[1]), float64(b[2]), float64(b[3]), float64(b[4]%32)
			switch b[0] % 5 {
			case 0:
				p.chars = append(p.chars, pdfChar{rune(binary.BigEndian.Uint16(b[2:])), pdfBox{x, y, x + size, y + size}})
				p.chars = append(p.chars, pdfChar{rune(b[3]%64 + ' ' + 1), pdfBox{x, y, x + size, y + size}})
			case 1:
				p.rules = append(p.rules, pdfRule{false, y, min(x, v), max(x, v)})
			case 2:
				p.rules = append(p.rules, pdfRule{true, x, min(y, v), max(y, v)})
			case 3:
				p = next()
			case 4:
				p.pictures = append(p.pictures, pdfBox{x, y, x + v, y + v})
			}
		}
		d := &Document{Containers: []Container{{Parent: -1}}}
		d.Blocks, d.Scanned = layOut(pages)
		d.Containers[0].End = len(d.Blocks)
		verify(t, d)
	})
}
