package corpus

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"

	"gongkai/extract"
	"gongkai/extract/document"
	"gongkai/store"
)

// ImportOptions for Import. The zero value is the default.
type ImportOptions struct {
	// Match takes only pages whose address or title it matches; nil takes all.
	Match *regexp.Regexp
	// All stores what is no report, too. Otherwise only reports are stored.
	All bool
	// Map describes files of folders, by their path below the folder; see ReadMap.
	Map map[string]FileInfo
	// Site is the ID under which the pages are filed, Place what is known of their
	// organ.
	Site  string
	Place extract.Site
	// Key gives the canonical key of an address. Default: the address itself.
	Key func(*url.URL) string
	// MaxBody bounds a page. Default 64 MiB. A larger one is skipped, and counted.
	MaxBody int64
	Extract extract.Options
	// Progress is told what was done after each file, and now and then within one.
	Progress func(ImportSummary)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// FileInfo is what is known of a file from elsewhere.
type FileInfo struct {
	URL   string
	Date  time.Time // when it was captured; zero: when the file was changed
	Organ string    // who 我局 is
	Title string
}

// ImportSummary is what an import did.
type ImportSummary struct {
	Run     string `json:"run"`
	Exit    int    `json:"exit"` // 3 when some files could not be read
	Files   int    `json:"files"`
	Records int    `json:"records"` // pages that were looked at
	Stored  int    `json:"stored"`  // captures that are new
	Reports int    `json:"reports"` // pages that are reports
	New     int    `json:"new"`     // revisions that are new
	// Skipped counts pages that were not stored, by reason.
	Skipped map[string]int `json:"skipped,omitempty"`
	// Failed are files that could not be read to their end, with the reason.
	Failed []string `json:"failed,omitempty"`
}

// The reasons for which a page is not stored that are not those of [Read].
const (
	skippedMatch   = "no_match"
	skippedStatus  = "status" // the server did not answer 200
	skippedType    = "type"   // a picture, a script …
	skippedLarge   = "too_large"
	skippedRecord  = "broken_record"
	skippedRevisit = "revisit_of_unknown"
)

// Import takes pages from archives (WARC, WET), from folders and from single
// files into the corpus. It streams, may be stopped at any time and run again:
// what is there already is not stored twice, and an archive that was read before
// is gone on with where its reading stopped.
//
// What is wrong with a file is in the summary, not in the error.
func Import(ctx context.Context, s *store.Store, paths []string, o ImportOptions) (*ImportSummary, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 64 << 20
	}
	if o.Key == nil {
		o.Key = func(u *url.URL) string { return u.String() }
	}
	started := o.Now().UTC()
	i := &importer{o: o, store: s, sum: ImportSummary{Run: started.Format(time.RFC3339Nano), Skipped: map[string]int{}}}
	run := store.Run{ID: i.sum.Run, What: "import", Started: started}
	if err := s.Update(ctx, func(tx *store.Tx) error { return tx.PutRun(run) }); err != nil {
		return nil, err
	}
	i.writer = s.NewWriter(store.WriterOptions{})
	err := i.all(ctx, paths)
	i.writer.Close()
	if len(i.sum.Failed) > 0 {
		i.sum.Exit = 3
	}
	if ctx.Err() != nil {
		i.sum.Exit = 130
	}
	summary, jsonErr := json.Marshal(i.sum)
	if jsonErr != nil {
		return nil, jsonErr
	}
	run.Closed, run.Summary = o.Now().UTC(), summary
	closeErr := s.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.PutRun(run) })
	return &i.sum, errors.Join(err, closeErr)
}

type importer struct {
	o      ImportOptions
	store  *store.Store
	writer *store.Writer

	mu  sync.Mutex
	sum ImportSummary
}

// page is a page on its way into the corpus.
type page struct {
	Page
	status  int
	header  [][2]string
	peer    string
	title   string
	revisit bool
}

func (i *importer) count(f func(*ImportSummary)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f(&i.sum)
}

