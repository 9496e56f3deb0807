// Package check evaluates the accounting relations (勾稽关系) of the forms on the
// figures of a report. Relations are data; a relation is evaluated only when
// every operand is a known number.
package check

import "gongkai/report"

// Evaluate gives one finding for every relation that the forms in t have and,
// for relations repeated over rows or columns, for each of them, in a fixed
// order. figures may hold several origins.
func Evaluate(t report.Templates, figures []report.Figure) []report.Finding {
	panic("not yet")
}
