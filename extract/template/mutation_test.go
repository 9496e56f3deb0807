package template

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gongkai/report"
)

// mutation is something that happens to the tables of a report between the form
// and the page.
type mutation struct {
	name string
	// kept is set when every number can still be found in real tables.
	kept  bool
	apply func(s *sheet, r *rand.Rand)
}

// pick chooses a cell of a table that is wanted.
func (s *sheet) pick(r *rand.Rand, want func(t *sheetTable, y, x int) bool) (t *sheetTable, y, x int) {
	type place struct {
		t    *sheetTable
		y, x int
	}
	var places []place
	for _, t := range s.tables {
		for y := range t.rows {
			for x := range t.rows[y] {
				if want(t, y, x) {
					places = append(places, place{t, y, x})
				}
			}
		}
	}
	p := places[r.IntN(len(places))]
	return p.t, p.y, p.x
}

func isValue(t *sheetTable, y, x int) bool { return t.rows[y][x].metric != "" }

// labelsRow tells the labels of rows with values.
func labelsRow(t *sheetTable, y, x int) bool {
	return !isValue(t, y, x) && x+1 < len(t.rows[y]) && isValue(t, y, x+1)
}

func isHead(t *sheetTable, y, x int) bool {
	return !slices.ContainsFunc(t.rows[y], func(c sheetCell) bool { return c.metric != "" })
}

func drop(want func(t *sheetTable, y, x int) bool) func(s *sheet, r *rand.Rand) {
	return func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, want)
		t.rows[y] = slices.Delete(t.rows[y], x, x+1)
	}
}

func change(want func(t *sheetTable, y, x int) bool, f func(text string, r *rand.Rand) string) func(s *sheet, r *rand.Rand) {
	return func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, want)
		c := &t.rows[y][x]
		c.text = f(c.text, r)
	}
}

func everyLabel(f func(text string, r *rand.Rand) string) func(s *sheet, r *rand.Rand) {
	return func(s *sheet, r *rand.Rand) {
		for _, t := range s.tables {
			for y := range t.rows {
				for x := range t.rows[y] {
					if !isValue(t, y, x) {
						t.rows[y][x].text = f(t.rows[y][x].text, r)
					}
				}
			}
		}
	}
}

// cut splits a table in two before a row. Cells that span the cut go on, empty
// unless repeat is set.
func (t *sheetTable) cut(at int, repeat bool) (top, bottom *sheetTable) {
	cells, _ := t.layOut()
	top = &sheetTable{key: t.key, title: t.title}
	bottom = &sheetTable{key: t.key, title: t.title}
	for y := range t.rows {
		row := slices.Clone(t.rows[y])
		if y < at {
			for x := range row {
				row[x].rows = min(row[x].rows, at-y)
			}
			top.rows = append(top.rows, row)
			continue
		}
		if y == at {
			var above []sheetCell
			for _, c := range cells {
				if c.row < at && c.row+c.rows > at {
					rest := *c.sheetCell
					rest.rows = c.row + c.rows - at
					if !repeat {
						rest.text = ""
					}
					above = append(above, rest)
				}
			}
			row = append(above, row...)
		}
		bottom.rows = append(bottom.rows, row)
	}
	return top, bottom
}

func (s *sheet) split(r *rand.Rand, repeat, header bool) {
	i := r.IntN(len(s.tables))
	t := s.tables[i]
	first := slices.IndexFunc(t.rows, func(row []sheetCell) bool {
		return slices.ContainsFunc(row, func(c sheetCell) bool { return c.metric != "" })
	})
	if t.key == report.SectionRequests {
		first++
	}
	if first >= len(t.rows) {
		first--
	}
	at := first + r.IntN(len(t.rows)-first)
	top, bottom := t.cut(at, repeat)
	if header && t.key == report.SectionRequests {
		bottom.rows = append(slices.Clone(t.rows[:3]), bottom.rows...)
	}
	s.tables = slices.Insert(s.tables, i+1, bottom)
	s.tables[i] = top
}

