package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// terminal is where a command reads and writes. Rules: stdout carries results
// and nothing else; everything else goes to stderr, lines of ours prefixed with
// "gongkai: ", lower case, without a full stop.
type terminal struct {
	in  io.Reader
	out *results
	err io.Writer
	// width is the number of columns that results are laid out for.
	width int
	// color tells whether results may carry colours.
	color bool
	// live tells whether stderr is a terminal: progress moves there.
	live bool
}

// Widths of layouts: where there is no terminal, and the least.
const (
	plainWidth = 100
	leastWidth = 60
)

func newTerminal(in io.Reader, out, errOut *os.File) *terminal {
	t := &terminal{in: in, out: &results{w: out}, err: errOut, width: plainWidth, live: term.IsTerminal(int(errOut.Fd()))}
	if term.IsTerminal(int(out.Fd())) {
		t.color = wantColor()
		if w, _, err := term.GetSize(int(out.Fd())); err == nil && w > 0 {
			t.width = max(leastWidth, w)
		}
	}
	// Characters of ambiguous width (“ ” …) are narrow in the terminals of today,
	// whatever the language of the locale is.
	text.OverrideRuneWidthEastAsianWidth(os.Getenv("RUNEWIDTH_EASTASIAN") == "1")
	return t
}

// wantColor tells whether a terminal is to show colours; https://no-color.org.
func wantColor() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

// results is stdout. It remembers the first error, so that a result that was
// cut short (a full disk) never passes for a whole one, however it was printed.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(b)
	r.err = err
	return n, err
}

// check gives err, or what went wrong with stdout.
func (r *results) check(err error) error {
	switch {
	case r.err == nil:
		return err
	case errors.Is(r.err, syscall.EPIPE): // the reader has seen enough
		return &codeError{code: exitFailed}
	case err == nil || errors.Is(err, r.err):
		return fmt.Errorf("write results: %w", r.err)
	}
	return err
}

func addJSONFlag(cmd *cobra.Command, v *bool) {
	cmd.Flags().BoolVar(v, "json", false, "print JSON, one object a line")
}

// printJSON writes one object on one line.
func (t *terminal) printJSON(v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// note writes a line for a person to stderr.
func (t *terminal) note(format string, args ...any) {
	fmt.Fprintf(t.err, "gongkai: "+format+"\n", args...)
}
