package template

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/report"
)

// piece is one printed cell: of a grid, or what stands between separators on a
// line of plain text.
type piece struct {
	text string
	loc  report.Locator
	// from and to are the columns of the grid it covers; to is 0 on a line.
	from, to int
	// above is set on a grid when the cell began in an earlier row.
	above bool
	// local is set for the label of a column that no form has.
	local bool
	value value
}

func (p piece) blank() bool { return p.value.state == report.StateEmpty }

// words tells whether the piece is text, not a number, a sign or blank.
func (p piece) words() bool { return p.value.state == report.StateText }

// row is printed pieces that stand together.
type row struct {
	pieces []piece
	// together is set when the pieces are known to be one row of a table; else
	// the row has a single piece, which may be a cell of anything.
	together bool
	// blanks is set when blank cells are visible among the pieces.
	blanks bool
	// grid is set for the row of a real table, fresh for its first row.
	grid, fresh bool
	// width is the number of columns of the grid.
	width int
	// unclear is set when nothing tells which number belongs where.
	unclear bool
	// section is the key of the section that begins here; such a row may have a
	// piece, its heading.
	section string
	block   int
	// last is set for the last row of a text, end when no line end follows it.
	last, end bool
}

// readRows reads the blocks [from, to) as rows: those of tables, and lines of
// text with whatever separates cells in them.
func (s *scanner) readRows(doc *document.Document, from, to int, sections map[int]string) []row {
	var rows []row
	cross := newCrossTab(s.words, s.fold)
	before := "" // the last text
	for i := from; i < to; i++ {
		b := &doc.Blocks[i]
		if key, ok := sections[i]; ok && !isTableLabel(b.Text) {
			rows = append(rows, row{section: key, block: i})
			if b.Kind != document.TableBlock {
				continue
			}
		}
		above := before
		if b.Text != "" {
			before = b.Text
		}
		switch {
		case b.Kind == document.TableBlock && b.Table != nil:
			crossed, unclear := cross.rows(b.Table, i, b, cmp.Or(b.Table.Caption, above))
			if crossed == nil {
				first := len(rows)
				rows = appendGrid(rows, i, b)
				for k := range rows[first:] {
					rows[first+k].unclear = unclear
				}
			}
			rows = append(rows, crossed...)
		case b.Kind == document.Image || b.Text == "":
		case doc.Lines == nil:
			rows = appendLine(rows, b.Text, i, b)
		default:
			if n := tabbed(doc, i, to); n > 1 {
				rows = appendTabbed(rows, doc, i, i+n)
				i += n - 1
				continue
			}
			rows = appendLine(rows, doc.Lines[b.Line], i, b)
		}
	}
	if n := len(rows); n > 0 && doc.Lines != nil && to == len(doc.Blocks) {
		last := &rows[n-1]
		if k := len(last.pieces); k > 0 {
			last.last = last.pieces[k-1].loc.Block == to-1
		}
		rows[n-1].end = doc.Blocks[to-1].Line == len(doc.Lines)-1
	}
	return rows
}

// isTableLabel tells of what a caller took for the heading of a section that it is
// a label inside a table: 四、结转下年度继续办理.
func isTableLabel(text string) bool {
	if len(text) > maxPrinted {
		return false
	}
	label := false
	for _, m := range words().find(fold(text), "") {
		switch m.term.role {
		case titleRole, sectionRole:
			return false
		default:
			label = true
		}
	}
	return label
}

func appendGrid(rows []row, block int, b *document.Block) []row {
	t := b.Table
	rows = slices.Grow(rows, t.Rows)
	for y := range t.Rows {
		r := row{together: true, blanks: true, grid: true, fresh: y == 0, width: t.Cols, block: block}
		n := 0
		for x := 0; x < t.Cols; x++ {
			if c := t.At(y, x); c != nil {
				x = c.Col + c.ColSpan - 1
				n++
			}
		}
		r.pieces = make([]piece, 0, n)
		at := make([]int, 0, 2*n) // the places of the cells, in one allocation
		for x := 0; x < t.Cols; {
			c := t.At(y, x)
			if c == nil {
				x++
				continue
			}
			at = append(at, c.Row, c.Col)
			r.pieces = append(r.pieces, piece{
				text: c.Text, loc: report.Locator{Block: block, Row: &at[len(at)-2], Col: &at[len(at)-1], Page: b.Page}, from: c.Col, to: c.Col + c.ColSpan, above: c.Row < y,
			})
			x = c.Col + c.ColSpan
		}
		rows = append(rows, r)
	}
	return rows
}

func paged(l report.Locator, b *document.Block) report.Locator {
	l.Page = b.Page
	return l
}

// cutter finds pieces in the text of a block, one after another, to locate them.
type cutter struct {
	block, page int
	rest        string // of the text
	at          int    // where rest begins, in characters
}

func newCutter(block int, b *document.Block) *cutter {
	return &cutter{block: block, page: b.Page, rest: b.Text}
}

