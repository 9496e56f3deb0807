package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// Every command says what it does, has examples that name it, and the exit
// statuses, in lines that fit a terminal of 80 columns.
func TestHelp(t *testing.T) {
	for _, path := range commandPaths(newRootCommand(&terminal{}), nil) {
		name := strings.Join(append([]string{"gongkai"}, path...), " ")
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			root := newRootCommand(&terminal{out: &results{w: &out}})
			root.SetArgs(append(path, "--help"))
			if err := root.ExecuteContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			help := out.String()
			_, examples, _ := strings.Cut(help, "\nExamples:\n")
			examples, _, _ = strings.Cut(examples, "\n\n")
			if !strings.Contains(examples, "  "+name) && !strings.Contains(examples, "("+name) {
				t.Errorf("no example of %s in %q", name, examples)
			}
			if !strings.HasSuffix(help, exitHelp) {
				t.Error("no exit statuses")
			}
			for line := range strings.Lines(help) {
				line = strings.TrimSuffix(line, "\n")
				if w := text.StringWidthWithoutEscSequences(line); w > 80 {
					t.Errorf("%d columns: %s", w, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("spaces at the end of %q", line)
				}
			}
		})
	}
}

// commandPaths are the names of a command and of all below it.
func commandPaths(c *cobra.Command, path []string) [][]string {
	paths := [][]string{path}
	for _, sub := range c.Commands() {
		paths = append(paths, commandPaths(sub, append(path[:len(path):len(path)], sub.Name()))...)
	}
	return paths
}
