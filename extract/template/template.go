// Package template holds the official forms as data files and aligns what a
// document prints to them, block by block and by label, never by position
// alone.
package template

import "gongkai/report"

// Alignment is what the tables of a document say in the words of the forms.
type Alignment struct {
	Templates report.Templates
	// Figures has one figure for every cell of every table block of a form that
	// was found (states included), local rows and columns after them, in the
	// order of the form.
	Figures []report.Figure
	Orphans []report.Orphan
	// Blocks lists the blocks that table content was read from: sentence
	// extraction leaves them alone. Sorted.
	Blocks []int
	// Trace says what matched what, for explaining.
	Trace []Match
	Notes []string
}

// Match is one label of the document matched to one label of a form.
type Match struct {
	Printed, Label, Metric string
	Score                  float64
	Locator                report.Locator
}
