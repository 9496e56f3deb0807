package listing

import (
	"strconv"
	"strings"
)

// Gaps: a site that lost one page of a list has the ones behind it. A page without
// entries is passed over if the list goes on by its own account; that it was empty
// makes the listing partial once a page behind it lists something.

// maxGap is how many pages in a row are passed over.
const maxGap = 2

// gap notes that the page read gives no entries and why, and counts how many in a
// row don't.
func (r *reader) gap(why string) int {
	run := strings.TrimSpace(r.get("gap") + " " + strconv.Itoa(r.state.Page+1))
	r.set("gap", run)
	if r.get("lost") == "" {
		r.set("lost", why)
	}
	return len(strings.Fields(run))
}

// bridge notes that the page read has entries: the ones before it without are
// holes.
func (r *reader) bridge() {
	if run := r.get("gap"); run != "" {
		r.set("holes", strings.TrimSpace(r.get("holes")+" "+run))
		delete(r.state.Vars, "gap")
	}
}

// holes names the pages that the list lacks inside, and why the first does; "" and
// "" where it lacks none.
func (r *reader) holes() (pages, why string) {
	lost := strings.Fields(r.get("holes"))
	switch len(lost) {
	case 0:
		return "", ""
	case 1:
		return "without page " + lost[0], r.get("lost")
	}
	return "without pages " + strings.Join(lost[:min(len(lost), 8)], " "), r.get("lost")
}
