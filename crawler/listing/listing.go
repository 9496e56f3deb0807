// Package listing knows how an index page (栏目) of a government site lists its
// items and continues: mechanisms by CMS family on one item extractor and one
// stop rule. It fetches nothing and runs no script: a [Page] goes into [Read], a
// [Result] comes out, and the request for the following page is in it.
//
//	var s listing.State
//	for {
//		r, err := listing.Read(page, s, hint)   // err: the hint is wrong, never the page
//		…                                       // r.Items are new ones, in page order
//		if r.Next == nil {
//			break                               // r.Verdict and r.Evidence say how it ended
//		}
//		page, s = fetch(r.Next), r.State
//	}
//
// The mechanisms, in the order in which they are tried; each file says how its
// pages look:
//
//	truecms, jpage, datalist               rows embedded in the page, the rest by a proxy
//	jpaas, lonsun, annual, xxgk            fragments of HTML from an endpoint
//	ztree                                  a tree of columns, from an endpoint
//	gkmlpt, epoint, json, ucap, was5       rows as JSON or XML from an endpoint
//	ajax                                   what a script asks an unknown endpoint for
//	template                               static pages whose number a profile declares
//	trsapi, pager                          static pages whose number a script declares
//	anchor                                 a link to the next page, or none
//	walk                                   columns below, by year and unit; the page itself
//
// The first that yields wins; a profile can pin one by name ([Hint]).
//
// What Read promises for any bytes: it doesn't panic, takes time and memory
// linear in the page, gives the same answer for the same input, and ends a
// column after at most [Hint.Pages] pages.
//
// A listing is complete only if something says so: a declared total that was
// reached, a last page that calls itself the last, or a page that brings nothing
// new. Everything else is partial with its reason, and a page that lists nothing
// is never a success.
package listing

import (
	"net/url"

	"golang.org/x/net/html"
)

// Request is a further page of a listing to fetch.
type Request struct {
	Method      string `json:"method,omitempty"` // "" is GET
	URL         string `json:"url"`
	Body        string `json:"body,omitempty"` // of a POST
	ContentType string `json:"content_type,omitempty"`
	// Referrer must be sent: some sites answer 404 or a first page without it.
	Referrer string `json:"referrer,omitempty"`
}

// Page is a fetched page of a listing.
type Page struct {
	// URL is the final URL after redirects. Keep the fragment of the URL that was
	// configured: gkmlpt columns are named by it.
	URL *url.URL
	// Status is the HTTP status; 0 counts as 200. Hand in the error pages that
	// answer a Next request too, 404 above all: they end a listing or ask for
	// another way to page.
	Status int
	// Body is decoded to UTF-8; Root is the parsed page, nil for XML or JSON
	// answers. Root is read only.
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
	// Child is set for a link to a further column (a year, a unit), to be read
	// with the zero State.
	Child bool `json:"child,omitempty"`
	// Frame is set for a Child that a frame of the page shows: it may be a menu.
	Frame bool `json:"frame,omitempty"`
	// Self is set when the page of the listing is itself a report; URL is the
	// page's own.
	Self bool `json:"self,omitempty"`
	// Report is set where the address alone makes the item a report, whatever its
	// title (2017年): xxgkAnnualReport.jsp.
	Report bool `json:"report,omitempty"`
}

// State is what a listing remembers from page to page; it is kept with the
// frontier so that a killed crawl goes on where it was. The zero value starts a
// column.
type State struct {
	Mechanism string `json:"mechanism,omitempty"`
	// Index is the final URL of the first page, Base what its links resolve
	// against where that is another URL.
	Index string `json:"index,omitempty"`
	Base  string `json:"base,omitempty"`

	Page     int `json:"page"`               // pages read so far
	Declared int `json:"declared,omitempty"` // items the site says there are, 0 unknown
	Pages    int `json:"pages,omitempty"`    // pages the site says there are, 0 unknown
	Rows     int `json:"rows"`               // rows read so far, repeated ones included
	Listed   int `json:"listed"`             // distinct items so far, columns not counted
	Children int `json:"children,omitempty"` // distinct columns so far

	// Seen holds hashes of the item URLs so far, for the stop rule.
	Seen []uint64 `json:"seen,omitempty"`
	// Last is the hash of the page before, to see a repeated page.
	Last uint64 `json:"last,omitempty"`
	// Vars are values the mechanism found on the way.
	Vars map[string]string `json:"vars,omitempty"`
	// Retries counts requests in a row that asked for the same page in another way.
	Retries int `json:"retries,omitempty"`
	// Else is how the first page goes on if the endpoint it names yields nothing.
	Else *Alternative `json:"else,omitempty"`
}

// Alternative is a second way to go on from a first page.
type Alternative struct {
	Mechanism string            `json:"mechanism"`
	Vars      map[string]string `json:"vars,omitempty"`
	Declared  int               `json:"declared,omitempty"`
	Pages     int               `json:"pages,omitempty"`
	Next      *Request          `json:"next,omitempty"`
	Problem   string            `json:"problem,omitempty"`
	Evidence  string            `json:"evidence,omitempty"`
}

// Result is what one page of a listing tells.
type Result struct {
	Items []Item // new ones only, in page order
	// Next is the request for the following page, nil when the listing ended.
	Next  *Request
	State State
	// Verdict is set when the listing ended: complete, partial:why, needs_js,
	// soft404, empty_drift or failed:why.
	Verdict string
	// Evidence says in words how Verdict was reached.
	Evidence string
}

// Hint is what a profile pins; the zero value detects everything.
type Hint struct {
	// Mechanism is one of [Names].
	Mechanism string
	// Item, Next, Title and Date are CSS selectors: the links of the items (or
	// elements that hold one each), the link to the next page, title and date
	// inside a row. Next asks for the mechanism anchor.
	Item, Next, Title, Date string
	// Page is the address of the further pages, with {page} for the number; it asks
	// for the mechanism template. Second is the number of the second page, nil for 2.
	Page   string
	Second *int
	// Pages bounds the pages read. Default 200.
	Pages int
	// List describes an endpoint that no mechanism knows; it asks for the mechanism
	// json.
	List *JSONList
}
