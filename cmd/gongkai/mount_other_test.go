//go:build !linux

package main

import "errors"

func canMount() bool { return false }

func mountTmpfs(string, string) error { return errors.ErrUnsupported }

func unmount(string) error { return nil }

func remountReadOnly(string) error { return errors.ErrUnsupported }
