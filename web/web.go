// Package web is the reading room: pages over a corpus for a browser. It reads
// and never writes, needs no file from elsewhere and no script, and shows foreign
// bytes only as downloads that a browser does not run.
package web

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongkai/report"
)

// Library is what the reading room reads. Its methods may be called from several
// goroutines.
type Library interface {
	// Entries lists the reports in their fixed order.
	Entries(ctx context.Context) ([]Entry, error)
	// Report gives a report by its id, or ErrNotFound.
	Report(ctx context.Context, id string) (*report.Report, error)
	// Snapshot gives the bytes behind a digest, or ErrNotFound.
	Snapshot(ctx context.Context, digest string) ([]byte, error)
}

// Entry is a line of the list of reports.
type Entry struct {
	ID, Organ, Title, Status, URL string
	Year                          int
}

// ErrNotFound says that a library has no such thing.
var ErrNotFound = errors.New("not found")

//go:embed templates/*.html static/style.css
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"layout":     report.Layout,
	"applicants": report.Applicants,
}).ParseFS(files, "templates/*.html"))

// Handler serves the pages of a library.
func Handler(lib Library, log *slog.Logger) http.Handler {
	s := &server{lib: lib, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /reports/{id}", s.report)
	mux.HandleFunc("GET /snapshots/{digest}", s.snapshot)
	static, err := fs.Sub(files, "static")
	if err != nil {
		panic(fmt.Sprintf("web: embedded files: %v", err)) // a broken build
	}
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	return secure(mux)
}

// secure sets what every answer says to the browser.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

type server struct {
	lib Library
	log *slog.Logger
}

type indexPage struct {
	Query   string
	Year    string
	Entries []Entry
	All     int
	More    int
}

// pageLength is how many reports a list shows; the filter finds the others.
const pageLength = 500

func (s *server) index(w http.ResponseWriter, r *http.Request) {
	entries, err := s.lib.Entries(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := indexPage{Query: strings.TrimSpace(r.FormValue("q")), Year: r.FormValue("year"), All: len(entries)}
	for _, e := range entries {
		if p.Query != "" && !strings.Contains(e.Organ+" "+e.Title+" "+e.URL, p.Query) {
			continue
		}
		if p.Year != "" && strconv.Itoa(e.Year) != p.Year {
			continue
		}
		if len(p.Entries) == pageLength {
			p.More++
			continue
		}
		p.Entries = append(p.Entries, e)
	}
	s.page(w, r, "index.html", p)
}

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

// Prose lists the figures read from sentences.
func (p reportPage) Prose() []report.Figure {
	var out []report.Figure
	for _, f := range p.Figures {
		if f.Origin == report.OriginText {
			out = append(out, f)
		}
	}
	return out
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

// snapshot hands out bytes as they came, as a download: they are foreign.
func (s *server) snapshot(w http.ResponseWriter, r *http.Request) {
	digest := r.PathValue("digest")
	b, err := s.lib.Snapshot(r.Context(), digest)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", strings.ReplaceAll(digest, ":", "-")))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("ETag", strconv.Quote(digest))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

func (s *server) page(w http.ResponseWriter, r *http.Request, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := b.WriteTo(w); err != nil {
		s.log.Warn("answer not written", "url", r.URL.Path, "error", err)
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNotFound) {
		http.Error(w, "the corpus has no such thing; go back to the list", http.StatusNotFound)
		return
	}
	s.log.Error("page failed", "url", r.URL.Path, "error", err)
	http.Error(w, "the corpus can't be read just now: "+err.Error(), http.StatusServiceUnavailable)
}
