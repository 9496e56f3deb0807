package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type decideOptions struct {
	corpusFlags
	json   bool
	remove bool
	note   string
	who    string
}

// rulings are the verdicts that a person can give.
var rulings = []corpus.Ruling{corpus.RuledRight, corpus.RuledWrong, corpus.RuledUnreadable}

func newDecideCommand(t *terminal) *cobra.Command {
	var o decideOptions
	cmd := &cobra.Command{
		Use:   "decide [REPORT [CELL right|wrong|unreadable]]",
		Short: "write down what you saw in the printed report",
		Long: `Write down whether a figure is what the page prints. A decision belongs to the
stored bytes and the place in them: it holds for every reading of today and of
later. It is shown with the report, and a candidate that goes against it is not
promoted unasked.

CELL is a metric, metric@applicant or a locator, as 'gongkai show --json' and
'gongkai diff' print them. Without CELL, list the decisions on a report; without
REPORT, all.`,
		Example: `  gongkai decide 3f2a91 requests.new@total wrong --note "9 reads as 0"
  gongkai decide 3f2a91 b12r5c3 right
  gongkai decide 3f2a91
  gongkai decide 3f2a91 b12r5c3 --remove`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.remove && len(args) != 2:
				return usagef(cmd, "--remove needs a report and a cell")
			case !o.remove && len(args) == 2:
				return usagef(cmd, "decide needs a verdict for the cell: right, wrong or unreadable")
			case len(args) > 3:
				return usagef(cmd, "decide takes a report, a cell and a verdict, got %d arguments", len(args))
			case len(args) == 3 && !slices.Contains(rulings, corpus.Ruling(args[2])):
				return usagef(cmd, "%q is no verdict; there are right, wrong and unreadable", args[2])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return runDecisions(cmd.Context(), t, o, args)
			}
			return runDecide(cmd.Context(), t, o, args)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringVar(&o.note, "note", "", "what you saw")
	f.StringVar(&o.who, "who", "", "who decides (default: user and host)")
	f.BoolVar(&o.remove, "remove", false, "remove the decision on the cell")
	return cmd
}

func runDecide(ctx context.Context, t *terminal, o decideOptions, args []string) error {
	st, err := o.openToChange(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	if o.remove {
		return c.Undecide(ctx, args[0], args[1])
	}
	d, err := c.Decide(ctx, args[0], args[1], corpus.Ruling(args[2]), cmp.Or(o.who, whoami()), o.note)
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(d)
	}
	fmt.Fprintln(t.out, decisionText(d))
	return nil
}

// decisionText is a decision on one line.
func decisionText(d *corpus.Decision) string {
	text := fmt.Sprintf("%s %s: %s is %s (%s, %s)", d.Cell, d.Locator, cmp.Or(d.Value, d.State), d.Verdict, d.Who, d.Time.Format("2006-01-02"))
	if d.Note != "" {
		text += ": " + d.Note
	}
	return text
}

func runDecisions(ctx context.Context, t *terminal, o decideOptions, args []string) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	var all []corpus.Decision
	if len(args) == 0 {
		all, err = c.Decisions(ctx)
	} else if shown, e := c.Show(ctx, args[0]); e == nil {
		all = shown.Decisions
	} else {
		err = e
	}
	if err != nil {
		return err
	}
	for _, d := range all {
		if o.json {
			err = t.printJSON(d)
		} else {
			_, err = fmt.Fprintf(t.out, "%s %s\n", d.Report, fold(decisionText(&d), t.width, len(d.Report)+1, "    "))
		}
		if err != nil {
			return err
		}
	}
	if len(all) == 0 && !o.json {
		t.note("nothing was decided")
	}
	return nil
}
