package fakegov

import "maps"

// Form is the kind of report.
type Form string

// The forms. The zero Form is the one that was in force in the report's year.
const (
	FormByYear Form = ""
	Narrative  Form = "narrative" // 2008 to 2018: prose without tables
	Form2014   Form = "2014"      // Narrative with 《政府信息公开情况统计表》 at its end
	Form2019   Form = "2019"      // the form of 2019 and 2020
	Form2021   Form = "2021"      // the form of 2021 and later
	// NotAReport is another paper that stands in the same column, such as
	// 政府网站工作年度报表.
	NotAReport Form = "not a report"
)

// Charset is how a page is encoded and what it says about it.
type Charset string

// The charsets.
const (
	UTF8 Charset = ""
	// GBKMeta is GBK bytes with <meta charset=gb2312> and no charset in the
	// header.
	GBKMeta Charset = "gbk, meta"
	// GBKBare is GBK bytes that nothing declares.
	GBKBare Charset = "gbk, bare"
	// GBKHeader is GBK bytes whose header says so while the meta tag says utf-8.
	GBKHeader Charset = "gbk, header"
	// GBKLie is GBK bytes whose header and meta tag both say utf-8.
	GBKLie Charset = "gbk, declared utf-8"
	// UTF8Lie is UTF-8 bytes whose header and meta tag both say gb2312.
	UTF8Lie Charset = "utf-8, declared gb2312"
)

// Mistake is an error of the publisher.
type Mistake string

// The mistakes.
const (
	NoMistake Mistake = ""
	// ZeroTotalRow: the row （七）总计 is 0 for every applicant, its last cell right.
	ZeroTotalRow Mistake = "zero total row"
	// WrongCell: one cell (予以公开, 自然人) is off by 3.
	WrongCell Mistake = "wrong cell"
	// WrongCarry: the total of 结转下年度继续办理 is off by 1.
	WrongCarry Mistake = "wrong carry"
	// ProseDisagrees: the sentence on new requests names another number than the
	// table.
	ProseDisagrees Mistake = "prose disagrees"
)

// Attachment says what hangs on a report page.
type Attachment string

// The attachments.
const (
	NoAttachment Attachment = ""
	// WithDOCX: the page prints the tables, and a Word file repeats them
	// (详见附件).
	WithDOCX Attachment = "docx"
	// OnlyDOCX: the page has no more than the link to a Word file.
	OnlyDOCX Attachment = "docx only"
	// OnlyPDF: the page has no more than the link to a PDF file.
	OnlyPDF Attachment = "pdf only"
	// BrokenPDF: as OnlyPDF, but the link answers with an HTML error page.
	BrokenPDF Attachment = "html instead of pdf"
	// EmbeddedPDF: the body is an iframe that shows a PDF file.
	EmbeddedPDF Attachment = "pdf in an iframe"
	// DirectFile: the list links straight to the Word file, there is no page.
	DirectFile Attachment = "direct file"
)

// ReportSpec asks for a report. The zero value of every field but Organ and Year
// is the plain case.
type ReportSpec struct {
	Organ Organ
	Year  int
	Form  Form

	Charset    Charset // default: the site's
	Mistake    Mistake
	Attachment Attachment
	// Double prints the body twice, for the desktop and for the mobile page.
	Double bool
	// UnclosedCells leaves out the end tags of table cells.
	UnclosedCells bool
	// PlainTables prints tables as an editor writes them, not as pasted from
	// Word.
	PlainTables bool
	// Copies lists the page a second time under the address of its mobile
	// version (_wap) and a third time with a session id.
	Copies bool
	// Fault makes the page fail.
	Fault Fault
}

func (s ReportSpec) form() Form {
	switch {
	case s.Form != FormByYear:
		return s.Form
	case s.Year >= 2021:
		return Form2021
	case s.Year >= 2019:
		return Form2019
	}
	return Narrative
}

// Truth is what a report prints: what a reader of the page should find.
type Truth struct {
	Organ     string
	Year      int
	Title     string
	Published string // YYYY-MM-DD
	Form      Form
	Aggregate bool
	// Figures are the printed cells by metric, or metric@applicant in the table
	// of requests, as decimal strings.
	Figures map[string]string
	// Units are the units that stand in a cell beside its number.
	Units map[string]string
	// Text are the figures that sentences state, by text.* metric.
	Text map[string]string
	// Violations are the hard relations that Figures break.
	Violations []Violation
}

// written is a composed report.
type written struct {
	truth Truth
	body  []paragraph
}

// edits are the cells that the publisher changed after publication.
type edits map[string]string

// compose invents the report that spec asks for.
func compose(seed uint64, spec ReportSpec, published string, changed edits) written {
	w := written{truth: Truth{
		Organ: spec.Organ.Name, Year: spec.Year, Form: spec.form(), Title: title(seed, spec),
		Published: published, Aggregate: spec.Organ.Aggregate(),
	}}
	a := &author{Rand: dice(seed, spec.Organ.Name, "prose", itoa(spec.Year)), organ: spec.Organ, year: spec.Year, text: make(figures)}
	switch form := spec.form(); form {
	case NotAReport:
		a.other()
	case Narrative:
		a.narrate(source{seed, spec.Organ}.annual(spec.Year), false)
	case Form2014:
		year := source{seed, spec.Organ}.annual(spec.Year)
		a.narrate(year, true)
		w.truth.Figures = make(map[string]string, len(year))
		for key, value := range year {
			w.truth.Figures["annex."+key] = value
		}
		maps.Copy(w.truth.Figures, changed)
	default:
		cells := source{seed, spec.Organ}.tables(form, spec.Year)
		prose := cells.clone() // written by those who knew the right numbers
		cells.spoil(spec.Mistake)
		maps.Copy(cells, changed)
		if form == Form2019 {
			w.truth.Units = map[string]string{"disclosure.procurement.amount": source{seed, spec.Organ}.amountUnit()}
		}
		w.truth.Figures = cells
		w.truth.Violations = violations(cells, form.tables())
		a.write(form, prose, spec.Mistake == ProseDisagrees)
	}
	w.truth.Text = a.text
	w.body = a.out
	return w
}

func title(seed uint64, spec ReportSpec) string {
	year, organ := itoa(spec.Year), spec.Organ.Name
	if spec.form() == NotAReport {
		return organ + year + "年政府网站工作年度报表"
	}
	switch hash(seed, organ, "title", year) % 5 {
	case 0:
		return year + "年" + organ + "政府信息公开工作年度报告"
	case 1:
		return organ + year + "年度政府信息公开工作年度报告"
	case 2:
		return organ + year + "年政府信息公开年度报告"
	}
	return organ + year + "年政府信息公开工作年度报告"
}

// other writes a paper that is no annual report.
func (a *author) other() {
	a.head("政府网站工作年度报表（{year}年度）")
	a.out[0].text = a.fill(a.out[0].text)
	a.say("填报单位：{organ}。网站信息发布总数、专栏数量和解读回应情况按季度汇总，报表经主管单位审核后公布。")
	a.say("网站名称：{place}门户网站。报表所列内容如有更正，以最近一次公布的为准。")
}
