package crawler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"gongkai/configs"
	"gongkai/crawler"
	"gongkai/crawler/fetch"
	"gongkai/internal/fakegov"
	"gongkai/store"
)

// childEnv makes the test binary a crawler: it holds the path of the corpus and
// the configuration.
const childEnv = "CRAWLER_TEST_CHILD"

type childSpec struct {
	Corpus string
	Sites  []configs.Site
}

// child crawls and exits, if this process was started to.
func child() {
	text := os.Getenv(childEnv)
	if text == "" {
		return
	}
	var spec childSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		panic(err)
	}
	st, err := store.Open(spec.Corpus, store.Options{})
	if err != nil {
		panic(err)
	}
	_, err = crawler.Run(context.Background(), crawler.Options{
		Config: &configs.Config{UserAgent: "gongkai-test/1.0", Limits: configs.Limits{Body: 4 << 20, Hosts: 4, Pages: 50}, Sites: spec.Sites},
		Store:  st, Judge: clerk{}, Retry: fetch.Backoff{First: 5 * time.Millisecond},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Killed at any instant, the crawl goes on: what was finished stays, is never
// asked for again, and in the end everything is there. GONGKAI_KILL_ROUNDS is how
// many kills there are, at least.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	rounds := 6
	if text := os.Getenv("GONGKAI_KILL_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil || rounds < 1 {
			t.Fatalf("GONGKAI_KILL_ROUNDS is %q", text)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for seed := uint64(9); kills < rounds; seed++ {
		kills += killCrawl(t, seed, rng, min(8, rounds-kills))
	}
	t.Logf("%d kills", kills)
}

// killCrawl crawls some sites to the end with processes that are killed, some
// times at most, and returns how many were.
func killCrawl(t *testing.T, seed uint64, rng *rand.Rand, most int) (kills int) {
	gov := start(t, fakegov.Options{Seed: seed, Sites: []fakegov.SiteSpec{
		{ID: "trs", Family: fakegov.TRS, Reports: 50, PerPage: 8},
		{ID: "hanweb", Family: fakegov.Hanweb, Reports: 50, PerPage: 5},
		{ID: "ucap", Family: fakegov.UCAP, Reports: 50, PerPage: 8},
	}})
	o := newOffice(t, sitesOf(gov)...)
	for i := range o.config.Sites {
		o.config.Sites[i].Pace.Every = pointer(configs.Duration(8 * time.Millisecond))
	}
	spec, err := json.Marshal(childSpec{o.store.Path(), o.config.Sites})
	if err != nil {
		t.Fatal(err)
	}
	finished := map[string]bool{} // URLs, as of the last kill
	captures := map[string]bool{} // IDs
	for done := false; !done; {
		for _, site := range gov.Sites {
			site.Log.Reset()
			reports := site.Reports()
			faulty := requestPath(t, reports[rng.IntN(len(reports))].URL)
			site.Fail(faulty, fakegov.Fault{Kind: fakegov.ServerError, Times: 1})
		}
		patience := time.Duration(60+rng.IntN(240)) * time.Millisecond
		if kills >= most {
			patience = time.Minute
		}
		done = killed(t, string(spec), patience)
		if !done {
			kills++
		}
		for _, site := range gov.Sites {
			for path, n := range site.Log.Counts() {
				if path == "/robots.txt" {
					continue
				}
				if failed := site.Log.Statuses()[500]; n > 1+failed {
					t.Errorf("%s%s was asked %d times by one process", site.URL, path, n)
				}
				if finished[site.URL+path] {
					t.Errorf("%s%s was finished and asked again", site.URL, path)
				}
			}
		}
		ended := map[string]bool{}
		for row, err := range o.store.Rows(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if row.State != store.Queued {
				ended[strings.TrimSuffix(row.URL, "#")] = true
			}
		}
		stored := map[string]bool{}
		for c, err := range o.store.Captures(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			stored[c.ID] = true
		}
		for url := range finished {
			if !ended[url] {
				t.Errorf("%s was finished and is not any more", url)
			}
		}
		for id := range captures {
			if !stored[id] {
				t.Errorf("capture %s is gone", id)
			}
		}
		finished, captures = ended, stored
		if v, err := o.store.Verify(t.Context(), nil); err != nil || !v.OK() {
			t.Fatalf("after %d kills: %+v, %v", kills, v, err)
		}
	}
	for _, site := range gov.Sites {
		if want, got := wantReports(site), gotReports(o, site.ID); len(want) != len(got) {
			t.Errorf("%s: %d reports, want %d", site.ID, len(got), len(want))
		}
	}
	return kills
}

// killed runs a child that is killed when the time is over; done tells that it
// came to its end before.
func killed(t *testing.T, spec string, after time.Duration) (done bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+spec)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !timer.Stop() && err != nil {
		return false
	}
	if err != nil {
		t.Fatalf("crawl failed: %v", err)
	}
	return true
}
