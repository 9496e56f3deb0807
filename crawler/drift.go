package crawler

import (
	"fmt"
	"slices"
	"strings"
)

// point is how one visit of a column ended, as its history keeps it.
type point struct {
	Run    string `json:"run"`
	Listed int    `json:"listed"`
	// Pages is how many wanted pages the site has, as far as we saw them last;
	// Reports how many of them, and of their files, are read as reports; Tables how
	// many official tables those have.
	Pages   int `json:"pages"`
	Reports int `json:"reports"`
	Tables  int `json:"tables"`
}

// How a column is held against its history.
const (
	historyLength = 10
	// leastHistory is how many visits it takes to know a column.
	leastHistory = 1
	// driftShare is what part of the usual number must be left.
	driftShare = 0.8
	// driftCount is how many may be missing in any case, as long as some are left:
	// one report withdrawn from a small column is no drift.
	driftCount = 1
)

// remember adds a visit to the history of the column. A visit that drifted is left
// out, so that a site that broke does not become the new normal by itself; after
// as many as the history is long it does.
func (c *column) remember(p point, drifted bool) {
	if drifted {
		if c.Drifted++; c.Drifted < historyLength {
			return
		}
		c.History = nil
	}
	c.Drifted = 0
	c.History = append(c.History, p)
	if over := len(c.History) - historyLength; over > 0 {
		c.History = slices.Delete(c.History, 0, over)
	}
}

// drift says by how much a visit falls behind the history of its column; empty
// when it does not.
func (c *column) drift(p point) string {
	if len(c.History) < leastHistory {
		return ""
	}
	var falls []string
	number := func(what string, of func(point) int) {
		usual := median(c.History, of)
		if now := of(p); fell(now, usual) {
			falls = append(falls, fmt.Sprintf("%s %d, usually %d (-%d%%)", what, now, usual, 100*(usual-now)/usual))
		}
	}
	number("items listed", func(p point) int { return p.Listed })
	number("pages", func(p point) int { return p.Pages })
	number("reports", func(p point) int { return p.Reports })
	number("tables", func(p point) int { return p.Tables })
	share := func(p point) int { return 100 * p.Reports / max(p.Pages, 1) }
	if usual, now := median(c.History, share), share(p); p.Pages > driftCount && float64(now) < driftShare*float64(usual) {
		falls = append(falls, fmt.Sprintf("share of pages that are reports %d%%, usually %d%%", now, usual))
	}
	return strings.Join(falls, ", ")
}

// fell tells whether a number fell behind what it usually is; to nothing is always
// too far.
func fell(now, usual int) bool {
	return usual-now > driftCount && float64(now) < driftShare*float64(usual) || now == 0 && usual > 0
}

func median(history []point, of func(point) int) int {
	values := make([]int, len(history))
	for i, p := range history {
		values[i] = of(p)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
