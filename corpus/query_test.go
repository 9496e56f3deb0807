package corpus

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/store"
)

// reading is a revision to put: what matters here, with a body that says no more.
type reading struct {
	id, url, page string
	extractor     int
	status        string
}

// putReading stores a reading as a crawl with that extractor would, at a time.
func (a *archive) putReading(r reading, at time.Time) store.Report {
	a.t.Helper()
	var stored store.Report
	a.update(func(tx *store.Tx) error {
		done, err := tx.Finish(store.Finish{
			Capture: &store.Capture{Key: r.url, URL: r.url, Status: 200, Time: at}, Body: []byte(r.page),
		})
		if err != nil {
			return err
		}
		stored, _, err = tx.PutReport(store.Report{
			ID: r.id, URL: r.url, Digest: store.DigestOf([]byte(r.page)), Capture: done.Capture, Extractor: r.extractor,
			Organ: "甲县人民政府", Year: 2020, Status: r.status, Time: at,
			Body: fmt.Appendf(nil, `{"title":"%s %s by %d"}`, r.id, r.page, r.extractor),
		})
		return err
	})
	return stored
}

func (a *archive) said(q ReportQuery) (all []string) {
	a.t.Helper()
	for e, err := range a.Reports(context.Background(), q) {
		if err != nil {
			a.t.Fatal(err)
		}
		text := fmt.Sprintf("%s:%d %s", e.ID, e.Revision, e.Report.Title)
		if e.Chosen {
			text += " (chosen)"
		}
		all = append(all, text)
	}
	return all
}

func check(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// A report is read as the standing revision of its best source, now and at any
// time before.
func TestReports(t *testing.T) {
	a := &archive{t: t}
	a.store = newStore(t)
	a.Corpus = New(a.store)
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

	a.putReading(reading{"aaaa", "https://a.example.cn/1", "one", 1, "complete"}, hour(0))
	a.putReading(reading{"aaaa", "https://b.example.cn/1", "copy", 1, "complete"}, hour(1))
	a.putReading(reading{"aaaa", "https://a.example.cn/1", "two", 1, "complete"}, hour(2))
	check(t, "a page changed", a.said(ReportQuery{}), "aaaa:3 aaaa two by 1 (chosen)")
	check(t, "all", a.said(ReportQuery{Revisions: All}),
		"aaaa:1 aaaa one by 1", "aaaa:2 aaaa copy by 1", "aaaa:3 aaaa two by 1 (chosen)")

	candidate := a.putReading(reading{"aaaa", "https://a.example.cn/1", "two", 2, "complete"}, hour(3))
	if !candidate.Candidate {
		t.Error("another extractor's reading of the same bytes is no candidate")
	}
	check(t, "a candidate waits", a.said(ReportQuery{}), "aaaa:3 aaaa two by 1 (chosen)")
	check(t, "waiting", a.said(ReportQuery{Revisions: Waiting}), "aaaa:4 aaaa two by 2")

	a.update(func(tx *store.Tx) error {
		p, err := tx.PutPromotion(store.Promotion{Time: hour(4)})
		if err != nil {
			return err
		}
		return tx.PutMove(store.Move{Promotion: p.Number, Report: "aaaa", Time: hour(4), Steps: []store.Step{{From: 3, To: 4}}})
	})
	check(t, "promoted", a.said(ReportQuery{}), "aaaa:4 aaaa two by 2 (chosen)")
	check(t, "none waits", a.said(ReportQuery{Revisions: Waiting}))

	// A page that turns back to what it said is no rival of its own reading.
	if r := a.putReading(reading{"aaaa", "https://a.example.cn/1", "one", 1, "complete"}, hour(5)); r.Candidate {
		t.Error("a page that turned back gave a candidate")
	}
	check(t, "turned back", a.said(ReportQuery{}), "aaaa:5 aaaa one by 1 (chosen)")

	for n, want := range map[int]string{
		0: "aaaa:1 aaaa one by 1 (chosen)", 1: "aaaa:1 aaaa one by 1 (chosen)", 2: "aaaa:3 aaaa two by 1 (chosen)",
		3: "aaaa:3 aaaa two by 1 (chosen)", 4: "aaaa:4 aaaa two by 2 (chosen)", 5: "aaaa:5 aaaa one by 1 (chosen)",
	} {
		check(t, fmt.Sprintf("as of hour %d", n), a.said(ReportQuery{Filter: Filter{AsOf: hour(n)}}), want)
	}
	check(t, "before there was any", a.said(ReportQuery{Filter: Filter{AsOf: hour(-1)}}))

	// Tables that are known better count for more than having been first.
	a.putReading(reading{"bbbb", "https://a.example.cn/2", "prose", 1, "narrative"}, hour(0))
	a.putReading(reading{"bbbb", "https://a.example.cn/2.docx", "tables", 1, "complete"}, hour(1))
	check(t, "page and file", a.said(ReportQuery{Filter: Filter{Status: "complete", URL: "2.docx"}}), "bbbb:2 bbbb tables by 1 (chosen)")

	// Two that are found to be the same are one, with the sources of both.
	a.putReading(reading{"cccc", "https://c.example.cn/2", "the same", 1, "complete"}, hour(6))
	a.update(func(tx *store.Tx) error { return tx.PutUnion("cccc", store.Union{Into: "bbbb", Time: hour(7)}) })
	check(t, "united", a.said(ReportQuery{Filter: Filter{URL: "2.docx"}, Revisions: All}),
		"bbbb:1 bbbb prose by 1", "bbbb:2 bbbb tables by 1 (chosen)", "bbbb:1 cccc the same by 1")
	check(t, "before", a.said(ReportQuery{Filter: Filter{URL: "c.example.cn", AsOf: hour(6)}}), "cccc:1 cccc the same by 1 (chosen)")
	sources, err := a.Sources(context.Background(), "cccc", time.Time{})
	if err != nil || len(sources) != 3 {
		t.Errorf("%+v, %v", sources, err)
	}
	if v, err := a.store.Verify(context.Background(), nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}
