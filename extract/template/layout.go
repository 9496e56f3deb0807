package template

import (
	"slices"

	"gongkai/report"
)

// layout is the columns of a block in the order in which a header prints them. A
// nil item is a column that no form has.
type layout struct {
	order []*Item
	texts []string // printed labels, empty when there was none
	// spans are the columns of the grid, nil on lines.
	spans [][2]int
	// repeats is how often the label of a column is printed in a row, nil when none is
	// more than once: a converter wrote it for every column that it spans.
	repeats []int
	width   int
	// partial is set when the header lacks columns of the form.
	partial bool
}

// layout reads a header as columns of the block.
func (b *Block) layout(h *header) layout {
	official := b.official()
	plain := layout{order: official, texts: make([]string, len(official))}
	if h == nil || len(h.columns) == 0 {
		return plain
	}
	var l layout
	l.width = h.width
	cells := h.columns
	if h.width > 0 {
		cells = slices.Clone(cells)
		slices.SortStableFunc(cells, func(x, y headCell) int { return x.from - y.from })
	}
	items := b.identify(h, cells)
	repeats, repeated := []int(nil), false
	for i, c := range cells {
		it := items[i]
		if n := len(l.order) - 1; it != nil && n >= 0 && l.order[n] == it && cells[i-1].text == c.text && (h.width == 0 || cells[i-1].to == c.from) {
			if h.width > 0 {
				l.spans[n][1] = c.to
			}
			repeats[n]++
			repeated = true
			continue
		}
		if it == nil && (h.width == 0 && len(official) > 1 || len(l.order) == 0 && len(official) > 1 || len(c.terms) > 0) || it != nil && slices.Contains(l.order, it) {
			continue
		}
		l.order = append(l.order, it)
		l.texts = append(l.texts, c.text)
		repeats = append(repeats, 1)
		if h.width > 0 {
			l.spans = append(l.spans, [2]int{c.from, c.to})
		}
	}
	if repeated {
		l.repeats = repeats
	}
	if len(official) == 1 && len(l.order) == 1 && (l.order[0] == nil || l.order[0].Local) {
		l.order[0] = official[0] // the only column, whatever it is called
	}
	for _, it := range official {
		if !slices.Contains(l.order, it) {
			l.partial = true
		}
	}
	if h.width > 0 {
		if len(l.order) == 0 {
			return plain
		}
		return l
	}
	if len(official) == 1 && len(l.order) > 0 {
		return l // columns on one level stand as they are printed
	}
	return b.lineLayout(l)
}

// identify tells for each cell of a header which column of the block it is.
// Labels that several columns share (结果维持) are told apart by their order when
// all are there, else by the group above them.
func (b *Block) identify(h *header, cells []headCell) []*Item {
	items := make([]*Item, len(cells))
	official := b.official()
	inOrder, strange := len(cells) == len(official), 0
	for i, c := range cells {
		switch {
		case !inOrder:
		case len(c.terms) == 0:
			strange++ // in another wording
		default:
			inOrder = slices.ContainsFunc(c.terms, func(m match) bool { return m.term.key == official[i].Key })
		}
	}
	if inOrder && (strange == 0 || len(official) >= wideForm && strange*3 <= len(official)) {
		return official
	}
	for i, c := range cells {
		var group *headCell
		for k := range h.groups {
			if g := &h.groups[k]; g.from <= c.from && (group == nil || g.from >= group.from) {
				group = g
			}
		}
		for _, m := range c.terms {
			it := b.column(m.term.key)
			if it == nil || h.width == 0 && m.score < 1 { // a piece of a broken label
				continue
			}
			if b.isShared(it) && (h.width == 0 || group == nil || !slices.ContainsFunc(group.terms, func(g match) bool {
				return g.term.core == m.term.group
			})) {
				continue
			}
			items[i] = it
			break
		}
	}
	return items
}

// wideForm is how many columns a form must have for those around a label that is not
// known to tell which one it is.
const wideForm = 7

// isShared tells whether another column has the same label.
func (b *Block) isShared(it *Item) bool {
	return slices.ContainsFunc(b.columns, func(o *Item) bool { return o != it && o.Label == it.Label })
}

