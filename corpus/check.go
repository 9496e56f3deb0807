package corpus

import (
	"context"
	"iter"
	"slices"
	"strings"

	"gongkai/corpus/organs"
	relations "gongkai/extract/check"
	"gongkai/report"
	"gongkai/report/region"
)

// CheckQuery chooses findings. The zero value takes those that fail, of all reports.
type CheckQuery struct {
	Filter
	// Rules restricts to rules that begin so: T3, Y.CARRY.
	Rules []string
	// Region restricts to organs in an area: a code of GB/T 2260.
	Region string
	// Verdicts to take; none is fail only.
	Verdicts []report.Verdict
}

func (q CheckQuery) takes(c *Checked) bool {
	if q.Region != "" && (c.Region == "" || !region.Within(c.Region, q.Region)) || !q.wants(c.Rule) {
		return false
	}
	if len(q.Verdicts) == 0 {
		return c.Verdict == report.Fail
	}
	return slices.Contains(q.Verdicts, c.Verdict)
}

func (q CheckQuery) wants(rule string) bool {
	return len(q.Rules) == 0 || slices.ContainsFunc(q.Rules, func(r string) bool { return strings.HasPrefix(rule, r) })
}

// Checked is a relation evaluated on one report, or on several.
type Checked struct {
	Rule     string          `json:"rule"`
	Severity report.Severity `json:"severity"`
	// Strength is high for a soft relation that is rarely broken without an error.
	Strength string         `json:"strength,omitempty"`
	Verdict  report.Verdict `json:"verdict"`
	// Organ, Region and Year are those of the report that the finding is about;
	// Reports are the IDs of all that it read, that one first.
	Organ   string   `json:"organ"`
	Region  string   `json:"region,omitempty"`
	Year    int      `json:"year"`
	Reports []string `json:"reports"`
	At      string   `json:"at,omitempty"`
	// Expected and Got are decimal strings, years, dates or shares; see the rule.
	Expected string          `json:"expected,omitempty"`
	Got      string          `json:"got,omitempty"`
	Suspect  *report.Suspect `json:"suspect,omitempty"`
	Doubt    report.Doubt    `json:"doubt,omitempty"`
	Note     string          `json:"note,omitempty"`
}

// Across tells whether the finding is on several reports.
func (c *Checked) Across() bool { return len(c.Reports) > 1 }

// Check iterates over findings: first those within each report, by organ, year and
// ID, then those between reports (check.Across), by organ, year and rule. Reports of
// one organ are found by what says where it is ([organs.Identity]), so that a
// county that became a city stays one organ.
//
// Relations between reports look at every report that the filter takes: with a
// filter by year, those between years are not evaluated. Memory grows by about a
// kilobyte a report.
func (c *Corpus) Check(ctx context.Context, q CheckQuery) iter.Seq2[Checked, error] {
	return func(yield func(Checked, error) bool) {
		resolver, err := c.Resolver(ctx, q.AsOf)
		if err != nil {
			yield(Checked{}, err)
			return
		}
		type about struct{ organ, region string }
		var members []relations.Member
		reports := map[string]about{}
		for e, err := range c.Reports(ctx, ReportQuery{Filter: q.Filter}) {
			if err != nil {
				yield(Checked{}, err)
				return
			}
			s := Subject(e.Report)
			r := resolver.Resolve(s)
			identity, government := organs.Identity(s, r)
			members = append(members, relations.NewMember(e.ID, identity, government, e.Report))
			reports[e.ID] = about{e.Organ, r.Region}
			for _, f := range e.Report.Findings {
				found := Checked{
					Rule: f.Rule, Severity: f.Severity, Verdict: f.Verdict, Organ: e.Organ, Region: r.Region, Year: e.Year, Reports: []string{e.ID},
					At: f.At, Expected: f.Expected, Got: f.Got, Suspect: f.Suspect, Doubt: f.Doubt, Note: f.Note,
				}
				if q.takes(&found) && !yield(found, nil) {
					return
				}
			}
		}
		for f := range relations.Across(members, relations.AcrossOptions{}) {
			if err := ctx.Err(); err != nil {
				yield(Checked{}, err)
				return
			}
			of := reports[f.Reports[0]]
			found := Checked{
				Rule: f.Rule, Severity: f.Severity, Strength: f.Strength, Verdict: f.Verdict, Organ: of.organ, Region: of.region, Year: f.Year,
				Reports: f.Reports, At: f.At, Expected: f.Expected, Got: f.Got, Doubt: f.Doubt, Note: f.Note,
			}
			if q.takes(&found) && !yield(found, nil) {
				return
			}
		}
	}
}
