package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// workbook makes a file; the function fills it.
func workbook(t testing.TB, fill func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestReadXLSX(t *testing.T) {
	b := workbook(t, func(f *excelize.File) error {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 3}) // #,##0
		if err != nil {
			return err
		}
		rows := [][]any{
			{"附件"},
			{"柳溪县政府信息公开工作情况统计表"},
			{"单位：件"},
			{"项目", "", "申请人情况"},
			{"", "", "自然人", "总计"},
			{"规章", nil, 0, 12345},
			{"商业\n企业", nil, 1.5},
			{},
			{"填表人", "甲"},
		}
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				return err
			}
			if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
				return err
			}
		}
		_, err = f.NewSheet("草稿")
		return errors.Join(err,
			f.SetCellStyle("Sheet1", "D6", "D6", style),
			f.SetCellFormula("Sheet1", "D7", "SUM(C6:C7)"),
			f.MergeCell("Sheet1", "A4", "B5"), f.MergeCell("Sheet1", "C4", "D4"), f.MergeCell("Sheet1", "A6", "B6"), f.MergeCell("Sheet1", "F90", "Z99"),
			f.SetCellValue("草稿", "A1", "不公开"), f.SetSheetVisible("草稿", false),
			f.SetDocProps(&excelize.DocProperties{Title: "统计表"}))
	})
	d, err := Read(context.Background(), b, Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	want := "p 附件\np 柳溪县政府信息公开工作情况统计表\ntable\n|单位：件|.|.|.\n|项目|\"|申请人情况|\"\n|\"|\"|自然人|总计\n|规章|\"|0|12,345\n|商业¶企业||1.5|\ntable\n|填表人|甲\n"
	if diff := cmp.Diff(want, sketch(d)); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if d.Format != XLSX || len(d.Containers) < 2 || d.Containers[1].ID != "Sheet1" || len(d.Meta) == 0 || d.Meta[0].Content != "统计表" {
		t.Errorf("format %s, containers %+v, meta %+v", d.Format, d.Containers, d.Meta)
	}
}

// sheet makes a file of one sheet out of the content of its worksheet element.
func sheet(t testing.TB, content string) []byte {
	t.Helper()
	const (
		rel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="` + rel
		main = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + rel + `">`
	)
	return pack(t,
		"_rels/.rels", rels+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook`+main+`<sheets><sheet name="a" sheetId="1" r:id="s"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", rels+`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet`+main+content+`</worksheet>`)
}

// Merged areas must not overlap; where they do, the first one counts.
func TestReadXLSXOverlappingMerges(t *testing.T) {
	rows := ""
	for i := range 4 {
		rows += fmt.Sprintf(`<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>1</v></c><c r="C%d"><v>2</v></c></row>`, i+1, i+1, i, i+1, i+1)
	}
	d, err := Read(context.Background(), sheet(t, "<sheetData>"+rows+`</sheetData><mergeCells><mergeCell ref="A2:B3"/><mergeCell ref="B1:C2"/><mergeCell ref="A1:A4"/><mergeCell ref="A4"/><mergeCell ref="C4:Z99"/></mergeCells>`), Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	if diff := cmp.Diff("table\n|0|1|\"\n|1|\"|2\n|\"|\"|2\n|3|1|2\n", sketch(d)); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
}

func TestReadXLSXHostile(t *testing.T) {
	good := workbook(t, func(f *excelize.File) error { return f.SetCellValue("Sheet1", "A1", strings.Repeat("一", 30_000)) })
	for _, tt := range []struct {
		name   string
		in     []byte
		limits Limits
		limit  string
	}{
		{name: "cut off", in: good[:len(good)-50]},
		{name: "an archive that is none", in: pack(t, "xl/workbook.xml", "<workbook><sheets><sheet name='a' sheetId='1' r:id='x'/></sheets>")},
		{name: "a bomb", in: good, limits: Limits{Unpacked: 10_000}, limit: "unpacked bytes"},
		{name: "cells far out", in: workbook(t, func(f *excelize.File) error { return f.SetCellValue("Sheet1", "XFD1", 1) }), limits: Limits{Cells: 10_000}, limit: "cells"},
		{name: "rows far down", in: sheet(t, `<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>`), limits: Limits{Cells: 10_000}, limit: "cells"},
		{name: "a merge that is none", in: sheet(t, `<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A0:B"/></mergeCells>`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(context.Background(), tt.in, Hint{}, tt.limits)
			var limit *LimitError
			var format *FormatError
			if tt.limit != "" && (!errors.As(err, &limit) || limit.What != tt.limit) || tt.limit == "" && (!errors.As(err, &format) || format.Format != XLSX) {
				t.Errorf("error %v, want limit on %q", err, tt.limit)
			}
		})
	}
}
