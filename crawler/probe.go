package crawler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"

	"gongkai/configs"
	"gongkai/crawler/fetch"
	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
)

// ProbeResult is what one look at an index page tells: what would be listed, and
// how.
type ProbeResult struct {
	// Configured is the id of the site of the configuration that has the index.
	Configured string `json:"configured,omitempty"`
	URL        string `json:"url"`
	FinalURL   string `json:"final_url,omitempty"`
	Status     int    `json:"status"`
	// Title is that of the page, Site the name of the site as the page gives it.
	Title string `json:"title,omitempty"`
	Site  string `json:"site,omitempty"`
	// Mechanism is how the page lists, empty when that was not recognised.
	Mechanism string `json:"mechanism,omitempty"`
	// Declared items and Pages are what the site says, 0 if it does not say.
	Declared int `json:"declared"`
	Pages    int `json:"pages"`
	// Items are those of the first page, Wanted how many of them a crawl would
	// fetch; OtherHosts counts the items on hosts out of scope.
	Items      []listing.Item `json:"items"`
	Wanted     int            `json:"wanted"`
	OtherHosts map[string]int `json:"other_hosts,omitempty"`
	// Next is the request for the page after the first, nil when there is none.
	Next *listing.Request `json:"next,omitempty"`
	// Verdict says how it ended when the listing ended here or could not be read.
	Verdict  string `json:"verdict,omitempty"`
	Evidence string `json:"evidence,omitempty"`
	Requests int    `json:"requests"`
	// Pinned is how many items its configuration pins; Drift says how the index
	// differs from what is pinned.
	Pinned int    `json:"pinned,omitempty"`
	Drift  string `json:"drift,omitempty"`
	// Profile are the lines of a configuration that pin what was recognised.
	Profile string `json:"profile"`
}

// maxProbe is how many requests a probe makes for the index: the page itself,
// redirect shells, and the endpoint that fills an empty page.
const maxProbe = 4

// Probe looks at an index page as a crawl would, politely, and writes nothing. Of
// the options only Config, AllowPrivate, Fetch, Retry and Log matter; a Config
// that has the index lends it the settings of its site. What is wrong with the
// page is in the result; an error is about the address or the options.
func Probe(ctx context.Context, index string, o Options) (*ProbeResult, error) {
	o = o.withDefaults()
	u, err := url.Parse(index)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no address of an index page: write it whole, with http:// or https://", index)
	}
	s, userAgent, err := probedSite(u, o)
	if err != nil {
		return nil, err
	}
	options := o.Fetch
	options.UserAgent = userAgent
	e := newEngine(ctx, options)
	defer e.close()
	return probeIndex(ctx, s, u, e)
}

