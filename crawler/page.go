package crawler

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongkai/crawler/fetch"
	"gongkai/crawler/listing"
	"gongkai/store"
)

// maxShells is how many pages that only redirect, by meta refresh or script, are
// followed.
const maxShells = 2

// page fetches a page that was listed and has it judged.
func (v *visit) page(ctx context.Context) error {
	ask := v.conditional()
	if err := v.fetch(listing.Request{URL: v.row.URL}, ask); err != nil {
		return err
	}
	for {
		hop := v.hop()
		if v.same() {
			return v.unchanged()
		}
		contentType := hop.Header.Get("Content-Type")
		final, err := url.Parse(hop.URL)
		if err != nil {
			return &answerError{"failed:url", err.Error()}
		}
		page, err := parsePage(ctx, hop.Decoded, fileName(hop.URL), contentType)
		if err != nil { // the judge says what it makes of it
			v.r.log.Warn("not parsed", "run", v.r.record.ID, "site", v.row.Site, "url", hop.URL, "error", err)
		}
		to := listing.Shell(final, page.root)
		if to == nil {
			return v.read(ctx, Page{
				URL: v.row.URL, FinalURL: hop.URL, Body: hop.Decoded, ContentType: contentType, Root: page.root, Charset: page.charset,
				Name: fileName(hop.URL), Title: v.row.Title, Date: v.row.Date,
			})
		}
		if len(v.shells) == maxShells {
			return &answerError{"needs_js", fmt.Sprintf("%s leads on to %s, the third page in a row that only redirects", hop.URL, to)}
		}
		v.shells = append(v.shells, hop.URL)
		ask.Referer = hop.URL
		key := v.key // what is listed is the first page
		err = v.fetch(listing.Request{URL: to.String()}, ask)
		v.key = key
		if err != nil {
			return err
		}
	}
}

// conditional asks for the row's page if it changed since it was kept.
func (v *visit) conditional() fetch.Ask {
	ask := fetch.Ask{Referer: v.row.Referrer}
	if v.kept() {
		ask.ETag, ask.LastModified = v.row.ETag, v.row.Modified
	}
	return ask
}

// kept tells whether the row has the digest of a good answer.
func (v *visit) kept() bool { return v.row.Digest != "" && v.row.Extra[extraUnusable] == "" }

// same tells whether the answer is what was kept before.
func (v *visit) same() bool {
	hop := v.hop()
	return hop.Status == http.StatusNotModified || v.kept() && v.digest(hop.Decoded) == v.row.Digest
}

// unchanged ends the visit of a page that is as it was: nothing new is stored.
func (v *visit) unchanged() error {
	if hop := v.hop(); hop.Status != http.StatusNotModified {
		v.keep(v.row.Digest)
	}
	calm, _ := strconv.Atoi(v.row.Extra[extraCalm])
	setExtra(&v.row, extraCalm, strconv.Itoa(calm+1))
	v.calm = true
	v.done(store.Done, "")
	if v.row.Extra[extraReport] != "" {
		setExtra(&v.row, extraOutcome, outcomeUnchanged)
		v.r.nReports.Add(1)
	}
	v.commit(v.row.Due)
	return nil
}

// read judges a page that is new or has changed.
func (v *visit) read(ctx context.Context, p Page) error {
	p.Digest = v.digest(p.Body)
	if p.Digest == v.column.body() {
		if len(v.exchange.Redirects()) > 0 {
			return &answerError{"soft404:redirected", "redirected to the index page of the column " + p.FinalURL}
		}
		return &answerError{indexInstead, "the answer is the index page of the column"}
	}
	j, err := v.judge(ctx, p)
	if err != nil {
		return err
	}
	if dead(j.Reason) {
		return &answerError{j.Reason, j.Detail}
	}
	v.r.insteadOf(v.row.Host, false)
	v.captured("", "")
	v.keep(p.Digest)
	v.changed()
	v.done(store.Done, "")
	if p.Root != nil && carriesFiles(j, p) {
		v.files(p, j.Report == nil || j.TablesInFile)
	}
	v.commit(v.row.Due)
	return nil
}

// changed counts for how many visits nothing changed. What a page shows beside its
// report does not count.
func (v *visit) changed() {
	calm := 0
	if v.row.Extra[extraOutcome] == outcomeUnchanged {
		calm, _ = strconv.Atoi(v.row.Extra[extraCalm])
		calm++
	}
	setExtra(&v.row, extraCalm, strconv.Itoa(calm))
}

// carriesFiles tells whether the attachments of a page are of interest: it is a
// report, or its title says that it is one and the text must be in a file.
func carriesFiles(j Judgement, p Page) bool {
	if j.Report != nil || j.Reason == AttachmentOnly {
		return true
	}
	_, titled := listing.ReportTitle(p.Title)
	return titled
}

// judge asks what a page is and notes the answer in the row; a report that says
// something new goes into the finish.
func (v *visit) judge(ctx context.Context, p Page) (Judgement, error) {
	p.Site, p.Index, p.Captured = &v.site.Site, v.row.Index, v.hop().Start
	began := time.Now()
	j, err := v.r.o.Judge.Judge(ctx, p)
	v.r.o.Observer.Judged(j, time.Since(began))
	if err != nil {
		if ctx.Err() == nil {
			v.r.stop(fmt.Errorf("judge %s: %w", p.URL, err))
		}
		return j, err
	}
	switch j.Reason {
	case TooSlow, TooLarge, Internal:
		return j, &answerError{"failed:" + j.Reason, j.Detail}
	}
	had, said := v.row.Extra[extraReport], v.row.Extra[extraContent]
	setExtra(&v.row, extraReason, j.Reason)
	if j.Report == nil {
		v.finish.Refused = j.Refused
		setExtra(&v.row, extraOutcome, "")
		if had != "" {
			v.r.log.Warn("no report any more", "run", v.r.record.ID, "site", v.row.Site, "url", v.row.URL, "report", had, "reason", j.Reason)
		}
		return j, nil
	}
	switch {
	case had == "":
		setExtra(&v.row, extraOutcome, outcomeNew)
	case had == j.Report.ID && j.Content != "" && j.Content == said:
		setExtra(&v.row, extraOutcome, outcomeUnchanged)
	default:
		setExtra(&v.row, extraOutcome, outcomeChanged)
	}
	if v.row.Extra[extraOutcome] != outcomeUnchanged {
		v.finish.Report = j.Report
	}
	setExtra(&v.row, extraReport, j.Report.ID)
	setExtra(&v.row, extraContent, j.Content)
	setExtra(&v.row, extraTables, "")
	if j.Facts.Tables > 0 {
		setExtra(&v.row, extraTables, strconv.Itoa(j.Facts.Tables))
	}
	v.r.nReports.Add(1)
	return j, nil
}

// indexInstead is the verdict on an article for which the index came, as from
// hosts that are asked too much; after indexesToStop in a row a host is left alone
// for the run.
const (
	indexInstead  = "blocked:index-for-article"
	indexesToStop = 3
)

// body is the digest of the column's index page.
func (c *column) body() store.Digest {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Body
}
