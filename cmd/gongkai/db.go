package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gongkai/store"
)

type dbOptions struct {
	corpusFlags
	json   bool
	repair bool
	keep   int
	before string
}

func newDBCommand(t *terminal) *cobra.Command {
	var o dbOptions
	cmd := &cobra.Command{
		Use:   "db",
		Short: "look after the corpus file: verify, compact, backup …",
		Long: `Look after the corpus file: check it, copy it, make it smaller, see what takes
its room.`,
		Example: `  gongkai db verify
  gongkai db backup corpus-copy.db
  gongkai db compact --keep 3`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	backup := newDBBackupCommand(t, &o)
	for _, sub := range []*cobra.Command{newDBVerifyCommand(t, &o), newDBCompactCommand(t, &o), backup, newDBStatsCommand(t, &o), newDBMigrateCommand(t, &o)} {
		o.add(sub)
		if sub != backup {
			addJSONFlag(sub, &o.json)
		}
		cmd.AddCommand(sub)
	}
	return cmd
}

func newDBVerifyCommand(t *terminal, o *dbOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "hash every snapshot again, check every reference and index",
		Long: `Check everything: the pages of the file, the hash of every snapshot and report,
every reference and every index. Others may read and write meanwhile. With
--repair, rebuild what is derived and set aside what is not; the file from
before stays beside it.`,
		Example: `  gongkai db verify
  gongkai db verify --repair`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVerify(cmd.Context(), t, *o) },
	}
	cmd.Flags().BoolVar(&o.repair, "repair", false, "rebuild what is derived, quarantine what is damaged")
	return cmd
}

func newDBCompactCommand(t *terminal, o *dbOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compact",
		Short: "give back freed room; with --keep leave out old captures",
		Long: `Write the corpus anew without the room that was freed. It is verified first;
others may write until the last step. With --keep or --before, captures are left
out, and snapshots that nothing refers to any more; captures that a report was
read from always stay.`,
		Example: `  gongkai db compact
  gongkai db compact --keep 3 --before 2024-01-01`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCompact(cmd, t, *o) },
	}
	cmd.Flags().IntVar(&o.keep, "keep", 0, "captures of each address that stay whatever their age (default all)")
	cmd.Flags().StringVar(&o.before, "before", "", "leave out just captures older than this day, YYYY-MM-DD")
	return cmd
}

func newDBBackupCommand(t *terminal, o *dbOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "copy the corpus as it is at one moment, while others may write",
		Long: `Copy the corpus as it is at one moment, while others may read and write. The
copy is written beside FILE and takes its name when it is whole; a file that is
there is not overwritten. To restore a backup, give it the name of the corpus.`,
		Example: `  gongkai db backup /backup/corpus-2026-01-20.db`,
		Args:    wantArgs(1, "a file for the copy"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := o.openForReading(cmd.Context())
			if err != nil {
				return err
			}
			p := newProgress(t.err, t.live, time.Now)
			defer p.close()
			return s.Backup(cmd.Context(), args[0], bytesProgress(p, "backup"))
		},
	}
}

func newDBStatsCommand(t *terminal, o *dbOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "stats",
		Short: "say what takes the room in the file",
		Long: `Say what takes the room in the file: bodies by kind and by how they are stored,
and records by bucket.`,
		Example: `  gongkai db stats`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runStats(cmd.Context(), t, *o) },
	}
}

func newDBMigrateCommand(t *terminal, o *dbOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "bring a corpus of an earlier program up to date",
		Long: `Bring a corpus that an earlier program wrote to the format of this one. Every
command does so when it opens such a corpus. The file from before is kept, byte
for byte, under a name that ends in its format and the time; remove it when you
don't need it any more. Killed at any moment, the corpus is whole, and the next
call goes on.`,
		Example: `  gongkai db migrate --corpus corpus.db`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runMigrate(cmd.Context(), t, *o) },
	}
}

