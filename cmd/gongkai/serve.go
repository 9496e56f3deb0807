package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/report"
	"gongkai/store"
	"gongkai/web"
)

type serveOptions struct {
	corpusFlags
	addr string
}

func newServeCommand(t *terminal) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "open the reading room: the corpus in a browser",
		Long: `Serve the corpus as web pages, to read only. It listens on this machine unless
--addr says otherwise, knows no accounts, and can run while a crawl writes.`,
		Example: `  gongkai serve
  gongkai serve --corpus corpus.db --addr 127.0.0.1:9000`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runServe(cmd, t, o)
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	return cmd
}

func runServe(cmd *cobra.Command, t *terminal, o serveOptions) error {
	ctx := cmd.Context()
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		return usagef(cmd, "--addr takes an address such as 127.0.0.1:8080, not %q", o.addr)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return fmt.Errorf("serve: %w; name a free address with --addr", err)
	}
	server := &http.Server{
		Handler:           web.Handler(&library{store: st, corpus: corpus.New(st)}, newLogger(t.err, logOptions{}, t.live)),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	t.note("reading room at http://%s, end with Ctrl-C", l.Addr())
	err = server.Serve(l)
	if !stop() {
		<-ended // answers under way go out first
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// library is a corpus as the reading room reads it.
type library struct {
	store  *store.Store
	corpus *corpus.Corpus
}

func (l *library) Entries(ctx context.Context) ([]web.Entry, error) {
	items, err := l.corpus.List(ctx, corpus.Filter{})
	if err != nil {
		return nil, err
	}
	entries := make([]web.Entry, 0, len(items))
	for _, i := range items {
		entries = append(entries, web.Entry{ID: i.ID, Organ: i.Organ, Title: i.Title, Status: i.Status, URL: i.URL, Year: i.Year})
	}
	return entries, nil
}

func (l *library) Report(ctx context.Context, id string) (*report.Report, error) {
	shown, err := l.corpus.Show(ctx, id)
	if errors.Is(err, corpus.ErrNotFound) {
		return nil, web.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return shown.Report, nil
}

func (l *library) Snapshot(ctx context.Context, digest string) ([]byte, error) {
	b, err := l.store.Snapshot(ctx, store.Digest(digest))
	_, malformed := errors.AsType[*store.InvalidError](err)
	if malformed || errors.Is(err, store.ErrNotFound) {
		return nil, web.ErrNotFound
	}
	return b, err
}
