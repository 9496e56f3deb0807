package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/configs"
	"gongkai/internal/fakegov"
)

// What serve prints is a configuration that the program reads.
func TestConfigLoads(t *testing.T) {
	gov, err := fakegov.Start(fakegov.EveryFamily())
	if err != nil {
		t.Fatal(err)
	}
	defer gov.Close()
	var out bytes.Buffer
	if err := writeConfig(&out, gov, "10ms"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "crawl.yaml")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := configs.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(config.Sites) != len(gov.Sites) {
		t.Fatalf("%d sites, want %d", len(config.Sites), len(gov.Sites))
	}
	for i, s := range config.Sites {
		if !s.AllowPrivate || len(s.Index) == 0 || !strings.HasPrefix(s.Index[0], gov.Sites[i].URL) {
			t.Errorf("site %+v", s)
		}
	}
}

func TestSummary(t *testing.T) {
	gov, err := fakegov.Start(fakegov.Benchmark(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	defer gov.Close()
	for range 2 {
		res, err := http.Get(gov.Sites[0].Column().Index[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	got, err := json.Marshal(summarize(gov.Sites[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"requests":2`, `"distinct":1`, `"max_in_flight":1`, `"200":2`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}

func TestUnknownScenario(t *testing.T) {
	if err := run([]string{"-scenario", "circus"}, nil, nil); err == nil || !strings.Contains(err.Error(), `"circus"`) {
		t.Errorf("error %v", err)
	}
}