func runVerify(ctx context.Context, t *terminal, o dbOptions) error {
	if o.repair {
		return runRepair(ctx, t, o)
	}
	s, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	p := newProgress(t.err, t.live, time.Now)
	v, err := s.Verify(ctx, func(done, total int) {
		p.say(func() string { return fmt.Sprintf("verify: %d of %d records", done, total) })
	})
	p.close()
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(v)
	} else {
		fmt.Fprintf(t.out, "%d snapshots (%s), %d captures, %d reports, %d addresses, %d runs\n",
			v.Snapshots, humanBytes(v.Bytes), v.Captures, v.Reports, v.Rows, v.Runs)
		for _, p := range v.Problems {
			fmt.Fprintf(t.out, "  %s\n", p)
		}
	}
	if err == nil && !v.OK() {
		return fmt.Errorf("%s has %d problems; make a copy, then run 'gongkai db verify --repair'", s.Path(), v.Found)
	}
	return err
}

func runRepair(ctx context.Context, t *terminal, o dbOptions) error {
	path, err := o.path()
	if err != nil {
		return err
	}
	// A damaged file need not open: Repair has ways of its own.
	s, err := openForWriting(ctx, path)
	if err != nil {
		return err
	}
	p := newProgress(t.err, t.live, time.Now)
	r, err := s.Repair(ctx, bytesProgress(p, "repair"))
	p.close()
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(r)
	}
	fmt.Fprintf(t.out, "repaired; the file from before is %s\n", r.Damaged)
	for _, p := range r.Quarantined {
		fmt.Fprintf(t.out, "  set aside: %s\n", p)
	}
	return nil
}

func runCompact(cmd *cobra.Command, t *terminal, o dbOptions) error {
	var prune *store.Prune
	if o.keep < 0 || cmd.Flags().Changed("keep") && o.keep == 0 {
		return usagef(cmd, "--keep takes how many captures of each address stay, 1 or more, not %d", o.keep)
	}
	if o.keep > 0 || o.before != "" {
		prune = &store.Prune{Keep: max(1, o.keep), Before: time.Now()}
		if o.before != "" {
			day, err := parseDay(cmd, "before", o.before)
			if err != nil {
				return err
			}
			prune.Before = day
		}
	}
	path, err := o.path()
	if err != nil {
		return err
	}
	s, err := openCorpus(cmd.Context(), path, store.Options{})
	if err != nil {
		return err
	}
	p := newProgress(t.err, t.live, time.Now)
	c, err := s.Compact(cmd.Context(), prune, bytesProgress(p, "compact"))
	p.close()
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(c)
	}
	_, err = fmt.Fprintf(t.out, "%s, was %s; %d captures and %d snapshots left out\n", humanBytes(c.After), humanBytes(c.Before), c.Captures, c.Snapshots)
	return err
}

func runMigrate(ctx context.Context, t *terminal, o dbOptions) error {
	path, err := o.path()
	if err != nil {
		return err
	}
	m, err := store.Migrate(ctx, path, store.Options{Program: programName()})
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(m)
	}
	_, err = fmt.Fprintln(t.out, migrated(path, m))
	for _, step := range m.Steps {
		fmt.Fprintf(t.out, "  %s\n", step)
	}
	return err
}

func runStats(ctx context.Context, t *terminal, o dbOptions) error {
	s, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	st, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(st)
	}
	fmt.Fprintf(t.out, "%s  %s, %s of it free\n\n", s.Path(), humanBytes(st.FileBytes), humanBytes(st.FreeBytes))
	bodies := sheet{heads: []string{"bodies", "stored as", "count", "bytes", "take"}, right: []int{2, 3, 4}, gap: 2}
	for _, b := range st.Bodies {
		bodies.add(b.Kind, b.Encoding, b.Count, humanBytes(b.Bytes), humanBytes(b.Stored))
	}
	bodies.print(t.out, t.width)
	fmt.Fprintln(t.out)
	records := sheet{heads: []string{"records", "count", "bytes"}, right: []int{1, 2}, gap: 2}
	for _, b := range st.Buckets {
		records.add(b.Name, b.Records, humanBytes(b.Bytes))
	}
	records.print(t.out, t.width)
	return nil
}
