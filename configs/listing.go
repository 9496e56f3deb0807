package configs

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Listing pins how an index lists and continues, where recognising it is not
// enough or must not change unseen. A configuration writes the mechanism alone,
//
//	listing: jpage
//
// or a mapping of what it knows; `gongkai probe` prints these lines:
//
//	listing: {mechanism: jpage, items: 45}
//	listing: {item: "div.rows > p a", title: "b", date: "i", next: "a.fwd"}
//	listing: {page: "index_{page}.html", second: 1}
//	listing: {endpoint: {url: "/api/list?page={page}", results: data.rows, link: url, title: name}}
type Listing struct {
	// Mechanism is one of those `gongkai probe` names.
	Mechanism string `yaml:"mechanism"`
	// Items is how many items the index had when it was looked at: as many as it
	// declares, or as its first page lists. `gongkai probe --all` compares.
	Items int `yaml:"items"`
	// Item, Title, Date and Next are CSS selectors: the links of the items (or
	// elements that hold one each); title and date inside the row of an item; the
	// link to the next page.
	Item  string `yaml:"item"`
	Title string `yaml:"title"`
	Date  string `yaml:"date"`
	Next  string `yaml:"next"`
	// Page is the address of the further pages, relative to the index, with {page}
	// for the number; Second is the number of the second page. Default 2.
	Page   string `yaml:"page"`
	Second *int   `yaml:"second"`
	// Endpoint is an address that lists as JSON or as HTML.
	Endpoint *Endpoint `yaml:"endpoint"`
}

// Endpoint is an address that lists. All but URL may be left out: rows, fields and
// totals are then found by their usual names.
type Endpoint struct {
	// URL is relative to the index; {page} stands for the number of the page, so it
	// does in Body.
	URL         string `yaml:"url"`
	Method      string `yaml:"method"` // default GET
	Body        string `yaml:"body"`
	ContentType string `yaml:"content_type"`
	// First is the number of the first page. Default 1.
	First *int `yaml:"first"`
	// Results, Total and Pages are paths in the answer, such as data.list; Link,
	// Title and Date are fields of a row.
	Results string `yaml:"results"`
	Total   string `yaml:"total"`
	Pages   string `yaml:"pages"`
	Link    string `yaml:"link"`
	Title   string `yaml:"title"`
	Date    string `yaml:"date"`
}

// UnmarshalYAML reads the mechanism alone or a mapping.
func (l *Listing) UnmarshalYAML(n ast.Node) error {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		type plain Listing
		return yaml.NodeToValue(n, (*plain)(l))
	}
	l.Mechanism = scalar(n)
	return nil
}

// Line is the value of the key listing that pins all of l, on one line.
func (l Listing) Line() (string, error) {
	b, err := yaml.MarshalWithOptions(l, yaml.Flow(true), yaml.OmitEmpty())
	if err != nil {
		return "", fmt.Errorf("write listing: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (v *validator) listing(at string, l Listing) {
	v.positive(at+".items", l.Items)
	numbered := func(key, template string) {
		if !strings.Contains(template, "{page}") {
			v.fail(key, fmt.Sprintf("%q has no {page}", template), "write {page} where the number of the page stands")
		}
	}
	if l.Page != "" {
		numbered(at+".page", l.Page)
	}
	if l.Second != nil && l.Page == "" {
		v.fail(at+".second", "there is no page that it numbers", `add page: "index_{page}.html"`)
	}
	e := l.Endpoint
	if e == nil {
		return
	}
	switch {
	case e.URL == "":
		v.fail(at+".endpoint.url", "an endpoint needs an address", "")
	case !strings.Contains(e.Body, "{page}"):
		numbered(at+".endpoint.url", e.URL)
	}
	if m := strings.ToUpper(e.Method); m != "" && m != "GET" && m != "POST" {
		v.fail(at+".endpoint.method", fmt.Sprintf("%q is neither GET nor POST", e.Method), "")
	}
	if l.Page != "" {
		v.fail(at+".page", "pages come from the endpoint", "keep one of page and endpoint")
	}
}
