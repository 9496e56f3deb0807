package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/extract/template"
	"gongkai/report"
)

// folio is a document whose blocks are folded, and looked at as headings, once.
type folio struct {
	*document.Document
	folded   []string
	headings []*heading // noHeading for a block that is none, nil for one not looked at
	titles   []answer   // whether a block is the title of a report
	// recognised is set when the text was read from pictures.
	recognised bool
}

func newFolio(doc *document.Document) *folio {
	n := len(doc.Blocks)
	return &folio{Document: doc, folded: make([]string, n), headings: make([]*heading, n), titles: make([]answer, n)}
}

// fold is the folded text of a block.
func (d *folio) fold(block int) string {
	if d.folded[block] == "" && d.Blocks[block].Text != "" {
		d.folded[block] = fold(d.Blocks[block].Text)
	}
	return d.folded[block]
}

// isTitle tells whether a block is the title of a report.
func (d *folio) isTitle(block int) bool {
	if d.titles[block] == unknown {
		d.titles[block] = answerOf(isTitle(d.fold(block)))
	}
	return d.titles[block] == yes
}

// passage is prose as matching sees it: white space and quotation marks dropped,
// full width folded to half width, traditional characters of the forms
// simplified. Every rune knows where it was printed, so that whatever is found
// in a passage can be shown in the document.
type passage struct {
	runes []rune
	at    []place
}

// place is a code point of a block's text.
type place struct{ block, off int }

// foldRune gives the form of r that matching knows, or 0 for a rune that says
// nothing: white space, quotation marks, invisible characters.
func foldRune(r rune) rune {
	switch {
	case r >= 0x4E00 && r < 0xA000:
		if isTraditional[(r-0x4E00)>>6]&(1<<(r&63)) != 0 {
			return simplified[r]
		}
		return r
	case r < 0x80:
		if r <= ' ' || r == '"' || r == '\'' || r == 0x7f {
			return 0
		}
		if r == '<' {
			return '《'
		}
		if r == '>' {
			return '》'
		}
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		r -= 0xFEE0
		if r == '"' || r == '\'' {
			return 0
		}
		return r
	}
	switch r {
	case '“', '”', '‘', '’', '「', '」', '『', '』', '〝', '〞':
		return 0
	case '〔', '［', '【', '﹝', '〖':
		return '['
	case '〕', '］', '】', '﹞', '〗':
		return ']'
	case '—', '–', '‒', '―', '−', '﹣', '─':
		return '-'
	case '○', '〇', '◯':
		return '〇'
	case '︰', '∶':
		return ':'
	case '〈':
		return '《'
	case '〉':
		return '》'
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
		return 0
	}
	return r
}

// simplified gives the simplified form of a traditional character; isTraditional
// tells which characters from U+4E00 on have one, in as little memory as looking
// at every character of a page takes.
var (
	simplified    = template.Simplified()
	isTraditional = func() (set [(0xA000 - 0x4E00) / 64]uint64) {
		for from := range simplified {
			if from >= 0x4E00 && from < 0xA000 {
				set[(from-0x4E00)>>6] |= 1 << (from & 63)
			}
		}
		return set
	}()
)

// beginning is the first 40 runes of the folded text of a block. No long text is
// folded for that.
func (d *folio) beginning(block int) string {
	const most = 40
	text := d.Blocks[block].Text
	if len(text) < 200 || d.folded[block] != "" {
		return firstRunes(d.fold(block), most)
	}
	kept := 0
	for i, r := range text {
		if kept == most {
			text = text[:i]
			break
		}
		if foldRune(r) != 0 {
			kept++
		}
	}
	return firstRunes(fold(text), most)
}