// addColumn adds a column to the table of requests, before the column at index
// (of the seven).
func (s *sheet) addColumn(index int, head string, r *rand.Rand) {
	t := s.table(report.SectionRequests)
	t.rows[0][1].cols++
	switch {
	case index == 0 || index == 6:
		row := &t.rows[1]
		at := index / 3
		*row = slices.Insert(*row, at, label(head, 2, 1))
	default:
		t.rows[1][1].cols++
		t.rows[2] = slices.Insert(t.rows[2], index-1, label(head, 1, 1))
	}
	for y := 3; y < len(t.rows); y++ {
		if countValues(t.rows[y]) < 7 {
			continue
		}
		at := len(t.rows[y]) - 7 + index
		n := 0
		for k := range 5 {
			n += readNumberOr0(t.rows[y][len(t.rows[y])-6+k].text)
		}
		text := fmt.Sprint(n)
		if head != "小计" {
			text = fmt.Sprint(r.IntN(9))
		}
		t.rows[y] = slices.Insert(t.rows[y], at, sheetCell{text: text, rows: 1, cols: 1})
	}
}

// addSerials puts a column of serial numbers before the table of requests.
func (s *sheet) addSerials() {
	t := s.table(report.SectionRequests)
	t.rows[0] = slices.Insert(t.rows[0], 0, label("序号", 3, 1))
	for y := 3; y < len(t.rows); y++ {
		t.rows[y] = slices.Insert(t.rows[y], 0, label(fmt.Sprint(y-2), 1, 1))
	}
}

// countValues counts the numbers at the end of a row.
func countValues(row []sheetCell) int {
	n := 0
	for n < len(row) && (row[len(row)-1-n].metric != "" || isCellNumber(row[len(row)-1-n].text)) {
		n++
	}
	return n
}

func readNumberOr0(text string) int { return int(readValue(text, true).number.IntPart()) }

