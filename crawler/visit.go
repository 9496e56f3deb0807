package crawler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"gongkai/crawler/fetch"
	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
	"gongkai/extract/document"
	"gongkai/store"
)

// visit is one leased URL on its way from the frontier to the corpus.
type visit struct {
	r      *run
	lease  *frontier.Lease
	row    store.Row // the state to be: a copy of the leased row
	site   *site
	column *column

	exchange *fetch.Exchange
	shells   []string // pages that only redirected here
	key      string   // under which the answer is captured
	digested struct { // the body whose digest was asked for last
		body   []byte
		digest store.Digest
	}

	finish store.Finish
	moved  bool // the column changed
	calm   bool // the page did not change
}

// run visits the URL.
func (v *visit) run(ctx context.Context) {
	v.row.Extra = maps.Clone(v.row.Extra)
	var err error
	switch v.row.Kind {
	case kindIndex, kindList:
		err = v.list(ctx)
	case kindAttachment:
		err = v.attachment(ctx)
	default:
		err = v.page(ctx)
	}
	if err != nil {
		v.fail(ctx, err)
	}
}

// fetch asks for a page and gives the host back.
func (v *visit) fetch(req listing.Request, a fetch.Ask) error {
	if err := v.ask(req, a); err != nil {
		return err
	}
	if v.hop().Status == http.StatusNotModified && a.ETag == "" && a.LastModified == "" {
		return &answerError{verdict: "failed:304", evidence: "the server says that nothing changed, but was not asked that"}
	}
	return nil
}

func (v *visit) ask(req listing.Request, a fetch.Ask) error {
	u, err := url.Parse(req.URL)
	if err != nil {
		return &answerError{verdict: "failed:url", evidence: err.Error()}
	}
	v.key = frontier.RequestKey(req.Method, u, req.Body)
	v.exchange, err = v.r.engine.do(v.site.policy, a, req)
	v.release(u)
	v.record(req, err)
	if err == nil {
		v.r.hasAnswered(v.site.queue(u), true)
	}
	v.r.refusedBy(v.lease.Row.Host, err)
	return err
}

// release gives the host back from when on it may be asked again.
func (v *visit) release(u *url.URL) {
	health := v.r.engine.transport.Health(u)
	next := health.Until
	if hop := v.hop(); hop != nil && v.site.policy.Burst <= 1 {
		if at := hop.Start.Add(health.Pause); at.After(next) {
			next = at
		}
	}
	v.r.must(v.r.frontier.Release(context.Background(), v.lease, next))
	if health.State == "blocked" {
		verdict, evidence, _ := strings.Cut(health.Why, ": ")
		v.r.blockHost(v.lease.Row.Host, frontier.EndOfRun, trouble{verdict: verdict, evidence: evidence})
	}
}

// record writes the one line of a fetch to the log.
func (v *visit) record(req listing.Request, err error) {
	args := []any{"run", v.r.record.ID, "site", v.row.Site, "url", req.URL, "host", v.row.Host, "attempt", v.row.Attempts + 1}
	if hop := v.hop(); hop != nil {
		args = append(args, "status", hop.Status, "bytes", hop.Bytes, "took", hop.Took.Round(time.Millisecond))
	} else {
		args = append(args, "status", 0)
	}
	verdict, _ := outcome(err)
	switch {
	case err == nil:
		v.r.log.Info("fetched", append(args, "kind", v.row.Kind, "verdict", "ok")...)
	case fetch.Postponed(err):
		v.r.log.Debug("put off", append(args, "kind", v.row.Kind, "verdict", verdict, "error", err)...)
	default:
		v.r.log.Warn("fetched", append(args, "kind", v.row.Kind, "verdict", verdict, "error", err)...)
	}
}

// hop is the answer, nil when nothing was asked.
func (v *visit) hop() *fetch.Hop {
	if v.exchange == nil {
		return nil
	}
	return v.exchange.Last()
}

// parsed is a body read as text and, if it is one, as a web page.
type parsed struct {
	text    string
	charset document.Charset
	root    *html.Node // nil when it is no web page
}

