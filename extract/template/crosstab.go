package template

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/report"
)

// A table that has just one row, as that of reviews and litigation, is also
// printed with its outcomes or its groups as rows, all below each other, or in
// several small tables. Such a grid is read as a cross-table: a number belongs to
// the column that the labels left of it and above it name together. What comes of
// it is the row in the order of the form.

// crossTab holds what the labels of a one-row table are.
type crossTab struct {
	table *Table
	block *Block
	fold  func(string) folded
	words *vocabulary
	// groups are the wordings of the groups as letters, longest first.
	groups []crossGroup
}

type crossGroup struct {
	text string
	core string // of text
	item *Item  // the group
	// inner is set for a group that holds columns, not groups.
	inner bool
}

func newCrossTab(v *vocabulary, fold func(string) folded) *crossTab {
	t := newestWith(report.SectionReviewLitigation).Table(report.SectionReviewLitigation)
	return &crossTab{table: t, block: t.Blocks[0], fold: fold, words: v, groups: crossGroups()}
}

// crossGroups are the groups of the table of reviews and litigation.
var crossGroups = sync.OnceValue(func() []crossGroup {
	b := newestWith(report.SectionReviewLitigation).Table(report.SectionReviewLitigation).Blocks[0]
	var groups []crossGroup
	seen := make(map[*Item]bool)
	for _, it := range b.columns {
		for k, g := range it.path {
			if seen[g] {
				continue
			}
			seen[g] = true
			for _, label := range g.labels() {
				text := letters(label)
				groups = append(groups, crossGroup{text, fold(text).core, g, k == len(it.path)-1})
			}
		}
	}
	slices.SortStableFunc(groups, func(a, b crossGroup) int { return len(b.text) - len(a.text) })
	return groups
})

// crossLabel is what a cell says about the columns whose numbers it stands beside.
type crossLabel struct {
	leaf         string // label of the column
	inner, outer *Item  // groups
}

// read tells what a label says. A group may be named in a remark, and a column
// together with its group: 行政诉讼（复议后起诉）.
func (x *crossTab) read(text string) (l crossLabel, ok bool) {
	if len(text) > maxCrossLabel {
		return l, false
	}
	if l.leaf = x.leaf(text); l.leaf != "" {
		return l, true
	}
	rest := letters(text)
	for _, g := range x.groups {
		if !strings.Contains(rest, g.text) {
			continue
		}
		at := &l.outer
		if g.inner {
			at = &l.inner
		}
		if *at != nil && *at != g.item {
			return crossLabel{}, false // two groups: a title
		}
		*at = g.item
		rest = strings.Replace(rest, g.text, "", 1)
	}
	if l.inner == nil && l.outer == nil || l.inner != nil && l.outer != nil && !x.within(l.inner, l.outer) {
		return crossLabel{}, false
	}
	if rest != "" {
		l.leaf = x.leaf(rest)
	}
	return l, l.leaf != "" || utf8.RuneCountInString(rest) <= 4
}

// maxCrossLabel is the most bytes of a label of such a table.
const maxCrossLabel = 120

// within tells whether a group lies in another one.
func (x *crossTab) within(inner, outer *Item) bool {
	return slices.ContainsFunc(x.block.columns, func(it *Item) bool {
		return slices.Contains(it.path, inner) && slices.Contains(it.path, outer)
	})
}

// leaf gives the label of the column that text is the whole label of.
func (x *crossTab) leaf(text string) string {
	for _, m := range x.words.find(x.fold(text), x.table.Key) {
		if m.term.role == columnRole && m.term.table == x.table.Key && m.score >= 0.75 {
			return m.term.label
		}
	}
	return ""
}

// isGroup tells whether text is the whole label of a group.
func (x *crossTab) isGroup(text string) bool {
	core := x.fold(text).core
	return slices.ContainsFunc(x.groups, func(g crossGroup) bool { return g.core == core }) && core == letters(text)
}