// cut locates the next occurrence of a piece; a blank one is located where the
// last one ended.
func (c *cutter) cut(text string) piece {
	start, end := c.at, c.at
	if i := strings.Index(c.rest, text); i >= 0 {
		start += utf8.RuneCountInString(c.rest[:i])
		end = start + utf8.RuneCountInString(text)
		c.rest, c.at = c.rest[i+len(text):], end
	}
	p := piece{text: text, loc: report.AtText(c.block, start, end)}
	p.loc.Page = c.page
	return p
}

// appendLine reads one line of text.
func appendLine(rows []row, line string, block int, b *document.Block) []row {
	cells, bars := splitLine(line)
	printed := 0
	rule := true
	for _, cell := range cells {
		if cell != "" {
			printed++
			rule = rule && isRule(cell)
		}
	}
	if printed == 0 || rule || isFurniture(b.Text) {
		return rows
	}
	cut := newCutter(block, b)
	table := strings.HasPrefix(strings.TrimSpace(line), "|") && strings.Count(line, "|") > 2
	if printed > 1 || table {
		r := row{together: true, blanks: bars, block: block}
		for _, cell := range cells {
			r.pieces = append(r.pieces, cut.cut(cell))
		}
		return append(rows, r)
	}
	for _, cell := range cells {
		if cell == "" {
			continue
		}
		parts := splitNumbers(cell)
		if label, number, ok := splitGlued(parts[0]); ok {
			parts = slices.Concat([]string{label, number}, parts[1:])
		}
		r := row{together: len(parts) > 1, block: block}
		for _, part := range parts {
			r.pieces = append(r.pieces, cut.cut(part))
		}
		rows = append(rows, r)
	}
	return rows
}

// splitLine splits a line at bars, tabs and wide gaps. bars tells whether blank
// cells are among the result, as they are between bars and tabs.
func splitLine(line string) (cells []string, bars bool) {
	mark := ""
	switch text := strings.TrimFunc(line, unicode.IsSpace); {
	case strings.Contains(text, "|"):
		line, mark = text, "|"
	case strings.Contains(text, "│"):
		line, mark = text, "│"
	case strings.Contains(text, "\t"):
		mark = "\t"
	default:
		line = text
	}
	if mark == "" {
		gaps := []string{line}
		if !isSqueezed(line) {
			gaps = splitWide(line)
		}
		for _, gap := range gaps {
			gap = squeeze(gap)
			if parts := splitNumbers(gap); len(parts) > 1 && isNumbers(parts) {
				cells = append(cells, parts...)
			} else if gap != "" {
				cells = append(cells, gap)
			}
		}
		return cells, false
	}
	if mark != "\t" {
		line = strings.TrimSuffix(strings.TrimPrefix(line, mark), mark)
	}
	for cell := range strings.SplitSeq(line, mark) {
		cells = append(cells, squeeze(cell))
	}
	return cells, true
}

// splitWide splits a line at gaps of two spaces or more.
func splitWide(line string) []string {
	var parts []string
	start, gap, wide := 0, 0, false // gap is where the current white space begins
	spaces := 0
	for i, r := range line {
		if unicode.IsSpace(r) {
			if spaces == 0 {
				gap = i
			}
			spaces++
			wide = spaces > 1
			continue
		}
		if wide {
			parts = append(parts, line[start:gap])
			start = i
		}
		spaces, wide = 0, false
	}
	return append(parts, line[start:])
}

