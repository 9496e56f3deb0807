package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// pdfDraft draws a PDF, in points from the bottom left corner.
type pdfDraft struct{ pages []*strings.Builder }

func (d *pdfDraft) page() *pdfDraft {
	d.pages = append(d.pages, new(strings.Builder))
	return d
}

func (d *pdfDraft) draw(format string, args ...any) *pdfDraft {
	fmt.Fprintf(d.pages[len(d.pages)-1], format+"\n", args...)
	return d
}

// text prints text at x, y; Chinese characters are as wide as they are high,
// others half of that. The font is not in the file: PDFium does not see a Chinese
// character that is printed alone in such a font.
func (d *pdfDraft) text(x, y, size float64, text string) *pdfDraft {
	var hex strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&hex, "%04x", u)
	}
	return d.draw("BT /F1 %g Tf %g %g Td <%s> Tj ET", size, x, y, hex.String())
}

// values prints numbers in columns at the right.
func (d *pdfDraft) values(y float64, texts ...string) *pdfDraft {
	for i, text := range texts {
		d.text(300+40*float64(i), y, 10, text)
	}
	return d
}

func (d *pdfDraft) line(x0, y0, x1, y1 float64) *pdfDraft {
	return d.draw("%g %g m %g %g l S", x0, y0, x1, y1)
}

// grid rules rows and columns at the given places, and prints the texts of the
// cells, row by row from the top, a little inside each.
func (d *pdfDraft) grid(xs, ys []float64, texts ...string) *pdfDraft {
	for _, x := range xs {
		d.line(x, ys[0], x, ys[len(ys)-1])
	}
	for _, y := range ys {
		d.line(xs[0], y, xs[len(xs)-1], y)
	}
	for i, text := range texts {
		row, col := i/(len(xs)-1), i%(len(xs)-1)
		for j, line := range strings.Split(text, "\n") {
			d.text(xs[col]+3, ys[row]-14-12*float64(j), 10, line)
		}
	}
	return d
}

