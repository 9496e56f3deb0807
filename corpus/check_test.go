package corpus

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"gongkai/report"
	"gongkai/store"
)

// putYear stores a report with a table of requests of one row and its carry-over.
func (a *archive) putYear(organ, host string, year, carriedIn, carriedOut int, findings ...report.Finding) string {
	a.t.Helper()
	address := fmt.Sprintf("https://%s/%d.html", host, year)
	cell := func(metric string, value int) report.Figure {
		v := fmt.Sprint(value)
		state := report.StateOK
		if value == 0 {
			state = report.StateZero
		}
		return report.Figure{Metric: metric, Applicant: "total", Origin: "table", State: state, Value: v, Raw: v}
	}
	r := report.Report{
		Schema: report.Schema, Title: organ, Organ: report.Organ{Name: organ, Kind: "department"}, Scope: report.ScopeOwn, Year: year,
		Template: report.Templates{Requests: "2021"}, Source: report.Source{URL: address}, Findings: findings,
		Figures: []report.Figure{cell("requests.carried_in", carriedIn), cell("requests.carried_out", carriedOut)},
	}
	body, err := json.Marshal(&r)
	if err != nil {
		a.t.Fatal(err)
	}
	id := Identity(&r, address)
	page := []byte(organ + address)
	a.update(func(tx *store.Tx) error {
		at := time.Date(year+1, 2, 1, 0, 0, 0, 0, time.UTC)
		done, err := tx.Finish(store.Finish{Capture: &store.Capture{Key: address, URL: address, Status: 200, Time: at}, Body: page})
		if err != nil {
			return err
		}
		_, _, err = tx.PutReport(store.Report{
			ID: id, URL: address, Digest: store.DigestOf(page), Capture: done.Capture, Extractor: 1,
			Organ: organ, Year: year, Scope: "own", Status: "partial", Time: at, Body: body,
		})
		return err
	})
	return id
}

// A county that became a city is one organ over the years, so that what it carried
// over is compared; one whose place is open is compared with itself on its host only.
func TestCheck(t *testing.T) {
	s := newStore(t)
	a := &archive{Corpus: New(s), t: t, store: s}
	before := a.putYear("海安县财政局", "haian.example.gov.cn", 2017, 0, 3)
	after := a.putYear("海安市财政局", "haian.example.gov.cn", 2018, 2, 0, report.Finding{
		Rule: "T3.ROW", Severity: report.Hard, Verdict: report.Fail, At: "requests.new", Expected: "5", Got: "4",
	})
	a.putYear("鼓楼区财政局", "one.example.gov.cn", 2017, 0, 3)
	a.putYear("鼓楼区财政局", "two.example.gov.cn", 2018, 2, 0)

	found := func(q CheckQuery) (all []string) {
		for c, err := range a.Check(context.Background(), q) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %s %s %d %v %s %s:%s", c.Rule, c.Region, c.Organ, c.Year, c.Reports, c.At, c.Expected, c.Got))
		}
		return all
	}
	within := fmt.Sprintf("T3.ROW 320685 海安市财政局 2018 [%s] requests.new 5:4", after)
	carry := fmt.Sprintf("Y.CARRY 320685 海安市财政局 2018 [%s %s] total 3:2", after, before)
	check(t, "rows and years", found(CheckQuery{Rules: []string{"T3", "Y.CARRY"}}), within, carry)
	check(t, "a rule", found(CheckQuery{Rules: []string{"Y.CARRY"}}), carry)
	check(t, "a region", found(CheckQuery{Rules: []string{"T3"}, Region: "320600"}), within)
	check(t, "another region", found(CheckQuery{Region: "330000"}))
	check(t, "one year only", found(CheckQuery{Filter: Filter{Year: 2018}, Rules: []string{"T3", "Y.CARRY"}}), within)
	check(t, "those that hold", found(CheckQuery{Rules: []string{"T3"}, Verdicts: []report.Verdict{report.Pass}}))
}
