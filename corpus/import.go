package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	// BadDigests takes records of archives whose bytes are not those of their
	// digest.
	BadDigests bool
	// DryRun stores nothing.
	DryRun  bool
	Extract extract.Options
	// Found is told of each page that is stored or, by a DryRun, would be. It is
	// called by several goroutines, one at a time.
	Found func(Found)
	// Progress is told how far the import is, after each page.
	Progress func(ImportStatus)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Found is a page that is wanted.
type Found struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
	Organ string `json:"organ,omitempty"`
	Year  int    `json:"year,omitempty"`
	// Report is set when the page holds one.
	Report bool `json:"report"`
}

// ImportStatus is how far an import is.
type ImportStatus struct {
	ImportSummary
	// File is what is read; of an archive, Offset of its Size bytes are.
	File         string
	Offset, Size int64
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
	Known   int    `json:"known"`   // archives and files that an earlier import took
	DryRun  bool   `json:"dry_run,omitempty"`
	// Skipped counts pages that were not stored, by reason.
	Skipped map[string]int `json:"skipped,omitempty"`
	// Failed are files and records that could not be read, with place, reason and
	// remedy: the first of them. Failures counts all.
	Failed   []string `json:"failed,omitempty"`
	Failures int      `json:"failures,omitempty"`
	// Unused are files that Map describes and that were not met, in order.
	Unused []string `json:"unused,omitempty"`
}

// The reasons for which a page is not stored that are not those of [Read].
const (
	skippedMatch   = "no_match"
	skippedStatus  = "status" // the server did not answer 200
	skippedType    = "type"   // a picture, a script …
	skippedLarge   = "too_large"
	skippedRecord  = "broken_record"  // its answer is none, or its fields can't be stored
	skippedDamaged = "damaged_record" // its bytes are not all there, or other ones
	skippedSegment = "segmented_record"
	skippedRevisit = "revisit_of_unknown"
	skippedOddFile = "not_a_file" // a link, a device
)

// Import takes pages from archives (WARC, WET), from folders and from single
// files into the corpus. It streams, may be stopped at any time and run again:
// what is there already is not stored twice, an archive that was read before is
// gone on with where its reading stopped, and a file that a report was read from
// is not read again.
//
// What is wrong with a file or with a record is in the summary, not in the error,
// and does not keep the rest from being imported. A DryRun needs no store.
func Import(ctx context.Context, s *store.Store, paths Paths, o ImportOptions) (*ImportSummary, error) {
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
	i := &importer{o: o, store: s, met: map[string]bool{}, payloads: map[string]store.Digest{}, sum: ImportSummary{
		Run: started.Format(time.RFC3339Nano), Skipped: map[string]int{}, DryRun: o.DryRun,
	}}
	if o.DryRun {
		err := i.all(ctx, paths)
		i.end(ctx)
		return &i.sum, err
	}
	run := store.Run{ID: i.sum.Run, What: "import", Started: started}
	if err := s.Update(ctx, func(tx *store.Tx) error { return tx.PutRun(run) }); err != nil {
		return nil, err
	}
	i.writer = s.NewWriter(store.WriterOptions{})
	err := i.all(ctx, paths)
	if err == nil {
		err = i.resolveAll(ctx)
	}
	i.writer.Close()
	i.end(ctx)
	summary, jsonErr := json.Marshal(i.sum)
	if jsonErr != nil {
		return nil, jsonErr
	}
	run.Closed, run.Summary = o.Now().UTC(), summary
	closeErr := s.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.PutRun(run) })
	return &i.sum, errors.Join(err, closeErr)
}

// end decides what the import amounts to.
func (i *importer) end(ctx context.Context) {
	if i.sum.Failures > 0 {
		i.sum.Exit = 3
	}
	for _, name := range slices.Sorted(maps.Keys(i.o.Map)) {
		if !i.met[name] {
			i.sum.Unused = append(i.sum.Unused, name)
		}
	}
	if ctx.Err() != nil {
		i.sum.Exit = 130
	}
}

type importer struct {
	o      ImportOptions
	store  *store.Store
	writer *store.Writer
	marks  []*bookmark // of the archives so far

	met map[string]bool // files that o.Map describes

	mu       sync.Mutex
	sum      ImportSummary
	payloads map[string]store.Digest // by the digest of an archive
}

// page is a page on its way into the corpus.
type page struct {
	Page
	status   int
	header   [][2]string
	peer     string
	title    string
	evidence string
	payload  string // digest of the body as an archive has it
	revisit  bool
	file     bool // it comes from a folder
}

func (i *importer) count(f func(*ImportSummary)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f(&i.sum)
}

func (i *importer) skip(reason string) { i.count(func(s *ImportSummary) { s.Skipped[reason]++ }) }

func (i *importer) tell(s ImportStatus) {
	if i.o.Progress == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	s.ImportSummary = i.sum
	i.o.Progress(s)
}

// fail notes what is wrong with a file; errors that are not the file's go on.
func (i *importer) fail(path string, err error) error {
	e, ok := errors.AsType[*sourceError](err)
	if !ok {
		return err
	}
	why := e.err
	if p, ok := errors.AsType[*fs.PathError](why); ok {
		why = p.Err // the path is said already
	}
	i.failed(fmt.Sprintf("%s: %v", path, why))
	return nil
}

// sourceError is an error of what is imported, not of the corpus.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