func (d *pdfDraft) bytes(pageAttrs string) []byte {
	var out bytes.Buffer
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	out.WriteString("%PDF-1.4\n")
	kids := ""
	for i := range d.pages {
		kids += fmt.Sprintf("%d 0 R ", 7+2*i)
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object(fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(d.pages)))
	object("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>")
	object("<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500 814 939 500]/FontDescriptor 5 0 R>>")
	object("<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>")
	object("<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n0\nendstream")
	for i, p := range d.pages {
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>/XObject<</Im 6 0 R>>>>/Contents %d 0 R%s>>", 8+2*i, pageAttrs))
		object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", p.Len(), p))
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", len(offsets)+1, xref)
	return out.Bytes()
}

func readPDF(t testing.TB, b []byte) *Document {
	t.Helper()
	d, err := Read(context.Background(), b, Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Format != PDF {
		t.Fatalf("format %s", d.Format)
	}
	verify(t, d)
	return d
}

// needsPDFium skips where starting PDFium would take longer than the test.
func needsPDFium(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("PDFium takes seconds to compile")
	}
}

func TestReadPDF(t *testing.T) {
	needsPDFium(t)
	prose := strings.Repeat("一", 40)
	draft := func() *pdfDraft { return new(pdfDraft).page() }
	tests := []struct {
		name  string
		draft *pdfDraft
		attrs string
		want  string
	}{
		{name: "lines and paragraphs", draft: draft().text(250, 700, 16, "年度报告").text(90, 660, 12, "一、总体情况").
			text(90, 640, 12, prose).text(66, 622, 12, prose+"二").text(66, 604, 12, "三，共1024条。").text(90, 586, 12, "（一）主动公开。"),
			want: "p 年度报告\np 一、总体情况\np " + prose + prose + "二三，共1024条。\np （一）主动公开。\n"},
		{name: "paragraphs go on over pages, page numbers are left out",
			draft: draft().text(90, 100, 12, prose).text(66, 82, 12, prose+"二").text(300, 30, 10, "- 1 -").page().text(66, 740, 12, "三。").text(90, 700, 12, "四。").text(300, 30, 10, "- 2 -"),
			want:  "p " + prose + prose + "二三。\np 四。\n"},
		{name: "a plain number at the foot counts as page number when it counts",
			draft: draft().text(90, 700, 12, "一。").text(300, 30, 10, "7").page().text(90, 700, 12, "二。").text(300, 30, 10, "8").page().text(90, 700, 12, "三。").text(300, 30, 10, "36"),
			want:  "p 一。\np 二。\np 三。\np 36\n"},
		{name: "a header on every page stands once",
			draft: draft().text(90, 770, 9, "柳溪县年报").text(90, 700, 12, "一。").page().text(90, 770, 9, "柳溪县年报").text(90, 700, 12, "二。").page().text(90, 770, 9, "柳溪县年报").text(90, 700, 12, "三。"),
			want:  "p 柳溪县年报\np 一。\np 二。\np 三。\n"},
		{name: "ruling lines make a table", draft: draft().text(66, 760, 12, "表前").grid([]float64{66, 166, 266, 366}, []float64{740, 720, 690}, "项目", "自然人", "总计", "规章", "商业\n企业", "12").text(66, 600, 12, "表后"),
			want: "p 表前\ntable\n|项目|自然人|总计\n|规章|商业¶企业|12\np 表后\n"},
		{name: "cells without a line between them are one",
			draft: draft().line(66, 740, 366, 740).line(166, 720, 366, 720).line(66, 700, 366, 700).line(66, 740, 66, 700).line(166, 740, 166, 700).line(266, 720, 266, 700).line(366, 740, 366, 700).
				text(70, 716, 10, "项目").text(200, 726, 10, "申请人").text(170, 706, 10, "1").text(270, 706, 10, "2"),
			want: "table\n|项目|申请人|\"\n|\"|1|2\n"},
		{name: "lines drawn as thin areas, as rectangles, twice, and in pieces",
			draft: draft().draw("66 739.5 300 1 re f 66 719.5 300 1 re f 66 700 300 40 re S 66 700 m 66 720 l 66 718 m 66 740 l S").line(166, 740, 166, 700).line(167, 740, 167, 700).
				text(70, 726, 10, "a").text(170, 726, 10, "b").text(70, 706, 10, "c").text(170, 706, 10, "d"),
			want: "table\n|a|b\n|c|d\n"},
		{name: "shaded areas and frames are no tables", draft: draft().draw("0.9 g 66 600 300 100 re f 0 g").draw("60 500 400 250 re S").text(70, 650, 12, "一。"), want: "p 一。\n"},
		{name: "a table open at its sides", draft: draft().line(66, 740, 366, 740).line(66, 720, 366, 720).line(66, 700, 366, 700).line(166, 740, 166, 700).line(266, 740, 266, 700).
			text(70, 726, 10, "a").text(170, 726, 10, "b").text(270, 726, 10, "c").text(70, 706, 10, "d").text(170, 706, 10, "1").text(270, 706, 10, "2"),
			want: "table\n|a|b|c\n|d|1|2\n"},
		{name: "a table goes on over a page break",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80, 60}, "项目", "甲项", "乙项", "规章", "1", "2").text(300, 30, 10, "— 1 —").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740}, "文件", "3", "4").text(300, 30, 10, "— 2 —"),
			want: "table\n|项目|甲项|乙项\n|规章|1|2\n|文件|3|4\n"},
		{name: "a page break within a row",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80, 60}, "1.规章", "1", "2", "2.行政规范", "3", "4").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740, 720}, "性文件", "", "", "3.许可", "5", "6"),
			want: "table\n|1.规章|1|2\n|2.行政规范¶性文件|3|4\n|3.许可|5|6\n"},
		{name: "a row of blanks after a page break is a row",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80}, "1.规章", "1", "2").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740}, "2.许可", "", ""),
			want: "table\n|1.规章|1|2\n|2.许可||\n"},
		{name: "a page break leaves a blank part of a row",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80}, "1.规章", "1", "2").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 755, 735}, "", "", "", "2.许可", "3", "4"),
			want: "table\n|1.规章|1|2\n|2.许可|3|4\n"},
		{name: "a page break within a header",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80}, "信息内容", "本年制发", "本年废止").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740, 720}, "", "件数", "件数", "规章", "3", "4"),
			want: "table\n|信息内容|本年制发¶件数|本年废止¶件数\n|规章|3|4\n"},
		{name: "values on both sides of a page break are two rows",
			draft: draft().grid([]float64{66, 166, 266, 366}, []float64{100, 80}, "规章", "1", "2").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740}, "", "3", "4"),
			want: "table\n|规章|1|2\n||3|4\n"},
		{name: "the banner of a table at the end of a page",
			draft: draft().grid([]float64{66, 366}, []float64{100, 80}, "第二十条第（一）项").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740}, "规章", "3", "4"),
			want: "table\n|第二十条第（一）项|\"|\"\n|规章|3|4\n"},
		{name: "a frame around a line is no table", draft: draft().grid([]float64{66, 366}, []float64{100, 80}, "第二十条").text(66, 60, 12, "一。二。"), want: "p 第二十条\np 一。二。\n"},
		{name: "text outside of the page", draft: draft().text(66, 700, 12, "一。二。").text(620, 700, 12, "三。四。").text(66, 820, 12, "五。六。"), want: "p 一。二。\n"},
		{name: "a block label spans a page break",
			draft: draft().line(66, 100, 366, 100).line(166, 80, 366, 80).line(66, 60, 366, 60).line(66, 100, 66, 60).line(166, 100, 166, 60).line(266, 100, 266, 60).line(366, 100, 366, 60).
				text(70, 84, 10, "（三）不予").text(170, 86, 10, "1.甲").text(270, 86, 10, "1").text(170, 66, 10, "2.乙").text(270, 66, 10, "2").
				page().grid([]float64{66, 166, 266, 366}, []float64{760, 740}, "公开", "3.丙", "3"),
			want: "table\n|（三）不予¶公开|1.甲|1\n|\"|2.乙|2\n|\"|3.丙|3\n"},
		{name: "other columns are another table",
			draft: draft().grid([]float64{66, 166, 366}, []float64{100, 80}, "甲项", "1").page().grid([]float64{66, 216, 266, 366}, []float64{760, 740}, "乙项", "2", "3"),
			want:  "table\n|甲项|1\ntable\n|乙项|2|3\n"},
		{name: "a footnote mark is no digit of the number before it", draft: draft().text(66, 700, 12, "共12").text(90, 705, 6, "1").text(93, 700, 12, "件。"), want: "p 共12[1]件。\n"},
		{name: "text printed twice to look bold", draft: draft().text(66, 700, 12, "共12件").text(66.3, 700, 12, "共12件"), want: "p 共12件\n"},
		{name: "a number that fills its cell and goes on below", draft: draft().grid([]float64{66, 166, 192}, []float64{740, 700}, "处罚", "3985\n758"), want: "table\n|处罚|3985758\n"},
		{name: "two numbers in a cell stay two", draft: draft().grid([]float64{66, 166, 266}, []float64{740, 700}, "处罚", "3985\n758"), want: "table\n|处罚|3985¶758\n"},
		{name: "a row without ruling lines", draft: draft().text(66, 700, 12, "规章").text(200, 700, 12, "0").text(300, 700, 12, "1").text(400, 700, 12, "9"), want: "p 规章\np 0\np 1\np 9\n"},
		{name: "rows without ruling lines stand beside the middle of their labels",
			draft: draft().values(694, "1", "2", "3", "4", "10").text(120, 700, 10, "1.申请人无理由逾期").text(120, 688, 10, "不补正").
				values(660, "0", "0", "1203", "0", "1203").text(120, 672, 10, "2.申请人逾期不按通知").text(120, 660, 10, "要求缴费、不再").text(120, 648, 10, "处理").
				text(66, 676, 10, "（六）其").text(66, 664, 10, "他处理").values(630, "1", "2", "1206", "4", "1213").text(66, 630, 10, "（七）总计"),
			want: "p （六）其他处理\np 1.申请人无理由逾期不补正\np 1\np 2\np 3\np 4\np 10\n" +
				"p 2.申请人逾期不按通知要求缴费、不再处理\np 0\np 0\np 1203\np 0\np 1203\np （七）总计\np 1\np 2\np 1206\np 4\np 1213\n"},
		{name: "radicals that stand for characters", draft: draft().text(66, 700, 12, "⼀、⽇期"), want: "p 一、日期\n"},
		{name: "a page turned on its side", attrs: "/Rotate 90",
			draft: draft().draw("0 1 -1 0 600 0 cm").grid([]float64{66, 166, 266}, []float64{540, 520, 500}, "a", "b", "c", "1").text(66, 480, 12, "12.5"),
			want:  "table\n|a|b\n|c|1\np 12.5\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, sketch(readPDF(t, tt.draft.bytes(tt.attrs)))); diff != "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
		})
	}
}

