// Package report is the vocabulary of gongkai: what a report, a figure and a
// finding are, and which metrics there are. Everybody imports it; it imports
// nobody.
//
// A [Report] is one annual report on open government information
// (政府信息公开工作年度报告) of one [Organ] for one year, as one extractor version
// read it from named bytes. Its [Figure] values are what was printed, each with
// a [Locator] that leads back to the printed cell or sentence; its [Finding]
// values are the accounting relations (勾稽关系) evaluated on them.
//
// The promise of the vocabulary is that absent is never zero: a figure carries a
// [State], and only the states ok, zero and approximate carry a value.
//
// Metric names live in [Metrics], read from metrics.csv in this folder.
package report

// Schema is the version of the JSON form of a Report. It grows when a reader of
// the old form would misread the new one; added fields do not count.
const Schema = 1

// Report is one annual report as extracted: the object that `extract --json`
// prints and the corpus keeps.
type Report struct {
	Schema int    `json:"schema"`
	Title  string `json:"title"`
	Organ  Organ  `json:"organ"`
	// Scope says whether the figures are the organ's own or add up a region.
	Scope Scope `json:"scope"`
	// Year is the year the report is about, 0 when the text does not tell.
	Year int `json:"year"`
	// Published is the date the page or the sign-off gives, YYYY-MM-DD, or empty.
	Published string `json:"published,omitempty"`
	// Meta holds the label block above the body (索引号, 发布机构, 文号 …); labels
	// have their inner spaces removed. The meta tag SiteIDCode (网站标识码) stands
	// among them under that name.
	Meta     map[string]string `json:"meta,omitempty"`
	Template Templates         `json:"template"`
	Status   Status            `json:"status"`
	Sections []Section         `json:"sections"`
	Figures  []Figure          `json:"figures"`
	// Orphans are printed numbers whose cell can't be known.
	Orphans  []Orphan  `json:"orphans,omitempty"`
	Findings []Finding `json:"findings"`
	// Copies are repeated bodies of the same page that were set aside.
	Copies []Copy `json:"copies,omitempty"`
	// Head says from where title, organ, year, scope and dates were taken.
	Head []Evidence `json:"head,omitempty"`
	// Notes are remarks on the document as a whole, such as table_in_attachment
	// or template_year_mismatch, sorted.
	Notes     []string  `json:"notes,omitempty"`
	Source    Source    `json:"source"`
	Extractor Extractor `json:"extractor"`
}

// Organ is the government body that reports.
type Organ struct {
	// Name is what title, text or metadata gives, with two completions only: a
	// bare place (平凉市) becomes its government (平凉市人民政府), and 我局 or 本镇
	// becomes the organ of the site or column when the caller named it.
	Name string `json:"name"`
	// FullName is a fuller name found elsewhere (site name, region), if any.
	FullName string `json:"full_name,omitempty"`
	// Printed is the name exactly as printed, when Name completes it.
	Printed string `json:"printed,omitempty"`
	// Region is a GB/T 2260 code of six digits, empty when unknown.
	Region string `json:"region,omitempty"`
	// Level is central, province, city, county, township or empty.
	Level string `json:"level,omitempty"`
	// Kind is government, office, department, subdistrict, functional_zone,
	// other or empty.
	Kind string `json:"kind,omitempty"`
}

// Scope tells whose figures a report holds.
type Scope string

// The scopes of a report.
const (
	ScopeOwn       Scope = "own"       // 本机关
	ScopeAggregate Scope = "aggregate" // 本行政区域汇总
	ScopeUnknown   Scope = "unknown"
)

// Status sums up how much of the forms a report printed and we recovered.
type Status string

// The statuses of a report.
const (
	// StatusComplete: every cell of every table of the form is known (a number
	// or an explicit sign).
	StatusComplete Status = "complete"
	// StatusPartial: tables are there, but cells are empty or not recovered, or
	// a table of the form is absent.
	StatusPartial Status = "partial"
	// StatusNarrative: a report in prose without official tables.
	StatusNarrative Status = "narrative"
)

