package export

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"gongkai/report"
)

// Relations between reports name the reports that they are about, each of them a row
// of the table reports.
func TestAcross(t *testing.T) {
	of := func(year, in, out int) Entry {
		e := sample()
		r := *e.Report
		e.Report, e.ID = &r, fmt.Sprintf("r%d", year)
		r.Year = year
		r.Figures, r.Findings = nil, nil
		for metric, v := range map[string]int{"requests.carried_in": in, "requests.carried_out": out} {
			r.Figures = append(r.Figures, report.Figure{
				Metric: metric, Applicant: report.Total, Origin: report.OriginTable, State: report.StateOK, Value: fmt.Sprint(v), Locator: report.AtCell(1, v, 1),
			})
		}
		return e
	}
	old := of(2022, 9, 9)
	old.Latest, old.Revision = false, 1
	in := reports(of(2021, 1, 7), of(2022, 5, 3), old, of(2023, 3, 2))
	dir := filepath.Join(t.TempDir(), "o")
	o := Options{Dir: dir, Formats: []string{"csv", "sqlite", "parquet"}, Across: true}
	if _, err := Write(context.Background(), in, o); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range readCSV(t, filepath.Join(dir, "cross_findings.csv")) {
		if r["rule"] == "Y.CARRY" && r["at"] == "total" {
			got[r["finding"]] += fmt.Sprintf("[%s %s %s %s>%s %s]", r["position"], r["report"], r["verdict"], r["expected"], r["got"], r["operands"])
		}
	}
	want := map[string]bool{
		"[1 r2022 fail 7>5 requests.carried_in@total=5][2 r2021 fail 7>5 requests.carried_out@total=7]": true,
		"[1 r2023 pass 3>3 requests.carried_in@total=3][2 r2022 pass 3>3 requests.carried_out@total=3]": true,
	}
	for _, f := range got {
		if !want[f] {
			t.Errorf("finding %s", f)
		}
		delete(want, f)
	}
	for f := range want {
		t.Errorf("no finding %s", f)
	}
}