var mutations = []mutation{
	{"a value is dropped", false, drop(isValue)},
	{"three values are dropped", false, func(s *sheet, r *rand.Rand) {
		for range 3 {
			drop(isValue)(s, r)
		}
	}},
	{"the label of a row is dropped", false, drop(labelsRow)},
	{"any label is dropped", false, drop(func(t *sheetTable, y, x int) bool { return !isValue(t, y, x) })},
	{"a cell of a header is dropped", false, drop(isHead)},
	{"a row is dropped", true, func(s *sheet, r *rand.Rand) {
		t, y, _ := s.pick(r, func(t *sheetTable, y, x int) bool { return labelsRow(t, y, x) && x == 0 && t.rows[y][0].rows == 1 })
		cells, _ := t.layOut()
		for _, c := range cells {
			if c.row < y && c.row+c.rows > y {
				c.rows--
			}
		}
		t.rows = slices.Delete(t.rows, y, y+1)
	}},
	{"a row of a header is dropped", false, func(s *sheet, r *rand.Rand) {
		t, y, _ := s.pick(r, func(t *sheetTable, y, x int) bool {
			return isHead(t, y, x) && !slices.ContainsFunc(t.rows[y], func(c sheetCell) bool { return c.rows > 1 })
		})
		t.rows = slices.Delete(t.rows, y, y+1)
	}},
	{"a value is blank", true, change(isValue, func(string, *rand.Rand) string { return "" })},
	{"a value is a sign", true, change(isValue, func(_ string, r *rand.Rand) string { return []string{"/", "—", "无", "-"}[r.IntN(4)] })},
	{"a value is words", true, change(isValue, func(string, *rand.Rand) string { return "见附件" })},
	{"a blank cell is put in", false, func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, isValue)
		t.rows[y] = slices.Insert(t.rows[y], x, sheetCell{rows: 1, cols: 1})
	}},
	{"a stray number is put in", false, func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, isValue)
		t.rows[y] = slices.Insert(t.rows[y], x, sheetCell{text: "7", rows: 1, cols: 1})
	}},
	{"columns are moved right", false, func(s *sheet, _ *rand.Rand) {
		t := s.table(report.SectionRequests)
		for y, row := range t.rows {
			if y < 3 || countValues(row) < 7 {
				continue
			}
			t.rows[y] = slices.Insert(slices.Clone(row[:len(row)-1]), len(row)-7, sheetCell{rows: 1, cols: 1})
		}
	}},
	{"columns are moved left", false, func(s *sheet, _ *rand.Rand) {
		t := s.table(report.SectionRequests)
		for y, row := range t.rows {
			if y < 3 || countValues(row) < 7 {
				continue
			}
			t.rows[y] = append(slices.Delete(slices.Clone(row), len(row)-7, len(row)-6), sheetCell{rows: 1, cols: 1})
		}
	}},
	{"a local row is added", true, func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, func(t *sheetTable, y, x int) bool { return labelsRow(t, y, x) && x == 0 && t.rows[y][0].rows == 1 })
		row := slices.Clone(t.rows[y])
		row[x].text = []string{"网上咨询办理情况", "其中：区级部门", "9.依职权移送"}[r.IntN(3)]
		for i := range row {
			if row[i].metric != "" {
				row[i].metric, row[i].text = "", fmt.Sprint(r.IntN(40))
			}
		}
		cells, _ := t.layOut()
		for _, c := range cells {
			if c.row < y && c.row+c.rows > y {
				c.rows++
			}
		}
		t.rows = slices.Insert(t.rows, y, row)
	}},
	{"a table is split", false, func(s *sheet, r *rand.Rand) { s.split(r, false, false) }},
	{"a table is split, labels repeated", false, func(s *sheet, r *rand.Rand) { s.split(r, true, false) }},
	{"a table is split, header repeated", false, func(s *sheet, r *rand.Rand) { s.split(r, r.IntN(2) == 0, true) }},
	{"tables are merged", true, func(s *sheet, r *rand.Rand) {
		i := r.IntN(len(s.tables) - 1)
		s.tables[i].rows = append(s.tables[i].rows, s.tables[i+1].rows...)
		s.tables = slices.Delete(s.tables, i+1, i+2)
	}},
	{"a letter of a label is wrong", false, change(labelsRow, func(text string, r *rand.Rand) string {
		runes := []rune(text)
		if len(runes) > 4 {
			runes[len(runes)/2+r.IntN(len(runes)/2)] = '某'
		}
		return string(runes)
	})},
	{"labels have spaces", true, everyLabel(func(text string, _ *rand.Rand) string {
		return strings.Join(strings.Split(text, ""), " ")
	})},
	{"labels are in Traditional characters", true, everyLabel(func(text string, r *rand.Rand) string {
		return strings.Map(func(c rune) rune {
			for from, to := range simplified() {
				if to == c {
					return from
				}
			}
			return c
		}, text)
	})},
	{"labels lost their numbering", true, everyLabel(func(text string, _ *rand.Rand) string {
		_, rest := cutNumbering(normalise(text))
		return rest
	})},
	{"labels have remarks", true, everyLabel(func(text string, r *rand.Rand) string {
		if r.IntN(3) > 0 || text == "" {
			return text
		}
		return text + "（含所属3个单位）"
	})},
	{"blank cells stand for spans", true, func(s *sheet, _ *rand.Rand) {
		for _, t := range s.tables {
			cells, width := t.layOut()
			rows := make([][]sheetCell, len(t.rows))
			for y := range rows {
				rows[y] = slices.Repeat([]sheetCell{{rows: 1, cols: 1}}, width)
			}
			for _, c := range cells {
				rows[c.row][c.col] = sheetCell{c.text, 1, 1, c.metric}
			}
			t.rows = rows
		}
	}},
	{"cells are written out over spans", true, func(s *sheet, _ *rand.Rand) {
		for _, t := range s.tables {
			cells, width := t.layOut()
			rows := make([][]sheetCell, len(t.rows))
			for y := range rows {
				rows[y] = slices.Repeat([]sheetCell{{rows: 1, cols: 1}}, width)
			}
			for _, c := range cells {
				for y := c.row; y < min(c.row+c.rows, len(rows)); y++ {
					for x := c.col; x < c.col+c.cols; x++ {
						rows[y][x] = sheetCell{c.text, 1, 1, ""}
					}
				}
				rows[c.row][c.col].metric = c.metric
			}
			t.rows = rows
		}
	}},
	{"blank rows stand before the values of table four", true, func(s *sheet, _ *rand.Rand) {
		t := s.table(report.SectionReviewLitigation)
		blank := slices.Repeat([]sheetCell{{rows: 1, cols: 1}}, 15)
		t.rows = slices.Insert(t.rows, 3, blank, slices.Clone(blank))
	}},
	{"a column of serial numbers is added", true, func(s *sheet, _ *rand.Rand) { s.addSerials() }},
	{"a subtotal is added", true, func(s *sheet, r *rand.Rand) {
		if s.table(report.SectionRequests) != nil {
			s.addColumn([]int{1, 6}[0], "小计", r)
		}
	}},
	{"a local column is added", true, func(s *sheet, r *rand.Rand) { s.addColumn(1+r.IntN(6), "境外申请人", r) }},
	{"a column has no label", false, func(s *sheet, r *rand.Rand) {
		t := s.table(report.SectionRequests)
		t.rows[2][r.IntN(5)].text = ""
	}},
	{"a column is left out", false, func(s *sheet, r *rand.Rand) {
		t := s.table(report.SectionRequests)
		i := r.IntN(5)
		t.rows[0][1].cols--
		t.rows[1][1].cols--
		t.rows[2] = slices.Delete(t.rows[2], i, i+1)
		for y := 3; y < len(t.rows); y++ {
			if countValues(t.rows[y]) < 7 {
				continue
			}
			at := len(t.rows[y]) - 6 + i
			t.rows[y] = slices.Delete(t.rows[y], at, at+1)
		}
	}},
	{"columns change places", true, func(s *sheet, r *rand.Rand) {
		t := s.table(report.SectionRequests)
		i := r.IntN(4)
		t.rows[2][i], t.rows[2][i+1] = t.rows[2][i+1], t.rows[2][i]
		for y := 3; y < len(t.rows); y++ {
			if countValues(t.rows[y]) < 7 {
				continue
			}
			at := len(t.rows[y]) - 6 + i
			t.rows[y][at], t.rows[y][at+1] = t.rows[y][at+1], t.rows[y][at]
		}
	}},
	{"the total stands first", true, func(s *sheet, _ *rand.Rand) {
		t := s.table(report.SectionRequests)
		head := t.rows[1]
		t.rows[1] = []sheetCell{head[2], head[0], head[1]}
		for y, row := range t.rows {
			if y < 3 || countValues(row) < 7 {
				continue
			}
			first, last := len(row)-7, len(row)-1
			t.rows[y] = slices.Concat(row[:first], row[last:], row[first:last])
		}
	}},
	{"a page number is put in", true, func(s *sheet, r *rand.Rand) {
		t, y, _ := s.pick(r, func(t *sheetTable, y, x int) bool { return labelsRow(t, y, x) && x == 0 && t.rows[y][0].rows == 1 })
		cells, width := t.layOut()
		free := width
		for _, c := range cells {
			if c.row < y && c.row+c.rows > y {
				c.rows++
				free -= c.cols
			}
		}
		t.rows = slices.Insert(t.rows, y, []sheetCell{{text: "— 7 —", rows: 1, cols: free}})
	}},
	{"a span of rows is lost", false, func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, func(t *sheetTable, y, x int) bool { return t.rows[y][x].rows > 1 })
		t.rows[y][x].rows = 1
	}},
	{"two values are one cell", false, func(s *sheet, r *rand.Rand) {
		t, y, x := s.pick(r, func(t *sheetTable, y, x int) bool { return isValue(t, y, x) && x > 0 && isValue(t, y, x-1) })
		t.rows[y][x-1].cols++
		t.rows[y] = slices.Delete(t.rows[y], x, x+1)
	}},
	{"a row stands twice", true, func(s *sheet, r *rand.Rand) {
		t, y, _ := s.pick(r, func(t *sheetTable, y, x int) bool { return labelsRow(t, y, x) && x == 0 && t.rows[y][0].rows == 1 })
		cells, _ := t.layOut()
		for _, c := range cells {
			if c.row < y && c.row+c.rows > y {
				c.rows++
			}
		}
		t.rows = slices.Insert(t.rows, y+1, slices.Clone(t.rows[y]))
	}},
	{"blocks change places", true, func(s *sheet, r *rand.Rand) {
		t := s.table(report.SectionDisclosure)
		var blocks [][][]sheetCell
		for _, row := range t.rows {
			if strings.HasPrefix(row[0].text, "第二十条") {
				blocks = append(blocks, nil)
			}
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], row)
		}
		r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		t.rows = slices.Concat(blocks...)
	}},
	{"table four is two tables", true, func(s *sheet, _ *rand.Rand) {
		i := slices.IndexFunc(s.tables, func(t *sheetTable) bool { return t.key == report.SectionReviewLitigation })
		t := s.tables[i]
		review := &sheetTable{key: t.key, title: t.title, rows: [][]sheetCell{t.rows[0][:1], t.rows[1][:5], t.rows[3][:5]}}
		for x := range review.rows[1] {
			review.rows[1][x].rows = 1
		}
		litigation := &sheetTable{key: t.key, title: t.title, rows: [][]sheetCell{t.rows[0][1:], slices.Clone(t.rows[1][5:]), t.rows[2], t.rows[3][5:]}}
		s.tables = slices.Replace(s.tables, i, i+1, review, litigation)
	}},
	{"tables of two forms are mixed", true, func(s *sheet, r *rand.Rand) {
		other := newSheet(formNames[1-slices.Index(formNames, s.form.Name)], r)
		i := r.IntN(3)
		s.tables[i] = other.tables[i]
	}},
}

