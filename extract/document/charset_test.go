package document

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	simplified  = "柳溪县人民政府编制了本年度报告，全年主动公开信息1024条，收到申请36件，均已答复。"
	traditional = "柳溪縣人民政府編製了本年度報告，全年主動公開資訊1024條，收到申請36件，均已答覆。"
)

func encode(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func page(meta, prose string) string {
	return "<html><head>" + meta + "<title>" + prose + "</title></head><body><p>" + prose + "</p></body></html>"
}

func TestDecode(t *testing.T) {
	gbk, gb18030 := simplifiedchinese.GBK, simplifiedchinese.GB18030
	big5 := traditionalchinese.Big5
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(e, b) }
	const (
		metaUTF8 = `<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />`
		metaGB   = `<META content="text/html; charset=gb2312" http-equiv=Content-Type>`
		metaBig5 = `<meta charset='big5'>`
	)
	filler := "<style>" + strings.Repeat(".a{color:red}\n", 2000) + "</style>"
	rare := "㐀䶵𠀀𫚉" + simplified
	tests := []struct {
		name        string
		in          []byte
		contentType string
		text        string // how the text must go, "" for the page decoded
		want        Charset
	}{
		{name: "utf-8 by its bytes", in: []byte(page("", simplified)), want: Charset{"utf-8", "valid_utf8", "", 0}},
		{name: "utf-8 with a mark", in: []byte("\ufeff" + page(metaGB, simplified)), text: page(metaGB, simplified), want: Charset{"utf-8", "bom", "", 0}},
		{name: "utf-8, meta says gb2312", in: []byte(page(metaGB, simplified)), want: Charset{"utf-8", "valid_utf8", "gb2312", 0}},
		{name: "utf-8, header says gbk", in: []byte(page("", simplified)), contentType: "text/html; charset=GBK", want: Charset{"utf-8", "valid_utf8", "GBK", 0}},
		{name: "ascii agrees with every label", in: []byte(page(metaGB, "36")), want: Charset{"utf-8", "valid_utf8", "", 0}},
		{name: "utf-8 cut in its last character", in: []byte(simplified + "件")[:len(simplified)+2], text: simplified + "\ufffd", want: Charset{"utf-8", "valid_utf8", "", 1}},
		{name: "utf-8 with one broken character", in: []byte(page(metaUTF8, simplified[:4]+simplified[6:])), text: page(metaUTF8, simplified[:3]+"\ufffd"+simplified[6:]), want: Charset{"utf-8", "meta", "", 2}},
		{name: "gbk, declared in the header", in: encode(t, gbk, page("", simplified)), contentType: "text/html;charset=gbk", want: Charset{"gb18030", "header", "", 0}},
		{name: "gbk, a header that package mime refuses", in: encode(t, gbk, page("", simplified)), contentType: "text/html;;charset=gb2312", want: Charset{"gb18030", "header", "", 0}},
		{name: "gbk, declared in a meta element", in: encode(t, gbk, page(metaGB, simplified)), want: Charset{"gb18030", "meta", "", 0}},
		{name: "gbk, declared after 1024 bytes", in: encode(t, gbk, page(filler+metaGB, simplified)), want: Charset{"gb18030", "meta", "", 0}},
		{name: "gbk, a meta element in a comment does not count", in: encode(t, gbk, page("<!-- "+metaBig5+" -->"+metaGB, simplified)), want: Charset{"gb18030", "meta", "", 0}},
		{name: "gbk, a description that speaks of a charset", in: encode(t, gbk, page(`<meta name="d" content="charset=big5">`, simplified)), want: Charset{"gb18030", "sniffed", "", 0}},
		{name: "gbk, an xml declaration", in: encode(t, gbk, `<?xml version="1.0" encoding="GB2312"?>`+page("", simplified)), want: Charset{"gb18030", "meta", "", 0}},
		{name: "gbk, undeclared", in: encode(t, gbk, page("", simplified)), want: Charset{"gb18030", "sniffed", "", 0}},
		{name: "gbk, header and meta say utf-8", in: encode(t, gbk, page(metaUTF8, simplified)), contentType: "text/html; charset=UTF-8", want: Charset{"gb18030", "sniffed", "UTF-8", 0}},
		{name: "gbk, header says utf-8, meta tells the truth", in: encode(t, gbk, page(metaGB, simplified)), contentType: "text/html; charset=utf-8", want: Charset{"gb18030", "meta", "utf-8", 0}},
		{name: "gbk, header tells the truth, meta says utf-8", in: encode(t, gbk, page(metaUTF8, simplified)), contentType: "text/html; charset=gb2312", want: Charset{"gb18030", "header", "utf-8", 0}},
		{name: "gbk, header says iso-8859-1", in: encode(t, gbk, page("", simplified)), contentType: "text/html; charset=ISO-8859-1", want: Charset{"gb18030", "sniffed", "ISO-8859-1", 0}},
		{name: "gbk, declared as big5", in: encode(t, gbk, page(metaBig5, simplified)), want: Charset{"gb18030", "sniffed", "big5", 0}},
		{name: "gb18030, characters of four bytes", in: encode(t, gb18030, page(metaGB, rare)), text: page(metaGB, rare), want: Charset{"gb18030", "meta", "", 0}},
		{name: "gbk with a broken byte before a tag", in: append(encode(t, gbk, simplified), "\xb9<b>1</b>"...), text: simplified + "\ufffd<b>1</b>", want: Charset{"gb18030", "sniffed", "", 1}},
		{name: "gbk that is UTF-8 by chance", in: encode(t, gbk, "<p>(一)通知</p>"), text: "<p>(一)通知</p>", want: Charset{"gb18030", "sniffed", "", 0}},
		{name: "utf-8 with a letter of the West", in: []byte("<p>© 2020</p>"), text: "<p>© 2020</p>", want: Charset{"utf-8", "valid_utf8", "", 0}},
		{name: "neither UTF-8 nor GB18030", in: []byte("\xff\xff\xff\xff\xff\xff"), text: "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd", want: Charset{"gb18030", "default", "", 6}},
		{name: "big5, declared", in: encode(t, big5, page(metaBig5, traditional)), want: Charset{"big5", "meta", "", 0}},
		{name: "big5, undeclared", in: encode(t, big5, page("", traditional)), want: Charset{"big5", "sniffed", "", 0}},
		{name: "big5, declared as gb2312", in: encode(t, big5, page(metaGB, traditional)), want: Charset{"big5", "sniffed", "gb2312", 0}},
		{name: "utf-16 with a mark", in: encode(t, utf16(unicode.LittleEndian, unicode.UseBOM), simplified), text: simplified, want: Charset{"utf-16le", "bom", "", 0}},
		{name: "utf-16 big endian with a mark", in: encode(t, utf16(unicode.BigEndian, unicode.UseBOM), page("", simplified)), want: Charset{"utf-16be", "bom", "", 0}},
		{name: "utf-16 without a mark", in: encode(t, utf16(unicode.LittleEndian, unicode.IgnoreBOM), page("", simplified)), want: Charset{"utf-16le", "sniffed", "", 0}},
		{name: "utf-16 big endian, header says utf-8", in: encode(t, utf16(unicode.BigEndian, unicode.IgnoreBOM), page("", simplified)), contentType: "text/html; charset=utf-8", want: Charset{"utf-16be", "sniffed", "utf-8", 0}},
		{name: "shift_jis, declared", in: encode(t, japanese.ShiftJIS, "これは日本語のページです。ようこそ。"), contentType: "text/html; charset=shift_jis", text: "これは日本語のページです。ようこそ。", want: Charset{"shift_jis", "header", "", 0}},
		{name: "nothing", in: nil, want: Charset{"utf-8", "valid_utf8", "", 0}},
		{name: "too little to tell", in: []byte("\xff\x80"), text: "\ufffd€", want: Charset{"gb18030", "sniffed", "", 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, cs := Decode(tt.in, tt.contentType)
			if cs != tt.want {
				t.Errorf("charset = %+v, want %+v", cs, tt.want)
			}
			if tt.text != "" && text != tt.text {
				t.Errorf("text = %q, want %q", text, tt.text)
			}
			if tt.text == "" && len(tt.in) > 0 && !strings.Contains(text, "</html>") {
				t.Errorf("text = %q", text)
			}
			if want := []string{simplified, traditional}; tt.text == "" && len(text) > 400 && !strings.Contains(text, want[0]) && !strings.Contains(text, want[1]) {
				t.Errorf("prose is not in %q", text)
			}
		})
	}
}

