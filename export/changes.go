package export

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gongkai/report"
)

// Reasons why a cell is not what it was in an earlier version of the corpus.
const (
	reasonPublisher = "publisher_edited"
	reasonSource    = "other_source"
	reasonParser    = "parser_changed"
	reasonDecision  = "decision"
	reasonNew       = "new_report"
	reasonGone      = "report_gone"
)

// Kinds of change.
const (
	changeAdded = "added"
	changeLost  = "lost"
	changeValue = "value"
	changeState = "state"
	changeOther = "other"
)

var changesTable = Table{
	Name:        "changes",
	Title:       "变更 changes",
	Description: "one row a cell that is not what it was in the version named by --since, and one row a report that is new or gone",
	Columns: []Column{
		reportColumn, organColumn, yearColumn,
		{Name: "metric", Type: Text, Description: "name of the metric; missing for a report as a whole"},
		{Name: "applicant", Type: Text, Description: "column of the table of requests", Categories: applicants},
		{Name: "origin", Type: Text, Description: "kind of place the figure is printed in", Categories: origins},
		{Name: "change", Type: Text, Description: "what changed", Required: true, Categories: []Category{
			{changeAdded, "the cell, or the report, was not there"}, {changeLost, "it is there no more"},
			{changeValue, "another number"}, {changeState, "another state, such as a number where there was a blank"},
			{changeOther, "unit, label or form"},
		}},
		{Name: "reason", Type: Text, Description: "why", Required: true, Categories: []Category{
			{reasonPublisher, "the page printed something else when it was captured again"},
			{reasonSource, "the report is now read at another address"},
			{reasonParser, "the same bytes were read by another extractor"},
			{reasonDecision, "somebody decided what the report is read as"},
			{reasonNew, "the report is new"}, {reasonGone, "the report is no longer one of the corpus"},
		}},
		{Name: "value_before", Type: Number, Description: "number in the earlier version"},
		{Name: "state_before", Type: Text, Description: "state in the earlier version", Categories: states},
		{Name: "value", Type: Number, Description: "number now"},
		{Name: "state", Type: Text, Description: "state now", Categories: states},
		{Name: "revision_before", Type: Integer, Description: "revision in the earlier version"},
		{Name: "revision", Type: Integer, Description: "revision now"},
	},
	each: changedCells,
	rest: goneReports,
}

// changes sums up what changed since an earlier version.
type changes struct {
	// reports are counted by reason, cells by reason and kind.
	reports map[string]int
	cells   map[[2]string]int
	cell    int
}

func (c *changes) count(reason, kind string) {
	if c.cells == nil {
		c.cells, c.reports = make(map[[2]string]int), make(map[string]int)
	}
	c.cells[[2]string{reason, kind}]++
	c.cell++
}

func (c *changes) countReport(reason string) {
	if c.reports == nil {
		c.cells, c.reports = make(map[[2]string]int), make(map[string]int)
	}
	c.reports[reason]++
}

// place names a cell of a report; several columns of an annex share metric and
// applicant, n counts them.
type place struct {
	cell
	origin report.Origin
	label  string
	n      int
}

// places are the figures of a report by place, in order.
func places(r *report.Report) ([]place, map[place]*report.Figure) {
	var order []place
	at := make(map[place]*report.Figure, len(r.Figures))
	for i := range r.Figures {
		f := &r.Figures[i]
		p := place{cell: cell{f.Metric, f.Applicant}, origin: f.Origin, label: f.Label}
		for at[p] != nil {
			p.n++
		}
		at[p] = f
		order = append(order, p)
	}
	return order, at
}

