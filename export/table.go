package export

import (
	"context"
	"gongkai/corpus/organs"
	"gongkai/report"
)

// Type is the type of a column. Values travel as text, "" is missing.
type Type string

// The types of columns.
const (
	Text    Type = "string"
	Integer Type = "integer"
	Number  Type = "number"   // decimal, as printed
	Date    Type = "date"     // YYYY-MM-DD
	Time    Type = "datetime" // RFC 3339, UTC
	Bool    Type = "boolean"  // true, false
)

// Column is one column of a table.
type Column struct {
	Name        string
	Type        Type
	Description string
	// Categories are the values that the column may have; nil for any.
	Categories []Category
	// Required columns are never missing.
	Required bool
	// Long columns hold whole texts, no two of them alike.
	Long bool
}

// Category is one value of a column with what it means.
type Category struct{ Value, Label string }

// ForeignKey says that columns of a table name a row of another.
type ForeignKey struct {
	Columns []string
	Table   string
	Refers  []string
}

// Table is one table of the dataset.
type Table struct {
	Name, Title, Description string
	Columns                  []Column
	// Key are the columns that make a row unique.
	Key     []string
	Foreign []ForeignKey
	// Sorted are the columns by which the rows are in order.
	Sorted []string
	// each gives the rows of one report; rest gives those that are known when all
	// reports were seen. A row is valid until the next one.
	each func(*run, *Entry, emit) error
	rest func(context.Context, *run, emit) error
}

// emit takes a row: a value for each column of the table.
type emit func(row []string) error

// Tables are the tables of the dataset in their fixed order.
func Tables() []Table {
	return []Table{
		reportsTable, figuresTable, sectionsTable, findingsTable, sourcesTable,
		organsTable, coverageTable, codebookTable, crosswalkTable, regionChangesTable,
	}
}

// The columns that several tables share.
var (
	reportColumn   = Column{Name: "report", Type: Text, Description: "id of the report in the corpus", Required: true}
	revisionColumn = Column{Name: "revision", Type: Integer, Description: "revision of the report in the corpus, from 1", Required: true}
	organColumn    = Column{Name: "organ", Type: Text, Description: "reporting organ, as printed or completed to its government"}
	organIDColumn  = Column{Name: "organ_id", Type: Text, Description: "id of the organ, the same in all its reports"}
	regionColumn   = Column{Name: "region", Type: Text, Description: "GB/T 2260 code, six digits, valid in the year of the report"}
	levelColumn    = Column{Name: "level", Type: Text, Description: "level of the organ", Categories: levels}
	kindColumn     = Column{Name: "kind", Type: Text, Description: "kind of the organ", Categories: kinds}
	scopeColumn    = Column{Name: "scope", Type: Text, Description: "whose figures the report holds", Categories: scopes}
	yearColumn     = Column{Name: "year", Type: Integer, Description: "year the report is about"}
	flagsColumn    = Column{Name: "flags", Type: Text, Description: "remarks, separated by spaces"}
)

var (
	levels = []Category{
		{"central", "中央 central"}, {"province", "省级 province"}, {"city", "市级 city or prefecture"},
		{"county", "县级 county or district"}, {"township", "乡级 township or subdistrict"},
	}
	kinds = []Category{
		{"government", "人民政府 government"}, {"office", "政府办公室 government office"}, {"department", "部门 department"},
		{"subdistrict", "街道办事处 subdistrict office"}, {"functional_zone", "管委会 functional zone"}, {"other", "其他 other"},
	}
	scopes = []Category{
		{string(report.ScopeOwn), "本机关 the organ's own"}, {string(report.ScopeAggregate), "本行政区域汇总 sum of a region"},
		{string(report.ScopeUnknown), "不明 unknown"},
	}
	statuses = []Category{
		{string(report.StatusComplete), "every cell of the form is known"},
		{string(report.StatusPartial), "cells are empty or not recovered, or a table is absent"},
		{string(report.StatusNarrative), "prose without official tables"},
	}
	origins = []Category{
		{string(report.OriginTable), "a table of the forms of 2019 and 2021"},
		{string(report.OriginAnnex), "the statistics annex of before 2019"}, {string(report.OriginText), "a sentence"},
	}
	applicants = []Category{
		{string(report.NaturalPerson), "自然人 natural person"}, {string(report.Enterprise), "商业企业 enterprise"},
		{string(report.Research), "科研机构 research institute"}, {string(report.Welfare), "社会公益组织 welfare organisation"},
		{string(report.LegalService), "法律服务机构 legal service"}, {string(report.OtherOrg), "其他 other organisation"},
		{string(report.Total), "总计 total"}, {string(report.OrgSubtotal), "小计 subtotal of organisations, a local column"},
	}
	states = []Category{
		{string(report.StateOK), "a number other than zero"}, {string(report.StateZero), "a printed zero"},
		{string(report.StateEmpty), "the cell is there and blank"}, {string(report.StateDash), "- or / and the like"},
		{string(report.StateNotApplicable), "无, 不适用"}, {string(report.StateText), "words that are no number"},
		{string(report.StateApproximate), "an approximate number"}, {string(report.StateNotRecovered), "the cell was lost before it was read"},
		{string(report.StateAbsent), "the form has no such cell"},
	}
	placeMethods = []Category{
		{string(organs.ByDecision), "somebody decided"}, {string(organs.ByName), "from the name"}, {string(organs.ByConfigured), "from the configuration of the site"},
		{string(organs.BySiteCode), "网站标识码"}, {string(organs.ByCreditCode), "统一社会信用代码"}, {string(organs.ByHost), "from the other organs on the host"},
		{string(organs.ByCentral), "an organ of the centre, it has no region"}, {string(organs.Open), "not known"},
	}
	severities = []Category{{string(report.Hard), "must hold"}, {string(report.Soft), "should hold"}}
	verdicts   = []Category{
		{string(report.Pass), "holds"}, {string(report.Fail), "does not hold"},
		{string(report.NotEvaluated), "an operand is not a known number"},
	}
	doubts = []Category{
		{string(report.DoubtPublisher), "printed so"}, {string(report.DoubtExtraction), "the reading is uncertain"},
	}
	qualities = []Category{
		{qualityOK, "every hard relation through the cell that could be evaluated holds, at least one could"},
		{qualitySuspect, "a hard relation through the cell fails"},
		{qualityUnchecked, "no hard relation through the cell could be evaluated"},
	}
)
