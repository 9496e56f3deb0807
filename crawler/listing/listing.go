// Package listing knows how an index page (栏目) of a government site lists its
// items and continues: mechanisms by CMS family on one item extractor and one
// stop rule. It fetches nothing and runs no script: a [Page] goes in, a [Result]
// comes out, and the requests for the following pages are in it.
package listing

import (
	"net/url"

	"golang.org/x/net/html"
)

// Request is a further page of a listing to fetch.
type Request struct {
	Method      string `json:"method,omitempty"` // GET or POST
	URL         string `json:"url"`
	Body        string `json:"body,omitempty"` // of a POST
	ContentType string `json:"content_type,omitempty"`
	Referrer    string `json:"referrer,omitempty"`
}

// Page is a fetched page of a listing.
type Page struct {
	// URL is the final URL after redirects.
	URL *url.URL
	// Body is decoded to UTF-8; Root is the parsed page, nil for XML or JSON
	// answers.
	Body []byte
	Root *html.Node
	// ContentType is the header as received.
	ContentType string
}

// Item is one entry of a listing.
type Item struct {
	URL   string `json:"url"` // absolute
	Title string `json:"title"`
	Date  string `json:"date,omitempty"` // YYYY-MM-DD
	// Child is set for a link to a further column (a year, a unit).
	Child bool `json:"child,omitempty"`
}

// State is what a listing remembers from page to page; it is kept with the
// frontier so that a killed crawl goes on where it was. The zero value starts a
// column.
type State struct {
	Mechanism string `json:"mechanism,omitempty"`
	Page      int    `json:"page"`               // pages read so far
	Declared  int    `json:"declared,omitempty"` // items the site says there are, 0 unknown
	Pages     int    `json:"pages,omitempty"`    // pages the site says there are, 0 unknown
	Listed    int    `json:"listed"`             // distinct items so far
	// Seen holds hashes of the item URLs so far, for the stop rule.
	Seen []uint64 `json:"seen,omitempty"`
	// Vars are values the mechanism found on the first page.
	Vars map[string]string `json:"vars,omitempty"`
	// Last is the hash of the page before, to see a repeated page.
	Last uint64 `json:"last,omitempty"`
}

// Result is what one page of a listing tells.
type Result struct {
	Items []Item // new ones only, in page order
	// Next is the request for the following page, nil when the listing ended.
	Next  *Request
	State State
	// Verdict is set when the listing ended: complete, partial:why, needs_js …
	Verdict string
	// Evidence says in words how Verdict was reached.
	Evidence string
}
