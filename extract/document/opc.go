package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// An office document is a zip archive of parts, most of them XML, tied together
// by relationships (ECMA-376, part 2).
type opcPackage struct {
	parts  map[string]*zip.File
	format Format
	// left is how many bytes may still be unpacked, of limit in all.
	left, limit int64
}

func openPackage(b []byte, f Format, l Limits) (*opcPackage, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, &FormatError{Format: f, Why: "it is damaged: " + err.Error()}
	}
	p := &opcPackage{parts: make(map[string]*zip.File, len(r.File)), format: f, left: l.Unpacked, limit: l.Unpacked}
	for _, file := range r.File {
		name := strings.ReplaceAll(strings.TrimPrefix(file.Name, "/"), `\`, "/")
		p.parts[name] = file
	}
	return p, nil
}

// part unpacks a part; it is nil when there is none of that name.
func (p *opcPackage) part(name string) ([]byte, error) {
	file := p.parts[name]
	if file == nil {
		return nil, nil
	}
	r, err := file.Open()
	if err != nil {
		return nil, p.damaged(name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, p.left+1))
	if int64(len(b)) > p.left {
		return nil, &LimitError{What: "unpacked bytes", Limit: p.limit}
	}
	if err != nil {
		return nil, p.damaged(name, err)
	}
	p.left -= int64(len(b))
	return b, nil
}

func (p *opcPackage) damaged(name string, err error) error {
	return &FormatError{Format: p.format, Why: "its part " + name + " is damaged: " + err.Error()}
}

// unmarshal reads a part into v, which stays as it is when there is no such part.
func (p *opcPackage) unmarshal(name string, v any) error {
	b, err := p.part(name)
	if b == nil || err != nil {
		return err
	}
	if err := xmlDecoder(b).Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return p.damaged(name, err)
	}
	return nil
}

// relation is where a part points to.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// relations gives the relationships of a part, "" being the package; targets
// inside the package are made names of parts.
func (p *opcPackage) relations(part string) ([]relation, error) {
	dir, base := path.Split(part)
	var rels struct {
		Relationship []relation `xml:"Relationship"`
	}
	if err := p.unmarshal(dir+"_rels/"+base+".rels", &rels); err != nil {
		return nil, err
	}
	for i := range rels.Relationship {
		if r := &rels.Relationship[i]; r.Mode != "External" {
			if rest, ok := strings.CutPrefix(r.Target, "/"); ok {
				r.Target = rest
			} else {
				r.Target = path.Join(dir, r.Target)
			}
		}
	}
	return rels.Relationship, nil
}

// main gives the name of the part that the package is about.
func (p *opcPackage) main(usual string) (string, error) {
	rels, err := p.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.Type, "/officeDocument") && p.parts[r.Target] != nil {
			return r.Target, nil
		}
	}
	if p.parts[usual] == nil {
		return "", &FormatError{Format: p.format, Why: "its part " + usual + " is missing"}
	}
	return usual, nil
}

// xmlDecoder reads XML in any charset, and does not insist on much.
func xmlDecoder(b []byte) *xml.Decoder {
	text, _ := Decode(b, "")
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}

// properties gives what the package says of itself, as Dublin Core names:
// dc:title, dc:creator, dcterms:created …
func (p *opcPackage) properties() ([]MetaTag, error) {
	var core struct {
		Elements []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := p.unmarshal("docProps/core.xml", &core); err != nil {
		return nil, err
	}
	var tags []MetaTag
	for _, e := range core.Elements {
		prefix := "dc:"
		switch e.XMLName.Local {
		case "title", "subject", "creator", "description":
		case "created", "modified":
			prefix = "dcterms:"
		default:
			continue
		}
		if text := foldString(e.Text); text != "" {
			tags = append(tags, MetaTag{Name: prefix + e.XMLName.Local, Content: text})
		}
	}
	return tags, nil
}