func (i *importer) all(ctx context.Context, paths Paths) error {
	for path, err := range paths {
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		err := i.path(ctx, path)
		if err = i.fail(path, err); err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
		i.tell(ImportStatus{File: path})
	}
	return nil
}

// path imports an archive, a folder or a file.
func (i *importer) path(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return &sourceError{err}
	}
	if info.IsDir() {
		return i.folder(ctx, path)
	}
	if isArchive(path) {
		return i.archive(ctx, path)
	}
	send, wait := i.work(ctx)
	p, err := i.file(path, filepath.Clean(path))
	if err == nil {
		send(p)
	}
	if err := wait(); err != nil {
		return err
	}
	return err
}

// folder imports the files below a folder, then its archives.
func (i *importer) folder(ctx context.Context, dir string) error {
	var archives []string
	send, wait := i.work(ctx)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			err = i.fail(path, &sourceError{err})
			if d != nil && d.IsDir() {
				return errors.Join(err, fs.SkipDir)
			}
			return err
		case strings.HasPrefix(d.Name(), ".") && path != dir:
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			i.skip(skippedOddFile)
			return nil
		case isArchive(path):
			archives = append(archives, path)
			return nil
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		p, err := i.file(path, below)
		if err = i.fail(path, err); err != nil || p.Body == nil {
			return err
		}
		if !send(p) {
			return fs.SkipAll // wait says why
		}
		i.tell(ImportStatus{File: path})
		return nil
	})
	if err := errors.Join(wait(), err); err != nil {
		return err
	}
	for _, path := range archives {
		if err := i.fail(path, i.archive(ctx, path)); err != nil {
			return err
		}
		i.tell(ImportStatus{File: path})
	}
	return ctx.Err()
}

// isArchive tells an archive by its name, as every tool writes it.
func isArchive(name string) bool {
	name = strings.ToLower(filepath.Base(name))
	for _, compression := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, compression)
	}
	// What the reader of archives says of .arc is what to do about it.
	ext := filepath.Ext(name)
	return ext == ".warc" || ext == ".wet" || ext == ".arc"
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

// file reads a file; name is its path below the folder that is imported, or as it
// was given.
func (i *importer) file(path, name string) (page, error) {
	i.count(func(s *ImportSummary) { s.Files++ })
	name = filepath.ToSlash(name)
	described := name
	if _, ok := i.o.Map[name]; !ok { // a file that was named alone
		described = filepath.Base(name)
	}
	known := i.o.Map[described]
	i.met[described] = true
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
		return page{}, &sourceError{fmt.Errorf("it has %d bytes, more than %d; --max-body takes larger ones", info.Size(), i.o.MaxBody)}
	}
	body, err := io.ReadAll(f)
	if err != nil {
		return page{}, &sourceError{err}
	}
	if len(body) == 0 {
		return page{}, &sourceError{errors.New("it is empty")}
	}
	p := page{status: 200, title: known.Title, file: true, Page: Page{
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
	if p.file && !i.o.DryRun {
		known, err := i.known(ctx, p.Page)
		if err != nil {
			return err
		}
		if known {
			i.count(func(s *ImportSummary) { s.Known++ })
			return nil
		}
	}
	reading, err := Read(ctx, p.Page, i.o.Extract)
	if err != nil {
		return err
	}
	if reading.Report == nil && !i.o.All {
		i.skip(reading.Reason)
		return nil
	}
	if i.o.Found != nil {
		i.found(p, reading)
	}
	if i.o.DryRun {
		i.count(func(s *ImportSummary) {
			if reading.Report != nil {
				s.Reports++
			}
		})
		return nil
	}
	return i.put(ctx, p, reading)
}

// found tells of a page that is wanted.
func (i *importer) found(p page, reading Reading) {
	f := Found{URL: p.URL, Title: titleOf(&p)}
	if r := reading.Report; r != nil {
		f.Report, f.Title, f.Organ, f.Year = true, r.Title, r.Organ, r.Year
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.o.Found(f)
}

// known tells whether a report was read from the same bytes already, told the
// same, by the same extractor.
func (i *importer) known(ctx context.Context, p Page) (known bool, err error) {
	given, err := encode(p.Given)
	if err != nil {
		return false, err
	}
	err = i.store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.LastCapture(i.key(p.URL))
		if errors.Is(err, store.ErrNotFound) || err == nil && (c.Digest != p.Digest || !c.Time.Equal(p.Captured)) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, id := range tx.ReportsOf(p.URL) {
			r, err := tx.Report(id, 0)
			if err != nil {
				return err
			}
			known = known || r.Digest == p.Digest && r.Extractor == extract.Version && r.Options == i.o.Extract.Hash() && bytes.Equal(r.Given, given)
		}
		return nil
	})
	return known, err
}

// put stores a page.
func (i *importer) put(ctx context.Context, p page, reading Reading) error {
	capture := &store.Capture{
		Key: i.key(p.URL), URL: p.URL, Status: p.status, Header: p.header, Time: p.Captured, Peer: p.peer, Site: i.o.Site, Revisit: p.revisit,
		Evidence: p.evidence,
	}
	f := store.Finish{Capture: capture, Body: p.Body, Report: reading.Report, Refused: reading.Refused}
	if p.revisit {
		capture.Digest, f.Body = p.Digest, nil
	}
	done, err := i.writer.Finish(ctx, f)
	if invalid, ok := errors.AsType[*store.InvalidError](err); ok {
		i.skip(skippedRecord)
		i.failed(invalid.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if !p.revisit {
		i.remember(p.payload, p.Digest)
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
