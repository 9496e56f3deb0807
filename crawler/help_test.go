package crawler_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/crawler/fetch"
	"gongkai/crawler/listing"
	"gongkai/extract/document"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// clerk is a judge that knows a report by its title and the headings of the
// form, which is enough to test a crawler.
type clerk struct{}

func (clerk) Judge(_ context.Context, p crawler.Page) (crawler.Judgement, error) {
	text, _ := document.Decode(p.Body, p.ContentType)
	title := p.Title
	if m := headline.FindStringSubmatch(text); m != nil && !p.Attachment {
		title = m[1]
	}
	year, titled := listing.ReportTitle(title)
	if !titled {
		return crawler.Judgement{Reason: "no_report", Detail: title}, nil
	}
	if !p.Attachment && !opening.MatchString(text) {
		return crawler.Judgement{Reason: crawler.AttachmentOnly}, nil
	}
	sum := sha256.Sum256([]byte(counter.ReplaceAllString(text, "")))
	return crawler.Judgement{
		Report: &store.Report{
			ID: p.Site.ID + "/" + title, URL: p.URL, Site: p.Site.ID, Organ: p.Site.Name, Year: year, Title: title,
			Status: "complete", Digest: p.Digest, Extractor: 1, Body: []byte(`{"title":"` + title + `"}`),
		},
		Content: hex.EncodeToString(sum[:]),
	}, nil
}

var (
	headline = regexp.MustCompile(`(?i)<meta name="ArticleTitle" content="([^"]+)"`)
	opening  = regexp.MustCompile(`总体情况|概述|基本情况`)
	counter  = regexp.MustCompile(`<i id="hits">\d+</i>`)
)

// office is a corpus and the configuration that crawls into it.
type office struct {
	t      testing.TB
	config *configs.Config
	store  *store.Store
	log    *logbook
	// tune changes the options of the next runs.
	tune func(*crawler.Options)
}

// newOffice configures sites by their index addresses.
func newOffice(t testing.TB, sites ...configs.Site) *office {
	t.Helper()
	st, err := store.Create(filepath.Join(t.TempDir(), "corpus.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	every := configs.Duration(0)
	retries := 2
	pace := configs.Pace{Every: &every, Burst: 1, Timeout: configs.Duration(5 * time.Second), Retries: &retries}
	for i := range sites {
		sites[i].AllowPrivate = true
		if sites[i].Pace.Every == nil {
			sites[i].Pace = pace
		}
	}
	o := &office{t: t, store: st, log: &logbook{}, config: &configs.Config{
		UserAgent: "gongkai-test/1.0 (+https://example.org/contact)",
		Pace:      pace, Limits: configs.Limits{Body: 4 << 20, Hosts: 8, Pages: 50}, Sites: sites,
	}}
	o.config.FillDefaults()
	return o
}

// seasonal lets the next runs revisit by the season.
func (o *office) seasonal() {
	for i := range o.config.Sites {
		o.config.Sites[i].Revisit.Policy = configs.Seasonal
	}
}

// sitesOf is the configuration of invented sites.
func sitesOf(gov *fakegov.Gov) (sites []configs.Site) {
	for _, c := range gov.Columns() {
		sites = append(sites, configs.Site{ID: c.ID, Name: c.Name, Organ: c.Organ, Index: c.Index})
	}
	return sites
}

func (o *office) options() crawler.Options {
	options := crawler.Options{
		Config: o.config, Store: o.store, Judge: clerk{}, Log: slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Patience: 3 * time.Second,
		Retry:    fetch.Backoff{First: 5 * time.Millisecond},
		Fetch:    fetch.Options{Jitter: -1, Cooldown: 20 * time.Millisecond},
	}
	if o.tune != nil {
		o.tune(&options)
	}
	return options
}

func (o *office) crawl() *crawler.Summary {
	o.t.Helper()
	return o.crawlWith(o.options())
}

func (o *office) crawlWith(options crawler.Options) *crawler.Summary {
	o.t.Helper()
	s, err := crawler.Run(o.t.Context(), options)
	if err != nil {
		o.t.Fatalf("crawl: %v", err)
	}
	return s
}

// captures are all captures in the corpus.
func (o *office) captures() (all []store.Capture) {
	o.t.Helper()
	for c, err := range o.store.Captures(context.Background()) {
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// reports are the heads of all revisions of reports in the corpus.
func (o *office) reports() (all []store.Report) {
	o.t.Helper()
	for r, err := range o.store.ReportHeads(context.Background(), "") {
		if err != nil {
			o.t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// column is the summary of a site's only column.
func column(t testing.TB, s *crawler.Summary, site string) crawler.ColumnSummary {
	t.Helper()
	for _, c := range s.Columns {
		if c.Site == site {
			return c
		}
	}
	t.Fatalf("no column of site %s in %+v", site, s)
	return crawler.ColumnSummary{}
}

// row is the row of the page at a URL.
func (o *office) row(raw string) store.Row {
	o.t.Helper()
	for row, err := range o.store.Rows(context.Background(), "") {
		if err != nil {
			o.t.Fatal(err)
		}
		if row.URL == raw && (row.Kind == "page" || row.Kind == "attachment") {
			return row
		}
	}
	o.t.Fatalf("no row for %s", raw)
	return store.Row{}
}

// logbook keeps what was logged.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t testing.TB, o fakegov.Options) *fakegov.Gov {
	t.Helper()
	gov, err := fakegov.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := gov.Close(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return gov
}

// requestPath is path and query of a URL, as a server logs it.
func requestPath(t testing.TB, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}
