package corpus

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UnknownSiteError says that nothing in the corpus came from the site by which
// something was chosen.
type UnknownSiteError struct {
	Site  string
	Known []string // the sites that there are, those that resemble it first
}

func (e *UnknownSiteError) Error() string {
	const most = 10
	if len(e.Known) == 0 {
		return fmt.Sprintf("nothing in the corpus came from a site %q, nor from any other", e.Site)
	}
	known := strings.Join(e.Known[:min(most, len(e.Known))], ", ")
	if more := len(e.Known) - most; more > 0 {
		known += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("nothing in the corpus came from a site %q; there are %s", e.Site, known)
}

// checkSite returns an *UnknownSiteError for a site that nothing in the corpus came
// from; an empty name chooses none.
func (c *Corpus) checkSite(ctx context.Context, site string) error {
	if site == "" {
		return nil
	}
	sites := map[string]bool{}
	for r, err := range c.store.ReportHeads(ctx, "") {
		if err != nil {
			return err
		}
		if sites[r.Site] = true; sites[site] {
			return nil
		}
	}
	for capture, err := range c.store.Captures(ctx) {
		if err != nil {
			return err
		}
		if sites[capture.Site] = true; sites[site] {
			return nil
		}
	}
	delete(sites, "")
	alike := func(other string) (n int) {
		if strings.Contains(other, site) || strings.Contains(site, other) {
			return len(site)
		}
		for n < min(len(site), len(other)) && site[n] == other[n] {
			n++
		}
		return n
	}
	known := slices.SortedFunc(maps.Keys(sites), func(a, b string) int {
		return cmp.Or(cmp.Compare(alike(b), alike(a)), cmp.Compare(a, b))
	})
	return &UnknownSiteError{Site: site, Known: known}
}
