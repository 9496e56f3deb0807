package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type showOptions struct {
	corpusFlags
	json bool
}

func newShowCommand(t *terminal) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show REPORT",
		Short: "show a report of the corpus with its tables and findings",
		Long: `Show one report: head, the tables as the form prints them, what the prose says,
and the relations that do not hold, with the suspect cell marked.

REPORT is an id of the list or the beginning of one, the address of the page or
file, or organ and year.`,
		Example: `  gongkai show 3f2a91
  gongkai show https://www.example.gov.cn/zfxxgk/art_1.html
  gongkai show 慈溪市人民政府2019
  gongkai show --json 3f2a91 | jq '.figures[0]'`,
		Args: wantArgs(1, "a report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), t, o, args[0])
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	return cmd
}

func runShow(ctx context.Context, t *terminal, o showOptions, name string) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	shown, err := corpus.New(st).Show(ctx, name)
	if err != nil {
		return err
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
	return nil
}
