package crawler

import (
	"testing"
	"time"

	"gongkai/configs"
	"gongkai/store"
)

func TestSeasonal(t *testing.T) {
	policy, err := RevisitPolicy(configs.Revisit{
		Policy: configs.Seasonal, Season: "01-15..04-30",
		Recent: configs.Duration(7 * dayLong), Old: configs.Duration(30 * dayLong), Most: configs.Duration(120 * dayLong),
	})
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, configs.China)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(2 * time.Hour)
	}
	for _, tc := range []struct {
		name, published, now string
		title                string
		calm                 int
		nights               int // until the next visit, 0: the next run
	}{
		{"this year's report in the season", "2026-01-20", "2026-02-10", "", 5, 0},
		{"on the first day of the season", "2025-12-20", "2026-01-15", "", 5, 0},
		{"before the season", "2025-12-20", "2026-01-14", "", 5, 7},
		{"on its last day", "2026-01-20", "2026-04-30", "", 5, 0},
		{"after the season", "2026-01-20", "2026-05-01", "", 5, 7},
		{"just published in summer", "2026-07-01", "2026-07-02", "", 0, 0},
		{"an old report", "2019-02-20", "2026-02-10", "", 1, 30},
		{"an old report, quiet for months", "2019-02-20", "2026-02-10", "", 4, 60},
		{"an old report, quiet for a year", "2019-02-20", "2026-02-10", "", 9, 120},
		{"an old report that has changed", "2019-02-20", "2026-02-10", "", 0, 7},
		{"last year's report without a date", "", "2026-02-10", "某县2025年政府信息公开工作年度报告", 5, 0},
		{"an old report without a date", "", "2026-02-10", "某县2019年政府信息公开工作年度报告", 1, 30},
		{"a report without a date", "", "2026-02-10", "", 1, 30},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := day(tc.now)
			due := policy.Next(store.Row{Date: tc.published, Title: tc.title}, tc.calm, now)
			nights := 0
			for run := now; ; run = run.AddDate(0, 0, 1) { // the run may begin somewhat earlier
				if early := run.Add(-time.Hour); nights > 0 && !due.After(early) {
					break
				}
				if nights == 0 && !due.After(now) {
					break
				}
				nights++
			}
			if nights != tc.nights {
				t.Errorf("visited again after %d nights, want %d", nights, tc.nights)
			}
		})
	}
}
