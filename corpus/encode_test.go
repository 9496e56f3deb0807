package corpus

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
)

// The fast encoder writes what the standard library writes: of a report without
// anything, of one in which every field has a value, and of many in which some have.
func TestEncodeReport(t *testing.T) {
	reports := []*report.Report{{}, {Sections: []report.Section{}, Figures: []report.Figure{}, Findings: []report.Finding{{Operands: []string{}}}, Notes: []string{}}}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		for _, some := range []int{1, 2, 5} {
			r := new(report.Report)
			fill(reflect.ValueOf(r).Elem(), random, some)
			reports = append(reports, r)
		}
	}
	for _, r := range reports {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(r); err != nil {
			t.Fatal(err)
		}
		got, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(got)+"\n"); diff != "" {
			t.Fatal(diff)
		}
	}
}

// texts hold what JSON escapes, what is no UTF-8, and what is an escape in HTML.
var texts = []string{
	"本年新收", "0", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "<a href=\"x\">&</a>", "\u2028\u2029\u202a\ufffd\U0002a6a5\u00a0é",
	"\xff", "\xe4\xb8", "\xe4a\xb8", "\xe3\x80", "a\xe9\xbf\xbf\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf", "{", "[",
}

// fill gives one in so many fields of v a value; lists get some elements.
func fill(v reflect.Value, random *rand.Rand, some int) {
	if random.IntN(some) != 0 && v.Kind() != reflect.Struct {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random, some)
		}
	case reflect.String:
		v.SetString(texts[random.IntN(len(texts))] + texts[random.IntN(len(texts))])
	case reflect.Int:
		v.SetInt(int64(random.IntN(2000) - 500))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), random, some)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+random.IntN(3), 4))
		for i := range v.Len() {
			fill(v.Index(i), random, some)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, random, 1)
			fill(value, random, some)
			v.SetMapIndex(key, value)
		}
	default:
		panic("fill: " + v.Kind().String())
	}
}