// squeeze folds white space to single spaces, as the text of a block is.
func squeeze(s string) string {
	if isSqueezed(s) {
		return s
	}
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = true
		case r < ' ', unicode.Is(unicode.Cf, r):
		default:
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isSqueezed tells whether there is nothing to fold, at a glance.
func isSqueezed(s string) bool {
	last := ' '
	for _, r := range s {
		switch {
		case r == ' ' && last == ' ', r < ' ', 0x7f <= r && r <= 0xa0, r == 0xad, r == 0x1680, r == 0x180e,
			0x2000 <= r && r <= 0x206f && (r < '—' || r > '”'), r == 0x3000, r >= 0xfe00 && (r < '！' || r > '～'):
			return false
		}
		last = r
	}
	return last != ' '
}

// splitNumbers splits the numbers and signs off the end of a piece in which
// single spaces separate cells: "行政许可 97", "0 0 1".
func splitNumbers(s string) []string {
	if !strings.Contains(s, " ") {
		return []string{s}
	}
	parts := strings.Split(s, " ")
	first := len(parts)
	for first > 0 && isCellNumber(parts[first-1]) {
		first--
	}
	if first == len(parts) {
		return []string{s}
	}
	if first == 0 {
		return parts
	}
	if isOpen(strings.Join(parts[:first], " ")) {
		return []string{s} // the number stands in a remark that goes on
	}
	label := parts[:first]
	if first > 1 && isBareUnit(label[first-1]) {
		first--
		label = parts[:first]
	}
	return append([]string{strings.Join(label, " ")}, parts[first:]...)
}

// maxNumber is the most bytes of a number with its unit and a remark in brackets.
const maxNumber = 300

// splitGlued splits a number off the label of a row that it is printed against:
// 行政许可97, 行政许可：97件.
func splitGlued(s string) (label, number string, ok bool) {
	if len(s) > maxPrinted {
		return "", "", false
	}
	for at := 3; at < len(s); at++ {
		if !isDigit(s[at]) || isDigit(s[at-1]) || len(s)-at > maxNumber {
			continue
		}
		label, number = s[:at], s[at:]
		if label[at-1] == '-' {
			label, number = s[:at-1], s[at-1:]
		}
		last := label[strings.LastIndexByte(label, ' ')+1:]
		if isTooLong(last) && isTooLong(label) {
			continue
		}
		if readValue(number, false).known() && (isRowLabel(label) || isRowLabel(last)) {
			return strings.TrimSpace(label), number, true
		}
	}
	return "", "", false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isRowLabel tells whether text is the whole label of a row of a form.
func isRowLabel(text string) bool {
	return !isTooLong(text) && !isOpen(text) && slices.ContainsFunc(words().find(fold(text), ""), func(m match) bool { return m.term.role == rowRole })
}

// isTooLong tells of a text at a glance that it has more letters than any label with
// its numbering, before the first bracket: prose.
func isTooLong(text string) bool {
	return len(text) > words().longest+mostNumbering && hanBeforeBracket(text, words().longest+mostNumbering)
}

// mostNumbering is the most Chinese characters of what stands before a label:
// 三、其中：十一、.
const mostNumbering = 10

// isOpen tells whether a bracket in s is not closed.
func isOpen(s string) bool {
	return strings.Count(s, "(")+strings.Count(s, "（") > strings.Count(s, ")")+strings.Count(s, "）")
}

func isNumbers(parts []string) bool {
	for _, p := range parts {
		if !isCellNumber(p) {
			return false
		}
	}
	return true
}

// isCellNumber tells whether s alone would be a number or a dash in a cell.
func isCellNumber(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsDigit(r) && !strings.ContainsRune("+-−－—/", r) {
		return false
	}
	v := readValue(s, true)
	return v.known() || v.state == report.StateDash
}

// isRule tells the cells of a ruling line: --- :---: ====.
func isRule(s string) bool {
	if utf8.RuneCountInString(s) < 3 {
		return false
	}
	return strings.Trim(s, "-=_*·~:─━+") == ""
}

// furniture is what pages print between the rows of a table: their numbers.
var furniture = regexp.MustCompile(`^(?:[-—–－―─·]\s*\d{1,3}\s*[-—–－―─·]+|第\s*\d{1,3}\s*页(?:[,，/、\s]*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})$`)

func isFurniture(text string) bool {
	return len(text) <= maxFurniture && furniture.MatchString(text)
}

// maxFurniture is the most bytes of a page number with its ornaments.
const maxFurniture = 40

// tabbed counts the blocks from i on that are one row in the layout where every
// cell stands on a line of its own behind a tab, blank ones too, and an empty
// line ends the row.
func tabbed(doc *document.Document, i, to int) int {
	n := 0
	line := doc.Blocks[i].Line
	for i+n < to {
		b := &doc.Blocks[i+n]
		for ; line < b.Line; line++ {
			if !strings.HasPrefix(doc.Lines[line], "\t") {
				return n
			}
		}
		text, ok := strings.CutPrefix(doc.Lines[line], "\t")
		if !ok || strings.ContainsAny(strings.TrimSpace(text), "\t|") || b.Kind != document.Paragraph {
			return n
		}
		n++
		line++
	}
	return n
}

// appendTabbed reads the blocks [from, to) as one tabbed row, with the blank
// cells before, between and after them; if it is too long for one, as single
// cells.
func appendTabbed(rows []row, doc *document.Document, from, to int) []row {
	first, last := doc.Blocks[from].Line, doc.Blocks[to-1].Line
	for first > 0 && isTabBlank(doc.Lines[first-1]) {
		first--
	}
	for last+1 < len(doc.Lines) && isTabBlank(doc.Lines[last+1]) {
		last++
	}
	r := row{together: true, blanks: true, block: from}
	i := from
	for line := first; line <= last; line++ {
		if i < to && doc.Blocks[i].Line == line {
			r.pieces = append(r.pieces, newCutter(i, &doc.Blocks[i]).cut(doc.Blocks[i].Text))
			i++
			continue
		}
		n := i - 1
		if n < from {
			n = from
		}
		end := utf8.RuneCountInString(doc.Blocks[n].Text)
		p := piece{loc: report.AtText(n, end, end)}
		p.loc.Page = doc.Blocks[n].Page
		r.pieces = append(r.pieces, p)
	}
	if len(r.pieces) <= maxTabbed {
		return append(rows, r)
	}
	for _, p := range r.pieces {
		if p.text != "" {
			rows = append(rows, row{pieces: []piece{p}, block: p.loc.Block})
		}
	}
	return rows
}

// maxTabbed is the most cells a tabbed row may have: three labels, the columns
// of the widest table and some room.
const maxTabbed = 20

func isTabBlank(line string) bool {
	return strings.HasPrefix(line, "\t") && strings.TrimSpace(line) == ""
}
