package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"golang.org/x/net/html"

	"gongkai/extract"
	"gongkai/extract/document"
	"gongkai/report"
	"gongkai/store"
)

// Page is a page or an attachment with what is known about it.
type Page struct {
	// Body is the page as it came; Root, if the caller has it, is Body parsed, and
	// Charset how it was decoded for that.
	Body    []byte
	Root    *html.Node
	Charset document.Charset
	// Digest and Captured identify the capture that brought Body.
	Digest   store.Digest
	Captured time.Time
	Given
}

// Given is what the extractor is told beside the bytes. It is stored with the
// report, so that the report can be made again.
type Given struct {
	// URL is the address of the page or file; Page is, for an attachment, that of
	// the page that links to it.
	URL  string `json:"url"`
	Page string `json:"page,omitempty"`
	// Name is the file name, ContentType the header.
	Name        string `json:"name,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	// ListTitle and ListDate are what the listing says.
	ListTitle string `json:"list_title,omitempty"`
	ListDate  string `json:"list_date,omitempty"`
	// Site is the ID of the configured site, Place what it knows of its organ.
	Site  string       `json:"site,omitempty"`
	Place extract.Site `json:"place,omitzero"`
}

// Reading is what came of reading a page.
type Reading struct {
	// Report is ready to be stored, Parsed what it holds; nil when the page is none.
	Report *store.Report
	Parsed *report.Report
	// Content identifies what the report says, leaving out where and when it was
	// read and how its page is laid out.
	Content string
	// TablesInFile says that the tables of the report are in an attachment.
	TablesInFile bool
	// Refused is what to store of a page that is no report; nil when reading it again
	// may give another answer.
	Refused *store.Reading
	// Reason is a stable word why there is no report: those of
	// extract.NotReportError, or limit, too_slow, format, empty, internal. Detail says more.
	Reason, Detail string
}

// The reasons that are not those of extract.NotReportError.
const (
	ReasonLimit    = "limit"    // too large, too deep
	ReasonTooSlow  = "too_slow" // not read in time: it may be, another time
	ReasonFormat   = "format"   // no reader takes the format
	ReasonInternal = "internal" // the extractor is at fault
)

// Read extracts the report of a page. A page that is none, or that can't be read,
// is no error but a Reason; the error is ctx's.
func Read(ctx context.Context, p Page, o extract.Options) (Reading, error) {
	r, err := extract.Extract(ctx, extract.Input{
		Bytes: p.Body, Root: p.Root, Charset: p.Charset, Name: p.Name, ContentType: p.ContentType, URL: p.URL,
		ListTitle: p.ListTitle, ListDate: p.ListDate, Site: p.Place,
	}, o)
	if err != nil {
		n, err := refusal(ctx, err)
		if n.Reason != ReasonTooSlow {
			n.Refused = &store.Reading{Extractor: extract.Version, Options: o.Hash(), Data: extract.DataHash(), Reason: n.Reason, Detail: n.Detail}
		}
		return n, err
	}
	r.Source.URL, r.Source.Attachment = p.URL, ""
	if p.Page != "" {
		r.Source.URL, r.Source.Attachment = p.Page, p.URL
	}
	r.Source.Captured = p.Captured.UTC().Format(time.RFC3339)
	r.Source.Snapshot = string(p.Digest)
	r.Extractor = report.Extractor{Version: extract.Version, Options: o.Hash()}
	body, err := encode(r)
	if err != nil {
		return Reading{}, fmt.Errorf("report of %s: %w", p.URL, err)
	}
	given, err := encode(p.Given)
	if err != nil {
		return Reading{}, fmt.Errorf("report of %s: %w", p.URL, err)
	}
	content, err := contentHash(r)
	if err != nil {
		return Reading{}, fmt.Errorf("report of %s: %w", p.URL, err)
	}
	return Reading{Parsed: r, Content: content, TablesInFile: slices.Contains(r.Notes, extract.NoteTableInAttachment), Report: &store.Report{
		ID: Identity(r, p.URL), URL: p.URL, Site: p.Site, Organ: r.Organ.Name, Year: r.Year, Scope: string(r.Scope),
		Title: r.Title, Status: string(r.Status), Template: templateOf(r), Digest: p.Digest,
		Extractor: extract.Version, Options: o.Hash(), Data: extract.DataHash(),
		Content: content, Print: fingerprint(r), Given: given, Body: body,
	}}, nil
}

// templateOf names the forms that a report follows: 2019, annex2014, or several
// joined by +; it is empty for a report in prose.
func templateOf(r *report.Report) string {
	forms := []string{r.Template.Disclosure, r.Template.Requests, r.Template.ReviewLitigation, r.Template.Annex}
	slices.Sort(forms)
	return strings.TrimPrefix(strings.Join(slices.Compact(forms), "+"), "+")
}

// refusal turns an error of the extractor into a reason.
func refusal(ctx context.Context, err error) (Reading, error) {
	if ctx.Err() != nil {
		return Reading{}, ctx.Err()
	}
	n := Reading{Detail: err.Error()}
	var none *extract.NotReportError
	var limit *document.LimitError
	switch {
	case errors.As(err, &none):
		n.Reason, n.Detail = none.Reason, none.Detail
	case errors.As(err, &limit):
		n.Reason = ReasonLimit
		if limit.Time() {
			n.Reason = ReasonTooSlow
		}
	case errors.Is(err, document.ErrEmpty):
		n.Reason = "empty"
	default:
		n.Reason = ReasonFormat
		if _, ours := errors.AsType[*extract.InternalError](err); ours {
			n.Reason = ReasonInternal
		}
	}
	return n, nil
}

// encode is the one JSON form of reports: one line, nothing escaped that need not
// be. It is byte for byte what the standard library writes, in a quarter of its time:
// a crawl writes each report twice, once to keep it and once for its content.
func encode(v any) ([]byte, error) { return json.MarshalWithOption(v, json.DisableHTMLEscape()) }

// contentHash is the hash of what a report says: counters, dates in the frame and
// the places of things on the page do not count.
func contentHash(r *report.Report) (string, error) {
	said := report.Report{
		Title: r.Title, Organ: r.Organ, Scope: r.Scope, Year: r.Year, Published: r.Published,
		Template: r.Template, Status: r.Status,
	}
	said.Sections = slices.Grow(said.Sections, len(r.Sections))
	for _, s := range r.Sections {
		s.From, s.To = 0, 0
		said.Sections = append(said.Sections, s)
	}
	said.Figures = slices.Grow(said.Figures, len(r.Figures))
	for _, f := range r.Figures {
		f.Locator = report.Locator{}
		said.Figures = append(said.Figures, f)
	}
	for _, o := range r.Orphans {
		o.Locator = report.Locator{}
		said.Orphans = append(said.Orphans, o)
	}
	b, err := encode(said)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}
