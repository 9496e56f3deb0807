//go:build unix

package document

import (
	"os/exec"
	"syscall"
)

// killGroup makes the end of cmd's context the end of all processes it started:
// soffice is a script around the program that works.
func killGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
