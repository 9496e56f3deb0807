package export

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

//go:embed data/README.md.tmpl
var readmeEN string

//go:embed data/README.zh.md.tmpl
var readmeZH string

// describe writes what stands beside the tables: what the export is, how to cite
// it, what changed, and the checksums of everything.
func (x *run) describe(dir string) error {
	slices.SortStableFunc(x.res.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if x.o.Since != "" {
		x.res.Changes = x.changes.lines()
	}
	pack, err := packageJSON(x.dataPackage())
	if err != nil {
		return fmt.Errorf("%s: %w", packageFile, err)
	}
	about := x.about()
	files := []struct {
		name string
		body []byte
	}{
		{"CHANGELOG.md", x.changelog()},
		{"CITATION.cff", x.citation(about)},
		{"README.md", nil},
		{"README.zh.md", nil},
		{packageFile, pack},
	}
	for i, t := range []string{readmeEN, readmeZH} {
		var b bytes.Buffer
		if err := template.Must(template.New("README").Parse(t)).Execute(&b, about); err != nil {
			return fmt.Errorf("%s: %w", files[2+i].name, err)
		}
		files[2+i].body = b.Bytes()
	}
	sums := make(map[string]string)
	for _, f := range x.res.Files {
		sums[f.Path] = f.SHA256
	}
	for _, f := range files {
		if err := writeFile(dir, f.name, f.body); err != nil {
			return err
		}
		sum := sha256.Sum256(f.body)
		sums[f.name] = hex.EncodeToString(sum[:])
	}
	var list []string
	for name, sum := range sums {
		list = append(list, sum+"  "+name+"\n")
	}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(a[66:], b[66:]) })
	return writeFile(dir, "SHA256SUMS", []byte(strings.Join(list, "")))
}

func packageJSON(p dataPackage) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(p)
	return b.Bytes(), err
}

func writeFile(dir, name string, body []byte) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// about is what the README says.
type about struct {
	Version          string
	Reports, Figures int
	Organs           int
	First, Last      int
	Choice, Taken    string
	Across           bool
	Files            []aboutFile
	formats          []string
}

type aboutFile struct {
	File
	What, WhatZH string
}

// Has tells whether the export has a format.
func (a about) Has(format string) bool { return slices.Contains(a.formats, format) }

func (x *run) about() about {
	a := about{
		Version: x.in.Version, Reports: x.res.Reports, Figures: x.res.Figures, Organs: len(x.organs), Taken: Taken,
		Choice: x.o.choice(), Across: x.o.Across, formats: x.o.Formats,
	}
	a.First, a.Last = x.span()
	for _, f := range x.res.Files {
		af := aboutFile{File: f, What: "all tables", WhatZH: "全部表"}
		if t := x.tableNamed(f.Table); t != nil {
			af.What = t.Description
			af.WhatZH, _, _ = strings.Cut(t.Title, " ")
		}
		switch {
		case f.Format == "text":
			af.What, af.WhatZH = "text of the reports, for work on language", "报告文本"
		case f.Format == "jsonl" && f.Table == "reports":
			af.What, af.WhatZH = "one report a line, whole", "完整报告，每行一份"
		}
		a.Files = append(a.Files, af)
	}
	return a
}

// choice says in words what was left out.
func (o *Options) choice() string {
	var parts []string
	if f := o.Filter.String(); f != "" {
		parts = append(parts, f)
	}
	if len(o.Metrics) > 0 {
		parts = append(parts, "metric="+strings.Join(o.Metrics, ","))
	}
	if o.Quality != "" && o.Quality != QualityAll {
		parts = append(parts, "quality="+string(o.Quality))
	}
	return strings.Join(parts, " ")
}

func (x *run) changelog() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Changes\n\n## %s\n\n", x.in.Version)
	if x.o.Since == "" {
		b.WriteString("Made without a version to compare with; `gongkai export --since VERSION` says what changed since one.\n")
		return []byte(b.String())
	}
	fmt.Fprintf(&b, "Since %s:\n\n", x.o.Since)
	for _, line := range x.res.Changes {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	b.WriteString("\nThe table `changes` has every cell, with the reason.\n")
	return []byte(b.String())
}

func (x *run) citation(a about) []byte {
	years := ""
	if a.First > 0 {
		years = fmt.Sprintf(", %d–%d", a.First, a.Last)
	}
	return []byte(fmt.Sprintf(`cff-version: 1.2.0
message: "If you use this dataset, please cite it as below, and the organs whose reports you quote."
type: dataset
title: "政府信息公开工作年度报告数据 Figures of Chinese open government information annual reports%s"
version: %q
abstract: "%d reports of %d organs, read by gongkai from the pages and files that the organs published."
keywords:
  - "open government information"
  - "政府信息公开"
authors:
  - name: "gongkai"
`, years, a.Version, a.Reports, a.Organs))
}
