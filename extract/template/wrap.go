package template

import (
	"slices"
	"strings"
)

// maxWrap is the most lines that the label of a row is wrapped over.
const maxWrap = 8

// unwrap joins the lines of rows whose label is wrapped, with the values on any one
// of them. Only lines that together are exactly the label of a row are joined, and
// only values that stand together, beside a piece of the label or a unit.
func (s *scanner) unwrap(rows []row) []row {
	out := rows[:0]
	for i := 0; i < len(rows); {
		r, n := s.wrapped(rows[i:])
		out = append(out, r)
		i += n
	}
	return out
}

// wrapped gives the row that begins with the first line, and how many lines it has.
func (s *scanner) wrapped(rows []row) (row, int) {
	joined, parts := "", 0
	valued := -1
	best, taken := rows[0], 1
	for n := range min(len(rows), maxWrap) {
		r := &rows[n]
		if r.grid || r.section != "" || len(r.pieces) == 0 {
			break
		}
		split := labelEnd(r.pieces)
		if split > 1 && !isBareUnit(r.pieces[1].text) {
			break // several labels
		}
		if split < len(r.pieces) && printsCell(r.pieces[split:]) {
			if valued >= 0 || !r.together || split == 0 && !slices.ContainsFunc(r.pieces, func(p piece) bool { return isBareUnit(p.text) }) {
				break // values that stand apart may be those of any row
			}
			valued = n
		}
		if split > 0 {
			joined += r.pieces[0].text
			parts++
		} else if n == 0 {
			break
		}
		f := s.fold(joined)
		if parts > 1 && valued >= 0 && !f.open && s.isRow(f) {
			best, taken = join(rows[:n+1], valued, joined), n+1
		}
		if !f.open && !s.words.begins[f.core] {
			break
		}
	}
	return best, taken
}

// printsCell tells whether one of the pieces is a number or a sign.
func printsCell(pieces []piece) bool {
	for _, p := range pieces {
		if p.value.isCell() {
			return true
		}
	}
	return false
}

// isRow tells whether a label is exactly that of a row, and long enough not to be
// another's end.
func (s *scanner) isRow(f folded) bool {
	for _, m := range s.words.exact[f.core] {
		if m.term.role == rowRole && len(m.core) >= 4 {
			return true
		}
	}
	return false
}

// join makes one row of lines: their label and the values that one of them has.
func join(rows []row, valued int, label string) row {
	r := rows[valued]
	split := labelEnd(r.pieces)
	first := r.pieces[0]
	for i := range rows {
		if p := rows[i].pieces[0]; labelEnd(rows[i].pieces) > 0 {
			first = p
			break
		}
	}
	first.text, first.value = strings.TrimSpace(label), readValue(label, false)
	r.pieces = append([]piece{first}, r.pieces[split:]...)
	r.together = true
	return r
}
