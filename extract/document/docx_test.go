package document

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pack makes a zip archive of parts, in the order given: name, content, name …
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const docxRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="s" Type="http://x/styles" Target="styles.xml"/><Relationship Id="n" Type="http://x/numbering" Target="numbering.xml"/>
<Relationship Id="f" Type="http://x/footnotes" Target="footnotes.xml"/><Relationship Id="i" Type="http://x/image" Target="media/image1.png"/>
<Relationship Id="h" Type="http://x/hyperlink" Target="http://www.example.gov.cn/nb.pdf" TargetMode="External"/></Relationships>`

const docxStylesXML = `<w:styles xmlns:w="w"><w:style w:styleId="a1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="a2"><w:name w:val="小标题"/><w:basedOn w:val="a3"/></w:style><w:style w:styleId="a3"><w:name w:val="x"/><w:basedOn w:val="a2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:styleId="a4"><w:name w:val="list"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>`

const docxNumberingXML = `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>`

// docx makes a document with the given body.
func docx(t testing.TB, body string) []byte {
	return pack(t, "[Content_Types].xml", "<Types/>", "word/document.xml",
		`<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w" xmlns:r="r"><w:body>`+body+`<w:sectPr><w:p><w:r><w:t>页脚</w:t></w:r></w:p></w:sectPr></w:body></w:document>`,
		"word/_rels/document.xml.rels", docxRels, "word/styles.xml", docxStylesXML, "word/numbering.xml", docxNumberingXML,
		"word/footnotes.xml", `<w:footnotes xmlns:w="w"><w:footnote w:type="separator"><w:p><w:r><w:t>—</w:t></w:r></w:p></w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"docProps/core.xml", `<cp:coreProperties xmlns:cp="cp" xmlns:dc="dc" xmlns:dcterms="d"><dc:title>年度 报告</dc:title><dc:creator></dc:creator><dcterms:created>2022-01-05T08:00:00Z</dcterms:created></cp:coreProperties>`)
}

// wp is a paragraph, wt a run, wc a cell of a table with properties.
func wp(content string) string { return "<w:p>" + content + "</w:p>" }
func wt(text string) string    { return "<w:r><w:t xml:space=\"preserve\">" + text + "</w:t></w:r>" }
func wc(properties, text string) string {
	return "<w:tc><w:tcPr>" + properties + "</w:tcPr>" + wp(wt(text)) + "</w:tc>"
}

func readDOCX(t testing.TB, body string) *Document {
	t.Helper()
	d, err := Read(context.Background(), docx(t, body), Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	return d
}

func TestReadDOCX(t *testing.T) {
	style := func(id string) string { return `<w:pPr><w:pStyle w:val="` + id + `"/></w:pPr>` }
	num := func(id, level string) string {
		return `<w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + id + `"/></w:numPr></w:pPr>`
	}
	tests := []struct{ name, body, want string }{
		{"runs of a paragraph", wp(wt("公开")+wt("1")+wt("2")+wt(" 条")) + wp(""), "p 公开12 条\n"},
		{"headings by name, by outline level, by what a style is based on",
			wp(style("a1")+wt("报告")) + wp(style("a2")+wt("一")) + wp(`<w:pPr><w:outlineLvl w:val="2"/></w:pPr>`+wt("（一）")) + wp(`<w:pPr><w:outlineLvl w:val="9"/></w:pPr>`+wt("正文")),
			"h1 报告\nh2 一\nh3 （一）\np 正文\n"},
		{"tracked changes", wp(wt("收到") + `<w:del><w:r><w:delText>3</w:delText><w:t>3</w:t></w:r></w:del><w:ins>` + wt("4") + `</w:ins><w:moveFrom>` + wt("5") + `</w:moveFrom><w:moveTo>` + wt("件") + `</w:moveTo>`), "p 收到4件\n"},
		{"a deleted paragraph mark", wp(`<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>`+wt("收到")) + wp(wt("4件")) + wp(wt("完")), "p 收到4件\np 完\n"},
		{"hidden text", wp(wt("收到") + `<w:r><w:rPr><w:vanish/></w:rPr><w:t>3</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>4</w:t></w:r>`), "p 收到4\n"},
		{"fields show their result", wp(`<w:r><w:fldChar/><w:instrText>SUM(A1)</w:instrText></w:r>` + wt("12") + `<w:fldSimple w:instr="PAGE">` + wt("3") + `</w:fldSimple>`), "p 123\n"},
		{"a footnote number is no digit of the number before", wp(wt("12") + `<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>`), "p 12[1]\n"},
		{"breaks and tabs", wp(`<w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t><w:noBreakHyphen/><w:t>1</w:t></w:r>`), "p 一\np 二 三-1\n"},
		{"numbers of lists are written out",
			wp(num("1", "0")+wt("总体情况")) + wp(num("1", "1")+wt("甲")) + wp(style("a4")+wt("乙")) + wp(num("1", "0")+wt("主动公开")) + wp(num("1", "1")+wt("丙")) +
				wp(num("2", "0")+wt("点")) + wp(num("3", "0")+wt("问题")) + wp(num("3", "0")+wt("其他")) + wp(num("0", "0")+wt("无号")) + wp(num("9", "0")+wt("无此列表")),
			"p 一、总体情况\np 1.甲\np 2.乙\np 二、主动公开\np 1.丙\np 点\np 五、问题\np 六、其他\np 无号\np 无此列表\n"},
		{"a text box, in both of the ways it is stored", wp(wt("前") + `<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>` + wp(wt("框")) + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` + wp(wt("框")) + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>` + wt("后")),
			"p 前后\np 框\n"},
		{"pictures and links", wp(`<w:r><w:drawing><a:blip r:embed="i"/></w:drawing></w:r>` + wt("见") + `<w:hyperlink r:id="h">` + wt("附件") + `</w:hyperlink>`), "img word/media/image1.png\np 见附件\n"},
		{"a table with merged cells",
			"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>" + wc(`<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>`, "项目") + wc(`<w:gridSpan w:val="2"/>`, "申请人") + "</w:tr>" +
				"<w:tr>" + wc(`<w:gridSpan w:val="2"/><w:vMerge/>`, "") + wc("", "自然人") + wc("", "总计") + "</w:tr>" +
				"<w:tr>" + wc(`<w:vMerge w:val="restart"/>`, "三") + wc("", "公开") + wc("", "1") + wc("", "2") + "</w:tr>" +
				"<w:tr>" + wc(`<w:vMerge w:val="continue"/>`, "") + wc(`<w:hMerge w:val="restart"/>`, "部分") + wc(`<w:hMerge/>`, "") + wc("", "4") + "</w:tr></w:tbl>",
			"table\n|项目|\"|申请人|\"\n|\"|\"|自然人|总计\n|三|公开|1|2\n|\"|部分|\"|4\n"},
		{"a merge that was interrupted", "<w:tbl><w:tr>" + wc(`<w:vMerge w:val="restart"/>`, "a") + wc("", "b") + "</w:tr><w:tr>" + wc("", "c") + wc("", "d") + "</w:tr><w:tr>" + wc("<w:vMerge/>", "e") + wc("", "f") + "</w:tr></w:tbl>",
			"table\n|a|b\n|c|d\n|e|f\n"},
		{"deleted rows and cells, rows that begin further right, controls around rows and cells",
			"<w:tbl><w:tr><w:trPr><w:del/></w:trPr>" + wc("", "x") + wc("", "y") + "</w:tr><w:sdt><w:sdtContent><w:tr>" + wc("", "规章") + "<w:sdt><w:sdtContent>" + wc("", "1") + "</w:sdtContent></w:sdt>" + wc("<w:cellDel/>", "2") +
				"</w:tr></w:sdtContent></w:sdt><w:tr><w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>" + wc("", "3") + "</w:tr></w:tbl>",
			"table\n|规章|1\n||3\n"},
		{"a nested table", "<w:tbl><w:tr>" + wc("", "左") + "<w:tc>" + wp(wt("右")) + "<w:tbl><w:tr>" + wc("", "1") + wc("", "2") + "</w:tr></w:tbl></w:tc></w:tr></w:tbl>",
			"p 左\np 右\ntable\n|1|2\n"},
		{"lines of a cell", "<w:tbl><w:tr><w:tc>" + wp(wt("商业")) + wp(wt("企业")) + "</w:tc>" + wc("", "1") + "</w:tr></w:tbl>", "table\n|商业¶企业|1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := readDOCX(t, tt.body)
			if diff := cmp.Diff(tt.want+"p 脚注\n", sketch(d)); diff != "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadDOCXHead(t *testing.T) {
	d := readDOCX(t, wp(`<w:hyperlink r:id="h">`+wt("附件")+`</w:hyperlink>`))
	if diff := cmp.Diff([]MetaTag{{"dc:title", "年度 报告"}, {"dcterms:created", "2022-01-05T08:00:00Z"}}, d.Meta); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Link{{Href: "http://www.example.gov.cn/nb.pdf", Text: "附件"}}, d.Links); diff != "" {
		t.Error(diff)
	}
	if d.Format != DOCX {
		t.Errorf("format %s", d.Format)
	}
}

