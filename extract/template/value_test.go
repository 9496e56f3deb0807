package template

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gongkai/report"
)

var valueTests = []struct {
	text   string
	state  report.State
	number string
	unit   string
}{
	{"334", report.StateOK, "334", ""},
	{"0", report.StateZero, "0", ""},
	{"0.00", report.StateZero, "0", ""},
	{"００", report.StateZero, "0", ""},
	{"零", report.StateZero, "0", ""},
	{" 1,234 ", report.StateOK, "1234", ""},
	{"1，234，567", report.StateOK, "1234567", ""},
	{"６５,６５１", report.StateOK, "65651", ""},
	{"-22", report.StateOK, "-22", ""},
	{"－２２", report.StateOK, "-22", ""},
	{"−8", report.StateOK, "-8", ""},
	{"+3", report.StateOK, "3", ""},
	{"630.2", report.StateOK, "630.2", ""},
	{"106677.809万", report.StateOK, "106677.809", "万"},
	{"160.5964万元", report.StateOK, "160.5964", "万元"},
	{"251000元", report.StateOK, "251000", "元"},
	{"1.78亿元", report.StateOK, "1.78", "亿元"},
	{"12件", report.StateOK, "12", "件"},
	{"12 件", report.StateOK, "12", "件"},
	{"3（件）", report.StateOK, "3", "件"},
	{"1.2万件", report.StateOK, "12000", "件"},
	{"3①", report.StateOK, "3", ""},
	{"744②", report.StateOK, "744", ""},
	{"3[1]", report.StateOK, "3", ""},
	{"3³", report.StateOK, "3", ""},
	{"*15", report.StateOK, "15", ""},
	{"12件次", report.StateOK, "12", "件次"},
	{"5户", report.StateOK, "5", "户"},
	{"人民币32.5万元", report.StateOK, "32.5", "万元"},
	{"人民币3件", report.StateText, "", ""},
	{"17注1", report.StateOK, "17", ""},
	{"17备注2", report.StateOK, "17", ""},
	{"17注销", report.StateText, "", ""},
	{"0\n（含临时用地12宗）", report.StateZero, "0", ""},
	{"0\n12", report.StateText, "", ""},
	{"3\n（含2件）5", report.StateText, "", ""},
	{"15（含变更3件）", report.StateOK, "15", ""},
	{"约10万元", report.StateApproximate, "10", "万元"},
	{"62.35万余条", report.StateApproximate, "623500", "条"},
	{"3万多元", report.StateApproximate, "3", "万元"},
	{"5千", report.StateText, "", ""},
	{"300余", report.StateApproximate, "300", ""},
	{"300件左右", report.StateApproximate, "300", "件"},
	{"\u200b7\ufeff", report.StateOK, "7", ""},
	{"", report.StateEmpty, "", ""},
	{" \u00a0　", report.StateEmpty, "", ""},
	{"/", report.StateDash, "", ""},
	{"／", report.StateDash, "", ""},
	{"-", report.StateDash, "", ""},
	{"——", report.StateDash, "", ""},
	{"- -", report.StateDash, "", ""},
	{"无", report.StateNotApplicable, "", ""},
	{"不适用", report.StateNotApplicable, "", ""},
	{"N/A", report.StateNotApplicable, "", ""},
	{"无。", report.StateNotApplicable, "", ""},
	{"见附件", report.StateText, "", ""},
	{"１２３", report.StateOK, "123", ""},
	{"1，234", report.StateOK, "1234", ""},
	{"1﹐234", report.StateOK, "1234", ""},
	{"1,234件", report.StateOK, "1234", "件"},
	{"1，234.50万元", report.StateOK, "1234.5", "万元"},
	{"　12　", report.StateOK, "12", ""},
	{"\u00a012\u2003", report.StateOK, "12", ""},
	{"1\u200b2", report.StateOK, "12", ""},
	{"＋１２", report.StateOK, "12", ""},
	{"﹣3", report.StateOK, "-3", ""},
	{"±0", report.StateZero, "0", ""},
	{"-0", report.StateZero, "0", ""},
	{".5", report.StateOK, "0.5", ""},
	{"．５万元", report.StateOK, "0.5", "万元"},
	{"12条", report.StateOK, "12", "条"},
	{"12人次", report.StateOK, "12", "人次"},
	{"0件", report.StateZero, "0", "件"},
	{"12（万元）", report.StateOK, "12", "万元"},
	{"3（注）", report.StateOK, "3", ""},
	{"3（注1）", report.StateOK, "3", ""},
	{"3［注1］", report.StateOK, "3", ""},
	{"3〔1〕", report.StateOK, "3", ""},
	{"3【注2】", report.StateOK, "3", ""},
	{"①3", report.StateOK, "3", ""},
	{"3*", report.StateOK, "3", ""},
	{"3※", report.StateOK, "3", ""},
	{"12（其中涉企3件）", report.StateOK, "12", ""},
	{"12件（其中涉企3件）", report.StateOK, "12", "件"},
	{"12件。", report.StateOK, "12", "件"},
	{"约5", report.StateApproximate, "5", ""},
	{"5余", report.StateApproximate, "5", ""},
	{"近100", report.StateApproximate, "100", ""},
	{"超过5件", report.StateApproximate, "5", "件"},
	{"—", report.StateDash, "", ""},
	{"－", report.StateDash, "", ""},
	{"\u200b\u00a0", report.StateEmpty, "", ""},
	{"不涉及", report.StateNotApplicable, "", ""},
	// What is not one clear number is not guessed at.
	{"1 234", report.StateText, "", ""},
	{"12,34", report.StateText, "", ""},
	{"1234,567", report.StateText, "", ""},
	{"1.2.3", report.StateText, "", ""},
	{"12/34", report.StateText, "", ""},
	{"3-5", report.StateText, "", ""},
	{"3件2人", report.StateText, "", ""},
	{"50%", report.StateText, "", ""},
	{"2020年", report.StateText, "", ""},
	{"12\n34", report.StateText, "", ""},
	{"3②5", report.StateText, "", ""},
	{"（3）", report.StateText, "", ""},
	{"一", report.StateText, "", ""},
	{"①", report.StateText, "", ""},
	{"增3", report.StateText, "", ""},
	{"±5", report.StateText, "", ""},
	{"+", report.StateText, "", ""},
	{"12.", report.StateText, "", ""},
	{"1、234", report.StateText, "", ""},
	{"2,3456", report.StateText, "", ""},
	{"1　234", report.StateText, "", ""},
	{"共12件", report.StateText, "", ""},
	{"12;", report.StateText, "", ""},
	{">5", report.StateText, "", ""},
	{"3【1】2", report.StateText, "", ""},
	{"3（）4", report.StateText, "", ""},
	{"3（1（2））", report.StateText, "", ""},
}

