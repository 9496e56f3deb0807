package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/internal/fakegov"
)

// Ctrl-C in the middle of a crawl ends it within five seconds, even while a site
// keeps it waiting; the next run goes on and asks for nothing that was finished.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	gov, err := fakegov.Start(fakegov.Options{Seed: 3, Sites: []fakegov.SiteSpec{
		{ID: "steady", Family: fakegov.TRS, Reports: 30},
		{ID: "silent", Family: fakegov.Hanweb, Reports: 3},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer gov.Close()
	steady, silent := gov.Site("steady"), gov.Site("silent")
	stuck := silent.Reports()[0].URL[len(silent.URL):]
	silent.Fail(stuck, fakegov.Fault{Kind: fakegov.Silent})
	config := configFor(t, gov, "{every: 40ms, timeout: 60s}")

	crawl := command(t, "crawl", "--config", config, "--json")
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "requests", func() bool { return steady.Log.Len() > 12 && silent.Log.Count(stuck) > 0 })
	began := time.Now()
	if err := crawl.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = crawl.Wait() // the exit code is looked at below
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the crawl ended %v after the interrupt, want at most 5s", took)
	}
	if code := crawl.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, crawl.Stderr)
	}
	if said := fmt.Sprint(crawl.Stderr); !strings.HasSuffix(said, "gongkai: interrupted; what was finished is kept, run the command again to go on\n") {
		t.Errorf("stderr ends in %q", said[max(0, len(said)-200):])
	}
	if s := lastSummary(t, crawl.Stdout); s.Exit != exitInterrupted || s.Requests < 12 {
		t.Errorf("summary %+v, want exit %d", s, exitInterrupted)
	}
	finished := captured(t, config)
	if n := len(finished); n == 0 || n > 30 {
		t.Fatalf("%d addresses were finished before the interrupt, which is too few or too many to show anything", n)
	}

	silent.Fail(stuck, fakegov.Fault{})
	crawl = command(t, "crawl", "--config", config, "--json")
	if err := crawl.Run(); err != nil {
		t.Fatalf("second run: %v\n%s", err, crawl.Stderr)
	}
	s := lastSummary(t, crawl.Stdout)
	if s.Exit != exitOK || s.Columns[0].Reports != 30 || s.Columns[1].Reports != 3 {
		t.Errorf("second run: %+v, want everything", s)
	}
	asked := steady.Log.Counts()
	for _, address := range finished {
		if n := asked[strings.TrimPrefix(address, steady.URL)]; n > 1 {
			t.Errorf("%s was finished before the interrupt and asked again, %d times in all", address, n)
		}
	}
}

// A second Ctrl-C does not wait for what is under way.
func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	gov, err := fakegov.Start(fakegov.Options{Seed: 4, Sites: []fakegov.SiteSpec{{ID: "silent", Family: fakegov.TRS, Reports: 3}}})
	if err != nil {
		t.Fatal(err)
	}
	defer gov.Close()
	site := gov.Site("silent")
	site.Fail("/*", fakegov.Fault{Kind: fakegov.Silent})
	crawl := command(t, "crawl", "--config", configFor(t, gov, "{timeout: 60s}"))
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "request", func() bool { return site.Log.Len() > 0 })
	ended := make(chan error, 1)
	go func() { ended <- crawl.Wait() }()
	began := time.Now()
	for done := false; !done; {
		_ = crawl.Process.Signal(os.Interrupt) // fails when it has ended
		select {
		case <-ended:
			done = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the crawl ended after %v, want at once", took)
	}
}

// command is `gongkai` with arguments, its output in buffers.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "gongkai", args...)
	cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return cmd
}

// configFor writes a configuration that crawls invented sites at a pace.
func configFor(t *testing.T, gov *fakegov.Gov, pace string) string {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("corpus: %q\nuser_agent: gongkai-test/1.0\npace: %s\nsites:\n", filepath.Join(dir, "corpus.db"), pace)
	for _, c := range gov.Columns() {
		text += fmt.Sprintf("  - {id: %s, index: [%q], allow_private: true}\n", c.ID, c.Index[0])
	}
	path := filepath.Join(dir, "gongkai.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// captured are the addresses that a corpus has captures of.
func captured(t *testing.T, config string) (addresses []string) {
	t.Helper()
	list := command(t, "list", "--config", config, "--captures", "--json")
	if err := list.Run(); err != nil {
		t.Fatalf("list: %v\n%s", err, list.Stderr)
	}
	for line := range strings.Lines(fmt.Sprint(list.Stdout)) {
		var item corpus.CaptureItem
		if err := json.Unmarshal([]byte(line), &item); err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, item.FinalURL)
	}
	return addresses
}

// await waits until something holds, for at most a minute: others may use the
// machine.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within a minute", what)
		}
	}
}

// lastSummary is the summary in the last line of output.
func lastSummary(t *testing.T, out any) (s crawler.Summary) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(fmt.Sprint(out)), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
		t.Fatalf("last line is no summary: %v\n%s", err, out)
	}
	return s
}
