package export

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gongkai/report"
)

// The states of an organ in a year.
const (
	coverMissing  = "missing"
	coverNone     = "no_report"
	coverUnparsed = "unparsed"
	coverPartial  = "partial"
	coverComplete = "complete"
)

var coverageTable = Table{
	Name:        "coverage",
	Title:       "覆盖 coverage",
	Description: "one row an organ and year between the first and the last year of the export: what there is and what is not",
	Foreign:     []ForeignKey{{[]string{"organ_id"}, "organs", []string{"organ_id"}}},
	Columns: []Column{
		organIDColumn, organColumn, regionColumn, levelColumn,
		{Name: "site", Type: Text, Description: "sites that publish the organ's reports, separated by spaces"},
		{Name: "year", Type: Integer, Description: "year of the report", Required: true},
		{Name: "state", Type: Text, Description: "what there is", Required: true, Categories: []Category{
			{coverMissing, "not found, and the index was not seen whole: nothing is known"},
			{coverNone, "the index was seen whole and lists none"},
			{coverUnparsed, "a page or file was listed or captured, but gave no report"},
			{coverPartial, "a report with cells or tables that are not known, or in prose without official tables"},
			{coverComplete, "a report with every cell of its forms"},
		}},
		{Name: "status", Type: Text, Description: "status of the best report", Categories: statuses},
		{Name: "reports", Type: Integer, Description: "reports of the organ and year, of any scope", Required: true},
		{Name: "report", Type: Text, Description: "their ids, separated by spaces"},
		{Name: "why", Type: Text, Description: "why a page gave no report"},
	},
	rest: coverageRows,
}

func coverageRows(_ context.Context, x *run, out emit) error {
	strays, err := x.placeSeen()
	if err != nil {
		return err
	}
	first, last := x.span()
	for _, o := range x.sortedOrgans() {
		sites := slices.Sorted(maps.Keys(o.sites))
		for n := first; n <= last && first > 0; n++ {
			y := o.years[n]
			if y == nil {
				y = new(year)
			}
			state := coverMissing
			switch {
			case y.status == report.StatusComplete:
				state = coverComplete
			case len(y.reports) > 0:
				state = coverPartial
			case y.why != "":
				state = coverUnparsed
			case len(sites) > 0 && !slices.ContainsFunc(sites, func(s string) bool { return !x.in.Whole[s] }):
				state = coverNone
			}
			if err := out([]string{
				o.id, o.Name, o.Region, o.Level, strings.Join(sites, " "), strconv.Itoa(n), state, string(y.status),
				strconv.Itoa(len(y.reports)), strings.Join(y.reports, " "), y.why,
			}); err != nil {
				return err
			}
		}
	}
	for _, s := range strays {
		if err := out([]string{"", s.Organ, "", "", s.Site, strconv.Itoa(s.Year), coverUnparsed, "", "0", "", s.Why}); err != nil {
			return err
		}
	}
	return nil
}

// span is the years from the first report to the last.
func (x *run) span() (first, last int) {
	for _, o := range x.organs {
		for n := range o.years {
			if first == 0 || n < first {
				first = n
			}
			last = max(last, n)
		}
	}
	return first, last
}

// placeSeen files the pages that gave no report under their organs, and gives
// those of organs that have no report at all.
func (x *run) placeSeen() ([]Seen, error) {
	if x.in.Seen == nil {
		return nil, nil
	}
	ofSite := make(map[string][]*organ)
	for _, o := range x.sortedOrgans() {
		for s := range o.sites {
			ofSite[s] = append(ofSite[s], o)
		}
	}
	var strays []Seen
	for s, err := range x.in.Seen {
		if err != nil {
			return nil, err
		}
		if s.Year == 0 || !x.o.Filter.takesSeen(&s) {
			continue
		}
		var its *organ
		for _, o := range ofSite[s.Site] {
			if s.Organ != "" && (s.Organ == o.Name || s.Organ == o.Printed || s.Organ == o.FullName) ||
				s.Organ == "" && len(ofSite[s.Site]) == 1 {
				its = o
				break
			}
		}
		if its == nil {
			strays = append(strays, s)
			continue
		}
		if y := its.in(s.Year); y.why == "" {
			y.why = s.Why
		}
	}
	slices.SortFunc(strays, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Organ, b.Organ), cmp.Compare(a.Year, b.Year), cmp.Compare(a.URL, b.URL))
	})
	return slices.CompactFunc(strays, func(a, b Seen) bool {
		return a.Site == b.Site && a.Organ == b.Organ && a.Year == b.Year && a.Organ != ""
	}), nil
}