func TestReadValue(t *testing.T) {
	for _, tt := range valueTests {
		v := readValue(tt.text, false)
		number := ""
		if v.known() {
			number = v.number.String()
		}
		if v.state != tt.state || number != tt.number || v.unit != tt.unit {
			t.Errorf("%q is %s %q %q, want %s %q %q", tt.text, v.state, number, v.unit, tt.state, tt.number, tt.unit)
		}
	}
}

// Spaces between thousands make a number only of groups of three.
func TestReadSpaced(t *testing.T) {
	for text, want := range map[string]string{
		"1 234": "1234", "12　345": "12345", "1\u00a0234\u00a0567": "1234567", "１　２３４": "1234", "1 234件": "1234",
		"1 234.50万元": "1234.5", "1 234①": "1234",
		"1 23": "", "1234 567": "", "1 2345": "", "1  234": "", "1 234 5": "", "1 234 56": "", "123": "", "12 345 6789": "", "1 234/5": "",
	} {
		got := ""
		if v, ok := readSpaced(text); ok {
			got = v.number.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// In a real table the sums through a cell tell whether 1 234 is one number.
func TestSpacedThousandsInTables(t *testing.T) {
	tests := []struct {
		name  string
		table string
		write func(row []sheetCell) // changes the values of a row
		want  map[string]string     // by metric; empty when not read
	}{
		{"the sum of a row of requests holds", report.SectionRequests, func(v []sheetCell) {
			set(v, "1 234", "3", "0", "0", "0", "0", "1　237")
		}, map[string]string{"requests.new@natural_person": "1234", "requests.new@total": "1237"}},
		{"the sum does not hold", report.SectionRequests, func(v []sheetCell) {
			set(v, "1 234", "3", "0", "0", "0", "0", "1 240")
		}, map[string]string{"requests.new@natural_person": "", "requests.new@enterprise": "3", "requests.new@total": ""}},
		{"another cell is not known", report.SectionRequests, func(v []sheetCell) {
			set(v, "1 234", "3", "", "0", "0", "0", "1237")
		}, map[string]string{"requests.new@natural_person": "", "requests.new@total": "1237"}},
		{"the sum of reviews holds", report.SectionReviewLitigation, func(v []sheetCell) {
			set(v, "1 000", "7", "0", "0", "1 007")
		}, map[string]string{"review.upheld": "1000", "review.total": "1007"}},
		{"the sum of reviews does not hold", report.SectionReviewLitigation, func(v []sheetCell) {
			set(v, "1 000", "7", "0", "0", "8")
		}, map[string]string{"review.upheld": "", "review.total": "8"}},
		{"a table without sums", report.SectionDisclosure, func(v []sheetCell) {
			set(v, "1 000")
		}, map[string]string{"disclosure.rules.issued": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSheet("2021", rand.New(rand.NewPCG(1, 1)))
			for _, row := range s.table(tt.table).rows {
				if n := slices.IndexFunc(row, func(c sheetCell) bool { return c.metric != "" }); n >= 0 {
					tt.write(row[n:])
					break
				}
			}
			d := s.asTables()
			a, err := Align(t.Context(), d, 0, len(d.Blocks), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range a.Figures {
				if want, ok := tt.want[cellName(cell{metric: report.Metric{Name: f.Metric}, applicant: f.Applicant})]; ok && f.Value != want {
					t.Errorf("%s@%s is %s %q, want %q", f.Metric, f.Applicant, f.State, f.Value, want)
				}
			}
			lines := s.asText(flattenings()[0], nil)
			audit(t, lines, s.printed())
		})
	}
}

// set writes texts into cells.
func set(cells []sheetCell, texts ...string) {
	for i, text := range texts {
		cells[i].text = text
	}
}

// In a cell of change 增 and 减 are signs, and a dash before digits is a minus.
func TestReadSignedValue(t *testing.T) {
	for text, want := range map[string]string{
		"增3": "3", "减3": "-3", "减少 12": "-12", "↓5": "-5", "—22": "-22", "0": "0",
	} {
		v := readValue(text, true)
		if !v.known() || v.number.String() != want {
			t.Errorf("%q is %s %s, want %s", text, v.state, v.number, want)
		}
	}
}

func TestValueInItsKind(t *testing.T) {
	tests := []struct {
		text, kind   string
		number, unit string
		fits         bool
	}{
		{"106677.809万", "decimal", "106677.809", "万元", true},
		{"3万", "count", "30000", "", true},
		{"12件", "count", "12", "件", true},
		{"12件", "decimal", "12", "件", false},
		{"630.2", "count", "630.2", "", false},
		{"5万元", "count", "5", "万元", false},
		{"-22", "signed_count", "-22", "", true},
		{"-22", "count", "-22", "", false},
		{"-0.5", "decimal", "-0.5", "", false},
	}
	for _, tt := range tests {
		v := readValue(tt.text, false)
		in := v.in(tt.kind)
		if in.number.String() != tt.number || in.unit != tt.unit || v.fits(tt.kind) != tt.fits {
			t.Errorf("%q as %s is %s %q, fits %v; want %s %q, %v", tt.text, tt.kind, in.number, in.unit, v.fits(tt.kind), tt.number, tt.unit, tt.fits)
		}
	}
}
