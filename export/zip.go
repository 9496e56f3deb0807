package export

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// sortedZip writes an archive whose entries stand in the order of their names,
// whatever the order in which they came, without keeping them in memory: each is
// compressed into a file of its own first.
type sortedZip struct {
	dir     string
	w       io.Writer
	entries []*zipEntry
}

type zipEntry struct {
	header zip.FileHeader
	f      *os.File
	deflat *flate.Writer
	sum    hash.Hash32
	size   uint64
}

func (e *zipEntry) Write(p []byte) (int, error) {
	e.sum.Write(p)
	e.size += uint64(len(p))
	return e.deflat.Write(p)
}

// Create begins an entry; the one before is complete then.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	f, err := os.Create(filepath.Join(z.dir, "part"+strconv.Itoa(len(z.entries))))
	if err != nil {
		return nil, err
	}
	d, err := flate.NewWriter(f, flate.DefaultCompression)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	e := &zipEntry{header: zip.FileHeader{Name: name, Method: zip.Deflate}, f: f, deflat: d, sum: crc32.NewIEEE()}
	z.entries = append(z.entries, e)
	return e, nil
}

// AddFS is not needed for workbooks that begin empty.
func (z *sortedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the archive.
func (z *sortedZip) Close() error {
	slices.SortFunc(z.entries, func(a, b *zipEntry) int { return strings.Compare(a.header.Name, b.header.Name) })
	out := zip.NewWriter(z.w)
	for _, e := range z.entries {
		if err := e.copyTo(out); err != nil {
			return err
		}
	}
	return out.Close()
}

func (e *zipEntry) copyTo(out *zip.Writer) error {
	if err := e.deflat.Close(); err != nil {
		return err
	}
	defer os.Remove(e.f.Name())
	defer e.f.Close()
	size, err := e.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := e.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	e.header.CRC32, e.header.CompressedSize64, e.header.UncompressedSize64 = e.sum.Sum32(), uint64(size), e.size
	w, err := out.CreateRaw(&e.header)
	if err == nil {
		_, err = io.Copy(w, e.f)
	}
	return err
}
