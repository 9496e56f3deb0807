package crawler

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gongkai/configs"
	"gongkai/crawler/fetch"
	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
)

// site is a configured source, ready to be asked.
type site struct {
	configs.Site
	hosts            []string // bare, those of the indexes and of allow_hosts
	include, exclude []*regexp.Regexp
	policy           fetch.Policy
	retry            fetch.Backoff
	hint             listing.Hint
	depth            int
	window           configs.Schedule
	revisit          Revisit
}

// newSite prepares a site; shared is the budget of the run.
func newSite(c configs.Site, shared *fetch.Budget, o Options) (*site, error) {
	s := &site{Site: c, hint: hintOf(c), depth: configs.DefaultDepth, retry: o.Retry, revisit: o.Revisit}
	if c.Depth != nil {
		s.depth = *c.Depth
	}
	for _, raw := range c.Index {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("site %s: index %q is no address", c.ID, raw)
		}
		s.hosts = append(s.hosts, frontier.BareHost(frontier.Host(u)))
	}
	for _, host := range c.AllowHosts {
		host = strings.ToLower(host)
		if !strings.HasPrefix(host, "*.") {
			host = frontier.BareHost(host)
		}
		s.hosts = append(s.hosts, host)
	}
	for _, p := range []struct {
		key      string
		patterns []string
		to       *[]*regexp.Regexp
	}{{"include", c.Include, &s.include}, {"exclude", c.Exclude, &s.exclude}} {
		for _, pattern := range p.patterns {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, fmt.Errorf("site %s: %s: %w", c.ID, p.key, err)
			}
			*p.to = append(*p.to, re)
		}
	}
	if err := s.hint.Check(); err != nil {
		return nil, fmt.Errorf("site %s: %w", c.ID, err)
	}
	if c.Pace.Retries != nil {
		s.retry.Tries = *c.Pace.Retries
		if s.retry.Tries == 0 {
			s.retry.Tries = -1
		}
	}
	if c.Pace.Window != nil {
		var err error
		if s.window, err = c.Pace.Window.Schedule(); err != nil {
			return nil, fmt.Errorf("site %s: window: %w", c.ID, err)
		}
	}
	if s.revisit == nil {
		var err error
		if s.revisit, err = RevisitPolicy(c.Revisit); err != nil {
			return nil, fmt.Errorf("site %s: revisit: %w", c.ID, err)
		}
	}
	s.policy = fetch.Policy{
		Scope:        s.inScope,
		Burst:        c.Pace.Burst,
		Timeout:      time.Duration(c.Pace.Timeout),
		MaxBody:      int64(c.Limits.Body),
		InsecureTLS:  c.InsecureTLS != nil && *c.InsecureTLS,
		AllowPrivate: c.AllowPrivate || o.AllowPrivate,
		Header:       c.Headers,
		Window:       s.window,
	}
	for _, b := range []*fetch.Budget{shared, budget("site "+c.ID, c.Budget, o)} {
		if b != nil {
			s.policy.Budgets = append(s.policy.Budgets, b)
		}
	}
	if c.Pace.Every != nil {
		s.policy.Every = time.Duration(*c.Pace.Every)
	} else {
		s.policy.Every = configs.DefaultEvery
	}
	return s, nil
}

// budget is what a budget of the configuration allows from now on; nil when it
// bounds nothing.
func budget(name string, b configs.Budget, o Options) *fetch.Budget {
	if b == (configs.Budget{}) {
		return nil
	}
	own := &fetch.Budget{Name: name, Requests: b.Requests, Bytes: int64(b.Bytes)}
	if b.Time > 0 {
		own.Until = o.Now().Add(time.Duration(b.Time))
	}
	return own
}

// queue names the queue of the frontier that a URL of the site waits in: that of
// its host, or of the server that the host lies on.
func (s *site) queue(u *url.URL) string {
	if s.Server != "" {
		return s.Server
	}
	return frontier.Host(u)
}

// servers finds the server of a host for the transport; nil when no site names one.
func servers(sites map[string]*site) func(host string) string {
	hosts, below := make(map[string]string), make(map[string]string)
	for _, s := range sites {
		for _, host := range s.hosts {
			if s.Server == "" {
				continue
			}
			if name, ok := strings.CutPrefix(host, "*."); ok {
				below[name] = s.Server
			} else {
				hosts[host] = s.Server
			}
		}
	}
	if len(hosts)+len(below) == 0 {
		return nil
	}
	return func(host string) string {
		name := frontier.BareHost(host)
		if server, ok := hosts[name]; ok {
			return server
		}
		for ok := true; ok; _, name, ok = strings.Cut(name, ".") {
			if server, ok := below[name]; ok {
				return server
			}
		}
		return host
	}
}