// changedCells compares a report with what it was.
func changedCells(x *run, e *Entry, out emit) error {
	if !e.Latest || e.Before != nil && e.Before.Report == nil {
		return nil
	}
	row := []string{e.ID, e.Report.Organ.Name, number(e.Report.Year), "", "", "", "", "", "", "", "", "", "", strconv.Itoa(e.Revision)}
	if e.Before == nil {
		x.changes.countReport(reasonNew)
		row[6], row[7] = changeAdded, reasonNew
		return out(row)
	}
	reason := reasonOf(e)
	row[7], row[12] = reason, strconv.Itoa(e.Before.Revision)
	emitted := false
	emitCell := func(p place, kind string, before, after *report.Figure) error {
		if isSignOff(p.label) || !x.metrics.takes(p.metric) {
			return nil
		}
		emitted = true
		x.changes.count(reason, kind)
		row[3], row[4], row[5], row[6] = p.metric, string(p.applicant), string(p.origin), kind
		row[8], row[9], row[10], row[11] = "", "", "", ""
		if before != nil {
			row[8], row[9] = before.Value, string(before.State)
		}
		if after != nil {
			row[10], row[11] = after.Value, string(after.State)
		}
		return out(row)
	}
	order, now := places(e.Report)
	past, was := places(e.Before.Report)
	for _, p := range order {
		after, before := now[p], was[p]
		kind := ""
		switch {
		case before == nil:
			kind = changeAdded
		case before.Value != after.Value && before.State.HasValue() && after.State.HasValue():
			kind = changeValue
		case before.State != after.State:
			kind = changeState
		case before.Unit != after.Unit || before.Raw != after.Raw && before.Value != after.Value:
			kind = changeOther
		}
		if kind != "" {
			if err := emitCell(p, kind, before, after); err != nil {
				return err
			}
		}
	}
	for _, p := range past {
		if now[p] == nil {
			if err := emitCell(p, changeLost, was[p], nil); err != nil {
				return err
			}
		}
	}
	if emitted {
		x.changes.countReport(reason)
	}
	return nil
}

// reasonOf says why a report is read as another revision than before.
func reasonOf(e *Entry) string {
	now, was := e.Report, e.Before.Report
	switch {
	case now.Source.URL != was.Source.URL || now.Source.Attachment != was.Source.Attachment:
		return reasonSource
	case now.Source.Snapshot != was.Source.Snapshot:
		return reasonPublisher
	case now.Extractor != was.Extractor:
		return reasonParser
	}
	return reasonDecision
}

// goneReports gives the reports that are no longer in the corpus.
func goneReports(x *run, out emit) error {
	if x.in.Gone == nil {
		return nil
	}
	for g := range x.in.Gone {
		if !x.o.Filter.takesYear(g.Year) || !x.o.Filter.takesSite(g.Site) {
			continue
		}
		x.changes.countReport(reasonGone)
		if err := out([]string{g.ID, g.Organ, number(g.Year), "", "", "", changeLost, reasonGone, "", "", "", "", strconv.Itoa(g.Revision), ""}); err != nil {
			return err
		}
	}
	return nil
}

// lines are the lines of the changelog.
func (c *changes) lines() []string {
	var lines []string
	what := map[string]string{
		reasonNew: "reports are new", reasonGone: "reports are no longer there",
		reasonPublisher: "reports: the publisher edited the page", reasonSource: "reports are read at another address",
		reasonParser: "reports: the extractor changed", reasonDecision: "reports: somebody decided what they are read as",
	}
	for _, r := range []string{reasonNew, reasonGone, reasonPublisher, reasonSource, reasonParser, reasonDecision} {
		if c.reports[r] == 0 {
			continue
		}
		line := fmt.Sprintf("%d %s", c.reports[r], what[r])
		kinds := slices.SortedFunc(maps.Keys(c.cells), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
		sep := "; cells: "
		for _, k := range kinds {
			if k[0] == r {
				line += fmt.Sprintf("%s%d %s", sep, c.cells[k], k[1])
				sep = ", "
			}
		}
		lines = append(lines, line)
	}
	if lines == nil {
		lines = []string{"nothing changed"}
	}
	return lines
}
