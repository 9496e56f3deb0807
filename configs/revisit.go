package configs

import (
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Revisit is when pages that were fetched are asked for again. Indexes are read
// in every run: they tell what is new. A configuration writes the policy alone,
//
//	revisit: seasonal
//
// or all of it,
//
//	revisit: {policy: seasonal, season: 01-15..04-30, recent: 7d, old: 30d, most: 120d}
type Revisit struct {
	// Policy is EveryRun, which asks for every page in every run, or Seasonal.
	// Default EveryRun; Seasonal if another key is set.
	Policy string `yaml:"policy"`
	// Season are the days of the year on which reports come out: pages published
	// within a year are then asked for in every run. Default 01-15..04-30.
	Season string `yaml:"season"`
	// Recent is the pause between visits to such a page outside the season, and to
	// any page that has just changed. Default 7d.
	Recent Duration `yaml:"recent"`
	// Old is the pause for older pages, Most what it grows to while nothing
	// changes. Default 30d and 120d.
	Old  Duration `yaml:"old"`
	Most Duration `yaml:"most"`
}

// The policies of Revisit.
const (
	EveryRun = "every-run"
	Seasonal = "seasonal"
)

const day = Duration(24 * time.Hour)

// UnmarshalYAML reads the policy alone or a mapping.
func (r *Revisit) UnmarshalYAML(n ast.Node) error {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		type plain Revisit
		return yaml.NodeToValue(n, (*plain)(r))
	}
	r.Policy = scalar(n)
	return nil
}

// inherit takes from p what is not set.
func (r *Revisit) inherit(p Revisit) {
	if r.Policy == "" && (r.Season != "" || r.Recent != 0 || r.Old != 0 || r.Most != 0) {
		r.Policy = Seasonal
	}
	setDefault(&r.Policy, p.Policy)
	setDefault(&r.Season, p.Season)
	setDefault(&r.Recent, p.Recent)
	setDefault(&r.Old, p.Old)
	setDefault(&r.Most, p.Most)
	setDefault(&r.Season, "01-15..04-30")
	setDefault(&r.Recent, 7*day)
	setDefault(&r.Old, 30*day)
	setDefault(&r.Most, 4*r.Old)
}
