// Package configs is what operators edit: the YAML configuration of a crawl
// ([Load]), the annotated example ([Example]) and profiles of sites.
//
// Reading is strict: an unknown key, a wrong type or a bad value is an *Error
// that shows file, line, column and the nearest key that exists.
package configs

import "time"

// Config is one configuration file.
type Config struct {
	Corpus    string `yaml:"corpus"`
	UserAgent string `yaml:"user_agent"`
	Pace      Pace   `yaml:"pace"`
	Limits    Limits `yaml:"limits"`
	Sites     []Site `yaml:"sites"`
}

// Pace bounds how fast a host is asked.
type Pace struct {
	// Every is the least time from the start of one request to the start of the
	// next on one host. Default 2s.
	Every Duration `yaml:"every"`
	// Burst is how many requests may start at once after a pause. Default 1.
	Burst int `yaml:"burst"`
	// Timeout bounds one request from dial to the last byte. Default 60s.
	Timeout Duration `yaml:"timeout"`
	// Retries is how often a failed request is tried again. Default 3.
	Retries *int `yaml:"retries"`
}

// Limits bound what a crawl takes.
type Limits struct {
	// Body is the greatest page or attachment, in bytes. Default 64 MiB.
	Body Size `yaml:"body"`
	// Hosts is how many hosts are asked at the same time. Default 16.
	Hosts int `yaml:"hosts"`
	// Pages bounds the pages of one column's index. Default 200.
	Pages int `yaml:"pages"`
}

// Site is a configured source.
type Site struct {
	ID     string   `yaml:"id"`
	Name   string   `yaml:"name"`
	Region string   `yaml:"region"`
	Organ  string   `yaml:"organ"`
	Index  []string `yaml:"index"`
	// AllowHosts are further hosts that reports and attachments may live on.
	AllowHosts []string `yaml:"allow_hosts"`
	// Include and Exclude are regular expressions on URL or title of list items.
	Include []string          `yaml:"include"`
	Exclude []string          `yaml:"exclude"`
	Pace    *Pace             `yaml:"pace"`
	Listing string            `yaml:"listing"`
	Headers map[string]string `yaml:"headers"`
	Depth   *int              `yaml:"depth"`
	Years   []int             `yaml:"years"`
	// InsecureTLS accepts broken certificates; every capture records it.
	InsecureTLS bool `yaml:"insecure_tls"`
	// AllowPrivate lets the site live on loopback or private addresses.
	AllowPrivate bool `yaml:"allow_private"`
}

// Duration is a time.Duration that reads 2s, 500ms, 1h30m.
type Duration time.Duration

// Size is a number of bytes that reads 64MiB, 10MB, 1000.
type Size int64
