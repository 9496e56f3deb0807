package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gongkai/configs"
	"gongkai/corpus"
)

// overdue is a report that should be there and is not.
type overdue struct {
	Organ string `json:"organ"`
	Year  int    `json:"year"`
	Due   string `json:"due"` // the day by which it was to be published
	// Site is where the organ's reports are looked for, Last the latest year of it
	// in the corpus, 0 when there is none.
	Site string `json:"site,omitempty"`
	Last int    `json:"last,omitempty"`
}

// expectedFor is for how many years after its last report an organ is expected to
// publish another: organs are merged and dissolved.
const expectedFor = 2

// overdueReports lists the organ-years that the corpus lacks at a time: the years
// within and after those of each organ's reports, and the last year of sites that
// gave none. By the regulations of 2008 and 2019 a report is due on 31 March of the
// next year; since that of 2019 departments publish theirs by 31 January.
func overdueReports(items []corpus.Item, sites []configs.Site, now time.Time) []overdue {
	type organ struct {
		name, site string
	}
	years := map[organ]map[int]bool{}
	seen := map[string]bool{} // sites that gave reports
	for _, i := range items {
		if i.Organ == "" || i.Year == 0 {
			continue
		}
		o := organ{i.Organ, i.Site}
		if years[o] == nil {
			years[o] = map[int]bool{}
		}
		years[o][i.Year] = true
		seen[i.Site] = true
	}
	list := []overdue{}
	for o, has := range years {
		last := 0
		for year := range has {
			last = max(last, year)
		}
		first := last
		for year := range has {
			first = min(first, year)
		}
		for year := first; year <= last+expectedFor; year++ {
			if due := deadline(o.name, year); !has[year] && overdueAt(now, due) {
				list = append(list, overdue{o.name, year, due.Format(time.DateOnly), o.site, last})
			}
		}
	}
	for _, s := range sites {
		name := cmp.Or(s.Organ, s.Name)
		year := now.In(configs.China).Year() - 1
		if due := deadline(name, year); name != "" && !seen[s.ID] && wanted(s, year) && overdueAt(now, due) {
			list = append(list, overdue{name, year, due.Format(time.DateOnly), s.ID, 0})
		}
	}
	slices.SortFunc(list, func(a, b overdue) int {
		return cmp.Or(cmp.Compare(b.Year, a.Year), cmp.Compare(a.Organ, b.Organ), cmp.Compare(a.Site, b.Site))
	})
	return list
}

func wanted(s configs.Site, year int) bool {
	return len(s.Years) == 0 || slices.Contains(s.Years, year)
}

// overdueAt tells whether a day is over.
func overdueAt(now, day time.Time) bool { return !now.Before(day.AddDate(0, 0, 1)) }

// deadline is the day by which the report of an organ for a year is due.
func deadline(organ string, year int) time.Time {
	month, day := time.March, 31
	if year >= 2019 && !strings.HasSuffix(organ, "人民政府") {
		month = time.January
	}
	return time.Date(year+1, month, day, 0, 0, 0, 0, configs.China)
}
