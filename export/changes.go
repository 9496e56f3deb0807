package export

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gongkai/corpus"
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
	changeFound = "decided"
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
			{changeOther, "unit, label or form"}, {changeFound, "somebody looked at the page and found the figure right, wrong or unreadable"},
		}},
		{Name: "reason", Type: Text, Description: "why", Required: true, Categories: []Category{
			{reasonPublisher, "the page printed something else when it was captured again"},
			{reasonSource, "the report is now read at another address"},
			{reasonParser, "the same bytes were read by another extractor"},
			{reasonDecision, "somebody decided what the report is read as, or found out by the page whether the cell is right"},
			{reasonNew, "the report is new"}, {reasonGone, "the report is no longer one of the corpus"},
		}},
		{Name: "value_before", Type: Number, Description: "number in the earlier version"},
		{Name: "state_before", Type: Text, Description: "state in the earlier version", Categories: states},
		{Name: "value", Type: Number, Description: "number now"},
		{Name: "state", Type: Text, Description: "state now", Categories: states},
		{Name: "decided", Type: Text, Description: "what somebody found of the cell", Categories: rulings},
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

// changeRow is a row of the table changes, by its columns.
type changeRow struct {
	report, organ, year      string
	place                    place
	change, reason           string
	before, after            *report.Figure
	decided                  string
	revisionBefore, revision string
}

func (c *changeRow) values() []string {
	row := []string{
		c.report, c.organ, c.year, c.place.metric, string(c.place.applicant), string(c.place.origin), c.change, c.reason,
		"", "", "", "", c.decided, c.revisionBefore, c.revision,
	}
	if c.before != nil {
		row[8], row[9] = c.before.Value, string(c.before.State)
	}
	if c.after != nil {
		row[10], row[11] = c.after.Value, string(c.after.State)
	}
	return row
}

// changedCells compares a report with what it was.
func changedCells(x *run, e *Entry, out emit) error {
	if !e.Latest {
		return nil
	}
	row := changeRow{report: e.ID, organ: e.Report.Organ.Name, year: number(e.Report.Year), revision: strconv.Itoa(e.Revision)}
	if e.Before == nil {
		x.changes.countReport(reasonNew)
		row.change, row.reason = changeAdded, reasonNew
		return out(row.values())
	}
	row.revisionBefore = strconv.Itoa(e.Before.Revision)
	c := comparison{x: x, row: row, out: out}
	if e.Before.Report != nil {
		if err := c.cells(e); err != nil {
			return err
		}
	}
	return c.decisions(e)
}

// comparison compares a report with what it was.
type comparison struct {
	x    *run
	row  changeRow
	out  emit
	seen string // the reason of the row that was written last
}

// write writes a row about a cell, if the export takes it.
func (c *comparison) write(p place, kind, reason string, before, after *report.Figure) error {
	if isSignOff(p.label) || !c.x.metrics.takes(p.metric) {
		return nil
	}
	if c.seen != reason {
		c.x.changes.countReport(reason)
		c.seen = reason
	}
	c.x.changes.count(reason, kind)
	c.row.place, c.row.change, c.row.reason, c.row.before, c.row.after = p, kind, reason, before, after
	return c.out(c.row.values())
}

// cells compares the figures of two revisions.
func (c *comparison) cells(e *Entry) error {
	reason := reasonOf(e)
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
		if kind == "" {
			continue
		}
		if err := c.write(p, kind, reason, before, after); err != nil {
			return err
		}
	}
	for _, p := range past {
		if now[p] == nil {
			if err := c.write(p, changeLost, reason, was[p], nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// decisions finds the figures of which people found out more.
func (c *comparison) decisions(e *Entry) error {
	if len(e.Ruled) == 0 && len(e.Before.Ruled) == 0 {
		return nil
	}
	past := e.Before.Report
	if past == nil {
		past = e.Report
	}
	_, was := places(past)
	found := make(map[*report.Figure]corpus.Ruling, len(e.Before.Ruled))
	for i, ruling := range e.Before.Ruled {
		found[&past.Figures[i]] = ruling
	}
	order, now := places(e.Report)
	for i, p := range order {
		ruling := e.Ruled[i]
		if ruling == found[was[p]] {
			continue
		}
		c.row.decided = ""
		if ruling != "" {
			c.row.decided = rulingFlag(ruling)
		}
		if err := c.write(p, changeFound, reasonDecision, was[p], now[p]); err != nil {
			return err
		}
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
func goneReports(_ context.Context, x *run, out emit) error {
	if x.in.Gone == nil {
		return nil
	}
	for g := range x.in.Gone {
		if !x.o.Filter.takesYear(g.Year) || !x.o.Filter.takesSite(g.Site) {
			continue
		}
		x.changes.countReport(reasonGone)
		row := changeRow{
			report: g.ID, organ: g.Organ, year: number(g.Year), change: changeLost, reason: reasonGone, revisionBefore: strconv.Itoa(g.Revision),
		}
		if err := out(row.values()); err != nil {
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
		reasonParser: "reports: the extractor changed", reasonDecision: "reports: somebody decided what they are read as, or looked at their cells",
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
