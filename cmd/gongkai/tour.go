package main

import (
	"context"
	"fmt"
	"slices"

	"gongkai/corpus"
	"gongkai/report"
	"gongkai/store"
)

// demoTour shows what a crawl of the invented sites brought: the reports, what
// does not add up in them, and what to try next.
func (t *terminal) demoTour(ctx context.Context, path string) error {
	st, err := openCorpus(ctx, path, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	c := corpus.New(st)
	items, err := c.List(ctx, corpus.Filter{})
	if err != nil {
		return err
	}
	wrong, copied := "", ""
	fmt.Fprintf(t.out, "\n%d reports; in some of them the numbers do not add up:\n", len(items))
	for _, i := range items {
		s, err := c.Show(ctx, i.ID)
		if err != nil {
			return err
		}
		if copied == "" && len(s.Report.Copies) > 0 {
			copied = i.ID
		}
		fails := hardFails(s.Report)
		if len(fails) == 0 {
			continue
		}
		if wrong == "" {
			wrong = i.ID
		}
		line := fmt.Sprintf("%s %d: %d relations fail%s", i.Organ, i.Year, len(fails), suspects(fails))
		fmt.Fprintf(t.out, "  %s  %s\n", i.ID, fold(line, t.width, 4+len(i.ID), "    "))
	}
	fmt.Fprintf(t.out, "\nThe corpus stays in %s. Next:\n", path)
	for _, line := range []string{
		prefixed("gongkai show --corpus "+path+" ", short(wrong)),
		prefixed("gongkai show --corpus "+path+" ", short(copied)),
		"gongkai list --corpus " + path,
		"gongkai status --corpus " + path,
		"gongkai export --corpus " + path + " --format csv --out figures",
	} {
		if line != "" {
			fmt.Fprintf(t.out, "  %s\n", line)
		}
	}
	return nil
}

// short is the beginning of an id that a person types.
func short(id string) string { return id[:min(len(id), 6)] }

func hardFails(r *report.Report) []report.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f report.Finding) bool {
		return f.Severity != report.Hard || f.Verdict != report.Fail
	})
}

// suspects names the cells that findings suspect, each once.
func suspects(fails []report.Finding) string {
	var names []string
	for _, f := range fails {
		if f.Suspect == nil {
			continue
		}
		if name := suspectText(*f.Suspect); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return prefixed(", suspect: ", joinNonEmpty(", ", names...))
}