func (i *importer) skip(reason string) { i.count(func(s *ImportSummary) { s.Skipped[reason]++ }) }

func (i *importer) tell() {
	if i.o.Progress != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.o.Progress(i.sum)
	}
}

// fail notes what is wrong with a file; errors that are not the file's go on.
func (i *importer) fail(path string, err error) error {
	if _, ok := errors.AsType[*sourceError](err); !ok {
		return err
	}
	i.count(func(s *ImportSummary) { s.Failed = append(s.Failed, fmt.Sprintf("%s: %v", path, err)) })
	return nil
}

// sourceError is an error of what is imported, not of the corpus.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

func (i *importer) all(ctx context.Context, paths []string) error {
	for _, path := range paths {
		err := i.path(ctx, path)
		if err = i.fail(path, err); err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
		i.tell()
	}
	return nil
}

// path imports an archive, a folder or a file.
func (i *importer) path(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return &sourceError{err}
	}
	if !info.IsDir() {
		if isArchive(path) {
			return i.archive(ctx, path)
		}
		return i.files(ctx, filepath.Dir(path), []string{filepath.Base(path)})
	}
	var names []string
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &sourceError{err}
		case ctx.Err() != nil:
			return ctx.Err()
		case strings.HasPrefix(d.Name(), ".") && name != path:
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && isArchive(name):
			if err := i.fail(name, i.archive(ctx, name)); err != nil {
				return err
			}
			i.tell()
		case d.Type().IsRegular():
			below, err := filepath.Rel(path, name)
			if err != nil {
				return err
			}
			names = append(names, below)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return i.files(ctx, path, names)
}

// isArchive tells an archive by its name, as every tool writes it.
func isArchive(name string) bool {
	name = strings.ToLower(filepath.Base(name))
	for _, compression := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, compression)
	}
	ext := filepath.Ext(name)
	return ext == ".warc" || ext == ".wet"
}

// importWorkers is how many pages are on their way at a time. They wait for the
// disk together, so there are more than cores.
const importWorkers = 8

