package document

import (
	"context"
	"errors"
	"fmt"
)

// Limits bound what a document may cost. The zero value of a field means its
// default.
type Limits struct {
	// Bytes bounds the input. Default 64 MiB.
	Bytes int64
	// Unpacked bounds what comes out of a compressed document. Default 128 MiB.
	Unpacked int64
	// Depth bounds how deep elements nest. Default 512, which is also the most
	// that package html parses.
	Depth int
	// Tags bounds the elements of HTML (the < in it) and of XML, and the
	// characters and drawn objects of PDF. Default 1,000,000.
	Tags int
	// Cells bounds the grid positions of all tables together. Default 1,000,000.
	Cells int
	// Lines bounds the lines of plain text, LineBytes the length of each.
	// Defaults 1,000,000 and 1 MiB.
	Lines, LineBytes int
}

func (l Limits) withDefaults() Limits {
	orDefault(&l.Bytes, 64<<20)
	orDefault(&l.Unpacked, 128<<20)
	orDefault(&l.Depth, 512)
	orDefault(&l.Tags, 1_000_000)
	orDefault(&l.Cells, 1_000_000)
	orDefault(&l.Lines, 1_000_000)
	orDefault(&l.LineBytes, 1<<20)
	return l
}

func orDefault[T int | int64](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// LimitError says that a document is larger than the caller allows.
type LimitError struct {
	// What is bytes, unpacked bytes, nesting depth, tags, page objects, pages,
	// cells, lines, bytes in a line, dots, scanned pages or milliseconds.
	What  string
	Limit int64
}

// Time tells whether the limit is one of time: the document itself may be fine.
func (e *LimitError) Time() bool { return e.What == "milliseconds" }

// remedies say for the limits that an honest document may hit what can be done.
var remedies = map[string]string{
	"bytes":          "split it, or allow more",
	"pages":          "it is hardly a report: give the pages of the report alone",
	"scanned pages":  "give the pages of the report alone",
	"milliseconds":   "the machine may be busy: try again",
	"cells":          "give the sheets of the report alone",
	"unpacked bytes": "pictures in it may be too large: save it without them",
}

func (e *LimitError) Error() string {
	remedy, ok := remedies[e.What]
	if !ok {
		remedy = "no report is that large: see what the file is, or convert it to plain text"
	}
	return fmt.Sprintf("document exceeds the limit of %d %s; %s", e.Limit, e.What, remedy)
}

// ErrEmpty says that a document has no content at all: no bytes, or only white
// space.
var ErrEmpty = errors.New("document is empty")

// FormatError says that a document is of a format without a reader.
type FormatError struct {
	Format Format
	// Why says what can be done, or what was missing.
	Why string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("can't read %s: %s", e.Format, e.Why)
}

// patience is how many steps a loop over foreign input takes between two looks
// at its context.
const patience = 1 << 12

// clock asks a context now and then whether to go on.
type clock struct {
	ctx   context.Context
	steps int
}

func (c *clock) tick() error {
	if c.steps++; c.steps%patience != 0 {
		return nil
	}
	return c.ctx.Err()
}
