// Package extract turns bytes into a report: no network, no clock, no
// randomness; the same input with the same options gives the same report, byte
// for byte.
package extract

import (
	"context"

	"golang.org/x/net/html"

	"gongkai/report"
)

// Input is one page or attachment with what the caller knows about it.
type Input struct {
	Bytes []byte
	// Name is a file name or the last element of a URL path; its extension is a
	// hint for the format, never more.
	Name string
	// ContentType is the HTTP header of that name, if any.
	ContentType string
	// Root is the parsed page when the caller parsed it already; it must come
	// from Bytes. The tree is not changed.
	Root *html.Node
	// URL, ListTitle, ListDate: where the page was found and what the listing
	// said of it. All optional and only used as evidence.
	URL, ListTitle, ListDate string
	// Site is what the configuration knows: it resolves 我局 and 本镇.
	Site Site
}

// Site is what the caller knows of the site or column a page was listed in.
type Site struct {
	Name   string // 慈溪市人民政府
	Organ  string // the organ of the column, if it has just one
	Region string // GB/T 2260
}

// Options change what Extract gives. The zero value is the default.
type Options struct {
	// MaxBytes bounds the input (default 64 MiB), MaxCells the cells of all
	// tables (default 1,000,000). Limits do not enter the options hash.
	MaxBytes int64
	MaxCells int
}

// Extract reads one report. Errors: *NotReportError when the bytes hold no
// annual report, *document.LimitError when a limit was hit,
// *document.FormatError when no reader takes the format, ctx.Err().
func Extract(ctx context.Context, in Input, o Options) (*report.Report, error) {
	panic("not yet")
}

// NotReportError says that a document is no annual report, and why.
type NotReportError struct {
	// Reason is a stable word: empty, no_report, list_page, notice, blank_form,
	// half_year, website_statement, law_government, soft404, attachment_only,
	// table_in_image.
	Reason string
	// Detail is a sentence for a person.
	Detail string
}

func (e *NotReportError) Error() string { return "no annual report: " + e.Detail }
