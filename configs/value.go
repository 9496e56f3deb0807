package configs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Duration is a time.Duration that reads 2s, 500ms, 1h30m or 30d.
type Duration time.Duration

// parseDuration is time.ParseDuration that also reads whole days.
func parseDuration(text string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(number); err == nil && n < 100_000 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	return time.ParseDuration(text)
}

// UnmarshalYAML reads a duration with its unit.
func (d *Duration) UnmarshalYAML(n ast.Node) error {
	text := scalar(n)
	v, err := parseDuration(text)
	if err != nil || v < 0 {
		return valueError(n, "%q is no duration: write a number with its unit, such as 500ms, 2s, 1h30m or 30d", text)
	}
	*d = Duration(v)
	return nil
}

// Size is a number of bytes that reads 64MiB, 10MB or 1000.
type Size int64

var sizeUnits = []struct {
	suffix string
	factor int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
}

// UnmarshalYAML reads a whole number of bytes with an optional unit.
func (s *Size) UnmarshalYAML(n ast.Node) error {
	text := scalar(n)
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || v <= 0 || v > (1<<62)/u.factor {
			break
		}
		*s = Size(v * u.factor)
		return nil
	}
	return valueError(n, "%q is no size: write a whole number of bytes or one with its unit, such as 64MiB or 10MB", text)
}

// scalar is the text of a node as the file has it.
func scalar(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	if n.GetToken() == nil {
		return n.String()
	}
	return n.GetToken().Value
}

// valueError is an *Error at a node; Load adds the file's name.
func valueError(n ast.Node, format string, args ...any) error {
	return errorAt(n.GetToken(), fmt.Sprintf(format, args...), "")
}
