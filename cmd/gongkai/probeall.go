package main

import (
	"context"
	"fmt"
	"strings"

	"gongkai/crawler"
)

// runProbeAll looks at every index of a configuration.
func runProbeAll(ctx context.Context, t *terminal, o probeOptions) error {
	if o.config == "" {
		return &codeError{code: exitUsage, msg: "--all needs a configuration: add --config FILE"}
	}
	c, err := o.load()
	if err != nil {
		return err
	}
	if c.UserAgent == "" {
		c.UserAgent = "gongkai/" + version
	}
	n := 0
	told := func(r *crawler.ProbeResult) {
		n++
		t.note("%d: %s %s", n, r.Configured, probed(r))
	}
	results, err := crawler.ProbeAll(ctx, crawler.Options{Config: c, AllowPrivate: o.allowPrivate, Log: newLogger(t.err, o.log, true)}, told)
	if err != nil {
		if ctx.Err() == nil {
			return &codeError{code: exitUsage, msg: err.Error()}
		}
		return err
	}
	drifted, failed := 0, 0
	list := sheet{gap: 2, flex: []int{0, 4}, right: []int{2, 3}, heads: []string{"site", "mechanism", "items", "pinned", "state"}}
	for _, r := range results {
		switch {
		case r.Drift != "":
			drifted++
		case len(r.Items) == 0:
			failed++
		}
		pinned := ""
		if r.Pinned > 0 {
			pinned = fmt.Sprint(r.Pinned)
		}
		list.add(r.Configured, orUnknown(r.Mechanism), max(r.Declared, len(r.Items)), pinned, probed(r))
		if o.json {
			if err := t.printJSON(r); err != nil {
				return err
			}
		}
	}
	if !o.json {
		list.print(t.out, t.width)
		for _, r := range results {
			if state := probed(r); state != "ok" {
				fmt.Fprintf(t.out, "\n%s  %s\n  %s\n", r.Configured, r.URL, fold(joinNonEmpty("; ", state, r.Evidence), t.width, 2, "  "))
			}
		}
		fmt.Fprintf(t.out, "\n%d columns, %d drifted, %d failed\n", len(results), drifted, failed)
	}
	switch {
	case drifted > 0:
		return &codeError{code: exitGate, msg: fmt.Sprintf("%d of %d columns drifted from what is pinned", drifted, len(results))}
	case failed > 0:
		return &codeError{code: exitPartly, msg: fmt.Sprintf("%d of %d columns could not be read", failed, len(results))}
	}
	return nil
}

// probed says in a word or two how a column stands.
func probed(r *crawler.ProbeResult) string {
	switch {
	case r.Drift != "":
		return "drift: " + r.Drift
	case len(r.Items) == 0 || strings.HasPrefix(r.Verdict, "partial"):
		return orUnknown(r.Verdict)
	}
	return "ok"
}
