package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// promptExit lets a program with the race detector end at once: by default each of
// the hundreds that the tests start sleeps for a second before it exits.
const promptExit = "atexit_sleep_ms=10"

// TestMain makes the test binary the program itself when it is called so:
// scripts and tests run it as `gongkai`.
func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" {
		os.Setenv("GORACE", promptExit)
	}
	testscript.Main(m, map[string]func(){"gongkai": main})
}

// The scripts in testdata/script are what a user types and sees. Beside those of
// testscript they have the commands below.
func TestScripts(t *testing.T) {
	t.Parallel()
	demo := demoOnce(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			reports, err := filepath.Abs("testdata/reports")
			env.Setenv("REPORTS", reports)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Values[villageKey{}] = &village{}
			return err
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     cmdExits,
			"lines":     cmdLines,
			"narrow":    cmdNarrow,
			"repeat":    cmdRepeat,
			"sparse":    cmdSparse,
			"digest":    cmdDigest,
			"stored":    cmdStored,
			"samefield": cmdSameField,
			"gov":       cmdGov,
			"fail":      cmdFail,
			"asked":     cmdAsked,
			"column":    cmdColumn,
			"keep":      cmdKeep,
			"older":     cmdOlder,
			"lease":     cmdLease,
			"hold":      cmdHold,
			"newformat": cmdNewFormat,
			"tmpfs":     cmdTmpfs,
			"readonly":  cmdReadonly,
			// demo FILE gives the script the corpus of `gongkai demo`.
			"demo": func(ts *testscript.TestScript, _ bool, args []string) {
				b, err := os.ReadFile(demo())
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
			},
		},
	})
}

// demoOnce makes the corpus of the demo when it is first asked for.
func demoOnce(t *testing.T) func() string {
	path := filepath.Join(t.TempDir(), "demo.db")
	return sync.OnceValue(func() string {
		if out, err := exec.Command("gongkai", "demo", "--corpus", path).CombinedOutput(); err != nil {
			t.Errorf("gongkai demo: %v\n%s", err, out)
		}
		return path
	})
}
