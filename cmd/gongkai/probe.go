package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/crawler"
)

type probeOptions struct {
	corpusFlags
	json         bool
	allowPrivate bool
	all          bool
	log          logOptions
	items        int
}

func newProbeCommand(t *terminal) *cobra.Command {
	var o probeOptions
	cmd := &cobra.Command{
		Use:   "probe URL | --all",
		Short: "see what an index page would list, and how; writes nothing",
		Long: `Fetch one index page as a crawl would, politely, and tell what was recognised:
the mechanism by which it lists and continues, the first items, how many the
site says there are, the request for the next page, and the lines that configure
it. Nothing is written. With --config, the settings of the site that has the
index apply.

With --all, every index of the configuration is looked at, and a line each says
whether it still lists as its listing: pins it. The exit code is 4 if one has
drifted from what is pinned, else 3 if one could not be read or lists nothing.`,
		Example: `  gongkai probe https://www.example.gov.cn/zfxxgk/zfxxgknb/
  gongkai probe --config gongkai.yaml https://www.example.gov.cn/zfxxgk/
  gongkai probe --json https://www.example.gov.cn/zfxxgk/ | jq '.items[].title'
  gongkai probe --all --config configs/profiles/prefectures.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.items < 0 {
				return usagef(cmd, "--items takes a number from 0 on, not %d", o.items)
			}
			if o.all {
				return noArgs(cmd, args)
			}
			return wantArgs(1, "the address of an index page")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.all {
				return runProbeAll(cmd.Context(), t, o)
			}
			return runProbe(cmd.Context(), t, o, args[0])
		},
	}
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "configuration file")
	f.BoolVar(&o.allowPrivate, "allow-private", false, "let the site live on loopback or private addresses")
	f.BoolVar(&o.all, "all", false, "probe every index of --config and report what drifted")
	f.BoolVarP(&o.log.verbose, "verbose", "v", false, "log every fetch")
	f.IntVar(&o.items, "items", 10, "how many items to show")
	return cmd
}

func runProbe(ctx context.Context, t *terminal, o probeOptions, address string) error {
	c := &configs.Config{}
	if o.config != "" {
		var err error
		if c, err = o.load(); err != nil {
			return err
		}
	}
	c.FillDefaults()
	if c.UserAgent == "" {
		c.UserAgent = "gongkai/" + version
	}
	p, err := crawler.Probe(ctx, address, crawler.Options{Config: c, AllowPrivate: o.allowPrivate, Log: newLogger(t.err, o.log, true)})
	if err != nil && ctx.Err() == nil { // the address is none, or the options are wrong
		return &codeError{code: exitUsage, msg: err.Error()}
	}
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(p)
	} else {
		t.printProbe(p, o.items)
	}
	if err == nil && len(p.Items) == 0 {
		return &codeError{code: exitPartly, msg: fmt.Sprintf("nothing is listed at %s: %s", address, orUnknown(joinNonEmpty(": ", p.Verdict, p.Evidence)))}
	}
	return err
}

func (t *terminal) printProbe(p *crawler.ProbeResult, most int) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t.out, "%-10s %s\n", name, fold(value, t.width, 11, strings.Repeat(" ", 11)))
		}
	}
	line("page", p.Title)
	line("site", p.Site)
	line("address", p.FinalURL)
	line("status", fmt.Sprint(p.Status))
	line("mechanism", orUnknown(p.Mechanism))
	declared := fmt.Sprintf("%d on this page, %d of them look like reports", len(p.Items), p.Wanted)
	if p.Declared > 0 {
		declared += fmt.Sprintf("; the site says %d in all", p.Declared)
	}
	if p.Pages > 0 {
		declared += fmt.Sprintf(" on %d pages", p.Pages)
	}
	line("items", declared)
	if p.Next != nil {
		line("next", joinNonEmpty(" ", p.Next.Method, p.Next.URL, p.Next.Body))
	}
	line("verdict", joinNonEmpty(": ", p.Verdict, p.Evidence))
	line("drift", p.Drift)
	for _, host := range slices.Sorted(maps.Keys(p.OtherHosts)) {
		line("elsewhere", fmt.Sprintf("%d items on %s; take them with allow_hosts", p.OtherHosts[host], host))
	}
	if len(p.Items) > 0 {
		fmt.Fprintln(t.out)
		list := sheet{gap: 2, flex: []int{1}}
		for _, i := range p.Items[:min(most, len(p.Items))] {
			title := i.Title
			if i.Child {
				title += " (folder)"
			}
			list.add(i.Date, title)
		}
		list.print(t.out, t.width)
		if more := len(p.Items) - most; more > 0 {
			fmt.Fprintf(t.out, "… and %d more\n", more)
		}
	}
	if p.Profile != "" {
		fmt.Fprintf(t.out, "\nto configure it:\n%s\n", strings.TrimRight(p.Profile, "\n"))
	}
}