// ProbeAll looks at every index of the configuration, columns of different hosts at
// the same time, and writes nothing. The results come in the order of the
// configuration; each is shown to done, if there is one, as soon as it is there.
// An error is about the configuration or ctx.
func ProbeAll(ctx context.Context, o Options, done func(*ProbeResult)) ([]*ProbeResult, error) {
	o = o.withDefaults()
	if o.Config == nil {
		return nil, errors.New("there is no configuration to probe")
	}
	options := o.Fetch
	options.UserAgent = o.Config.UserAgent
	e := newEngine(ctx, options)
	defer e.close()
	type task struct {
		site *site
		url  *url.URL
		at   int
	}
	hosts := map[string][]task{}
	n := 0
	for _, c := range o.Config.Sites {
		s, err := newSite(c, nil, o)
		if err != nil {
			return nil, err
		}
		for _, raw := range c.Index {
			u, err := url.Parse(raw)
			if err != nil {
				return nil, fmt.Errorf("site %s: index %q is no address", c.ID, raw)
			}
			host := frontier.BareHost(frontier.Host(u))
			hosts[host] = append(hosts[host], task{s, u, n})
			n++
		}
	}
	results := make([]*ProbeResult, n)
	var showing sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Config.Limits.Hosts))
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		g.Go(func() error {
			for _, t := range hosts[host] {
				r, err := probeIndex(ctx, t.site, t.url, e)
				if err != nil {
					return err
				}
				results[t.at] = r
				if done != nil {
					showing.Lock()
					done(r)
					showing.Unlock()
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

func probeIndex(ctx context.Context, s *site, u *url.URL, e *engine) (*ProbeResult, error) {
	p := &probe{site: s, url: u, engine: e, result: &ProbeResult{URL: u.String(), Items: []listing.Item{}, Pinned: s.Listing.Items}}
	if s.ID != probedID {
		p.result.Configured = s.ID
	}
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	p.result.Drift = p.drift()
	var err error
	p.result.Profile, err = p.profile()
	return p.result, err
}

// probedID names the site of an index that no configuration has.
const probedID = "probe"

// probedSite is the configured site that has the index, or one with nothing but
// the index.
func probedSite(u *url.URL, o Options) (*site, string, error) {
	c, userAgent := configs.Site{ID: probedID, Index: []string{u.String()}}, ""
	c.Limits = configs.SiteLimits{Body: configs.DefaultBody, Pages: configs.DefaultPages}
	if o.Config != nil {
		userAgent = o.Config.UserAgent
		c.Pace, c.InsecureTLS = o.Config.Pace, &o.Config.InsecureTLS
		c.Limits = configs.SiteLimits{Body: o.Config.Limits.Body, Pages: o.Config.Limits.Pages}
		for _, known := range o.Config.Sites {
			for _, raw := range known.Index {
				if k, err := url.Parse(raw); err == nil && frontier.Key(k) == frontier.Key(u) {
					c = known
				}
			}
		}
	}
	s, err := newSite(c, nil, o)
	return s, userAgent, err
}

// probe is one look at an index.
type probe struct {
	site   *site
	url    *url.URL
	engine *engine
	result *ProbeResult
	// found is the mechanism by which the index lists where that isn't the pinned
	// one any more.
	found string
}

// read asks for pages until items came or the listing ended.
func (p *probe) read(ctx context.Context) error {
	req, state := listing.Request{URL: p.url.String()}, listing.State{}
	for range maxProbe {
		ex, err := p.engine.do(p.site.policy, fetch.Ask{Referer: req.Referrer}, req)
		p.result.Requests += len(ex.Hops)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		hop := ex.Last()
		if hop != nil {
			p.result.FinalURL, p.result.Status = hop.URL, hop.Status
		}
		if a, answered := errors.AsType[*fetch.AnswerError](err); err != nil && (!answered || state.Mechanism == "" || !strings.HasPrefix(a.Verdict, "failed:")) {
			p.result.Verdict, p.result.Evidence = outcome(err)
			return nil
		}
		page, err := p.page(ctx, req, hop)
		if err != nil {
			p.result.Verdict, p.result.Evidence = outcome(err)
			return nil
		}
		r, err := listing.Read(page, state, p.site.hint)
		if err != nil {
			return err
		}
		p.take(r)
		if hint := p.site.hint; state.Mechanism == "" && hint.Mechanism != "" && r.Next == nil && len(r.Items) == 0 {
			if other, err := listing.Read(page, state, listing.Hint{}); err == nil {
				p.found = other.State.Mechanism
			}
		}
		if r.Next == nil || len(r.Items) > 0 {
			return nil
		}
		req, state = *r.Next, r.State
	}
	return nil
}

func (p *probe) page(ctx context.Context, req listing.Request, hop *fetch.Hop) (listing.Page, error) {
	final, err := url.Parse(hop.URL)
	if err != nil {
		return listing.Page{}, &answerError{"failed:url", err.Error()}
	}
	if asked, err := url.Parse(req.URL); err == nil {
		final.Fragment = asked.Fragment
	}
	contentType := hop.Header.Get("Content-Type")
	read, err := parsePage(ctx, hop.Decoded, fileName(hop.URL), contentType)
	if err != nil {
		return listing.Page{}, &answerError{"failed:page", err.Error()}
	}
	p.names(read.root)
	encodeQueries(read.root, read.charset.Name)
	return listing.Page{URL: final, Status: hop.Status, Body: []byte(read.text), Root: read.root, ContentType: contentType}, nil
}

// names reads how the page calls itself and its site.
func (p *probe) names(root *html.Node) {
	for n := range descend(root) {
		switch {
		case n.Data == "title" && p.result.Title == "":
			p.result.Title = textOf(n, 200)
		case n.Data == "meta" && strings.EqualFold(attribute(n, "name"), "SiteName") && p.result.Site == "":
			p.result.Site = attribute(n, "content")
		}
	}
}

// take notes what a page of the listing told.
func (p *probe) take(r listing.Result) {
	res := p.result
	res.Mechanism, res.Declared, res.Pages = r.State.Mechanism, r.State.Declared, r.State.Pages
	res.Next, res.Verdict, res.Evidence = r.Next, r.Verdict, r.Evidence
	res.Items = append(res.Items, r.Items...)
	annual := dedicated(p.url, r.Items)
	for _, it := range r.Items {
		u, err := url.Parse(it.URL)
		if err != nil {
			continue
		}
		switch {
		case p.site.inScope(u) != nil:
			if res.OtherHosts == nil {
				res.OtherHosts = make(map[string]int)
			}
			res.OtherHosts[frontier.Host(u)]++
		case p.site.wants(it, p.url, annual):
			res.Wanted++
		}
	}
}

// drift says how the index differs from what the configuration pins; empty where it
// doesn't, and where it could not be asked.
func (p *probe) drift() string {
	pins, res := p.site.Listing, p.result
	if !readable(res.Verdict) {
		return ""
	}
	var words []string
	if p.found != "" && p.found != pins.Mechanism {
		words = append(words, fmt.Sprintf("lists by %s, %s is pinned", p.found, pins.Mechanism))
	} else if pins.Mechanism != "" && res.Mechanism == "" {
		words = append(words, fmt.Sprintf("does not list by %s any more", pins.Mechanism))
	}
	if now := p.count(); fell(now, pins.Items) {
		words = append(words, fmt.Sprintf("%s, %d are pinned", count(now, "item"), pins.Items))
	}
	return strings.Join(words, "; ")
}

// count is how many items the index has, as far as its first page tells.
func (p *probe) count() int { return max(p.result.Declared, len(p.result.Items)) }

// profile writes the lines of a configuration for the index.
func (p *probe) profile() (string, error) {
	var b strings.Builder
	id := p.site.ID
	if id == probedID {
		id = strings.NewReplacer(".", "-", ":", "-", "[", "", "]", "").Replace(strings.TrimSuffix(frontier.BareHost(frontier.Host(p.url)), ".gov.cn"))
	}
	fmt.Fprintf(&b, "  - id: %s\n", id)
	name := p.site.Name
	if name == "" {
		name = p.result.Site
	}
	if name != "" {
		fmt.Fprintf(&b, "    name: %q\n", name)
	}
	if p.site.Region != "" {
		fmt.Fprintf(&b, "    region: %q\n", p.site.Region)
	}
	fmt.Fprintf(&b, "    index: [%q]\n", p.url.String())
	pins := p.site.Listing // what the configuration pins, and what was recognised
	pins.Mechanism, pins.Items = p.result.Mechanism, p.count()
	if pins != (configs.Listing{}) {
		line, err := pins.Line()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "    listing: %s\n", line)
	}
	if p.site.policy.AllowPrivate {
		fmt.Fprintf(&b, "    allow_private: true\n")
	}
	if len(p.site.AllowHosts) > 0 {
		fmt.Fprintf(&b, "    allow_hosts: [%s]\n", `"`+strings.Join(p.site.AllowHosts, `", "`)+`"`)
	}
	if hosts := slices.Sorted(maps.Keys(p.result.OtherHosts)); len(hosts) > 0 {
		fmt.Fprintf(&b, "    # allow_hosts: [%s]   # items lie there\n", `"`+strings.Join(hosts, `", "`)+`"`)
	}
	return b.String(), nil
}
