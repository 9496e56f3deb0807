// Package document reads foreign bytes into a [Document]: a flat list of blocks
// (paragraphs, headings, tables, images) with a locator for each, and the tree
// of containers they stood in. It promises that the same bytes always give the
// same document, that hostile bytes cost bounded time and memory and end in a
// typed error ([LimitError], [FormatError]), and that no text is made up.
//
// [Read] detects the format by the bytes and picks a reader: [ReadHTML] and, for
// a page that is parsed already, [FromNode]; [ReadText]; [ReadPDF]; [ReadDOCX]; [ReadZip];
// [ReadXLSX]; [ReadMHTML]. Formats of older office programs go through
// LibreOffice, where there is one. What bytes mean as characters is decided by
// [Decode]; [Parse] parses pages that nobody vouches for.
//
// Text is folded: white space of all kinds becomes single spaces, and what has
// no width vanishes. A number raised after a number is a note and stands in
// brackets, 12[1], lest it read as a digit.
//
// How long reading may take is up to the context: all readers look at it.
package document

// Document is a body of bytes read into blocks.
type Document struct {
	Format  Format
	Charset Charset
	// Title is the text of <title>, if any.
	Title string
	// Base is the address of <base href>, that links are relative to, if any.
	Base string
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
	// Scanned tells that pages are pictures of text: what text there is was
	// recognised by a program that may have been wrong, or there is none.
	Scanned bool
	// Lines are the lines of a plain text document as printed, blank ones
	// included and without their line ends; nil for other formats.
	Lines []string
}

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
	// Hidden is set for elements that are not displayed (hidden attribute,
	// display:none, textarea) or not read aloud (aria-hidden), and for all
	// within.
	Hidden bool
}

// Link is an anchor or an embedded document.
type Link struct {
	Block int // the block it stands in or before
	Href  string
	Text  string
	Title string
}
