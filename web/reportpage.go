package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongkai/report"
)

// reportPage is a report with its cells at hand for the template.
type reportPage struct {
	*report.Report
	ID      string
	cells   map[string]report.Figure
	suspect map[string]bool
	Fails   []report.Finding
	Holds   int
}

// Cell gives the figure of a cell, if the report has it.
func (p reportPage) Cell(metric string, a report.Applicant) *report.Figure {
	if f, ok := p.cells[metric+"@"+string(a)]; ok {
		return &f
	}
	return nil
}

// Suspect tells whether a finding names the cell or its row.
func (p reportPage) Suspect(metric string, a report.Applicant) bool {
	return p.suspect[metric+"@"] || p.suspect[metric+"@"+string(a)]
}

// Annex lists the figures of the statistics annex as it prints them.
func (p reportPage) Annex() []report.Figure {
	return p.of(func(f report.Figure) bool { return f.Origin == report.OriginAnnex && f.Metric != report.MetricLocalRow })
}

// Local lists the figures of rows and columns that the official forms do not have.
func (p reportPage) Local() []report.Figure {
	return p.of(func(f report.Figure) bool { return f.Metric == report.MetricLocalRow })
}

// Prose lists the figures read from sentences.
func (p reportPage) Prose() []report.Figure {
	return p.of(func(f report.Figure) bool { return f.Origin == report.OriginText })
}

func (p reportPage) of(wanted func(report.Figure) bool) []report.Figure {
	return slices.DeleteFunc(slices.Clone(p.Figures), func(f report.Figure) bool { return !wanted(f) })
}

// Link is the address of the source where a browser can go there: a page that was
// imported from a folder has none.
func (p reportPage) Link() string {
	if u, err := url.Parse(p.Source.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return p.Source.URL
}

// Name is what a person calls a metric.
func (p reportPage) Name(metric string) string {
	m, ok := report.LookupMetric(metric)
	if !ok {
		return metric
	}
	return m.Short()
}

func (s *server) report(w http.ResponseWriter, r *http.Request) {
	id, asJSON := strings.CutSuffix(r.PathValue("id"), ".json")
	rep, err := s.lib.Report(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if asJSON {
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(rep); err != nil {
			s.log.Warn("answer not written", "url", r.URL.Path, "error", err)
		}
		return
	}
	p := reportPage{Report: rep, ID: id, cells: map[string]report.Figure{}, suspect: map[string]bool{}}
	for _, f := range rep.Figures {
		if f.Origin != report.OriginText {
			p.cells[f.Metric+"@"+string(f.Applicant)] = f
		}
	}
	for _, f := range rep.Findings {
		switch f.Verdict {
		case report.Pass:
			p.Holds++
		case report.Fail:
			p.Fails = append(p.Fails, f)
			if f.Suspect != nil {
				p.suspect[f.Suspect.Metric+"@"+string(f.Suspect.Applicant)] = true
			}
		}
	}
	s.page(w, r, "report.html", p)
}
