// Command gongkai walks the index pages on which Chinese government organs list
// their annual reports on open government information, keeps what it fetched,
// and extracts each report into figures that lead back to the printed cell.
//
// Run `gongkai help` for the commands and `gongkai demo` to see it work without
// a network.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	t := newTerminal(os.Stdin, os.Stdout, os.Stderr)
	err := newRootCommand(t).ExecuteContext(ctx)
	return finish(ctx, t.err, t.out.check(err))
}