// A character alone in a font that is not in the file is lost; it is counted. Others,
// and digits alone, are not lost.
func TestReadPDFWithoutFonts(t *testing.T) {
	needsPDFium(t)
	d := readPDF(t, new(pdfDraft).page().text(66, 700, 12, "公开").text(66, 680, 12, "无").text(66, 660, 12, "7").bytes(""))
	if got := sketch(d); got != "p 公开\np 7\n" || d.Charset.Replaced != 1 {
		t.Errorf("%d characters lost, blocks %q", d.Charset.Replaced, got)
	}
}

func TestReadPDFOfScans(t *testing.T) {
	needsPDFium(t)
	picture := func() *pdfDraft { return new(pdfDraft).page().draw("q 560 0 0 760 20 20 cm /Im Do Q") }
	d := readPDF(t, picture().bytes(""))
	if got := sketch(d); !d.Scanned || got != "img\n" {
		t.Errorf("scanned %v, blocks %q", d.Scanned, got)
	}
	d = readPDF(t, picture().draw("3 Tr").text(66, 700, 12, "共12件").bytes(""))
	if got := sketch(d); !d.Scanned || got != "img\np 共12件\n" {
		t.Errorf("recognised text: scanned %v, blocks %q", d.Scanned, got)
	}
	d = readPDF(t, new(pdfDraft).page().draw("q 200 0 0 200 20 20 cm /Im Do Q").text(66, 700, 12, "共12件").bytes(""))
	if got := sketch(d); d.Scanned || got != "p 共12件\nimg\n" {
		t.Errorf("a page with a picture: scanned %v, blocks %q", d.Scanned, got)
	}
}

