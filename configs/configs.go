// Package configs is what operators edit: the YAML configuration of a crawl
// ([Load]), the annotated example ([Example]) and, beside them, profiles of
// sites and timer files.
//
// Reading is strict: an unknown key, a wrong type or a bad value is an [*Error]
// that shows file, line and column, says why, and names the nearest key that
// exists. A configuration that Load returns is complete: every default is filled
// in, and each site has what it inherits from the file.
package configs

import (
	_ "embed"
	"time"
)

// Example is the annotated example configuration, gongkai.yaml in this folder.
//
//go:embed gongkai.yaml
var Example []byte

// Config is one configuration file.
type Config struct {
	// Corpus is the corpus file, relative to the working directory.
	Corpus string `yaml:"corpus"`
	// UserAgent is what every request says of us; it should hold a way to reach
	// the operator.
	UserAgent string  `yaml:"user_agent"`
	Pace      Pace    `yaml:"pace"`
	Limits    Limits  `yaml:"limits"`
	Budget    Budgets `yaml:"budget"`
	// Revisit is when pages are asked for again. Default: in every run.
	Revisit Revisit `yaml:"revisit"`
	// InsecureTLS accepts broken certificates wherever a site does not say
	// otherwise; every capture records it.
	InsecureTLS bool   `yaml:"insecure_tls"`
	Sites       []Site `yaml:"sites"`
	// SitesFrom are further files, relative to this one, whose sites are taken too;
	// such a file holds sites and nothing else.
	SitesFrom []string `yaml:"sites_from"`
}

// Pace bounds how fast a host is asked.
type Pace struct {
	// Every is the least time from the start of one request to the start of the
	// next on one host. Default 2s; 0s only for sites of your own.
	Every *Duration `yaml:"every"`
	// Burst is how many requests may start at once after a pause. Default 1.
	Burst int `yaml:"burst"`
	// Timeout bounds one request from dial to the last byte. Default 60s.
	Timeout Duration `yaml:"timeout"`
	// Retries is how often a failed request is tried again in a run. Default 3.
	Retries *int `yaml:"retries"`
	// Window is when hosts may be asked. Default: always.
	Window *Window `yaml:"window"`
}

// Limits bound what a crawl takes.
type Limits struct {
	// Body is the greatest page or attachment, in bytes. Default 64MiB. A larger
	// one fails; it is never cut.
	Body Size `yaml:"body"`
	// Hosts is how many hosts are asked at the same time. Default 16.
	Hosts int `yaml:"hosts"`
	// Pages bounds the pages of one column's index. Default 200.
	Pages int `yaml:"pages"`
}

// Budgets bound what one run takes: all of it, and each site in it.
type Budgets struct {
	Run  Budget `yaml:"run"`
	Site Budget `yaml:"site"`
}

// Budget bounds what is taken in one run; a value of 0 is no bound. What a spent
// budget leaves over stays queued for the next run.
type Budget struct {
	// Requests counts those for robots.txt and redirects too.
	Requests int `yaml:"requests"`
	// Bytes are counted as they came; the last body may go over.
	Bytes Size `yaml:"bytes"`
	// Time counts from the start of the run.
	Time Duration `yaml:"time"`
}

// inherit takes from p what is not set.
func (b *Budget) inherit(p Budget) {
	setDefault(&b.Requests, p.Requests)
	setDefault(&b.Bytes, p.Bytes)
	setDefault(&b.Time, p.Time)
}

// SiteLimits override single values of the file's limits.
type SiteLimits struct {
	Body  Size `yaml:"body"`
	Pages int  `yaml:"pages"`
}

// Site is a configured source: one or more columns (栏目) of one government site.
type Site struct {
	// ID names the site in output and options; letters, digits, - _ and dots.
	ID string `yaml:"id"`
	// Name is the organ whose site it is, 慈溪市人民政府; Organ is the organ of its
	// reports where that is another one. Either resolves 我局 and 本镇.
	Name  string `yaml:"name"`
	Organ string `yaml:"organ"`
	// Region is a GB/T 2260 code of six digits.
	Region string `yaml:"region"`
	// Index are the addresses of the index pages.
	Index []string `yaml:"index"`
	// AllowHosts are further hosts that reports and attachments may live on; a
	// leading *. takes all hosts below.
	AllowHosts []string `yaml:"allow_hosts"`
	// Include and Exclude are regular expressions on the title or the URL of an
	// item of the index. Without Include the report titles in use are taken.
	Include []string `yaml:"include"`
	Exclude []string `yaml:"exclude"`
	// Pace, Limits, Budget and Revisit override single values of the file's pace,
	// limits, budget.site and revisit.
	Pace    Pace       `yaml:"pace"`
	Limits  SiteLimits `yaml:"limits"`
	Budget  Budget     `yaml:"budget"`
	Revisit Revisit    `yaml:"revisit"`
	// Server names the machine that the site's hosts lie on. Sites with one server
	// share its pace: county sites often do lie on the machine of their city.
	Server string `yaml:"server"`
	// Listing pins how the index lists and continues; empty means: recognise it.
	Listing Listing `yaml:"listing"`
	// Headers are sent with every request to the site.
	Headers map[string]string `yaml:"headers"`
	// Depth is how many levels of year and unit folders are walked below the
	// index. Default 3.
	Depth *int `yaml:"depth"`
	// Years keeps only items whose title names one of these years, or none.
	Years []int `yaml:"years"`
	// InsecureTLS accepts broken certificates; every capture records it. Default:
	// what the file says.
	InsecureTLS *bool `yaml:"insecure_tls"`
	// AllowPrivate lets the site live on loopback or private addresses.
	AllowPrivate bool `yaml:"allow_private"`
}

// The defaults that Load fills in.
const (
	DefaultCorpus  = "corpus.db"
	DefaultEvery   = 2 * time.Second
	DefaultTimeout = 60 * time.Second
	DefaultRetries = 3
	DefaultBody    = 64 << 20
	DefaultHosts   = 16
	DefaultPages   = 200
	DefaultDepth   = 3
)

// FillDefaults puts the defaults into what is left out; Load has done so.
func (c *Config) FillDefaults() {
	setDefault(&c.Corpus, DefaultCorpus)
	c.Pace.inherit(Pace{
		Every:   ptr(Duration(DefaultEvery)),
		Burst:   1,
		Timeout: Duration(DefaultTimeout),
		Retries: ptr(DefaultRetries),
	})
	setDefault(&c.Limits.Body, DefaultBody)
	setDefault(&c.Limits.Hosts, DefaultHosts)
	setDefault(&c.Limits.Pages, DefaultPages)
	c.Revisit.inherit(Revisit{Policy: EveryRun})
	for i := range c.Sites {
		s := &c.Sites[i]
		s.Pace.inherit(c.Pace)
		s.Budget.inherit(c.Budget.Site)
		s.Revisit.inherit(c.Revisit)
		setDefault(&s.Limits.Body, c.Limits.Body)
		setDefault(&s.Limits.Pages, c.Limits.Pages)
		if s.InsecureTLS == nil {
			s.InsecureTLS = ptr(c.InsecureTLS)
		}
		if s.Depth == nil {
			s.Depth = ptr(DefaultDepth)
		}
	}
}

// inherit takes from p what is not set.
func (q *Pace) inherit(p Pace) {
	if q.Every == nil {
		q.Every = p.Every
	}
	if q.Retries == nil {
		q.Retries = p.Retries
	}
	if q.Window == nil {
		q.Window = p.Window
	}
	setDefault(&q.Burst, p.Burst)
	setDefault(&q.Timeout, p.Timeout)
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

func ptr[T any](v T) *T { return &v }
