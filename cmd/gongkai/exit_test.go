package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/export"
	"gongkai/store"
)

// Every error has its exit code, also when it comes wrapped.
func TestExitCode(t *testing.T) {
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tc := range []struct {
		err  error
		ctx  context.Context
		want int
	}{
		{err: nil, want: exitOK},
		{err: errors.New("anything"), want: exitFailed},
		{err: corpus.ErrNotFound, want: exitFailed},
		{err: &store.ForeignError{Path: "a.db"}, want: exitFailed},
		{err: &store.NewerFormatError{Path: "a.db"}, want: exitFailed},
		{err: &store.TruncatedError{Path: "a.db"}, want: exitFailed},
		{err: &store.DamagedError{Path: "a.db"}, want: exitFailed},
		{err: &store.NotExistError{Path: "a.db"}, want: exitFailed},
		{err: &usageError{err: errors.New("no")}, want: exitUsage},
		{err: &configs.Error{File: "a.yaml"}, want: exitUsage},
		{err: &export.FormatError{Name: "xls"}, want: exitUsage},
		{err: crawler.ErrNoSite, want: exitUsage},
		{err: &codeError{code: exitPartly}, want: exitPartly},
		{err: &codeError{code: exitGate}, want: exitGate},
		{err: &store.LockedError{Path: "a.db"}, want: exitCorpus},
		{err: &store.DiskFullError{Path: "a.db", Err: syscall.ENOSPC}, want: exitCorpus},
		{err: &store.NoFolderError{Path: "a/a.db"}, want: exitCorpus},
		{err: store.ErrReadOnly, want: exitCorpus},
		{err: context.Canceled, ctx: interrupted, want: exitInterrupted},
		{err: context.Canceled, want: exitFailed}, // nobody interrupted us
		{err: store.ErrReadOnly, ctx: interrupted, want: exitCorpus},
	} {
		ctx := tc.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		if got := exitCode(ctx, tc.err); got != tc.want {
			t.Errorf("%T %v: exit code %d, want %d", tc.err, tc.err, got, tc.want)
		}
		if tc.err == nil {
			continue
		}
		if got := exitCode(ctx, fmt.Errorf("crawl: %w", tc.err)); got != tc.want {
			t.Errorf("wrapped %T: exit code %d, want %d", tc.err, got, tc.want)
		}
	}
}

// What is said at the end: the error, where help is, or that all is safe.
func TestFinish(t *testing.T) {
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tc := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{context.Background(), nil, ""},
		{context.Background(), &codeError{code: exitFailed}, ""},
		{context.Background(), errors.New("it broke"), "gongkai: it broke\n"},
		{context.Background(), &usageError{errors.New("no such flag"), "gongkai list"}, "gongkai: no such flag\ngongkai: see 'gongkai list --help'\n"},
		{interrupted, context.Canceled, "gongkai: interrupted; what was finished is kept, run the command again to go on\n"},
	} {
		var out bytes.Buffer
		finish(tc.ctx, &out, tc.err)
		if out.String() != tc.want {
			t.Errorf("%v: said %q, want %q", tc.err, out.String(), tc.want)
		}
	}
}

// A result that could not be written whole is never a success.
func TestResultsCheck(t *testing.T) {
	other := errors.New("other")
	for _, tc := range []struct {
		write, err error
		want       string
		code       int
	}{
		{nil, nil, "", exitOK},
		{nil, other, "other", exitFailed},
		{syscall.ENOSPC, nil, "write results: no space left on device", exitFailed},
		{syscall.ENOSPC, other, "other", exitFailed},
		{&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, nil, "", exitFailed},
	} {
		out := &results{w: failing{tc.write}}
		_, _ = fmt.Fprint(out, "a result") // check tells
		_, _ = fmt.Fprint(out, "another")
		err := out.check(tc.err)
		if code := exitCode(context.Background(), err); code != tc.code || err != nil && !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%v, %v: %v with exit code %d, want %q with %d", tc.write, tc.err, err, code, tc.want, tc.code)
		}
	}
}

type failing struct{ err error }

func (f failing) Write(b []byte) (int, error) { return len(b), f.err }
