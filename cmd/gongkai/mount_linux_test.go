package main

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// canMount tells whether this process may mount file systems.
var canMount = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "gongkai-mount-")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	return mountTmpfs(dir, "size=64k") == nil && unmount(dir) == nil
})

func mountTmpfs(dir, options string) error { return unix.Mount("tmpfs", dir, "tmpfs", 0, options) }

func unmount(dir string) error { return unix.Unmount(dir, 0) }

func remountReadOnly(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "")
}
