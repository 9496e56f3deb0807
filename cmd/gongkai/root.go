package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// terminal is where a command reads and writes. Rules: stdout carries results
// and nothing else; everything else goes to stderr, lines of ours prefixed with
// "gongkai: ", lower case, without a full stop.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

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

func newRootCommand(in io.Reader, out, errOut io.Writer) *cobra.Command {
	t := &terminal{in: in, out: out, err: errOut}
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
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: err, command: cmd.CommandPath()}
	})
	root.AddGroup(
		&cobra.Group{ID: "collect", Title: "Collect:"},
		&cobra.Group{ID: "read", Title: "Read:"},
		&cobra.Group{ID: "other", Title: "Other:"},
	)
	for _, c := range []struct {
		group   string
		command *cobra.Command
	}{
		{"collect", newDemoCommand(t)},
		{"collect", newCrawlCommand(t)},
		//PROBE {"collect", newProbeCommand(t)},
		{"read", newExtractCommand(t)},
		{"read", newListCommand(t)},
		{"read", newShowCommand(t)},
		{"read", newStatusCommand(t)},
		{"read", newExportCommand(t)},
		{"read", newServeCommand(t)},
		{"other", newVersionCommand(t)},
	} {
		c.command.GroupID = c.group
		root.AddCommand(c.command)
	}
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.SetHelpTemplate(`{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}{{end}}

{{.UsageString}}` + exitHelp)
	return root
}

// noArgs refuses arguments as a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasParent() {
		msg := fmt.Sprintf("unknown command %q", args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			msg += fmt.Sprintf("; did you mean %q?", near[0])
		}
		return &usageError{err: errors.New(msg), command: cmd.CommandPath()}
	}
	return &usageError{err: fmt.Errorf("%s takes no arguments, got %q", cmd.CommandPath(), args[0]), command: cmd.CommandPath()}
}

// wantArgs takes from least to most arguments, most -1 for any number; what
// names them.
func wantArgs(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return &usageError{err: fmt.Errorf("%s needs %s", cmd.CommandPath(), what), command: cmd.CommandPath()}
		}
		if most >= 0 && len(args) > most {
			return &usageError{err: fmt.Errorf("%s takes just %s, got %d arguments", cmd.CommandPath(), what, len(args)), command: cmd.CommandPath()}
		}
		return nil
	}
}
