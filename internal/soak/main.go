// Soak crawls invented government sites for as long as it is told, while they fail
// at random and the crawler is killed at random, and then checks what must hold
// whatever happened:
//
//   - nothing that was committed is lost, and the corpus verifies;
//   - nothing is asked again in a run after it was committed;
//   - no host is asked faster than its pace, or by two requests at once, by its own
//     log and the crawler's, across restarts, and the two logs agree;
//   - the memory of the crawler does not grow from run to run;
//   - in the end, when the sites are well again, every report is there.
//
// It runs the program as it is shipped:
//
//	go build -o /tmp/gongkai ./cmd/gongkai
//	go run ./internal/soak -bin /tmp/gongkai -for 1h
//
// The last line on standard output sums up; exit code 1 says that something did
// not hold, each breach on a line of its own before.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gongkai/internal/fakegov"
	"gongkai/store"
)

func main() {
	bin := flag.String("bin", "gongkai", "the program")
	span := flag.Duration("for", time.Hour, "how long to crawl")
	every := flag.Duration("every", 100*time.Millisecond, "pace of each host")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of sites, faults and kills")
	flag.Parse()
	if err := run(*bin, *span, *every, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// soak is one such test.
type soak struct {
	bin    string
	every  time.Duration
	rng    *rand.Rand
	dir    string
	gov    *fakegov.Gov
	store  *store.Store
	faulty map[string]bool // addresses that fail now
	// tail are the last requests of each site before the process that runs now, and
	// asked when the crawler says that it asked a host before.
	tail   map[string][]fakegov.Request
	asked  map[string][]time.Time
	starts map[string][]time.Time // of its requests in this process, by host
	killed bool                   // the process before this was

	runs, kills, stops int
	requests           int
	memory             []int64 // greatest of each process, in KiB
	breaches           int
}

var errBroken = errors.New("something did not hold")

func run(bin string, span, every time.Duration, seed uint64) error {
	dir, err := os.MkdirTemp("", "gongkai-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("soak: %v, a request every %v, seed %d\n", span, every, seed)
	var sites []fakegov.SiteSpec
	for _, f := range []fakegov.Family{fakegov.TRS, fakegov.Hanweb, fakegov.UCAP, fakegov.VSB, fakegov.GKMLPT, fakegov.JPaaS, fakegov.Lonsun, fakegov.Tree} {
		sites = append(sites, fakegov.SiteSpec{Family: f, Reports: 12, PerPage: 5, Noise: 2})
	}
	gov, err := fakegov.Start(fakegov.Options{Seed: seed, Sites: sites})
	if err != nil {
		return err
	}
	defer gov.Close()
	s := &soak{bin: bin, every: every, rng: rand.New(rand.NewPCG(seed, 1)), dir: dir, gov: gov, faulty: map[string]bool{}, tail: map[string][]fakegov.Request{}, asked: map[string][]time.Time{}}
	if err := s.configure(); err != nil {
		return err
	}
	for deadline := time.Now().Add(span); time.Now().Before(deadline); {
		if err := s.night(); err != nil {
			return err
		}
	}
	return s.end()
}

func (s *soak) config() string { return filepath.Join(s.dir, "gongkai.yaml") }
func (s *soak) corpus() string { return filepath.Join(s.dir, "corpus.db") }
func (s *soak) log() string    { return filepath.Join(s.dir, "crawl.log") }

func (s *soak) configure() error {
	text := fmt.Sprintf("corpus: %q\nuser_agent: gongkai-soak/1.0\npace: {every: %s, timeout: 2s, retries: 1}\nsites:\n", s.corpus(), s.every)
	for _, c := range s.gov.Columns() {
		index, err := json.Marshal(c.Index)
		if err != nil {
			return err
		}
		text += fmt.Sprintf("  - {id: %s, name: %s, index: %s, allow_private: true}\n", c.ID, c.Name, index)
	}
	return os.WriteFile(s.config(), []byte(text), 0o600)
}

// breach says what did not hold.
func (s *soak) breach(format string, args ...any) {
	s.breaches++
	fmt.Printf("BREACH: "+format+"\n", args...)
}

// kinds are the faults that come and go.
var kinds = []fakegov.Fault{
	{Kind: fakegov.ServerError, Times: 2}, {Kind: fakegov.Unavailable, Times: 1, RetryAfter: "1"}, {Kind: fakegov.TooMany, Times: 1, RetryAfter: "1"},
	{Kind: fakegov.Reset, Times: 1}, {Kind: fakegov.Truncated, Times: 1}, {Kind: fakegov.NotFound, Times: 1}, {Kind: fakegov.Slow, Every: 300 * time.Millisecond, Times: 2},
	{Kind: fakegov.SoftNotFound, Times: 1}, {Kind: fakegov.GzipBare, Times: 3}, {Kind: fakegov.SelfCookie}, {Kind: fakegov.Silent, Times: 1}, {Kind: fakegov.Stub, Times: 1},
}

// night lets some pages fail, others come and change, starts the crawler, and may
// kill it.
func (s *soak) night() error {
	for _, site := range s.gov.Sites {
		reports := site.Reports()
		for range s.rng.IntN(3) {
			r := reports[s.rng.IntN(len(reports))]
			site.Fail(r.URL, kinds[s.rng.IntN(len(kinds))])
			s.faulty[r.URL] = true
		}
		switch s.rng.IntN(8) {
		case 0:
			if err := site.Edit(reports[s.rng.IntN(len(reports))].URL, "requests.new@natural_person", fmt.Sprint(s.rng.IntN(500))); err != nil {
				return err
			}
		case 1:
			organ := reports[0].Spec.Organ
			organ.Name = fmt.Sprintf("%s第%d分局", organ.Name, len(reports))
			site.Publish(fakegov.ReportSpec{Organ: organ, Year: 2020 + s.rng.IntN(5)})
		}
	}
	before, err := s.look()
	if err != nil {
		return err
	}
	for _, site := range s.gov.Sites {
		log := site.Log.Requests()
		s.requests += len(log)
		s.tail[site.ID] = log[max(0, len(log)-20):]
		site.Log.Reset()
	}
	kills := s.kills
	if err := s.crawl(time.Duration(500+s.rng.IntN(9000)) * time.Millisecond); err != nil {
		return err
	}
	if err := s.hear(); err != nil {
		return err
	}
	now, err := s.look()
	if err != nil {
		return err
	}
	for address := range before.kept {
		if !now.kept[address] {
			s.breach("%s was committed and is lost", address)
		}
	}
	if now.captures < before.captures || now.reports < before.reports {
		s.breach("%d captures and %d reports became %d and %d", before.captures, before.reports, now.captures, now.reports)
	}
	for _, site := range s.gov.Sites {
		s.manners(site, s.kills > kills)
		for path, n := range site.Log.Counts() {
			if run, done := before.done[site.URL+path]; done && run == before.run && run == now.run && n > 0 {
				s.breach("%s%s was committed in run %s and asked again", site.URL, path, run)
			}
		}
	}
	s.killed = s.kills > kills
	return nil
}

// slack is by how much the log of a server may be late: its goroutines share two
// cores with a crawler that is being killed, and with whatever else runs there.
const slack = time.Second

// manners checks pace and concurrency by a site's log, and pace by what the
// crawler says of itself, which is not late.
func (s *soak) manners(site *fakegov.Site, killed bool) {
	log := append(s.tail[site.ID], site.Log.Requests()...)
	for i, r := range log {
		if r.InFlight > 1 && !cutOff(log[:i]) {
			s.breach("%s: %d requests at once, %s among them", site.ID, r.InFlight, r.Path)
		}
	}
	// A request that is noted late makes gaps short, but not the night.
	first := 0
	for i, r := range log {
		ahead := time.Duration(i-first)*s.every - r.Start.Sub(log[first].Start)
		if ahead > slack {
			s.breach("%s: %d requests within %v, want %v between two", site.ID, i-first+1, r.Start.Sub(log[first].Start), s.every)
			break
		}
		if ahead < 0 {
			first = i
		}
	}
	host := strings.TrimPrefix(site.URL, "http://")
	starts := append(s.asked[host], s.starts[host]...)
	for i := 1; i < len(starts); i++ {
		if gap := starts[i].Sub(starts[i-1]); gap < s.every-clock {
			s.breach("%s: asked again after %v by the crawler's own log, want %v", site.ID, gap, s.every)
		}
	}
	s.asked[host] = starts[max(0, len(starts)-1):]
	// What the crawler does not say it asked: the request under way when it was
	// killed, and one from before that came to the log since.
	most := len(s.starts[host])
	if killed {
		most++
	}
	if s.killed {
		most++
	}
	if n := site.Log.Len(); n > most {
		s.breach("%s: %d requests, of which the crawler says %d", site.ID, n, len(s.starts[host]))
	}
}

// clock is by how much the clock on the wall may run otherwise than a pause.
const clock = time.Millisecond

// hear reads the starts of requests out of the crawler's log, by host.
func (s *soak) hear() error {
	text, err := os.ReadFile(s.log())
	if err != nil {
		return err
	}
	s.starts = map[string][]time.Time{}
	for line := range bytes.Lines(text) {
		var said struct {
			Message string    `json:"msg"`
			Host    string    `json:"host"`
			Start   time.Time `json:"start"`
		}
		if json.Unmarshal(line, &said) == nil && said.Message == "requested" {
			s.starts[said.Host] = append(s.starts[said.Host], said.Start)
		}
	}
	return nil
}

// cutOff tells whether an earlier request was still being answered when its client
// went away: a page that is silent or slow.
func cutOff(log []fakegov.Request) bool {
	for _, r := range log {
		if !r.Done || r.Status == 0 {
			return true
		}
	}
	return false
}

// crawl runs the program, at most so long; then it is killed, or told to stop.
func (s *soak) crawl(patience time.Duration) error {
	cmd := exec.Command(s.bin, "crawl", "--config", s.config(), "--json", "--log", "json", "--verbose")
	out, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	s.runs++
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var failure error
	select {
	case failure = <-ended:
	case <-time.After(patience):
		how := os.Kill
		if s.rng.IntN(4) == 0 {
			how = syscall.SIGTERM
			s.stops++
		} else {
			s.kills++
		}
		_ = cmd.Process.Signal(how) // fails when it has just ended
		failure = <-ended
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if ok {
		s.memory = append(s.memory, usage.Maxrss)
	}
	switch code := cmd.ProcessState.ExitCode(); code {
	case 0, 3, 4, 130, -1: // -1: killed
	default:
		text, _ := os.ReadFile(out.Name())
		s.breach("the crawler ended with %d (%v): %s", code, failure, last(text))
	}
	return nil
}

func last(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// known is what the corpus says of itself.
type known struct {
	run               string            // that is open
	done              map[string]string // addresses of pages and files, with the run that finished them
	kept              map[string]bool   // addresses of which there is a body
	captures, reports int
}

func (s *soak) look() (k known, err error) {
	k = known{done: map[string]string{}, kept: map[string]bool{}}
	if s.store == nil {
		if _, err := os.Stat(s.corpus()); err != nil {
			return k, nil
		}
		if s.store, err = store.Open(s.corpus(), store.Options{}); err != nil {
			return k, err
		}
	}
	ctx := context.Background()
	for row, err := range s.store.Rows(ctx, "") {
		if err != nil {
			return k, err
		}
		if row.Kind != "page" && row.Kind != "attachment" {
			continue
		}
		if row.State == store.Done {
			k.done[row.URL] = row.Run
		}
		if row.Digest != "" {
			k.kept[row.URL] = true
		}
	}
	return k, s.store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Counts()
		if err != nil {
			return err
		}
		k.captures, k.reports = c.Captures, c.Reports
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			if r.Closed.IsZero() {
				k.run = r.ID
			}
			break
		}
		return nil
	})
}

// end heals the sites, lets the crawl come to its end, and checks all of it.
func (s *soak) end() error {
	for _, site := range s.gov.Sites {
		for address := range s.faulty {
			if strings.HasPrefix(address, site.URL+"/") {
				site.Fail(address, fakegov.Fault{})
			}
		}
	}
	for range 3 { // the first may end a run in which pages had failed
		if err := s.crawl(10 * time.Minute); err != nil {
			return err
		}
	}
	k, err := s.look()
	if err != nil {
		return err
	}
	reports := 0
	for _, site := range s.gov.Sites {
		for _, r := range site.Reports() {
			reports++
			if !k.kept[r.URL] && !keptAs(k.kept, r.URL) {
				s.breach("%s is not in the corpus", r.URL)
			}
		}
	}
	verify := exec.Command(s.bin, "db", "verify", "--corpus", s.corpus())
	if out, err := verify.CombinedOutput(); err != nil {
		s.breach("db verify: %v\n%s", err, out)
	}
	early, late := s.flat()
	if late > early+early/2+64<<10 {
		s.breach("memory grew: %d MiB in the first third of the runs, %d MiB in the last", early>>10, late>>10)
	}
	fmt.Printf("%d runs, %d killed, %d told to stop; %d requests; %d reports there; at most %d MiB early, %d MiB late; %d breaches\n",
		s.runs, s.kills, s.stops, s.requests, reports, early>>10, late>>10, s.breaches)
	if s.breaches > 0 {
		return errBroken
	}
	return nil
}

// keptAs looks for an address that is written in another way.
func keptAs(kept map[string]bool, address string) bool {
	plain, err := url.QueryUnescape(address)
	if err != nil {
		return false
	}
	for k := range kept {
		if other, err := url.QueryUnescape(k); err == nil && other == plain {
			return true
		}
	}
	return false
}

// flat is the greatest memory of a process in the first and the last third.
func (s *soak) flat() (early, late int64) {
	n := max(len(s.memory)/3, 1)
	for i, kib := range s.memory {
		if i < n {
			early = max(early, kib)
		}
		if i >= len(s.memory)-n {
			late = max(late, kib)
		}
	}
	return early, late
}
