package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/extract"
	"gongkai/report"
)

type extractOptions struct {
	json    bool
	explain bool
	html    bool
	output  string
	maxSize int64
	in      extract.Input
	// attachments are files that hang on the page.
	attachments []string
	recognise   bool
	// heading stands above a report when there are several.
	heading string
}

func newExtractCommand(t *terminal) *cobra.Command {
	var o extractOptions
	cmd := &cobra.Command{
		Use:   "extract FILE…",
		Short: "read reports from files",
		Long: `Read annual reports from files and print them: as tables for a person, or as
JSON, one report a line. - reads standard input. Nothing is stored.

A file that holds no annual report is an error that says why; a blank form or a
page that only points at an attachment never becomes a report of zeros. With
--attachment the page and the files that hang on it become one report: from the
file when the page only points at it, with its tables when the page has none,
compared cell by cell when both print them.`,
		Example: `  gongkai extract report.html
  gongkai extract --json *.html > reports.jsonl
  gongkai extract --explain report.html           how every figure was found
  gongkai extract --explain --html -o a.html report.pdf   marked in the document
  gongkai extract --attachment nb.docx page.html   a page and its attachment
  gongkai extract --organ 慈溪市统计局 report.txt  who "我局" is`,
		Args: wantArgs(-1, "one or more files, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.maxSize <= 0 {
				return usagef(cmd, "--max-size takes a number of bytes above 0, not %d", o.maxSize)
			}
			switch {
			case o.html && !o.explain:
				return usagef(cmd, "--html shows how a report was read: it needs --explain")
			case o.html && o.json:
				return usagef(cmd, "--html and --json exclude each other")
			case o.html && len(args) > 1:
				return usagef(cmd, "--html makes a page of one file, not of %d", len(args))
			case o.output != "" && !o.html:
				return usagef(cmd, "--output names the file of --explain --html")
			case len(o.attachments) > 0 && len(args) > 1:
				return usagef(cmd, "--attachment belongs to one page, but there are %d files", len(args))
			case len(o.attachments) > 0 && o.explain:
				return usagef(cmd, "--explain shows one document; run it on the page and on the attachment")
			}
			return runExtract(cmd.Context(), t, o, args)
		},
	}
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.explain, "explain", false, "say how every part was found")
	f.BoolVar(&o.html, "html", false, "with --explain, a web page with every extracted cell marked")
	f.StringVarP(&o.output, "output", "o", "", "with --html, file to write the page to")
	f.BoolVar(&o.recognise, "ocr", false, "read scans with tesseract, keep what the sums confirm")
	f.StringArrayVar(&o.attachments, "attachment", nil, "file that hangs on the page; may be repeated")
	f.Int64Var(&o.maxSize, "max-size", configs.DefaultBody, "refuse larger files, in bytes")
	f.StringVar(&o.in.URL, "url", "", "address the file came from")
	f.StringVar(&o.in.ListTitle, "list-title", "", "title the index page gave it")
	f.StringVar(&o.in.ListDate, "list-date", "", "date the index page gave it, YYYY-MM-DD")
	f.StringVar(&o.in.Site.Name, "site-name", "", "organ whose site it is")
	f.StringVar(&o.in.Site.Organ, "organ", "", "organ of the column, who 我局 and 本镇 are")
	f.StringVar(&o.in.Site.Region, "region", "", "GB/T 2260 code of the site")
	f.StringVar(&o.in.ContentType, "content-type", "", "Content-Type header it came with")
	return cmd
}

func runExtract(ctx context.Context, t *terminal, o extractOptions, files []string) error {
	failed := 0
	for i, name := range files {
		if len(files) > 1 && !o.json {
			o.heading = fmt.Sprintf("== %s\n", name)
			if i > failed {
				o.heading = "\n" + o.heading
			}
		}
		err := extractFile(ctx, t, o, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if t.out.err != nil { // nobody takes the rest
			return t.out.err
		}
		if err == nil {
			continue
		}
		if _, named := errors.AsType[*fs.PathError](err); !named {
			err = fmt.Errorf("%s: %w", name, err)
		}
		if len(files) == 1 {
			return err
		}
		failed++
		t.note("%v", err)
	}
	if failed > 0 {
		return &codeError{code: exitPartly, msg: fmt.Sprintf("%d of %d files gave no report", failed, len(files))}
	}
	return nil
}

func (o *extractOptions) options() extract.Options {
	return extract.Options{MaxBytes: o.maxSize, Recognise: o.recognise}
}

func extractFile(ctx context.Context, t *terminal, o extractOptions, name string) error {
	b, err := readFile(t.in, name, o.maxSize)
	if err != nil {
		return err
	}
	in := o.in
	in.Bytes, in.Name = b, filepath.Base(name)
	if o.explain {
		return explainFile(ctx, t, o, in)
	}
	files := make([]extract.Input, len(o.attachments))
	for i, file := range o.attachments {
		b, err := readFile(t.in, file, o.maxSize)
		if err != nil {
			if _, named := errors.AsType[*fs.PathError](err); !named {
				err = fmt.Errorf("--attachment %s: %w", file, err)
			}
			return err
		}
		files[i] = extract.Input{Bytes: b, Name: filepath.Base(file)}
	}
	r, err := extract.Join(ctx, in, files, o.options())
	if err != nil {
		return err
	}
	r.Source.File = name
	fmt.Fprint(t.out, o.heading)
	return t.printReport(r, o.json)
}

func (t *terminal) printReport(r *report.Report, asJSON bool) error {
	if asJSON {
		return t.printJSON(r)
	}
	t.printer().report(r)
	return nil
}

// readFile reads a file of at most limit bytes; - is standard input.
func readFile(stdin io.Reader, name string, limit int64) ([]byte, error) {
	r := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		info, err := f.Stat()
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, errors.New("is a directory; name the files in it, such as " + filepath.Join(name, "*.html"))
		case info.Size() > limit:
			return nil, tooLarge(info.Size(), limit)
		}
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, tooLarge(int64(len(b)), limit)
	}
	return b, nil
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("has %d bytes or more, the limit is %d; raise it with --max-size if it really is a report", size, limit)
}
