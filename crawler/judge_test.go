package crawler_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"gongkai/crawler"
	"gongkai/internal/fakegov"
)

// busy is a judge that can't read one page, once.
type busy struct {
	clerk
	reason string
	url    string
	once   *atomic.Bool
}

func (b busy) Judge(ctx context.Context, p crawler.Page) (crawler.Judgement, error) {
	if p.URL == b.url && b.once.CompareAndSwap(false, true) {
		return crawler.Judgement{Reason: b.reason, Detail: "not read in 5000 milliseconds"}, nil
	}
	return b.clerk.Judge(ctx, p)
}

// A page that could not be read, for want of time, size or sense, is no page
// without a report: the column is not complete, and the next run reads it.
func TestUnreadablePages(t *testing.T) {
	for _, reason := range []string{crawler.TooSlow, crawler.TooLarge, crawler.Internal} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			gov := start(t, fakegov.Options{Seed: 21, Sites: []fakegov.SiteSpec{{ID: "trs", Family: fakegov.TRS, Reports: 3}}})
			o := newOffice(t, sitesOf(gov)...)
			judge := busy{reason: reason, url: gov.Site("trs").Reports()[1].URL, once: new(atomic.Bool)}
			o.tune = func(options *crawler.Options) { options.Judge = judge }
			s := o.crawl()
			if c := s.Columns[0]; s.Exit != 3 || c.Verdict != "partial:1 page failed" || c.Reports != 2 || !strings.Contains(c.Evidence, "5000 milliseconds") {
				t.Errorf("%+v, exit %d; want one page failed", c, s.Exit)
			}
			s = o.crawl()
			if c := s.Columns[0]; s.Exit != 0 || c.Reports != 3 || c.New != 1 {
				t.Errorf("next run: %+v, exit %d; want the page read", c, s.Exit)
			}
		})
	}
}
