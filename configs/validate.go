package configs

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"golang.org/x/net/http/httpguts"
)

var (
	siteID     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	regionCode = regexp.MustCompile(`^[0-9]{6}$`)
)

// ownHeaders are set by the crawler itself.
var ownHeaders = []string{"User-Agent", "Host", "Accept-Encoding", "Content-Length", "Connection", "Transfer-Encoding", "If-None-Match", "If-Modified-Since", "Range"}

// validate checks values; file gives the places.
func (c *Config) validate(file *ast.File) error {
	v := validator{file: file}
	if c.UserAgent != "" && !httpguts.ValidHeaderFieldValue(c.UserAgent) {
		v.fail("user_agent", "holds characters that a header can't", "write plain ASCII on one line")
	}
	v.pace("pace", c.Pace)
	v.positive("limits.hosts", c.Limits.Hosts)
	v.positive("limits.pages", c.Limits.Pages)
	v.positive("budget.run.requests", c.Budget.Run.Requests)
	v.positive("budget.site.requests", c.Budget.Site.Requests)
	v.revisit("revisit", c.Revisit)
	ids := make(map[string]int)
	for i, s := range c.Sites {
		at := fmt.Sprintf("sites[%d]", i)
		v.site(at, s)
		if first, twice := ids[s.ID]; twice && s.ID != "" {
			v.fail(at+".id", fmt.Sprintf("%q is the id of sites[%d] too", s.ID, first), "give every site an id of its own")
		}
		ids[s.ID] = i
	}
	v.servers(c.Sites)
	return v.err
}

// servers refuses a host that is said to lie on two servers.
func (v *validator) servers(sites []Site) {
	type claim struct {
		site   int
		server string
	}
	claims := make(map[string]claim)
	for i, s := range sites {
		hosts := slices.Clone(s.AllowHosts)
		for _, raw := range s.Index {
			if u, err := url.Parse(raw); err == nil {
				hosts = append(hosts, u.Host)
			}
		}
		for _, host := range hosts {
			host = strings.ToLower(host)
			old, claimed := claims[host]
			switch {
			case !claimed:
				claims[host] = claim{i, s.Server}
			case old.server != s.Server && s.Server != "":
				v.fail(fmt.Sprintf("sites[%d].server", i), fmt.Sprintf("%s is on the server %q, but sites[%d] has it too and says %q", host, s.Server, old.site, old.server), "give both sites the same server")
			case old.server != s.Server:
				v.fail(fmt.Sprintf("sites[%d]", i), fmt.Sprintf("%s has no server, but sites[%d] says it is on %q", host, old.site, old.server), "give both sites the same server")
			}
		}
	}
}

func (v *validator) revisit(at string, r Revisit) {
	switch r.Policy {
	case "", Seasonal:
	case EveryRun:
		if r.Season != "" || r.Recent != 0 || r.Old != 0 || r.Most != 0 {
			v.fail(at+".policy", "the policy every-run has no further keys", "write policy: seasonal, or leave the others out")
		}
	default:
		v.fail(at+".policy", fmt.Sprintf("%q is no policy", r.Policy), "take every-run or seasonal")
	}
	if _, err := parseSeason(r.Season); err != nil {
		v.fail(at+".season", err.Error(), "")
	}
	if r.Most != 0 && r.Old != 0 && r.Most < r.Old {
		v.fail(at+".most", "it is less than old", "old is the pause to begin with, most what it grows to")
	}
}

// validator keeps the first mistake.
type validator struct {
	file *ast.File
	err  error
}

func (v *validator) fail(key, msg, hint string) {
	if v.err != nil {
		return
	}
	e := errorAt(nil, msg, hint)
	if n := v.node(key); n != nil {
		e = errorAt(n.GetToken(), msg, hint)
	}
	e.Key = key
	v.err = e
}

