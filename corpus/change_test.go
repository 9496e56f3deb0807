package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gongkai/extract"
	"gongkai/report"
	"gongkai/store"
)

// Each kind of change, and no other, is told of a cell.
func TestCompare(t *testing.T) {
	figure := func(metric, value string, state report.State, row int) report.Figure {
		return report.Figure{Metric: metric, Origin: report.OriginTable, State: state, Value: value, Unit: "件", Raw: value, Locator: report.AtCell(1, row, 0)}
	}
	with := func(f report.Figure, change func(*report.Figure)) report.Figure { change(&f); return f }
	a := figure("requests.new", "5", report.StateOK, 1)
	for name, tt := range map[string]struct {
		old, new []report.Figure
		want     []string
	}{
		"the same":     {[]report.Figure{a}, []report.Figure{a}, nil},
		"added":        {nil, []report.Figure{a}, []string{"added requests.new"}},
		"lost":         {[]report.Figure{a}, nil, []string{"lost requests.new"}},
		"value":        {[]report.Figure{a}, []report.Figure{figure("requests.new", "6", report.StateOK, 1)}, []string{"value requests.new"}},
		"unit":         {[]report.Figure{a}, []report.Figure{with(a, func(f *report.Figure) { f.Unit = "万元" })}, []string{"value requests.new"}},
		"state":        {[]report.Figure{a}, []report.Figure{figure("requests.new", "5", report.StateApproximate, 1)}, []string{"state requests.new"}},
		"place":        {[]report.Figure{a}, []report.Figure{figure("requests.new", "5", report.StateOK, 2)}, []string{"place requests.new"}},
		"number lost":  {[]report.Figure{a}, []report.Figure{figure("requests.new", "", report.StateEmpty, 1)}, []string{"lost requests.new"}},
		"blank filled": {[]report.Figure{figure("requests.new", "", report.StateEmpty, 1)}, []report.Figure{a}, []string{"state requests.new"}},
		"recovered":    {[]report.Figure{figure("requests.new", "", report.StateNotRecovered, 1)}, []report.Figure{a}, []string{"added requests.new"}},
		"never known":  {[]report.Figure{figure("requests.new", "", report.StateNotRecovered, 1)}, nil, nil},
		"another label": {
			[]report.Figure{a}, []report.Figure{with(a, func(f *report.Figure) { f.Metric = "requests.carried_in" })},
			[]string{"label requests.carried_in"},
		},
		"several of a name": {
			[]report.Figure{a, figure("requests.new", "7", report.StateOK, 2)}, []report.Figure{figure("requests.new", "7", report.StateOK, 2), a},
			nil,
		},
	} {
		var got []string
		for _, c := range Compare(&report.Report{Figures: tt.old}, &report.Report{Figures: tt.new}) {
			got = append(got, fmt.Sprint(c.Kind, " ", c.Cell))
		}
		check(t, name, got, tt.want...)
	}
}

// What candidates change is found, and a promotion refuses what gets worse: lost
// cells, broken relations, lost reports, contradicted decisions.
func TestPromote(t *testing.T) {
	ctx := context.Background()
	const cell = "requests.new@total"
	a := published(t, 5,
		func(r *report.Report) { // the organ was read otherwise
			r.Organ.Name = "某某" + r.Organ.Name
		},
		func(r *report.Report) { // a relation held that fails
			for i := range r.Findings {
				r.Findings[i].Verdict = report.Fail
			}
		},
		func(r *report.Report) { figureAt(t, r, cell).Value = "999" },
		nil, nil,
	)
	renamed := a.said(ReportQuery{})
	items, err := a.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var wrong Item // the one with 999
	for e, err := range a.Reports(ctx, ReportQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range e.Report.Figures {
			if f.Value == "999" {
				wrong = e.Item
			}
		}
	}
	a.reextract(ReextractOptions{})
	d, err := a.Diff(ctx, DiffQuery{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d.Candidates != 5 || d.Same != 2 || d.Renamed != 1 || d.Cells[ValueChanged] != 1 || d.Fixed == 0 || d.Broken != 0 || d.WorseReports != 0 || d.Head["organ"] != 1 {
		t.Errorf("%+v", d)
	}

	// Somebody says that 999 is what is printed: the candidate contradicts it.
	if _, err := a.Decide(ctx, wrong.ID, cell, RuledRight, "reader", "so it stands there"); err != nil {
		t.Fatal(err)
	}
	_, err = a.Promote(ctx, PromoteOptions{})
	if w, ok := errors.AsType[*WorseError](err); !ok || w.Diff.Contradicted != 1 || w.Diff.WorseReports != 1 {
		t.Fatalf("%v", err)
	}
	if err := a.Undecide(ctx, wrong.ID, cell); err != nil {
		t.Fatal(err)
	}
	// Or that it is wrong: then the candidate is welcome.
	if _, err := a.Decide(ctx, wrong.ID, cell, RuledWrong, "reader", ""); err != nil {
		t.Fatal(err)
	}
	p, err := a.Promote(ctx, PromoteOptions{Who: "tester"})
	if err != nil || p.Closed.IsZero() || p.Reports != 6 {
		t.Fatalf("%+v, %v", p, err)
	}
	after := a.said(ReportQuery{})
	if len(after) != 5 || len(a.said(ReportQuery{Revisions: Waiting})) != 0 {
		t.Errorf("%v", after)
	}
	if _, err := a.Promote(ctx, PromoteOptions{}); !errors.Is(err, ErrNothingWaits) {
		t.Errorf("nothing waits: %v", err)
	}
	shown, err := a.Show(ctx, wrong.ID)
	if err != nil || len(shown.Decisions) != 1 || shown.Extractor != extract.Version {
		t.Errorf("%+v, %v", shown, err)
	}

	undone, err := a.Undo(ctx, 0, "tester", "", nil)
	if err != nil || undone.Undoes != p.Number {
		t.Fatalf("%+v, %v", undone, err)
	}
	check(t, "undone", a.said(ReportQuery{}), renamed...)
	if n := len(a.said(ReportQuery{Revisions: Waiting})); n != 5 {
		t.Errorf("%d candidates wait again", n)
	}
	if _, err := a.Undo(ctx, p.Number, "", "", nil); err == nil {
		t.Error("undone twice")
	}
	if _, err := a.Promote(ctx, PromoteOptions{}); err != nil {
		t.Fatal(err)
	}
	check(t, "promoted again", a.said(ReportQuery{}), after...)
	if _, err := a.Undo(ctx, p.Number, "", "", nil); err == nil {
		t.Error("what a later promotion changed is undone")
	}

	// A page that the extractor takes for no report any more.
	a.update(func(tx *store.Tx) error {
		return tx.PutReading(store.Digest(items[4].Snapshot), cmp.Or(items[4].Attachment, items[4].URL), store.Reading{Extractor: extract.Version + 1, Reason: "notice", Time: time.Now()})
	})
	_, err = a.Promote(ctx, PromoteOptions{})
	if w, ok := errors.AsType[*WorseError](err); !ok || w.Diff.LostReports != 1 {
		t.Fatalf("%v", err)
	}
	if _, err := a.Promote(ctx, PromoteOptions{Accept: "it is a notice"}); err != nil {
		t.Fatal(err)
	}
	if n := len(a.said(ReportQuery{})); n != 4 {
		t.Errorf("%d reports are left", n)
	}
	if v, err := a.store.Verify(ctx, nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}
