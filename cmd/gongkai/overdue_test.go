package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongkai/configs"
	"gongkai/corpus"
)

func TestOverdue(t *testing.T) {
	const government, bureau = "某县人民政府", "某县统计局"
	item := func(organ string, years ...int) (out []corpus.Item) {
		for _, y := range years {
			out = append(out, corpus.Item{Organ: organ, Year: y, Site: "county"})
		}
		return out
	}
	for _, tc := range []struct {
		name  string
		items []corpus.Item
		sites []configs.Site
		now   string
		want  string
	}{
		{"nothing known", nil, nil, "2026-05-01", ""},
		{"departments are due by the end of January", item(bureau, 2024), nil, "2026-02-01", bureau + " 2025"},
		{"not on the last day", item(bureau, 2024), nil, "2026-01-31", ""},
		{"governments by the end of March", item(government, 2024), nil, "2026-03-31", ""},
		{"and not later", item(government, 2024), nil, "2026-04-01", government + " 2025"},
		{"before 2019 all by the end of March", item(bureau, 2017), nil, "2019-03-01", ""},
		{"it is there", item(bureau, 2024, 2025), nil, "2026-05-01", ""},
		{"a year between", item(bureau, 2022, 2024, 2025), nil, "2026-05-01", bureau + " 2023"},
		{"two years after the last, no more are expected", item(bureau, 2018), nil, "2026-05-01", bureau + " 2020 " + bureau + " 2019"},
		{"a site that gave nothing", item(bureau, 2025), []configs.Site{{ID: "county"}, {ID: "town", Name: "某镇人民政府"}}, "2026-05-01", "某镇人民政府 2025"},
		{"of which another year is wanted", nil, []configs.Site{{ID: "town", Name: "某镇人民政府", Years: []int{2020}}}, "2026-05-01", ""},
		{"before its day", nil, []configs.Site{{ID: "town", Name: "某镇人民政府"}}, "2026-03-01", ""},
	} {
		now, err := time.ParseInLocation(time.DateOnly, tc.now, configs.China)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range overdueReports(tc.items, tc.sites, now.Add(10*time.Hour)) {
			got = append(got, fmt.Sprintf("%s %d", o.Organ, o.Year))
			if day := o.Due[5:]; day != "01-31" && day != "03-31" {
				t.Errorf("%s: %s was due on %s", tc.name, o.Organ, o.Due)
			}
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %v, want %s", tc.name, got, tc.want)
		}
	}
}
