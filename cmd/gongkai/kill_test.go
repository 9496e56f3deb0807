package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/corpus"
	"gongkai/store"
)

// Killed at any moment, a re-extraction, a promotion and an undo leave a corpus
// that contradicts itself nowhere and that lacks nothing of what it had; and the
// same command goes on, and ends where it would have ended.
func TestKillRevision(t *testing.T) {
	t.Parallel()
	rounds := 4
	if text := os.Getenv("GONGKAI_KILL_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil || rounds < 1 {
			t.Fatalf("GONGKAI_KILL_ROUNDS is %q", text)
		}
	} else if testing.Short() {
		t.Skip("kills processes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "older.db")
	makeOlder(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, demoOnce(t)(), path, 4)
	for _, step := range []struct {
		args []string
		said string // an error of one that was killed when all was done but for saying so
	}{
		{args: []string{"reextract"}},
		{args: []string{"promote", "--accept", "test"}},
		{args: []string{"promote", "--undo", "1"}, said: "undid it already"},
	} {
		most := rounds
		if step.said != "" {
			most = (rounds + 2) / 3
		}
		path = killed(t, path, most, step.said, step.args...)
	}
}

// killed runs a command on copies of a corpus again and again, killed at some
// instant, until it was killed so many times, and compares how it ends with how it
// ends when it is not. It returns the corpus as the command leaves it.
func killed(t *testing.T, from string, rounds int, said string, args ...string) string {
	t.Helper()
	ctx := context.Background()
	whole := from + "." + args[0]
	fresh := func(path string) *store.Store {
		t.Helper()
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	undisturbed := fresh(whole)
	before := revisions(t, undisturbed)
	if cmd := command(t, append(args, "--corpus", whole)...); cmd.Run() != nil {
		t.Fatalf("%v: %s", args, cmd.Stderr)
	}
	want := revisions(t, undisturbed)
	if cmp.Equal(before, want) {
		t.Fatalf("%v changes nothing", args)
	}
	path := from + ".killed"
	kills, ends, midway := 0, 0, 0
	for kills < rounds {
		st := fresh(path)
		last := before
		for done := false; !done; {
			cmd := command(t, append(args, "--corpus", path)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			shot := make(chan bool)
			go func() { shot <- kills < rounds && kill(cmd.Process, path, ended) }()
			err := cmd.Wait()
			close(ended)
			struck := <-shot
			// Killed when all was done but for saying so, it says so the next time.
			if text := fmt.Sprint(cmd.Stderr); err != nil && (strings.Contains(text, corpus.ErrNothingWaits.Error()) || said != "" && strings.Contains(text, said)) {
				err = nil
			}
			if done = err == nil; !done {
				if !struck {
					t.Fatalf("%v: %v\n%s", args, err, cmd.Stderr)
				}
				kills++
			}
			if v, err := st.Verify(ctx, nil); err != nil || !v.OK() {
				t.Fatalf("%v, after %d kills: %+v, %v", args, kills, v, err)
			}
			now := revisions(t, st)
			for key := range last {
				if _, ok := now[key]; !ok {
					t.Fatalf("%v, after %d kills: revision %s is gone", args, kills, key)
				}
			}
			for key, standing := range last {
				// What was done is not done again, the other way round.
				if standing != before[key] && now[key] != standing {
					t.Errorf("%v, after %d kills: revision %s was %s and is %s", args, kills, key, standing, now[key])
				}
			}
			if !done && !cmp.Equal(now, before) && !cmp.Equal(now, want) {
				midway++
			}
			last = now
		}
		ends++
		if diff := cmp.Diff(want, last); diff != "" {
			t.Fatalf("%v ends otherwise after it was killed:\n%s", args, diff)
		}
	}
	t.Logf("%v: %d kills, %d of them with a part done; it came to its end %d times", args, kills, midway, ends)
	return whole
}

// kill ends a process at some instant of its work: soon after it began, or after
// one of the first writes to the corpus. It tells whether it was in time.
func kill(p *os.Process, path string, ended <-chan struct{}) bool {
	written := func() time.Time {
		info, err := os.Stat(path)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	last := written()
	for writes := rand.N(4); writes > 0; {
		select {
		case <-ended:
			return false
		case <-time.After(200 * time.Microsecond):
		}
		if now := written(); !now.Equal(last) {
			last = now
			writes--
		}
	}
	select {
	case <-ended:
		return false
	case <-time.After(rand.N(1 + rand.N(1+rand.N(20*time.Millisecond)))): // soon after it, most often
	}
	return p.Kill() == nil
}

// revisions are all revisions of a corpus, by report, address, snapshot and
// extractor, and whether they stand after all that was promoted and undone.
func revisions(t *testing.T, st *store.Store) map[string]corpus.Standing {
	t.Helper()
	all := map[string]corpus.Standing{}
	for h, err := range st.Histories(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		stands := map[int]bool{}
		for _, m := range h.Moves {
			for _, s := range m.Steps {
				stands[s.From], stands[s.To] = false, true
			}
		}
		for _, r := range h.Revisions {
			standing := corpus.Candidate
			if moved, ok := stands[r.Revision]; moved || !ok && !r.Candidate {
				standing = corpus.Stands
			}
			all[fmt.Sprint(h.ID, " ", r.Revision, " ", r.URL, " ", r.Digest, " ", r.Extractor, " ", r.BodyDigest)] = standing
		}
	}
	return all
}
