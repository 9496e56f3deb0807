package report

// Figure is one printed value.
type Figure struct {
	// Metric is a name of the dictionary (see Metrics), or local_row for a row
	// that the official form does not have.
	Metric string `json:"metric"`
	// Applicant is the column of the table of requests, empty elsewhere.
	Applicant Applicant `json:"applicant,omitempty"`
	// Label is the printed label of a local row or column, empty elsewhere.
	Label  string `json:"label,omitempty"`
	Origin Origin `json:"origin"`
	State  State  `json:"state"`
	// Value is a decimal string, present only when the state is ok, zero or
	// approximate. A 万 that belongs to a count is multiplied out (62.35万余条 is
	// 623500 条); 万元 and 亿元 are units and stay (10万元 is 10 万元).
	Value string `json:"value,omitempty"`
	// Unit is what cell, header or caption print, else the unit that the form
	// itself fixes, else empty: unknown.
	Unit string `json:"unit,omitempty"`
	// Raw is the printed text the value was read from.
	Raw string `json:"raw,omitempty"`
	// Quote is the sentence around a figure of origin text.
	Quote string `json:"quote,omitempty"`
	// Recognised marks a figure that was read from a picture by a program and
	// confirmed by the relations of its table.
	Recognised bool    `json:"recognised,omitempty"`
	Locator    Locator `json:"locator"`
}

// Applicant is a column of the table of requests (申请人情况).
type Applicant string

// The columns of the table of requests, in printed order. OrgSubtotal is a local
// variant (法人或其他组织 小计).
const (
	NaturalPerson Applicant = "natural_person" // 自然人
	Enterprise    Applicant = "enterprise"     // 商业企业
	Research      Applicant = "research"       // 科研机构
	Welfare       Applicant = "welfare"        // 社会公益组织
	LegalService  Applicant = "legal_service"  // 法律服务机构
	OtherOrg      Applicant = "other_org"      // 其他
	Total         Applicant = "total"          // 总计
	OrgSubtotal   Applicant = "org_subtotal"   // 小计
)

// Applicants lists the seven official columns in printed order.
func Applicants() []Applicant {
	return []Applicant{NaturalPerson, Enterprise, Research, Welfare, LegalService, OtherOrg, Total}
}

// Origin tells in what kind of place a figure was printed.
type Origin string

// The origins of a figure.
const (
	OriginTable Origin = "table" // one of the tables of the 2019 and 2021 forms
	OriginAnnex Origin = "annex" // the statistics annex of 2014–2018 or its forerunner
	OriginText  Origin = "text"  // a sentence
)

// State tells what stands in a cell. Only ok, zero and approximate have a value.
type State string

// The states of a figure.
const (
	StateOK            State = "ok"                 // a number other than zero
	StateZero          State = "zero"               // 0, or zero in words
	StateEmpty         State = "empty"              // the cell is there and blank
	StateDash          State = "dash"               // - — / and the like
	StateNotApplicable State = "not_applicable"     // 无, 不适用
	StateText          State = "text"               // words that are no number
	StateApproximate   State = "approximate"        // 62.35万余, 约10万元
	StateNotRecovered  State = "not_recovered"      // the cell was lost before we got it
	StateAbsent        State = "absent_in_template" // the form has no such cell
)

// HasValue tells whether a figure in this state carries a value.
func (s State) HasValue() bool {
	return s == StateOK || s == StateZero || s == StateApproximate
}

// Locator leads from a figure to its raw text inside the document that the
// named snapshot reads into. Block counts the document's blocks from 0.
//
// In a table, Row and Col are the grid position of the cell, from 0. In prose,
// and in a table that came as plain lines, Start and End are offsets in the
// block's text, in Unicode code points, End exclusive.
type Locator struct {
	Block int  `json:"block"`
	Row   *int `json:"row,omitempty"`
	Col   *int `json:"col,omitempty"`
	Start *int `json:"start,omitempty"`
	End   *int `json:"end,omitempty"`
	// Page counts from 1, for documents with pages.
	Page int `json:"page,omitempty"`
	// File is 0 for the document that the report stands in, else the number of the
	// attachment in Source.Files, from 1.
	File int `json:"file,omitempty"`
}

// AtCell locates a table cell.
func AtCell(block, row, col int) Locator {
	return Locator{Block: block, Row: &row, Col: &col}
}

// AtText locates a span of a block's text, in code points.
func AtText(block, start, end int) Locator {
	return Locator{Block: block, Start: &start, End: &end}
}
