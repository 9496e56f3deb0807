package export

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gongkai/report"
)

var reportsTable = Table{
	Name:        "reports",
	Title:       "报告 reports",
	Description: "one row a report (organ, scope and year) and revision",
	Key:         []string{"report", "revision"},
	Sorted:      []string{"organ", "year", "report", "revision"},
	Foreign:     []ForeignKey{{[]string{"organ_id"}, "organs", []string{"organ_id"}}},
	Columns: []Column{
		reportColumn, organColumn, regionColumn, levelColumn, kindColumn, scopeColumn, yearColumn,
		{Name: "title", Type: Text, Description: "title as printed"},
		{Name: "published", Type: Date, Description: "date of publication, as printed"},
		{Name: "status", Type: Text, Description: "how much of the forms was printed and recovered", Categories: statuses, Required: true},
		{Name: "template_disclosure", Type: Text, Description: "form of the table 主动公开政府信息情况"},
		{Name: "template_requests", Type: Text, Description: "form of the table 收到和处理政府信息公开申请情况"},
		{Name: "template_review_litigation", Type: Text, Description: "form of the table 行政复议、行政诉讼情况"},
		{Name: "template_annex", Type: Text, Description: "form of the statistics annex"},
		{Name: "hard_failed", Type: Integer, Description: "hard accounting relations that the figures violate", Required: true},
		{Name: "soft_failed", Type: Integer, Description: "soft relations that the figures violate", Required: true},
		{Name: "url", Type: Text, Description: "address of the page"},
		{Name: "captured", Type: Time, Description: "time of the capture"},
		{Name: "snapshot", Type: Text, Description: "SHA-256 of the bytes it was read from"},
		{Name: "extractor", Type: Integer, Description: "version of the extractor", Required: true},
		revisionColumn,
		{Name: "latest", Type: Bool, Description: "whether this is the latest revision in the export", Required: true},
		organIDColumn,
		{Name: "organ_printed", Type: Text, Description: "name of the organ as printed, where organ completes it"},
		{Name: "organ_full_name", Type: Text, Description: "a fuller name of the organ, found elsewhere"},
		{Name: "site", Type: Text, Description: "id of the configured site"},
		{Name: "index_number", Type: Text, Description: "索引号 that the page gives"},
		{Name: "attachment", Type: Text, Description: "address of the file that the report was read from, when url is the page that links to it"},
		{Name: "format", Type: Text, Description: "format of the document"},
		{Name: "figures", Type: Integer, Description: "figures of the report", Required: true},
		{Name: "orphans", Type: Integer, Description: "printed numbers whose cell can't be known", Required: true},
		{Name: "stored", Type: Time, Description: "when the revision was stored"},
		flagsColumn,
		{Name: "region_name", Type: Text, Description: "name of the region with those of the areas it lies in"},
		{Name: "region_latest", Type: Text, Description: "codes of the same area in the newest list of divisions, separated by spaces"},
		{Name: "region_by", Type: Text, Description: "how the region is known; open while it is not", Categories: placeMethods},
		{Name: "stored_as", Type: Text, Description: "ID:NUMBER of the revision in the corpus, as gongkai show and diff take it; another ID where several stored reports are one"},
	},
	each: func(_ *run, e *Entry, out emit) error {
		r := e.Report
		hard, soft := failed(r)
		return out([]string{
			e.ID, r.Organ.Name, e.region(), r.Organ.Level, r.Organ.Kind, string(r.Scope), number(r.Year), r.Title,
			r.Published, string(r.Status), r.Template.Disclosure, r.Template.Requests, r.Template.ReviewLitigation, r.Template.Annex,
			strconv.Itoa(hard), strconv.Itoa(soft), r.Source.URL, r.Source.Captured, r.Source.Snapshot,
			strconv.Itoa(r.Extractor.Version), strconv.Itoa(e.Revision), strconv.FormatBool(e.Latest), e.OrganID,
			r.Organ.Printed, r.Organ.FullName, e.Site, r.Meta["索引号"], r.Source.Attachment, r.Source.Format,
			strconv.Itoa(len(r.Figures)), strconv.Itoa(len(r.Orphans)), moment(e.Stored), strings.Join(flags(e), " "),
			e.Place.Name, e.Place.Latest, e.Place.By, e.StoredAs,
		})
	},
}

// flags are the remarks on a report: its notes, and what is not known of it.
func flags(e *Entry) []string {
	r := e.Report
	f := slices.Clone(r.Notes)
	if r.Organ.Name == "" {
		f = append(f, "no_organ")
	}
	if r.Year == 0 {
		f = append(f, "no_year")
	}
	if e.region() == "" && e.Place.By != "central" {
		f = append(f, "no_region")
	}
	return f
}

// failed counts the relations that a report violates.
func failed(r *report.Report) (hard, soft int) {
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Verdict != report.Fail:
		case f.Severity == report.Hard:
			hard++
		default:
			soft++
		}
	}
	return hard, soft
}

// number writes an integer, 0 as missing.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
