package corpus

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongkai/corpus/organs"
	"gongkai/report"
	"gongkai/report/region"
	"gongkai/store"
)

// Organ is one organ of the corpus and where it is: a name on a host.
type Organ struct {
	Name     string `json:"name"`
	FullName string `json:"full_name,omitempty"`
	Host     string `json:"host,omitempty"`
	// Reports counts its reports; From and To are the years of the first and last.
	Reports int `json:"reports"`
	From    int `json:"from,omitempty"`
	To      int `json:"to,omitempty"`
	// Latest is the ID of its newest report, for whose year the resolution is.
	Latest string `json:"report"`
	organs.Resolution
}

// Resolver returns what says where the organs of this corpus are, now or at a time:
// it has heard the decisions, and learned from the names of all reports what their
// hosts are about. Of decisions that were changed later, nothing is known.
func (c *Corpus) Resolver(ctx context.Context, asOf time.Time) (*organs.Resolver, error) {
	var decisions []organs.Decision
	for p, err := range c.store.Places(ctx) {
		if err != nil {
			return nil, err
		}
		if !after(p.Time, asOf) {
			decisions = append(decisions, organs.Decision{Name: p.Name, Host: p.Host, Region: p.Region})
		}
	}
	r := organs.New(decisions)
	for h, err := range c.store.ReportHeads(ctx, "") {
		if err != nil {
			return nil, err
		}
		if !after(h.Time, asOf) {
			r.Learn(organs.Subject{Name: h.Organ, Year: h.Year, Host: hostOf(&h)})
		}
	}
	return r, nil
}

// hostOf is the host that a report was published on.
func hostOf(h *store.Report) string {
	address := h.URL
	if g := given(h); g.Page != "" {
		address = g.Page
	}
	return Host(address)
}

// Host is the host of an address as decisions on places name it: without www.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// Subject is what a report tells of where its organ is.
func Subject(r *report.Report) organs.Subject {
	return organs.Subject{
		Name: r.Organ.Name, FullName: r.Organ.FullName, Host: Host(r.Source.URL), Year: r.Year, Region: r.Organ.Region,
		Meta: r.Meta, Level: r.Organ.Level, Kind: r.Organ.Kind,
	}
}

// Organs lists the organs of the corpus by name and host, each as its newest report
// tells it.
func (c *Corpus) Organs(ctx context.Context) ([]Organ, error) {
	resolver, err := c.Resolver(ctx, noTime)
	if err != nil {
		return nil, err
	}
	type key struct{ name, host string }
	found := map[key]*Organ{}
	newest := map[key]store.Report{}
	for l, err := range c.lives(ctx, time.Time{}) {
		if err != nil {
			return nil, err
		}
		if l.chosen == nil {
			continue
		}
		h := *l.chosen
		k := key{organs.Fold(h.Organ), hostOf(&h)}
		o := found[k]
		if o == nil {
			o = &Organ{Host: k.host, From: h.Year}
			found[k] = o
		}
		o.Reports++
		o.From, o.To = min(o.From, h.Year), max(o.To, h.Year)
		if n, ok := newest[k]; !ok || cmp.Or(cmp.Compare(h.Year, n.Year), cmp.Compare(n.ID, h.ID)) > 0 {
			newest[k] = h
		}
	}
	all := make([]Organ, 0, len(found))
	for k, h := range newest {
		r, err := c.Report(ctx, h.ID, h.Revision)
		if err != nil {
			return nil, err
		}
		o := found[k]
		o.Name, o.FullName, o.Latest, o.Resolution = r.Organ.Name, r.Organ.FullName, h.ID, resolver.Resolve(Subject(r))
		all = append(all, *o)
	}
	slices.SortFunc(all, func(a, b Organ) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host)) })
	return all, nil
}

// PlaceError says why a decision on a place can't be taken.
type PlaceError struct {
	Region string
	// Meant are codes that may have been meant.
	Meant []region.Division
}

func (e *PlaceError) Error() string {
	if len(e.Meant) == 0 {
		return fmt.Sprintf("%q is no code of GB/T 2260 that any list has: give six digits, or %q for an organ that has no region", e.Region, organs.None)
	}
	var s []string
	for _, d := range e.Meant {
		s = append(s, d.Code+" "+d.Name)
	}
	return fmt.Sprintf("%q is no code of GB/T 2260; did you mean %s?", e.Region, strings.Join(s, ", "))
}

// UnknownOrganError says that no report is of an organ of this name.
type UnknownOrganError struct{ Name, Host string }

func (e *UnknownOrganError) Error() string {
	if e.Host != "" {
		return fmt.Sprintf("no report is of an organ named %q on %s; see gongkai organs for names and hosts", e.Name, e.Host)
	}
	return fmt.Sprintf("no report is of an organ named %q; see gongkai organs for the names", e.Name)
}

// Is makes the error ErrNotFound.
func (e *UnknownOrganError) Is(target error) bool { return target == ErrNotFound }

// DecidePlace keeps what a person says of where the organ of a name is: on one host,
// or, with an empty host, wherever it is published. The error is a *PlaceError for a
// code that no list has and an *UnknownOrganError for a name that no report has.
func (c *Corpus) DecidePlace(ctx context.Context, p store.Place) error {
	if p.Region != organs.None && !region.Known(p.Region) {
		return &PlaceError{Region: p.Region, Meant: region.Ever(p.Region)}
	}
	p.Name, p.Host = organs.Fold(p.Name), Host("//"+p.Host)
	known := false
	for h, err := range c.store.ReportHeads(ctx, "") {
		if err != nil {
			return err
		}
		if organs.Fold(h.Organ) == p.Name && (p.Host == "" || hostOf(&h) == p.Host) {
			known = true
			break
		}
	}
	if !known {
		return &UnknownOrganError{Name: p.Name, Host: p.Host}
	}
	return c.store.Update(ctx, func(tx *store.Tx) error { return tx.PutPlace(p) })
}

// ForgetPlace takes a decision back; the error is store.ErrNotFound when there is
// none.
func (c *Corpus) ForgetPlace(ctx context.Context, name, host string) error {
	return c.store.Update(ctx, func(tx *store.Tx) error { return tx.DeletePlace(organs.Fold(name), Host("//"+host)) })
}