// The fast decoder must not differ from that of x/text on well-formed input.
func TestDecodeGB18030AgreesWithXText(t *testing.T) {
	var all strings.Builder
	for r := rune(0x20); r < 0x30000; r++ {
		if utf8.ValidRune(r) && r != utf8.RuneError {
			all.WriteRune(r)
		}
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(all.String()))
	if err != nil {
		t.Fatal(err)
	}
	want, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	got, replaced := decodeGB18030(b)
	if got != string(want) || replaced != 0 {
		t.Errorf("decoders differ; %d characters replaced", replaced)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(page(`<meta charset="gbk">`, simplified)), "text/html; charset=utf-8")
	f.Add(encode(f, simplifiedchinese.GBK, page("", simplified)), "")
	f.Add(encode(f, traditionalchinese.Big5, traditional), "text/plain; charset=big5")
	f.Add([]byte("\xff\xfe0\x00\n\x00"), "")
	f.Add([]byte("<meta <!-- --> <?xml encoding='"), "a/b;;charset=\"")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		text, cs := Decode(b, contentType)
		if !utf8.ValidString(text) {
			t.Errorf("text is not UTF-8: %q", text)
		}
		if cs.Name == "" || cs.Method == "" || cs.Replaced < 0 || cs.Replaced > len(b) {
			t.Errorf("charset %+v", cs)
		}
		if strings.Count(text, "\ufffd") < cs.Replaced {
			t.Errorf("%d characters replaced, not all to be seen in %q", cs.Replaced, text)
		}
		again, cs2 := Decode(b, contentType)
		if again != text || cs2 != cs {
			t.Errorf("decoded twice, got %+v and %+v", cs, cs2)
		}
	})
}
