package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"gongkai/corpus"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// While a crawl runs in one process, others read: no answer waits for the crawl to
// end, and the crawl does not wait for a reader that takes its time.
func TestReadingWhileCrawling(t *testing.T) {
	t.Parallel()
	gov, err := fakegov.Start(fakegov.Options{Seed: 4, Sites: []fakegov.SiteSpec{{ID: "s", Family: fakegov.TRS, Reports: 60}}})
	if err != nil {
		t.Fatal(err)
	}
	defer gov.Close()
	site := gov.Site("s")
	config := configFor(t, gov, "{every: 25ms, timeout: 60s}")
	crawl := command(t, "crawl", "--config", config, "--json")
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- crawl.Wait() }()
	await(t, "report", func() bool {
		list := command(t, "list", "--json", "--config", config)
		return list.Run() == nil && list.Stdout.(*bytes.Buffer).Len() > 0
	})

	running := func() bool {
		select {
		case err := <-ended:
			ended <- err
			return false
		default:
			return true
		}
	}
	var longest time.Duration
	answers := 0
	for _, args := range [][]string{{"list", "--json"}, {"status", "--json"}, {"export", "--format", "csv", "--out", filepath.Join(t.TempDir(), "data")}, {"show", "--json", site.Reports()[0].URL}} {
		started, before := time.Now(), running()
		read := command(t, append(args, "--config", config)...)
		err := read.Run()
		took := time.Since(started)
		if err != nil && args[0] != "show" { // that report may not be there yet
			t.Errorf("%v: %v\n%s", args, err, read.Stderr)
		}
		if before {
			answers++
			longest = max(longest, took)
		}
	}
	// A reader that is shut out gives up after some time, which is an error above;
	// how long an answer takes says more of the machine. Alone, each takes some tens
	// of milliseconds.
	if answers < 2 {
		t.Errorf("%d answers while the crawl ran, want at least two", answers)
	}
	t.Logf("%d answers while the crawl ran, the longest took %v", answers, longest)

	st, err := store.Open(filepath.Join(filepath.Dir(config), "corpus.db"), store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	slow := 0
	for _, err := range corpus.New(st).Reports(context.Background(), corpus.ReportQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if slow++; slow == 2 { // in the middle of a long export
			n := site.Log.Len()
			if running() {
				await(t, "requests beside a reader", func() bool { return site.Log.Len() > n+3 || !running() })
			}
		}
	}
	if err := <-ended; err != nil {
		t.Errorf("crawl: %v\n%s", err, crawl.Stderr)
	}
	if s := lastSummary(t, crawl.Stdout); s.Columns[0].Reports != 60 {
		t.Errorf("%+v, want 60 reports", s.Columns[0])
	}
}