// crossCell is a value and the column it belongs to.
type crossCell struct {
	cell  *document.Cell
	value value
	item  *Item
	label string // above a value that belongs to none
}

// rows reads a grid, or gives nil when it is none of the kind, or laid out as the
// form is. Where it is, but not every number has a column of its own, unclear is
// set: nothing in it can be known. before is the text above the grid, which may
// name the group.
func (x *crossTab) rows(t *document.Table, block int, b *document.Block, before string) (rows []row, unclear bool) {
	if len(t.Cells) > maxCrossCells {
		return nil, false
	}
	labels := make(map[*document.Cell]crossLabel)
	values := make(map[*document.Cell]value)
	leaves := make(map[string]bool)
	groups, plain := false, true // plain: as the form words them
	first, last := t.Rows, 0     // rows of the first label of a column and of the last of a group
	for i := range t.Cells {
		c := &t.Cells[i]
		v := readValue(c.Text, false)
		values[c] = v
		if v.state != report.StateText {
			continue
		}
		if l, ok := x.read(c.Text); ok {
			labels[c] = l
			if l.leaf != "" {
				leaves[l.leaf] = true
				first = min(first, c.Row)
			}
			if l.inner != nil || l.outer != nil {
				groups, last = true, max(last, c.Row)
				plain = plain && l.leaf == "" && x.isGroup(c.Text)
			}
		}
	}
	if len(leaves) < 3 {
		return nil, false
	}
	var above crossLabel
	if !groups {
		if l, ok := x.read(before); ok && l.leaf == "" {
			above = l
		}
	}
	numbers := newNumberLines(t, values)
	var cells []crossCell
	found := make(map[*Item]bool)
	inner := make(map[*Item]bool)
	beside, fault := false, false
	for i := range t.Cells {
		c := &t.Cells[i]
		v := values[c]
		if v.state == report.StateText {
			continue
		}
		l, left, named := x.around(t, c, labels, values, numbers)
		if l.inner == nil && l.outer == nil {
			l.inner, l.outer = above.inner, above.outer
		}
		it := x.column(l)
		if !v.isCell() && (it == nil || found[it] || numbers.heads[c.Row]) {
			continue
		}
		beside = beside || left && v.isCell()
		fault = fault || it == nil && named == "" || found[it] // a number without a column, or two in one
		if it != nil {
			found[it], inner[l.inner] = true, true
		}
		cells = append(cells, crossCell{c, v, it, named})
	}
	// A cell that was lost moves others, so every column of a group must be there.
	fault = fault || len(found) < 4 || len(found) != len(leaves)*len(inner) || 2*len(found) <= len(cells)
	switch {
	case !beside && groups && (!plain || last > first):
		if fault {
			return nil, true
		}
	case !beside && (fault || len(found) == len(x.block.columns) || columnLabels(labels) != len(found)):
		return nil, false
	case fault:
		return nil, true
	}
	return x.asRow(cells, block, b), false
}

// columnLabels counts the labels of columns.
func columnLabels(labels map[*document.Cell]crossLabel) int {
	n := 0
	for _, l := range labels {
		if l.leaf != "" {
			n++
		}
	}
	return n
}

// numberLines tells which rows of a grid have numbers or signs, and the first column
// that has. A blank cell beside and above them stands for what spans it.
type numberLines struct {
	rows  map[int]bool
	first int // column
	// heads are the rows with words above numbers.
	heads map[int]bool
}

func newNumberLines(t *document.Table, values map[*document.Cell]value) numberLines {
	n := numberLines{rows: make(map[int]bool), heads: make(map[int]bool), first: t.Cols}
	for i := range t.Cells {
		if c := &t.Cells[i]; values[c].isCell() {
			n.rows[c.Row] = true
			n.first = min(n.first, c.Col)
		}
	}
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Col >= n.first && values[c].state == report.StateText {
			n.heads[c.Row] = true
		}
	}
	return n
}

// maxCrossCells is the most cells of such a grid.
const maxCrossCells = 120

