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

var organsTable = Table{
	Name:        "organs",
	Title:       "机关 organs",
	Description: "one row an organ that reports, as its newest report names it",
	Key:         []string{"organ_id"},
	Columns: []Column{
		{Name: "organ_id", Type: Text, Description: organIDColumn.Description, Required: true},
		{Name: "organ", Type: Text, Description: "name", Required: true},
		{Name: "full_name", Type: Text, Description: "a fuller name, found elsewhere"},
		regionColumn, levelColumn, kindColumn,
		{Name: "sites", Type: Text, Description: "sites that publish its reports, separated by spaces"},
		{Name: "first_year", Type: Integer, Description: "year of its first report"},
		{Name: "last_year", Type: Integer, Description: "year of its last report"},
		{Name: "reports", Type: Integer, Description: "reports of it", Required: true},
		{Name: "region_name", Type: Text, Description: "name of the region with those of the areas it lies in"},
		{Name: "region_latest", Type: Text, Description: "codes of the same area in the newest list of divisions, separated by spaces"},
		{Name: "region_by", Type: Text, Description: "how the region is known; open while it is not", Categories: placeMethods},
	},
	rest: func(_ context.Context, x *run, out emit) error {
		for _, o := range x.sortedOrgans() {
			var first, last int
			if years := slices.Sorted(maps.Keys(o.years)); len(years) > 0 {
				first, last = years[0], years[len(years)-1]
			}
			if err := out([]string{
				o.id, o.Name, o.FullName, o.Region, o.Level, o.Kind, strings.Join(slices.Sorted(maps.Keys(o.sites)), " "),
				number(first), number(last), strconv.Itoa(o.reports), o.place.Name, o.place.Latest, o.place.By,
			}); err != nil {
				return err
			}
		}
		return nil
	},
}

// organ is what the reports of an organ add up to.
type organ struct {
	report.Organ
	id      string
	place   Place
	newest  int
	reports int
	sites   map[string]bool
	years   map[int]*year
}

// year is what there is of an organ for a year.
type year struct {
	status  report.Status // the best
	reports []string
	why     string // of a page that gave none
}

// note counts a report among those of its organ.
func (x *run) note(e *Entry) {
	r := e.Report
	if !e.Latest || e.OrganID == "" {
		return
	}
	o := x.organs[e.OrganID]
	if o == nil {
		o = &organ{id: e.OrganID, newest: -1, sites: make(map[string]bool), years: make(map[int]*year)}
		x.organs[e.OrganID] = o
	}
	if r.Year > o.newest {
		o.newest, o.Organ, o.place = r.Year, r.Organ, e.Place
		o.Region = e.region()
	}
	o.reports++
	if e.Site != "" {
		o.sites[e.Site] = true
	}
	if r.Year == 0 {
		return
	}
	y := o.in(r.Year)
	y.reports = append(y.reports, e.ID)
	if rank(r.Status) > rank(y.status) {
		y.status = r.Status
	}
}

func (o *organ) in(n int) *year {
	y := o.years[n]
	if y == nil {
		y = new(year)
		o.years[n] = y
	}
	return y
}

func rank(s report.Status) int {
	return slices.Index([]report.Status{"", report.StatusNarrative, report.StatusPartial, report.StatusComplete}, s)
}

// sortedOrgans are the organs by name and id.
func (x *run) sortedOrgans() []*organ {
	return slices.SortedFunc(maps.Values(x.organs), func(a, b *organ) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.id, b.id))
	})
}
