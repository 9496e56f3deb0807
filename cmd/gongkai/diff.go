package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type diffOptions struct {
	corpusFlags
	json   bool
	cells  bool
	html   string
	report []string
	query  corpus.DiffQuery
}

func newDiffCommand(t *terminal) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff [OLD NEW]",
		Short: "show cell by cell what the candidates change",
		Long: `Show what the candidates of a re-extraction would change: cells added, lost,
with another value, in another state, under another label or in another place,
by form, site and relation, with the first example of each, and what a promotion
would have to be told to accept. With two revisions, each as REPORT:NUMBER,
compare these.`,
		Example: `  gongkai diff
  gongkai diff --site cixi --cells
  gongkai diff --html diff.html
  gongkai diff 3f2a91:1 3f2a91:2`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 2 {
				return nil
			}
			return usagef(cmd, "diff takes no revision or two, each as REPORT:NUMBER")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				if o.html != "" || o.query.Site != "" || o.query.Template != "" || len(o.report) > 0 {
					return usagef(cmd, "two revisions are compared as they are: leave out --html, --site, --template and --report")
				}
				return runDiffRevisions(cmd, t, o, args)
			}
			return runDiff(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.cells, "cells", false, "show every change of every candidate, not just a summary")
	f.StringVar(&o.html, "html", "", "write a page that needs nothing else to this file, too")
	addDiffQuery(cmd, &o.query, &o.report)
	return cmd
}

// addDiffQuery adds the flags that choose candidates.
func addDiffQuery(cmd *cobra.Command, q *corpus.DiffQuery, reports *[]string) {
	f := cmd.Flags()
	f.StringVar(&q.Site, "site", "", "only candidates of the site with this id")
	templateFlag(cmd, &q.Template)
	f.StringArrayVar(reports, "report", nil, "only this report, as for 'gongkai show'; may be repeated")
}

