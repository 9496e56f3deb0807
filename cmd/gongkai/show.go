package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type showOptions struct {
	corpusFlags
	json    bool
	history bool
}

func newShowCommand(t *terminal) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show REPORT",
		Short: "show a report of the corpus with its tables and findings",
		Long: `Show one report: head, the tables as the form prints them, what the prose says,
and the relations that do not hold, with the suspect cell marked.

With --history, show instead what happened to its pages between captures, and
its revisions.

REPORT is an id of the list or the beginning of one, the address of the page or
file, or organ and year.`,
		Example: `  gongkai show 3f2a91
  gongkai show https://www.example.gov.cn/zfxxgk/art_1.html
  gongkai show 慈溪市人民政府2019
  gongkai show --history 3f2a91
  gongkai show --json 3f2a91 | jq '.figures[0]'`,
		Args: wantArgs(1, "a report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), t, o, args[0])
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	cmd.Flags().BoolVar(&o.history, "history", false, "show what changed on its pages, when they vanished and came back")
	return cmd
}

func runShow(ctx context.Context, t *terminal, o showOptions, name string) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	shown, err := c.Show(ctx, name)
	if err != nil {
		return err
	}
	if o.history {
		return t.showHistory(ctx, c, shown, o.json)
	}
	if err := t.printReport(shown.Report, o.json); err != nil || o.json {
		return err
	}
	if len(shown.Decisions) > 0 {
		fmt.Fprintln(t.out, "\ndecisions")
		for _, d := range shown.Decisions {
			fmt.Fprintf(t.out, "  %s\n", fold(decisionText(&d), t.width, 2, "    "))
		}
	}
	if shown.Waiting > 0 {
		fmt.Fprintf(t.out, "\n%d candidates wait; 'gongkai diff --report %s' shows what they change\n", shown.Waiting, shown.ID)
	}
	if len(shown.Revisions) > 1 || len(shown.Sources) > 1 {
		fmt.Fprintf(t.out, "\n%d revisions from %d addresses\n", len(shown.Revisions), len(shown.Sources))
		for _, s := range shown.Sources {
			fmt.Fprintf(t.out, "  %s  captured %d times, last %s, %s\n", s.URL, s.Captures, s.Last.Format("2006-01-02"), s.Verdict)
		}
	}
	return t.showConflicts(ctx, c, shown)
}

// showConflicts shows where other sources of a report disagree with it.
func (t *terminal) showConflicts(ctx context.Context, c *corpus.Corpus, shown *corpus.Shown) error {
	if len(shown.Sources) < 2 {
		return nil
	}
	conflicts, err := c.ConflictsOf(ctx, shown.ID)
	for _, x := range conflicts {
		t.printConflict(&x)
	}
	return err
}

func (t *terminal) printConflict(x *corpus.Conflict) {
	fmt.Fprintf(t.out, "\n%s\n", fold(fmt.Sprintf("%s %s %d: %s disagrees with %s", x.Report, x.Organ, x.Year, x.Other, x.Chosen), t.width, 0, "  "))
	for _, change := range x.Changes {
		fmt.Fprintf(t.out, "  %s\n", fold(fmt.Sprintf("%s: %s, elsewhere %s", change.Cell, sideText(change.Old), sideText(change.New)), t.width, 2, "    "))
	}
}

func (t *terminal) showHistory(ctx context.Context, c *corpus.Corpus, shown *corpus.Shown, asJSON bool) error {
	events, err := c.History(ctx, shown.ID)
	if err != nil {
		return err
	}
	if asJSON {
		for _, e := range events {
			if err := t.printJSON(e); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(t.out, "%s %s %d\n", shown.ID, orUnknown(shown.Organ), shown.Year)
	url := ""
	for _, e := range events {
		if e.URL != url {
			url = e.URL
			fmt.Fprintf(t.out, "\n%s\n", url)
		}
		t.printEvent(&e)
	}
	fmt.Fprintln(t.out, "\nrevisions")
	list := sheet{heads: []string{"revision", "standing", "status", "extractor", "stored", "address"}, right: []int{3}, flex: []int{5}, gap: 2}
	for _, r := range shown.Revisions {
		list.add(fmt.Sprintf("%s:%d", cmp.Or(r.StoredAs, shown.ID), r.Revision), r.Standing, r.Status, r.Extractor, r.Stored.Format("2006-01-02"), r.URL)
	}
	list.print(t.out, t.width)
	return nil
}

func (t *terminal) printEvent(e *corpus.Event) {
	line := fmt.Sprintf("%s  %s", e.Time.Format("2006-01-02 15:04"), e.Kind)
	if e.Revision > 0 {
		line += fmt.Sprintf(", revision %d", e.Revision)
	}
	if e.Captures > 0 {
		line += fmt.Sprintf(", the same %d times after", e.Captures)
	}
	if e.Detail != "" {
		line += ": " + e.Detail
	}
	fmt.Fprintf(t.out, "  %s\n", fold(line, t.width, 2, "    "))
	for _, c := range e.Cells {
		fmt.Fprintf(t.out, "    %s\n", fold(changeText(&c), t.width, 4, "      "))
	}
	for _, c := range e.Text {
		sign, text := "-", c.Old
		if text == "" {
			sign, text = "+", c.New
		}
		fmt.Fprintf(t.out, "    %s %s\n", sign, fold(c.Section+": "+text, t.width, 6, "      "))
	}
}
