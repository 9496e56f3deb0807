package document

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os/exec"
	"testing"
)

// painted paints a table of digits, each cell in dots as wide as they are high, on a
// picture of 300 dots an inch.
func painted(rows ...string) *image.Gray {
	digits := map[rune][7]string{
		'0': {" ### ", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "}, '1': {"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
		'2': {" ### ", "#   #", "    #", "  ## ", " #   ", "#    ", "#####"}, '7': {"#####", "    #", "   # ", "  #  ", "  #  ", "  #  ", "  #  "},
	}
	const cell, line, dot = 160, 3, 6
	picture := image.NewGray(image.Rect(0, 0, 2*cell+len(rows[0])*cell, 2*cell+len(rows)*cell))
	wipe(picture, picture.Bounds())
	box := func(x0, y0, x1, y1 int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				picture.SetGray(x, y, color.Gray{})
			}
		}
	}
	for i := range len(rows) + 1 {
		box(cell, cell+i*cell, cell+len(rows[0])*cell, cell+i*cell+line)
	}
	for i := range len(rows[0]) + 1 {
		box(cell+i*cell, cell, cell+i*cell+line, cell+len(rows)*cell+line)
	}
	for i, row := range rows {
		for j, r := range row {
			for y, bits := range digits[r] {
				for x, bit := range bits {
					if bit == '#' {
						x0, y0 := cell+j*cell+60+x*dot, cell+i*cell+55+y*dot
						box(x0, y0, x0+dot, y0+dot)
					}
				}
			}
		}
	}
	return picture
}

// The lines of a picture make the grid, whatever is in the cells.
func TestDrawnRules(t *testing.T) {
	picture := painted("012", "7 1")
	p := &pdfPage{width: 1000, height: 1000, rules: drawnRules(picture)}
	tables := p.findTables()
	if len(tables) != 1 || tables[0].rows() != 2 || tables[0].cols() != 3 {
		t.Fatalf("tables %+v", tables)
	}
	for i, want := range []bool{true, true, true, true, false, true} {
		c := tables[0].cells[i]
		box := pdfBox{tables[0].xs[c.col], tables[0].ys[c.row], tables[0].xs[c.col+1], tables[0].ys[c.row+1]}
		if got := !inked(picture, dots(box, 2.5)).Empty(); got != want {
			t.Errorf("cell %d is printed in: %v", i, got)
		}
	}
}

func TestRecognise(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, painted("012", "7 1")); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath(recogniser); err != nil {
		t.Skip("there is no tesseract on the PATH; what pictures say can't be tested")
	}
	d, err := Recognise(context.Background(), b.Bytes(), PNG, Limits{})
	if errors.Is(err, ErrNoRecogniser) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	if got := tableShapes(d); got != "2×3" || !d.Scanned {
		t.Fatalf("tables %s, scanned %v", got, d.Scanned)
	}
	for _, block := range d.Blocks {
		if block.Table != nil && block.Table.At(1, 1).Text != "" {
			t.Errorf("the blank cell has %q", block.Table.At(1, 1).Text)
		}
	}
}

func TestRecogniseHostile(t *testing.T) {
	if _, err := exec.LookPath(recogniser); err != nil {
		t.Skip("there is no tesseract on the PATH")
	}
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 8000, 6000), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	var limit *LimitError
	if _, err := Recognise(context.Background(), huge.Bytes(), PNG, Limits{}); !errors.As(err, &limit) || limit.What != "dots" {
		t.Errorf("a huge picture: %v", err)
	}
	var format *FormatError
	if _, err := Recognise(context.Background(), []byte("\x89PNG\r\n\x1a\n"), PNG, Limits{}); !errors.As(err, &format) {
		t.Errorf("half a picture: %v", err)
	}
}
