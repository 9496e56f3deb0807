package crawler

import (
	"encoding/json"
	"fmt"
	"net/url"

	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
	"gongkai/store"
)

// What the Extra of a row holds.
const (
	extraBookmark = "bookmark"   // of a chain: how far it was read
	extraVerdict  = "verdict"    // how the last visit ended
	extraReport   = "report"     // ID of the report that was read from the row
	extraContent  = "content"    // what that report said, as the judge identifies it
	extraTables   = "tables"     // how many tables of that report could be read
	extraReason   = "reason"     // why the row is no report
	extraOutcome  = "outcome"    // of the report in the last visit: new, changed, unchanged
	extraCalm     = "calm"       // how many visits in a row found nothing changed
	extraMissing  = "missing"    // how many 404 and 410 came in a row
	extraUnusable = "unusable"   // set when the row's digest is that of a failure, for want of another
	extraPage     = "page"       // of an attachment: key of the page that links to it
	extraJudge    = "judge"      // of an attachment: set when the report is to be read from it
	extraName     = "name"       // of an attachment: its file name
	extraFrame    = "frame"      // of a list: set when it is shown in a frame of another
	extraTitle    = "page_title" // of an attachment: what the listing calls its page
)

// The outcomes of a report.
const (
	outcomeNew       = "new"
	outcomeChanged   = "changed"
	outcomeUnchanged = "unchanged"
)

// rowKey is the key of a row. Pages and attachments are known by their canonical
// URL; an index or a list belongs to the site that is configured with it, so that
// a URL can be a column for one and a page for another.
func rowKey(kind, siteID string, u *url.URL) string {
	if kind == kindIndex || kind == kindList {
		return frontier.Key(u) + " " + siteID
	}
	return frontier.Key(u)
}

func setExtra(row *store.Row, key, value string) {
	if value == "" {
		delete(row.Extra, key)
		return
	}
	if row.Extra == nil {
		row.Extra = make(map[string]string)
	}
	row.Extra[key] = value
}

// bookmark is how far a chain was read.
type bookmark struct {
	State listing.State    `json:"state"`
	Next  *listing.Request `json:"next,omitempty"`
}

// save puts the bookmark into a row.
func (b bookmark) save(row *store.Row) error {
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("bookmark of %s: %w", row.URL, err)
	}
	setExtra(row, extraBookmark, string(text))
	return nil
}

// fromStart lets a chain be read from its start.
func fromStart(row *store.Row) { setExtra(row, extraBookmark, "") }

func loadBookmark(row *store.Row) (b bookmark, err error) {
	text := row.Extra[extraBookmark]
	if text == "" {
		return b, nil
	}
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return b, fmt.Errorf("bookmark of %s: %w", row.URL, err)
	}
	return b, nil
}