// resolve turns the names of reports into IDs.
func resolve(ctx context.Context, c *corpus.Corpus, names []string) (ids []string, err error) {
	for _, name := range names {
		some, err := c.IDs(ctx, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

func runDiff(ctx context.Context, t *terminal, o diffOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	if o.query.Reports, err = resolve(ctx, c, o.report); err != nil {
		return err
	}
	var each func(*corpus.ReportDiff) error
	if o.cells {
		each = func(d *corpus.ReportDiff) error {
			if o.json {
				return t.printJSON(d)
			}
			t.printReportDiff(d)
			return nil
		}
	}
	d, err := c.Diff(ctx, o.query, each)
	if err != nil {
		return err
	}
	if o.html != "" {
		if err := writeDiffPage(o.html, d); err != nil {
			return err
		}
		t.note("wrote %s", o.html)
	}
	switch {
	case o.json && o.cells:
	case o.json:
		return t.printJSON(d)
	case d.Candidates == 0:
		t.note("no candidate waits; 'gongkai reextract' makes candidates")
	default:
		t.printDiff(d)
	}
	return nil
}

func runDiffRevisions(cmd *cobra.Command, t *terminal, o diffOptions, args []string) error {
	st, err := o.openForReading(cmd.Context())
	if err != nil {
		return err
	}
	c := corpus.New(st)
	var names [2]corpus.RevisionName
	for i, arg := range args {
		report, number, _ := strings.Cut(arg, ":")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return usagef(cmd, "%q is no revision such as 3f2a91:2; 'gongkai show REPORT --history' lists them", arg)
		}
		ids, err := c.IDs(cmd.Context(), report)
		if err != nil {
			return err
		}
		id := ids[0]
		if i := slices.IndexFunc(ids, func(id string) bool { return strings.HasPrefix(id, report) }); i >= 0 {
			id = ids[i]
		}
		names[i] = corpus.RevisionName{Report: id, Revision: n}
	}
	d, err := c.DiffRevisions(cmd.Context(), names[0], names[1])
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(d)
	}
	t.printReportDiff(d)
	return nil
}

// changeWords are the kinds of changes in words.
var changeWords = map[corpus.ChangeKind]string{
	corpus.CellLost: "lost", corpus.ValueChanged: "value changed", corpus.Relabelled: "label changed", corpus.StateChanged: "state changed",
	corpus.CellAdded: "added", corpus.PlaceChanged: "place only",
}

func (t *terminal) printDiff(d *corpus.Diff) {
	w := t.out
	fmt.Fprintf(w, "%d candidates: %d say the same, %d differ", d.Candidates, d.Same, d.Changed)
	for _, p := range []struct {
		n    int
		what string
	}{{d.New, "are new reports"}, {d.LostReports, "are no reports any more"}, {d.Renamed, "become another report"}} {
		if p.n > 0 {
			fmt.Fprintf(w, ", %d %s", p.n, p.what)
		}
	}
	fmt.Fprintln(w)
	if len(d.Cells) > 0 {
		fmt.Fprintln(w, "\ncells")
		for _, kind := range corpus.ChangeKinds() {
			if n := d.Cells[kind]; n > 0 {
				fmt.Fprintf(w, "  %-14s %d\n", changeWords[kind], n)
			}
		}
	}
	if len(d.Head) > 0 {
		fmt.Fprintf(w, "\nheads: %s\n", counts(d.Head))
	}
	t.printRelations(d)
	t.printGroups("form", d.ByTemplate)
	t.printGroups("site", d.BySite)
	t.printPatterns(d)
	t.printWorse(d)
}

func (t *terminal) printRelations(d *corpus.Diff) {
	if len(d.ByRule) == 0 {
		return
	}
	fmt.Fprintf(t.out, "\nhard relations: %d fixed, %d broken in %d reports\n", d.Fixed, d.Broken, d.Failing)
	list := sheet{heads: []string{"relation", "fixed", "broken", "dropped"}, right: []int{1, 2, 3}, gap: 2}
	for _, rule := range slices.Sorted(maps.Keys(d.ByRule)) {
		g := d.ByRule[rule]
		list.add(rule, g.Fixed, g.Broken, g.Dropped)
	}
	list.print(t.out, t.width)
}

func (t *terminal) printGroups(what string, groups map[string]*corpus.Group) {
	if len(groups) == 0 {
		return
	}
	list := sheet{
		heads: []string{what, "candidates", "differ", "lost", "value", "label", "state", "added", "broken"},
		right: []int{1, 2, 3, 4, 5, 6, 7, 8}, flex: []int{0}, gap: 2,
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		g := groups[name]
		list.add(name, g.Candidates, g.Changed, g.Cells[corpus.CellLost], g.Cells[corpus.ValueChanged], g.Cells[corpus.Relabelled],
			g.Cells[corpus.StateChanged], g.Cells[corpus.CellAdded], g.Broken)
	}
	fmt.Fprintln(t.out)
	list.print(t.out, t.width)
}

// shownPatterns is how many patterns the text shows.
const shownPatterns = 12

func (t *terminal) printPatterns(d *corpus.Diff) {
	if len(d.Patterns) == 0 {
		return
	}
	fmt.Fprintln(t.out, "\nwhat changes")
	for i, p := range d.Patterns {
		if i == shownPatterns {
			fmt.Fprintf(t.out, "  … and %d more kinds of changes; see --json or --html\n", len(d.Patterns)-i)
			break
		}
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("%d × %s", p.Count, changeText(&p.Example)), t.width, 2, "    "))
		fmt.Fprintf(t.out, "    %s\n", fold(fmt.Sprintf("%s %s %s", p.Report, orUnknown(p.Organ), yearText(p.Year)), t.width, 4, "    "))
	}
}

// changeText is a change on one line.
func changeText(c *corpus.Change) string {
	cell := c.Cell
	if c.Was != "" {
		cell = c.Was + " → " + c.Cell
	}
	return fmt.Sprintf("%s %s: %s → %s", changeWords[c.Kind], cell, sideText(c.Old), sideText(c.New))
}

func sideText(s *corpus.Side) string {
	if s == nil {
		return "none"
	}
	text := s.State
	if s.Value != "" {
		text = s.Value + s.Unit
		if s.State == "approximate" {
			text = "≈" + text
		}
	}
	return fmt.Sprintf("%s (%q, %s)", text, s.Raw, s.Locator)
}

