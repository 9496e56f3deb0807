package template

import (
	"slices"

	"gongkai/report"
)

// readThousands gives the values of a row in which cells with spaces between
// thousands (1 234) are numbers: in a real table, where a cell is one for sure, if
// the sums through all of them hold so. Everywhere else they stay words.
func readThousands(t *Table, e *entry, l layout) []piece {
	if !e.grid || e.unclear || len(e.values) != len(l.order) {
		return e.values
	}
	var values []piece
	spaced := make([]bool, len(e.values))
	for i, p := range e.values {
		if !p.words() {
			continue
		}
		if v, ok := readSpaced(p.text); ok {
			if values == nil {
				values = slices.Clone(e.values)
			}
			values[i].value, spaced[i] = v, true
		}
	}
	if values == nil {
		return e.values
	}
	c := circumstances{table: t}
	if t.Total != "" && c.sum(l, values) == holds || t.Total == "" && groupsHold(l, values, spaced) {
		return values
	}
	return e.values
}

// groupsHold tells whether every chosen column belongs to a group of columns of
// which all are exactly known and add up to their sum.
func groupsHold(l layout, values []piece, chosen []bool) bool {
	for i, it := range l.order {
		if !chosen[i] {
			continue
		}
		if it == nil || len(it.path) == 0 {
			return false
		}
		group := layout{}
		var members []piece
		summed := false
		for k, o := range l.order {
			if o == nil || len(o.path) == 0 || o.path[len(o.path)-1] != it.path[len(it.path)-1] {
				continue
			}
			if s := values[k].value.state; s != report.StateOK && s != report.StateZero {
				return false
			}
			group.order, members = append(group.order, o), append(members, values[k])
			summed = summed || o.Sum
		}
		if !summed || brokenGroups(group, members) > 0 {
			return false
		}
	}
	return true
}
