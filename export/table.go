package export

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"gongkai/report"
)

// Table is one table of the dataset.
type Table struct {
	Name, Description string
	Columns           []Column
	// Key are the columns that make a row unique.
	Key []string
	// rows gives the rows of one report; values stand in the order of Columns,
	// "" is missing.
	rows func(Entry) iter.Seq[[]string]
	// fixed gives rows that don't come from reports; exclusive with rows.
	fixed func() iter.Seq[[]string]
}

// Column is one column of a table.
type Column struct {
	Name, Type, Description string // Type is string, integer, number or date
}

// Tables are the tables of the dataset in their fixed order.
func Tables() []Table {
	return []Table{reportsTable, figuresTable, findingsTable, codebookTable}
}

var reportsTable = Table{
	Name:        "reports",
	Description: "one row a report: organ, scope and year",
	Key:         []string{"report", "revision"},
	Columns: []Column{
		{"report", "string", "id of the report in the corpus"},
		{"organ", "string", "reporting organ, as printed or completed to its government"},
		{"region", "string", "GB/T 2260 code, six digits"},
		{"level", "string", "central, province, city, county, township"},
		{"kind", "string", "government, office, department …"},
		{"scope", "string", "own, aggregate or unknown"},
		{"year", "integer", "year the report is about"},
		{"title", "string", "title as printed"},
		{"published", "date", "date of publication, as printed"},
		{"status", "string", "complete, partial or narrative"},
		{"template_disclosure", "string", "form of table two"},
		{"template_requests", "string", "form of table three"},
		{"template_review_litigation", "string", "form of table four"},
		{"hard_failed", "integer", "hard accounting relations that the figures violate"},
		{"url", "string", "address of the page"},
		{"captured", "string", "time of the capture, RFC 3339"},
		{"snapshot", "string", "SHA-256 of the bytes it was read from"},
		{"extractor", "integer", "version of the extractor"},
		{"revision", "integer", "revision of the report in the corpus"},
	},
	rows: func(e Entry) iter.Seq[[]string] {
		return func(yield func([]string) bool) {
			r := e.Report
			hard := 0
			for _, f := range r.Findings {
				if f.Severity == report.Hard && f.Verdict == report.Fail {
					hard++
				}
			}
			yield([]string{
				e.ID, r.Organ.Name, r.Organ.Region, r.Organ.Level, r.Organ.Kind, string(r.Scope), year(r), r.Title,
				r.Published, string(r.Status), r.Template.Disclosure, r.Template.Requests, r.Template.ReviewLitigation,
				strconv.Itoa(hard), r.Source.URL, r.Source.Captured, r.Source.Snapshot,
				strconv.Itoa(r.Extractor.Version), strconv.Itoa(e.Revision),
			})
		}
	},
}

var figuresTable = Table{
	Name:        "figures",
	Description: "one row a printed value, long and tidy; nothing is imputed",
	Columns: []Column{
		{"report", "string", "id of the report"},
		{"organ", "string", "reporting organ"},
		{"region", "string", "GB/T 2260 code"},
		{"level", "string", "level of the organ"},
		{"scope", "string", "own, aggregate or unknown"},
		{"year", "integer", "year the report is about"},
		{"template", "string", "form of the table the figure stands in"},
		{"origin", "string", "table, annex or text"},
		{"metric", "string", "name of the metric, see codebook"},
		{"applicant", "string", "column of the table of requests"},
		{"label", "string", "printed label of a local row"},
		{"value", "number", "the printed number; missing unless state is ok, zero or approximate"},
		{"state", "string", "ok, zero, empty, dash, not_applicable, text, approximate, not_recovered"},
		{"unit", "string", "unit; missing when none is printed or fixed by the form"},
		{"raw", "string", "text as printed"},
		{"quality", "string", "ok: every hard relation through the cell holds; suspect: one fails; unchecked: none could be evaluated"},
		{"snapshot", "string", "SHA-256 of the bytes it was read from"},
		{"locator", "string", "place in the document, JSON"},
		{"url", "string", "address of the page"},
		{"published", "date", "date of publication"},
		{"captured", "string", "time of the capture, RFC 3339"},
		{"extractor", "integer", "version of the extractor"},
		{"revision", "integer", "revision of the report"},
	},
	rows: figureRows,
}

