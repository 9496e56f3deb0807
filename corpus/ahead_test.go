package corpus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gongkai/store"
)

func emptyArchive(t *testing.T) *archive {
	a := &archive{t: t, store: newStore(t)}
	a.Corpus = New(a.store)
	return a
}

func hour(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

// Reports are read ahead of the caller. One who stops, or whose context ends, gets
// no more and leaves nothing running.
func TestReportsStopped(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	a := emptyArchive(t)
	const reports = 6 * reportBatch
	a.update(func(tx *store.Tx) error {
		d, err := tx.PutSnapshot([]byte("a page"))
		for i := range reports {
			if err == nil {
				_, _, err = tx.PutReport(store.Report{ID: fmt.Sprintf("%012x", i), URL: fmt.Sprintf("http://a.gov.cn/%d", i), Digest: d, Time: hour(0), Body: []byte("{}")})
			}
		}
		return err
	})
	for _, stop := range []int{1, reportBatch, reportBatch + 1, reports} {
		n := 0
		for _, err := range a.Reports(context.Background(), ReportQuery{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d reports, want %d", n, stop)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var got error
	for _, err := range a.Reports(ctx, ReportQuery{}) {
		if err != nil {
			got = err
			continue
		}
		if n++; n == 1 {
			cancel()
		}
	}
	if n == reports || !errors.Is(got, context.Canceled) {
		t.Errorf("%d reports after the context ended, error %v", n, got)
	}
}

// The captures behind a report are those of every address that gave it.
func TestReportsCaptures(t *testing.T) {
	a := emptyArchive(t)
	a.putReading(reading{"r1", "http://a.gov.cn/1", "first", 1, "complete"}, hour(0))
	a.putReading(reading{"r1", "http://a.gov.cn/1", "edited", 1, "complete"}, hour(2))
	a.putReading(reading{"r1", "http://b.gov.cn/x", "mirror", 1, "partial"}, hour(1))
	for _, tt := range []struct {
		q    ReportQuery
		want []string
	}{
		{ReportQuery{Captures: true}, []string{"http://a.gov.cn/1 12:00", "http://a.gov.cn/1 14:00", "http://b.gov.cn/x 13:00"}},
		{ReportQuery{Captures: true, Filter: Filter{AsOf: hour(1)}}, []string{"http://a.gov.cn/1 12:00", "http://b.gov.cn/x 13:00"}},
		{ReportQuery{}, nil},
	} {
		var got []string
		for e, err := range a.Reports(context.Background(), tt.q) {
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range e.Captures {
				got = append(got, c.URL+" "+c.Time.UTC().Format("15:04"))
			}
		}
		check(t, fmt.Sprintf("%+v", tt.q), got, tt.want...)
	}
}

// A version names what the corpus says; what was said at its time can be had again.
func TestVersion(t *testing.T) {
	a := emptyArchive(t)
	ctx := context.Background()
	version := func() string {
		t.Helper()
		at, err := a.Version(ctx, hour(99))
		now, err2 := a.Version(ctx, hour(99))
		if err != nil || err2 != nil || at != now {
			t.Fatalf("version %q %v, then %q %v", at, err, now, err2)
		}
		return at
	}
	a.putReading(reading{"r1", "http://a.gov.cn/1", "first", 1, "complete"}, hour(0))
	first := version()
	a.putReading(reading{"r1", "http://a.gov.cn/1", "edited", 1, "complete"}, hour(2))
	second := version()
	if first == second {
		t.Errorf("another page, the same version %s", first)
	}
	for v, want := range map[string]int{first: 0, second: 2} {
		if at, err := a.AtVersion(ctx, v); err != nil || !at.Equal(hour(want)) {
			t.Errorf("%s was at %v, %v; want hour %d", v, at, err, want)
		}
	}
	var wrong *VersionError
	if _, err := a.AtVersion(ctx, first[:len(first)-1]+"x"); !errors.As(err, &wrong) || wrong.Was != first {
		t.Errorf("a version that never was: %v", err)
	}
	if _, err := a.AtVersion(ctx, "yesterday"); !errors.As(err, &wrong) || wrong.Was != "" {
		t.Errorf("no version at all: %v", err)
	}
}
