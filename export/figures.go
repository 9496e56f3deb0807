package export

import (
	"strconv"
	"strings"

	"gongkai/report"
)

// The qualities of a figure.
const (
	qualityOK        = "ok"
	qualitySuspect   = "suspect"
	qualityUnchecked = "unchecked"
)

var figuresTable = Table{
	Name:        "figures",
	Title:       "数据 figures",
	Description: "one row a printed value, long and tidy; nothing is imputed",
	Key:         []string{"report", "revision", "position"},
	Sorted:      []string{"organ", "year", "report", "revision"},
	Foreign: []ForeignKey{
		{[]string{"report", "revision"}, "reports", []string{"report", "revision"}},
		{[]string{"organ_id"}, "organs", []string{"organ_id"}},
	},
	Columns: []Column{
		reportColumn, organColumn, regionColumn, levelColumn, scopeColumn, yearColumn,
		{Name: "template", Type: Text, Description: "form of the table the figure stands in"},
		{Name: "origin", Type: Text, Description: "kind of place the figure was printed in", Categories: origins, Required: true},
		{Name: "metric", Type: Text, Description: "name of the metric, see codebook; local_row for a row that the form does not have", Required: true},
		{Name: "applicant", Type: Text, Description: "column of the table of requests", Categories: applicants},
		{Name: "value", Type: Number, Description: "the printed number; missing unless state is ok, zero or approximate"},
		{Name: "state", Type: Text, Description: "what stands in the cell", Categories: states, Required: true},
		{Name: "unit", Type: Text, Description: "unit; missing when none is printed or fixed by the form"},
		{Name: "raw", Type: Text, Description: "text as printed"},
		{Name: "quality", Type: Text, Description: "whether the hard relations through the figure hold", Categories: qualities, Required: true},
		{Name: "snapshot", Type: Text, Description: "SHA-256 of the bytes it was read from"},
		{Name: "locator", Type: Text, Description: "place in the document, JSON: block, row and col of a table or start and end of a sentence in code points, page", Required: true},
		{Name: "url", Type: Text, Description: "address of the page"},
		{Name: "published", Type: Date, Description: "date of publication"},
		{Name: "captured", Type: Time, Description: "time of the capture"},
		{Name: "extractor", Type: Integer, Description: "version of the extractor", Required: true},
		revisionColumn,
		{Name: "position", Type: Integer, Description: "place among the figures of the report, from 1", Required: true},
		{Name: "label", Type: Text, Description: "printed label of a local row"},
		organIDColumn, kindColumn, flagsColumn,
	},
	each: figureRows,
}

// flagInexact marks a figure with more digits than a double holds.
const flagInexact = "inexact"

// figureRows gives the figures of a report that the selection takes.
func figureRows(x *run, e *Entry, out emit) error {
	r := e.Report
	q := qualityOf(r)
	var common string
	for _, f := range flags(e) {
		if strings.HasPrefix(f, "no_") {
			common = joined(common, f)
		}
	}
	year, extractor, revision := number(r.Year), strconv.Itoa(r.Extractor.Version), strconv.Itoa(e.Revision)
	row := x.row
	for i := range r.Figures {
		f := &r.Figures[i]
		if !x.metrics.takes(f.Metric) || isSignOff(f.Label) {
			continue
		}
		quality := q.of(f)
		if !x.o.Quality.takes(quality) {
			continue
		}
		x.locator = appendLocator(x.locator[:0], f.Locator)
		more := common
		if digits(f.Value) > 15 {
			more = joined(more, flagInexact)
		}
		row = append(row[:0],
			e.ID, r.Organ.Name, e.region(), r.Organ.Level, string(r.Scope), year, templateOf(r, f), string(f.Origin),
			f.Metric, string(f.Applicant), f.Value, string(f.State), f.Unit, private(f.Raw), quality, r.Source.Snapshot, string(x.locator),
			r.Source.URL, r.Published, r.Source.Captured, extractor, revision, strconv.Itoa(i+1), private(f.Label), e.OrganID, r.Organ.Kind, more)
		if err := out(row); err != nil {
			return err
		}
		x.res.Figures++
	}
	x.row = row
	return nil
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// digits counts the significant digits of a decimal string.
func digits(v string) int {
	if len(v) <= 15 {
		return len(v)
	}
	return len(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(v), "0"))
}

// appendLocator writes a locator as its JSON.
func appendLocator(b []byte, l report.Locator) []byte {
	b = strconv.AppendInt(append(b, `{"block":`...), int64(l.Block), 10)
	for _, part := range [...]struct {
		name string
		n    *int
	}{{`,"row":`, l.Row}, {`,"col":`, l.Col}, {`,"start":`, l.Start}, {`,"end":`, l.End}} {
		if part.n != nil {
			b = strconv.AppendInt(append(b, part.name...), int64(*part.n), 10)
		}
	}
	if l.Page != 0 {
		b = strconv.AppendInt(append(b, `,"page":`...), int64(l.Page), 10)
	}
	return append(b, '}')
}

// templateOf names the form of the table a figure stands in.
func templateOf(r *report.Report, f *report.Figure) string {
	switch {
	case f.Origin == report.OriginAnnex:
		return r.Template.Annex
	case f.Origin == report.OriginText:
		return ""
	}
	switch tableOf(f.Metric) {
	case report.SectionDisclosure:
		return r.Template.Disclosure
	case report.SectionRequests:
		return r.Template.Requests
	case report.SectionReviewLitigation:
		return r.Template.ReviewLitigation
	}
	return ""
}

// tableOf is the table of the forms that a metric belongs to, by its name.
func tableOf(metric string) string {
	group, _, _ := strings.Cut(metric, ".")
	switch group {
	case report.SectionDisclosure, report.SectionRequests, report.SectionReviewLitigation, "annex", "text":
		return group
	case "review", "litigation":
		return report.SectionReviewLitigation
	}
	return ""
}

func operand(metric string, a report.Applicant) string {
	if a == "" {
		return metric
	}
	return metric + "@" + string(a)
}

// quality tells for each figure of a report whether the hard relations through
// it hold.
type quality struct {
	worst map[string]string
	name  []byte // of an operand
	// whole tells that the numbers of the table 主动公开政府信息情况, in which there
	// is no arithmetic, were looked at one by one: whole and not negative.
	whole bool
}

// domainRule ends the ids of the relations that look at each number of a table;
// they are evaluated at the table, or at a number that fails.
const domainRule = ".DOM"

func qualityOf(r *report.Report) quality {
	q := quality{worst: make(map[string]string, 256)}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity != report.Hard || f.Verdict == report.NotEvaluated {
			continue
		}
		if strings.HasSuffix(f.Rule, domainRule) && tableOf(f.At) == report.SectionDisclosure {
			q.whole = true
		}
		for _, o := range f.Operands {
			if f.Verdict == report.Fail {
				q.worst[o] = qualitySuspect
			} else if _, seen := q.worst[o]; !seen {
				q.worst[o] = qualityOK
			}
		}
	}
	return q
}

func (q *quality) of(f *report.Figure) string {
	if f.Origin == report.OriginText {
		return qualityUnchecked
	}
	q.name = append(q.name[:0], f.Metric...)
	if f.Applicant != "" {
		q.name = append(append(q.name, '@'), f.Applicant...)
	}
	if w, ok := q.worst[string(q.name)]; ok {
		return w
	}
	if f.State.HasValue() && f.State != report.StateApproximate && tableOf(f.Metric) == report.SectionDisclosure && q.whole {
		return qualityOK
	}
	return qualityUnchecked
}
