package warc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// source is an archive undone of compression. It knows where in the file the
// bytes come from, and finds the next gzip member behind a damaged one.
type source struct {
	file   io.Reader
	raw    *bufio.Reader // of file, through fileCounter
	passed int64         // in the file, of what comes next into raw
	reader io.Reader     // the stream, undone of compression
	gz     *gzip.Reader  // nil when the archive is no gzip

	out    *bufio.Reader // of reader
	n      int64         // in the stream, of what comes next from out
	filled int64         // in the stream, of what comes next from reader

	members []member // that begin in what is still to be read, and the one before
	ended   bool     // the member was read to its end
	early   []byte   // was read of it before it was asked for
}

// member is where a gzip member begins.
type member struct{ file, stream int64 }

const bufferSize = 128 << 10

var (
	gzipMagic = []byte{0x1F, 0x8B, 0x08}
	zstdMagic = []byte{0x28, 0xB5, 0x2F, 0xFD}
)

// newSource looks at the first bytes for a compression.
func newSource(file io.Reader) (*source, error) {
	s := &source{file: file}
	s.raw = bufio.NewReaderSize(fileCounter{s}, bufferSize)
	magic, err := s.raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		if err := s.begin(0); err != nil {
			return nil, err
		}
		s.reader = (*memberReader)(s)
	case bytes.Equal(magic, zstdMagic):
		if s.reader, err = zstd.NewReader(s.raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20)); err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
	default:
		s.reader = s.raw
	}
	s.out = bufio.NewReaderSize(fillCounter{s}, bufferSize)
	return s, nil
}

// close gives back what the decompression holds.
func (s *source) close() {
	if z, ok := s.reader.(*zstd.Decoder); ok {
		z.Close()
	}
}

// fillCounter counts what goes into the buffer.
type fillCounter struct{ *source }

func (c fillCounter) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	c.filled += int64(n)
	return n, err
}

// fileCounter counts what is read of the file.
type fileCounter struct{ *source }

func (c fileCounter) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	c.passed += int64(n)
	return n, err
}

// at is where in the file the next byte of raw is. The gzip reader takes byte
// after byte, none of the next member.
func (s *source) at() int64 { return s.passed - int64(s.raw.Buffered()) }

// begin starts the member that comes next; stream is where its bytes begin.
func (s *source) begin(stream int64) error {
	at := s.at()
	var err error
	if s.gz == nil {
		s.gz, err = gzip.NewReader(s.raw)
	} else {
		err = s.gz.Reset(s.raw)
	}
	if err != nil {
		return err
	}
	s.gz.Multistream(false)
	s.ended = false
	for len(s.members) > 1 && s.members[1].stream <= s.n {
		s.members = s.members[1:]
	}
	s.members = append(s.members, member{at, stream})
	return nil
}

// memberReader reads member after member; one Read does not cross the end of one.
type memberReader source

func (m *memberReader) Read(p []byte) (int, error) {
	s := (*source)(m)
	if len(s.early) > 0 {
		n := copy(p, s.early)
		s.early = s.early[n:]
		return n, nil
	}
	for {
		if s.ended {
			if _, err := s.raw.Peek(1); err != nil {
				return 0, err
			}
			if err := s.begin(s.filled); err != nil {
				return 0, fmt.Errorf("gzip: %w", cut(err))
			}
		}
		n, err := s.gz.Read(p)
		if errors.Is(err, io.EOF) {
			s.ended, err = true, nil
		}
		if n > 0 || err != nil {
			return n, gzipError(err)
		}
	}
}

// whole reads to the end of the member when no more than the end of a record is
// left of it: only then its checksum is known to hold. It does not touch the next
// member.
func (s *source) whole() error {
	const end = len("\r\n\r\n")
	for s.gz != nil && !s.ended && s.out.Buffered()+len(s.early) <= end {
		var b [64]byte
		n, err := s.gz.Read(b[:])
		s.early = append(s.early, b[:n]...)
		if errors.Is(err, io.EOF) {
			s.ended, err = true, nil
		}
		if err != nil {
			return gzipError(err)
		}
	}
	return nil
}

func gzipError(err error) error {
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return fmt.Errorf("gzip: %w", err)
}

// place is where in the file a position of the stream is: the member it is in,
// and whether it is its beginning. Without members, file and stream are one.
func (s *source) place(stream int64) (file int64, start bool) {
	if s.gz == nil {
		return stream, true
	}
	for i := len(s.members) - 1; i >= 0; i-- {
		if m := s.members[i]; m.stream <= stream {
			return m.file, m.stream == stream
		}
	}
	return 0, false
}

// seek goes to a member, or a position of a file without compression, that was
// the given position of the stream.
func (s *source) seek(file, stream int64) error {
	seeker, ok := s.file.(io.Seeker)
	if !ok {
		return errors.ErrUnsupported
	}
	if _, err := seeker.Seek(file, io.SeekStart); err != nil {
		return err
	}
	s.raw.Reset(fileCounter{s})
	s.passed, s.n, s.filled, s.members, s.early = file, stream, stream, nil, nil
	if s.gz != nil {
		if err := s.begin(stream); err != nil {
			return err
		}
	}
	s.out.Reset(fillCounter{s})
	return nil
}

// next finds the member behind the damaged one and goes there. Only what begins a
// record counts as one. io.EOF: there is none.
func (s *source) next() error {
	if s.gz == nil || len(s.members) == 0 {
		return io.EOF
	}
	damaged := s.members[len(s.members)-1]
	seeker, ok := s.file.(io.Seeker)
	if !ok {
		return io.EOF
	}
	from := damaged.file + 1
	for {
		at, err := s.findMember(seeker, from)
		if err != nil {
			return err
		}
		// The stream goes on behind all that was read of it.
		if err := s.seek(at, s.filled); err == nil {
			if head, _ := s.out.Peek(5); string(head) == "WARC/" {
				return nil
			}
		}
		from = at + 1
	}
}

// findMember finds the next place that looks like the beginning of a member.
func (s *source) findMember(seeker io.Seeker, from int64) (int64, error) {
	if _, err := seeker.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	s.raw.Reset(fileCounter{s})
	for at := from; ; {
		window, err := s.raw.Peek(bufferSize / 2)
		if i := bytes.Index(window, gzipMagic); i >= 0 {
			return at + int64(i), nil
		}
		if len(window) < len(gzipMagic) {
			if err == nil || errors.Is(err, bufio.ErrBufferFull) {
				err = io.EOF
			}
			return 0, err
		}
		n, err := s.raw.Discard(len(window) - len(gzipMagic) + 1)
		if err != nil {
			return 0, err
		}
		at += int64(n)
	}
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.out.Read(p)
	s.n += int64(n)
	return n, err
}

func (s *source) ReadSlice(delim byte) ([]byte, error) {
	b, err := s.out.ReadSlice(delim)
	s.n += int64(len(b))
	return b, err
}
