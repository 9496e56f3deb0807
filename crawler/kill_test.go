package crawler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
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

// Killed at any instant, the crawl goes on: what was finished is never asked for
// again, and in the end everything is there.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	gov := start(t, fakegov.Options{Seed: 9, Sites: []fakegov.SiteSpec{
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
	rng := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for done := false; !done; {
		if kills > 40 {
			t.Fatal("the crawl does not come to its end")
		}
		for _, site := range gov.Sites {
			site.Log.Reset()
			reports := site.Reports()
			faulty := requestPath(t, reports[rng.IntN(len(reports))].URL)
			site.Fail(faulty, fakegov.Fault{Kind: fakegov.ServerError, Times: 1})
		}
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childEnv+"="+string(spec))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		patience := time.Duration(60+rng.IntN(240)) * time.Millisecond
		if kills >= 6 {
			patience = time.Minute
		}
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				t.Fatalf("crawl failed: %v", err)
			}
			done = true
		case <-time.After(patience):
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
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
		for row, err := range o.store.Rows(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if row.State != store.Queued {
				finished[strings.TrimSuffix(row.URL, "#")] = true
			}
		}
	}
	if kills < 2 {
		t.Logf("only %d kills before the end", kills)
	}
	for _, site := range gov.Sites {
		if want, got := wantReports(site), gotReports(o, site.ID); len(want) != len(got) {
			t.Errorf("%s: %d reports, want %d", site.ID, len(got), len(want))
		}
	}
	v, err := o.store.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %+v", kills, v)
}
