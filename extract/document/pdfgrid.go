package document

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// How far apart lines may be that are meant to meet, and lines that are meant to
// be one.
const (
	touch = 3.0
	same  = 2.5
)

// Bounds for the work on one page; a page with more ruling lines is a drawing.
const (
	maxRules     = 4000
	maxPositions = 100_000
)

// pdfTable is a table found by its ruling lines.
type pdfTable struct {
	box    pdfBox
	xs, ys []float64 // edges of columns and rows
	cells  []pdfCell
	owner  []int // index in cells of each position
}

type pdfCell struct {
	row, col, rows, cols int
	chars                []pdfChar
	text                 string
}

func (t *pdfTable) rows() int { return len(t.ys) - 1 }
func (t *pdfTable) cols() int { return len(t.xs) - 1 }

// findTables finds the tables that the ruling lines of a page make, and moves the
// characters in them into their cells.
func (p *pdfPage) findTables() []*pdfTable {
	rules := mergeRules(p.rules)
	if len(rules) > maxRules {
		return nil
	}
	// Lines that touch belong to one table.
	group := newUnion(len(rules))
	for i, h := range rules {
		if h.upright {
			continue
		}
		for j, v := range rules {
			if v.upright && h.from-touch <= v.at && v.at <= h.to+touch && v.from-touch <= h.at && h.at <= v.to+touch {
				group.join(i, j)
			}
		}
	}
	byGroup := map[int][]pdfRule{}
	var order []int
	for i, r := range rules {
		g := group.find(i)
		if byGroup[g] == nil {
			order = append(order, g)
		}
		byGroup[g] = append(byGroup[g], r)
	}
	var tables []*pdfTable
	for _, g := range order {
		if t := newPDFTable(byGroup[g]); t != nil {
			tables = append(tables, t)
		}
	}
	// The innermost table has a character.
	slices.SortStableFunc(tables, func(a, b *pdfTable) int {
		return cmp.Compare(a.box.width()*a.box.height(), b.box.width()*b.box.height())
	})
	rest := p.chars[:0:0]
next:
	for _, c := range p.chars {
		x, y := c.box.mid()
		for _, t := range tables {
			if t.box.contains(x, y) {
				row, col := slot(t.ys, y), slot(t.xs, x)
				cell := &t.cells[t.owner[row*t.cols()+col]]
				cell.chars = append(cell.chars, c)
				continue next
			}
		}
		rest = append(rest, c)
	}
	p.chars = rest
	for _, t := range tables {
		for i := range t.cells {
			c := &t.cells[i]
			c.text = cellText(textLines(c.chars), t.xs[c.col], t.xs[c.col+c.cols])
			c.chars = nil
		}
	}
	return tables
}

// cellText joins the lines of a cell between left and right. A number that filled
// its cell and went on below is one number.
func cellText(lines []pdfTextLine, left, right float64) string {
	var text strings.Builder
	for i, l := range lines {
		if i > 0 {
			last := lines[i-1]
			padding := max(0, last.box.x0-left)
			full := right-padding-last.box.x1 < 0.6*last.size
			if !full || !isNumber(last.text) || !isNumber(l.text) {
				text.WriteByte('\n')
			}
		}
		text.WriteString(l.text)
	}
	return text.String()
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.,") == ""
}

// slot gives the interval between edges that v lies in.
func slot(edges []float64, v float64) int {
	i, _ := slices.BinarySearch(edges, v)
	return min(max(i-1, 0), len(edges)-2)
}