func TestReadDOCXHostile(t *testing.T) {
	ctx := context.Background()
	good := docx(t, wp(wt("正文")))
	bomb := docx(t, wp(wt(strings.Repeat("一", 1<<20))))
	tests := []struct {
		name   string
		in     []byte
		limits Limits
		limit  string // What of a LimitError
		format string // part of the message of a FormatError
	}{
		{name: "cut off", in: good[:len(good)-40], format: "damaged"},
		{name: "no document in it", in: pack(t, "word/document2.xml", "<a/>"), format: "word/document.xml is missing"},
		{name: "broken XML", in: docx(t, "<w:p><w:r"), format: "word/document.xml is damaged"},
		{name: "a bomb", in: bomb, limits: Limits{Unpacked: 1 << 20}, limit: "unpacked bytes"},
		{name: "too many elements", in: docx(t, strings.Repeat("<w:p/>", 1001)), limits: Limits{Tags: 1000}, limit: "tags"},
		{name: "nested too deep", in: docx(t, strings.Repeat("<w:tbl><w:tr><w:tc>", 20_000)), limit: "nesting depth"},
		{name: "cells that span too much", in: docx(t, "<w:tbl>"+strings.Repeat("<w:tr>"+strings.Repeat(wc(`<w:gridSpan w:val="99999999"/>`, "x"), 20)+"</w:tr>", 100)+"</w:tbl>"), limit: "cells"},
		{name: "rows and cells outside tables", in: docx(t, "<w:tr>"+wc("", "x")+"</w:tr>"+wc("", "y")+wp(wt("z"))+"</w:p></w:tbl>")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Read(ctx, tt.in, Hint{}, tt.limits)
			var limit *LimitError
			var format *FormatError
			switch {
			case tt.limit != "":
				if !errors.As(err, &limit) || limit.What != tt.limit {
					t.Errorf("error %v, want the limit on %s", err, tt.limit)
				}
			case tt.format != "":
				if !errors.As(err, &format) || format.Format != DOCX || !strings.Contains(format.Why, tt.format) {
					t.Errorf("error %v, want one about %q", err, tt.format)
				}
			case err != nil:
				t.Error(err)
			default:
				verify(t, d)
			}
		})
	}
}