// work starts the goroutines that read and store pages. send is false when one of
// them failed; wait returns when all pages that were sent are stored, with the
// first error.
func (i *importer) work(ctx context.Context) (send func(page) bool, wait func() error) {
	group, ctx := errgroup.WithContext(ctx)
	pages := make(chan page)
	for range importWorkers {
		group.Go(func() error {
			for p := range pages {
				if err := i.keep(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	send = func(p page) bool {
		select {
		case pages <- p:
			return true
		case <-ctx.Done():
			return false
		}
	}
	wait = func() error {
		close(pages)
		return group.Wait()
	}
	return send, wait
}

// files imports the files of a folder.
func (i *importer) files(ctx context.Context, dir string, names []string) error {
	send, wait := i.work(ctx)
	var err error
	for _, name := range names {
		p, e := i.file(dir, name)
		if err = i.fail(filepath.Join(dir, name), e); err != nil || e == nil && !send(p) {
			break
		}
	}
	if e := wait(); e != nil {
		return e
	}
	return errors.Join(err, ctx.Err())
}

// file reads a file of a folder.
func (i *importer) file(dir, name string) (page, error) {
	i.count(func(s *ImportSummary) { s.Files++ })
	path := filepath.Join(dir, name)
	f, err := os.Open(path)
	if err != nil {
		return page{}, &sourceError{err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return page{}, &sourceError{err}
	}
	if info.Size() > i.o.MaxBody {
		i.skip(skippedLarge)
		return page{}, &sourceError{fmt.Errorf("it has %d bytes, more than %d", info.Size(), i.o.MaxBody)}
	}
	body, err := io.ReadAll(f)
	if err != nil {
		return page{}, &sourceError{err}
	}
	name = filepath.ToSlash(name)
	known := i.o.Map[name]
	p := page{status: 200, title: known.Title, Page: Page{
		Body: body, Captured: info.ModTime(),
		Given: Given{URL: known.URL, Name: filepath.Base(name), ListTitle: known.Title, Site: i.o.Site, Place: i.o.Place},
	}}
	if p.URL == "" {
		p.URL = "file:" + (&url.URL{Path: name}).EscapedPath()
	}
	if !known.Date.IsZero() {
		p.Captured = known.Date
	}
	if known.Organ != "" {
		p.Place.Organ = known.Organ
	}
	return p, nil
}

// keep reads a page and stores it if it is wanted.
func (i *importer) keep(ctx context.Context, p page) error {
	i.count(func(s *ImportSummary) { s.Records++ })
	if i.o.Match != nil && !i.o.Match.MatchString(p.URL) && !i.o.Match.MatchString(titleOf(&p)) {
		i.skip(skippedMatch)
		return nil
	}
	p.Digest = store.DigestOf(p.Body)
	reading, err := Read(ctx, p.Page, i.o.Extract)
	if err != nil {
		return err
	}
	if reading.Report == nil && !i.o.All {
		i.skip(reading.Reason)
		return nil
	}
	return i.put(ctx, p, reading)
}

// put stores a page.
func (i *importer) put(ctx context.Context, p page, reading Reading) error {
	capture := &store.Capture{
		Key: i.key(p.URL), URL: p.URL, Status: p.status, Header: p.header, Time: p.Captured, Peer: p.peer, Site: i.o.Site, Revisit: p.revisit,
	}
	f := store.Finish{Capture: capture, Body: p.Body, Report: reading.Report}
	if p.revisit {
		capture.Digest, f.Body = p.Digest, nil
	}
	done, err := i.writer.Finish(ctx, f)
	if invalid, ok := errors.AsType[*store.InvalidError](err); ok {
		i.skip(skippedRecord)
		i.count(func(s *ImportSummary) { s.Failed = append(s.Failed, invalid.Error()) })
		return nil
	}
	if err != nil {
		return err
	}
	i.count(func(s *ImportSummary) {
		if done.NewCapture {
			s.Stored++
		}
		if reading.Report != nil {
			s.Reports++
		}
		if done.NewRevision {
			s.New++
		}
	})
	return nil
}

// key is the canonical key of an address.
func (i *importer) key(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return i.o.Key(u)
}

// titleOf is the title of a page: as given, or that of its HTML.
func titleOf(p *page) string {
	if p.title != "" {
		return p.title
	}
	text, _ := document.Decode(p.Body[:min(len(p.Body), 64<<10)], p.ContentType)
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "title" && z.Next() == html.TextToken {
				return strings.TrimSpace(string(z.Text()))
			}
		}
	}
}

// ReadMap reads a CSV table that describes files. Its first line names the columns:
// file, and any of url, date (YYYY-MM-DD or RFC 3339), organ, title.
func ReadMap(r io.Reader) (map[string]FileInfo, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("first line: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	column := map[string]int{}
	for n, name := range head {
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "file", "url", "date", "organ", "title":
			column[name] = n
		default:
			return nil, fmt.Errorf("line 1: unknown column %q; columns are file, url, date, organ and title", name)
		}
	}
	if _, ok := column["file"]; !ok {
		return nil, errors.New("line 1: there is no column file")
	}
	files := map[string]FileInfo{}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		field := func(name string) string {
			if n, ok := column[name]; ok {
				return strings.TrimSpace(fields[n])
			}
			return ""
		}
		info := FileInfo{URL: field("url"), Organ: field("organ"), Title: field("title")}
		if u, err := url.Parse(info.URL); info.URL != "" && (err != nil || u.Host == "") {
			return nil, fmt.Errorf("line %d: %q is no address; it begins with http:// or https://", line, info.URL)
		}
		if text := field("date"); text != "" {
			if info.Date, err = time.Parse(time.DateOnly, text); err != nil {
				if info.Date, err = time.Parse(time.RFC3339, text); err != nil {
					return nil, fmt.Errorf("line %d: %q is no date such as 2020-02-25", line, text)
				}
			}
		}
		name := path.Clean(filepath.ToSlash(field("file")))
		if _, twice := files[name]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", line, name)
		}
		files[name] = info
	}
}
