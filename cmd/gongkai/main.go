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

// run is main without os.Exit, for tests that call the program in their own
// process.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	root := newRootCommand(os.Stdin, os.Stdout, os.Stderr)
	return finish(ctx, os.Stderr, root.ExecuteContext(ctx))
}
