package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// serve says where it listens, shows the reports of a corpus while others may
// write to it, and ends well with Ctrl-C.
func TestServe(t *testing.T) {
	t.Parallel()
	serve := command(t, "serve", "--corpus", demoOnce(t)(), "--addr", "127.0.0.1:0")
	serve.Stderr = nil
	stderr, err := serve.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stderr).ReadString('\n')
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("serve says %q (%v), want an address", line, err)
	}
	home := getPage(t, address+"/")
	if !strings.Contains(home, "澜渚县财政局") {
		t.Errorf("no report on the first page:\n%s", home)
	}
	link := regexp.MustCompile(`href="(/[^"]*[0-9a-f]{12})"`).FindStringSubmatch(home)
	if link == nil {
		t.Fatalf("no link to a report on the first page:\n%s", home)
	}
	if page := getPage(t, address+link[1]); !strings.Contains(page, "政府信息公开") {
		t.Errorf("%s is no report:\n%s", link[1], page)
	}
	if err := serve.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
}

func getPage(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, res.Status, err)
	}
	return string(body)
}
