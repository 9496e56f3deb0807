package main

import "github.com/spf13/cobra"

func newRootCommand(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "gongkai",
		Short:         "annual reports on open government information: crawl, keep, extract, check",
		Long:          rootHelp,
		Example:       rootExample,
		Version:       versionLine(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(usageTemplate)
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(
		&cobra.Group{ID: "collect", Title: "Collect:"},
		&cobra.Group{ID: "read", Title: "Read:"},
		&cobra.Group{ID: "revise", Title: "Revise:"},
		&cobra.Group{ID: "other", Title: "Other:"},
	)
	help := newHelpCommand()
	for _, c := range []struct {
		group   string
		command *cobra.Command
	}{
		{"collect", newDemoCommand(t)},
		{"collect", newCrawlCommand(t)},
		{"collect", newProbeCommand(t)},
		{"collect", newImportCommand(t)},
		{"revise", newReextractCommand(t)},
		{"revise", newDiffCommand(t)},
		{"revise", newPromoteCommand(t)},
		{"revise", newDecideCommand(t)},
		{"read", newExtractCommand(t)},
		{"read", newListCommand(t)},
		{"read", newShowCommand(t)},
		{"read", newCheckCommand(t)},
		{"read", newOrgansCommand(t)},
		{"read", newStatusCommand(t)},
		{"read", newExportCommand(t)},
		{"read", newServeCommand(t)},
		{"other", newCompletionCommand(t)},
		{"other", newDBCommand(t)},
		{"other", newVersionCommand(t)},
		{"other", help},
	} {
		c.command.GroupID = c.group
		root.AddCommand(c.command)
	}
	root.SetHelpCommand(help)
	return root
}
