package document

// Table is a grid of cells. Spans are resolved: [Table.At] gives the cell that
// covers a position. No two cells cover the same position, and none reaches out
// of the grid.
type Table struct {
	Rows, Cols int
	Cells      []Cell // in document order
	Caption    string
	grid       []int32 // Rows*Cols, index into Cells + 1; 0 = no cell there
}

// Cell is one cell of a table, at its top left grid position.
type Cell struct {
	Row, Col         int
	RowSpan, ColSpan int
	// Text is the readable text of the cell, folded like Block.Text; lines inside
	// the cell are separated by a line feed.
	Text   string
	Header bool // th
}

// At returns the cell that covers grid position (row, col), or nil.
func (t *Table) At(row, col int) *Cell {
	if row < 0 || col < 0 || row >= t.Rows || col >= t.Cols {
		return nil
	}
	i := t.grid[row*t.Cols+col]
	if i == 0 {
		return nil
	}
	return &t.Cells[i-1]
}

// The most a cell may span by the HTML standard.
const (
	maxColSpan = 1000
	maxRowSpan = 65534
)

// gridBuilder lays cells out row by row, as browsers do: a cell takes the first
// free column of its row, and cells that span rows keep their columns below, at
// most to the end of their row group. Where two cells claim a position the
// earlier one has it.
type gridBuilder struct {
	table *Table
	// rows holds the positions of all rows so far, ragged, one row after another,
	// each an index into Cells + 1; starts says where each row begins.
	rows   []int32
	starts []int
	// hanging says for each column which cell above reaches down, and how far.
	hanging []hang
	// width is one more than the last column that a cell begins in. Columns that
	// are only spanned don't count: colspan=1000 makes no column.
	width int
	// left is how many positions the document may still have, of limit in all.
	left, limit int
}

type hang struct {
	cell int32 // index into Cells + 1
	rows int   // rows it still covers
}

func (g *gridBuilder) begin(t *Table) {
	g.table = t
	g.rows, g.starts, g.hanging, g.width = g.rows[:0], g.starts[:0], g.hanging[:0], 0
}

// row begins a new row.
func (g *gridBuilder) row() error {
	g.starts = append(g.starts, len(g.rows))
	if len(g.starts) > g.left {
		return g.tooMany()
	}
	return nil
}

// cell puts a cell into the current row.
func (g *gridBuilder) cell(rowSpan, colSpan int) error {
	start := g.starts[len(g.starts)-1]
	col := len(g.rows) - start
	for ; col < len(g.hanging) && g.hanging[col].rows > 0; col++ {
		g.hangDown(col)
	}
	index := int32(len(g.table.Cells) + 1)
	span := 0
	for ; span < colSpan; span++ {
		at := col + span
		if at < len(g.hanging) && g.hanging[at].rows > 0 {
			break
		}
		g.rows = append(g.rows, index)
		if rowSpan > 1 {
			for len(g.hanging) <= at {
				g.hanging = append(g.hanging, hang{})
			}
			g.hanging[at] = hang{index, rowSpan - 1}
		}
	}
	g.table.Cells = append(g.table.Cells, Cell{Row: len(g.starts) - 1, Col: col, ColSpan: span})
	g.width = max(g.width, col+1)
	if len(g.rows) > g.left {
		return g.tooMany()
	}
	return nil
}

func (g *gridBuilder) hangDown(col int) {
	h := &g.hanging[col]
	g.rows = append(g.rows, h.cell)
	h.rows--
}

// endRow takes in what hangs from above right of the last cell.
func (g *gridBuilder) endRow() error {
	for n := len(g.hanging); n > 0 && g.hanging[n-1].rows == 0; n-- {
		g.hanging = g.hanging[:n-1]
	}
	for col := len(g.rows) - g.starts[len(g.starts)-1]; col < len(g.hanging); col++ {
		if g.hanging[col].rows > 0 {
			g.hangDown(col)
		} else {
			g.rows = append(g.rows, 0)
		}
	}
	if len(g.rows) > g.left {
		return g.tooMany()
	}
	return nil
}

// endGroup ends what hangs: cells don't reach over the end of a row group.
func (g *gridBuilder) endGroup() { g.hanging = g.hanging[:0] }

// end completes the table.
func (g *gridBuilder) end() error {
	t := g.table
	t.Rows, t.Cols = len(g.starts), g.width
	if t.Cols > 0 && t.Rows > g.left/t.Cols {
		return g.tooMany()
	}
	g.left -= t.Rows * t.Cols
	t.grid = make([]int32, t.Rows*t.Cols)
	for i, start := range g.starts {
		end := len(g.rows)
		if i+1 < len(g.starts) {
			end = g.starts[i+1]
		}
		row := t.grid[i*t.Cols : (i+1)*t.Cols]
		copy(row, g.rows[start:end])
		for col, index := range row {
			if index == 0 {
				continue
			}
			if c := &t.Cells[index-1]; c.Col == col {
				c.RowSpan++
			}
		}
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		c.ColSpan = min(c.ColSpan, t.Cols-c.Col)
	}
	return nil
}

func (g *gridBuilder) tooMany() error {
	return &LimitError{What: "cells", Limit: int64(g.limit)}
}