// mergeRules makes one line of pieces that lie on a line and touch.
func mergeRules(rules []pdfRule) []pdfRule {
	rules = slices.Clone(rules)
	slices.SortFunc(rules, func(a, b pdfRule) int {
		if a.upright != b.upright {
			if a.upright {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	var merged []pdfRule
	for from := 0; from < len(rules); {
		to := from + 1
		for to < len(rules) && rules[to].upright == rules[from].upright && rules[to].at-rules[from].at <= same {
			to++
		}
		line := slices.Clone(rules[from:to])
		slices.SortFunc(line, func(a, b pdfRule) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
		current := line[0]
		for _, r := range line[1:] {
			if r.from <= current.to+touch {
				current.to = max(current.to, r.to)
				continue
			}
			merged = append(merged, current)
			current = r
		}
		merged = append(merged, current)
		from = to
	}
	return slices.DeleteFunc(merged, func(r pdfRule) bool { return r.to-r.from < 2*touch })
}

// edges gives the distinct values of v.
func edges(v []float64) []float64 {
	slices.Sort(v)
	return slices.CompactFunc(v, func(a, b float64) bool { return math.Abs(a-b) <= touch })
}

// maxBanner is how high a frame of one column may be: the first row of a table,
// alone at the end of a page. Higher ones are frames around text.
const maxBanner = 80

// newPDFTable makes a table of ruling lines that touch each other; nil if they
// make none.
func newPDFTable(rules []pdfRule) *pdfTable {
	var xs, ys, left, top []float64
	for _, r := range rules {
		if r.upright {
			xs, top = append(xs, r.at), append(top, r.from, r.to)
		} else {
			ys, left = append(ys, r.at), append(left, r.from, r.to)
		}
	}
	if len(xs) == 0 || len(ys) == 0 {
		return nil
	}
	// A table may be open at its sides: there the lines across end.
	const open = 8
	for _, outer := range []struct {
		edges *[]float64
		ends  []float64
	}{{&xs, left}, {&ys, top}} {
		if first := slices.Min(outer.ends); first < slices.Min(*outer.edges)-open {
			*outer.edges = append(*outer.edges, first)
		}
		if last := slices.Max(outer.ends); last > slices.Max(*outer.edges)+open {
			*outer.edges = append(*outer.edges, last)
		}
	}
	t := &pdfTable{xs: edges(xs), ys: edges(ys)}
	if len(t.xs) < 2 || len(t.ys) < 2 || t.rows() > maxPositions/t.cols() {
		return nil
	}
	t.box = pdfBox{t.xs[0], t.ys[0], t.xs[len(t.xs)-1], t.ys[len(t.ys)-1]}
	if t.cols() == 1 && t.box.height() > maxBanner {
		return nil
	}
	t.layCells(rules)
	return t
}

// layCells makes one cell of positions with no line between them.
func (t *pdfTable) layCells(rules []pdfRule) {
	rows, cols := t.rows(), t.cols()
	area := newUnion(rows * cols)
	walls := func(edges []float64, upright bool) [][]pdfRule {
		at := make([][]pdfRule, len(edges))
		for _, r := range rules {
			if r.upright != upright {
				continue
			}
			for i, e := range edges {
				if math.Abs(r.at-e) <= touch {
					at[i] = append(at[i], r)
				}
			}
		}
		return at
	}
	covered := func(wall []pdfRule, from, to float64) bool {
		sum := 0.0
		for _, r := range wall {
			sum += max(0, min(r.to, to)-max(r.from, from))
		}
		return sum >= (to-from)/2
	}
	upright, level := walls(t.xs, true), walls(t.ys, false)
	for row := range rows {
		for col := range cols {
			at := row*cols + col
			if col+1 < cols && !covered(upright[col+1], t.ys[row], t.ys[row+1]) {
				area.join(at, at+1)
			}
			if row+1 < rows && !covered(level[row+1], t.xs[col], t.xs[col+1]) {
				area.join(at, at+cols)
			}
		}
	}
	// Areas that are no rectangles are cut into some.
	t.owner = make([]int, rows*cols)
	for i := range t.owner {
		t.owner[i] = -1
	}
	for at := range t.owner {
		if t.owner[at] >= 0 {
			continue
		}
		c := pdfCell{row: at / cols, col: at % cols, rows: 1, cols: 1}
		free := func(row, col int) bool {
			i := row*cols + col
			return t.owner[i] < 0 && area.find(i) == area.find(at)
		}
		for c.col+c.cols < cols && free(c.row, c.col+c.cols) {
			c.cols++
		}
	down:
		for c.row+c.rows < rows {
			for col := c.col; col < c.col+c.cols; col++ {
				if !free(c.row+c.rows, col) {
					break down
				}
			}
			c.rows++
		}
		for row := c.row; row < c.row+c.rows; row++ {
			for col := c.col; col < c.col+c.cols; col++ {
				t.owner[row*cols+col] = len(t.cells)
			}
		}
		t.cells = append(t.cells, c)
	}
}

// table gives the grid without the geometry.
func (t *pdfTable) table() *Table {
	slices.SortFunc(t.cells, func(a, b pdfCell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) })
	cells := make([]Cell, len(t.cells))
	for i, c := range t.cells {
		cells[i] = Cell{Row: c.row, Col: c.col, RowSpan: c.rows, ColSpan: c.cols, Text: c.text}
	}
	return NewTable(cells)
}

// edgeTolerance is how far the columns of a table may shift over a page break.
const edgeTolerance = 4.0

// join appends b, which stands at the top of the next page, if it goes on with t:
// the columns of one are columns of the other.
func (t *pdfTable) join(b *pdfTable) bool {
	wide, narrow := t.xs, b.xs
	if len(narrow) > len(wide) {
		wide, narrow = narrow, wide
	}
	if math.Abs(t.box.x0-b.box.x0) > edgeTolerance || math.Abs(t.box.x1-b.box.x1) > edgeTolerance {
		return false
	}
	position := make([]int, len(narrow)) // in wide
	for i, x := range narrow {
		at := slices.IndexFunc(wide, func(w float64) bool { return math.Abs(w-x) <= edgeTolerance })
		if at < 0 {
			return false
		}
		position[i] = at
	}
	spread := func(cells []pdfCell) {
		for i := range cells {
			c := &cells[i]
			from, to := position[c.col], position[c.col+c.cols]
			c.col, c.cols = from, to-from
		}
	}
	if len(t.xs) == len(narrow) {
		spread(t.cells)
	} else {
		spread(b.cells)
	}
	t.xs = wide

	pairs, complete := seam(t, b)
	split := complete && splitRow(pairs)
	offset := t.rows()
	if split {
		offset--
	}
	for i := range pairs {
		pairs[i].joined = split || pairs[i].spansSeam()
	}
	gone := map[*pdfCell]bool{}
	for _, p := range pairs {
		if !p.joined {
			continue
		}
		gone[p.below] = true
		p.above.rows = p.below.row + p.below.rows + offset - p.above.row
		switch {
		case p.above.text == "":
			p.above.text = p.below.text
		case p.below.text != "":
			p.above.text += "\n" + p.below.text
		}
	}
	for i := range b.cells {
		if c := &b.cells[i]; !gone[c] {
			moved := *c
			moved.row += offset
			t.cells = append(t.cells, moved)
		}
	}
	// Places below the seam have no meaning any more, only their number has.
	for range len(b.ys) - 1 - (t.rows() - offset) {
		t.ys = append(t.ys, t.ys[len(t.ys)-1]+1)
	}
	return true
}

// seamPair is a cell above a page break and one below it in the same columns.
type seamPair struct {
	above, below *pdfCell
	joined       bool
}

// seam gives the cells that meet at a page break in the same columns, from the
// left, and tells whether these are all.
func seam(t, b *pdfTable) (pairs []seamPair, complete bool) {
	width := 0
	for i := range t.cells {
		above := &t.cells[i]
		if above.row+above.rows != t.rows() {
			continue
		}
		for j := range b.cells {
			if below := &b.cells[j]; below.row == 0 && below.col == above.col && below.cols == above.cols {
				pairs = append(pairs, seamPair{above: above, below: below})
				width += above.cols
			}
		}
	}
	slices.SortFunc(pairs, func(a, b seamPair) int { return cmp.Compare(a.above.col, b.above.col) })
	return pairs, width == len(t.xs)-1
}

// spansSeam tells whether two cells are one that spans rows before and after the
// page break: a label of a block of rows, which is printed on one of the pages or
// begun on one and ended on the other.
func (p seamPair) spansSeam() bool {
	if p.above.rows < 2 && p.below.rows < 2 {
		return false
	}
	return p.above.text == "" || p.below.text == "" || !numbered.MatchString(p.below.text) && !startsNumber(p.below.text)
}

// splitRow tells whether a page break goes through a row: one half is blank, or
// its label is on both pages and its values on one, or a header goes on. Values
// that are on both pages are two rows.
func splitRow(pairs []seamPair) bool {
	var row []seamPair
	for _, p := range pairs {
		if p.above.rows == 1 && p.below.rows == 1 {
			row = append(row, p)
		}
	}
	if len(row) == 0 {
		return false
	}
	above, below, digits := 0, 0, false
	for _, p := range row[1:] {
		if p.above.text != "" {
			above++
		}
		if p.below.text != "" {
			below++
		}
		digits = digits || strings.ContainsAny(p.below.text, "0123456789")
	}
	upper, lower := row[0].above.text, row[0].below.text
	switch {
	case upper == "" && above == 0, lower == "" && below == 0:
		return true
	case len(row) < 3 || upper == "" || numbered.MatchString(lower):
		return false
	}
	return below == 0 || above == 0 || lower == "" && !digits
}

func startsNumber(s string) bool { return s != "" && isDigit(s[0]) }

// union is a disjoint-set forest.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) find(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) { u[u.find(i)] = u.find(j) }
