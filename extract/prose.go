package extract

import (
	"strings"
	"unicode"

	"gongkai/extract/document"
	"gongkai/report"
)

// folio is a document whose blocks are folded, and looked at as headings, once.
type folio struct {
	*document.Document
	folded   []string
	headings map[int]*heading // nil for a block that is none
}

func newFolio(doc *document.Document) *folio {
	return &folio{doc, make([]string, len(doc.Blocks)), make(map[int]*heading)}
}

// fold is the folded text of a block.
func (d *folio) fold(block int) string {
	if d.folded[block] == "" && d.Blocks[block].Text != "" {
		d.folded[block] = fold(d.Blocks[block].Text)
	}
	return d.folded[block]
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
		if s := simplified[r-0x4E00]; s != 0 {
			return s
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

// traditional pairs the traditional characters that the forms and their prose
// use with the simplified ones: pages pass through script converters.
const traditional = "動动開开請请複复訴诉訟讼總总體体況况處处數数條条項项規规範范製制紅红財财務务發发報报" +
	"機机構构關关國国務务員员業业產产應应對对維维糾纠結结審审轉转無无沒没個个與与號号" +
	"門门會会議议題题決决執执許许懲惩罰罚強强費费採采購购計计劃划統统諮咨詢询點点閱阅" +
	"當当場场面面傳传真真電电郵邮網网絡络絡络資资實实際际過过進进還还難难題题圍围確确" +
	"認认證证權权責责單单衛卫聯联絡络辦办縣县鄉乡鎮镇區区廳厅辦办黨党聽听聞闻問问" +
	"說说話话讀读寫写記记錄录設设評评論论識识詳详細细屬属於于為为廣广佈布眾众從从來来" +
	"後后時时間间長长臨临舉举訓训練练載载輛辆遞递達达選选導导層层級级標标準准環环" +
	"護护廢废備备創创則则參参雙双變变讓让贏赢優优億亿萬万餘余兩两貳贰陸陆濟济質质檢检查查" +
	"據据據据據据撥拨獲获獨独類类續续紙纸終终經经給给絕绝繳缴減减測测滿满潔洁災灾"

// simplified holds the simplified form of a traditional character, from U+4E00 on.
var simplified = func() (table [0xA000 - 0x4E00]rune) {
	r := []rune(traditional)
	for i := 0; i+1 < len(r); i += 2 {
		if r[i] != r[i+1] {
			table[r[i]-0x4E00] = r[i+1]
		}
	}
	return table
}()

// fold is the folded text of s.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var prev rune // last rune written
	gap := false  // something was dropped since
	for _, r := range s {
		f := foldRune(r)
		if f == 0 {
			gap = true
			continue
		}
		if gap && isAlnum(prev) && isAlnum(f) {
			b.WriteByte(' ')
		}
		b.WriteRune(f)
		prev, gap = f, false
	}
	return b.String()
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isAlnum(r rune) bool {
	return isDigit(r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// add appends the text of a block, from code point from on.
func (p *passage) add(block int, text string) {
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
		block, from := p.at[i].block, p.at[i].off
		to := from
		for ; i < len(p.at) && p.at[i].block == block; i++ {
			to = p.at[i].off + 1
		}
		text := []rune(doc.Blocks[block].Text)
		if marks {
			for from > 0 && strings.ContainsRune("“‘「『", text[from-1]) {
				from--
			}
			for to < len(text) && strings.ContainsRune("”’」』", text[to]) {
				to++
			}
		}
		b.WriteString(string(text[from:to]))
	}
	return strings.TrimSpace(b.String())
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
