package crawler

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"gongkai/crawler/fetch"
	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
	"gongkai/store"
)

// list reads the next page of a listing: of the column's index, or of a list
// below it.
func (v *visit) list(ctx context.Context) error {
	mark, err := loadBookmark(&v.row)
	if err != nil {
		return err
	}
	req := listing.Request{URL: v.row.URL, Referrer: v.row.Referrer}
	if mark.Next != nil {
		req = *mark.Next
	}
	before, err := v.lastCapture(ctx, req)
	if err != nil {
		return err
	}
	err = v.fetch(req, fetch.Ask{Referer: req.Referrer, ETag: header(before, "Etag"), LastModified: header(before, "Last-Modified")})
	hop := v.hop()
	if err != nil && (mark.Next == nil || !v.telling(err)) {
		return err
	}
	refused := err
	verdict, evidence := outcome(refused)

	status, body, contentType := hop.Status, hop.Decoded, hop.Header.Get("Content-Type")
	switch {
	case status == http.StatusNotModified:
		status, contentType = before.Status, header(before, "Content-Type")
		if body, err = v.r.o.Store.Snapshot(ctx, before.Digest); err != nil {
			return err
		}
	case before == nil || before.Digest != v.digest(body):
		v.captured(verdict, evidence)
	}
	final, err := url.Parse(hop.URL)
	if err != nil {
		return &answerError{"failed:url", err.Error()}
	}
	if asked, err := url.Parse(req.URL); err == nil {
		final.Fragment = asked.Fragment
	}
	page, err := parsePage(ctx, body, fileName(hop.URL), contentType)
	if err != nil {
		return &answerError{"failed:page", err.Error()}
	}
	read := page.root // by the judge, which wants the page as it is
	if encodeQueries(page.root, page.charset.Name) {
		read = nil
	}
	result, err := listing.Read(listing.Page{
		URL: final, Status: status, Body: []byte(page.text), Root: page.root, ContentType: contentType,
	}, mark.State, v.hint())
	if err != nil {
		return &answerError{"failed:listing", err.Error()}
	}
	if refused != nil && result.Next == nil && !dead(verdict) {
		return refused // the listing knows no other way
	}
	v.take(final, result, v.digest(body))
	for _, it := range result.Items {
		if it.Self {
			if err := v.self(ctx, it, final, body, contentType, read); err != nil {
				return err
			}
		}
	}

	if result.Next == nil {
		v.done(store.Done, result.Verdict)
		fromStart(&v.row)
		v.commit(time.Time{})
		return nil
	}
	next, err := url.Parse(result.Next.URL)
	if err != nil {
		return &answerError{"failed:url", err.Error()}
	}
	v.row.Attempts, v.row.LastError, v.row.Host = 0, "", v.site.queue(next)
	if err := (bookmark{result.State, result.Next}).save(&v.row); err != nil {
		return err
	}
	v.commit(v.row.Due)
	return nil
}

// hint is what the configuration pins of the listing. A mechanism is pinned for the
// index: the columns below it, and what it shows in frames, list in their own ways.
func (v *visit) hint() listing.Hint {
	h := v.site.hint
	if v.row.Kind == kindList {
		h.Mechanism = ""
	}
	return h
}

// telling tells whether an answer that is no success, to the request for a further
// page, is one that the listing should see: it may be the end of the list (404, an
// empty page), or the listing may know another way to ask (405, 500 of an
// endpoint). What may pass by itself is tried again first, and a host that turns
// us away is not asked in other ways.
func (v *visit) telling(err error) bool {
	a, ok := errors.AsType[*fetch.AnswerError](err)
	if !ok {
		return false
	}
	if _, again := v.site.retry.Next(time.Now(), v.row.Attempts+1, err); again {
		return false
	}
	return strings.HasPrefix(a.Verdict, "failed:") || a.Verdict == "soft404" || a.Verdict == "soft404:empty" || a.Verdict == "soft404:stub"
}

