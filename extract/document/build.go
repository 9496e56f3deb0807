package document

// NewTable builds a table from cells that know their place and span. Cells
// stand in document order; a position claimed twice belongs to the earlier one,
// and a span of less than one counts as one.
func NewTable(cells []Cell) *Table {
	t := &Table{Cells: cells}
	for i := range cells {
		c := &cells[i]
		c.RowSpan, c.ColSpan = max(c.RowSpan, 1), max(c.ColSpan, 1)
		t.Rows, t.Cols = max(t.Rows, c.Row+c.RowSpan), max(t.Cols, c.Col+c.ColSpan)
	}
	t.grid = make([]int32, t.Rows*t.Cols)
	for i, c := range cells {
		for row := c.Row; row < c.Row+c.RowSpan; row++ {
			for col := c.Col; col < c.Col+c.ColSpan; col++ {
				if p := &t.grid[row*t.Cols+col]; *p == 0 {
					*p = int32(i + 1)
				}
			}
		}
	}
	return t
}