// corpusFile finds a document of the shared corpus, which not everybody has.
func corpusFile(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "shared", "corpus", name)); err == nil {
			return b
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skipf("no shared corpus here: %s is not read", name)
		}
		dir = parent
	}
}

// tableShapes names the grids of a document.
func tableShapes(d *Document) string {
	var shapes []string
	for _, b := range d.Blocks {
		if b.Table != nil {
			shapes = append(shapes, fmt.Sprintf("%d×%d", b.Table.Rows, b.Table.Cols))
		}
	}
	return strings.Join(shapes, " ")
}

func TestReadDOCXOfTheCorpus(t *testing.T) {
	d, err := Read(context.Background(), corpusFile(t, "var-docx-2021/doc.docx"), Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	if got, want := tableShapes(d), "14×4 28×10 4×15"; got != want {
		t.Errorf("tables %s, want %s", got, want)
	}
}

func FuzzReadDOCX(f *testing.F) {
	f.Add(wp(wt("正文")) + "<w:tbl><w:tr>" + wc(`<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>`, "a") + "</w:tr><w:tr>" + wc("<w:vMerge/>", "b") + "</w:tr></w:tbl>")
	f.Add(`<w:p><w:pPr><w:numPr><w:ilvl w:val="8"/><w:numId w:val="3"/></w:numPr><w:rPr><w:del/></w:rPr></w:pPr></w:p><w:txbxContent><w:p>`)
	f.Add(`<w:tbl><w:tr><w:trPr><w:gridBefore w:val="3"/><w:del/></w:trPr><w:tc><w:tcPr><w:hMerge/></w:tcPr><w:tbl><w:tr><w:tc><w:p><w:hyperlink r:id="h"><w:r><w:br/>`)
	f.Fuzz(func(t *testing.T, body string) {
		d, err := ReadDOCX(context.Background(), docx(t, body), Hint{}, Limits{Cells: 10_000})
		if err != nil {
			var limit *LimitError
			var format *FormatError
			if !errors.As(err, &limit) && !errors.As(err, &format) {
				t.Fatal(err)
			}
			return
		}
		verify(t, d)
	})
}