// shownWorse is how many reports that get worse the text shows.
const shownWorse = 10

func (t *terminal) printWorse(d *corpus.Diff) {
	if d.WorseReports == 0 {
		return
	}
	fmt.Fprintf(t.out, "\n%d reports get worse; 'gongkai promote' wants --accept for them\n", d.WorseReports)
	for i, r := range d.Worse {
		if i == shownWorse {
			fmt.Fprintf(t.out, "  … and %d more\n", d.WorseReports-i)
			break
		}
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("%s %s %s", r.Report, orUnknown(r.Organ), yearText(r.Year)), t.width, 2, "  "))
		for _, line := range worseLines(&r) {
			fmt.Fprintf(t.out, "    %s\n", fold(line, t.width, 4, "      "))
		}
	}
}

// worseLines say what gets worse in a report.
func worseLines(r *corpus.Worsened) (lines []string) {
	if r.Gone != "" {
		lines = append(lines, "no report any more: "+r.Gone)
	}
	for _, c := range r.LostCells[:min(3, len(r.LostCells))] {
		lines = append(lines, changeText(&c))
	}
	if n := len(r.LostCells) - 3; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more cells lost", n))
	}
	for _, b := range r.Broken {
		lines = append(lines, fmt.Sprintf("breaks %s %s: expected %s, got %s", b.Rule, b.At, b.Expected, b.Got))
	}
	for _, c := range r.Contradicted {
		lines = append(lines, fmt.Sprintf("contradicts the decision that %s %s is %s", c.Cell, c.Locator, c.Verdict))
	}
	return lines
}

func (t *terminal) printReportDiff(d *corpus.ReportDiff) {
	name := func(r *corpus.RevisionName) string {
		if r == nil {
			return "none"
		}
		return fmt.Sprintf("%s:%d by %d", r.Report, r.Revision, r.Extractor)
	}
	fmt.Fprintf(t.out, "%s\n  %s → %s\n", fold(fmt.Sprintf("%s %s %s", orUnknown(d.Organ), yearText(d.Year), d.URL), t.width, 0, "  "), name(d.Old), name(d.New))
	if d.Reason != "" {
		fmt.Fprintf(t.out, "  %s\n", fold("no report any more: "+d.Reason, t.width, 2, "  "))
	}
	for _, h := range d.Head {
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("%s: %s → %s", h.Field, cmp.Or(h.Old, "none"), cmp.Or(h.New, "none")), t.width, 2, "    "))
	}
	for _, c := range d.Changes {
		fmt.Fprintf(t.out, "  %s\n", fold(changeText(&c), t.width, 2, "    "))
	}
	for _, r := range d.Relations {
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("%s %s: %s → %s", r.Rule, r.At, cmp.Or(string(r.Old), "none"), cmp.Or(string(r.New), "none")), t.width, 2, "    "))
	}
	for _, c := range d.Contradicted {
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("contradicts the decision that %s %s is %s", c.Cell, c.Locator, c.Verdict), t.width, 2, "    "))
	}
	if !d.Says() {
		fmt.Fprintln(t.out, "  says the same")
	}
}

//go:embed diff.html
var diffPage string

var diffTemplate = template.Must(template.New("diff").Funcs(template.FuncMap{
	"words": func(k corpus.ChangeKind) string { return changeWords[k] },
	"kinds": corpus.ChangeKinds,
	"side":  sideText,
	"worse": func(r corpus.Worsened) []string { return worseLines(&r) },
	"groups": func(d *corpus.Diff) map[string]map[string]*corpus.Group {
		return map[string]map[string]*corpus.Group{"form": d.ByTemplate, "site": d.BySite}
	},
}).Parse(diffPage))

// writeDiffPage writes the page of a diff, whole or not at all.
func writeDiffPage(name string, d *corpus.Diff) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".diff-*.html")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	for _, step := range []func() error{
		func() error { return diffTemplate.Execute(f, d) },
		func() error { return f.Chmod(0o644) },
		f.Sync,
		f.Close,
		func() error { return os.Rename(f.Name(), name) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