// Templates names the official form each table block follows; empty where the
// report has no such table. One report can mix forms.
type Templates struct {
	Disclosure       string `json:"disclosure,omitempty"`        // 二、主动公开政府信息情况
	Requests         string `json:"requests,omitempty"`          // 三、收到和处理政府信息公开申请情况
	ReviewLitigation string `json:"review_litigation,omitempty"` // 四、行政复议、行政诉讼情况
	Annex            string `json:"annex,omitempty"`             // 政府信息公开情况统计表
}

// The keys of the six sections of the 2019 and 2021 forms. A narrative report
// has further keys, all lower-case words; see package extract.
const (
	SectionOverview         = "overview"          // 总体情况, 概述
	SectionDisclosure       = "disclosure"        // 主动公开政府信息情况
	SectionRequests         = "requests"          // 收到和处理政府信息公开申请情况
	SectionReviewLitigation = "review_litigation" // 行政复议、行政诉讼情况
	SectionProblems         = "problems"          // 存在的主要问题及改进情况
	SectionOther            = "other"             // 其他需要报告的事项
)

// Section is one top-level part of the body.
type Section struct {
	Key     string `json:"key"`
	Heading string `json:"heading"`
	// Text is the prose of the section, paragraphs separated by a line feed,
	// tables left out.
	Text string `json:"text"`
	// From and To are the first block of the section (its heading) and the block
	// after its last.
	From int `json:"from"`
	To   int `json:"to"`
}

// Copy is a repeated body, set aside: blocks From up to but not including To
// repeat the body that begins at block Of.
type Copy struct {
	From int `json:"from"`
	To   int `json:"to"`
	Of   int `json:"of"`
	// Note says what is different about the copy (truncated, no tables), if
	// anything.
	Note string `json:"note,omitempty"`
}

// Orphan is a printed number that belongs to no cell that can be known.
type Orphan struct {
	Raw string `json:"raw"`
	// Under is the label of the innermost block of the form that surrounds it.
	Under   string  `json:"under,omitempty"`
	Locator Locator `json:"locator"`
}

// Evidence says where one fact of the head was read and how much it weighs.
type Evidence struct {
	// Field is title, organ, year, scope, published or template.
	Field string `json:"field"`
	Value string `json:"value"`
	// From names the place: meta:ArticleTitle, h1, first_line, body_period,
	// listing, url, sign_off, caller …
	From string `json:"from"`
	// Rank orders the evidence of a field, 1 is the one that decided.
	Rank int `json:"rank"`
}

// Source is the capture a report was read from.
type Source struct {
	URL      string `json:"url,omitempty"`
	Captured string `json:"captured,omitempty"` // RFC 3339, UTC
	Snapshot string `json:"snapshot,omitempty"` // sha256:…
	// File is set instead of URL when a local file was read.
	File string `json:"file,omitempty"`
	// Charset and Method say how bytes became text.
	Format  string `json:"format,omitempty"`
	Charset string `json:"charset,omitempty"`
	Method  string `json:"method,omitempty"`
	// Attachment is the second source when the report stood in an attachment.
	Attachment string `json:"attachment,omitempty"`
	// Files are the attachments that were read beside the page; Locator.File counts
	// them from 1.
	Files []SourceFile `json:"files,omitempty"`
}

// SourceFile is an attachment that was read with its page.
type SourceFile struct {
	// Name is its address, else its file name.
	Name     string `json:"name"`
	Format   string `json:"format,omitempty"`
	Snapshot string `json:"snapshot,omitempty"` // sha256:…
	// Use says what it gave: report (all of it), tables (those that the page does
	// not print), compared (the same tables as the page), or none.
	Use string `json:"use"`
	// Why says why nothing was used of it.
	Why string `json:"why,omitempty"`
}

// Extractor names what made the report from its bytes.
type Extractor struct {
	Version int    `json:"version"`
	Options string `json:"options"` // hash of the options that change results
}
