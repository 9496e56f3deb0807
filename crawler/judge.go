package crawler

import (
	"context"
	"time"

	"golang.org/x/net/html"

	"gongkai/configs"
	"gongkai/extract/document"
	"gongkai/store"
)

// Judge tells whether a page or an attachment is an annual report. The crawler
// asks it once for everything it fetched that is no index; it is called from
// several goroutines.
type Judge interface {
	// Judge reads a page. An error is a failure of the judge, not of the page: it
	// ends the run. A page that can't be read is no report, with the reason.
	Judge(ctx context.Context, p Page) (Judgement, error)
}

// Page is something fetched that may be a report.
type Page struct {
	// URL is the address that was listed, FinalURL the one that answered.
	URL, FinalURL string
	Body          []byte // as it came; must not be changed
	ContentType   string // header
	// Root is the parsed page, nil when it is no HTML. It is read only. Charset is
	// how Body became the text it was parsed from.
	Root    *html.Node
	Charset document.Charset
	// Name is a file name: of an attachment the one its link or header gives, of a
	// page the last element of its path.
	Name string
	// Title and Date are what the listing says of it. Those of an attachment are
	// its page's.
	Title, Date string
	// Attachment is set for a file that the page Referrer links to.
	Attachment bool
	Referrer   string
	// Digest and Captured identify the capture it comes from.
	Digest   store.Digest
	Captured time.Time
	// Site is the source in whose column Index it was listed.
	Site  *configs.Site
	Index string
}

// Judgement is what a Judge found.
type Judgement struct {
	// Report is the report to store, nil when the page is none. Its Digest is that
	// of the page.
	Report *store.Report
	// Content identifies what the report says, without where and when it was read:
	// when a page changed and its Content did not (a counter, a date in the frame),
	// no new revision is stored. Empty means that every change counts.
	Content string
	// Facts are what the report holds, in numbers.
	Facts Facts
	// TablesInFile says that the page is a report in prose whose tables are in an
	// attachment: then the attachments are judged, too.
	TablesInFile bool
	// Refused is what to note of a page that is no report, so that it is not read
	// again in vain; nil notes nothing.
	Refused *store.Reading
	// Reason is a stable word why the page is no report (attachment_only, notice,
	// blank_form, soft404 …), Detail a sentence.
	Reason, Detail string
}

// Facts of a report, for the drift gate and the metrics.
type Facts struct {
	// Template is the official form of its tables (2021, 2019 …), narrative for one
	// without.
	Template string
	// Tables is how many official tables it has, Unrecovered how many of them lost
	// cells on the way to us.
	Tables, Unrecovered int
	// HardPass and HardFail count the hard relations that hold and that do not.
	HardPass, HardFail int
}

// The Reasons that mean something to the crawler, beside soft404.
const (
	// AttachmentOnly: the report of the page is in an attachment.
	AttachmentOnly = "attachment_only"
	// TooSlow: the page could not be read in time. TooLarge: it exceeds what the
	// judge reads (size, depth, spans). Internal: the judge is at fault. Such a page
	// may be a report that we miss: it counts as failed, and the next run asks for
	// it again.
	TooSlow  = "too_slow"
	TooLarge = "limit"
	Internal = "internal"
)
