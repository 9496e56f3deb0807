package export

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/corpus"
	"gongkai/report"
	"gongkai/store"
)

// What people found by looking at the page is in the dataset: as flags, in what is
// left out for analysis, as reasons in the changelog, and not before it was found.
func TestDecisions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "corpus.db")
	fill(t, path, 4)
	clock := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	st, err := store.Open(path, store.Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c := corpus.New(st)
	items, err := c.List(ctx, corpus.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Version(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	id := items[0].ID
	for cell, verdict := range map[string]corpus.Ruling{
		"requests.new@total": corpus.RuledRight, "requests.new@research": corpus.RuledWrong, "review.total": corpus.RuledUnreadable,
	} {
		if _, err := c.Decide(ctx, id, cell, verdict, "reader", "seen"); err != nil {
			t.Fatal(err)
		}
	}
	export := func(sel Selection, o Options) string {
		t.Helper()
		in, err := Open(ctx, c, sel)
		if err != nil {
			t.Fatal(err)
		}
		o.Dir, o.Formats = filepath.Join(t.TempDir(), "o"), []string{"csv", "jsonl"}
		if _, err := Write(ctx, in, o); err != nil {
			t.Fatal(err)
		}
		return o.Dir
	}
	flagged := func(dir string) (list []string) {
		for _, f := range readCSV(t, filepath.Join(dir, "figures.csv")) {
			for flag := range strings.FieldsSeq(f["flags"]) {
				if strings.HasPrefix(flag, "decided_") {
					list = append(list, strings.TrimSuffix(f["metric"]+"@"+f["applicant"], "@")+" "+flag)
				}
			}
		}
		slices.Sort(list)
		return list
	}
	all := []string{"requests.new@research decided_wrong", "requests.new@total decided_right", "review.total decided_unreadable"}
	if got := flagged(export(Selection{}, Options{})); !slices.Equal(got, all) {
		t.Errorf("flags: %v", got)
	}
	for _, q := range []Quality{QualityAnalysis, QualitySound} {
		dir := export(Selection{}, Options{Quality: q, Wide: true})
		if got := flagged(dir); !slices.Equal(got, all[1:2]) {
			t.Errorf("quality %s: %v", q, got)
		}
		wide := readCSV(t, filepath.Join(dir, "wide.csv"))
		i := slices.IndexFunc(wide, func(r map[string]string) bool { return r["report"] == id })
		if w := wide[i]; w["requests.new.research"] != "" || w["review.total"] != "" || w["requests.new.total"] == "" {
			t.Errorf("quality %s: wide has %q, %q, %q", q, w["requests.new.research"], w["review.total"], w["requests.new.total"])
		}
	}
	dir := export(Selection{Since: before}, Options{Since: before})
	var changed []string
	for _, r := range readCSV(t, filepath.Join(dir, "changes.csv")) {
		changed = append(changed, strings.TrimSuffix(r["metric"]+"@"+r["applicant"], "@")+" "+r["decided"])
		if r["reason"] != "decision" || r["change"] != "decided" || r["value"] != r["value_before"] {
			t.Errorf("change: %v", r)
		}
	}
	if slices.Sort(changed); !slices.Equal(changed, all) {
		t.Errorf("changes: %v", changed)
	}
	if got := flagged(export(Selection{AsOf: clock.Add(-time.Hour)}, Options{})); got != nil {
		t.Errorf("before it was found: %v", got)
	}
	if now, err := c.Version(ctx, time.Time{}); err != nil || now == before {
		t.Errorf("version %s, %v: decisions are part of the dataset", now, err)
	}
	if at, err := c.Version(ctx, clock.Add(-time.Hour)); err != nil || at != before {
		t.Errorf("version %s, %v at the time of %s", at, err, before)
	}
}

// A later reading of the same bytes is held against what was found.
func TestRulingOnOtherReading(t *testing.T) {
	figure := report.Figure{Metric: "review.total", State: report.StateOK, Value: "5", Locator: report.AtCell(1, 2, 3)}
	other := figure
	other.Value = "6"
	for _, test := range []struct {
		verdict     corpus.Ruling
		same, other corpus.Ruling
	}{
		{corpus.RuledRight, corpus.RuledRight, corpus.RuledWrong},
		{corpus.RuledWrong, corpus.RuledWrong, ""},
		{corpus.RuledUnreadable, corpus.RuledUnreadable, corpus.RuledUnreadable},
	} {
		d := []corpus.Decision{{Cell: "review.total", Locator: "b1r2c3", Verdict: test.verdict, State: "ok", Value: "5"}}
		if got := corpus.RulingOn(d, &figure); got != test.same {
			t.Errorf("%s: the reading that was looked at is %q", test.verdict, got)
		}
		if got := corpus.RulingOn(d, &other); got != test.other {
			t.Errorf("%s: another reading is %q", test.verdict, got)
		}
		elsewhere := figure
		elsewhere.Locator.File = 1
		if got := corpus.RulingOn(d, &elsewhere); got != "" {
			t.Errorf("%s: a cell of an attachment is %q", test.verdict, got)
		}
	}
}