func figureRows(e Entry) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		r := e.Report
		quality := qualityOf(r)
		head := []string{e.ID, r.Organ.Name, r.Organ.Region, r.Organ.Level, string(r.Scope), year(r)}
		tail := []string{r.Source.URL, r.Published, r.Source.Captured, strconv.Itoa(r.Extractor.Version), strconv.Itoa(e.Revision)}
		for _, f := range r.Figures {
			locator, err := json.Marshal(f.Locator)
			if err != nil {
				panic(fmt.Sprintf("export: locator: %v", err)) // plain integers always marshal
			}
			row := append(slices.Clone(head),
				templateOf(r, f), string(f.Origin), f.Metric, string(f.Applicant), f.Label, f.Value, string(f.State),
				f.Unit, f.Raw, quality(f), r.Source.Snapshot, string(locator))
			if !yield(append(row, tail...)) {
				return
			}
		}
	}
}

var findingsTable = Table{
	Name:        "findings",
	Description: "one row a relation that was evaluated or could not be",
	Columns: []Column{
		{"report", "string", "id of the report"},
		{"organ", "string", "reporting organ"},
		{"year", "integer", "year the report is about"},
		{"rule", "string", "id of the relation"},
		{"severity", "string", "hard or soft"},
		{"verdict", "string", "pass, fail or not_evaluated"},
		{"at", "string", "what it was evaluated on"},
		{"expected", "number", "what the parts give"},
		{"got", "number", "what is printed"},
		{"suspect", "string", "cell that most likely carries the error"},
		{"implied", "number", "value that would satisfy the relations"},
		{"doubt", "string", "publisher or extraction"},
		{"revision", "integer", "revision of the report"},
	},
	rows: func(e Entry) iter.Seq[[]string] {
		return func(yield func([]string) bool) {
			for _, f := range e.Report.Findings {
				var suspect, implied string
				if s := f.Suspect; s != nil {
					suspect, implied = operand(s.Metric, s.Applicant), s.Implied
				}
				if !yield([]string{
					e.ID, e.Report.Organ.Name, year(e.Report), f.Rule, string(f.Severity), string(f.Verdict), f.At,
					f.Expected, f.Got, suspect, implied, string(f.Doubt), strconv.Itoa(e.Revision),
				}) {
					return
				}
			}
		}
	},
}

var codebookTable = Table{
	Name:        "codebook",
	Description: "one row a metric: what it is called in each form, its unit and kind",
	Key:         []string{"metric"},
	Columns: []Column{
		{"metric", "string", "name of the metric"},
		{"table", "string", "table of the form, annex or text"},
		{"label_2014", "string", "label in the statistics annex of 2014–2018"},
		{"label_2019", "string", "label in the form of 2019"},
		{"label_2021", "string", "label in the form of 2021"},
		{"label_text", "string", "what is read from sentences"},
		{"unit", "string", "unit that the form fixes"},
		{"kind", "string", "count, signed_count or decimal"},
	},
	fixed: func() iter.Seq[[]string] {
		return func(yield func([]string) bool) {
			for _, m := range report.Metrics() {
				if !yield([]string{m.Name, m.Table, m.Label["2014"], m.Label["2019"], m.Label["2021"], m.Label["text"], m.Unit, m.Kind}) {
					return
				}
			}
		}
	},
}

func year(r *report.Report) string {
	if r.Year == 0 {
		return ""
	}
	return strconv.Itoa(r.Year)
}

// templateOf names the form of the table a figure stands in.
func templateOf(r *report.Report, f report.Figure) string {
	if f.Origin == report.OriginAnnex {
		return r.Template.Annex
	}
	m, ok := report.LookupMetric(f.Metric)
	if !ok {
		return ""
	}
	switch m.Table {
	case "disclosure":
		return r.Template.Disclosure
	case "requests":
		return r.Template.Requests
	case "review_litigation":
		return r.Template.ReviewLitigation
	}
	return ""
}

func operand(metric string, a report.Applicant) string {
	if a == "" {
		return metric
	}
	return metric + "@" + string(a)
}

// qualityOf tells for each figure whether the hard relations through it hold.
func qualityOf(r *report.Report) func(report.Figure) string {
	worst := make(map[string]string)
	for _, f := range r.Findings {
		if f.Severity != report.Hard || f.Verdict == report.NotEvaluated {
			continue
		}
		for _, o := range f.Operands {
			if f.Verdict == report.Fail {
				worst[o] = "suspect"
			} else if worst[o] == "" {
				worst[o] = "ok"
			}
		}
	}
	return func(f report.Figure) string {
		if q := worst[operand(f.Metric, f.Applicant)]; q != "" && f.Origin != report.OriginText {
			return q
		}
		return "unchecked"
	}
}
