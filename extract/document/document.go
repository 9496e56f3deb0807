// Package document reads foreign bytes into a [Document]: a flat list of blocks
// (paragraphs, headings, tables, images) with a locator for each, and the tree
// of containers they stood in. It promises that the same bytes always give the
// same document, that hostile bytes cost bounded time and memory and end in a
// typed error ([LimitError]), and that no text is made up.
//
// Readers: HTML ([ReadHTML], [FromNode]) and plain text ([ReadText]); [Read]
// detects the format and picks one. What bytes mean as characters is decided by
// [Decode].
package document

// Document is a body of bytes read into blocks.
type Document struct {
	Format  Format
	Charset Charset
	// Title is the text of <title>, if any.
	Title string
	// Meta holds <meta name content> pairs in document order; names as printed.
	Meta []MetaTag
	// Blocks in document order. A block's index is what report.Locator calls
	// block.
	Blocks []Block
	// Containers is the element tree above the blocks; index 0 is the whole
	// document. Containers are listed in document order, parents before
	// children. A text document has just the one.
	Containers []Container
	// Links in document order.
	Links []Link
	// Lines are the lines of a plain text document as printed, blank ones
	// included and without their line ends; nil for other formats.
	Lines []string
}

// Format names the kind of bytes a document was read from.
type Format string

// The formats.
const (
	HTML Format = "html"
	Text Format = "text"
	PDF  Format = "pdf"
	DOCX Format = "docx"
	XLSX Format = "xlsx"
)

// MetaTag is one <meta name="…" content="…">.
type MetaTag struct{ Name, Content string }

// Kind is what a block is.
type Kind uint8

// The kinds of block.
const (
	Paragraph Kind = iota
	Heading        // h1 … h6; Level is set
	TableBlock
	Image // img, embed, object, iframe with a document: Text is alt or title, Href its address
)

// Block is one paragraph, heading, table or image.
type Block struct {
	Kind  Kind
	Level int
	// Text is the readable text: white space folded to single spaces, ends
	// trimmed; <br> separates blocks. For a table it is empty: see Table.
	Text  string
	Href  string
	Table *Table
	// Container is the index in Document.Containers of the innermost container.
	Container int
	// Line is the index in Document.Lines of a text document's block.
	Line int
	// Page counts from 1 in documents with pages, else 0.
	Page int
}

// Container is an element that holds blocks.
type Container struct {
	Parent     int // -1 for the document itself
	Tag        string
	ID, Class  string
	First, End int // blocks [First, End)
	// Hidden is set for elements with the hidden attribute, display:none, or
	// aria-hidden.
	Hidden bool
}

// Link is an anchor or an embedded document.
type Link struct {
	Block int // the block it stands in or before
	Href  string
	Text  string
	Title string
}

// Table is a grid of cells. Spans are resolved: [Table.At] gives the cell that
// covers a position.
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
