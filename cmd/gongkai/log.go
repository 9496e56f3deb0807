package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// logOptions choose the log of a command that works for long.
type logOptions struct {
	format  string // text, json or empty: what suits stderr
	verbose bool
}

// newLogger writes to w: structured lines, one a fetch, as cron jobs keep them;
// or, for a person (brief), just what needs attention.
func newLogger(w io.Writer, o logOptions, brief bool) *slog.Logger {
	h := &slog.HandlerOptions{Level: slog.LevelInfo}
	if o.verbose {
		h.Level = slog.LevelDebug
	}
	switch {
	case o.format == "json":
		return slog.New(slog.NewJSONHandler(w, h))
	case o.format == "" && brief && !o.verbose:
		return slog.New(&attention{w: w})
	}
	return slog.New(slog.NewTextHandler(w, h))
}

// attention is a slog.Handler for a person: of warnings and errors, one line
// each, what went wrong and where.
type attention struct {
	w     io.Writer
	attrs []slog.Attr
}

// Enabled takes warnings and errors.
func (h *attention) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle writes the error, which names its place, else the message with the
// place and the reason.
func (h *attention) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	look := func(a slog.Attr) bool {
		switch a.Key {
		case "error":
			text = a.Value.String()
			return false
		case "url", "host":
			text += " " + a.Value.String()
		case "why", "reason":
			text += ": " + a.Value.String()
		}
		return true
	}
	if !slices.ContainsFunc(h.attrs, func(a slog.Attr) bool { return !look(a) }) {
		r.Attrs(look)
	}
	_, err := fmt.Fprintf(h.w, "gongkai: %s\n", text)
	return err
}

// WithAttrs adds attributes to all records.
func (h *attention) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &attention{w: h.w, attrs: slices.Concat(h.attrs, attrs)}
}

// WithGroup leaves the keys as they are: groups mean nothing to a person.
func (h *attention) WithGroup(string) slog.Handler { return h }
