package listing

import (
	"fmt"
	"strings"
)

// trsAPI reads Fujian's variant of TRS: the first page embeds the rows of several
// pages; older ones come from a service whose protocol isn't known, so the column
// is partial unless the rows embedded are all that recordCount declares.
//
//	<script src="/images/list2.trsapi.js"></script>
//	<script>var opts = {recordCount: '63', maxStaticIndex: '3', prepage: '15'}</script>
var trsAPI = mechanism{
	name: "trsapi",
	start: func(r *reader) *answer {
		if !strings.Contains(string(r.Body), "trsapi") {
			return nil
		}
		items := r.listed()
		if len(items) == 0 {
			return nil
		}
		a := &answer{items: items}
		for _, src := range r.scripts() {
			if v, ok := assigned(src, "recordCount"); ok {
				if n, ok := integer(v); ok {
					a.declared = n
				}
			}
		}
		if a.declared == 0 || len(items) < a.declared {
			a.problem = "trsapi"
			a.evidence = fmt.Sprintf("%d rows of %s are embedded; the service for the rest is not supported", len(items), total(a.declared))
		}
		return a
	},
	follow: func(*reader) *answer { return &answer{problem: "trsapi"} },
}
