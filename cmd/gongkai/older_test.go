package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"gongkai/report"
	"gongkai/store"
)

// older FROM TO copies a corpus as an earlier extractor would have read it: of
// five reports with tables, by organ and year, one has a wrong number, one lacks a
// cell, one has a cell too many, one a cell under another label, one is as it is.
func cmdOlder(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: older FROM TO")
	}
	makeOlder(ts.Check, ts.MkAbs(args[0]), ts.MkAbs(args[1]), 1)
}

// makeOlder is what older does; check ends the test when there is an error. Each
// page is there several times, at as many addresses.
func makeOlder(check func(error), source, target string, addresses int) {
	ctx := context.Background()
	from, err := store.Open(source, store.Options{ReadOnly: true})
	check(err)
	to, err := store.Create(target, store.Options{})
	check(err)
	var reports []store.Report
	for r, err := range from.Reports(ctx, "") {
		check(err)
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b store.Report) int {
		return cmp.Or(cmp.Compare(a.Organ, b.Organ), cmp.Compare(a.Year, b.Year))
	})
	n := 0
	byCapture := map[string]*store.Report{}
	for i := range reports {
		r := &reports[i]
		var changed bool
		if r.Body, changed = olderBody(check, r.Body, n); changed {
			n++
		}
		r.Extractor = 0
		byCapture[r.Capture] = r
	}
	for row, err := range from.Rows(ctx, "") {
		check(err)
		check(to.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.AddRows(row)
			return err
		}))
	}
	for c, err := range from.Captures(ctx) {
		check(err)
		var body []byte
		if !c.Revisit && c.Digest != "" {
			body, err = from.Snapshot(ctx, c.Digest)
			check(err)
		}
		known := byCapture[c.ID]
		check(to.Update(ctx, func(tx *store.Tx) error {
			for n := range addresses {
				c, f := c, store.Finish{Body: body}
				if known != nil {
					r := *known
					f.Report = &r
				}
				if n > 0 {
					if f.Report == nil {
						continue
					}
					at := fmt.Sprintf("#%d", n)
					f.Report.Given = bytes.Replace(f.Report.Given, []byte(`"url":"`+f.Report.URL), []byte(`"url":"`+f.Report.URL+at), 1)
					c.ID, c.Key, c.URL, c.FinalURL, f.Report.URL, f.Report.Capture = "", c.Key+at, c.URL+at, "", f.Report.URL+at, ""
				}
				f.Capture = &c
				if _, err := tx.Finish(f); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func olderBody(check func(error), body []byte, n int) (older []byte, changed bool) {
	var r report.Report
	check(json.Unmarshal(body, &r))
	at := -1
	for i, f := range r.Figures {
		if f.Metric == "requests.new" && f.Applicant == report.Total && f.Origin == report.OriginTable {
			at = i
		}
	}
	if at >= 0 {
		f := &r.Figures[at]
		switch n % 5 {
		case 0:
			f.Value, f.State = "999", report.StateOK
			for i := range r.Findings {
				if r.Findings[i].Rule == "T3.ROW" && r.Findings[i].At == "requests.new" {
					r.Findings[i].Verdict = report.Fail
				}
			}
		case 1:
			r.Figures = append(r.Figures[:at], r.Figures[at+1:]...)
		case 2:
			more := *f
			more.Metric, more.Label, more.Locator = report.MetricLocalRow, "本年度其他数", report.AtCell(999, 0, 0)
			r.Figures = append(r.Figures, more)
		case 3:
			f.Applicant = report.OrgSubtotal
		}
	}
	r.Extractor.Version = 0
	b, err := json.Marshal(&r)
	check(err)
	return b, at >= 0
}
