package export

import (
	"strconv"
	"unicode/utf8"
)

var sectionsTable = Table{
	Name:        "sections",
	Title:       "正文 sections",
	Description: "one row a top-level part of a report's body, its prose without tables",
	Key:         []string{"report", "revision", "position"},
	Sorted:      []string{"organ", "year", "report", "revision"},
	Foreign:     []ForeignKey{{[]string{"report", "revision"}, "reports", []string{"report", "revision"}}},
	Columns: []Column{
		reportColumn, revisionColumn, organColumn, yearColumn,
		{Name: "position", Type: Integer, Description: "place among the sections of the report, from 1", Required: true},
		{Name: "key", Type: Text, Description: "what the section is about: overview, disclosure, requests, review_litigation, problems, other, and further words of narrative reports"},
		{Name: "heading", Type: Text, Description: "heading as printed"},
		{Name: "text", Type: Text, Description: "paragraphs separated by line feeds; phone numbers and the names of those who filled the form in are taken out", Long: true},
		{Name: "characters", Type: Integer, Description: "Unicode characters of text", Required: true},
	},
	each: func(_ *run, e *Entry, out emit) error {
		for i, s := range e.Report.Sections {
			text := private(s.Text)
			if err := out([]string{
				e.ID, strconv.Itoa(e.Revision), e.Report.Organ.Name, number(e.Report.Year), strconv.Itoa(i + 1),
				s.Key, private(s.Heading), text, strconv.Itoa(utf8.RuneCountInString(text)),
			}); err != nil {
				return err
			}
		}
		return nil
	},
}
