package fakegov

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Site is one government site on its own port of 127.0.0.1.
type Site struct {
	ID   string
	Name string // such as 砚渚县人民政府网
	URL  string // such as http://127.0.0.1:4711, without a slash at the end
	Log  Log

	gov    *Gov
	spec   SiteSpec
	place  int // number of the invented place
	family family
	frame  frame
	visits atomic.Int64

	server *http.Server
	active sync.WaitGroup

	mu      sync.Mutex
	entries []*entry // as made; lists are ordered by items
	archive []*entry // those there were at the start, in the order of publication
	closed  bool
	byPath  map[string]*entry
	byFile  map[string]*entry
	routes  map[string]func(*http.Request) response
	faults  []*faultRule
}

// entry is a report that the site published, or another paper in its column.
type entry struct {
	spec     ReportSpec
	index    int // in Site.entries
	number   int // the article's id
	day      time.Time
	title    string
	path     string // of the page, with query
	file     string // path of the attachment, with query
	revision int
	changed  edits
	removed  bool
}

func (e *entry) date() string { return e.day.Format(time.DateOnly) }

func (g *Gov) open(spec SiteSpec, place int) (*Site, error) {
	f, ok := families[spec.Family]
	if !ok {
		return nil, fmt.Errorf("unknown family %q", spec.Family)
	}
	spec.PerPage = cmp.Or(spec.PerPage, 10)
	spec.Reports = cmp.Or(spec.Reports, 12)
	s := &Site{
		ID: spec.ID, Name: organOf(place, 0).Name + "网", gov: g, spec: spec, place: place, family: f,
		byPath: make(map[string]*entry), byFile: make(map[string]*entry),
		routes: make(map[string]func(*http.Request) response),
	}
	plan := spec.Plan
	if len(plan) == 0 {
		plan = s.plan(spec.Reports)
	}
	for i := range spec.Noise {
		if f.noNoise {
			break
		}
		plan = append(plan, ReportSpec{Organ: organOf(place, 0), Year: 2024 - i%12, Form: NotAReport})
	}
	// Article numbers grow with time.
	for _, r := range plan {
		s.entries = append(s.entries, s.newEntry(r))
	}
	slices.SortStableFunc(s.entries, func(a, b *entry) int { return a.day.Compare(b.day) })
	for i, e := range s.entries {
		s.register(e, i)
	}
	s.archive = s.entries[:len(s.entries):len(s.entries)]
	s.frame = newFrame(placeName(place), s.Name, f.index(s)[0], s.closedLinks())
	f.mount(s)
	s.furniture()
	for _, path := range slices.Sorted(maps.Keys(spec.Faults)) {
		s.addFault(path, spec.Faults[path])
	}

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", g.port))
	if err != nil {
		return nil, err
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	if !spec.TLS {
		s.URL = "http://" + listener.Addr().String()
		s.active.Go(func() { _ = s.server.Serve(listener) })
		return s, nil
	}
	certificate, err := selfSigned()
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.URL = "https://" + listener.Addr().String()
	s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	s.active.Go(func() { _ = s.server.ServeTLS(listener, "", "") })
	return s, nil
}

func (s *Site) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.server.Close()
	s.active.Wait()
	return err
}

// enter counts an answer under way; it refuses once the site is closed.
func (s *Site) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.active.Add(1)
	return true
}

// plan invents the list of reports: ten years of one organ after the other.
func (s *Site) plan(n int) []ReportSpec {
	out := make([]ReportSpec, n)
	for i := range out {
		out[i] = ReportSpec{Organ: organOf(s.place, i/10), Year: 2024 - i%10}
	}
	return out
}

func (s *Site) newEntry(r ReportSpec) *entry {
	// A report comes out between 10 January and 30 March of the next year.
	day := time.Date(r.Year+1, 1, 10, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(hash(s.gov.seed, r.Organ.Name, "day", itoa(r.Year))%80))
	return &entry{spec: r, day: day, title: title(s.gov.seed, r)}
}

// register gives an entry its place, its number and its addresses.
func (s *Site) register(e *entry, index int) {
	e.index = index
	e.number = 2300000 + s.place*10007 + index*37
	e.path = s.family.article(s, e)
	s.byPath[e.path] = e
	if e.spec.Attachment != NoAttachment {
		e.file = s.family.file(s, e)
		s.byFile[e.file] = e
	}
	if e.spec.Copies {
		s.byPath[wapPath(e.path)] = e
	}
	if e.spec.Fault.Kind != NoFault {
		s.addFault(e.path, e.spec.Fault)
	}
}

// item is an entry of a list.
type item struct {
	href, title, date string
}

// items lists what the column holds, newest first.
func (s *Site) items() []item {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := slices.DeleteFunc(slices.Clone(s.entries), func(e *entry) bool { return e.removed })
	slices.SortStableFunc(entries, func(a, b *entry) int { return b.day.Compare(a.day) })
	out := make([]item, 0, len(entries))
	for _, e := range entries {
		it := item{e.path, e.title, e.date()}
		if e.spec.Attachment == DirectFile {
			it.href = e.file
		}
		out = append(out, it)
		if e.spec.Copies {
			out = append(out, item{wapPath(e.path), e.title, it.date}, item{sessionPath(e.path), e.title, it.date})
		}
	}
	return out
}

// pages cuts the list into pages; there is at least one.
func (s *Site) pages() [][]item {
	items := s.items()
	if len(items) == 0 {
		return [][]item{nil}
	}
	return slices.Collect(slices.Chunk(items, s.spec.PerPage))
}

