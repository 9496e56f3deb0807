package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/report"
	"gongkai/report/region"
)

type checkOptions struct {
	corpusFlags
	json   bool
	list   bool
	all    bool
	by     []string
	failOn string
	query  corpus.CheckQuery
}

func newCheckCommand(t *terminal) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "list the relations that fail, within reports and between them",
		Long: `Evaluate the accounting relations on the whole corpus: those within each report,
and those between the reports of an organ over the years, of a region and what
lies in it, and of organs that look copied from each other. The table counts
findings by rule, or by what --by names; --list names each that fails with its
reports. Relations between years need the years: --year leaves them out.`,
		Example: `  gongkai check
  gongkai check --by region,rule
  gongkai check --rule Y.CARRY --list
  gongkai check --region 330000 --json
  gongkai check --fail-on hard`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd, t, o) },
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.list, "list", false, "list the findings that fail, one a line")
	f.BoolVar(&o.all, "all", false, "with --json: findings that pass or could not be evaluated, too")
	f.StringSliceVar(&o.by, "by", []string{"rule"}, "count by rule, region, year; several separated by commas")
	choiceFlag(cmd, &o.failOn, "fail-on", "exit with 4 when a relation fails: hard, or soft for any", "hard", "soft")
	f.StringSliceVar(&o.query.Rules, "rule", nil, "only rules that begin so: T3, Y.CARRY")
	f.StringVar(&o.query.Region, "region", "", "only organs in this area: a code of GB/T 2260 or its beginning, such as 33")
	f.StringVar(&o.query.Organ, "organ", "", "part of the organ's name or of the title")
	f.IntVar(&o.query.Year, "year", 0, "year the report is about")
	f.StringVar(&o.query.Site, "site", "", "id of the site")
	complete(cmd, "by", "rule", "region", "year")
	return cmd
}

func (o *checkOptions) validate(cmd *cobra.Command) error {
	for _, b := range o.by {
		if !slices.Contains([]string{"rule", "region", "year"}, b) {
			return usagef(cmd, "--by counts by rule, region or year, not %q", b)
		}
	}
	r := o.query.Region
	if n := len(r); n == 2 || n == 4 { // the beginning of a code, as in export --filter
		o.query.Region += "0000"[n-2:]
	}
	if r != "" && !region.Known(o.query.Region) {
		hint := ""
		if meant := region.Ever(r); len(meant) > 0 {
			hint = fmt.Sprintf("; did you mean %s?", meant[0].Code)
		}
		return usagef(cmd, "--region takes a code of GB/T 2260 or the beginning of one (33, 3302, 330282), not %q%s", r, hint)
	}
	if o.all && !o.json {
		return usagef(cmd, "--all goes with --json")
	}
	return nil
}

// tally counts findings of one kind.
type tally struct {
	severity                report.Severity
	fail, pass, unevaluated int
	reports                 map[string]bool
}

func runCheck(cmd *cobra.Command, t *terminal, o checkOptions) error {
	if err := o.validate(cmd); err != nil {
		return err
	}
	ctx := cmd.Context()
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	o.query.Verdicts = []report.Verdict{report.Fail, report.Pass, report.NotEvaluated}
	counts := map[string]*tally{}
	list := sheet{heads: []string{"report", "year", "organ", "rule", "at", "parts give", "printed"}, flex: []int{2, 4}, right: []int{5, 6}, gap: 2, least: 6}
	hard, soft := 0, 0
	for c, err := range corpus.New(st).Check(ctx, o.query) {
		if err != nil {
			return err
		}
		failed := c.Verdict == report.Fail
		if failed && c.Severity == report.Hard {
			hard++
		} else if failed {
			soft++
		}
		if o.json {
			if failed || o.all {
				if err := t.printJSON(c); err != nil {
					return err
				}
			}
			continue
		}
		key := o.key(&c)
		if counts[key] == nil {
			counts[key] = &tally{severity: c.Severity, reports: map[string]bool{}}
		}
		counts[key].add(&c)
		if o.list && failed {
			list.add(c.Reports[0], yearText(c.Year), orUnknown(c.Organ), c.Rule, c.At, c.Expected, c.Got)
		}
	}
	switch {
	case o.json:
	case len(counts) == 0:
		t.note("no report matches, or no relation can be evaluated")
	case o.list:
		if len(list.rows) > 0 {
			list.print(t.out, t.width)
		}
	default:
		t.printTallies(o.by, counts)
	}
	if !o.json && len(counts) > 0 {
		t.note("%d relations fail, %d of them hard", hard+soft, hard)
	}
	if o.failOn != "" && hard > 0 || o.failOn == "soft" && soft > 0 {
		return &codeError{code: exitGate, msg: fmt.Sprintf("%d hard and %d soft relations fail", hard, soft)}
	}
	return nil
}

func (c *tally) add(f *corpus.Checked) {
	switch f.Verdict {
	case report.Fail:
		c.fail++
		c.reports[f.Reports[0]] = true
	case report.Pass:
		c.pass++
	default:
		c.unevaluated++
	}
	if f.Severity == report.Hard {
		c.severity = report.Hard
	}
}

// key is what a finding is counted under, its parts separated by zero bytes.
func (o *checkOptions) key(c *corpus.Checked) string {
	parts := make([]string, len(o.by))
	for i, b := range o.by {
		switch b {
		case "rule":
			parts[i] = c.Rule
		case "region":
			parts[i] = strings.TrimSpace(c.Region + " " + region.FullName(c.Region, c.Year))
		case "year":
			parts[i] = cmp.Or(yearText(c.Year), "unknown")
		}
		parts[i] = cmp.Or(parts[i], "unknown")
	}
	return strings.Join(parts, "\x00")
}

func (t *terminal) printTallies(by []string, counts map[string]*tally) {
	n := len(by)
	s := sheet{heads: append(slices.Clone(by), "severity", "fail", "reports", "pass", "not evaluated"), right: []int{n + 1, n + 2, n + 3, n + 4}, gap: 2, least: 12}
	if i := slices.Index(by, "region"); i >= 0 {
		s.flex = []int{i}
	}
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		c := counts[key]
		cells := make([]any, 0, n+5)
		for _, part := range strings.Split(key, "\x00") {
			cells = append(cells, part)
		}
		s.add(append(cells, c.severity, strconv.Itoa(c.fail), len(c.reports), c.pass, c.unevaluated)...)
	}
	s.print(t.out, t.width)
}
