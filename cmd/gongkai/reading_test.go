package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
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
	// The bound is that of a machine that does much else; alone, each takes some
	// tens of milliseconds. A reader that is shut out waits for ten seconds.
	if answers < 2 || longest > 5*time.Second {
		t.Errorf("%d answers while the crawl ran, the longest took %v", answers, longest)
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

// Killed at any moment, a re-extraction, a promotion and an undo leave a corpus
// that contradicts itself nowhere, and the same command goes on and comes to the
// end that it would have come to.
func TestKillRevision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "corpus.db")
	makeOlder(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, demoOnce(t)(), path)
	ctx := context.Background()
	st, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	kills := 0
	// toItsEnd runs a command, killed now and then, until it ends by itself.
	toItsEnd := func(args ...string) {
		t.Helper()
		for round := 0; ; round++ {
			cmd := command(t, append(args, "--corpus", path)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			patience := time.Duration(5+rng.IntN(120)) * time.Millisecond
			if round >= 4 {
				patience = time.Minute
			}
			timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
			err := cmd.Wait()
			killed := !timer.Stop() && err != nil
			v, verr := st.Verify(ctx, nil)
			if verr != nil || !v.OK() {
				t.Fatalf("%v, round %d: %+v, %v", args, round, v, verr)
			}
			if !killed {
				// Killed when all was done but for saying so, an undo is refused.
				if err != nil && !strings.Contains(fmt.Sprint(cmd.Stderr), "undid it already") {
					t.Fatalf("%v: %v\n%s", args, err, cmd.Stderr)
				}
				return
			}
			kills++
		}
	}
	waiting := func() (n int) {
		t.Helper()
		items, err := corpus.New(st).List(ctx, corpus.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(items) != 29 {
			t.Fatalf("%d reports", len(items))
		}
		for _, i := range items {
			n += i.Waiting
		}
		return n
	}
	toItsEnd("reextract")
	if n := waiting(); n != 29 {
		t.Errorf("%d candidates wait, want 29", n)
	}
	toItsEnd("promote", "--accept", "test")
	if n := waiting(); n != 0 {
		t.Errorf("%d candidates wait after the promotion", n)
	}
	toItsEnd("promote", "--undo", "1")
	if n := waiting(); n != 29 {
		t.Errorf("%d candidates wait after the undo, want 29", n)
	}
	t.Logf("%d kills", kills)
}
