package corpus

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Tables of files come as spreadsheets write them.
func TestReadMapAsWritten(t *testing.T) {
	const table = "文件,网址,日期,机关\r\n年报\\2020.html,https://www.example.gov.cn/1.html,2020/2/5,某市民政局\r\n"
	want := map[string]FileInfo{"年报/2020.html": {
		URL: "https://www.example.gov.cn/1.html", Date: time.Date(2020, 2, 5, 0, 0, 0, 0, time.UTC), Organ: "某市民政局",
	}}
	encoded := map[string]string{"UTF-8": table, "with a mark": "\ufeff" + table}
	var err error
	if encoded["GBK"], err = simplifiedchinese.GBK.NewEncoder().String(table); err != nil {
		t.Fatal(err)
	}
	if encoded["UTF-16"], err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table); err != nil {
		t.Fatal(err)
	}
	for name, text := range encoded {
		got, err := ReadMap(strings.NewReader(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// A list of paths is read as it comes; what can't be a path ends it.
func TestListedPaths(t *testing.T) {
	for _, test := range []struct {
		list string
		end  byte
		want []string
		fail bool
	}{
		{"a\nb c\r\n\n  \t\r\nd", '\n', []string{"a", "b c", "d"}, false},
		{"", '\n', nil, false},
		{"a\nb\x00c\x00", 0, []string{"a\nb", "c"}, false},
		{"a\n" + strings.Repeat("x", maxPath+1), '\n', []string{"a"}, true},
	} {
		var got []string
		var failed error
		for p, err := range ListedPaths(strings.NewReader(test.list), test.end) {
			if failed = errors.Join(failed, err); err == nil {
				got = append(got, p)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" || (failed != nil) != test.fail {
			t.Errorf("%.20q: %v %s", test.list, failed, diff)
		}
	}
}
