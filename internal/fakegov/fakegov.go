// Package fakegov is a set of government sites on loopback, one per CMS family,
// for the demo, the tests and the benchmarks. Every organ, place and figure in it
// is invented, and the same seed invents the same ones again. It shares no URL
// logic with the crawler and no code with the extraction, so that the two can be
// tested against it.
//
// [Start] opens the sites that [Options] ask for, each on its own port:
//
//	gov, err := fakegov.Start(fakegov.Demo())
//	defer gov.Close()
//	for _, column := range gov.Columns() { … }   // what a crawler is configured with
//	for _, r := range gov.Sites[0].Reports() { … } // what it should find: r.Truth
//
// While it runs, a site can fail ([Site.Fail]), edit, withdraw or publish a
// report ([Site.Edit], [Site.Remove], [Site.Publish]), and tell what was asked of
// it ([Site.Log]). Pages are made when they are asked for: a site of thousands of
// reports costs little memory.
package fakegov

import (
	"errors"
	"fmt"
	"strings"
)

// Options say which sites to open.
type Options struct {
	// Seed decides all names and figures.
	Seed  uint64
	Sites []SiteSpec
	// Port is the port of the first site; the others take the following ones, so
	// that another start has the same addresses. 0 takes any that are free.
	Port int
}

// SiteSpec describes a site. Only Family must be set.
type SiteSpec struct {
	// ID is how a configuration calls the site. Default: the family's name, with
	// a number when there are several.
	ID     string
	Family Family
	// Reports is how many reports are invented for the site: ten years of its
	// government, of the government's office, of each department and town.
	// Ignored when Plan is set. Default 12.
	Reports int
	// Plan names the reports one by one.
	Plan []ReportSpec
	// PerPage is the number of items on a page of the list. Default 10.
	PerPage int
	// Charset is how the site encodes its pages.
	Charset Charset
	// Noise is how many papers that are no annual report stand in the list too.
	// Families without a list ignore it.
	Noise int
	// TLS serves https with a certificate that nobody signed, and HTTP/2.
	TLS bool
	// Robots is the text of robots.txt. Without it the site has none.
	Robots string
	// Closed lets every link of a page lead to a report or an index page of the
	// same site, so that any crawler sees the same finite site.
	Closed bool
	// NoValidators leaves out ETag and Last-Modified.
	NoValidators bool
	// Restless prints a visitor counter that grows with every request, and no
	// validators: a page is never the same twice.
	Restless bool
	// StaleFrom is the list page from which on a TRS site answers with stubs of
	// some 300 bytes left over from an older publication. 0 means none.
	StaleFrom int
	// Faults are switched on from the start in the order of their paths, which are
	// those of [Site.Fail].
	Faults map[string]Fault
}

// Gov is a set of running sites.
type Gov struct {
	Sites []*Site
	// Stranger is a host that no column lies on. Redirects off host and links to
	// other hosts lead there; its log shows who followed them.
	Stranger *Site

	seed uint64
	port int
}

// Column is what a crawler has to be told about a site.
type Column struct {
	ID, Name string
	// Organ is whose column it is.
	Organ string
	Index []string
	// AllowPrivate is always true: the sites live on loopback.
	AllowPrivate bool
}

// Start opens the sites. Close the Gov to close them.
func Start(o Options) (*Gov, error) {
	g := &Gov{seed: o.Seed}
	count := make(map[Family]int)
	var err error
	if o.Port > 0 {
		g.port = o.Port + len(o.Sites)
	}
	if g.Stranger, err = g.open(SiteSpec{ID: "stranger", Family: TRS, Reports: 1}, 800); err != nil {
		return nil, err
	}
	for i, spec := range o.Sites {
		count[spec.Family]++
		if spec.ID == "" {
			spec.ID = string(spec.Family)
			if n := count[spec.Family]; n > 1 {
				spec.ID += "-" + itoa(n)
			}
		}
		if o.Port > 0 {
			g.port = o.Port + i
		}
		site, err := g.open(spec, i)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("site %s: %w", spec.ID, err), g.Close())
		}
		g.Sites = append(g.Sites, site)
	}
	return g, nil
}

// Close closes the sites, cuts the connections and waits for the answers under
// way.
func (g *Gov) Close() error {
	var errs []error
	for _, s := range append([]*Site{g.Stranger}, g.Sites...) {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(errs...)
}

// Columns is the configuration that crawls all sites.
func (g *Gov) Columns() []Column {
	var out []Column
	for _, s := range g.Sites {
		out = append(out, s.Column())
	}
	return out
}

// Site finds a site by ID. It panics when there is none: the caller named it in
// the Options.
func (g *Gov) Site(id string) *Site {
	for _, s := range g.Sites {
		if s.ID == id {
			return s
		}
	}
	panic("fakegov: no site " + id)
}

// SiteAt finds the site that serves a URL, nil when none does.
func (g *Gov) SiteAt(url string) *Site {
	for _, s := range append([]*Site{g.Stranger}, g.Sites...) {
		if url == s.URL || strings.HasPrefix(url, s.URL+"/") {
			return s
		}
	}
	return nil
}