// lastCapture is the capture of the page by which a request can be conditional;
// nil when there is none that was good.
func (v *visit) lastCapture(ctx context.Context, req listing.Request) (*store.Capture, error) {
	if req.Method != "" && req.Method != http.MethodGet {
		return nil, nil
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, &answerError{"failed:url", err.Error()}
	}
	var last *store.Capture
	err = v.r.o.Store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.LastCapture(frontier.Key(u))
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		case c.Verdict == "" && c.Digest != "":
			last = &c
		}
		return nil
	})
	return last, err
}

func header(c *store.Capture, name string) string {
	if c != nil {
		for _, h := range c.Header {
			if http.CanonicalHeaderKey(h[0]) == name {
				return h[1]
			}
		}
	}
	return ""
}

// take turns the items of a page of the listing into rows, and notes in the
// column what was listed.
func (v *visit) take(final *url.URL, result listing.Result, digest store.Digest) {
	c := v.column
	c.mu.Lock()
	defer c.mu.Unlock()
	v.moved = true
	c.turn(v.row.Key, v.row.URL, result)
	c.Chains[v.row.Key].Frame = v.row.Extra[extraFrame] != ""
	if v.row.Kind == kindIndex && result.State.Page <= 1 {
		c.Body = digest
	}
	annual := dedicated(c.url, result.Items)
	for _, it := range result.Items {
		u, err := url.Parse(it.URL)
		if err != nil {
			continue
		}
		first := !it.Child && c.lists(frontier.Key(u))
		if first {
			v.r.nListed.Add(1)
		}
		if it.Self {
			if first {
				c.wants(frontier.Key(u))
			}
			continue
		}
		if err := v.site.inScope(u); err != nil {
			if first {
				c.strange(frontier.Host(u))
			}
			v.r.log.Info("out of scope", "run", v.r.record.ID, "site", v.site.ID, "url", it.URL, "title", it.Title)
			continue
		}
		if !v.site.wants(it, c.url, annual) {
			v.r.log.Debug("not wanted", "run", v.r.record.ID, "site", v.site.ID, "url", it.URL, "title", it.Title)
			continue
		}
		if !it.Child && v.r.tooOld(it.Date) {
			v.r.log.Debug("too old", "run", v.r.record.ID, "site", v.site.ID, "url", it.URL, "title", it.Title, "date", it.Date)
			if first {
				c.wants(frontier.Key(u)) // in another run
			}
			continue
		}
		if it.Child && v.row.Depth >= v.site.depth {
			v.r.log.Info("too deep", "run", v.r.record.ID, "site", v.site.ID, "url", it.URL, "title", it.Title, "depth", v.row.Depth)
			continue
		}
		row := v.child(u, it, final)
		if first {
			c.wants(row.Key)
		}
		c.touches(frontier.BareHost(frontier.Host(u)))
		v.finish.Found = append(v.finish.Found, row)
	}
}

// child is the row of an item.
func (v *visit) child(u *url.URL, it listing.Item, page *url.URL) store.Row {
	row := store.Row{
		URL: u.String(), Host: v.site.queue(u), Site: v.row.Site, Index: v.row.Index, Kind: kindPage,
		Referrer: page.String(), Title: it.Title, Date: it.Date, Depth: v.row.Depth,
		// As old as its list: it comes before what is only visited again.
		State: store.Queued, Due: v.row.Due,
	}
	switch {
	case it.Child:
		row.Kind = kindList
		row.Depth++
		if it.Frame {
			setExtra(&row, extraFrame, "1")
		}
	case listing.IsFile(u):
		row.Kind = kindAttachment
		setExtra(&row, extraJudge, "1")
	}
	row.Key = rowKey(row.Kind, row.Site, u)
	return row
}

// self reads the report that an index page is.
func (v *visit) self(ctx context.Context, it listing.Item, final *url.URL, body []byte, contentType string, root *html.Node) error {
	digest := v.digest(body)
	if v.kept() && v.row.Digest == digest && v.row.Extra[extraReport] != "" {
		setExtra(&v.row, extraOutcome, outcomeUnchanged)
		return nil
	}
	v.row.Digest = digest
	setExtra(&v.row, extraUnusable, "")
	_, err := v.judge(ctx, Page{
		URL: v.row.URL, FinalURL: final.String(), Body: body, ContentType: contentType, Root: root,
		Name: fileName(final.String()), Title: it.Title, Date: it.Date, Digest: digest,
	})
	return err
}
