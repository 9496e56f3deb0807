package export

import (
	"encoding/json"
	"os"
	"path/filepath"
)

const packageFile = "datapackage.json"

// packageName marks a folder as an export of ours.
const packageName = "gongkai-export"

const packageProfile = "https://datapackage.org/profiles/2.0/datapackage.json"

// The parts of a Frictionless Data Package, https://datapackage.org, version 2.
type dataPackage struct {
	Schema      string        `json:"$schema"`
	Name        string        `json:"name"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Version     string        `json:"version,omitempty"`
	Licenses    []license     `json:"licenses"`
	Keywords    []string      `json:"keywords"`
	Sources     []source      `json:"sources"`
	Contribs    []contributor `json:"contributors"`
	Resources   []resource    `json:"resources"`
}

type license struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

type source struct {
	Title string `json:"title"`
}

type contributor struct {
	Title string   `json:"title"`
	Roles []string `json:"roles"`
}

type resource struct {
	Schema      string   `json:"$schema,omitempty"`
	Name        string   `json:"name"`
	Path        string   `json:"path"`
	Type        string   `json:"type,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Format      string   `json:"format"`
	MediaType   string   `json:"mediatype"`
	Encoding    string   `json:"encoding,omitempty"`
	Bytes       int64    `json:"bytes"`
	Hash        string   `json:"hash"`
	Dialect     *dialect `json:"dialect,omitempty"`
	Tables      *schema  `json:"schema,omitempty"`
}

type dialect struct {
	Schema     string `json:"$schema"`
	Delimiter  string `json:"delimiter"`
	LineEnd    string `json:"lineTerminator"`
	Quote      string `json:"quoteChar"`
	Double     bool   `json:"doubleQuote"`
	Header     bool   `json:"header"`
	SkipSpaces bool   `json:"skipInitialSpace"`
}

type schema struct {
	Schema        string       `json:"$schema"`
	Fields        []field      `json:"fields"`
	PrimaryKey    []string     `json:"primaryKey,omitempty"`
	ForeignKeys   []foreignKey `json:"foreignKeys,omitempty"`
	MissingValues []string     `json:"missingValues"`
}

type field struct {
	Name        string       `json:"name"`
	Type        string       `json:"type"`
	Format      string       `json:"format,omitempty"`
	Description string       `json:"description"`
	Categories  []category   `json:"categories,omitempty"`
	Constraints *constraints `json:"constraints,omitempty"`
}

type category struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type constraints struct {
	Required bool     `json:"required,omitempty"`
	Enum     []string `json:"enum,omitempty"`
}

type foreignKey struct {
	Fields    []string  `json:"fields"`
	Reference reference `json:"reference"`
}

type reference struct {
	Resource string   `json:"resource"`
	Fields   []string `json:"fields"`
}

var mediaTypes = map[string]string{
	"csv": "text/csv", "jsonl": "application/jsonl", "text": "application/jsonl",
	"parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// dataPackage describes the files of the export.
func (x *run) dataPackage() dataPackage {
	p := dataPackage{
		Schema:  packageProfile,
		Name:    packageName,
		Title:   "政府信息公开工作年度报告数据 Figures of Chinese open government information annual reports",
		Version: x.in.Version,
		Description: "Figures, text and findings of annual reports on open government information that Chinese government organs " +
			"publish, each traced to the printed cell. README.md says how the data came to be and what its limits are.",
		Licenses: []license{{Name: "other-open", Title: "see README.md: official documents are not protected (Copyright Law of the PRC, article 5); the compilation is as its publisher says"}},
		Keywords: []string{"open government information", "政府信息公开", "China", "annual reports"},
		Sources:  []source{{Title: "websites of Chinese government organs; every address is in the table sources"}},
		Contribs: []contributor{{Title: "gongkai", Roles: []string{"Wrangler"}}},
	}
	for _, f := range x.res.Files {
		r := resource{
			Name: resourceName(f.Table, f.Format), Path: f.Path, Format: f.Format, MediaType: mediaTypes[f.Format],
			Bytes: f.Bytes, Hash: "sha256:" + f.SHA256,
		}
		if f.Format == "text" {
			r.Format = "jsonl"
		}
		if f.Format == "csv" || f.Format == "jsonl" || f.Format == "text" {
			r.Encoding = "utf-8"
		}
		if t := x.tableNamed(f.Table); t != nil {
			r.Title, r.Description = t.Title, t.Description
			if f.Format == "csv" || f.Format == "parquet" || f.Format == "jsonl" && f.Table != "reports" {
				r.Schema, r.Type, r.Tables = "https://datapackage.org/profiles/2.0/dataresource.json", "table", t.schema(f.Format, x)
			}
		}
		if f.Format == "csv" {
			r.Dialect = &dialect{
				Schema: "https://datapackage.org/profiles/2.0/tabledialect.json", Delimiter: ",", LineEnd: "\n", Quote: `"`, Double: true, Header: true,
			}
		}
		p.Resources = append(p.Resources, r)
	}
	return p
}

func resourceName(table, format string) string {
	switch {
	case table == "":
		return "all-" + format
	case table == "text":
		return "text"
	}
	return table + "-" + format
}

func (x *run) tableNamed(name string) *Table {
	for i := range x.tables {
		if x.tables[i].Name == name {
			return &x.tables[i]
		}
	}
	return nil
}

// schema is the table schema of a table. Foreign keys lead to the files of the
// same format, where that has the other table.
func (t *Table) schema(format string, x *run) *schema {
	s := &schema{Schema: "https://datapackage.org/profiles/2.0/tableschema.json", PrimaryKey: t.Key, MissingValues: []string{""}}
	for _, c := range t.Columns {
		f := field{Name: c.Name, Type: string(c.Type), Description: c.Description}
		if c.Required {
			f.Constraints = &constraints{Required: true}
		}
		for _, v := range c.Categories {
			f.Categories = append(f.Categories, category(v))
			if f.Constraints == nil {
				f.Constraints = new(constraints)
			}
			f.Constraints.Enum = append(f.Constraints.Enum, v.Value)
		}
		s.Fields = append(s.Fields, f)
	}
	for _, k := range t.Foreign {
		for _, f := range x.res.Files {
			if f.Table == k.Table && f.Format == format && !(format == "jsonl" && k.Table == "reports") {
				s.ForeignKeys = append(s.ForeignKeys, foreignKey{k.Columns, reference{resourceName(k.Table, format), k.Refers}})
			}
		}
	}
	return s
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
