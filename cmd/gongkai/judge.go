package main

import (
	"context"
	"time"

	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/extract"
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
		Body: p.Body, Root: p.Root, Digest: p.Digest, Captured: p.Captured,
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
	return crawler.Judgement{Report: r.Report, Content: r.Content, TablesInFile: r.TablesInFile, Refused: r.Refused, Reason: r.Reason, Detail: r.Detail}, nil
}
