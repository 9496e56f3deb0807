// Package template holds the official forms as data files (data/*.yaml) and aligns
// what a document prints to them, block by block and by label, never by position
// alone. It promises that every figure was printed where its locator leads, and
// that a number is put into a cell only when no other cell could be meant.
//
// # How a document is read
//
// The blocks become rows (piece.go): those of real tables, and those of plain
// text, in which cells stand one a line, between bars, behind tabs or in columns of
// spaces; a label wrapped over several lines is put together (wrap.go). A table of reviews and litigation laid out in another way than the form
// does, with outcomes or groups as rows, becomes the row of the form (crosstab.go). A scanner (scan.go) walks over them and tells labels, by the vocabulary
// of all forms (vocabulary.go), from values; it keeps the table, block, header and
// row group in force. What it leaves are entries: a label, perhaps, and values.
//
// Each table found is given the form that its labels speak for (choice.go). The
// entries of a block are matched to its rows (match.go): by equal label, then by
// similar ones, then by their place where exactly as many rows are missing. The
// header says in which order the columns stand (layout.go), and which hold neither
// labels nor figures (aside.go); a look at all rows
// together tells whether cells were lost or moved on the way (survey.go). Then the
// values of each row are placed (place.go): under their column in a real table, in
// order where their number fits, and by kind where only one column can hold a
// negative number or an amount of money. Whatever else is left is an orphan, and
// its cells are not_recovered.
//
// # Values
//
// A value is what a cell prints (value.go): nothing is repaired. A blank cell is
// empty, a sign is a dash or not_applicable, words are text; none of them is zero.
//
// # Known gaps
//
// A space between thousands (1 234) is read in real tables only, where sums hold
// with it; elsewhere it may be two cells. On lines, a column
// of the table of requests that no form has leaves the rows unread, unless it holds
// serial numbers. Where text lost
// a cell and has a stray number in the same row of a table without sums, the two can
// cancel: of made-up texts with two faults, in the layouts that lose most, about one
// in 700 gives a wrong number.
package template

import "gongkai/report"

// Alignment is what the tables of a document say in the words of the forms.
type Alignment struct {
	Templates report.Templates
	// Figures has one figure for every cell of every table of a form that was
	// found and of the tables missing beside it, in the order of the form; local
	// rows and columns come after them.
	Figures []report.Figure
	// Orphans are numbers inside of tables whose cell can't be known.
	Orphans []report.Orphan
	// Blocks lists the blocks that table content was read from: sentence
	// extraction leaves them alone. Sorted.
	Blocks []int
	// Trace says what matched what, for explaining.
	Trace []Match
	// Notes are remarks, sorted: mixed_forms:TABLE, form_undecided:TABLE (the
	// newest was taken), repeated_table:TABLE, repeated_rows:TABLE.
	Notes []string
}

// Match is one label of the document matched to one label of a form.
type Match struct {
	Printed, Label, Metric string
	Score                  float64 // 1 is equal
	Locator                report.Locator
}