func TestReadPDFHostile(t *testing.T) {
	needsPDFium(t)
	ctx := context.Background()
	good := new(pdfDraft).page().text(66, 700, 12, "一").bytes("")
	pages := new(pdfDraft)
	for range maxPages + 1 {
		pages.page()
	}
	scribble := new(pdfDraft).page()
	for i := range 3000 {
		scribble.line(0, float64(i)/4, 600, float64(i)/4+100)
		scribble.line(float64(i)/5, 0, float64(i)/5, 800)
		scribble.line(0, float64(i)/5, 600, float64(i)/5)
	}
	for _, tt := range []struct {
		name   string
		in     []byte
		limits Limits
		limit  string
		format bool
	}{
		{name: "only a header", in: []byte("%PDF-1.7\n"), format: true},
		{name: "half a file", in: good[:len(good)/3], format: true},
		{name: "no pages", in: new(pdfDraft).bytes("")},
		{name: "too many pages", in: pages.bytes(""), limit: "pages"},
		{name: "too much on a page", in: new(pdfDraft).page().text(0, 0, 1, strings.Repeat("一", 5000)).bytes(""), limits: Limits{Tags: 1000}, limit: "page objects"},
		{name: "a drawing of thousands of lines", in: scribble.bytes("")},
		{name: "a table of too many cells", in: new(pdfDraft).page().grid([]float64{0, 10, 20, 30}, []float64{100, 90, 80}, "1").bytes(""), limits: Limits{Cells: 5}, limit: "cells"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Read(ctx, tt.in, Hint{}, tt.limits)
			var limit *LimitError
			var format *FormatError
			switch {
			case tt.limit != "":
				if !errors.As(err, &limit) || limit.What != tt.limit {
					t.Errorf("error %v, want the limit on %s", err, tt.limit)
				}
			case tt.format:
				if !errors.As(err, &format) || format.Format != PDF {
					t.Errorf("error %v", err)
				}
			case err != nil:
				t.Error(err)
			default:
				verify(t, d)
			}
		})
	}
}

// A document that takes too long is given up in the middle, and the next one is
// read: more of them than there are instances.
func TestReadPDFStopsWithItsContext(t *testing.T) {
	needsPDFium(t)
	slow := new(pdfDraft).page()
	for range 300_000 {
		slow.draw("0 0 m 9 9 l S")
	}
	in := slow.bytes("")
	if _, err := Prepare(PDF); err != nil {
		t.Fatal(err)
	}
	for i := range 2*runtime.GOMAXPROCS(0) + 2 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*20*time.Millisecond)
		start := time.Now()
		_, err := Read(ctx, in, Hint{}, Limits{Tags: 10_000_000})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
	}
	readPDF(t, new(pdfDraft).page().text(66, 700, 12, "一。").bytes(""))
}

func TestReadPDFOfTheCorpus(t *testing.T) {
	needsPDFium(t)
	for name, want := range map[string]string{
		"huaian-2024": "14×4 28×10 4×15", "var-pdf-2021": "14×4 28×10 4×15", "var-pdf-crossing": "14×4 28×10 4×15", "var-pdf-scan": "",
	} {
		t.Run(name, func(t *testing.T) {
			d := readPDF(t, corpusFile(t, name+"/doc.pdf"))
			if got := tableShapes(d); got != want {
				t.Errorf("tables %s, want %s", got, want)
			}
			if d.Scanned != (want == "") {
				t.Errorf("scanned %v", d.Scanned)
			}
		})
	}
}

func BenchmarkReadPDF(b *testing.B) {
	needsPDFium(b)
	d := new(pdfDraft)
	for range 6 { // as many characters as a report has
		d.page()
		for i := range 16 {
			d.text(66, 780-18*float64(i), 12, strings.Repeat("公开", 20))
		}
		xs, ys := []float64{66}, []float64{450}
		for i := range 10 {
			xs = append(xs, 66+40*float64(i+1))
			ys = append(ys, 450-25*float64(i+1))
		}
		d.grid(xs, ys, strings.Split(strings.Repeat("12,", 100), ",")[:100]...)
	}
	in := d.bytes("")
	if _, err := Prepare(PDF); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadPDF(context.Background(), in, Hint{}, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
