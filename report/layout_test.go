package report

import (
	"slices"
	"testing"
)

func TestLayout(t *testing.T) {
	count := func(table, form string) (blocks, rows, cells int) {
		for _, b := range Layout(table, form) {
			blocks++
			for _, r := range b.Rows {
				rows++
				cells += len(r.Metrics)
			}
		}
		return
	}
	for _, tt := range []struct {
		table, form         string
		blocks, rows, cells int
	}{
		{"disclosure", "2019", 5, 8, 22},
		{"disclosure", "2021", 4, 6, 10},
		{"requests", "2019", 7, 23, 23},
		{"requests", "2021", 8, 25, 25},
		{"review_litigation", "2021", 1, 3, 15},
		{"disclosure", "1999", 0, 0, 0},
	} {
		if b, r, c := count(tt.table, tt.form); b != tt.blocks || r != tt.rows || c != tt.cells {
			t.Errorf("%s %s: %d blocks, %d rows, %d cells, want %d, %d, %d", tt.table, tt.form, b, r, c, tt.blocks, tt.rows, tt.cells)
		}
	}
	first := Layout("disclosure", "2021")[0]
	if !slices.Equal(first.Heads, []string{"本年制发件数", "本年废止件数", "现行有效件数"}) || first.Rows[1].Label != "行政规范性文件" {
		t.Errorf("first block: %+v", first)
	}
}
