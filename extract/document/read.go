package document

import "context"

// A reader turns bytes of one format into a document.
type reader func(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error)

// readers holds a reader for each format that has one.
var readers = func() map[Format]reader {
	m := map[Format]reader{
		HTML:  ReadHTML,
		MHTML: ReadMHTML,
		Text:  ReadText,
		PDF:   ReadPDF,
		DOCX:  ReadDOCX,
		XLSX:  ReadXLSX,
	}
	for f := range legacy {
		m[f] = readLegacy(f)
	}
	return m
}()

func init() { readers[Zip] = ReadZip } // it reads what it unpacks

// unreadable says for formats without a reader what can be done.
var unreadable = map[Format]string{
	Gzip:   "it is compressed; decompress it first",
	RAR:    "it is an archive; unpack it and give the files in it",
	SevenZ: "it is an archive; unpack it and give the files in it",
	Locked: "it is protected by a password",
	Binary: "its bytes are neither text nor of a known format",
}

// Read reads a document of whatever format its bytes are of. Errors: *LimitError,
// *FormatError for a format without a reader, ErrEmpty, ctx.Err().
func Read(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	format := Detect(b, h)
	if format == "" {
		return nil, ErrEmpty
	}
	if read := readers[format]; read != nil {
		return read(ctx, b, h, l)
	}
	why, ok := unreadable[format]
	switch {
	case ok:
	case format.Picture():
		why = "it is a picture; what it shows would have to be recognised first"
	default:
		why = "there is no reader for it; convert it to HTML, DOCX or plain text"
	}
	return nil, &FormatError{Format: format, Why: why}
}
