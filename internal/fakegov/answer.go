package fakegov

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// response is an answer before it is written.
type response struct {
	status      int // default 200
	contentType string
	header      map[string]string
	body        []byte
	make        func() []byte // makes body when it is needed, nil when body is there
	etag        string        // default: a digest of the body
	modified    time.Time     // zero: none is sent
	fresh       bool          // an answer of a program: no validators
}

func (a *response) content() []byte {
	if a.body == nil && a.make != nil {
		a.body = a.make()
	}
	return a.body
}

func textResponse(contentType, body string) response {
	return response{contentType: contentType, body: []byte(body)}
}

// ServeHTTP logs the request, fails when told to, and else answers.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.active.Done()
	form, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(bytes.NewReader(form))
	rec := &recorder{ResponseWriter: w, log: &s.Log, entry: s.Log.begin(start, r, string(form))}
	defer rec.end()
	page := func() response { return s.serve(r) }
	if f, ok := s.nextFault(r.RequestURI); ok && s.fault(rec, r, f, page) {
		return
	}
	s.answer(rec, r, page())
}

func notFound() response {
	return response{status: http.StatusNotFound, contentType: "text/html; charset=utf-8", fresh: true,
		body: []byte(errorPage("404 Not Found", "您访问的页面不存在"))}
}

// answer writes a response, or 304 when the visitor has it already.
func (s *Site) answer(w *recorder, r *http.Request, a response) {
	h := w.Header()
	for name, value := range a.header {
		h.Set(name, value)
	}
	if s.validated(r, a) {
		if a.etag == "" {
			a.etag = fmt.Sprintf(`"%x"`, hash(0, string(a.content())))
		}
		h.Set("ETag", a.etag)
		if !a.modified.IsZero() {
			h.Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
		}
		if notModified(r, a) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	body := a.content()
	h.Set("Content-Length", itoa(len(body)))
	w.WriteHeader(cmp.Or(a.status, http.StatusOK))
	if r.Method != http.MethodHead {
		w.writeLast(body)
	}
}

func (s *Site) validated(r *http.Request, a response) bool {
	return !a.fresh && a.status == 0 && !s.spec.NoValidators && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

func notModified(r *http.Request, a response) bool {
	if tags := r.Header.Get("If-None-Match"); tags != "" {
		return tags == "*" || strings.Contains(tags, a.etag)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !a.modified.IsZero() && !a.modified.After(since)
}

// recorder notes status and size of an answer in the log.
type recorder struct {
	http.ResponseWriter
	log    *Log
	entry  *Request
	status int
	bytes  int64
	ended  bool
}

// end logs the end of the answer, once.
func (r *recorder) end() {
	if !r.ended {
		r.ended = true
		r.log.end(r.entry, r.status, r.bytes)
	}
}

// writeLast writes the rest of the body. The end is logged before the last byte
// leaves: a visitor who has it all and asks again at once must not be counted
// twice.
func (r *recorder) writeLast(body []byte) {
	if len(body) == 0 {
		return
	}
	if _, err := r.Write(body[:len(body)-1]); err != nil {
		return
	}
	r.bytes++
	r.end()
	_, _ = r.ResponseWriter.Write(body[len(body)-1:])
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