// hintOf is what a configuration pins of a listing.
func hintOf(c configs.Site) listing.Hint {
	l := c.Listing
	h := listing.Hint{Mechanism: l.Mechanism, Item: l.Item, Title: l.Title, Date: l.Date, Next: l.Next, Page: l.Page, Second: l.Second, Pages: c.Limits.Pages}
	if e := l.Endpoint; e != nil {
		h.List = &listing.JSONList{URL: e.URL, Method: e.Method, Body: e.Body, ContentType: e.ContentType, First: 1,
			Results: e.Results, Total: e.Total, Pages: e.Pages, Link: e.Link, Title: e.Title, Date: e.Date}
		if e.First != nil {
			if h.List.First = *e.First; h.List.First == 0 {
				h.List.First = -1
			}
		}
	}
	return h
}

// inScope says why a URL may not be asked: its host is neither that of an index
// nor allowed.
func (s *site) inScope(u *url.URL) error {
	host := frontier.BareHost(frontier.Host(u))
	for _, allowed := range s.hosts {
		if below, ok := strings.CutPrefix(allowed, "*."); ok {
			if host == below || strings.HasSuffix(host, "."+below) {
				return nil
			}
		} else if host == allowed {
			return nil
		}
	}
	return fmt.Errorf("host %s is not one of site %s", frontier.Host(u), s.ID)
}

// wants decides whether an item of a listing is fetched. dedicated says that the
// list is one of annual reports: there, titles that do not say what they are
// (点击查看, the name of a unit) are looked at too.
func (s *site) wants(it listing.Item, index *url.URL, dedicated bool) bool {
	matches := func(re *regexp.Regexp) bool { return re.MatchString(it.Title) || re.MatchString(it.URL) }
	if slices.ContainsFunc(s.exclude, matches) {
		return false
	}
	if it.Child || it.Self {
		return true
	}
	year, isReport := listing.ReportTitle(it.Title)
	if year != 0 && len(s.Years) > 0 && !slices.Contains(s.Years, year) {
		return false
	}
	switch {
	case len(s.include) > 0:
		return slices.ContainsFunc(s.include, matches)
	case isReport || it.Report:
		return true
	case !dedicated || listing.OtherPaper(it.Title):
		return false
	}
	u, err := url.Parse(it.URL)
	return err == nil && nearby(index, u)
}

// dedicated tells whether a list is one of annual reports: its address says so,
// or most of its items do.
func dedicated(index *url.URL, items []listing.Item) bool {
	if annualSlug.MatchString(index.Path) {
		return true
	}
	reports, entries := 0, 0
	for _, it := range items {
		if it.Child {
			continue
		}
		entries++
		if _, ok := listing.ReportTitle(it.Title); ok {
			reports++
		}
	}
	return reports > 0 && 2*reports >= entries
}

// annualSlug matches the names of folders for annual reports: zfxxgknb,
// zfxxgkndbg, xxgknb, gknb2017, ndbg, annual_report.
var annualSlug = regexp.MustCompile(`(?i)/[a-z]*(?:gk|gkgz)?(?:nb|ndbg|ndgzbg|gzndbg|nianbao)(?:[_\d][^/]*)?(?:/|$|\.)|annual_?report`)

// nearby tells whether an article belongs to the column at index: its path shares
// the first folders of the index, or carries the column's number.
func nearby(index, article *url.URL) bool {
	if id := columnID.FindStringSubmatch(index.Path); id != nil && strings.Contains(article.Path, "/art_"+id[1]+"_") {
		return true
	}
	column, path := folders(index.Path), folders(article.Path)
	need := min(len(column), 2)
	shared := 0
	for shared < len(column) && shared < len(path) && column[shared] == path[shared] {
		shared++
	}
	return shared >= need
}

var columnID = regexp.MustCompile(`/col/?(\d+)/`)

// folders are the segments of a path without the file.
func folders(path string) []string {
	return strings.FieldsFunc(path[:strings.LastIndexByte(path, '/')+1], func(r rune) bool { return r == '/' })
}
