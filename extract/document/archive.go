package document

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// ReadZip reads an archive that holds one document: the report was packed before
// it was published. Of a document that is packed in several formats the one is
// read that tells most of its tables. An archive of several documents is a
// [FormatError], for a report has one source.
func ReadZip(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, &FormatError{Format: Zip, Why: "it is damaged: " + err.Error()}
	}
	var best *zip.File
	var name, stem string
	rank, documents := 0, 0
	for _, file := range archive.File {
		full := memberName(file)
		base := path.Base(full)
		r := packed[strings.ToLower(path.Ext(base))]
		if r == 0 || file.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.HasPrefix(full, "__MACOSX/") {
			continue
		}
		if s := strings.TrimSuffix(base, path.Ext(base)); documents == 0 || s != stem {
			documents++
			stem = s
		}
		if best == nil || r < rank {
			best, rank, name = file, r, base
		}
	}
	switch {
	case best == nil:
		return nil, &FormatError{Format: Zip, Why: "it is an archive without a document; unpack it and see what is in it"}
	case documents > 1:
		return nil, &FormatError{Format: Zip, Why: fmt.Sprintf("it is an archive of %d documents; unpack it and give the files in it", documents)}
	}
	in, err := best.Open()
	if err != nil {
		return nil, &FormatError{Format: Zip, Why: fmt.Sprintf("its file %s can't be unpacked: %v", name, err)}
	}
	defer in.Close()
	most := min(l.Bytes, l.Unpacked)
	body, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case int64(len(body)) > most:
		return nil, &LimitError{What: "unpacked bytes", Limit: most}
	case err != nil:
		return nil, &FormatError{Format: Zip, Why: fmt.Sprintf("its file %s is damaged: %v", name, err)}
	}
	inner := Hint{Name: name}
	if Detect(body, inner) == Zip {
		return nil, &FormatError{Format: Zip, Why: "it is an archive in an archive; unpack it and give the files in it"}
	}
	doc, err := Read(ctx, body, inner, l)
	if err != nil {
		return nil, fmt.Errorf("%s in the archive: %w", name, err)
	}
	return doc, nil
}

// packed ranks the formats of members by how much they tell of tables; scripts,
// pictures and notes beside the document have no rank.
var packed = map[string]int{
	".docx": 1, ".html": 2, ".htm": 2, ".doc": 3, ".wps": 3, ".rtf": 3, ".odt": 3, ".mht": 4, ".xlsx": 5, ".xls": 5, ".et": 5, ".ods": 5,
	".pdf": 6, ".ofd": 7,
}

// memberName is the name of a member; packers of Windows write it in GBK.
func memberName(file *zip.File) string {
	name := file.Name
	if !utf8.ValidString(name) {
		name, _ = Decode([]byte(name), "gb18030")
	}
	return strings.ReplaceAll(name, `\`, "/")
}
