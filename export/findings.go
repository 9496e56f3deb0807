package export

import (
	"strconv"
	"strings"

	"gongkai/report"
)

var findingsTable = Table{
	Name:        "findings",
	Title:       "勾稽关系 findings",
	Description: "one row a relation that was evaluated or could not be",
	Key:         []string{"report", "revision", "position"},
	Sorted:      []string{"organ", "year", "report", "revision"},
	Foreign:     []ForeignKey{{[]string{"report", "revision"}, "reports", []string{"report", "revision"}}},
	Columns: []Column{
		reportColumn, organColumn, yearColumn,
		{Name: "rule", Type: Text, Description: "id of the relation", Required: true},
		{Name: "severity", Type: Text, Description: "whether it must hold", Categories: severities, Required: true},
		{Name: "verdict", Type: Text, Description: "whether it holds", Categories: verdicts, Required: true},
		{Name: "at", Type: Text, Description: "what it was evaluated on: an applicant, a metric, a group of metrics"},
		{Name: "expected", Type: Number, Description: "what the parts give"},
		{Name: "got", Type: Number, Description: "what is printed"},
		{Name: "suspect", Type: Text, Description: "metric or metric@applicant that most likely carries the error"},
		{Name: "implied", Type: Number, Description: "value that would satisfy the relations"},
		{Name: "doubt", Type: Text, Description: "whose error a failed relation looks like", Categories: doubts},
		revisionColumn,
		{Name: "position", Type: Integer, Description: "place among the findings of the report, from 1", Required: true},
		{Name: "operands", Type: Text, Description: "figures that the relation read, separated by spaces"},
		{Name: "note", Type: Text, Description: "remark"},
	},
	each: func(_ *run, e *Entry, out emit) error {
		year, revision := number(e.Report.Year), strconv.Itoa(e.Revision)
		var row []string
		for i := range e.Report.Findings {
			f := &e.Report.Findings[i]
			var suspect, implied string
			if s := f.Suspect; s != nil {
				suspect, implied = operand(s.Metric, s.Applicant), s.Implied
			}
			row = append(row[:0],
				e.ID, e.Report.Organ.Name, year, f.Rule, string(f.Severity), string(f.Verdict), f.At, decimal(f.Expected), decimal(f.Got),
				suspect, implied, string(f.Doubt), revision, strconv.Itoa(i+1), operands(f), f.Note)
			if err := out(row); err != nil {
				return err
			}
		}
		return nil
	},
}

// operands names the figures of a relation. The places of a relation that holds
// are known from the rule; naming them would make the table several times as
// large.
func operands(f *report.Finding) string {
	if f.Verdict == report.Pass {
		return ""
	}
	return strings.Join(f.Operands, " ")
}

// decimal keeps what is a number; a finding may compare something else.
func decimal(v string) string {
	if isNumber(v) {
		return v
	}
	return ""
}

// isNumber tells whether a value is a plain decimal number.
func isNumber(v string) bool {
	v = strings.TrimPrefix(v, "-")
	whole, fraction, point := strings.Cut(v, ".")
	return whole != "" && (!point || fraction != "") && strings.Trim(whole+fraction, "0123456789") == ""
}