// node finds the node of a key, or of the nearest key above that the file has.
func (v *validator) node(key string) ast.Node {
	for key != "" {
		if path, err := yaml.PathString("$." + key); err == nil {
			if n, err := path.FilterFile(v.file); err == nil && n != nil {
				return n
			}
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return nil
}

func (v *validator) positive(key string, n int) {
	if n < 0 {
		v.fail(key, fmt.Sprintf("%d is less than 1", n), "leave it out for the default")
	}
}

func (v *validator) pace(at string, p Pace) {
	v.positive(at+".burst", p.Burst)
	if p.Retries != nil && (*p.Retries < 0 || *p.Retries > 20) {
		v.fail(at+".retries", fmt.Sprintf("%d is not between 0 and 20", *p.Retries), "")
	}
	if p.Window != nil {
		if _, err := p.Window.Schedule(); err != nil {
			v.fail(at+".window", err.Error(), "")
		}
	}
}

func (v *validator) site(at string, s Site) {
	switch {
	case s.ID == "":
		v.fail(at+".id", "a site needs an id", "add a short name such as id: cixi")
	case !siteID.MatchString(s.ID):
		v.fail(at+".id", fmt.Sprintf("%q is no id", s.ID), "use letters, digits, dots, - and _")
	}
	if s.Server != "" && !siteID.MatchString(s.Server) {
		v.fail(at+".server", fmt.Sprintf("%q is no name of a server", s.Server), "use letters, digits, dots, - and _")
	}
	if s.Region != "" && !regionCode.MatchString(s.Region) {
		v.fail(at+".region", fmt.Sprintf("%q is no region code", s.Region), `write the six digits of GB/T 2260 in quotes, such as "330282"`)
	}
	if len(s.Index) == 0 {
		v.fail(at+".index", "a site needs at least one index address", `add index: ["https://…/zfxxgknb/"]`)
	}
	for i, raw := range s.Index {
		v.address(fmt.Sprintf("%s.index[%d]", at, i), raw)
	}
	for i, host := range s.AllowHosts {
		v.host(fmt.Sprintf("%s.allow_hosts[%d]", at, i), host)
	}
	v.patterns(at+".include", s.Include)
	v.patterns(at+".exclude", s.Exclude)
	v.pace(at+".pace", s.Pace)
	v.listing(at+".listing", s.Listing)
	v.positive(at+".limits.pages", s.Limits.Pages)
	v.positive(at+".budget.requests", s.Budget.Requests)
	v.revisit(at+".revisit", s.Revisit)
	for name, value := range s.Headers {
		key := at + ".headers"
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			v.fail(key, fmt.Sprintf("%q is no header", name), "")
		}
		if slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)) {
			v.fail(key, fmt.Sprintf("the header %s is set by the crawler", name), "set user_agent for the whole file, leave the others out")
		}
	}
	if s.Depth != nil && (*s.Depth < 0 || *s.Depth > 10) {
		v.fail(at+".depth", fmt.Sprintf("%d is not between 0 and 10", *s.Depth), "")
	}
	for i, year := range s.Years {
		if year < 2008 || year > 2100 {
			v.fail(fmt.Sprintf("%s.years[%d]", at, i), fmt.Sprintf("%d is no report year", year), "reports begin with 2008")
		}
	}
}

func (v *validator) address(key, raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		v.fail(key, fmt.Sprintf("%q is no address: %v", raw, err), "")
	case u.Scheme != "http" && u.Scheme != "https":
		v.fail(key, fmt.Sprintf("%q does not begin with http:// or https://", raw), "write the whole address of the index page")
	case u.Hostname() == "":
		v.fail(key, fmt.Sprintf("%q names no host", raw), "write the whole address of the index page")
	case u.User != nil:
		v.fail(key, "an address must not hold a user name or password", "leave out the part before the @")
	}
}

func (v *validator) host(key, host string) {
	name := strings.TrimPrefix(host, "*.")
	u, err := url.Parse("http://" + name)
	if err != nil || name == "" || u.Host != name || strings.ContainsAny(name, "*/ ") {
		v.fail(key, fmt.Sprintf("%q is no host", host), "write a host such as zfxx.example.gov.cn, with :port if need be, or *.example.gov.cn")
	}
}

func (v *validator) patterns(key string, patterns []string) {
	for i, p := range patterns {
		if _, err := regexp.Compile(p); err != nil {
			v.fail(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("%q is no regular expression: %v", p, err), "see https://pkg.go.dev/regexp/syntax")
		}
	}
}
