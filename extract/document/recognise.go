package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // pictures that pages are scanned into
	"image/png"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A page that is a picture is read by Tesseract, where there is one. Tesseract makes
// nothing of the tables of the forms as a whole: the ruling lines are found here, the
// cells cut out and laid under each other, numbers apart from labels. What comes out
// is a guess, whatever it looks like: the caller has to confirm it.

// recogniser is the program that reads pictures.
const recogniser = "tesseract"

// scanScale is how many dots a point of a page has when it is rendered: 300 an inch.
const scanScale = 300.0 / 72

// maxDots bounds the dots of a picture: a page of A3 at 300 an inch has 17 million.
const maxDots = 40_000_000

// ErrNoRecogniser says that there is no program that reads pictures.
var ErrNoRecogniser = errors.New("tesseract with its language chi_sim is needed on the PATH")

// Recognise reads the pages of a scan or a picture by way of Tesseract: a document
// whose Scanned is set. Errors: those of [Read], and ErrNoRecogniser.
func Recognise(ctx context.Context, b []byte, f Format, l Limits) (*Document, error) {
	l = l.withDefaults()
	program, err := exec.LookPath(recogniser)
	if err != nil {
		return nil, ErrNoRecogniser
	}
	d := &Document{Format: f, Containers: []Container{{Parent: -1}}, Scanned: true}
	var pages []*pdfPage
	if f == PDF {
		pages, err = scannedPages(ctx, b, program)
	} else {
		pages, err = pictureAsPage(ctx, b, f, program)
	}
	if err != nil {
		return nil, err
	}
	d.Blocks, _ = layOut(pages)
	cells := 0
	for _, block := range d.Blocks {
		if block.Table != nil {
			cells += len(block.Table.grid)
		}
	}
	if cells > l.Cells {
		return nil, &LimitError{What: "cells", Limit: int64(l.Cells)}
	}
	d.Containers[0].End = len(d.Blocks)
	return d, ctx.Err()
}

// maxScanned is how many pages are recognised; each takes some seconds.
const maxScanned = 40

func scannedPages(ctx context.Context, b []byte, program string) ([]*pdfPage, error) {
	f, err := openPDF(ctx, b)
	if err != nil {
		return nil, err
	}
	defer f.close()
	n := f.pages()
	if n > maxScanned {
		return nil, &LimitError{What: "scanned pages", Limit: maxScanned}
	}
	var pages []*pdfPage
	for i := range n {
		picture, err := f.render(i)
		if err != nil {
			return nil, err
		}
		p, err := readPicture(ctx, picture, program)
		if err != nil {
			return nil, err
		}
		p.number = i + 1
		pages = append(pages, p)
	}
	return pages, nil
}

func pictureAsPage(ctx context.Context, b []byte, f Format, program string) ([]*pdfPage, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, &FormatError{Format: f, Why: "it can't be recognised: " + err.Error()}
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxDots/c.Height {
		return nil, &LimitError{What: "dots", Limit: maxDots}
	}
	picture, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, &FormatError{Format: f, Why: "it is damaged: " + err.Error()}
	}
	bounds := picture.Bounds()
	gray := image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			gray.Set(x, y, picture.At(bounds.Min.X+x, bounds.Min.Y+y))
		}
	}
	p, err := readPicture(ctx, gray, program)
	if err != nil {
		return nil, err
	}
	p.number = 1
	return []*pdfPage{p}, nil
}

// render paints a page, counted from 0.
func (f *pdfFile) render(index int) (*image.Gray, error) {
	page := f.heavy("FPDF_LoadPage", f.document, uint64(index))
	if page == 0 {
		if f.err == nil {
			f.err = fmt.Errorf("its page %d can't be read", index+1)
		}
		return nil, f.failure()
	}
	var box [4]float64
	f.call("FPDF_GetPageBoundingBox", page, f.at(0))
	f.floats(box[:])
	turn := pdfTurn{box: box, quarters: int(f.call("FPDFPage_GetRotation", page)) & 3}
	pw, ph := turn.size()
	width, height := int(pw*scanScale), int(ph*scanScale)
	if width <= 0 || height <= 0 || width > maxDots/height {
		return nil, &LimitError{What: "dots", Limit: maxDots}
	}
	const gray, annotations, white = 1, 1, 0xffffffff
	bitmap := f.call("FPDFBitmap_CreateEx", uint64(width), uint64(height), gray, 0, 0)
	f.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint64(width), uint64(height), white)
	f.heavy("FPDF_RenderPageBitmap", bitmap, page, 0, 0, uint64(width), uint64(height), 0, annotations)
	from, stride := uint32(f.call("FPDFBitmap_GetBuffer", bitmap)), int(int32(f.call("FPDFBitmap_GetStride", bitmap)))
	if err := f.failure(); err != nil {
		return nil, err
	}
	dots, ok := f.module.Memory().Read(from, uint32(stride*height))
	if !ok || stride < width {
		f.err = errors.New("a page of it is too large to be painted")
		return nil, f.failure()
	}
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		copy(picture.Pix[y*picture.Stride:], dots[y*stride:y*stride+width])
	}
	f.call("FPDFBitmap_Destroy", bitmap)
	f.call("FPDF_ClosePage", page)
	return picture, f.failure()
}

