package export

import (
	"strconv"
	"strings"

	"gongkai/report"
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
		{Name: "locator", Type: Text, Description: "place in the document, JSON: block, row and col of a table or start and end of a sentence in code points, page, file (an attachment of the page, by its number)", Required: true},
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

// The flags of a figure, beside those of its report.
const (
	flagInexact    = "inexact"    // it has more digits than a double holds
	flagRecognised = "recognised" // it was read from a picture, and its relations hold
)

// figureRows gives the figures of a report that the selection takes.
func figureRows(x *run, e *Entry, out emit) error {
	r := e.Report
	x.judge.read(e)
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
		quality := x.judge.quality(i)
		if !x.o.Quality.takes(quality, e.Ruled[i]) {
			continue
		}
		x.locator = appendLocator(x.locator[:0], f.Locator)
		more := common
		if digits(f.Value) > 15 {
			more = joined(more, flagInexact)
		}
		if f.Recognised {
			more = joined(more, flagRecognised)
		}
		if ruling := e.Ruled[i]; ruling != "" {
			more = joined(more, rulingFlag(ruling))
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
	if l.File != 0 {
		b = strconv.AppendInt(append(b, `,"file":`...), int64(l.File), 10)
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
