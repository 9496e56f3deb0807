// Serve opens invented government sites and keeps them open until it is
// interrupted: for benchmarks that run other crawlers against the same pages, and
// for looking at the pages in a browser.
//
//	go run ./internal/fakegov/serve -scenario benchmark -hosts 40 -pages 100 > crawl.yaml
//	gongkai crawl --config crawl.yaml
//
// Standard output is a configuration that crawls the sites. At the end, standard
// error says for each site what was asked of it, one JSON object a line.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"gongkai/internal/fakegov"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	scenario := flags.String("scenario", "demo", "demo, benchmark or families (one site of each)")
	hosts := flags.Int("hosts", 40, "number of sites of the benchmark")
	pages := flags.Int("pages", 100, "reports on each site of the benchmark")
	port := flags.Int("port", 0, "port of the first site; 0 takes any")
	every := flags.String("every", "0s", "pace that the configuration asks for")
	var wanted list
	flags.Var(&wanted, "family", "a site of this family, with a dozen reports; may be given several times and overrules -scenario")
	var faults list
	flags.Var(&faults, "fault", "a way to fail, as PATH=KIND: \"/*=403\", \"/zfxxgk/*=521 jiasule\"; on every site")
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage of serve:\n")
		flags.PrintDefaults()
		fmt.Fprintf(stderr, "\nfamilies:\n%s\nfaults:\n%s", columns(fakegov.Families()), columns(fakegov.FaultKinds()))
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	var o fakegov.Options
	switch *scenario {
	case "demo":
		o = fakegov.Demo()
	case "benchmark":
		o = fakegov.Benchmark(*hosts, *pages)
	case "families":
		o = fakegov.EveryFamily()
	default:
		return fmt.Errorf("unknown scenario %q: want demo, benchmark or families", *scenario)
	}
	if len(wanted) > 0 {
		o = fakegov.Options{Seed: 3}
		for _, family := range wanted {
			o.Sites = append(o.Sites, fakegov.SiteSpec{Family: fakegov.Family(family), PerPage: 5, Noise: 1})
		}
	}
	for i := range o.Sites {
		for _, f := range faults {
			path, kind, ok := strings.Cut(f, "=")
			if !ok || !slices.Contains(fakegov.FaultKinds(), fakegov.FaultKind(kind)) {
				return fmt.Errorf("fault %q: want PATH=KIND with one of the kinds that -h lists", f)
			}
			if o.Sites[i].Faults == nil {
				o.Sites[i].Faults = make(map[string]fakegov.Fault)
			}
			o.Sites[i].Faults[path] = fakegov.Fault{Kind: fakegov.FaultKind(kind)}
		}
	}
	o.Port = *port
	gov, err := fakegov.Start(o)
	if err != nil {
		return err
	}
	if err := writeConfig(stdout, gov, *every); err != nil {
		return errors.Join(err, gov.Close())
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	err = gov.Close()
	for _, s := range append(gov.Sites, gov.Stranger) {
		err = errors.Join(err, json.NewEncoder(stderr).Encode(summarize(s)))
	}
	return err
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

func (l *list) Set(v string) error {
	*l = append(*l, v)
	return nil
}

// columns prints words two to a line.
func columns[T ~string](words []T) string {
	var b strings.Builder
	for i, word := range words {
		if i%2 == 0 {
			b.WriteString("  ")
		}
		fmt.Fprintf(&b, "%-30s", word)
		if i%2 == 1 || i == len(words)-1 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// writeConfig prints the configuration as JSON, which is YAML too.
func writeConfig(w io.Writer, gov *fakegov.Gov, every string) error {
	type site struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Organ        string   `json:"organ"`
		Index        []string `json:"index"`
		AllowPrivate bool     `json:"allow_private"`
	}
	config := struct {
		Pace  map[string]string `json:"pace"`
		Sites []site            `json:"sites"`
	}{Pace: map[string]string{"every": every}}
	for _, c := range gov.Columns() {
		config.Sites = append(config.Sites, site(c))
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(config)
}

// summary is what a site's log amounts to.
type summary struct {
	Site        string      `json:"site"`
	URL         string      `json:"url"`
	Requests    int         `json:"requests"`
	Distinct    int         `json:"distinct"`
	Conditional int         `json:"conditional"`
	Bytes       int64       `json:"bytes"`
	Statuses    map[int]int `json:"statuses"`
	MaxInFlight int         `json:"max_in_flight"`
	MinGapMS    float64     `json:"min_gap_ms"`
	UserAgents  []string    `json:"user_agents"`
}

func summarize(s *fakegov.Site) summary {
	l := &s.Log
	return summary{s.ID, s.URL, l.Len(), len(l.Counts()), l.Conditional(), l.Bytes(), l.Statuses(), l.MaxInFlight(),
		float64(l.MinGap().Microseconds()) / 1000, l.UserAgents()}
}