// ink is how dark a dot is that is printed.
const ink = 140

// readPicture finds the tables of a page by their lines, and has the cells and what
// stands around the tables recognised.
func readPicture(ctx context.Context, picture *image.Gray, program string) (*pdfPage, error) {
	size := picture.Bounds()
	p := &pdfPage{width: float64(size.Dx()) / scanScale, height: float64(size.Dy()) / scanScale}
	p.rules = drawnRules(picture)
	p.tables = p.findTables()
	for _, t := range p.tables {
		if err := t.recognise(ctx, picture, program); err != nil {
			return nil, err
		}
		wipe(picture, dots(t.box, -2))
	}
	words, err := tesseract(ctx, program, picture, "chi_sim", "4")
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(words); {
		line := pdfTextLine{box: words[i].box, size: words[i].box.height()}
		var text strings.Builder
		for j := i; i < len(words) && words[i].line == words[j].line; i++ {
			text.WriteString(words[i].text)
			b := words[i].box
			line.box = pdfBox{min(line.box.x0, b.x0), min(line.box.y0, b.y0), max(line.box.x1, b.x1), max(line.box.y1, b.y1)}
		}
		line.text = foldString(text.String())
		line.parts = []string{line.text}
		if line.text != "" {
			p.lines = append(p.lines, line)
		}
	}
	return p, nil
}

// drawnRules finds the straight lines in a picture: runs of ink longer than any
// stroke of a character.
func drawnRules(picture *image.Gray) (rules []pdfRule) {
	size := picture.Bounds()
	const stroke = 26 * scanScale
	run := func(upright bool, at, length int, dark func(i int) bool) {
		for i := 0; i < length; {
			if !dark(i) {
				i++
				continue
			}
			from, miss := i, 0
			last := i
			for ; i < length && miss < 4; i++ { // a scan has gaps
				if dark(i) {
					last, miss = i, 0
				} else {
					miss++
				}
			}
			if float64(last-from) >= stroke {
				rules = append(rules, pdfRule{upright, float64(at) / scanScale, float64(from) / scanScale, float64(last+1) / scanScale})
			}
		}
	}
	for y := range size.Dy() {
		row := picture.Pix[y*picture.Stride:]
		run(false, y, size.Dx(), func(x int) bool { return row[x] < ink })
	}
	for x := range size.Dx() {
		run(true, x, size.Dy(), func(y int) bool { return picture.Pix[y*picture.Stride+x] < ink })
	}
	return rules
}

// dots gives the dots of a box, less a margin in points.
func dots(b pdfBox, margin float64) image.Rectangle {
	return image.Rect(int((b.x0+margin)*scanScale), int((b.y0+margin)*scanScale), int((b.x1-margin)*scanScale), int((b.y1-margin)*scanScale))
}

func wipe(picture *image.Gray, r image.Rectangle) {
	r = r.Intersect(picture.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			picture.SetGray(x, y, color.Gray{Y: 255})
		}
	}
}

