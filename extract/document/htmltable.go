package document

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// longCell is the length in bytes from which the text of a cell is prose, some
// 300 characters: the longest label of the forms has 60.
const longCell = 900

// tableShape is what decides whether a table holds data or lays out a page.
type tableShape struct {
	node *html.Node
	// parent is the index of the table around it, -1 for the outermost.
	parent                      int
	cells, cols, long, headings int
	text                        int  // bytes
	nested                      bool // another table with more than one cell is in it

	row, cell int // cells of the current row, bytes of the current cell
}

// layout tells that a table holds no grid of data: tables or an article stand in
// it, or it has just one column.
func (s *tableShape) layout() bool {
	return s.nested || s.cols <= 1 ||
		s.long > 0 && s.cells-s.long <= 10*s.long ||
		s.headings > 0 && s.cells <= 8
}

// trivial tells that a table is but a frame around a short text; in a cell of
// another table it is read as part of the cell.
func (s *tableShape) trivial() bool {
	return !s.nested && s.cells <= 1 && s.text < longCell && s.headings == 0
}

// shape describes a table. Outer tables are looked over together with all that
// is in them, so that each node is looked at once more, however deep it is.
func (w *walker) shape(table *html.Node) (*tableShape, error) {
	for i := range w.shapes {
		if w.shapes[i].node == table {
			w.shapes = w.shapes[i:] // tables are asked for in document order
			return &w.shapes[0], nil
		}
	}
	shapes := w.shapes[:0]
	current := -1
	for n := table; ; {
		if err := w.tick.tick(); err != nil {
			return nil, err
		}
		descend := n.Type == html.ElementNode
		switch {
		case n.Type == html.TextNode:
			if current >= 0 {
				shapes[current].cell += len(strings.TrimSpace(n.Data))
			}
		case n.Type != html.ElementNode:
		default:
			switch n.DataAtom {
			case atom.Table:
				shapes = append(shapes, tableShape{node: n, parent: current})
				current = len(shapes) - 1
			case atom.Tr:
				shapes[current].row = 0
			case atom.Td, atom.Th:
				s := &shapes[current]
				s.cells++
				s.row++
				s.cols = max(s.cols, s.row)
				s.cell = 0
			case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
				shapes[current].headings++
			case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Select:
				descend = false
			}
		}
		if descend && n.FirstChild != nil {
			n = n.FirstChild
			continue
		}
		for {
			if n.Type == html.ElementNode {
				switch n.DataAtom {
				case atom.Td, atom.Th:
					s := &shapes[current]
					if s.cell > longCell {
						s.long++
					}
					s.text += s.cell
				case atom.Table:
					s := &shapes[current]
					if current = s.parent; current >= 0 {
						outer := &shapes[current]
						outer.cell += s.text
						outer.nested = outer.nested || !s.trivial()
					}
				}
			}
			if n == table {
				w.shapes = shapes
				return &w.shapes[0], nil
			}
			if n.NextSibling != nil {
				n = n.NextSibling
				break
			}
			n = n.Parent
		}
	}
}

// inGrid tells whether the walker is inside a data table, but in none of its
// cells.
func (w *walker) inGrid() bool { return w.table != nil && !w.inCell && !w.inTitle }

func (w *walker) enterTable(n *html.Node) error {
	if w.table != nil { // a trivial one
		w.block(n)
		return nil
	}
	w.flush()
	shape, err := w.shape(n)
	if err != nil {
		return err
	}
	w.container(n, false)
	if shape.layout() {
		return nil
	}
	w.frames[len(w.frames)-1].role = tableRole
	w.table = &Table{Cells: make([]Cell, 0, shape.cells)}
	w.grid.begin(w.table)
	return nil
}

func (w *walker) endTable(f frame) error {
	if err := w.endRow(); err != nil {
		return err
	}
	if err := w.grid.end(); err != nil {
		return err
	}
	if len(w.table.Cells) > 0 {
		w.d.Blocks = append(w.d.Blocks, Block{Kind: TableBlock, Table: w.table, Container: w.home})
	}
	w.table = nil
	w.flushImages()
	w.endContainer(f.from)
	return nil
}

func (w *walker) enterRow(n *html.Node) (descend bool, err error) {
	if !w.inGrid() {
		return w.block(n), nil
	}
	if len(n.Attr) > 0 && styleOf(n).hidden {
		return false, nil
	}
	w.push(n, rowRole, 0)
	return true, w.beginRow()
}

func (w *walker) beginRow() error {
	if err := w.endRow(); err != nil {
		return err
	}
	w.rowOpen = true
	return w.grid.row()
}

func (w *walker) endRow() error {
	if !w.rowOpen {
		return nil
	}
	w.rowOpen = false
	return w.grid.endRow()
}

func (w *walker) enterCell(n *html.Node) (descend bool, err error) {
	if !w.inGrid() {
		if w.table != nil {
			return w.block(n), nil
		}
		w.container(n, false)
		return true, nil
	}
	rows, cols := 1, 1
	if len(n.Attr) > 0 {
		if styleOf(n).hidden {
			return false, nil
		}
		rows, cols = spans(n)
	}
	if !w.rowOpen {
		if err := w.beginRow(); err != nil {
			return false, err
		}
	}
	w.push(n, cellRole, len(w.table.Cells))
	if err := w.grid.cell(rows, cols); err != nil {
		return false, err
	}
	w.table.Cells[len(w.table.Cells)-1].Header = n.DataAtom == atom.Th
	w.line.reset()
	w.inCell = true
	return true, nil
}

// spans reads rowspan and colspan by the rules of the HTML standard.
func spans(n *html.Node) (rows, cols int) {
	rows, cols = 1, 1
	for _, a := range n.Attr {
		switch a.Key {
		case "rowspan":
			if v, ok := leadingInt(a.Val); ok {
				if rows = min(v, maxRowSpan); rows == 0 { // to the end of the group
					rows = maxRowSpan
				}
			}
		case "colspan":
			if v, ok := leadingInt(a.Val); ok {
				cols = min(max(v, 1), maxColSpan)
			}
		}
	}
	return rows, cols
}

// leadingInt reads the number that s begins with, as browsers do: "2px" is 2.
func leadingInt(s string) (int, bool) {
	s = strings.TrimLeft(s, " \t\r\n\f")
	s = strings.TrimPrefix(s, "+")
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 {
		return 0, false
	}
	v, err := strconv.Atoi(s[:n])
	if err != nil { // more digits than fit
		return 1 << 30, true
	}
	return v, true
}