// Whatever happens to the tables, no number is wrong; and what leaves every
// number in its place is read through.
func TestMutations(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			for seed := range uint64(*rounds) {
				r := rand.New(rand.NewPCG(seed, 11))
				s := newSheet(formNames[seed%2], r)
				m.apply(s, r)
				d := s.asTables()
				missed := audit(t, d, s.printed())
				if m.kept && len(missed) > 0 {
					t.Errorf("form %s, seed %d: missed %d, such as %v", s.form.Name, seed, len(missed), missed[0])
				}
				if t.Failed() {
					dump(t, d)
					return
				}
			}
		})
	}
}

// The same in lines of text, and twice in a row.
func TestMutationsFlattened(t *testing.T) {
	for _, f := range flattenings() {
		t.Run(f.name, func(t *testing.T) {
			for seed := range uint64(*rounds) {
				r := rand.New(rand.NewPCG(seed, 13))
				s := newSheet(formNames[seed%2], r)
				first, second := mutations[r.IntN(len(mutations))], mutations[r.IntN(len(mutations))]
				first.apply(s, r)
				if !restructures(first) {
					second.apply(s, r)
				}
				d := s.asText(f, r)
				audit(t, d, s.printed())
				if t.Failed() {
					t.Logf("form %s, seed %d: %s, %s", s.form.Name, seed, first.name, second.name)
					dump(t, d)
					return
				}
			}
		})
	}
}

// restructures tells the mutations after which the tables no longer stand as
// others expect them.
func restructures(m mutation) bool {
	for _, word := range []string{"table", "column", "blank cells", "spans", "total", "subtotal", "header"} {
		if strings.Contains(m.name, word) {
			return true
		}
	}
	return false
}