// parsePage reads a body. The error says why a page could not be parsed.
func parsePage(ctx context.Context, body []byte, name, contentType string) (p parsed, err error) {
	p.text, p.charset = document.Decode(body, contentType)
	if document.Detect(body, document.Hint{Name: name, ContentType: contentType}) == document.HTML {
		p.root, err = document.Parse(ctx, p.text, document.Limits{})
	}
	return p, err
}

// fileName is the last element of a URL's path.
func fileName(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

// captured puts what arrived into the finish.
func (v *visit) captured(verdict, evidence string) {
	hop := v.hop()
	if hop == nil || hop.Status == 0 {
		return // nothing arrived
	}
	c := &store.Capture{
		Key: v.key, URL: v.row.URL, Status: hop.Status, Time: hop.Start, Took: hop.Took,
		Redirects: append(slices.Clone(v.shells), v.exchange.Redirects()...),
		Referrer:  v.row.Referrer, Run: v.r.record.ID, Site: v.row.Site, Kind: v.row.Kind, Peer: hop.Peer,
		Verdict: verdict, Evidence: evidence, InsecureTLS: hop.InsecureTLS, Bytes: hop.Bytes,
	}
	if hop.URL != c.URL {
		c.FinalURL = hop.URL
	}
	for _, name := range slices.Sorted(maps.Keys(hop.Header)) {
		for _, value := range hop.Header[name] {
			c.Header = append(c.Header, [2]string{name, value})
		}
	}
	body := hop.Decoded
	if len(body) == 0 && len(hop.Body) > 0 {
		body, c.ContentEncoding = hop.Body, hop.Header.Get("Content-Encoding")
	}
	v.finish.Capture = c
	if hop.Method != http.MethodGet {
		c.Method = hop.Method
	}
	if len(body) > 0 {
		v.finish.Body, v.finish.Before = body, v.row.Digest
		c.Digest = v.digest(body)
	}
}

// wrong puts an answer that can't be used into the finish. The store notes its
// digest in a row that has none; that is not one to compare with.
func (v *visit) wrong(verdict, evidence string) {
	v.captured(verdict, evidence)
	if v.row.Digest == "" {
		setExtra(&v.row, extraUnusable, "1")
	}
}

// digest is the digest of a body, made once.
func (v *visit) digest(body []byte) store.Digest {
	d := &v.digested
	if d.digest == "" || len(body) != len(d.body) || len(body) > 0 && &body[0] != &d.body[0] {
		d.body, d.digest = body, store.DigestOf(body)
	}
	return d.digest
}

// done makes the row one that was visited.
func (v *visit) done(state, verdict string) {
	now := v.r.now()
	v.row.State, v.row.Run, v.row.Fetched, v.row.Attempts = state, v.r.record.ID, now, 0
	setExtra(&v.row, extraVerdict, verdict)
	v.row.Due = v.r.again(&v.row, now)
	if state == store.Done {
		v.row.LastError = ""
		setExtra(&v.row, extraMissing, "")
	}
}

// keep notes validators and digest of an answer in the row, for the next visit.
func (v *visit) keep(digest store.Digest) {
	header := v.hop().Header
	v.row.ETag, v.row.Modified, v.row.Digest = header.Get("ETag"), header.Get("Last-Modified"), digest
	setExtra(&v.row, extraUnusable, "")
}

// fail ends a visit that brought nothing to use.
func (v *visit) fail(ctx context.Context, err error) {
	v.finish, v.moved = store.Finish{}, false
	switch {
	case ctx.Err() != nil: // it is the run that ends: the URL stays queued
		v.r.must(v.r.frontier.Defer(context.Background(), v.lease, frontier.EndOfRun))
	case fetch.Postponed(err):
		v.postpone(err)
	default:
		if at, ok := v.site.retry.Next(time.Now(), v.row.Attempts+1, err); ok {
			v.retry(err, at)
			return
		}
		v.giveUp(err)
	}
}

// postpone puts back a URL that could not be asked now, through no fault of its
// own.
func (v *visit) postpone(err error) {
	until := frontier.EndOfRun
	if d, ok := errors.AsType[*fetch.DeferredError](err); ok {
		until = d.Until
	} else if d, ok := errors.AsType[*fetch.RobotsDeferError](err); ok {
		until = d.Until
	}
	why := trouble{verdict: fetch.Outcome(err), evidence: err.Error()}
	if _, spent := errors.AsType[*fetch.BudgetError](err); spent {
		v.r.inTrouble(v.lease.Row.Host, why) // another site may have business there
	} else {
		v.r.blockHost(v.lease.Row.Host, until, why)
	}
	v.r.must(v.r.frontier.Defer(context.Background(), v.lease, until))
}

// retry records a failed attempt and queues the next.
func (v *visit) retry(err error, at time.Time) {
	verdict, evidence := outcome(err)
	v.row.Attempts++
	v.row.LastError = err.Error()
	v.wrong(verdict, evidence)
	if time.Until(at) > v.r.o.Patience { // it may be that nobody waits for it
		v.r.inTrouble(v.row.Host, trouble{verdict: verdict, evidence: evidence + ", to be asked again at " + at.Format(time.RFC3339)})
	}
	v.commit(at)
}

// giveUp records that a URL can't be had.
func (v *visit) giveUp(err error) {
	verdict, evidence := outcome(err)
	state := store.Failed
	if hop := v.hop(); hop != nil && (hop.Status == http.StatusNotFound || hop.Status == http.StatusGone) {
		missing, _ := strconv.Atoi(v.row.Extra[extraMissing])
		missing++
		setExtra(&v.row, extraMissing, strconv.Itoa(missing))
		if missing >= goneAfter {
			state = store.Gone
		}
	}
	v.wrong(verdict, evidence)
	v.done(state, verdict)
	setExtra(&v.row, extraOutcome, "")
	v.row.LastError = err.Error()
	if v.row.Kind == kindIndex || v.row.Kind == kindList {
		v.column.mu.Lock()
		v.column.fails(v.row.Key, v.row.URL, verdict, evidence)
		v.column.Chains[v.row.Key].Frame = v.row.Extra[extraFrame] != ""
		v.column.mu.Unlock()
		v.moved = true
		fromStart(&v.row)
		if verdict == "blocked:403" && v.row.Kind == kindIndex && !v.r.hasAnswered(v.row.Host, false) {
			// An index that is forbidden on a host that gave us nothing is a fence.
			v.r.blockHost(v.row.Host, frontier.EndOfRun, trouble{verdict: verdict, evidence: evidence})
		}
	}
	if verdict == indexInstead && v.r.insteadOf(v.row.Host, true) >= indexesToStop {
		v.r.blockHost(v.row.Host, frontier.EndOfRun, trouble{verdict: verdict, evidence: fmt.Sprintf("%s, %d times in a row", evidence, indexesToStop)})
	}
	v.r.nFailed.Add(1)
	v.commit(time.Time{})
}

// outcome is the verdict on an error, and what shows it.
func outcome(err error) (verdict, evidence string) {
	if err == nil {
		return "", ""
	}
	if a, ok := errors.AsType[*answerError](err); ok {
		return a.verdict, a.evidence
	}
	if a, ok := errors.AsType[*fetch.AnswerError](err); ok {
		return a.Verdict, a.Evidence
	}
	if _, ok := errors.AsType[*panicError](err); ok {
		return "failed:panic", err.Error()
	}
	return fetch.Outcome(err), err.Error()
}

// answerError is an answer that the crawler itself finds fault with.
type answerError struct{ verdict, evidence string }

func (e *answerError) Error() string { return fmt.Sprintf("%s: %s", e.verdict, e.evidence) }

// dead tells whether a verdict says that there is no such page, which is the
// site's truth and no failure of the crawl.
func dead(verdict string) bool {
	return verdict == "failed:404" || verdict == "failed:410" || verdict == "soft404" || strings.HasPrefix(verdict, "soft404:")
}
