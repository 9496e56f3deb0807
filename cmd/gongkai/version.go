package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"gongkai/extract"
	"gongkai/report"
	"gongkai/store"
)

// version is set by release builds with -ldflags "-X main.version=…".
var version = "1.0.0-dev"

// programName is how a corpus remembers who wrote it.
func programName() string { return "gongkai " + version }

// versions is what `version --json` prints.
type versions struct {
	Version   string `json:"version"`
	Revision  string `json:"revision,omitempty"`
	Extractor int    `json:"extractor"`
	Schema    int    `json:"schema"`
	Format    int    `json:"format"`
	Go        string `json:"go"`
}

func currentVersions() versions {
	v := versions{
		Version:   version,
		Extractor: extract.Version,
		Schema:    report.Schema,
		Format:    store.FormatVersion,
		Go:        runtime.Version(),
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Revision = s.Value
			}
		}
	}
	return v
}

func versionLine() string {
	v := currentVersions()
	return fmt.Sprintf("gongkai %s (extractor %d, report schema %d, corpus format %d, %s)",
		v.Version, v.Extractor, v.Schema, v.Format, v.Go)
}

func newVersionCommand(t *terminal) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "print the versions of the program and its formats",
		Long: `Print the versions of the program, of its extractor, of the JSON of reports and
of the corpus file. Each counts for itself.`,
		Example: `  gongkai version
  gongkai version --json`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return t.printJSON(currentVersions())
			}
			_, err := fmt.Fprintln(t.out, versionLine())
			return err
		},
	}
	addJSONFlag(cmd, &asJSON)
	return cmd
}
