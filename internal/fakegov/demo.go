package fakegov

// Demo is what the command gongkai demo crawls: a TRS and a Hanweb site of some
// thirty reports of all kinds, with the peculiarities that real columns have.
func Demo() Options {
	plan := func(place int) (out []ReportSpec) {
		for i, years := range [][]int{{2024, 2023, 2022, 2021, 2020, 2019, 2018, 2016, 2012}, {2023, 2020}, {2024, 2021}, {2022}, {2019}} {
			for _, y := range years {
				out = append(out, ReportSpec{Organ: organOf(place, i), Year: y})
			}
		}
		return out
	}
	trs, hanweb := plan(0), plan(1)
	trs[2].Mistake = ZeroTotalRow // the government's, 2022
	trs[6].Double = true          // 2018, prose
	trs[7].Form = Form2014        // 2016, with the annex
	trs[4].Charset = GBKMeta      // 2020
	trs[9].Attachment = WithDOCX  // the office's, 2023
	trs[11].Fault = Fault{Kind: SoftNotFound}
	hanweb[1].Double = true         // 2023, tables
	hanweb[3].Charset = GBKBare     // 2021
	hanweb[5].Mistake = WrongCell   // 2019
	hanweb[9].Attachment = OnlyDOCX // the office's, 2023
	hanweb[11].PlainTables = true
	hanweb[12].UnclosedCells = true
	return Options{Seed: 2026, Sites: []SiteSpec{
		{ID: "trs", Family: TRS, Plan: trs, PerPage: 6, Noise: 1},
		{ID: "hanweb", Family: Hanweb, Plan: hanweb, PerPage: 3, Noise: 1},
	}}
}

// Benchmark is a number of hosts with a number of pages each, closed in
// themselves: about 80 KB and 195 links a page, every fifth host in GBK.
func Benchmark(hosts, pages int) Options {
	o := Options{Seed: 1}
	for i := range hosts {
		spec := SiteSpec{Family: TRS, Reports: pages, PerPage: 25, Closed: true}
		if i%5 == 4 {
			spec.Charset = GBKMeta
		}
		o.Sites = append(o.Sites, spec)
	}
	return o
}

// EveryFamily is one site of each family, with a dozen reports.
func EveryFamily() Options {
	o := Options{Seed: 3}
	for _, f := range Families() {
		o.Sites = append(o.Sites, SiteSpec{Family: f, PerPage: 5, Noise: 1})
	}
	return o
}
