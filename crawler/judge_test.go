package crawler_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"gongkai/crawler"
	"gongkai/internal/fakegov"
)

// busy is a judge that has no time for one page, once.
type busy struct {
	clerk
	url  string
	once *atomic.Bool
}

func (b busy) Judge(ctx context.Context, p crawler.Page) (crawler.Judgement, error) {
	if p.URL == b.url && b.once.CompareAndSwap(false, true) {
		return crawler.Judgement{Reason: crawler.TooSlow, Detail: "not read in 5000 milliseconds"}, nil
	}
	return b.clerk.Judge(ctx, p)
}

// A page that could not be read in time is no page without a report: the column
// is not complete, and the next run reads it.
func TestTooSlow(t *testing.T) {
	gov := start(t, fakegov.Options{Seed: 21, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 3}}})
	o := newOffice(t, sitesOf(gov)...)
	judge := busy{url: gov.Site("trs").Reports()[1].URL, once: new(atomic.Bool)}
	o.tune = func(options *crawler.Options) { options.Judge = judge }
	s := o.crawl()
	if c := s.Columns[0]; s.Exit != 3 || c.Verdict != "partial:1 page failed" || c.Reports != 2 || !strings.Contains(c.Evidence, "5000 milliseconds") {
		t.Errorf("%+v, exit %d; want one page failed", c, s.Exit)
	}
	s = o.crawl()
	if c := s.Columns[0]; s.Exit != 0 || c.Reports != 3 || c.New != 1 {
		t.Errorf("next run: %+v, exit %d; want the page read", c, s.Exit)
	}
}
