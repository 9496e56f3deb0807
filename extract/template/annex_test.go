package template

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongkai/extract/document"
	"gongkai/report"
)

// annexStyle is what differs between the annexes of provinces: columns and the
// cells around the figures.
type annexStyle struct {
	name, form string
	columns    []string // of numbers; those that no form has are local
	serial     bool     // serial numbers first
	code       bool     // codes behind the labels
	unit       bool
	remark     bool // an empty column at the end
}

var annexStyles = []annexStyle{
	{name: "as issued", form: "2014", columns: []string{"统计数"}, unit: true},
	{name: "numbered", form: "2014", columns: []string{"统计数"}, serial: true, unit: true},
	{name: "without units", form: "2014", columns: []string{"数量"}},
	{name: "with remarks", form: "2014", columns: []string{"统计数"}, unit: true, remark: true},
	{name: "own and all", form: "2014", columns: []string{"本级", "汇总"}, unit: true},
	{name: "by kind of organ", form: "2014", columns: []string{"合计", "区政府", "区直单位", "乡镇街道"}, unit: true},
	{name: "named by the organ", form: "2014", columns: []string{"本单位"}, unit: true},
	{name: "coded", form: "2008", columns: []string{"本期实际", "本年累计"}, code: true, unit: true},
	{name: "not coded", form: "2008", columns: []string{"本期实际", "本年累计"}, unit: true},
	{name: "of all years", form: "2008", columns: []string{"本期实际", "本年累计", "历年累计"}, code: true},
	{name: "one column", form: "2008", columns: []string{"本年累计"}, code: true, unit: true},
}

// newAnnex fills the annex in.
func newAnnex(st annexStyle, r *rand.Rand) *sheet {
	f := Forms()[slices.IndexFunc(Forms(), func(f *Form) bool { return f.Name == st.form })]
	t := f.Table(annexTable)
	b := t.Blocks[0]
	out := &sheetTable{key: t.Key, title: t.Title[0]}
	serial := 0
	row := func(label, code, unit string) []sheetCell {
		var cells []sheetCell
		add := func(on bool, text string) {
			if on {
				cells = append(cells, sheetCell{text: text, rows: 1, cols: 1})
			}
		}
		add(st.serial, strconv.Itoa(serial))
		serial++
		add(true, label)
		add(st.code, code)
		add(st.unit, unit)
		return cells
	}
	out.rows = append(out.rows, append(row("指标名称", "代码", "计量单位"), head(st.columns...)...))
	if st.serial {
		out.rows[0][0].text = "序号"
	}
	column := func(text string) *Item {
		for _, c := range b.columns {
			if slices.Contains(c.labels(), text) {
				return c
			}
		}
		if len(st.columns) == 1 {
			return b.official()[0]
		}
		return nil
	}
	opened := make(map[*Item]bool)
	for _, it := range b.rows {
		for _, g := range it.path {
			if g.Key == "" && !opened[g] {
				opened[g] = true
				cells := row(g.Label, "", "——")
				for range st.columns {
					cells = append(cells, label("", 1, 1))
				}
				out.rows = append(out.rows, cells)
			}
		}
		cells := row(it.Label, it.Code, b.cell(it, b.official()[0]).metric.Unit)
		for _, name := range st.columns {
			c := label(strconv.Itoa(r.IntN([]int{1, 9, 50, 4000}[r.IntN(4)])), 1, 1)
			if col := column(name); col != nil {
				c.metric = b.cell(it, col).metric.Name
			}
			cells = append(cells, c)
		}
		out.rows = append(out.rows, cells)
	}
	if st.remark {
		for y := range out.rows {
			text := ""
			if y == 0 {
				text = "备注"
			}
			out.rows[y] = append(out.rows[y], label(text, 1, 1))
		}
	}
	return &sheet{form: f, tables: []*sheetTable{out}}
}

