package template

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gongkai/report"
)

// arrangement is another way to lay the table of reviews and litigation out, for
// the values of the form's one row.
type arrangement struct {
	name string
	make func(v []sheetCell) [][][]sheetCell // tables of rows of cells
}

func head(texts ...string) []sheetCell {
	var row []sheetCell
	for _, text := range texts {
		row = append(row, label(text, 1, 1))
	}
	return row
}

var (
	outcomes     = []string{"结果维持", "结果纠正", "其他结果", "尚未审结", "总计"}
	arrangements = []arrangement{
		{"outcomes are rows", func(v []sheetCell) [][][]sheetCell {
			rows := [][]sheetCell{head("", "行政复议", "未经复议直接起诉", "复议后起诉")}
			for i, o := range outcomes {
				rows = append(rows, append(head(o), v[i], v[5+i], v[10+i]))
			}
			return [][][]sheetCell{rows}
		}},
		{"outcomes are rows under two headers", func(v []sheetCell) [][][]sheetCell {
			rows := [][]sheetCell{
				{label("办理结果", 2, 1), label("行政复议", 2, 1), label("行政诉讼", 1, 2)},
				head("未经复议直接起诉", "复议后起诉"),
			}
			for i, o := range outcomes {
				rows = append(rows, append(head(o), v[i], v[5+i], v[10+i]))
			}
			return [][][]sheetCell{rows}
		}},
		{"groups are rows", func(v []sheetCell) [][][]sheetCell {
			return [][][]sheetCell{{
				append([]sheetCell{label("类别", 1, 2)}, head(outcomes...)...),
				append([]sheetCell{label("行政复议", 1, 2)}, v[:5]...),
				append([]sheetCell{label("行政诉讼", 2, 1), label("未经复议直接起诉", 1, 1)}, v[5:10]...),
				append(head("复议后起诉"), v[10:]...),
			}}
		}},
		{"groups in remarks are rows", func(v []sheetCell) [][][]sheetCell {
			return [][][]sheetCell{{
				append(head("项目"), head(outcomes...)...),
				append(head("行政复议（件）"), v[:5]...),
				append(head("行政诉讼（未经复议直接起诉）"), v[5:10]...),
				append(head("行政诉讼（复议后起诉）"), v[10:]...),
			}}
		}},
		{"everything in one column", func(v []sheetCell) [][][]sheetCell {
			var rows [][]sheetCell
			for i, c := range v {
				row := append(head(outcomes[i%5]), c)
				switch i {
				case 0:
					row = append([]sheetCell{label("行政复议", 5, 2)}, row...)
				case 5:
					row = append([]sheetCell{label("行政诉讼", 10, 1), label("未经复议直接起诉", 5, 1)}, row...)
				case 10:
					row = append([]sheetCell{label("复议后起诉", 5, 1)}, row...)
				}
				rows = append(rows, row)
			}
			return [][][]sheetCell{rows}
		}},
		{"a table for each group", func(v []sheetCell) [][][]sheetCell {
			var tables [][][]sheetCell
			for i, g := range []string{"行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）"} {
				tables = append(tables, [][]sheetCell{{label(g, 1, 5)}, head(outcomes...), slices.Clone(v[5*i : 5*i+5])})
			}
			return tables
		}},
		{"review above litigation", func(v []sheetCell) [][][]sheetCell {
			var wide, values []sheetCell
			for i, o := range outcomes {
				wide = append(wide, label(o, 1, 2))
				c := v[i]
				c.cols = 2
				values = append(values, c)
			}
			return [][][]sheetCell{{
				{label("行政复议", 1, 10)}, wide, values,
				{label("行政诉讼", 1, 10)}, {label("未经复议直接起诉", 1, 5), label("复议后起诉", 1, 5)},
				head(slices.Concat(outcomes, outcomes)...), slices.Clone(v[5:]),
			}}
		}},
	}
)

