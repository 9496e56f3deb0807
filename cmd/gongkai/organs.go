package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/corpus/organs"
	"gongkai/report/region"
	"gongkai/store"
)

type organsOptions struct {
	corpusFlags
	json       bool
	unresolved bool
	host       string
	note       string
}

func newOrgansCommand(t *terminal) *cobra.Command {
	var o organsOptions
	cmd := &cobra.Command{
		Use:   "organs",
		Short: "say where the organs of the corpus are, decide what is open",
		Long: `List the organs that report, with the code of GB/T 2260 valid in the year of
their newest report and how it is known: from the name, the region of the
site, the site code of the page, the credit code in its index number, or the
other organs on its host. What these leave open stays open, with the
candidates; --unresolved lists just that, and "organs set" decides it. A
decision is kept in the corpus and comes before everything else.`,
		Example: `  gongkai organs --unresolved
  gongkai organs set 鼓楼区人民政府 320106 --host www.njgl.gov.cn
  gongkai organs changes 320621`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runOrgans(cmd.Context(), t, o) },
	}
	cmd.Flags().BoolVar(&o.unresolved, "unresolved", false, "list only organs whose place is open, with the candidates")

	set := &cobra.Command{
		Use:   "set NAME CODE",
		Short: "decide where the organ of a name is",
		Long: `Decide where the organ of a name is: CODE is a code of GB/T 2260, or "none"
for an organ that has no region. With --host the decision is for the pages of
one host; it comes before one for all.`,
		Example: `  gongkai organs set 鼓楼区人民政府 320106
  gongkai organs set 长江水利委员会 none --note "of a river"`,
		Args: twoArgs("the name of an organ and a code"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOrgansSet(cmd, t, o, store.Place{Name: args[0], Region: args[1], Host: o.host, Note: o.note, Who: whoami()})
		},
	}
	set.Flags().StringVar(&o.note, "note", "", "why")

	unset := &cobra.Command{
		Use:   "unset NAME",
		Short: "take a decision back",
		Long: `Take back what "organs set" decided on a name: for all pages, or with --host for
those of one host.`,
		Example: `  gongkai organs unset 鼓楼区人民政府`,
		Args:    wantArgs(1, "the name of an organ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOrgansUnset(cmd.Context(), t, o, args[0])
		},
	}
	changes := &cobra.Command{
		Use:   "changes [CODE|NAME]",
		Short: "list the changes of codes and names over the years",
		Long: `List what became of the divisions that left the lists of GB/T 2260 since 2008:
all, or those that a code or a name had a part in. No corpus is needed.`,
		Example: `  gongkai organs changes 海门市`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return wantArgs(1, "a code or a name")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return runOrgansChanges(t, o, strings.Join(args, ""))
		},
	}
	for _, c := range []*cobra.Command{cmd, set, unset} {
		o.add(c)
	}
	for _, c := range []*cobra.Command{set, unset} {
		c.Flags().StringVar(&o.host, "host", "", "for pages of this host only")
	}
	for _, c := range []*cobra.Command{cmd, changes} {
		addJSONFlag(c, &o.json)
	}
	cmd.AddCommand(set, unset, changes)
	return cmd
}

// twoArgs takes two arguments; what names them.
func twoArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef(cmd, "%s needs %s, got %d arguments", cmd.Name(), what, len(args))
		}
		return nil
	}
}

func runOrgans(ctx context.Context, t *terminal, o organsOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	all, err := corpus.New(st).Organs(ctx)
	if err != nil {
		return err
	}
	list := sheet{heads: []string{"region", "organ", "host", "years", "by"}, flex: []int{1, 2}, gap: 2}
	open := 0
	for _, organ := range all {
		if organ.By == organs.Open {
			open++
		} else if o.unresolved {
			continue
		}
		if o.json {
			if err := t.printJSON(organ); err != nil {
				return err
			}
			continue
		}
		list.add(cmp.Or(organ.Region, "–"), orUnknown(cmp.Or(organ.FullName, organ.Name)), organ.Host, years(organ.From, organ.To), organ.By)
		for _, c := range organ.Candidates {
			list.add("  ? "+c.Region, "  "+c.Place, c.Why, "", "")
		}
	}
	if o.json {
		return nil
	}
	if len(all) == 0 {
		t.note("there is no report in the corpus")
		return nil
	}
	if len(list.rows) > 0 {
		list.print(t.out, t.width)
	}
	t.note("%d organs, the place of %d is open", len(all), open)
	return nil
}

func years(from, to int) string {
	switch {
	case to == 0:
		return ""
	case from == to || from == 0:
		return yearText(to)
	}
	return fmt.Sprintf("%d–%d", from, to)
}

func runOrgansSet(cmd *cobra.Command, t *terminal, o organsOptions, p store.Place) error {
	path, err := o.path()
	if err != nil {
		return err
	}
	st, err := openCorpus(cmd.Context(), path, store.Options{})
	if err != nil {
		return err
	}
	err = corpus.New(st).DecidePlace(cmd.Context(), p)
	if _, wrong := errors.AsType[*corpus.PlaceError](err); wrong {
		return usagef(cmd, "%w", err)
	}
	if err == nil {
		t.note("%s: %s", p.Name, p.Region)
	}
	return err
}

func runOrgansUnset(ctx context.Context, t *terminal, o organsOptions, name string) error {
	path, err := o.path()
	if err != nil {
		return err
	}
	st, err := openCorpus(ctx, path, store.Options{})
	if err != nil {
		return err
	}
	if err := corpus.New(st).ForgetPlace(ctx, name, o.host); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no decision on %s", joinNonEmpty(" on ", name, o.host))
		}
		return err
	}
	t.note("%s: the decision is taken back", name)
	return nil
}

// changeLine is a change of a division as JSON.
type changeLine struct {
	After   string   `json:"after"`
	By      string   `json:"by"`
	Kind    string   `json:"kind"`
	Code    string   `json:"code,omitempty"`
	Name    string   `json:"name,omitempty"`
	To      []string `json:"to,omitempty"`
	ToNames []string `json:"to_names,omitempty"`
}

func runOrgansChanges(t *terminal, o organsOptions, of string) error {
	list := sheet{heads: []string{"between", "was", "became", "how"}, flex: []int{1, 2}, gap: 2}
	found := false
	for _, c := range region.Changes() {
		if of != "" && !c.Concerns(of) {
			continue
		}
		found = true
		if o.json {
			if err := t.printJSON(changeLine{c.After, c.By, string(c.Kind), c.Code, c.Name, c.To, c.ToNames}); err != nil {
				return err
			}
			continue
		}
		var to []string
		for i, code := range c.To {
			to = append(to, code+" "+c.ToNames[i])
		}
		list.add(month(c.After)+" "+month(c.By), strings.TrimSpace(c.Code+" "+c.Name), strings.Join(to, ", "), c.Kind)
	}
	if !found {
		t.note("no change is known of %s; the lists reach from %s to %s", of, month(region.Lists()[0]), month(region.Vintage()))
		return nil
	}
	if !o.json {
		list.print(t.out, t.width)
	}
	return nil
}

func month(date string) string { return date[:4] + "-" + date[4:] }
