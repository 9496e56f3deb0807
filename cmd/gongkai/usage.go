package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gongkai/extract/template"
)

// usageError is a mistake in arguments or flags.
type usageError struct {
	err     error
	command string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef is a usageError of a command.
func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), command: cmd.CommandPath()}
}

// noArgs refuses arguments; those of the program itself, and of a command that
// has commands, are unknown commands.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return usagef(cmd, "unknown command %q%s", args[0], didYouMean(nearCommands(cmd, args[0]), ""))
	}
	return usagef(cmd, "%s takes no arguments, got %q", cmd.Name(), args[0])
}

// wantArgs takes one argument, or more of them up to most, -1 for any number;
// what names them.
func wantArgs(most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef(cmd, "%s needs %s", cmd.Name(), what)
		}
		if most >= 0 && len(args) > most {
			return usagef(cmd, "%s takes just %s, got %d arguments", cmd.Name(), what, len(args))
		}
		return nil
	}
}

// flagError words what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok && e.GetSpecifiedShortnames() == "" {
		return usagef(cmd, "unknown flag --%s%s", e.GetSpecifiedName(), didYouMean(nearFlags(cmd, e.GetSpecifiedName()), "--"))
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		want := map[string]string{"int": "a whole number", "int64": "a whole number", "bool": "true or false"}[e.GetFlag().Value.Type()]
		if c, ok := e.GetFlag().Value.(*choice); ok {
			want = orList(c.of())
		}
		if want != "" {
			return usagef(cmd, "--%s takes %s, not %q", e.GetFlag().Name, want, e.GetValue())
		}
	}
	return usagef(cmd, "%w", err)
}

// choice is the value of a flag that takes one of a few words; empty, it chooses
// nothing.
type choice struct {
	value *string
	of    func() []string
}

// choiceFlag adds a flag that takes one of a few words, which the shell completes.
func choiceFlag(cmd *cobra.Command, value *string, name, usage string, of ...string) {
	cmd.Flags().Var(&choice{value, func() []string { return of }}, name, usage)
	complete(cmd, name, of...)
}

// templateFlag adds the flag that chooses reports by the form of a table of theirs.
// The forms are read when the flag is used, not whenever the program starts.
func templateFlag(cmd *cobra.Command, value *string) {
	names := func() (names []string) {
		for _, f := range template.Forms() {
			names = append(names, f.Name)
		}
		return names
	}
	cmd.Flags().Var(&choice{value, names}, "template", "only reports on this form: 2019, 2021, …")
}

func (c *choice) String() string { return *c.value }
func (c *choice) Type() string   { return "string" }

func (c *choice) Set(s string) error {
	if s != "" && !slices.Contains(c.of(), s) {
		return fmt.Errorf("is none of %s", orList(c.of()))
	}
	*c.value = s
	return nil
}

// orList joins words for a sentence: a, b or c.
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func didYouMean(names []string, prefix string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", prefix+names[0])
}

// nearCommands are the commands of a command whose names are near a mistyped one.
func nearCommands(cmd *cobra.Command, typed string) []string {
	cmd.SuggestionsMinimumDistance = suggestionDistance
	return cmd.SuggestionsFor(typed)
}

// nearFlags are the flags of a command whose names are near a mistyped one, by
// the rule that holds for commands.
func nearFlags(cmd *cobra.Command, typed string) []string {
	flags := &cobra.Command{SuggestionsMinimumDistance: suggestionDistance}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return flags.SuggestionsFor(typed)
}

// suggestionDistance is how many edits away a name is still suggested.
const suggestionDistance = 2
