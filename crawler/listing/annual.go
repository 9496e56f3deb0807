package listing

import (
	"regexp"
	"strings"
)

// annual reads the catalogues in which every unit's report of a year is a page of
// its own, xxgkAnnualReport.jsp?fbtime=<year>&area=<unit>: each distinct query is a
// report.
//
//	<a href="/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&amp;area=113325000026455663">2017年</a>
//	<select name="fbtime"><option value="2018">2018年</option>…</select>      on such a page
var annual = mechanism{
	name: "annual",
	start: func(r *reader) *answer {
		items := r.annualReports()
		if len(items) == 0 {
			return nil
		}
		return &answer{items: items, evidence: "each year of a unit is a page of xxgkAnnualReport.jsp"}
	},
	follow: func(r *reader) *answer { return &answer{items: r.annualReports()} },
}

var (
	annualReport = regexp.MustCompile(`(?i)xxgkAnnualReport\.jsp\?\S*fbtime=\d{4}`)
	annualRef    = regexp.MustCompile(`['"]([^'"\s]*xxgkAnnualReport\.jsp\?[^'"\s]*fbtime=\d{4}[^'"\s]*)['"]`)
	fullYear     = regexp.MustCompile(`^20\d\d$`)
)

func (r *reader) annualReports() []Item {
	if !strings.Contains(string(r.Body), "xxgkAnnualReport.jsp") && !strings.Contains(r.URL.Path, "xxgkAnnualReport.jsp") {
		return nil
	}
	var items []Item
	for _, l := range r.page().links {
		if annualReport.MatchString(l.address) && l.title != "" && l.name != pageKey(r.URL.String()) {
			it := l.item()
			it.Report = true
			items = append(items, it)
		}
	}
	refs := annualRef.FindAllStringSubmatch(string(r.Body), 200)
	like := r.URL // a report, whose select leads to those of the other years
	if !annualReport.MatchString(like.String()) {
		like = nil
		for _, m := range refs {
			if u := Resolve(r.base, strings.ReplaceAll(m[1], "&amp;", "&")); u != nil && sameHost(u, r.URL) {
				like = u
				break
			}
		}
	}
	if like != nil {
		for n := range elements(r.dom(), "option", "li", "a") {
			year := strings.TrimSuffix(fold(text(n, 40, nil)), "年")
			if v := strings.TrimSpace(attr(n, "value")); fullYear.MatchString(v) {
				year = v
			}
			if to := withQuery(like, "fbtime", year); fullYear.MatchString(year) && !samePage(to, r.URL.String()) && Target(n, r.URL) == nil {
				items = append(items, Item{URL: to, Title: year + "年", Report: true})
			}
		}
	}
	for _, m := range refs {
		if u := Resolve(r.base, strings.ReplaceAll(m[1], "&amp;", "&")); u != nil && sameHost(u, r.URL) {
			items = append(items, Item{URL: u.String(), Title: u.Query().Get("fbtime") + "年", Report: true})
		}
	}
	return merge(nil, items)
}
