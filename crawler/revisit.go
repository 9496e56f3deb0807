package crawler

import (
	"fmt"
	"strconv"
	"time"

	"gongkai/configs"
	"gongkai/crawler/listing"
	"gongkai/store"
)

// Revisit decides when a page that was visited is due to be visited again. Lists
// are read in every run: they tell what is new.
type Revisit interface {
	// Next is the earliest time of the next visit to the page of row, which was
	// visited at now and had come out unchanged calm times in a row.
	Next(row store.Row, calm int, now time.Time) time.Time
}

// EveryRun visits every page in every run. It is the default.
type EveryRun struct{}

// Next implements [Revisit].
func (EveryRun) Next(_ store.Row, _ int, now time.Time) time.Time { return now }

// Seasonal visits pages as often as they may change: in the season of reports
// what was published within a year is visited in every run, the rest of the year
// at the pause Recent. Older reports are visited at the pause Old, and less often,
// up to Most, the longer nothing changed; whatever has just changed, soon again.
type Seasonal struct {
	Season            configs.Schedule
	Recent, Old, Most time.Duration
}

const dayLong = 24 * time.Hour

// Next implements [Revisit].
func (s Seasonal) Next(row store.Row, calm int, now time.Time) time.Time {
	recent := isRecent(row, now)
	var pause time.Duration
	switch {
	case recent && (calm == 0 || s.Season.InSeason(now)):
		return now
	case recent, calm == 0: // new to us, or it has just changed: it may do so again
		pause = s.Recent
	default:
		pause = min(s.Old<<min(calm/3, 8), s.Most)
	}
	// A nightly run does not begin on the second: half a day early is on time.
	return now.Add(max(pause-dayLong/2, 0))
}

// isRecent tells whether a page was published within a year, by the date that its
// list gives, else by the year of its title.
func isRecent(row store.Row, now time.Time) bool {
	if published, err := time.Parse(time.DateOnly, row.Date); err == nil {
		return now.Sub(published) < 366*dayLong
	}
	year, _ := listing.ReportTitle(row.Title)
	return year >= now.In(configs.China).Year()-1
}

// RevisitPolicy makes the policy that a configuration asks for.
func RevisitPolicy(c configs.Revisit) (Revisit, error) {
	switch c.Policy {
	case "", configs.EveryRun:
		return EveryRun{}, nil
	case configs.Seasonal:
		season, err := configs.Window{Season: c.Season}.Schedule()
		return Seasonal{Season: season, Recent: time.Duration(c.Recent), Old: time.Duration(c.Old), Most: time.Duration(c.Most)}, err
	}
	return nil, fmt.Errorf("no policy %q: take every-run or seasonal", c.Policy)
}

// goneAfter is how many answers 404 or 410 in a row make a page gone, and
// goneFor how long a gone page is left alone.
const (
	goneAfter = 3
	goneFor   = 90 * dayLong
)

// again says when a row that was finished at now is due again.
func (r *run) again(row *store.Row, now time.Time) time.Time {
	switch {
	case row.State == store.Gone:
		return now.Add(goneFor)
	case row.State != store.Done || row.Kind == kindIndex || row.Kind == kindList:
		return now
	}
	calm, _ := strconv.Atoi(row.Extra[extraCalm])
	return r.sites[row.Site].revisit.Next(*row, calm, now)
}