// fold is the folded text of s.
func fold(s string) string {
	keep := 0       // bytes that are folded already
	prev := rune(0) // last rune kept or written
	for i, r := range s {
		if foldRune(r) != r {
			break
		}
		keep, prev = i+utf8.RuneLen(r), r
	}
	if keep == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:keep]...)
	gap := false // something was dropped since prev
	for _, r := range s[keep:] {
		f := foldRune(r)
		if f == 0 {
			gap = true
			continue
		}
		if gap && isAlnum(prev) && isAlnum(f) {
			b = append(b, ' ')
		}
		b = utf8.AppendRune(b, f)
		prev, gap = f, false
	}
	return string(b)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isAlnum(r rune) bool {
	return isDigit(r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// add appends the text of a block, from code point from on.
func (p *passage) add(block int, text string) {
	n := utf8.RuneCountInString(text)
	p.runes, p.at = slices.Grow(p.runes, n), slices.Grow(p.at, n)
	gap := len(p.runes) > 0
	i := -1
	for _, r := range text {
		i++
		f := foldRune(r)
		if f == 0 {
			gap = true
			continue
		}
		if gap && len(p.runes) > 0 && isAlnum(p.runes[len(p.runes)-1]) && isAlnum(f) {
			p.runes = append(p.runes, ' ')
			p.at = append(p.at, place{block, max(i-1, 0)})
		}
		p.runes = append(p.runes, f)
		p.at = append(p.at, place{block, i})
		gap = false
	}
}

// slice is the part [from, to) of p.
func (p passage) slice(from, to int) passage {
	return passage{p.runes[from:to], p.at[from:to]}
}

// printed is the text of p as printed, with the line ends of hard-wrapped text
// left out.
func (p passage) printed(doc *folio) string { return p.text(doc, false) }

// quoted is printed, with the quotation marks that open and close it.
func (p passage) quoted(doc *folio) string { return p.text(doc, true) }

func (p passage) text(doc *folio, marks bool) string {
	var b strings.Builder
	for i := 0; i < len(p.at); {
		block, first := p.at[i].block, p.at[i].off
		from, to := first, first
		for ; i < len(p.at) && p.at[i].block == block; i++ {
			to = p.at[i].off + 1
		}
		text := doc.Blocks[block].Text
		from = byteOffset(text, from)
		to = from + byteOffset(text[from:], to-first)
		if marks {
			for r, n := utf8.DecodeLastRuneInString(text[:from]); n > 0 && strings.ContainsRune("“‘「『", r); r, n = utf8.DecodeLastRuneInString(text[:from]) {
				from -= n
			}
			for r, n := utf8.DecodeRuneInString(text[to:]); n > 0 && strings.ContainsRune("”’」』", r); r, n = utf8.DecodeRuneInString(text[to:]) {
				to += n
			}
		}
		b.WriteString(text[from:to])
	}
	return strings.TrimSpace(b.String())
}

// byteOffset is where the character with index n of a text begins, which may be its
// end.
func byteOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

// locator is the place of p in the document, or false when p runs over the end
// of a block, where no single span shows it.
func (p passage) locator(doc *folio) (report.Locator, bool) {
	if len(p.at) == 0 {
		return report.Locator{}, false
	}
	first, last := p.at[0], p.at[len(p.at)-1]
	if first.block != last.block {
		return report.Locator{}, false
	}
	l := report.AtText(first.block, first.off, last.off+1)
	l.Page = doc.Blocks[first.block].Page
	return l, true
}

// paragraphs gathers the prose of blocks into passages, one a paragraph. Blocks
// that skip tells are no prose; they end the paragraph. In text that was broken
// into lines of even length (see wrapWidth), the lines of one paragraph are
// joined again.
func paragraphs(doc *folio, from, to, wrap int, skip func(block int) bool) []passage {
	var out []passage
	var cur passage
	flush := func() {
		if len(cur.runes) > 0 {
			out = append(out, cur)
		}
		cur = passage{}
	}
	for i := from; i < to; i++ {
		b := &doc.Blocks[i]
		if skip(i) || b.Kind == document.TableBlock || b.Text == "" {
			flush()
			continue
		}
		if len(cur.runes) > 0 {
			prev := cur.at[len(cur.at)-1].block
			if !continues(&doc.Blocks[prev], b, wrap) {
				flush()
			}
		}
		cur.add(i, b.Text)
	}
	flush()
	return out
}

// wrapWidth is the width at which lines of a text document were broken, in
// columns, or 0 when its lines are whole paragraphs.
func wrapWidth(doc *folio, from, to int, skip func(int) bool) int {
	if doc.Format != document.Text && doc.Format != document.PDF {
		return 0
	}
	const widest = 140 // columns; a longer line is a paragraph
	var count [widest + 1]int
	long := 0
	for i := from; i < to; i++ {
		if skip(i) || doc.Blocks[i].Kind == document.TableBlock || strings.Contains(doc.Blocks[i].Text, "|") {
			continue
		}
		switch w := columns(doc.Blocks[i].Text); {
		case w > widest:
			long++
		case w >= 30:
			count[w]++
		}
	}
	// Broken lines crowd just below one width.
	best, most := 0, 0
	for w := 30; w <= widest; w++ {
		n := 0
		for d := 0; d < 8 && w-d >= 0; d++ {
			n += count[w-d]
		}
		if n > most {
			best, most = w, n
		}
	}
	if most < 6 || long > most/4 {
		return 0
	}
	return best
}

// columns is the width of s on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		if r < 0x80 {
			n++
		} else {
			n += 2
		}
	}
	return n
}

// continues tells whether the line next goes on with the paragraph of prev.
func continues(prev, next *document.Block, wrap int) bool {
	if wrap == 0 || next.Kind == document.Heading || prev.Kind == document.Heading {
		return false
	}
	if w := columns(prev.Text); w < wrap-10 || w > wrap+4 || strings.Contains(prev.Text, "|") || strings.Contains(next.Text, "|") {
		return false
	}
	switch r := []rune(prev.Text); r[len(r)-1] {
	case '。', '！', '？', '：', ':':
		return false
	}
	numbered, _, _ := numbering(fold(firstRunes(next.Text, 12)))
	return numbered == levelNone
}
