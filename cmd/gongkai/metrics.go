package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gongkai/crawler/metrics"
)

// metricsOptions say where the metrics of a crawl go.
type metricsOptions struct {
	address string // host:port to serve them on
	file    string // to write them to at the end
}

// check finds out before the crawl what would go wrong after it.
func (o metricsOptions) check() error {
	if o.file == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(o.file)); err != nil || !info.IsDir() {
		return fmt.Errorf("--metrics-file: %s is no folder: make it first", filepath.Dir(o.file))
	}
	return nil
}

// serveMetrics serves /metrics until stop is called.
func serveMetrics(address string, m *metrics.Metrics) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends when it is shut down
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		<-done
	}, nil
}

// writeMetrics writes the metrics of a crawl that ended in err.
func writeMetrics(ctx context.Context, path string, m *metrics.Metrics, summed bool, err error) error {
	if !summed { // there is no summary that says how it ended
		m.Exit(exitCode(ctx, err))
	}
	if failed := m.WriteFile(path); failed != nil {
		return errors.Join(err, fmt.Errorf("--metrics-file: %w", failed))
	}
	return err
}
