package corpus

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Paths are the files, folders and archives to import, one after the other; an
// error ends them.
type Paths = iter.Seq2[string, error]

// Each gives the paths of a list.
func Each(paths ...string) Paths {
	return func(yield func(string, error) bool) {
		for _, p := range paths {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// maxPath bounds a path of a list.
const maxPath = 64 << 10

// ListedPaths reads a list of paths, each ended by the byte end: a line feed, or a
// zero byte as find -print0 writes. Of lines, empty and blank ones do not count, nor does a
// carriage return at their end.
func ListedPaths(r io.Reader, end byte) Paths {
	return func(yield func(string, error) bool) {
		in := bufio.NewReaderSize(r, maxPath)
		for n := 1; ; n++ {
			b, err := in.ReadSlice(end)
			if err != nil && !errors.Is(err, io.EOF) {
				if errors.Is(err, bufio.ErrBufferFull) {
					err = fmt.Errorf("it has more than %d bytes", maxPath)
				}
				yield("", fmt.Errorf("list of files, entry %d: %w", n, err))
				return
			}
			path := strings.TrimSuffix(string(b), string(end))
			if end == '\n' {
				path = strings.TrimSuffix(path, "\r")
			}
			empty := path == "" || end == '\n' && strings.TrimSpace(path) == ""
			if !empty && !yield(path, nil) || err != nil {
				return
			}
		}
	}
}

// FileInfo is what is known of a file from elsewhere.
type FileInfo struct {
	URL   string
	Date  time.Time // when it was captured; zero: when the file was changed
	Organ string    // who 我局 is
	Title string
}

// mapColumns are the columns of a table that describes files, as they may be
// called.
var mapColumns = map[string]string{
	"file": "file", "url": "url", "date": "date", "organ": "organ", "title": "title",
	"文件": "file", "文件名": "file", "网址": "url", "链接": "url", "日期": "date", "机关": "organ", "单位": "organ", "标题": "title",
}

// ReadMap reads a CSV table that describes files: UTF-8, with or without a byte
// order mark, UTF-16 with one, or GBK, as Excel writes it in China. Its first line
// names the columns: file, and any of url, date, organ, title.
func ReadMap(r io.Reader) (map[string]FileInfo, error) {
	text, err := readTable(r)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.TrimLeadingSpace = true
	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("line 1: there is none; it names the columns, file and any of url, date, organ and title")
	}
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for n, name := range head {
		key, ok := mapColumns[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return nil, fmt.Errorf("line 1: unknown column %q; columns are file, url, date, organ and title, separated by commas", name)
		}
		if _, twice := column[key]; twice {
			return nil, fmt.Errorf("line 1: column %q stands twice", name)
		}
		column[key] = n
	}
	if _, ok := column["file"]; !ok {
		return nil, errors.New("line 1: there is no column file")
	}
	files := map[string]FileInfo{}
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		field := func(name string) string {
			if n, ok := column[name]; ok {
				return strings.TrimSpace(fields[n])
			}
			return ""
		}
		info := FileInfo{URL: field("url"), Organ: field("organ"), Title: field("title")}
		if u, err := url.Parse(info.URL); info.URL != "" && (err != nil || u.Host == "") {
			return nil, fmt.Errorf("line %d: %q is no address; it begins with http:// or https://", line, info.URL)
		}
		if text := field("date"); text != "" {
			if info.Date, err = parseDate(text); err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
		}
		if field("file") == "" {
			return nil, fmt.Errorf("line %d: there is no file", line)
		}
		name := path.Clean(filepath.ToSlash(strings.ReplaceAll(field("file"), `\`, "/")))
		if _, twice := files[name]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", line, name)
		}
		files[name] = info
	}
}

// maxTable bounds a table of files.
const maxTable = 256 << 20

// readTable reads a table as UTF-8.
func readTable(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxTable {
		return nil, fmt.Errorf("it has more than %d bytes", maxTable)
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b)
	}
	if !utf8.Valid(b) {
		return simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	}
	return b, nil
}

// parseDate reads a day or a time, as people and spreadsheets write them.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006/1/2", "2006.1.2", "2006年1月2日", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date such as 2020-02-25", text)
}
