package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type promoteOptions struct {
	corpusFlags
	json   bool
	log    bool
	undo   bool
	number uint64
	report []string
	corpus.PromoteOptions
}

func newPromoteCommand(t *terminal) *cobra.Command {
	var o promoteOptions
	cmd := &cobra.Command{
		Use:   "promote [--undo [NUMBER]]",
		Short: "let candidates stand, or take that back",
		Long: `Let the candidates of a re-extraction stand in place of what was read before:
all, or those of a site, a form or a report. When cells would be lost, hard
relations would break, reports would be gone or decisions of people would be
contradicted, nothing is done and the exit code is 4, unless --accept says why
it is right so. Who, when and why is written into the corpus; nothing is
overwritten, and --undo lets stand again what stood before.`,
		Example: `  gongkai promote
  gongkai promote --site cixi --accept "the form has no such row"
  gongkai promote --log
  gongkai promote --undo
  gongkai promote --undo 3`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case !o.undo && len(args) > 0:
				return usagef(cmd, "promote takes no arguments but --undo NUMBER, got %q; --report chooses a report", args[0])
			case len(args) > 1:
				return usagef(cmd, "--undo takes one promotion")
			case len(args) == 1:
				if n, err := fmt.Sscan(args[0], &o.number); n != 1 || err != nil || o.number == 0 {
					return usagef(cmd, "%q is no number of a promotion; 'gongkai promote --log' lists them", args[0])
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			chooses := o.Site != "" || o.Template != "" || len(o.report) > 0
			if o.log && o.undo || (o.log || o.undo) && chooses {
				return usagef(cmd, "--log and --undo go without other choices")
			}
			if cmd.Flags().Changed("accept") && o.Accept == "" {
				return usagef(cmd, "--accept needs a reason")
			}
			return runPromote(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.log, "log", false, "list what was promoted, by whom and why")
	f.BoolVar(&o.undo, "undo", false, "let stand again what stood before the latest promotion, or before NUMBER")
	f.StringVar(&o.Accept, "accept", "", "why it is right that something gets worse")
	f.StringVar(&o.Who, "who", "", "who promotes (default: user and host)")
	addDiffQuery(cmd, &o.DiffQuery, &o.report)
	return cmd
}

// whoami is who decides, when nobody says: user and host.
func whoami() string {
	name := cmp.Or(os.Getenv("USER"), "unknown")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

func runPromote(ctx context.Context, t *terminal, o promoteOptions) error {
	if o.log {
		return runPromotionLog(ctx, t, o)
	}
	st, err := o.openToChange(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	if o.Reports, err = resolve(ctx, c, o.report); err != nil {
		return err
	}
	o.Who = cmp.Or(o.Who, whoami())
	progress := newProgress(t.err, t.live, time.Now)
	defer progress.close()
	o.Progress = func(what string, n int) {
		progress.say(func() string { return fmt.Sprintf("%d %s", n, what) })
	}
	var p *corpus.Promotion
	if o.undo {
		p, err = c.Undo(ctx, o.number, o.Who, o.Accept, o.Progress)
	} else {
		p, err = c.Promote(ctx, o.PromoteOptions)
	}
	progress.close()
	if errors.Is(err, corpus.ErrNothingWaits) {
		t.note("%v", err)
		if o.json {
			return t.printJSON(&corpus.Promotion{})
		}
		return nil
	}
	if worse, ok := errors.AsType[*corpus.WorseError](err); ok {
		if !o.json {
			t.printWorse(worse.Diff)
		} else if err := t.printJSON(worse.Diff); err != nil {
			return err
		}
		return &codeError{code: exitGate, msg: worse.Error()}
	}
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(p)
	}
	if o.undo {
		fmt.Fprintf(t.out, "promotion %d is undone: %d reports are read as before (promotion %d)\n", p.Undoes, p.Reports, p.Number)
		return nil
	}
	fmt.Fprintf(t.out, "promotion %d: %d reports, %d of them changed; 'gongkai promote --undo %d' takes it back\n", p.Number, p.Reports, p.Diff.Changed, p.Number)
	return nil
}

func runPromotionLog(ctx context.Context, t *terminal, o promoteOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	log, err := corpus.New(st).Promotions(ctx)
	if err != nil {
		return err
	}
	if len(log) == 0 && !o.json {
		t.note("nothing was promoted")
		return nil
	}
	list := sheet{heads: []string{"number", "time", "who", "reports", "what", "why"}, right: []int{0, 3}, flex: []int{2, 4, 5}, gap: 2}
	for _, p := range log {
		if o.json {
			if err := t.printJSON(p); err != nil {
				return err
			}
			continue
		}
		what := p.What
		switch {
		case p.UndoneBy != 0:
			what += fmt.Sprintf(" (undone by %d)", p.UndoneBy)
		case p.Closed.IsZero():
			what += " (not finished)"
		}
		list.add(p.Number, p.Time.Format("2006-01-02 15:04"), p.Who, p.Reports, what, p.Why)
	}
	if !o.json {
		list.print(t.out, t.width)
	}
	return nil
}
