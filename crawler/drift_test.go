package crawler

import (
	"strings"
	"testing"
)

func TestDrift(t *testing.T) {
	usual := point{Listed: 40, Pages: 20, Reports: 18, Tables: 10}
	for _, tc := range []struct {
		name string
		now  point
		want string // part of the line; empty: no drift
	}{
		{"as usual", usual, ""},
		{"a report withdrawn", point{Listed: 39, Pages: 20, Reports: 17, Tables: 9}, ""},
		{"more than before", point{Listed: 80, Pages: 40, Reports: 38, Tables: 30}, ""},
		{"half of the list", point{Listed: 20, Pages: 20, Reports: 18, Tables: 10}, "items listed 20, usually 40 (-50%)"},
		{"pages that are no reports any more", point{Listed: 40, Pages: 20, Reports: 5, Tables: 3}, "reports 5, usually 18 (-72%)"},
		{"tables lost", point{Listed: 40, Pages: 20, Reports: 18, Tables: 2}, "tables 2, usually 10 (-80%)"},
		{"pages lost", point{Listed: 40, Pages: 10, Reports: 18, Tables: 10}, "pages 10, usually 20 (-50%)"},
		{"nothing left", point{}, "items listed 0, usually 40 (-100%)"},
		{"more pages, hardly more reports", point{Listed: 80, Pages: 60, Reports: 19, Tables: 10}, "share of pages that are reports 31%, usually 90%"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := &column{History: []point{usual, usual, usual}}
			got := c.drift(tc.now)
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("drift %q, want %q", got, tc.want)
			}
		})
	}
	small := &column{History: []point{{Listed: 3, Pages: 3, Reports: 3, Tables: 9}}}
	if got := small.drift(point{Listed: 2, Pages: 2, Reports: 2, Tables: 9}); got != "" {
		t.Errorf("one report less in a small column: %s", got)
	}
	if got := small.drift(point{Listed: 3, Pages: 3}); got != "reports 0, usually 3 (-100%), tables 0, usually 9 (-100%), share of pages that are reports 0%, usually 100%" {
		t.Errorf("no report left in a small column: %s", got)
	}
	if got := new(column).drift(point{}); got != "" {
		t.Errorf("a column without a history drifted: %s", got)
	}
}

// A site that changed for good becomes the new normal in the end.
func TestDriftEnds(t *testing.T) {
	c := &column{}
	for range 5 {
		c.remember(point{Listed: 40}, false)
	}
	visits := 0
	for p := (point{Listed: 10}); c.drift(p) != ""; visits++ {
		if visits > 50 {
			t.Fatal("drift does not end")
		}
		c.remember(p, true)
	}
	if visits < 5 {
		t.Errorf("after %d visits a broken site was taken for normal", visits)
	}
	for range 30 {
		c.remember(point{Listed: 10}, false)
	}
	if len(c.History) != historyLength {
		t.Errorf("history of %d visits", len(c.History))
	}
}