// arrange lays the table of reviews and litigation out in another way.
func (s *sheet) arrange(a arrangement) (tables []*sheetTable) {
	at := slices.IndexFunc(s.tables, func(t *sheetTable) bool { return t.key == report.SectionReviewLitigation })
	t := s.tables[at]
	for _, rows := range a.make(t.rows[len(t.rows)-1]) {
		tables = append(tables, &sheetTable{key: t.key, title: t.title, rows: rows})
	}
	s.tables = slices.Replace(s.tables, at, at+1, tables...)
	return tables
}

// However the table of reviews and litigation is laid out, every number is found;
// whatever happens to it then, none is wrong.
func TestArrangements(t *testing.T) {
	faults := []mutation{
		{"nothing", true, func(*sheet, *rand.Rand) {}},
		{"blank cells stand for spans", true, func(s *sheet, _ *rand.Rand) {
			for _, t := range s.tables {
				rows := t.padded()
				cells, _ := t.layOut()
				for y := range rows {
					var row []sheetCell
					for x, text := range rows[y] {
						c := label(text, 1, 1)
						for _, p := range cells {
							if p.row == y && p.col == x {
								c.metric = p.metric
							}
						}
						row = append(row, c)
					}
					t.rows[y] = row
				}
			}
		}},
		{"a value is blank", true, change(isValue, func(string, *rand.Rand) string { return "" })},
		{"a value is a sign", true, change(isValue, func(string, *rand.Rand) string { return "/" })},
		{"a value is dropped", false, drop(isValue)},
		{"a label is dropped", false, drop(func(t *sheetTable, y, x int) bool { return !isValue(t, y, x) })},
		{"a label is blank", false, change(func(t *sheetTable, y, x int) bool { return !isValue(t, y, x) }, func(string, *rand.Rand) string { return "" })},
		{"a stray number", false, func(s *sheet, r *rand.Rand) {
			t, y, x := s.pick(r, isValue)
			t.rows[y] = slices.Insert(t.rows[y], x, sheetCell{text: "7", rows: 1, cols: 1})
		}},
		{"a row is dropped", false, func(s *sheet, r *rand.Rand) {
			t, y, _ := s.pick(r, func(*sheetTable, int, int) bool { return true })
			t.rows = slices.Delete(t.rows, y, y+1)
		}},
		{"a span is lost", false, func(s *sheet, r *rand.Rand) {
			for _, t := range s.tables {
				for y := range t.rows {
					for x := range t.rows[y] {
						t.rows[y][x].rows = 1
					}
				}
			}
		}},
	}
	for _, a := range arrangements {
		for _, f := range faults {
			t.Run(a.name+", "+f.name, func(t *testing.T) {
				for seed := range uint64(1 + *rounds/3) {
					r := rand.New(rand.NewPCG(seed, 19))
					s := newSheet(formNames[seed%2], r)
					all := s.tables
					s.tables = s.arrange(a)
					f.apply(s, r)
					s.tables = slices.Concat(all[:2], s.tables)
					d := s.asTables()
					missed := audit(t, d, s.printed())
					if f.kept && len(missed) > 0 {
						t.Errorf("form %s, seed %d: missed %v", s.form.Name, seed, missed)
					}
					if t.Failed() {
						t.Logf("form %s, seed %d", s.form.Name, seed)
						dump(t, d)
						return
					}
				}
			})
		}
		t.Run(a.name+", as text", func(t *testing.T) {
			for seed := range uint64(1 + *rounds/3) {
				r := rand.New(rand.NewPCG(seed, 19))
				s := newSheet(formNames[seed%2], r)
				s.arrange(a)
				lines := flattenings()
				d := s.asText(lines[r.IntN(len(lines))], r)
				if audit(t, d, s.printed()); t.Failed() {
					t.Logf("form %s, seed %d", s.form.Name, seed)
					dump(t, d)
					return
				}
			}
		})
	}
}
