package crawler

import (
	"fmt"
	"strconv"
	"time"

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

// Seasonal visits pages as often as they may change. Annual reports are due by the
// end of March: from 15 January to 30 April what was published within a year is
// visited in every run, the rest of the year weekly. Older reports are visited
// monthly, and less often, up to every four months, the longer nothing changed.
type Seasonal struct{}

const dayLong = 24 * time.Hour

// Next implements [Revisit].
func (Seasonal) Next(row store.Row, calm int, now time.Time) time.Time {
	published, err := time.Parse(time.DateOnly, row.Date)
	recent := err == nil && now.Sub(published) < 366*dayLong
	var pause time.Duration
	switch {
	case calm == 0 && !recent: // new to us, or it has just changed: it may do so again
		pause = 7 * dayLong
	case recent && inSeason(now), calm == 0:
		return now
	case recent:
		pause = 7 * dayLong
	default:
		pause = 30 * dayLong << min(calm/3, 2)
	}
	// A nightly run does not begin on the second: half a day early is on time.
	return now.Add(pause - dayLong/2)
}

// china is the clock that the season goes by.
var china = time.FixedZone("UTC+8", 8*60*60)

func inSeason(now time.Time) bool {
	_, month, day := now.In(china).Date()
	return month == time.January && day >= 15 || month > time.January && month <= time.April
}

// RevisitPolicy finds a policy by its name: every-run or seasonal.
func RevisitPolicy(name string) (Revisit, error) {
	switch name {
	case "", "every-run":
		return EveryRun{}, nil
	case "seasonal":
		return Seasonal{}, nil
	}
	return nil, fmt.Errorf("no revisit policy %q: take every-run or seasonal", name)
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
	return r.o.Revisit.Next(*row, calm, now)
}
