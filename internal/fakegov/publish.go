package fakegov

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Column is what a crawler has to be told about the site.
func (s *Site) Column() Column {
	c := Column{ID: s.ID, Name: s.Name, Organ: organOf(s.place, 0).Name, AllowPrivate: true}
	for _, path := range s.family.index(s) {
		c.Index = append(c.Index, s.URL+path)
	}
	return c
}

// Report is a published report: where it is and what it prints.
type Report struct {
	URL string
	// File is the address of its attachment, empty without one.
	File  string
	Spec  ReportSpec
	Truth Truth
}

// Reports tells what the site has published and not withdrawn, newest first:
// annual reports only, each once.
func (s *Site) Reports() []Report {
	s.mu.Lock()
	entries := slices.DeleteFunc(slices.Clone(s.entries), func(e *entry) bool { return e.removed || e.spec.form() == NotAReport })
	s.mu.Unlock()
	slices.SortStableFunc(entries, func(a, b *entry) int { return b.day.Compare(a.day) })
	out := make([]Report, len(entries))
	for i, e := range entries {
		out[i] = s.reportOf(e)
	}
	return out
}

// Listed is the number of items in the site's list.
func (s *Site) Listed() int { return len(s.items()) }

func (s *Site) reportOf(e *entry) Report {
	s.mu.Lock()
	changed := e.changed
	s.mu.Unlock()
	r := Report{URL: s.URL + e.path, Spec: e.spec, Truth: compose(s.gov.seed, e.spec, e.date(), changed).truth}
	if e.file != "" {
		r.File = s.URL + e.file
	}
	return r
}

// ErrNoReport says that a site has no report at an address.
var ErrNoReport = errors.New("no such report")

func (s *Site) find(url string) (*entry, error) {
	if e, ok := s.byPath[strings.TrimPrefix(url, s.URL)]; ok && !e.removed {
		return e, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoReport, url)
}

// Edit changes a printed cell of the report at a URL, without touching the
// totals: key is a metric or metric@applicant, value what the cell prints now.
func (s *Site) Edit(url, key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.find(url)
	if err != nil {
		return err
	}
	changed := edits{key: value}
	for k, v := range e.changed {
		if k != key {
			changed[k] = v
		}
	}
	e.changed = changed
	e.revision++
	return nil
}

// Remove withdraws the report at a URL: it leaves the list and answers 404.
func (s *Site) Remove(url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.find(url)
	if err != nil {
		return err
	}
	e.removed = true
	return nil
}

// Publish adds a report to the site's list.
func (s *Site) Publish(spec ReportSpec) Report {
	e := s.newEntry(spec)
	s.add(e)
	return s.reportOf(e)
}

func (s *Site) add(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.register(e, len(s.entries))
	s.entries = append(s.entries, e)
	if s.family.grows {
		s.family.mount(s)
	}
}