// neighbours are the entries around e in the order of publication, the one
// before and the one after first.
func (s *Site) neighbours(e *entry, n int) (near []*entry) {
	for d := 1; len(near) < n && d < len(s.archive); d++ {
		for _, i := range []int{e.index - d, e.index + d} {
			if i >= 0 && i < len(s.archive) && len(near) < n {
				near = append(near, s.archive[i])
			}
		}
	}
	return near
}

// closedLinks are the addresses that the frame of a closed site links to.
func (s *Site) closedLinks() (paths []string) {
	if !s.spec.Closed {
		return nil
	}
	paths = append(paths, s.family.index(s)...)
	for _, e := range s.entries[:min(len(s.entries), 150)] {
		paths = append(paths, e.path)
	}
	return paths
}

// wapPath is the address of the copy for phones: …_wap.html.
func wapPath(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i] + "_wap" + path[i:]
	}
	return path + "_wap"
}

// sessionPath is the address as a server without cookies writes it.
func sessionPath(path string) string {
	bare, query, found := strings.Cut(path, "?")
	bare += ";jsessionid=7A1C90DD2B4E53F6"
	if found {
		bare += "?" + query
	}
	return bare
}

// withoutSession undoes sessionPath.
func withoutSession(path string) string {
	i := strings.Index(path, ";jsessionid=")
	if i < 0 {
		return path
	}
	rest := path[i+1:]
	if q := strings.IndexByte(rest, '?'); q >= 0 {
		return path[:i] + rest[q:]
	}
	return path[:i]
}

// serve finds the answer to a request.
func (s *Site) serve(r *http.Request) response {
	path := withoutSession(r.URL.RequestURI())
	bare, _, _ := strings.Cut(path, "?")
	s.mu.Lock()
	e, ok := s.byPath[path]
	if !ok {
		e, ok = s.byPath[bare]
	}
	f, isFile := s.byFile[path]
	route := s.routes[bare]
	s.mu.Unlock()
	switch {
	case ok:
		return s.report(e)
	case isFile:
		return s.attachment(f, r)
	case route != nil:
		return route(r)
	}
	return notFound()
}

func (s *Site) report(e *entry) response {
	s.mu.Lock()
	snapshot := *e // Edit replaces changed, it does not write into it
	s.mu.Unlock()
	if e.spec.Attachment == DirectFile || snapshot.removed {
		return notFound()
	}
	if s.spec.Restless {
		answer := s.article(&snapshot)
		answer.fresh = true
		return answer
	}
	var a response
	a.etag = fmt.Sprintf(`"%x-%x"`, snapshot.modified().Unix(), hash(s.gov.seed, e.path, itoa(snapshot.revision))%0xffffff)
	a.modified = snapshot.modified()
	cs := cmp.Or(e.spec.Charset, s.spec.Charset)
	_, a.contentType = encode(nil, cs)
	a.make = func() []byte { page := s.article(&snapshot); return page.body }
	return a
}

// modified is when the entry came out or was last edited.
func (e *entry) modified() time.Time {
	return e.day.Add(10*time.Hour + 21*time.Minute + time.Duration(e.revision)*time.Hour)
}

// modified is the latest change of the site.
func (s *Site) modified() (latest time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if t := e.modified(); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// hits is the number that the visitor counter shows.
func (s *Site) hits(e *entry) int64 {
	if s.spec.Restless {
		return s.visits.Add(1)
	}
	return int64(hash(4, e.path) % 5000)
}

// handle answers a path with a page made on every request.
func (s *Site) handle(path string, page func(*http.Request) response) { s.routes[path] = page }

// indexRequest is the request for the first page of the column.
func (s *Site) indexRequest(r *http.Request) *http.Request {
	index := r.Clone(context.WithoutCancel(r.Context()))
	path, _, _ := strings.Cut(s.family.index(s)[0], "#")
	index.URL.Path, index.URL.RawQuery, _ = strings.Cut(path, "?")
	index.URL.RawPath = ""
	return index
}

// furniture adds the home page, the static files and the columns of the menu.
func (s *Site) furniture() {
	static := func(path, contentType, body string) {
		a := textResponse(contentType, body)
		a.modified = time.Date(2019, 6, 3, 8, 30, 0, 0, time.UTC)
		s.handle(path, func(*http.Request) response { return a })
	}
	static("/css/style.css", "text/css", "body{margin:0}\n.article{line-height:1.8}\n")
	static("/js/jquery.min.js", "application/javascript", "window.$=function(f){return {each:function(){},click:function(){}}};\n")
	static("/images/logo.png", "image/png", "\x89PNG\r\n\x1a\n")
	if s.spec.Robots != "" {
		static("/robots.txt", "text/plain", s.spec.Robots)
	}
	home := s.columnPage(s.Name, fmt.Sprintf(`<p><a href="%s">政府信息公开年报</a></p>`, s.family.index(s)[0]))
	s.handle("/", func(*http.Request) response { return home })
	if s.spec.Closed {
		return
	}
	for _, section := range navigation {
		page := func(*http.Request) response { return s.columnPage(section.name, "<p>栏目内容正在更新。</p>") }
		for i := range section.columns {
			s.routeIfFree(fmt.Sprintf("/%s/l%02d/", section.slug, i+1), page)
		}
		s.routeIfFree("/"+section.slug+"/", page)
	}
}

func (s *Site) routeIfFree(path string, page func(*http.Request) response) {
	if s.routes[path] == nil {
		s.handle(path, page)
	}
}
