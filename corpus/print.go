package corpus

import (
	"fmt"
	"strings"

	"gongkai/report"
	"gongkai/report/simhash"
)

// leastText is how many bytes of prose a report must have to be known by them.
const leastText = 600

// fingerprint is that of the prose of a report, without what its page shows
// around it and without the numbers of its tables; empty when there is too little.
func fingerprint(r *report.Report) string {
	var text strings.Builder
	for _, s := range r.Sections {
		text.WriteString(s.Heading)
		text.WriteString(s.Text)
	}
	if text.Len() < leastText {
		return ""
	}
	return fmt.Sprintf("%016x", simhash.Of(text.String()))
}