// The annexes of all provinces are read, as tables and as lines; whatever happens
// to one, no number is wrong.
func TestAnnexes(t *testing.T) {
	bars := func(t *sheetTable, _ *rand.Rand) []string {
		var lines []string
		for _, row := range t.cellsOf() {
			lines = append(lines, strings.Join(row, " | "))
		}
		return lines
	}
	cells := func(t *sheetTable, _ *rand.Rand) []string { return slices.Concat(t.cellsOf()...) }
	faults := []mutation{
		{"nothing", true, func(*sheet, *rand.Rand) {}},
		{"a local row", true, func(s *sheet, r *rand.Rand) {
			t, y, x := s.pick(r, labelsAnnex)
			row := slices.Clone(t.rows[y])
			row[x].text = "机构设置及人事信息数"
			for i := range row {
				row[i].metric = ""
			}
			t.rows = slices.Insert(t.rows, y, row)
		}},
		{"a value is blank", true, change(isValue, func(string, *rand.Rand) string { return "" })},
		{"a letter is wrong", false, change(labelsAnnex, func(text string, _ *rand.Rand) string {
			return strings.Replace(text, "公开", "公幵", 1)
		})},
		{"a value is dropped", false, drop(isValue)},
		{"a label is dropped", false, drop(labelsAnnex)},
		{"a row is dropped", false, func(s *sheet, r *rand.Rand) {
			t, y, _ := s.pick(r, labelsAnnex)
			t.rows = slices.Delete(t.rows, y, y+1)
		}},
		{"two rows change places", false, func(s *sheet, r *rand.Rand) {
			t, y, _ := s.pick(r, labelsAnnex)
			t.rows[y], t.rows[y-1] = t.rows[y-1], t.rows[y]
		}},
		{"a number is put in", false, func(s *sheet, r *rand.Rand) {
			t, y, x := s.pick(r, isValue)
			t.rows[y] = slices.Insert(t.rows[y], x, label("3", 1, 1))
		}},
		{"the header is lost", false, func(s *sheet, _ *rand.Rand) { s.tables[0].rows = s.tables[0].rows[1:] }},
	}
	for _, st := range annexStyles {
		for _, f := range faults {
			t.Run(st.name+", "+f.name, func(t *testing.T) {
				for seed := range uint64(1 + *rounds/3) {
					r := rand.New(rand.NewPCG(seed, 23))
					s := newAnnex(st, r)
					f.apply(s, r)
					documents := map[string]*document.Document{
						"tables": s.asTables(), "bars": s.asText(flattening{write: bars}, r), "cells": s.asText(flattening{write: cells}, r),
					}
					for how, d := range documents {
						missed := audit(t, d, s.printed())
						if f.kept && len(missed) > 0 && (how == "tables" || f.name == "nothing") {
							t.Errorf("as %s, seed %d: missed %d, such as %v", how, seed, len(missed), missed[0])
						}
						if t.Failed() {
							t.Logf("as %s, seed %d", how, seed)
							dump(t, d)
							return
						}
					}
				}
			})
		}
	}
}

// labelsAnnex tells the labels of rows with values.
func labelsAnnex(t *sheetTable, y, x int) bool {
	return y > 1 && len([]rune(t.rows[y][x].text)) > 4 && slices.ContainsFunc(t.rows[y], func(c sheetCell) bool { return c.metric != "" })
}

// What no form has is kept with its label: rows, and columns.
func TestAnnexLocal(t *testing.T) {
	s := newAnnex(annexStyles[4], rand.New(rand.NewPCG(1, 1)))
	t1 := s.tables[0]
	t1.rows = append(t1.rows, append(head("信访件办理数", "件"), label("14", 1, 1), label("15", 1, 1)))
	a, err := Align(t.Context(), s.asTables(), 0, 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	local, n := make(map[string]string), 0
	for _, f := range a.Figures {
		if f.Metric == report.MetricLocalRow {
			local[f.Label] = f.Value
			n++
		}
	}
	for label, want := range map[string]string{"信访件办理数": "15", "信访件办理数 / 本级": "14"} {
		if local[label] != want {
			t.Errorf("%s = %q, want %q", label, local[label], want)
		}
	}
	if n != 60 { // the column 本级 of 58 rows and of the local one, and that row
		t.Errorf("%d local figures: %v", n, local)
	}
}

// The heading of an annex may name a year, an organ or an attachment.
func TestAnnexTitles(t *testing.T) {
	for _, title := range []string{"政府信息公开情况统计表", "附件2：云溪县2012年度政府信息公开情况统计表", "附表 政府信息公开工作统计表（2009年）"} {
		d := textDocument([]string{title, "主动公开信息数 01 条 12", "网上咨询数 07 人次 3", "申请总数 10 条 5", "当面申请数 11 条 4", "信函申请数 15 条 1"}, false)
		a, err := Align(t.Context(), d, 0, len(d.Blocks), nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.Templates.Annex != "2008" {
			t.Errorf("%s: annex is %q", title, a.Templates.Annex)
		}
		for _, f := range a.Figures {
			if f.Value != "" {
				t.Errorf("%s: %s = %s, but a column of codes is not certain", title, f.Metric, f.Value)
			}
		}
	}
}
