package export

import (
	"iter"
	"time"

	"gongkai/corpus"
	"gongkai/report"
)

// Entry is one revision of a report with its place in the corpus.
type Entry struct {
	ID string
	// Revision is the number of the revision. Where several stored reports are one,
	// their revisions can have the same number; later ones get a free one.
	Revision int
	// StoredAs names the revision as the corpus keeps it: ID:NUMBER.
	StoredAs string
	// OrganID is the same for all reports of one organ.
	OrganID string
	Site    string
	Stored  time.Time
	Place   Place
	Report  *report.Report
	// Captures are the captures behind the report, of every address that gave
	// it, oldest first; those of the latest revision only.
	Captures []Capture
	// Before is what the report was in the corpus version of Options.Since, nil
	// when there was none; its Report is nil when that is the same. Only the latest
	// revision has it.
	Before *Before
	// Latest is set for the latest revision of the report.
	Latest bool
	// Ruled is what people found of figures, by their place in the report.
	Ruled map[int]corpus.Ruling
}

// Before is what an earlier version of the corpus said.
type Before struct {
	Revision int
	Report   *report.Report
	// Ruled is what people had found of figures of that report by then.
	Ruled map[int]corpus.Ruling
}

// Place says where the organ of a report is.
type Place struct {
	// Region is the GB/T 2260 code valid in the year of the report, Name its name
	// with those of the areas it lies in; empty while that is open.
	Region, Name string
	// Latest are the codes of the same area in the newest list, separated by spaces.
	Latest string
	// Identity is the same for all reports of the organ, over the years and whatever
	// became of its name; Government is the identity of the government whose aggregate
	// adds its reports up, empty when there is none or it is not known.
	Identity, Government string
	// By says how it is known: name, configured, site_code, credit_code, host,
	// central, decision, or open.
	By string
}

// region is the code of the organ's place, else that of the report itself.
func (e *Entry) region() string {
	if e.Place.Region != "" || e.Place.By != "" {
		return e.Place.Region
	}
	return e.Report.Organ.Region
}

// Capture is one response that stands behind a report.
type Capture struct {
	ID, URL, Page, FinalURL, Site, Run string
	Time                               time.Time
	Status                             int
	Verdict, Snapshot                  string
	Bytes                              int64
	Revisit                            bool
}

// Source yields the reports of an export in their fixed order: by organ, year,
// ID and revision, so that the revisions of a report stand together.
type Source = iter.Seq2[Entry, error]

// Seen is a page that was listed as a report or captured, and gave none.
type Seen struct {
	Site, URL, Title string
	Year             int
	// Organ is the name of the organ that the title gives, empty when it gives
	// none.
	Organ string
	// Why says why there is no report.
	Why string
}

// Gone is a report that the corpus no longer has as one of its own.
type Gone struct {
	ID       string
	Revision int
	Organ    string
	Year     int
	Site     string
}
