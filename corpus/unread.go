package corpus

import (
	"cmp"
	"context"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gongkai/store"
)

// Unread is a page or file that a listing calls a report and that gave none.
type Unread struct {
	URL, Site, Title string
	// Organ and Year are what the title says; Organ is empty when it names none.
	Organ string
	Year  int
	// Why says why there is no report, in words.
	Why string
}

// reportTitle matches the title of a report: the organ, before or behind the year.
var reportTitle = regexp.MustCompile(`^\s*(?:关于)?(.*?)(20\d\d)\s*年度?(.*?)(?:政府)?信息公开.*(?:年度?报告|年报|工作报告)`)

// Unread iterates over the pages and files of the frontier that gave no report,
// though a listing calls them one. Those that were fetched after a time that is asked
// about are left out: what was known of them then is not known now.
func (c *Corpus) Unread(ctx context.Context, asOf time.Time) iter.Seq2[Unread, error] {
	return func(yield func(Unread, error) bool) {
		var some []store.Row
		flush := func() (bool, error) {
			unread := make([]bool, len(some))
			err := c.store.View(ctx, func(tx *store.Tx) error {
				for i, r := range some {
					unread[i] = len(tx.ReportsOf(r.URL)) == 0
				}
				return nil
			})
			for i, r := range some {
				if err == nil && unread[i] && !yield(newUnread(r), nil) {
					return false, nil
				}
			}
			some = some[:0]
			return true, err
		}
		for r, err := range c.store.Rows(ctx, "") {
			if err == nil && (r.Kind == "page" || r.Kind == "attachment") && !after(r.Fetched, asOf) && reportTitle.MatchString(r.Title) {
				some = append(some, r)
			}
			more := true
			if err == nil && len(some) == 256 {
				more, err = flush()
			}
			if err != nil {
				yield(Unread{}, err)
				return
			}
			if !more {
				return
			}
		}
		if _, err := flush(); err != nil {
			yield(Unread{}, err)
		}
	}
}

func newUnread(r store.Row) Unread {
	m := reportTitle.FindStringSubmatch(r.Title)
	year, _ := strconv.Atoi(m[2]) // four digits
	why := map[string]string{
		store.Queued: "not fetched yet", store.Done: "fetched, but no report could be read", store.Failed: "could not be fetched",
		store.Gone: "is gone", store.Skipped: "was not fetched",
	}[r.State]
	if r.LastError != "" {
		why = strings.TrimSpace(why + ": " + r.LastError)
	}
	organ := cmp.Or(strings.Trim(m[1], " 　-—_"), strings.Trim(m[3], " 　-—_"))
	return Unread{URL: r.URL, Site: r.Site, Title: r.Title, Organ: organ, Year: year, Why: why}
}
