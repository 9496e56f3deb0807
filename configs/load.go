package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile bounds a configuration file: three thousand sites take about 1 MiB.
const maxFile = 32 << 20

// Error is one mistake in a configuration file.
type Error struct {
	File      string
	Line, Col int // from 1
	Key       string
	Msg       string
	// Hint says how to mend it.
	Hint string
	// Excerpt shows the line with a caret under the place.
	Excerpt string
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Col)
	if e.Key != "" {
		fmt.Fprintf(&b, "%s: ", e.Key)
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		fmt.Fprintf(&b, "; %s", e.Hint)
	}
	if e.Excerpt != "" {
		fmt.Fprintf(&b, "\n%s", e.Excerpt)
	}
	return b.String()
}

// Load reads and checks a configuration file and fills in the defaults. A
// mistake in the file is an *Error.
func Load(path string) (*Config, error) {
	c, err := load(path)
	if err != nil {
		return nil, err
	}
	if err := c.takeSites(path); err != nil {
		return nil, err
	}
	c.FillDefaults()
	return c, nil
}

// takeSites adds the sites of the files of SitesFrom; path is that of c.
func (c *Config) takeSites(path string) error {
	has := make(map[string]string, len(c.Sites))
	for _, s := range c.Sites {
		has[s.ID] = path
	}
	for _, name := range c.SitesFrom {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		more, err := load(name)
		if err != nil {
			return fmt.Errorf("%s: sites_from: %w", path, err)
		}
		if !reflect.DeepEqual(*more, Config{Sites: more.Sites}) {
			return &Error{File: name, Line: 1, Col: 1, Msg: fmt.Sprintf("%s takes its sites, but it holds other keys too", path),
				Hint: "keep nothing but sites in it"}
		}
		for _, s := range more.Sites {
			if first, twice := has[s.ID]; twice {
				return &Error{File: name, Line: 1, Col: 1, Key: "sites", Msg: fmt.Sprintf("the id %q is that of a site of %s too", s.ID, first),
					Hint: "give every site an id of its own"}
			}
			has[s.ID] = name
		}
		c.Sites = append(c.Sites, more.Sites...)
	}
	return nil
}

// load reads and checks one file.
func load(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("read configuration: %s is longer than %d MiB: is it a configuration?", path, maxFile>>20)
	}
	return named(path, src)
}

// isText refuses bytes that are no UTF-8 text, which no message should print.
func isText(src []byte) error {
	line := 0
	for s := range bytes.Lines(src) {
		line++
		for i, r := range string(s) {
			_, size := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && size == 1 || r < ' ' && !unicode.IsSpace(r) {
				return &Error{Line: line, Col: 1 + utf8.RuneCount(s[:i]), Msg: fmt.Sprintf("the byte %#02x is not of a text in UTF-8", s[i]),
					Hint: "save the file as UTF-8"}
			}
		}
	}
	return nil
}

// Parse is Load for bytes at hand; name is what errors call them. It doesn't read
// the files of SitesFrom.
func Parse(name string, src []byte) (*Config, error) {
	c, err := named(name, src)
	if err != nil {
		return nil, err
	}
	c.FillDefaults()
	return c, nil
}

func named(name string, src []byte) (*Config, error) {
	c, err := parse(src)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			e.File = name
			return nil, e
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func parse(src []byte) (*Config, error) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if err := isText(src); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, fromYAML(err)
	}
	if len(file.Docs) > 1 && file.Docs[1].Body != nil {
		return nil, errorAt(file.Docs[1].Body.GetToken(), "a second document", "keep one configuration in a file")
	}
	var c Config
	if len(file.Docs) > 0 && file.Docs[0].Body != nil {
		body := file.Docs[0].Body
		if err := checkKeys(body, reflect.TypeFor[Config](), ""); err != nil {
			return nil, err
		}
		if err := yaml.NodeToValue(body, &c); err != nil {
			return nil, fromYAML(err)
		}
	}
	if err := c.validate(file); err != nil {
		return nil, err
	}
	return &c, nil
}

// fromYAML gives an error of the YAML library our form.
func fromYAML(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return errorAt(e.GetToken(), e.GetMessage(), "")
	}
	return err
}

func errorAt(tk *token.Token, msg, hint string) *Error {
	e := &Error{Line: 1, Col: 1, Msg: msg, Hint: hint}
	if tk == nil {
		return e
	}
	if tk.Position != nil {
		e.Line, e.Col = tk.Position.Line, tk.Position.Column
	}
	_, e.Excerpt, _ = strings.Cut(yaml.FormatErrorWithToken("", tk, false, true), "\n")
	e.Excerpt = strings.TrimRight(e.Excerpt, "\n ")
	return e
}

// checkKeys walks a node beside the type it is read into and refuses keys that
// the type does not have.
func checkKeys(n ast.Node, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		if t.Kind() != reflect.Struct {
			return nil
		}
		fields := yamlFields(t)
		for _, v := range n.Values {
			key := scalar(v.Key)
			field, ok := fields[key]
			if !ok {
				e := errorAt(v.Key.GetToken(), fmt.Sprintf("unknown key %q", key), suggest(key, fields))
				e.Key = path
				return e
			}
			if err := checkKeys(v.Value, field, join(path, key)); err != nil {
				return err
			}
		}
	case *ast.MappingValueNode:
		return checkKeys(&ast.MappingNode{BaseNode: &ast.BaseNode{}, Values: []*ast.MappingValueNode{n}}, t, path)
	case *ast.SequenceNode:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for i, v := range n.Values {
			if err := checkKeys(v, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func yamlFields(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	for f := range t.Fields() {
		fields[f.Tag.Get("yaml")] = f.Type
	}
	return fields
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
