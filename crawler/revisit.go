package crawler

import (
	"time"

	"gongkai/store"
)

// goneAfter is how many answers 404 or 410 in a row make a page gone, and
// goneFor how long a gone page is left alone.
const (
	goneAfter = 3
	goneFor   = 90 * 24 * time.Hour
)

// again says when a row that was finished at now is due again: in the next run,
// but for pages that are gone.
func again(row *store.Row, now time.Time) time.Time {
	if row.State == store.Gone {
		return now.Add(goneFor)
	}
	return now
}
