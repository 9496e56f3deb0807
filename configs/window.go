package configs

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Window is when hosts may be asked: times of the day and days of the year. The
// zero Window is always. A configuration writes the hours alone,
//
//	window: 22:00-06:00
//
// or all of it,
//
//	window: {hours: "22:00-06:00, 12:00-13:30", season: 01-15..04-30, zone: "+08:00"}
type Window struct {
	// Hours are spans of the day; one may go over midnight.
	Hours string `yaml:"hours"`
	// Season are spans of days of the year, both ends included; one may go over
	// New Year.
	Season string `yaml:"season"`
	// Zone is whose clock it is, an offset or a name of the tz database. Default
	// +08:00, the clock of the sites.
	Zone string `yaml:"zone"`
}

// UnmarshalYAML reads the hours alone or a mapping.
func (w *Window) UnmarshalYAML(n ast.Node) error {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		type plain Window
		return yaml.NodeToValue(n, (*plain)(w))
	case *ast.SequenceNode:
		var spans []string
		for _, v := range n.Values {
			spans = append(spans, scalar(v))
		}
		w.Hours = strings.Join(spans, ", ")
	default:
		w.Hours = scalar(n)
	}
	return nil
}

// China is the clock of the sites, whatever that of the machine is.
var China = time.FixedZone("UTC+8", 8*60*60)

// Schedule is a Window ready to be asked. The zero value is always.
type Schedule struct {
	hours  []span // in minutes since midnight
	season []span // in days, as month × 100 + day
	text   string
	zone   *time.Location
}

// span is part of a day or of a year. Of a day, to is excluded and may lie on the
// next; of a year both ends are in.
type span struct{ from, to int }

const dayMinutes = 24 * 60

// Schedule reads the window.
func (w Window) Schedule() (Schedule, error) {
	s := Schedule{zone: China}
	var err error
	if w.Zone != "" {
		if s.zone, err = parseZone(w.Zone); err != nil {
			return Schedule{}, err
		}
	}
	if s.hours, err = parseHours(w.Hours); err != nil {
		return Schedule{}, err
	}
	if s.season, err = parseSeason(w.Season); err != nil {
		return Schedule{}, err
	}
	var parts []string
	if w.Hours != "" {
		parts = append(parts, "the hours "+w.Hours)
	}
	if w.Season != "" {
		parts = append(parts, "the season "+w.Season)
	}
	s.text = strings.Join(parts, " and ")
	return s, nil
}

func parseZone(name string) (*time.Location, error) {
	if at, err := time.Parse("-07:00", name); err == nil {
		_, offset := at.Zone()
		return time.FixedZone("UTC"+name, offset), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q is not known here: write an offset such as +08:00", name)
	}
	return zone, nil
}

// parseHours reads "22:00-06:00", or several spans with commas between.
func parseHours(text string) (spans []span, err error) {
	for part := range listed(text) {
		var a, b, c, d int
		var tail string
		if n, _ := fmt.Sscanf(part, "%d:%d-%d:%d%s", &a, &b, &c, &d, &tail); n != 4 || a < 0 || a > 24 || c < 0 || c > 24 || b < 0 || b > 59 || d < 0 || d > 59 {
			return nil, fmt.Errorf("hours %q: want a span like 22:00-06:00", part)
		}
		from, to := a*60+b, c*60+d
		if from >= dayMinutes || to > dayMinutes {
			return nil, fmt.Errorf("hours %q: a day ends at 24:00", part)
		}
		if to == from {
			return nil, fmt.Errorf("hours %q: the span is empty (00:00-24:00 is the whole day)", part)
		}
		if to < from {
			to += dayMinutes
		}
		spans = append(spans, span{from, to})
	}
	return spans, nil
}

// parseSeason reads "01-15..04-30", or several spans with commas between.
func parseSeason(text string) (spans []span, err error) {
	for part := range listed(text) {
		first, last, ok := strings.Cut(part, "..")
		from, err1 := dayOfYear(first)
		to, err2 := dayOfYear(last)
		if !ok || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("season %q: want days like 01-15..04-30, month and day", part)
		}
		spans = append(spans, span{from, to})
	}
	return spans, nil
}

func dayOfYear(text string) (int, error) {
	// A leap year, for the sake of 02-29.
	day, err := time.Parse("2006-1-2", "2024-"+strings.TrimSpace(text))
	return int(day.Month())*100 + day.Day(), err
}

// listed iterates over the parts of a list with commas.
func listed(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if strings.TrimSpace(text) == "" {
			return
		}
		for part := range strings.SplitSeq(text, ",") {
			if !yield(strings.TrimSpace(part)) {
				return
			}
		}
	}
}

// String says what the schedule allows, in words; empty for always.
func (s Schedule) String() string { return s.text }

// Next is the first moment, not before now, at which hosts may be asked.
func (s Schedule) Next(now time.Time) time.Time {
	at := now
	// Hours come round every day and a season every year; 02-29 takes four.
	for range 5 * 366 {
		if !s.InSeason(at) {
			at = s.morrow(at)
			continue
		}
		next := s.nextHour(at)
		if s.InSeason(next) {
			return next
		}
		at = next
	}
	return at
}

// InSeason tells whether a moment lies on a day of the season.
func (s Schedule) InSeason(at time.Time) bool {
	if len(s.season) == 0 {
		return true
	}
	local := at.In(s.zone)
	day := int(local.Month())*100 + local.Day()
	for _, p := range s.season {
		if p.from <= p.to && p.from <= day && day <= p.to || p.from > p.to && (day >= p.from || day <= p.to) {
			return true
		}
	}
	return false
}

// morrow is the beginning of the day after at.
func (s Schedule) morrow(at time.Time) time.Time {
	local := at.In(s.zone)
	return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, s.zone)
}

// nextHour is the first moment, not before now, within the hours.
func (s Schedule) nextHour(now time.Time) time.Time {
	if len(s.hours) == 0 {
		return now
	}
	local := now.In(s.zone)
	minute := local.Hour()*60 + local.Minute()
	var next time.Time
	for _, p := range s.hours {
		if p.from <= minute && minute < p.to || minute+dayMinutes < p.to {
			return now
		}
		at := time.Date(local.Year(), local.Month(), local.Day(), 0, p.from, 0, 0, s.zone)
		if minute >= p.from {
			at = time.Date(local.Year(), local.Month(), local.Day()+1, 0, p.from, 0, 0, s.zone)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}
