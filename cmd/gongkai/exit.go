package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/export"
	"gongkai/store"
)

// The exit codes, a contract with cron jobs and scripts.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPartly      = 3 // done, but some sources failed or were blocked
	exitGate        = 4 // done, but a quality gate tripped
	exitCorpus      = 5 // the corpus is locked or can't be written
	exitInterrupted = 130
)

// codeError ends the program with a code of its own. An empty message prints
// nothing: the command has said it.
type codeError struct {
	code int
	msg  string
}

func (e *codeError) Error() string { return e.msg }

// exitCode is the one place where an error becomes an exit code.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[*codeError](err); ok {
		return e.code
	}
	if isUsage(err) {
		return exitUsage
	}
	if store.Unavailable(err) {
		return exitCorpus
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailed
}

// isUsage tells whether an error is a mistake in arguments, flags or
// configuration.
func isUsage(err error) bool {
	_, usage := errors.AsType[*usageError](err)
	_, config := errors.AsType[*configs.Error](err)
	_, format := errors.AsType[*export.FormatError](err)
	_, filter := errors.AsType[*export.FilterError](err)
	_, version := errors.AsType[*corpus.VersionError](err)
	_, site := errors.AsType[*corpus.UnknownSiteError](err)
	return usage || config || format || filter || version || site || errors.Is(err, crawler.ErrNoSite)
}

// finish prints an error to stderr, with a hint where there is one, and gives
// the exit code.
func finish(ctx context.Context, stderr io.Writer, err error) int {
	code := exitCode(ctx, err)
	if err == nil {
		return code
	}
	if code == exitInterrupted {
		fmt.Fprintln(stderr, "gongkai: interrupted; what was finished is kept, run the command again to go on")
		return code
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintf(stderr, "gongkai: %s\n", msg)
	}
	if e, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintf(stderr, "gongkai: see '%s --help'\n", e.command)
	}
	return code
}
