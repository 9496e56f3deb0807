package crawler

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
	"gongkai/store"
)

// column is one index of a site in one run. What is exported is its state in the
// corpus: it is written in the transactions that finish pages of its listing.
type column struct {
	Site  string `json:"site"`
	Index string `json:"index"`
	// Run is the run that visits the column, or did last; Closed when it ended.
	Run    string    `json:"run"`
	Closed time.Time `json:"closed,omitzero"`
	// Chains are the listings of the column, by the key of their row: the index
	// and the columns below it.
	Chains map[string]*chain `json:"chains"`
	// Seen are hashes of the items so far: one that two chains list counts once.
	Seen []uint64 `json:"seen,omitempty"`
	// Wanted are those of the items that were to be fetched. Their rows may belong
	// to another column that listed them first.
	Wanted []uint64 `json:"wanted,omitempty"`
	// Strange counts the items on hosts out of scope, by host.
	Strange map[string]int `json:"strange,omitempty"`
	// Hosts are the hosts that rows of the column lie on, as keys begin.
	Hosts []string `json:"hosts"`
	// Body is the digest of the index page.
	Body store.Digest `json:"body,omitempty"`
	// Complete is when a visit last ended complete and did not drift.
	Complete time.Time `json:"complete,omitzero"`
	// Last is how the last visit ended, History the ones before that did not
	// drift; Drifted counts those that did since.
	Last    *ColumnSummary `json:"last,omitempty"`
	History []point        `json:"history,omitempty"`
	Drifted int            `json:"drifted,omitempty"`

	writing sync.Mutex // held while the state is written; taken before mu
	mu      sync.Mutex // of what follows and what is above
	site    *site
	url     *url.URL // of the index
	seen    map[uint64]bool
}

