package export

import (
	"strconv"

	"gongkai/report"
)

// wideTable gives one row a report with a column for each figure of the forms:
// metric, or metric.applicant in the table of requests. Text metrics and the
// metrics of the annex are columns, too.
func wideTable(metrics metricFilter) Table {
	t := Table{
		Name:        "wide",
		Title:       "宽表 wide",
		Description: "one row a report, one column a figure; missing where the figure has no value",
		Key:         []string{"report", "revision"},
		Sorted:      []string{"organ", "year", "report", "revision"},
		Foreign:     []ForeignKey{{[]string{"report", "revision"}, "reports", []string{"report", "revision"}}},
		Columns: []Column{
			reportColumn, revisionColumn, organIDColumn, organColumn, regionColumn, levelColumn, kindColumn, scopeColumn, yearColumn,
			{Name: "template", Type: Text, Description: "form of the table of requests, else of the annex"},
			{Name: "status", Type: Text, Description: "status of the report", Categories: statuses, Required: true},
			{Name: "hard_failed", Type: Integer, Description: "hard accounting relations that the figures violate", Required: true},
		},
	}
	fixed := len(t.Columns)
	index := make(map[cell]int)
	for _, m := range report.Metrics() {
		if !metrics.takes(m.Name) {
			continue
		}
		add := func(a report.Applicant) {
			name := m.Name
			if a != "" {
				name += "." + string(a)
			}
			index[cell{m.Name, a}] = len(t.Columns)
			t.Columns = append(t.Columns, Column{Name: name, Type: Number, Description: m.Short()})
		}
		if m.Table != report.SectionRequests {
			add("")
			continue
		}
		for _, a := range report.Applicants() {
			add(a)
		}
	}
	t.each = func(x *run, e *Entry, out emit) error {
		r := e.Report
		hard, _ := failed(r)
		template := r.Template.Requests
		if template == "" {
			template = r.Template.Annex
		}
		row := make([]string, len(t.Columns))
		copy(row[:fixed], []string{
			e.ID, strconv.Itoa(e.Revision), e.OrganID, r.Organ.Name, e.region(), r.Organ.Level, r.Organ.Kind,
			string(r.Scope), number(r.Year), template, string(r.Status), strconv.Itoa(hard),
		})
		x.judge.read(e)
		for i := range r.Figures {
			f := &r.Figures[i]
			at, ok := index[cell{f.Metric, f.Applicant}]
			// The first one stands: a figure is not printed twice but in an annex with
			// columns of several organs.
			if ok && row[at] == "" && x.o.Quality.takes(x.judge.quality(i), e.Ruled[i]) {
				row[at] = f.Value
			}
		}
		return out(row)
	}
	return t
}

// cell names a figure of the forms.
type cell struct {
	metric    string
	applicant report.Applicant
}
