package fakegov

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// Family is a content management system, or a way of one to list.
type Family string

// family is how a CMS addresses, lists and dresses what it serves.
type family struct {
	look look
	// article is the address of a report's page, from the root.
	article func(*Site, *entry) string
	// file is the address of an attachment, from the root.
	file func(*Site, *entry) string
	// relativeFiles links attachments relative to the page.
	relativeFiles bool
	// fileType is the Content-Type of attachments; empty goes by the extension.
	fileType string
	// fileReferrer refuses attachments to visitors who don't come from a page.
	fileReferrer bool
	// noNoise is set for families that can't list a paper that is no report.
	noNoise bool
	// index is the addresses of the column, from the root.
	index func(*Site) []string
	// mount adds the pages that list. Where there is a page for each year or kind,
	// grows has it called again when a report is published.
	mount func(*Site)
	grows bool
}

// families has one entry a family; the files of the families fill it.
var families = map[Family]family{}

// Families lists all families, sorted.
func Families() []Family { return slices.Sorted(maps.Keys(families)) }

// digits is a number of n digits that belongs to the words.
func (s *Site) digits(n int, words ...string) string {
	out := ""
	for i := 0; len(out) < n; i++ {
		out += fmt.Sprintf("%019d", hash(s.gov.seed+uint64(i), append(words, itoa(s.place))...))
	}
	return out[:n]
}

// hex is a number of n hexadecimal digits that belongs to the words.
func (s *Site) hex(n int, words ...string) string {
	out := ""
	for i := 0; len(out) < n; i++ {
		out += fmt.Sprintf("%016x", hash(s.gov.seed+uint64(i), append(words, itoa(s.place))...))
	}
	return out[:n]
}

// uuid is a UUID that belongs to the words.
func (s *Site) uuid(words ...string) string {
	h := s.hex(32, words...)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// uploadFile is the address of an attachment on systems with no habit of their
// own.
func uploadFile(s *Site, e *entry) string {
	return "/upload/" + s.uuid("file", itoa(e.number)) + e.fileExt()
}

// listRow is how most families print an item: the title cut, in full in an
// attribute, and the date beside it.
func listRow(it item, href string) string {
	return fmt.Sprintf(`<li><a href="%s" title="%s" target="_blank">%s</a><span>%s</span></li>`,
		html.EscapeString(href), html.EscapeString(it.title), html.EscapeString(cut(it.title, 22)), it.date)
}

// rows prints items as a list; href makes an item's address what the family
// writes into its pages.
func rows(items []item, href func(string) string) string {
	var b strings.Builder
	b.WriteString("<ul class=\"list\">\n")
	for _, it := range items {
		b.WriteString(listRow(it, href(it.href)))
		b.WriteByte('\n')
	}
	b.WriteString("</ul>\n")
	return b.String()
}

func same(path string) string { return path }

// within writes addresses below dir relative to it.
func within(dir string) func(string) string {
	return func(path string) string {
		if rest, ok := strings.CutPrefix(path, dir); ok {
			return "./" + rest
		}
		return path
	}
}
