package template

import (
	"slices"

	"github.com/shopspring/decimal"
)

// placing is what the values of one row are: a piece for each column whose cell
// is certain.
type placing struct {
	cells []placed
	// local are the values of columns that no form has, by printed label.
	local []localCell
	// spare are the numbers whose column can't be known.
	spare []piece
}

// placed is what stands in the cell of a column.
type placed struct {
	column *Item
	piece  *piece
}

// in gives what stands in a column, or nil.
func (p placing) in(column *Item) *piece {
	for _, c := range p.cells {
		if c.column == column {
			return c.piece
		}
	}
	return nil
}

type localCell struct {
	label string
	piece piece
}

// place assigns the values of a row to the columns of a layout. A value is
// placed only when no other column could be meant.
func place(e *entry, l layout, c circumstances) placing {
	n := len(l.order)
	if n == 0 {
		return placing{spare: numbers(e.values)}
	}
	if cells, local, ok := placeBySpan(e, l); ok {
		if c.isDisplaced(e.values) {
			return placing{spare: numbers(e.values)}
		}
		return placing{cells: cells, local: local}
	}
	values := e.values
	switch {
	case !e.blanks || e.grid:
	case c.start >= 0:
		if values = c.window(e, n); values == nil {
			return placing{spare: numbers(e.values)}
		}
	default:
		values = trimBack(values, n)
	}
	if len(values) > n {
		// Blank cells too many: only the sum can tell that the numbers are in order.
		printed := slices.DeleteFunc(slices.Clone(values), piece.blank)
		if len(printed) == n && c.sum(l, printed) == holds {
			values = printed
		}
	}
	known := values
	if e.cut && !e.whole && len(known) > 0 {
		known = known[:len(known)-1] // the last number may have more digits
	}
	if len(values) == n && (c.inOrder(e, l, values) || c.sumIsMissing(e, l, values)) ||
		len(values) < n && e.cut && !e.bound && c.full && !c.lossy {
		p := placeInOrder(l, known)
		p.spare = numbers(values[len(known):])
		return p
	}
	if len(values) < n && n <= maxChoices {
		p := placeByKind(l, known, c)
		p.spare = append(p.spare, numbers(values[len(known):])...)
		return p
	}
	return placing{spare: numbers(e.values)}
}

// placeBySpan assigns the cells of a grid to the columns they stand under, if
// every column has exactly one cell and no number stands elsewhere.
func placeBySpan(e *entry, l layout) ([]placed, []localCell, bool) {
	if !e.grid || l.spans == nil || e.width != l.width {
		return nil, nil, false
	}
	cells := make([]placed, 0, len(l.order))
	var local []localCell
	used := make([]uint8, len(e.values)) // once, or more than once
	for i, span := range l.spans {
		at := -1
		for k, p := range e.values {
			if p.from < span[1] && p.to > span[0] {
				if at >= 0 {
					return nil, nil, false
				}
				at = k
			}
		}
		if at < 0 || e.values[at].above {
			return nil, nil, false
		}
		p := &e.values[at]
		if used[at] = min(used[at]+1, 2); used[at] > 1 && !p.blank() && p.value.known() {
			return nil, nil, false
		}
		if l.order[i] != nil {
			cells = append(cells, placed{l.order[i], p})
		} else {
			local = append(local, localCell{l.texts[i], *p})
		}
	}
	for k, p := range e.values {
		if used[k] == 0 && !p.blank() || used[k] > 1 && p.value.known() {
			return nil, nil, false
		}
	}
	return cells, local, true
}

func placeInOrder(l layout, values []piece) placing {
	p := placing{cells: make([]placed, 0, len(values))}
	for i := range values {
		if it := l.order[i]; it != nil {
			p.cells = append(p.cells, placed{it, &values[i]})
		} else {
			p.local = append(p.local, localCell{l.texts[i], values[i]})
		}
	}
	return p
}

// inOrder tells whether as many values as columns are sure to be theirs.
func (c circumstances) inOrder(e *entry, l layout, values []piece) bool {
	if slices.ContainsFunc(values, func(p piece) bool { return p.above && !p.blank() }) {
		return false
	}
	if c.over || c.isDisplaced(values) {
		return false
	}
	if e.grid {
		return true
	}
	if startsBlank(values) && c.addsUp(l, values) == broken || (c.left || c.right) && c.sum(l, values) != holds {
		return false
	}
	for i, p := range values {
		it := l.order[i]
		if it != nil && p.value.known() && (p.value.money || p.value.fraction) && !p.value.fits(c.kind(it)) {
			return false
		}
	}
	if c.lossy && l.partial && c.table.Total == "" && !e.blanks {
		return false // header and rows lost cells, and no sum tells which
	}
	if n := brokenGroups(l, values); n > 1 || n > 0 && c.lossyBefore {
		return false
	}
	if isPacked(values) && (!c.gaps || maySum(values)) {
		return false // perhaps blank cells were dropped and the row filled up
	}
	if !c.lossy {
		return true
	}
	// Where values were lost, those of a row whose label was lost may follow.
	switch sum := c.sum(l, values); {
	case sum == holds:
		return true
	case sum == broken, c.under:
		return false
	}
	return e.bound || c.followed
}

