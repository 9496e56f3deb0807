// Package configs is what operators edit: the YAML configuration of a crawl
// ([Load]), the annotated example ([Example]) and, beside them, profiles of
// sites and timer files.
//
// Reading is strict: an unknown key, a wrong type or a bad value is an [*Error]
// that shows file, line and column, says why, and names the nearest key that
// exists. A configuration that Load returns is complete: every default is filled
// in.
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
	UserAgent string `yaml:"user_agent"`
	Pace      Pace   `yaml:"pace"`
	Limits    Limits `yaml:"limits"`
	Sites     []Site `yaml:"sites"`
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
	// Pace overrides single values of the file's pace.
	Pace Pace `yaml:"pace"`
	// Listing pins the mechanism by which the index lists and continues; empty
	// means: recognise it. `gongkai probe` prints the name.
	Listing string `yaml:"listing"`
	// Headers are sent with every request to the site.
	Headers map[string]string `yaml:"headers"`
	// Depth is how many levels of year and unit folders are walked below the
	// index. Default 3.
	Depth *int `yaml:"depth"`
	// Years keeps only items whose title names one of these years, or none.
	Years []int `yaml:"years"`
	// InsecureTLS accepts broken certificates; every capture records it.
	InsecureTLS bool `yaml:"insecure_tls"`
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
	for i := range c.Sites {
		s := &c.Sites[i]
		s.Pace.inherit(c.Pace)
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
