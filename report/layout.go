package report

import (
	"slices"
	"strings"
)

// Block is one block of a table of a form, laid out as the form prints it.
type Block struct {
	// Label is the printed label of the block: 第二十条第（一）项, （三）不予公开.
	Label string
	// Heads are the labels of the columns; empty in the table of requests, whose
	// columns are the applicants.
	Heads []string
	Rows  []BlockRow
}

// BlockRow is a row of a block: one metric for each column, or a single one in
// the table of requests, where every applicant has a cell.
type BlockRow struct {
	Label   string
	Metrics []string
}

// Layout gives the blocks of a table (disclosure, requests, review_litigation)
// in a form (2019, 2021) in printed order, nil when the form has no such table.
func Layout(table, form string) []Block {
	var blocks []Block
	for _, m := range Metrics() {
		if m.Table != table || m.Label[form] == "" {
			continue
		}
		levels := strings.Split(m.Label[form], " / ")
		n := len(levels)
		var block, row, head string
		switch table {
		case "disclosure": // 条款 / 事项 / 数量
			block, row, head = levels[0], levels[n-2], levels[n-1]
		case "requests": // 办理结果 / 类 / 项
			block, row = strings.Join(levels[:n-1], " "), levels[n-1]
		default: // 行政诉讼 / 未经复议直接起诉 / 结果维持
			row, head = strings.Join(levels[:n-1], " "), levels[n-1]
		}
		if len(blocks) == 0 || blocks[len(blocks)-1].Label != block {
			blocks = append(blocks, Block{Label: block})
		}
		b := &blocks[len(blocks)-1]
		if head != "" && !slices.Contains(b.Heads, head) {
			b.Heads = append(b.Heads, head)
		}
		if len(b.Rows) == 0 || b.Rows[len(b.Rows)-1].Label != row {
			b.Rows = append(b.Rows, BlockRow{Label: row})
		}
		r := &b.Rows[len(b.Rows)-1]
		r.Metrics = append(r.Metrics, m.Name)
	}
	return blocks
}
