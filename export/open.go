package export

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gongkai/corpus"
	"gongkai/corpus/organs"
	"gongkai/report"
)

// Selection says which state of a corpus is exported.
type Selection struct {
	// AllRevisions exports every revision that stands or once stood, not just the
	// one that each report is read as.
	AllRevisions bool
	// AsOf is the time whose corpus is exported; the zero time is now.
	AsOf time.Time
	// Since is the version that changes are counted from; empty counts none.
	Since string
}

// Open reads a corpus for an export. Reports are read as Write asks for them, in
// short transactions, while others may write; what is exported is settled when
// Open returns. Errors are those of the corpus, *corpus.VersionError for a version
// of Since that it never was.
func Open(ctx context.Context, c *corpus.Corpus, sel Selection) (*Input, error) {
	asOf := sel.AsOf
	if asOf.IsZero() {
		// One moment for all that is asked: a crawl may write meanwhile.
		asOf = time.Now()
	}
	var version string
	var resolver *organs.Resolver
	var columns []corpus.ColumnStatus
	var reading errgroup.Group // each looks at every report there is
	reading.Go(func() (err error) {
		if version, err = c.Version(ctx, asOf); err != nil {
			return fmt.Errorf("read the corpus: %w", err)
		}
		if columns, err = c.Columns(ctx, asOf); err != nil {
			return fmt.Errorf("read the columns: %w", err)
		}
		return nil
	})
	reading.Go(func() (err error) {
		if resolver, err = c.Resolver(ctx, asOf); err != nil {
			return fmt.Errorf("read the organs: %w", err)
		}
		return nil
	})
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	o := &opened{ctx: ctx, corpus: c, asOf: asOf, revisions: corpus.Latest, resolver: resolver, places: make(map[placeKey]Place)}
	if sel.AllRevisions {
		o.revisions = corpus.All
	}
	in := &Input{Reports: o.reports, Seen: o.seen, Whole: whole(columns), Version: version}
	if sel.Since != "" {
		if err := o.readBefore(sel.Since); err != nil {
			return nil, err
		}
		in.Gone = o.gone
	}
	return in, nil
}

// whole are the sites all of whose columns were seen to their end.
func whole(columns []corpus.ColumnStatus) map[string]bool {
	sites := make(map[string]bool)
	for _, c := range columns {
		complete := strings.HasPrefix(c.Verdict, "complete")
		if before, seen := sites[c.Site]; seen {
			complete = complete && before
		}
		sites[c.Site] = complete
	}
	return sites
}

// opened is a corpus being exported.
type opened struct {
	ctx       context.Context
	corpus    *corpus.Corpus
	asOf      time.Time
	revisions corpus.Revisions
	resolver  *organs.Resolver
	places    map[placeKey]Place
	// before are the reports of the version that changes are counted from, those
	// not met yet.
	before map[string]corpus.Item
	since  time.Time // of that version
}

// readBefore notes what the corpus said in an earlier version.
func (o *opened) readBefore(version string) error {
	at, err := o.corpus.AtVersion(o.ctx, version)
	if err != nil {
		return err
	}
	items, err := o.corpus.List(o.ctx, corpus.Filter{AsOf: at})
	if err != nil {
		return fmt.Errorf("read version %s: %w", version, err)
	}
	o.before, o.since = make(map[string]corpus.Item, len(items)), at
	for _, i := range items {
		o.before[i.ID] = i
	}
	return nil
}

// reports yields the reports of the corpus.
func (o *opened) reports(yield func(Entry, error) bool) {
	q := corpus.ReportQuery{Filter: corpus.Filter{AsOf: o.asOf}, Revisions: o.revisions, Captures: true}
	var numbers revisionNumbers
	for e, err := range o.corpus.Reports(o.ctx, q) {
		if err != nil {
			yield(Entry{}, err)
			return
		}
		entry := Entry{
			ID: e.ID, Revision: numbers.next(e.ID, e.Revision), Site: e.Site,
			StoredAs: fmt.Sprintf("%s:%d", cmp.Or(e.StoredAs, e.ID), e.Revision),
			Stored:   e.Stored, Latest: e.Chosen, Report: e.Report,
			OrganID: corpus.OrganID(e.Report, cmp.Or(e.Attachment, e.URL)),
		}
		entry.Place = o.place(e.Report)
		entry.Ruled = ruled(e.Decisions, e.Report)
		for _, c := range e.Captures {
			entry.Captures = append(entry.Captures, Capture{
				ID: c.ID, URL: c.URL, Page: c.Page, FinalURL: c.FinalURL, Site: c.Site, Run: c.Run, Time: c.Time,
				Status: c.Status, Verdict: c.Verdict, Snapshot: c.Digest, Bytes: c.Bytes, Revisit: c.Revisit,
			})
		}
		if was, ok := o.before[e.ID]; ok && e.Chosen {
			delete(o.before, e.ID)
			if entry.Before, err = o.past(was, &e); err != nil {
				yield(Entry{}, err)
				return
			}
		}
		if !yield(entry, nil) {
			return
		}
	}
}

