package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// writer writes the tables of an export in one format.
type writer interface {
	// table begins a table. Rows of several tables come in turns; it is nil for a
	// table that the format leaves to another file.
	table(t *Table) (rowWriter, error)
	// close completes the files and describes them. Nothing else is called after.
	close() ([]File, error)
	// abort lets go of everything after a failure; the files are removed by others.
	abort()
}

// rowWriter takes the rows of one table: values in the order of its columns, ""
// for missing. It must not keep or change the slice.
type rowWriter interface {
	row(values []string) error
}

// formats open the formats there are in a folder.
var formats = map[string]func(dir string, o *Options) (writer, error){
	"csv":     newCSV,
	"jsonl":   newJSONL,
	"parquet": newParquet,
	"sqlite":  newSQLite,
	"text":    newText,
	"xlsx":    newXLSX,
}

// Formats are the names of the formats there are.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// outFile is a file being written: hashed, and on the disk when it is closed.
// Hashing and writing go on beside the caller.
type outFile struct {
	file   File
	f      *os.File
	buf    *bufio.Writer
	sum    hash.Hash
	blocks chan []byte
	free   chan []byte
	done   chan struct{}
	failed error // of the writing side, valid once done is closed
	stop   chan struct{}
}

// blockSize is what is handed to the disk at once.
const blockSize = 256 << 10

func newOutFile(dir, name string, f File) (*outFile, error) {
	f.Path = name
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	o := &outFile{
		file: f, f: file, sum: sha256.New(),
		blocks: make(chan []byte, 2), free: make(chan []byte, 4), done: make(chan struct{}), stop: make(chan struct{}),
	}
	for range cap(o.free) {
		o.free <- make([]byte, 0, blockSize)
	}
	o.buf = bufio.NewWriterSize(handOver{o}, blockSize)
	go o.work()
	return o, nil
}

// work writes the blocks; after a failure it lets the rest pass.
func (o *outFile) work() {
	defer close(o.done)
	for b := range o.blocks {
		if o.failed == nil {
			if _, o.failed = o.f.Write(b); o.failed != nil {
				close(o.stop)
			}
			o.sum.Write(b)
			o.file.Bytes += int64(len(b))
		}
		o.free <- b[:0]
	}
}

// handOver passes what is written to the writing side.
type handOver struct{ o *outFile }

func (h handOver) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		select {
		case <-h.o.stop:
			return 0, h.o.failed // set before stop is closed
		case b := <-h.o.free:
			n := min(len(rest), cap(b))
			h.o.blocks <- append(b, rest[:n]...)
			rest = rest[n:]
		}
	}
	return len(p), nil
}

func (o *outFile) Write(p []byte) (int, error) { return o.buf.Write(p) }

// close completes the file.
func (o *outFile) close() (File, error) {
	err := o.buf.Flush()
	o.abort()
	if err == nil {
		err = o.failed
	}
	if err == nil {
		err = o.f.Sync()
	}
	if e := o.f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return o.file, fmt.Errorf("%s: %w", o.file.Path, err)
	}
	o.file.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	return o.file, nil
}

// abort ends the writing side. The file itself is closed by close, or by the end
// of an export that failed.
func (o *outFile) abort() {
	if o.blocks != nil {
		close(o.blocks)
		<-o.done
		o.blocks = nil
	}
}

// tableFiles is the part that formats with one file a table share.
type tableFiles struct {
	dir    string
	format string
	open   []*outFile
}

func (t *tableFiles) create(table string) (*outFile, error) {
	f, err := newOutFile(t.dir, table+"."+t.format, File{Table: table, Format: t.format})
	if err == nil {
		t.open = append(t.open, f)
	}
	return f, err
}

func (t *tableFiles) close() ([]File, error) {
	var files []File
	for len(t.open) > 0 {
		f, err := t.open[0].close()
		t.open = t.open[1:]
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func (t *tableFiles) abort() {
	for _, f := range t.open {
		f.abort()
		f.f.Close()
	}
	t.open = nil
}
