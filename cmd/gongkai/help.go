package main

import "github.com/spf13/cobra"

const rootHelp = `gongkai (公开) walks the index pages on which Chinese government organs list
their annual reports on open government information (政府信息公开工作年度报告),
keeps every page and attachment it fetched, extracts each report into figures
that lead back to the printed cell, and checks their arithmetic.`

const rootExample = `  gongkai demo                              see it all work, no network needed
  gongkai extract report.html               read one report from a file
  gongkai probe https://…/zfxxgknb/         what an index page would list
  gongkai crawl --config gongkai.yaml       the nightly run
  gongkai list                              the reports of the corpus
  gongkai show 3f2a                         one of them, with its findings`

const exitHelp = `
EXIT STATUS
  0    done
  1    failed
  2    usage or configuration
  3    done, but some sources failed or were blocked
  4    done, but a quality gate tripped
  5    the corpus is locked or can't be written
  130  interrupted; the corpus is safe, run again to go on
`

const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}{{end}}

{{.UsageString}}` + exitHelp

// usageTemplate keeps every line within 80 columns.
const usageTemplate = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND [flags]{{else}}{{.UseLine}}{{end}}

Examples:
{{.Example}}
{{$commands := .Commands}}{{range $group := .Groups}}
{{.Title}}{{range $commands}}{{if eq .GroupID $group.ID}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{else}}{{if .HasAvailableSubCommands}}
Commands:{{range $commands}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}
{{end}}{{end}}
Flags:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}
{{if .HasAvailableSubCommands}}
See "{{.CommandPath}} COMMAND --help" for one of them.
{{end}}`

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "explain the program or one of its commands",
		Long:  "Explain the program or one of its commands, as --help does.",
		Example: `  gongkai help
  gongkai help crawl`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			about, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, c := range about.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noArgs(about, rest)
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}
