package template

import (
	"strings"
	"testing"

	"gongkai/report"
)

// Every cell of a form is a metric of the dictionary and has the label that the
// dictionary gives it; every metric of a form has a cell.
func TestFormsMatchDictionary(t *testing.T) {
	for _, f := range Forms() {
		cells := make(map[string]int)
		for _, table := range f.Tables {
			for _, b := range table.Blocks {
				for _, row := range b.rows {
					for _, column := range b.columns {
						c := b.cell(row, column)
						name, applicant := c.metric.Name, c.applicant
						m, ok := report.LookupMetric(name)
						if applicant == report.OrgSubtotal {
							continue
						}
						if !ok {
							t.Errorf("form %s: %s is no metric", f.Name, name)
							continue
						}
						if table.Key != "requests" || applicant == report.NaturalPerson {
							cells[name]++
						}
						if table.Key != m.Table {
							t.Errorf("form %s: %s stands in table %s, the dictionary says %s", f.Name, name, table.Key, m.Table)
						}
						if got, want := printedPath(table, b, row, column), m.Label[f.Name]; got != want {
							t.Errorf("form %s: %s is labelled %q, the dictionary says %q", f.Name, name, got, want)
						}
					}
				}
			}
		}
		for _, m := range report.Metrics() {
			if m.Label[f.Name] != "" && cells[m.Name] != 1 {
				t.Errorf("form %s: %s has %d cells, want 1", f.Name, m.Name, cells[m.Name])
			}
		}
	}
}

// printedPath joins the labels around a cell as the dictionary does.
func printedPath(table *Table, b *Block, row, column *Item) string {
	var levels []string
	switch table.Key {
	case "disclosure":
		levels = []string{b.Label, row.Label, column.Label}
	case "requests":
		for _, group := range row.path {
			levels = append(levels, group.Label)
		}
		levels = append(levels, row.Label)
	case "review_litigation":
		for _, group := range column.path {
			levels = append(levels, group.Label)
		}
		levels = append(levels, column.Label)
	default:
		levels = []string{row.Label}
		if column.Suffix != "" {
			levels[0] += "（" + column.Label + "）"
		}
	}
	return strings.Join(levels, " / ")
}