// hasGap tells whether a blank cell stands before a printed one.
func hasGap(values []piece) bool {
	blank := false
	for _, p := range values {
		if blank && !p.blank() {
			return true
		}
		blank = blank || p.blank()
	}
	return false
}

// isPacked tells of a row of which only the end is blank.
func isPacked(values []piece) bool {
	n := len(values)
	return n > 0 && values[n-1].blank() && !values[0].blank() && !hasGap(values)
}

// maySum tells whether the last number of a row may be the sum of those before
// it, or stands alone.
func maySum(values []piece) bool {
	var sum, last decimal.Decimal
	n := 0
	for _, p := range values {
		if p.value.known() {
			sum, last = sum.Add(last), p.value.number
			n++
		}
	}
	return n < 2 || sum.Equal(last)
}

// numbers lists the pieces that hold a number.
func numbers(values []piece) []piece {
	var list []piece
	for _, p := range values {
		if p.value.known() {
			list = append(list, p)
		}
	}
	return list
}

// maxChoices is the most columns among which kinds of values may decide.
const maxChoices = 3

// placeByKind places the values that, whichever columns lost theirs, can only
// stand in one column: a negative number only where the form has a sign, money
// only in an amount.
func placeByKind(l layout, values []piece, c circumstances) placing {
	n, k := len(l.order), len(values)
	var common []*Item // for each value the column it has in all choices
	choose(n, k, func(at []int) {
		for i, p := range values {
			it := l.order[at[i]]
			if it != nil && !p.value.fits(c.kind(it)) {
				return
			}
		}
		if common == nil {
			common = make([]*Item, k)
			for i := range values {
				common[i] = l.order[at[i]]
			}
			return
		}
		for i := range values {
			if common[i] != l.order[at[i]] {
				common[i] = nil
			}
		}
	})
	var p placing
	for i, v := range values {
		switch {
		case common != nil && common[i] != nil && !v.above:
			p.cells = append(p.cells, placed{common[i], &values[i]})
		case v.value.known():
			p.spare = append(p.spare, v)
		}
	}
	return p
}

// choose calls f with every way to pick k of n in order.
func choose(n, k int, f func(at []int)) {
	at := make([]int, k)
	var pick func(i, from int)
	pick = func(i, from int) {
		if i == k {
			f(at)
			return
		}
		for j := from; j <= n-(k-i); j++ {
			at[i] = j
			pick(i+1, j+1)
		}
	}
	pick(0, 0)
}

// verdict of the sum of a row.
type sumVerdict int

const (
	unknownSum sumVerdict = iota
	holds
	broken
)

// sum tells whether the total of a row is the sum of its other columns.
func (c circumstances) sum(l layout, values []piece) sumVerdict {
	if c.table.Total == "" || len(values) != len(l.order) {
		return unknownSum
	}
	var parts, total decimal.Decimal
	found := false
	for i, it := range l.order {
		if it == nil || it.Local {
			continue
		}
		if !values[i].value.known() {
			return unknownSum
		}
		if it.Key == c.table.Total {
			total, found = values[i].value.number, true
		} else {
			parts = parts.Add(values[i].value.number)
		}
	}
	switch {
	case !found:
		return unknownSum
	case parts.Equal(total):
		return holds
	}
	return broken
}

// brokenGroups counts the groups of columns whose sum is not that of the others.
func brokenGroups(l layout, values []piece) int {
	n := 0
	var parts decimal.Decimal
	known := true
	var group *Item
	for i, it := range l.order {
		if it == nil || len(it.path) == 0 {
			continue
		}
		if g := it.path[len(it.path)-1]; g != group {
			parts, known, group = decimal.Zero, true, g
		}
		v := values[i].value
		known = known && v.known()
		switch {
		case !it.Sum:
			parts = parts.Add(v.number)
		case known && !parts.Equal(v.number):
			n++
		}
	}
	return n
}

// sumIsMissing tells of a row with all values but the last, the sum, whose cell
// is seen to be blank, that no other value can be the one that is missing: the
// last number is too small to be the sum of those before it.
func (c circumstances) sumIsMissing(e *entry, l layout, values []piece) bool {
	n := len(l.order)
	if c.table.Total == "" || c.under || n < 3 || l.order[n-1] == nil || l.order[n-1].Key != c.table.Total || !e.blanks || !values[n-1].blank() {
		return false
	}
	var before decimal.Decimal
	for i, p := range values[:n-1] {
		if !p.value.known() {
			return false
		}
		if i < n-2 && !l.order[i].Local {
			before = before.Add(p.value.number)
		}
	}
	return values[n-2].value.number.LessThan(before)
}

// isPair tells of a row with two equal numbers, of which the second can be the
// sum of the first.
func isPair(values []piece) bool {
	return len(values) == 2 && values[0].value.known() && values[1].value.known() &&
		values[0].value.number.Equal(values[1].value.number)
}
