package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/export"
	"gongkai/store"
)

// exportWARC writes captures, not reports: with a filter, those of the addresses
// that the reports it leaves were read from.
func exportWARC(cmd *cobra.Command, t *terminal, o exportOptions) error {
	ctx := cmd.Context()
	if len(o.filters) > 0 {
		return usagef(cmd, "--filter is for tables; archives know --organ, --year and --site")
	}
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	captures, err := capturesOf(ctx, st, corpus.Filter{Organ: o.organ, Year: o.year, Site: o.site})
	if err != nil {
		return err
	}
	p := newProgress(t.err, t.live, time.Now)
	defer p.close()
	res, err := export.WriteWARC(ctx, captures, export.WARCOptions{
		Dir: o.dataset.Dir, MaxFile: int64(o.maxFile) << 20, Software: programName(),
		Progress: func(n int) { p.say(func() string { return fmt.Sprintf("%d captures", n) }) },
	})
	if errors.Is(err, export.ErrEmpty) {
		return &codeError{code: exitPartly, msg: "no capture matches; nothing was written"}
	}
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(res)
	}
	fmt.Fprintf(t.out, "%s: %d captures, %d records\n", res.Dir, res.Captures, res.Records)
	for _, f := range res.Files {
		fmt.Fprintf(t.out, "  %-24s %8d records  %10s\n", f.Path, f.Records, humanBytes(f.Bytes))
	}
	return nil
}

// capturesOf gives the captures that a filter leaves, in short transactions.
func capturesOf(ctx context.Context, st *store.Store, f corpus.Filter) (export.Captures, error) {
	wanted := func(store.Capture) bool { return true }
	if f != (corpus.Filter{}) {
		items, err := corpus.New(st).List(ctx, f)
		if err != nil {
			return export.Captures{}, err
		}
		snapshots := map[string]bool{}
		for _, i := range items {
			snapshots[i.Snapshot] = true
		}
		wanted = func(c store.Capture) bool { return snapshots[string(c.Digest)] }
	}
	agents := map[string]string{}
	err := st.View(ctx, func(tx *store.Tx) error {
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			agents[r.ID] = r.Agent
		}
		return nil
	})
	if err != nil {
		return export.Captures{}, err
	}
	return export.Captures{
		All: func(yield func(store.Capture, error) bool) {
			for c, err := range st.Captures(ctx) {
				if (err != nil || wanted(c)) && !yield(c, err) {
					return
				}
			}
		},
		Body:  st.Snapshot,
		Agent: func(run string) string { return agents[run] },
		Capture: func(ctx context.Context, id string) (c store.Capture, err error) {
			err = st.View(ctx, func(tx *store.Tx) error {
				c, err = tx.Capture(id)
				return err
			})
			return c, err
		},
		Earlier: func(ctx context.Context, c store.Capture) (store.Capture, error) {
			for e, err := range st.History(ctx, c.Key) {
				if err != nil || e.ID == c.ID {
					break
				}
				if e.Digest == c.Digest && !e.Revisit {
					return e, nil
				}
			}
			return c, store.ErrNotFound
		},
	}, nil
}

// onlyWARC tells whether archives are asked for; they can't be written together
// with tables.
func onlyWARC(cmd *cobra.Command, formats []string) (bool, error) {
	for _, f := range formats {
		if strings.EqualFold(f, export.WARC) {
			if len(formats) > 1 {
				return false, usagef(cmd, "warc goes alone: tables and archives have a folder each")
			}
			return true, nil
		}
	}
	return false, nil
}