// lineLayout gives the columns of a header that was read line by line: labels
// come in the order of the header's rows, so only columns on the same level can
// be out of the official order.
func (b *Block) lineLayout(l layout) layout {
	nested := slices.ContainsFunc(b.columns, func(it *Item) bool { return len(it.path) > 0 })
	text := make(map[*Item]string)
	place := make(map[*Item]int)
	for i, it := range l.order {
		text[it], place[it] = l.texts[i], i+1
	}
	repeats := make(map[*Item]int)
	for i, n := range l.repeats {
		repeats[l.order[i]] = n
	}
	order := slices.Clone(b.official())
	if !b.reorder(order, place) {
		return layout{order: []*Item{}, partial: true}
	}
	if nested {
		// A known addition stands before or after the other columns of its group.
		for _, it := range b.columns {
			if !it.Local || place[it] == 0 {
				continue
			}
			first, last := -1, -1
			after := false
			for i, o := range order {
				if len(o.path) == 0 || len(it.path) == 0 || o.path[len(o.path)-1] != it.path[len(it.path)-1] {
					continue
				}
				if first < 0 {
					first = i
				}
				last = i
				after = after || place[o] > 0 && place[o] < place[it]
			}
			if after {
				first = last + 1
			}
			order = slices.Insert(slices.Clone(order), max(first, 0), it)
		}
		// The sum stands last, unless it is printed first.
		if n := len(order); n > 1 && place[order[n-1]] > 0 && place[order[0]] > place[order[n-1]] && len(order[n-1].path) == 0 {
			order = append([]*Item{order[n-1]}, order[:n-1]...)
		}
	}
	out := layout{order: order, partial: l.partial}
	for _, it := range order {
		out.texts = append(out.texts, text[it])
		if l.repeats != nil {
			out.repeats = append(out.repeats, max(repeats[it], 1))
		}
	}
	return out
}

// collapse gives the values of a row in which each stands as often as the label of
// its column as one; blank cells may stand for the repetitions.
func (l layout) collapse(values []piece) []piece {
	if l.repeats == nil {
		return values
	}
	var once []piece
	rest := values
	for _, n := range l.repeats {
		if len(rest) < n || rest[0].above {
			return values
		}
		p := rest[0]
		for _, q := range rest[1:n] {
			if q.text != p.text && !q.blank() || q.above {
				return values
			}
		}
		p.to = rest[n-1].to
		once, rest = append(once, p), rest[n:]
	}
	if countBlank(rest) < len(rest) {
		return values
	}
	return append(once, rest...)
}

// reorder sorts the columns of each group by the place of their labels. Where
// some have none, the others must stand in the order of the form: else it is not
// known which is which.
func (b *Block) reorder(order []*Item, place map[*Item]int) bool {
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && slices.Equal(order[from].path, order[to].path) {
			to++
		}
		group := order[from:to]
		byPlace := func(x, y *Item) int { return place[x] - place[y] }
		placed := slices.DeleteFunc(slices.Clone(group), func(it *Item) bool { return place[it] == 0 })
		if !slices.IsSortedFunc(placed, byPlace) {
			if len(placed) < len(group) {
				return false
			}
			slices.SortStableFunc(group, byPlace)
		}
		from = to
	}
	return true
}

// layouts gives the columns of each header of the block. A header that lost a
// label is still that of the form when its rows have a value for every column of
// the form.
func (a *aligner) layouts(t *Table, b *Block, lines []*line) map[*header]layout {
	layouts := make(map[*header]layout)
	for _, l := range lines {
		if _, ok := layouts[l.head]; ok {
			continue
		}
		lay := b.layout(l.head)
		if lay.partial && lay.spans != nil {
			full, same := 0, 0
			for _, o := range lines {
				if o.head == l.head {
					switch len(o.values) {
					case len(b.official()):
						full++
					case len(lay.order):
						same++
					}
				}
			}
			if full > same && b.inOrder(lay.order) {
				lay = layout{order: b.official(), texts: make([]string, len(b.official())), partial: true}
			}
		}
		layouts[l.head] = settle(t, b, lay, l.head, lines)
	}
	return layouts
}

// settle lets the sums of the rows decide about a header that has the total in
// another place than the form, or that lacks labels: one that lost a cell moves
// the others. When the rows don't tell, no column is known.
func settle(t *Table, b *Block, lay layout, head *header, lines []*line) layout {
	if t.Total == "" {
		return lay
	}
	at := slices.Index(lay.order, b.column(t.Total))
	official := layout{order: b.official(), texts: make([]string, len(b.official()))}
	odd := at >= 0 && at < len(lay.order)-1 && len(lay.order) == len(official.order)
	if !odd && !lay.partial && len(lay.order) > 0 && head != nil {
		return lay
	}
	c := circumstances{table: t}
	here, there, broke := 0, 0, 0
	for _, l := range lines {
		if l.head != head || !slices.ContainsFunc(l.values, func(p piece) bool { return p.value.state == report.StateOK }) {
			continue
		}
		switch c.sum(lay, l.values) {
		case holds:
			here++
		case broken:
			broke++
		}
		if c.sum(official, l.values) == holds {
			there++
		}
	}
	switch {
	case odd && there > here:
		return official
	case odd && here <= there, broke > 1 && broke > here:
		return layout{order: []*Item{}}
	}
	return lay
}

// inOrder tells whether the columns stand in the order of the form.
func (b *Block) inOrder(order []*Item) bool {
	last := -1
	for _, it := range order {
		i := slices.Index(b.columns, it)
		if it == nil || i < last {
			return false
		}
		last = i
	}
	return true
}
