package template

import (
	"slices"
	"strconv"

	"gongkai/report"
)

// dropAside takes the cells of columns that hold neither labels nor figures out of
// a row of a real table: codes, serial numbers, units, remarks.
func (s *scanner) dropAside(r *row) {
	h := s.head
	if h == nil || h.width != r.width || len(h.aside) == 0 || len(h.columns) == 0 {
		return
	}
	if n := len(r.pieces); n == 0 || r.pieces[n-1].to < r.width {
		r.unclear = true // a cell is missing, and the others have moved
	}
	r.pieces = slices.DeleteFunc(r.pieces, func(p piece) bool {
		for _, c := range h.aside {
			if c.from > p.from || p.to > c.to {
				continue
			}
			r.unclear = r.unclear || !p.isAside(c.text)
			return true
		}
		return false
	})
}

// isAside tells whether a cell is of the kind that its column holds; when it is not,
// the row has moved.
func (p piece) isAside(kind string) bool {
	switch _, number := plainNumber(p.text); {
	case p.blank() || p.value.state == report.StateDash:
		return true
	case kind == "numbers":
		return number && len(p.text) <= maxSerial
	case kind == "units":
		return isBareUnit(p.text)
	}
	return p.words()
}

// maxSerial is the most digits of a serial number or a code.
const maxSerial = 4

// fewestAside is in how many rows a column must be seen on lines, where nothing but
// its numbers tells of it.
const fewestAside = 8

// dropCodes takes the codes of an annex off the front of the values that stand on
// lines: nearly every row whose label is known must have its own.
func (s *scanner) dropCodes() {
	coded, known := 0, 0
	for _, e := range s.entries {
		if e.table != annexTable || e.grid || len(e.values) == 0 || len(e.matches) != 1 || e.matches[0].score < 1 {
			continue
		}
		known++
		if code, err := strconv.Atoi(e.matches[0].term.code); err == nil && e.values[0].isSerial(code) {
			coded++
		}
	}
	if coded < fewestAside || 5*coded < 4*known {
		return
	}
	for _, e := range s.entries {
		if e.table == annexTable && !e.grid && len(e.values) > 0 {
			e.values = e.values[1:]
		}
	}
}

// isSerial tells whether a piece is nothing but a certain small number.
func (p piece) isSerial(n int) bool {
	v, ok := plainNumber(p.text)
	return ok && v == int64(n)
}

// dropSerials takes the serial number of the next row off the end of the values of
// a row, where cells stand one a line: below a header that has a column of them,
// every row but the last must end with a number that goes on counting.
func (s *scanner) dropSerials(table string) {
	var entries []*entry
	for _, e := range s.entries {
		if e.table == table && !e.bound && len(e.values) > 0 && e.head.counts() {
			entries = append(entries, e)
		}
	}
	if len(entries) < fewestAside {
		return
	}
	last := int64(0)
	first := entries[0]
	for _, e := range entries[:len(entries)-1] {
		k := len(e.values)
		n, ok := plainNumber(e.values[k-1].text)
		if !ok || n <= last || n > last+maxSerialStep {
			return
		}
		last = n
	}
	for _, e := range entries[:len(entries)-1] {
		e.values = e.values[:len(e.values)-1]
	}
	if first.label == "" && len(first.values) == 0 { // the serial number of the first row
		s.entries = slices.DeleteFunc(s.entries, func(e *entry) bool { return e == first })
	}
}

// maxSerialStep is how far the serial numbers of rows with values may be apart: the
// headings of groups have one, too.
const maxSerialStep = 5

// counts tells whether a header has a column of serial numbers.
func (h *header) counts() bool {
	return h != nil && slices.ContainsFunc(h.aside, func(c headCell) bool {
		return c.text == "numbers"
	})
}
