package document

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"sync"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// PDFium reads PDF. It runs as WebAssembly: whatever a hostile file does to it,
// it sees no file and no network, has bounded memory, and is thrown away after
// each document.

// pdfiumPages is the memory of one instance, in pages of 64 KiB: 512 MiB.
const pdfiumPages = 8192

// pdfiumPool compiles PDFium on first use, which takes seconds; what comes out is
// kept in the user's cache directory, where there is one, and loads in 0.1 s.
var pdfiumPool = sync.OnceValues(func() (pdfium.Pool, error) {
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(pdfiumPages).WithCloseOnContextDone(true)
	if dir, err := os.UserCacheDir(); err == nil {
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(dir, "gongkai", "pdfium")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal:      max(2, runtime.GOMAXPROCS(0)),
		FSConfig:      wazero.NewFSConfig(),
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return pool, nil
})

// pdfFile is a PDF opened in an instance of its own.
type pdfFile struct {
	ctx      context.Context
	instance pdfium.Pdfium
	module   api.Module
	calls    map[string]api.Function
	stack    [8]uint64
	scratch  uint32 // 64 bytes for what a call gives back
	document uint64
	err      error // of the first call that failed
}

// openPDF hands b to PDFium. The instance ends when ctx does, also in the middle
// of a call.
func openPDF(ctx context.Context, b []byte) (*pdfFile, error) {
	pool, err := pdfiumPool()
	if err != nil {
		return nil, err
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	f := &pdfFile{ctx: ctx, instance: instance, calls: map[string]api.Function{}}
	// The calls of go-pdfium take 50 µs a character, mostly for looking up
	// functions and allocating results; the module takes 1 µs. Its type is
	// internal to go-pdfium, its field is not.
	impl := reflect.Indirect(reflect.ValueOf(instance.GetImplementation()))
	if field := impl.FieldByName("Module"); field.IsValid() && field.CanInterface() {
		f.module, _ = field.Interface().(api.Module)
	}
	if f.module == nil {
		f.close()
		return nil, errors.New("start PDFium: go-pdfium hides its module")
	}
	f.scratch = uint32(f.call("malloc", 64))
	data := uint32(f.call("malloc", uint64(len(b)+1)))
	if f.err == nil && (f.scratch == 0 || data == 0 || !f.module.Memory().Write(data, b)) {
		f.err = errors.New("PDFium is out of memory")
	}
	f.document = f.heavy("FPDF_LoadMemDocument64", uint64(data), uint64(len(b)), 0)
	if f.err == nil && f.document == 0 {
		f.err = errors.New("its structure can't be read")
		if f.call("FPDF_GetLastError") == 4 {
			f.err = errors.New("it is protected by a password")
		}
	}
	if f.err != nil {
		defer f.close()
		return nil, f.failure()
	}
	return f, nil
}

func (f *pdfFile) close() {
	// Nothing can be done about an instance that does not end in order: it is
	// thrown away in any case.
	_ = f.instance.Close()
}

// failure is the error of a file that PDFium could not read.
func (f *pdfFile) failure() error {
	switch {
	case f.ctx.Err() != nil:
		return f.ctx.Err()
	case f.err != nil:
		return &FormatError{Format: PDF, Why: f.err.Error()}
	}
	return nil
}

// call calls a function of PDFium that does little. After an error all calls
// give 0.
func (f *pdfFile) call(name string, args ...uint64) uint64 {
	return f.invoke(context.Background(), name, args)
}

// heavy calls a function that may take long and ends with the context, which
// costs some microseconds.
func (f *pdfFile) heavy(name string, args ...uint64) uint64 {
	return f.invoke(f.ctx, name, args)
}

func (f *pdfFile) invoke(ctx context.Context, name string, args []uint64) uint64 {
	if f.err != nil {
		return 0
	}
	fn := f.calls[name]
	if fn == nil {
		if fn = f.module.ExportedFunction(name); fn == nil {
			f.err = fmt.Errorf("PDFium has no function %s", name)
			return 0
		}
		f.calls[name] = fn
	}
	f.stack[0] = 0
	copy(f.stack[:], args)
	if err := fn.CallWithStack(ctx, f.stack[:max(1, len(args))]); err != nil {
		f.err = fmt.Errorf("PDFium failed in %s", name)
		return 0
	}
	return f.stack[0]
}

// floats reads what a call left in the scratch memory.
func (f *pdfFile) floats(v []float64) {
	b, ok := f.module.Memory().Read(f.scratch, uint32(4*len(v)))
	for i := range v {
		v[i] = 0
		if ok {
			v[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
		if math.IsNaN(v[i]) || math.Abs(v[i]) > 1e6 {
			v[i] = 0
		}
	}
}

// at is the address of the nth number of four bytes in the scratch memory.
func (f *pdfFile) at(n uint32) uint64 { return uint64(f.scratch + 4*n) }

func (f *pdfFile) pages() int { return int(int32(f.call("FPDF_GetPageCount", f.document))) }

// meta reads an entry of the document's information.
func (f *pdfFile) meta(key string) string {
	const size = 2048
	tag, buf := uint32(f.call("malloc", uint64(len(key)+1))), uint32(f.call("malloc", size))
	if f.err != nil || tag == 0 || buf == 0 {
		return ""
	}
	memory := f.module.Memory()
	memory.Write(tag, append([]byte(key), 0))
	n := uint32(f.call("FPDF_GetMetaText", f.document, uint64(tag), uint64(buf), size))
	b, ok := memory.Read(buf, min(n, size))
	if !ok || n > size {
		return ""
	}
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return foldString(string(utf16.Decode(units)))
}

// pdfLimit counts down how many characters and drawn objects a file may have.
type pdfLimit struct{ left, limit int }

func (l *pdfLimit) take(n int) error {
	if l.left -= n; l.left < 0 {
		return &LimitError{What: "page objects", Limit: int64(l.limit)}
	}
	return nil
}

// page reads the characters, lines and pictures of a page, counted from 0.
func (f *pdfFile) page(index int, limit *pdfLimit) (*pdfPage, error) {
	handle := f.heavy("FPDF_LoadPage", f.document, uint64(index))
	if f.err != nil {
		return nil, f.failure()
	}
	p := &pdfPage{number: index + 1}
	if handle == 0 { // a page without content, or a broken one among others
		return p, nil
	}
	var box [4]float64
	f.call("FPDF_GetPageBoundingBox", handle, f.at(0))
	f.floats(box[:])
	turn := pdfTurn{box: box, quarters: int(f.call("FPDFPage_GetRotation", handle)) & 3}
	p.width, p.height = turn.size()
	if err := f.chars(handle, turn, p, limit); err != nil {
		return nil, err
	}
	n := int(int32(f.call("FPDFPage_CountObjects", handle)))
	if err := limit.take(n); err != nil {
		return nil, err
	}
	for i := range n {
		if err := f.object(f.call("FPDFPage_GetObject", handle, uint64(i)), identity, turn, p, limit, 0); err != nil {
			return nil, err
		}
	}
	f.call("FPDF_ClosePage", handle)
	return p, f.failure()
}

func (f *pdfFile) chars(page uint64, turn pdfTurn, p *pdfPage, limit *pdfLimit) error {
	text := f.heavy("FPDFText_LoadPage", page)
	if text == 0 {
		return f.failure()
	}
	n := int(int32(f.call("FPDFText_CountChars", text)))
	if err := limit.take(n); err != nil {
		return err
	}
	for i := range n {
		if i%patience == 0 && f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		r := rune(uint32(f.call("FPDFText_GetUnicode", text, uint64(i))))
		if r <= ' ' && r > 0 || isSpace(r) || isInvisible(r) {
			continue // where there is a space is seen from the places of the others
		}
		if f.call("FPDFText_GetLooseCharBox", text, uint64(i), f.at(0)) == 0 {
			continue
		}
		var v [4]float64 // left, top, right, bottom
		f.floats(v[:])
		c := pdfChar{r: r, box: turn.apply(v[0], v[3], v[2], v[1])}
		if x, y := c.box.mid(); 0 <= x && x <= p.width && 0 <= y && y <= p.height { // the rest is not printed
			p.chars = append(p.chars, c)
		}
	}
	f.call("FPDFText_ClosePage", text)
	return nil
}

// The kinds of page object and of path segment in PDFium.
const (
	pdfText, pdfPath, pdfImage, pdfForm = 1, 2, 3, 5
	pdfLineTo, pdfMoveTo                = 0, 2
)

// pdfForms is how deep objects may stand in each other.
const pdfForms = 8

func (f *pdfFile) object(o uint64, m pdfMatrix, turn pdfTurn, p *pdfPage, limit *pdfLimit, depth int) error {
	if f.err != nil {
		return f.failure()
	}
	if o == 0 {
		return nil
	}
	switch f.call("FPDFPageObj_GetType", o) {
	case pdfText:
		const invisible = 3
		if f.call("FPDFTextObj_GetTextRenderMode", o) == invisible {
			p.invisible++
		}
		return f.lost(o, p)
	case pdfPath:
		return f.path(o, m, turn, p, limit)
	case pdfImage:
		f.call("FPDFPageObj_GetBounds", o, f.at(0), f.at(1), f.at(2), f.at(3))
		var v [4]float64 // left, bottom, right, top
		f.floats(v[:])
		x0, y0 := m.apply(v[0], v[1])
		x1, y1 := m.apply(v[2], v[3])
		p.pictures = append(p.pictures, turn.apply(x0, y0, x1, y1))
	case pdfForm:
		if depth == pdfForms {
			return nil
		}
		inner := f.matrix(o).then(m)
		n := int(int32(f.call("FPDFFormObj_CountObjects", o)))
		if err := limit.take(n); err != nil {
			return err
		}
		for i := range n {
			if err := f.object(f.call("FPDFFormObj_GetObject", o, uint64(i)), inner, turn, p, limit, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// lost counts a piece of text that PDFium leaves out of the text of a page. It takes
// the size of a piece from the glyphs; the glyphs of a Chinese font that the file does
// not bring along are not known, so that a character alone has no width, and what has
// no width is not text. Of more than one character at least the places are known.
func (f *pdfFile) lost(o uint64, p *pdfPage) error {
	f.call("FPDFPageObj_GetBounds", o, f.at(0), f.at(1), f.at(2), f.at(3))
	var v [4]float64 // left, bottom, right, top
	f.floats(v[:])
	if math.Abs(v[2]-v[0]) < 0.01 {
		if font := f.call("FPDFTextObj_GetFont", o); font != 0 && f.call("FPDFFont_GetIsEmbedded", font) == 0 {
			p.lost++
		}
	}
	return f.failure()
}

func (f *pdfFile) matrix(o uint64) pdfMatrix {
	if f.call("FPDFPageObj_GetMatrix", o, f.at(0)) == 0 {
		return identity
	}
	var m pdfMatrix
	f.floats(m[:])
	return m
}

// path takes the horizontal and vertical lines of a path: its strokes, and areas
// so thin that they are lines.
func (f *pdfFile) path(o uint64, m pdfMatrix, turn pdfTurn, p *pdfPage, limit *pdfLimit) error {
	n := int(int32(f.call("FPDFPath_CountSegments", o)))
	if err := limit.take(n); err != nil {
		return err
	}
	f.call("FPDFPath_GetDrawMode", o, f.at(0), f.at(1))
	mode, _ := f.module.Memory().Read(f.scratch, 8)
	if len(mode) < 8 {
		return nil
	}
	filled, stroked := mode[0] != 0, mode[4] != 0
	if !filled && !stroked {
		return nil
	}
	m = f.matrix(o).then(m)
	var shape []pdfPoint
	finish := func(closed bool) {
		p.addShape(shape, stroked, filled, closed)
		shape = shape[:0]
	}
	for i := range n {
		segment := f.call("FPDFPath_GetPathSegment", o, uint64(i))
		if segment == 0 {
			continue
		}
		kind := f.call("FPDFPathSegment_GetType", segment)
		if kind == pdfMoveTo {
			finish(false)
		}
		f.call("FPDFPathSegment_GetPoint", segment, f.at(0), f.at(1))
		var v [2]float64
		f.floats(v[:])
		x, y := m.apply(v[0], v[1])
		b := turn.apply(x, y, x, y)
		shape = append(shape, pdfPoint{b.x0, b.y0, kind == pdfMoveTo || kind == pdfLineTo})
		if f.call("FPDFPathSegment_GetClose", segment) != 0 {
			finish(true)
		}
	}
	finish(false)
	return f.failure()
}