// chain is one listing: pages that follow one another.
type chain struct {
	URL      string `json:"url"`
	Pages    int    `json:"pages"`
	Listed   int    `json:"listed"`
	Declared int    `json:"declared,omitempty"`
	// Frame is set where the page is shown in a frame of another.
	Frame bool `json:"frame,omitempty"`
	// Verdict is empty until the chain ended.
	Verdict  string `json:"verdict,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// columnKey names a column in the corpus.
func columnKey(siteID string, index *url.URL) string { return siteID + " " + frontier.Key(index) }

func newColumn(s *site, index string) (*column, error) {
	u, err := url.Parse(index)
	if err != nil {
		return nil, fmt.Errorf("site %s: index: %w", s.ID, err)
	}
	return &column{Site: s.ID, Index: index, site: s, url: u}, nil
}

func (c *column) key() string { return columnKey(c.Site, c.url) }

// load reads the state that the corpus holds, if it holds one.
func (c *column) load(tx *store.Tx) error {
	kept, err := tx.Column(c.key())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(kept.Body, c); err != nil {
		return fmt.Errorf("state of column %s: %w", c.key(), err)
	}
	return nil
}

// stored is the column as it is written.
func (c *column) stored() (*store.Column, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("state of column %s: %w", c.key(), err)
	}
	return &store.Column{Key: c.key(), Body: body}, nil
}

// visit begins a new visit.
func (c *column) visit(run string) {
	c.Run, c.Closed = run, time.Time{}
	c.Chains, c.Seen, c.Wanted, c.Strange, c.Body = nil, nil, nil, nil, ""
}

// ready prepares the column for work, whether begun now or gone on with.
func (c *column) ready() {
	c.seen = make(map[uint64]bool, len(c.Seen))
	for _, h := range c.Seen {
		c.seen[h] = true
	}
	if c.Chains == nil {
		c.Chains = make(map[string]*chain)
	}
	c.touches(frontier.BareHost(frontier.Host(c.url)))
}

// touches notes a host on which the column has rows, and tells whether it is new.
func (c *column) touches(host string) bool {
	if slices.Contains(c.Hosts, host) {
		return false
	}
	c.Hosts = append(c.Hosts, host)
	return true
}

// strange notes an item on a host out of scope.
func (c *column) strange(host string) {
	if c.Strange == nil {
		c.Strange = make(map[string]int)
	}
	if len(c.Strange) < 100 || c.Strange[host] > 0 {
		c.Strange[host]++
	}
}

// lists counts an item and tells whether it is the first time.
func (c *column) lists(key string) bool {
	h := hash(key)
	if c.seen[h] {
		return false
	}
	c.seen[h] = true
	c.Seen = append(c.Seen, h)
	return true
}

// wants notes that an item is fetched.
func (c *column) wants(key string) { c.Wanted = append(c.Wanted, hash(key)) }

func hash(key string) uint64 { return xxhash.Sum64String(key) }

// turn takes what one page of a chain told.
func (c *column) turn(key, at string, r listing.Result) {
	ch := c.Chains[key]
	if ch == nil {
		ch = &chain{URL: at}
		c.Chains[key] = ch
	}
	ch.Pages, ch.Listed, ch.Declared = r.State.Page, r.State.Listed, r.State.Declared
	ch.Verdict, ch.Evidence = r.Verdict, r.Evidence
}

// fails ends a chain that could not be read on.
func (c *column) fails(key, at, verdict, evidence string) {
	ch := c.Chains[key]
	if ch == nil {
		ch = &chain{URL: at}
		c.Chains[key] = ch
	}
	if ch.Pages > 0 { // the pages before are good
		evidence = fmt.Sprintf("after %s: %s", count(ch.Pages, "page"), evidence)
		if !strings.HasPrefix(verdict, "blocked") && verdict != "robots" {
			verdict = "partial:" + verdict
		}
	}
	ch.Verdict, ch.Evidence = verdict, evidence
}

// tally is what the corpus holds of a column at the end of a run.
type tally struct {
	pages, reports, parsed, tables    int
	fresh, changed, unchanged, failed int
	dead                              int    // of failed: answers that say that the page is gone
	left                              int    // queued still
	host                              string // of one that is left
	failure                           string // one of them that is no dead link, in words
}

// summary judges the column by its listings and by what became of its pages.
// whyLeft says why a host was not asked to the end.
func (c *column) summary(t tally, whyLeft func(host string) (trouble, bool)) ColumnSummary {
	s := ColumnSummary{
		Site: c.Site, Index: c.Index, Listed: len(c.Seen),
		Reports: t.reports, New: t.fresh, Changed: t.changed, Unchanged: t.unchanged, Failed: t.failed,
	}
	for _, ch := range c.Chains {
		s.Declared += ch.Declared
	}
	s.Verdict, s.Evidence = c.verdict(t, whyLeft)
	return s
}

func (c *column) verdict(t tally, whyLeft func(host string) (trouble, bool)) (string, string) {
	hostTrouble, troubled := whyLeft(c.site.queue(c.url))
	if len(c.Chains) == 0 {
		if troubled {
			return hostTrouble.verdict, hostTrouble.evidence
		}
		return "partial:not visited", "the run ended before the index was asked"
	}
	verdict, evidence := c.listed(hostTrouble)
	say := func(text string) {
		if evidence != "" {
			evidence += "; "
		}
		evidence += text
	}
	worse := func(v, why string) {
		if graver(v, verdict) {
			verdict = v
			say(why)
		}
	}
	if t.left > 0 {
		if h, ok := whyLeft(t.host); ok {
			v := h.verdict
			if strings.HasPrefix(v, "failed:") { // it asked for a long rest: nothing is wrong with these pages
				v = "partial:deferred"
			}
			worse(v, fmt.Sprintf("%s not asked: %s", count(t.left, "page"), h.evidence))
		} else {
			worse(fmt.Sprintf("partial:%s left", count(t.left, "page")), "they are left for the next run")
		}
	}
	if t.failed > t.dead {
		if strings.HasPrefix(hostTrouble.verdict, "blocked:") && !hostTrouble.passing {
			worse(hostTrouble.verdict, hostTrouble.evidence)
		}
		worse(fmt.Sprintf("partial:%s failed", count(t.failed-t.dead, "page")), t.failure)
	}
	if t.dead > 0 {
		say(count(t.dead, "dead link"))
	}
	if len(c.Strange) > 0 {
		say("items on other hosts: " + c.strangers() + " (allow_hosts takes them in)")
	}
	switch {
	case verdict != verdictComplete:
	case len(c.Seen) == 0 && t.reports == 0:
		verdict = verdictEmptyDrift
		say("nothing was listed")
	case len(c.Wanted) == 0 && t.reports == 0:
		verdict = "partial:nothing wanted"
		say(fmt.Sprintf("none of %d items is in scope and titled as an annual report", len(c.Seen)))
	}
	if last := c.Last; last != nil && last.Listed > 0 && len(c.Seen) == 0 && graver(verdictEmptyDrift, verdict) {
		verdict = verdictEmptyDrift
		say(fmt.Sprintf("%d items were listed before", last.Listed))
	}
	return verdict, evidence
}

// listed judges the chains: all complete, or the gravest verdict if it is that
// of the index or of all, else partial.
func (c *column) listed(h trouble) (verdict, evidence string) {
	keys := slices.Sorted(maps.Keys(c.Chains))
	verdict = verdictComplete
	incomplete := 0
	for _, key := range keys {
		ch := c.Chains[key]
		if ch.blank() && len(c.Seen) > 0 {
			continue // a menu or a banner beside the list
		}
		v, e := ch.Verdict, ch.Evidence
		if v == "" {
			if v, e = "partial:not read to the end", count(ch.Pages, "page")+" read"; h.verdict != "" {
				v, e = h.verdict, h.evidence
			}
		}
		if v == verdictComplete {
			if evidence == "" {
				evidence = e
			}
			continue
		}
		if incomplete++; incomplete == 1 || graver(v, verdict) {
			verdict, evidence = v, e
			if len(keys) > 1 {
				evidence = ch.URL + ": " + e
			}
		}
	}
	if incomplete > 0 && incomplete < len(keys) {
		if index := c.Chains[rowKey(kindIndex, c.Site, c.url)]; index == nil || index.Verdict == verdictComplete {
			verdict = fmt.Sprintf("partial:%d of %d lists", len(keys)-incomplete, len(keys))
		}
	}
	if len(keys) > 1 && incomplete == 0 {
		evidence = fmt.Sprintf("%d items in %d lists", len(c.Seen), len(keys))
	}
	return verdict, evidence
}

// blank tells whether a chain is a frame with nothing in it.
func (ch *chain) blank() bool {
	return ch.Frame && ch.Listed == 0 && (ch.Verdict == verdictEmptyDrift || strings.HasPrefix(ch.Verdict, "soft404"))
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// strangers names the hosts out of scope, those with most items first.
func (c *column) strangers() string {
	hosts := slices.SortedFunc(maps.Keys(c.Strange), func(a, b string) int {
		if d := c.Strange[b] - c.Strange[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var words []string
	for i, host := range hosts {
		if i == 5 {
			words = append(words, fmt.Sprintf("%d more hosts", len(hosts)-i))
			break
		}
		words = append(words, fmt.Sprintf("%s (%d)", host, c.Strange[host]))
	}
	return strings.Join(words, ", ")
}

// trouble is why a host was not asked to the end of a run.
type trouble struct {
	verdict, evidence string
	passing           bool // the host may only have turned away single pages
}
