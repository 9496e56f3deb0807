package export

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

const packageFile = "datapackage.json"

// packageName marks a folder as an export of ours.
const packageName = "gongkai-export"

// The parts of a Frictionless Data Package, https://datapackage.org, version 2.
type dataPackage struct {
	Schema    string     `json:"$schema"`
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Resources []resource `json:"resources"`
}

type resource struct {
	Name      string  `json:"name"`
	Path      string  `json:"path"`
	Format    string  `json:"format"`
	MediaType string  `json:"mediatype"`
	Encoding  string  `json:"encoding"`
	Bytes     int64   `json:"bytes"`
	Hash      string  `json:"hash"`
	Schema    *schema `json:"schema,omitempty"`
}

type schema struct {
	Fields        []field  `json:"fields"`
	PrimaryKey    []string `json:"primaryKey,omitempty"`
	MissingValues []string `json:"missingValues"`
}

type field struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

var mediaTypes = map[string]string{"csv": "text/csv", "jsonl": "application/jsonl"}

// writePackage describes the files of an export.
func writePackage(dir string, res *Result) error {
	p := dataPackage{
		Schema: "https://datapackage.org/profiles/2.0/datapackage.json",
		Name:   packageName,
		Title:  "政府信息公开工作年度报告: figures of Chinese open government information annual reports",
	}
	for _, f := range res.Files {
		r := resource{
			Name: f.Table + "-" + f.Format, Path: f.Path, Format: f.Format, MediaType: mediaTypes[f.Format],
			Encoding: "utf-8", Bytes: f.Bytes, Hash: "sha256:" + f.SHA256,
		}
		if f.Format == "csv" {
			r.Schema = schemaOf(f.Table)
		}
		p.Resources = append(p.Resources, r)
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("export: %s: %w", packageFile, err)
	}
	if err := os.WriteFile(filepath.Join(dir, packageFile), append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func schemaOf(name string) *schema {
	for _, t := range Tables() {
		if t.Name != name {
			continue
		}
		s := &schema{PrimaryKey: t.Key, MissingValues: []string{""}}
		for _, c := range t.Columns {
			s.Fields = append(s.Fields, field(c))
		}
		return s
	}
	return nil
}

// isExport tells whether a folder holds an earlier export.
func isExport(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, packageFile))
	if err != nil {
		return false
	}
	var p dataPackage
	return json.Unmarshal(b, &p) == nil && p.Name == packageName
}