// inked gives the part of a rectangle that something is printed in.
func inked(picture *image.Gray, r image.Rectangle) image.Rectangle {
	r = r.Intersect(picture.Bounds())
	found := image.Rectangle{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if picture.GrayAt(x, y).Y < ink {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

// recognise has the cells of a table read: laid under each other, once as labels and
// those that may be numbers once as such.
func (t *pdfTable) recognise(ctx context.Context, picture *image.Gray, program string) error {
	const (
		margin = 2.5 // points: the line, and what a scan smears of it
		speck  = 8   // dots
	)
	var labels, numbers strip
	for i := range t.cells {
		c := &t.cells[i]
		box := pdfBox{t.xs[c.col], t.ys[c.row], t.xs[c.col+c.cols], t.ys[c.row+c.rows]}
		part := inked(picture, dots(box, margin))
		if max(part.Dx(), part.Dy()) < speck {
			continue // blank, or a speck
		}
		wide, high := float64(part.Dx()), float64(part.Dy())
		oneLine := high < 14*scanScale
		if !oneLine || wide > 1.4*high && high > 4*scanScale {
			labels.add(i, part)
		}
		if oneLine && wide < 8*high {
			numbers.add(i, part)
		}
	}
	said, err := labels.read(ctx, picture, program, "chi_sim")
	if err != nil {
		return err
	}
	counted, err := numbers.read(ctx, picture, program, "eng", "-c", "tessedit_char_whitelist=0123456789.-")
	if err != nil {
		return err
	}
	for i := range t.cells {
		text := said[i]
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			text = counted[i]
		}
		t.cells[i].text = foldString(text)
	}
	return nil
}

// strip lays parts of a picture under each other.
type strip struct {
	cells []int
	parts []image.Rectangle
}

func (s *strip) add(cell int, part image.Rectangle) {
	s.cells, s.parts = append(s.cells, cell), append(s.parts, part)
}

// maxStrip is how high a picture may be that Tesseract reads.
const maxStrip = 30_000

// read has the parts recognised and gives the text of each cell.
func (s *strip) read(ctx context.Context, picture *image.Gray, program, language string, more ...string) (map[int]string, error) {
	const gap = 36
	out := map[int]string{}
	for from := 0; from < len(s.parts); {
		height, width, to := gap, 0, from
		tops := []int{}
		for to < len(s.parts) && height+s.parts[to].Dy()+gap < maxStrip {
			tops = append(tops, height)
			height += s.parts[to].Dy() + gap
			width = max(width, s.parts[to].Dx())
			to++
		}
		if to == from {
			return out, nil
		}
		laid := image.NewGray(image.Rect(0, 0, width+2*gap, height))
		wipe(laid, laid.Bounds())
		for i, part := range s.parts[from:to] {
			for y := range part.Dy() {
				at := (tops[i]+y)*laid.Stride + gap
				row := (part.Min.Y+y)*picture.Stride + part.Min.X
				copy(laid.Pix[at:at+part.Dx()], picture.Pix[row:row+part.Dx()])
			}
		}
		words, err := tesseract(ctx, program, laid, language, "6", more...)
		if err != nil {
			return nil, err
		}
		for _, w := range words {
			_, y := w.box.mid()
			for i, top := range tops {
				if v := y * scanScale; float64(top-gap/2) <= v && v < float64(top+s.parts[from+i].Dy()+gap/2) {
					out[s.cells[from+i]] += w.text
				}
			}
		}
		from = to
	}
	return out, nil
}

// word is a piece of text that Tesseract found.
type word struct {
	text string
	box  pdfBox
	line string
}

// tesseract runs the program on a picture. It reads from one pipe and writes to
// another, and leaves nothing behind.
func tesseract(ctx context.Context, program string, picture *image.Gray, language, mode string, more ...string) ([]word, error) {
	var in bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&in, picture); err != nil {
		return nil, err
	}
	args := append([]string{"stdin", "stdout", "-l", language, "--psm", mode, "--dpi", "300"}, more...)
	cmd := exec.CommandContext(ctx, program, append(args, "tsv")...)
	cmd.Stdin = &in
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.WaitDelay = time.Second
	killGroup(cmd)
	var message bytes.Buffer
	cmd.Stderr = &message
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w; it failed: %w %s", ErrNoRecogniser, err, foldString(message.String()))
	}
	var words []word
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		const level, leftAt, textAt = 0, 6, 11
		if len(fields) <= textAt || fields[level] != "5" || strings.TrimSpace(fields[textAt]) == "" {
			continue
		}
		var v [4]float64 // left, top, width, height
		for i := range v {
			n, err := strconv.Atoi(fields[leftAt+i])
			if err != nil {
				n = 0
			}
			v[i] = float64(n) / scanScale
		}
		words = append(words, word{
			text: fields[textAt], line: strings.Join(fields[1:5], "."), box: pdfBox{v[0], v[1], v[0] + v[2], v[1] + v[3]},
		})
	}
	return words, nil
}
