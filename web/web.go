// Package web is the reading room: pages over a corpus for a browser. It reads
// and never writes, needs no file from elsewhere and no script, and shows foreign
// bytes only as downloads that a browser does not run.
package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
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
	mux.HandleFunc("GET /static/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "static/style.css")
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, ErrNotFound) })
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
	s.send(w, r, http.StatusOK, &b)
}

// fail answers with a page that says what is wrong and leads back to the list.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, why := http.StatusNotFound, "The corpus has no such thing."
	if !errors.Is(err, ErrNotFound) {
		s.log.Error("page failed", "url", r.URL.Path, "error", err)
		status, why = http.StatusServiceUnavailable, "The corpus can't be read just now: "+err.Error()
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "failure.html", why); err != nil {
		http.Error(w, why, status)
		return
	}
	s.send(w, r, status, &b)
}

func (s *server) send(w http.ResponseWriter, r *http.Request, status int, b *bytes.Buffer) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := b.WriteTo(w); err != nil {
		s.log.Warn("answer not written", "url", r.URL.Path, "error", err)
	}
}
