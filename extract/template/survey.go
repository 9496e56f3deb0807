package template

import (
	"slices"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

// circumstances is what the rows of a block together tell about each.
type circumstances struct {
	table *Table
	// kind gives the kind of a column in the row at hand.
	kind func(*Item) string
	// followed is set when the row after the one at hand is there too.
	followed bool
	// full is set when rows have all their values, lossy when some lack values.
	full, lossy bool
	// lossyBefore is set when a table before this one lost values on lines.
	lossyBefore bool
	// over is set when too many rows have more values than columns: there is a
	// column that was not recognised. under is set when rows with another
	// number of values are at least as many as those with the right one.
	over, under bool
	// gaps is set when blank cells are seen between values, so that blank cells at
	// the end of a row may be real.
	gaps bool
	// start is the place in a line where the values of every full row begin, when
	// lines are filled up with blank cells; -1 when there is none.
	start int
	// right and left are set when the numbers of several rows, by their sums, stand
	// a column too far right or left.
	right, left bool
	// paired is set when all rows have just two equal numbers, zeros among them:
	// they were filled in for the first column and the sum only.
	paired bool
}

// survey looks at all rows of a block.
func survey(t *Table, lines []*line, layouts map[*header]layout) circumstances {
	c := circumstances{table: t, start: -1}
	starts, padded := make(map[int]int), false
	var known, exact, more, other, pairs, zeros, singles int
	var rightFor, rightAgainst, leftFor, leftAgainst int
	for _, l := range lines {
		if l.at < 0 || l.repeated {
			continue
		}
		lay := layouts[l.head]
		n := len(lay.order)
		values := l.values
		if l.blanks && !l.grid {
			values = trimBack(values, n)
			if at, core := trimBlank(l.values); len(core) == n {
				starts[l.first+at]++
				padded = padded || at > 0
			}
		}
		printed := len(values) - countBlank(values)
		switch {
		case printed == 0 && len(values) > 0:
			continue
		case printed == 0:
			c.lossy = c.lossy || !l.grid && !l.cut && !l.apart
			continue
		}
		known++
		switch {
		case len(values) == n && (l.grid || !isPacked(values)):
			exact++
		case len(values) > n && startsBlank(values):
		case len(values) > n:
			more++
			other++
		case !l.cut:
			other++
			c.lossy = true
		}
		switch {
		case isPair(values):
			pairs++
			if values[0].value.number.IsZero() {
				zeros++
			}
		case printed == 1:
			singles++
		}
		if l.blanks && !l.grid {
			_, core := trimBlank(values)
			c.gaps = c.gaps || hasGap(core)
		}
		if len(values) != n || !slices.ContainsFunc(values, func(p piece) bool { return p.value.state == report.StateOK }) {
			continue
		}
		switch {
		case values[0].blank():
			switch c.addsUp(lay, values) {
			case holds:
				rightAgainst++
			case broken:
				rightFor++
			}
		case values[n-1].blank():
			if values[n-2].known() && c.lastIsSum(values[:n-1]) {
				leftFor++
			} else {
				leftAgainst++
			}
		}
	}
	for at, n := range starts {
		if (n > 1 || padded) && len(starts) == 1 {
			c.start = at
		}
	}
	c.full = exact+more > 0
	c.over = more > 0 && more >= exact || more > 1 && 4*more >= exact
	c.under = t.Total != "" && other >= exact
	c.right = t.Total != "" && rightFor > 1 && rightFor > rightAgainst
	c.left = t.Total != "" && leftFor > 1 && leftAgainst == 0
	c.paired = t.Total != "" && pairs > 1 && zeros > 0 && zeros < pairs && pairs+singles == known && exact == 0
	return c
}

func (p piece) known() bool { return p.value.known() }

func startsBlank(values []piece) bool { return len(values) > 0 && values[0].blank() }

// isDisplaced tells whether a row is one of those that may stand a column too far
// right or left.
func (c circumstances) isDisplaced(values []piece) bool {
	n := len(values)
	return n > 0 && (c.right && values[0].blank() || c.left && values[n-1].blank())
}

// addsUp tells whether the total of a row is the sum of what the other columns
// print; blank cells count for nothing.
func (c circumstances) addsUp(l layout, values []piece) sumVerdict {
	if c.table.Total == "" || len(values) != len(l.order) {
		return unknownSum
	}
	var parts, total decimal.Decimal
	found := false
	for i, it := range l.order {
		switch v := values[i].value; {
		case it == nil || it.Local || !v.known():
		case it.Key == c.table.Total:
			total, found = v.number, true
		default:
			parts = parts.Add(v.number)
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

// lastIsSum tells whether the last number is at least the sum of those before it,
// as that of a total is.
func (c circumstances) lastIsSum(values []piece) bool {
	var sum decimal.Decimal
	for _, p := range values[:len(values)-1] {
		if p.known() {
			sum = sum.Add(p.value.number)
		}
	}
	last := values[len(values)-1].value.number
	return !last.IsZero() && last.GreaterThanOrEqual(sum)
}

func countBlank(values []piece) int {
	n := 0
	for _, p := range values {
		if p.blank() {
			n++
		}
	}
	return n
}

// trimBack takes blank cells off the end of a row that has more cells than
// columns.
func trimBack(values []piece, n int) []piece {
	for len(values) > n && values[len(values)-1].blank() {
		values = values[:len(values)-1]
	}
	return values
}

// trimBlank takes the blank cells off both ends of a row, and tells how many it
// took off the front.
func trimBlank(values []piece) (at int, core []piece) {
	for len(values) > 0 && values[0].blank() {
		values = values[1:]
		at++
	}
	return at, trimBack(values, 0)
}

// window gives the cells of a line that stand where the values of full rows do,
// or nil when they stand elsewhere.
func (c circumstances) window(e *entry, n int) []piece {
	from := c.start - e.first
	if from < 0 || from+n > len(e.values) || countBlank(e.values[:from]) < from || countBlank(e.values[from+n:]) < len(e.values)-from-n {
		return nil
	}
	return e.values[from : from+n]
}
