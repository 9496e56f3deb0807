package extract

import (
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// Version is the version of the extractor. A stored report that an older version
// made may be made again from its snapshot. It grows whenever the same bytes may
// give another report:
//
//	1 (2026-11-21) first version: body, copies, head, sections, forms of 2019 and
//	  2021, annex of 2014, figures in sentences, relations.
//	2 (2026-11-22) coded annex of 2008–2013, annexes with several columns; tables of
//	  review and litigation in any layout; tables of PDFs without ruling lines;
//	  page and attachments read together; site code kept with the labels; drawings,
//	  web archives as browsers save them; scans recognised where asked; no mean and
//	  no part of a year among figures of sentences, and other care with them;
//	  numbers spaced by thousands where sums hold; T2.ITEM0 is evaluated.
//	3 (2026-11-22) serial numbers on lines, cells written out over their spans, blank
//	  rows above values, a whole report in one table; more wordings, units and
//	  remarks of cells; the coded annex behind the word 附件; a letter that
//	  sends the report names title and organ; customs are of the centre.
const Version = 3

// Hash names the options that change what Extract gives: equal hashes and equal
// versions give equal reports from equal bytes. Limits are left out, as they turn
// a report into an error and never into another report.
func (o Options) Hash() string {
	options := "options/1"
	if o.Recognise {
		options += " recognise"
	}
	return fmt.Sprintf("%016x", xxhash.Sum64String(options))[:8]
}
