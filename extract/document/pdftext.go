package document

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// pdfTextLine is a line of text on a page.
type pdfTextLine struct {
	text string
	box  pdfBox
	// size is the size of its usual character.
	size float64
	// parts are the pieces of the line that wide gaps set apart.
	parts []string
}

// textLines puts characters into lines, top down, and each line in order from the
// left.
func textLines(chars []pdfChar) []pdfTextLine {
	chars = slices.Clone(chars)
	middle := func(c pdfChar) float64 { return (c.box.y0 + c.box.y1) / 2 }
	slices.SortStableFunc(chars, func(a, b pdfChar) int { return cmp.Compare(middle(a), middle(b)) })
	var lines []pdfTextLine
	for from := 0; from < len(chars); {
		to, sum, height := from, 0.0, 0.0
		for to < len(chars) {
			c := chars[to]
			if to > from && middle(c)-sum/float64(to-from) > max(c.box.height(), height)/2 {
				break
			}
			sum += middle(c)
			height = max(height, c.box.height())
			to++
		}
		lines = append(lines, newTextLine(chars[from:to]))
		from = to
	}
	return lines
}

func newTextLine(chars []pdfChar) pdfTextLine {
	slices.SortStableFunc(chars, func(a, b pdfChar) int { return cmp.Compare(a.box.x0, b.box.x0) })
	l := pdfTextLine{box: chars[0].box}
	// Chinese characters are as wide as their font is large; boxes are as high as
	// each font pleases.
	var widths, heights []float64
	for _, c := range chars {
		heights = append(heights, c.box.height())
		if c.r >= 0x2e80 {
			widths = append(widths, c.box.width())
		}
		l.box.x0, l.box.y0 = min(l.box.x0, c.box.x0), min(l.box.y0, c.box.y0)
		l.box.x1, l.box.y1 = max(l.box.x1, c.box.x1), max(l.box.y1, c.box.y1)
	}
	if len(widths) == 0 {
		widths = heights
	}
	slices.Sort(widths)
	l.size = widths[len(widths)/2]

	var part strings.Builder
	note := false
	for i, c := range chars {
		if i > 0 {
			last := chars[i-1]
			gap := c.box.x0 - last.box.x1
			if c.r == last.r && c.box.x0-last.box.x0 < 0.3*c.box.width() {
				continue // printed twice to look bold
			}
			raised := isRaised(c, last, note)
			switch {
			case gap > 1.5*l.size:
				l.parts = append(l.parts, part.String())
				part.Reset()
			case note && !raised:
				part.WriteByte(']')
			case !note && raised:
				part.WriteByte('[')
			case gap > 0.8*l.size, gap > 0.3*l.size && c.r < utf8.RuneSelf && last.r < utf8.RuneSelf:
				part.WriteByte(' ')
			}
			note = raised && gap <= 1.5*l.size
		}
		part.WriteString(plainForm(c.r))
	}
	if note {
		part.WriteByte(']')
	}
	l.parts = append(l.parts, part.String())
	l.text = foldString(strings.Join(l.parts, " "))
	return l
}

// isRaised tells whether a digit belongs to a footnote mark after a number: 3 with
// note 1 must not read as 31.
func isRaised(c, last pdfChar, marking bool) bool {
	if !unicode.IsDigit(c.r) || !unicode.IsDigit(last.r) {
		return false
	}
	if marking { // the mark goes on
		return c.box.height() < 1.2*last.box.height()
	}
	return c.box.height() < 0.75*last.box.height() && c.box.y1 < last.box.y1-0.1*last.box.height()
}

// plainForm gives the usual character for one that only fonts know: PDF writers
// name 一 by its radical form ⼀.
func plainForm(r rune) string {
	switch {
	case r == 0 || r == utf8.RuneError || 0xfff0 <= r && r <= 0xffff:
		return string(utf8.RuneError)
	case 0x2e80 <= r && r <= 0x2fd5, 0xf900 <= r && r <= 0xfaff:
		return norm.NFKC.String(string(r))
	}
	return string(r)
}

// numbered matches the start of a heading, a list item or a row of the forms.
var numbered = regexp.MustCompile(`^(第[一二三四五六七八九十\d]+[章条部项]|[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|[（(]?\d{1,2}[）)、.．][^\d]|注[:：])`)

// pageNumber matches what numbers a page: -4-, — 4 —, 第4页 共9页, 4/9, 4.
var pageNumber = regexp.MustCompile(`^(?:[-—–－·\s]*(\d{1,4})[-—–－·\s]*|第\s*(\d{1,4})\s*页.{0,10}|(\d{1,4})\s*/\s*\d{1,4})$`)

// margins are where lines of running text begin and end.
type margins struct{ left, right float64 }

func marginsOf(items []pdfItem) margins {
	var left, right []float64
	for _, it := range items {
		if it.table == nil && it.line != nil && utf8.RuneCountInString(it.line.text) >= 15 {
			left, right = append(left, it.line.box.x0), append(right, it.line.box.x1)
		}
	}
	if len(left) == 0 {
		return margins{}
	}
	slices.Sort(left)
	slices.Sort(right)
	return margins{left[len(left)/20], right[len(right)-1-len(right)/20]}
}

// continues tells whether the line b goes on with the paragraph of a: a is full,
// b is not indented and begins nothing new.
func (m margins) continues(a, b pdfItem) bool {
	if a.line == nil || b.line == nil || m.right == 0 || len(a.line.parts) > 2 || len(b.line.parts) > 2 {
		return false
	}
	la, lb := a.line, b.line
	size := max(la.size, lb.size)
	switch {
	case min(la.size, lb.size) < 0.85*size,
		la.box.x1 < m.right-2*size,
		lb.box.x0 > m.left+size,
		a.page == b.page && lb.box.y0-la.box.y1 > 1.8*size,
		numbered.MatchString(lb.text):
		return false
	}
	return true
}

// joinLines joins the text of two lines of a paragraph. Chinese has no space at a
// line end; between letters, and between digits, whose belonging together can't
// be known, there is one.
func joinLines(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if last < utf8.RuneSelf && first < utf8.RuneSelf && (unicode.IsLetter(last) || unicode.IsDigit(last)) && (unicode.IsLetter(first) || unicode.IsDigit(first)) {
		return a + " " + b
	}
	return a + b
}
