package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/extract"
	"gongkai/report"
)

// judge lets the crawler ask the corpus what a page is.
type judge struct{ options extract.Options }

// judgeTimeout is how long a crawl may take to read one page: longer than a person
// would wait, so that no report is missed because the machine is busy.
const judgeTimeout = time.Minute

func newJudge() crawler.Judge {
	return judge{options: extract.Options{Timeout: judgeTimeout}}
}

// Judge reads a page as a report.
func (j judge) Judge(ctx context.Context, p crawler.Page) (crawler.Judgement, error) {
	page := corpus.Page{
		Body: p.Body, Root: p.Root, Charset: p.Charset, Digest: p.Digest, Captured: p.Captured,
		Given: corpus.Given{
			URL: p.URL, Name: p.Name, ContentType: p.ContentType,
			ListTitle: p.Title, ListDate: p.Date, Site: p.Site.ID,
			Place: extract.Site{Name: p.Site.Name, Organ: p.Site.Organ, Region: p.Site.Region},
		},
	}
	if p.Attachment {
		page.Page = p.Referrer
	}
	r, err := corpus.Read(ctx, page, j.options)
	if err != nil {
		return crawler.Judgement{}, err
	}
	return crawler.Judgement{Report: r.Report, Content: r.Content, Facts: facts(r.Parsed), TablesInFile: r.TablesInFile, Refused: r.Refused, Reason: r.Reason, Detail: r.Detail}, nil
}

// facts are the numbers of a report that a crawl watches; nil has none.
func facts(r *report.Report) (f crawler.Facts) {
	if r == nil {
		return f
	}
	t := r.Template
	for _, form := range []string{t.Requests, t.Disclosure, t.ReviewLitigation, t.Annex} {
		if form != "" {
			f.Template = cmp.Or(f.Template, form)
			f.Tables++
		}
	}
	f.Template = cmp.Or(f.Template, string(report.StatusNarrative))
	lost := map[string]bool{}
	for _, figure := range r.Figures {
		if figure.State == report.StateNotRecovered && figure.Origin != report.OriginText {
			table, _, _ := strings.Cut(figure.Metric, ".")
			if table == "litigation" {
				table = "review" // one table
			}
			lost[table] = true
		}
	}
	f.Unrecovered = len(lost)
	for _, finding := range r.Findings {
		switch {
		case finding.Severity != report.Hard:
		case finding.Verdict == report.Pass:
			f.HardPass++
		case finding.Verdict == report.Fail:
			f.HardFail++
		}
	}
	return f
}