// revisionNumbers keeps the numbers of the revisions of a report apart.
type revisionNumbers struct {
	id   string
	used map[int]bool
}

// next is the number of the next revision of a report; those of one report come
// together.
func (n *revisionNumbers) next(id string, number int) int {
	if n.id != id || n.used == nil {
		n.id, n.used = id, map[int]bool{}
	}
	for n.used[number] {
		number++
	}
	n.used[number] = true
	return number
}

// past reads what a report was.
func (o *opened) past(was corpus.Item, now *corpus.Entry) (*Before, error) {
	b := &Before{Revision: was.Revision}
	if was.Revision != now.Revision || was.StoredAs != now.StoredAs {
		var err error
		if b.Report, err = o.corpus.Report(o.ctx, cmp.Or(was.StoredAs, was.ID), was.Revision); err != nil {
			return nil, err
		}
	}
	decisions, read := now.Decisions, now.Report
	if b.Report != nil {
		read = b.Report
	}
	if was.Snapshot != now.Snapshot {
		var err error
		if decisions, err = o.corpus.DecisionsOn(o.ctx, was.Snapshot); err != nil {
			return nil, err
		}
	}
	b.Ruled = ruled(slices.DeleteFunc(slices.Clone(decisions), func(d corpus.Decision) bool { return d.Time.After(o.since) }), read)
	return b, nil
}

// ruled is what the decisions on a snapshot say of the figures that were read from it.
func ruled(decisions []corpus.Decision, r *report.Report) map[int]corpus.Ruling {
	if len(decisions) == 0 {
		return nil
	}
	rulings := make(map[int]corpus.Ruling)
	for i := range r.Figures {
		if ruling := corpus.RulingOn(decisions, &r.Figures[i]); ruling != "" {
			rulings[i] = ruling
		}
	}
	return rulings
}

// gone yields the reports of the earlier version that were not met.
func (o *opened) gone(yield func(Gone) bool) {
	for _, id := range slices.Sorted(maps.Keys(o.before)) {
		i := o.before[id]
		if !yield(Gone{ID: id, Revision: i.Revision, Organ: i.Organ, Year: i.Year, Site: i.Site}) {
			return
		}
	}
}

// seen yields the pages that gave no report.
func (o *opened) seen(yield func(Seen, error) bool) {
	for u, err := range o.corpus.Unread(o.ctx, o.asOf) {
		if !yield(Seen{Site: u.Site, URL: u.URL, Title: u.Title, Year: u.Year, Organ: u.Organ, Why: u.Why}, err) {
			return
		}
	}
}

// placeKey is what a place depends on, in the reports of one organ.
type placeKey struct {
	organ, full, host, region, index, code string
	year                                   int
}

// place says where the organ of a report is.
func (o *opened) place(r *report.Report) Place {
	s := corpus.Subject(r)
	key := placeKey{s.Name, s.FullName, s.Host, s.Region, s.Meta["索引号"], s.Meta["SiteIDCode"], s.Year}
	if p, ok := o.places[key]; ok {
		return p
	}
	found := o.resolver.Resolve(s)
	p := Place{Region: found.Region, Name: found.Place, By: string(found.By), Latest: strings.Join(found.Latest, " ")}
	p.Identity, p.Government = organs.Identity(s, found)
	if len(o.places) > maxPlaces {
		clear(o.places)
	}
	o.places[key] = p
	return p
}

// maxPlaces bounds what is remembered of places.
const maxPlaces = 4096