// around collects the labels of a value: those left of it in its row and those
// above it in its column, the nearer ones first. left tells whether one that
// counts stood left; named is what names a column of its own above.
func (x *crossTab) around(t *document.Table, c *document.Cell, labels map[*document.Cell]crossLabel, values map[*document.Cell]value, numbers numberLines) (l crossLabel, left bool, named string) {
	conflict := false
	merge := func(o *document.Cell) bool {
		n, ok := labels[o]
		if !ok {
			return false
		}
		switch {
		case n.leaf == "" || l.leaf == n.leaf:
		case l.leaf != "":
			conflict = true
		default:
			l.leaf = n.leaf
		}
		if n.inner != nil && l.inner == nil && (l.outer == nil || x.within(n.inner, l.outer)) {
			l.inner = n.inner
		}
		if n.outer != nil && l.outer == nil && (l.inner == nil || x.within(l.inner, n.outer)) {
			l.outer = n.outer
		}
		return true
	}
	for col := c.Col - 1; col >= 0; col-- {
		o := t.At(c.Row, col)
		for row := c.Row - 1; o != nil && col < numbers.first && values[o].state == report.StateEmpty && row >= 0 && numbers.rows[row]; row-- {
			o = t.At(row, col)
		}
		if o != nil && values[o].state == report.StateText && merge(o) {
			left = true
		}
	}
	leaf := l.leaf
	for row := c.Row - 1; row >= 0; row-- {
		o := t.At(row, c.Col)
		for col := c.Col - 1; o != nil && !numbers.rows[row] && values[o].state == report.StateEmpty && col >= numbers.first; col-- {
			o = t.At(row, col)
		}
		if o == nil || o.Row+o.RowSpan-1 < row || values[o].state != report.StateText {
			continue
		}
		if n := labels[o]; n.leaf != "" && l.leaf != "" && leaf == "" {
			continue // the header of a table above this one
		}
		if n := labels[o]; !merge(o) || n.leaf != "" && l.leaf != n.leaf {
			named = o.Text
		}
	}
	if conflict {
		return crossLabel{}, left, named
	}
	return l, left, named
}

// column gives the column that labels name together.
func (x *crossTab) column(l crossLabel) *Item {
	if l.leaf == "" || l.inner == nil {
		return nil
	}
	for _, it := range x.block.columns {
		if it.Label == l.leaf && it.path[len(it.path)-1] == l.inner {
			return it
		}
	}
	return nil
}

// asRow gives the values as the form prints them: a header of groups, one of
// columns, and a row.
func (x *crossTab) asRow(cells []crossCell, block int, b *document.Block) []row {
	slices.SortStableFunc(cells, func(a, c crossCell) int { return x.place(a.item) - x.place(c.item) })
	rows := make([]row, 3)
	for i := range rows {
		rows[i] = row{together: true, blanks: true, grid: true, fresh: i == 0, width: len(cells), block: block}
	}
	var group *Item
	for i, c := range cells {
		at := paged(report.AtCell(block, c.cell.Row, c.cell.Col), b)
		text := c.label
		if c.item != nil {
			text = c.item.Label
			if g := c.item.path[len(c.item.path)-1]; g != group {
				group = g
				rows[0].pieces = append(rows[0].pieces, piece{text: g.Label, loc: at, from: i, to: i + 1})
			} else {
				rows[0].pieces[len(rows[0].pieces)-1].to = i + 1
			}
		}
		rows[1].pieces = append(rows[1].pieces, piece{text: text, loc: at, from: i, to: i + 1, local: c.item == nil})
		rows[2].pieces = append(rows[2].pieces, piece{text: c.cell.Text, loc: at, from: i, to: i + 1})
	}
	return rows
}

// place is where a column stands in the form; others follow.
func (x *crossTab) place(it *Item) int {
	if i := slices.Index(x.block.columns, it); i >= 0 {
		return i
	}
	return len(x.block.columns)
}
