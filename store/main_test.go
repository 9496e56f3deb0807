package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The tests of locks, kills and full disks need other processes: those are this
// test binary, told by the environment to play a part.
const playVariable = "GONGKAI_STORE_PLAY"

func TestMain(m *testing.M) {
	if part := os.Getenv(playVariable); part != "" {
		if err := play(part, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// actor is a child process that plays a part and says a line now and then.
type actor struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t testing.TB, part string, args ...string) *actor {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), playVariable+"="+part)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a := &actor{Cmd: cmd, lines: bufio.NewScanner(out)}
	t.Cleanup(a.kill)
	return a
}

// killRounds is how many kills a test makes: a few, or as many as the environment
// asks for.
func killRounds(t testing.TB, few int) int {
	if text := os.Getenv("GONGKAI_KILL_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("GONGKAI_KILL_ROUNDS is %q", text)
		}
		return n
	}
	if testing.Short() {
		return max(1, few/3)
	}
	return few
}

// killAt kills the child at some instant within the time.
func (a *actor) killAt(within time.Duration) {
	timer := time.AfterFunc(time.Duration(rand.Int64N(int64(within))), func() { _ = a.Process.Kill() })
	for a.lines.Scan() {
	}
	timer.Stop()
	_ = a.Wait()
}

// kill ends the process without a chance to clean up.
func (a *actor) kill() {
	if a.ProcessState == nil {
		_ = a.Process.Kill()
		for a.lines.Scan() {
		}
		_ = a.Wait()
	}
}

// hear waits for the next line.
func (a *actor) hear(t testing.TB, want string) {
	t.Helper()
	if !a.lines.Scan() || a.lines.Text() != want {
		t.Fatalf("child said %q, want %q", a.lines.Text(), want)
	}
}

func play(part string, args []string) error {
	ctx := context.Background()
	switch part {
	case "write": // corpus, first number: finish pages until killed
		s, err := Open(args[0], Options{})
		if err != nil {
			return err
		}
		first, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return writeForever(ctx, s, first)
	case "create": // folder: create corpora until killed
		for n := 0; ; n++ {
			if _, err := Create(filepath.Join(args[0], fmt.Sprint(n, ".db")), Options{}); err != nil {
				return err
			}
			fmt.Println(n)
		}
	case "hold": // corpus, "read" or "write": hold a transaction until killed
		s, err := Open(args[0], Options{})
		if err != nil {
			return err
		}
		hold := func(*Tx) error {
			fmt.Println("held")
			time.Sleep(time.Hour)
			return nil
		}
		if args[1] == "read" {
			return s.View(ctx, hold)
		}
		return s.Update(ctx, hold)
	case "run": // corpus: hold the lease until killed
		s, err := Open(args[0], Options{})
		if err != nil {
			return err
		}
		if _, err := s.AcquireRun(ctx, "crawl"); err != nil {
			return err
		}
		fmt.Println("held")
		time.Sleep(time.Hour)
		return nil
	case "compact": // corpus: compact it until killed
		s, err := Open(args[0], Options{})
		if err != nil {
			return err
		}
		fmt.Println("ready")
		for {
			if _, err := s.Compact(ctx, nil, nil); err != nil {
				return err
			}
		}
	case "migrate": // corpus: migrate it
		fmt.Println("ready")
		_, err := Migrate(ctx, args[0], Options{})
		return err
	case "fill": // corpus, limit: write with a limit on the size of files
		signal.Ignore(syscall.SIGXFSZ)
		limit, err := strconv.ParseUint(args[1], 10, 64)
		if err != nil {
			return err
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
		s, err := Open(args[0], Options{})
		if err != nil {
			return err
		}
		n, err := fillUp(ctx, s)
		fmt.Println(n)
		if _, full := errors.AsType[*DiskFullError](err); full {
			return nil
		}
		return fmt.Errorf("wrote %d pages, then %w", n, err)
	}
	return fmt.Errorf("unknown part %q", part)
}

// writeForever finishes pages from several goroutines and says the number of
// each when the store has acknowledged it.
func writeForever(ctx context.Context, s *Store, first int) error {
	w := s.NewWriter(WriterOptions{Batch: 8, Delay: time.Millisecond})
	var next atomic.Int64
	next.Store(int64(first))
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if _, err := w.Finish(ctx, page(n, prose(n))); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Println(n)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return nil
}

// fillUp finishes pages one by one until it can't, and returns how many it could.
func fillUp(ctx context.Context, s *Store) (int, error) {
	for n := 0; ; n++ {
		err := s.Update(ctx, func(tx *Tx) error {
			_, err := tx.Finish(page(n, noise(n, 40_000)))
			return err
		})
		if err != nil {
			return n, err
		}
	}
}

// prose is the body of page n: text that compresses as a page does, now and then
// a large attachment.
func prose(n int) string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	words := strings.Fields("主动 公开 政府 信息 收到 申请 办理 结果 行政 复议 诉讼 规章 其他 总计 0 1 12 334 <td> </td>")
	size := 2000 + r.IntN(20_000)
	if n%50 == 49 {
		return noise(n, 700_000)
	}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

// noise is a body that does not compress.
func noise(n, size int) string {
	r := rand.New(rand.NewPCG(2, uint64(n)))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// verify fails the test when the corpus contradicts itself.
func verify(t testing.TB, s *Store) *Verification {
	t.Helper()
	v, err := s.Verify(context.Background(), nil)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	for _, p := range v.Problems {
		t.Errorf("verify: %s", p)
	}
	return v
}
