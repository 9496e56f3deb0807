package export

import (
	"context"
	"strconv"
	"strings"

	"gongkai/extract/check"
	"gongkai/report"
)

// crossTable is written on demand: it keeps about a kilobyte of each report until
// all were seen.
var crossTable = Table{
	Name:        "cross_findings",
	Title:       "跨报告关系 cross findings",
	Description: "one row a relation between reports and report that it reads: the years of one organ, a government and those below it, copies; between the latest revisions of the reports of the export",
	Key:         []string{"finding", "position"},
	Foreign:     []ForeignKey{{[]string{"report", "revision"}, "reports", []string{"report", "revision"}}},
	Columns: []Column{
		{Name: "finding", Type: Integer, Description: "number of the finding", Required: true},
		{Name: "position", Type: Integer, Description: "place of the report among those of the finding; 1 is the one that it is about", Required: true},
		reportColumn, revisionColumn, organColumn, regionColumn, yearColumn,
		{Name: "rule", Type: Text, Description: "id of the relation", Required: true},
		{Name: "severity", Type: Text, Description: "whether it must hold", Categories: severities, Required: true},
		{Name: "strength", Type: Text, Description: "high for a relation that is rarely broken without an error", Categories: strengths},
		{Name: "verdict", Type: Text, Description: "whether it holds", Categories: verdicts, Required: true},
		{Name: "at", Type: Text, Description: "what it was evaluated on: an applicant, a metric, a group of metrics; figures or text for copies"},
		{Name: "expected", Type: Text, Description: "what the other reports give: a number, a year, a date, a share"},
		{Name: "got", Type: Text, Description: "what the report prints"},
		{Name: "doubt", Type: Text, Description: "whose error a failed relation looks like", Categories: doubts},
		{Name: "operands", Type: Text, Description: "figures of this report that the relation read, as metric@applicant=value, separated by spaces; the value is missing where it is not known"},
		{Name: "note", Type: Text, Description: "remark"},
	},
	rest: crossRows,
}

var strengths = []Category{{"high", "rarely broken without an error"}}

// ruleSum adds all parts of a region up. It can't be evaluated here: nobody says
// which reports are all.
const ruleSum = "H.SUM"

// crossed is a report among those that relations between reports look at.
type crossed struct {
	organ, region string
	year          int
	revision      int
}

// across are the reports that relations between reports look at.
type across struct {
	members []check.Member
	reports map[string]crossed
}

// add takes note of a report.
func (a *across) add(e *Entry) {
	if a.reports == nil {
		a.reports = make(map[string]crossed)
	}
	identity := e.Place.Identity
	if identity == "" {
		identity = e.OrganID
	}
	a.members = append(a.members, check.NewMember(e.ID, identity, e.Place.Government, e.Report))
	a.reports[strings.Clone(e.ID)] = crossed{strings.Clone(e.Report.Organ.Name), strings.Clone(e.region()), e.Report.Year, e.Revision}
}

// crossRows evaluates the relations between the reports of the export.
func crossRows(ctx context.Context, x *run, out emit) error {
	n := 0
	for f := range check.Across(x.across.members, check.AcrossOptions{}) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.Rule == ruleSum && f.Verdict == report.NotEvaluated {
			continue
		}
		n++
		for i, id := range f.Reports {
			r := x.across.reports[id]
			if err := out([]string{
				strconv.Itoa(n), strconv.Itoa(i + 1), id, strconv.Itoa(r.revision), r.organ, r.region, number(r.year),
				f.Rule, string(f.Severity), f.Strength, string(f.Verdict), f.At, f.Expected, f.Got, string(f.Doubt), crossOperands(&f, id), private(f.Note),
			}); err != nil {
				return err
			}
		}
	}
	x.across = across{}
	return nil
}

// crossOperands are the figures of one report that a relation read.
func crossOperands(f *check.CrossFinding, id string) string {
	var list []string
	for _, o := range f.Operands {
		if o.Report == id {
			list = append(list, operand(o.Metric, o.Applicant)+"="+o.Value)
		}
	}
	return strings.Join(list, " ")
}
