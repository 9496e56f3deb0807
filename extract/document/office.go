package document

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// legacy are the formats that LibreOffice turns into one with a reader.
var legacy = map[Format]struct {
	extension string
	target    Format
	read      reader
}{
	DOC:    {".doc", DOCX, ReadDOCX},
	WPS:    {".wps", DOCX, ReadDOCX},
	RTF:    {".rtf", DOCX, ReadDOCX},
	WordML: {".xml", DOCX, ReadDOCX},
	ODT:    {".odt", DOCX, ReadDOCX},
	XLS:    {".xls", XLSX, ReadXLSX},
	ODS:    {".ods", XLSX, ReadXLSX},
}

// officeNames are the names LibreOffice goes by.
var officeNames = []string{"soffice", "libreoffice"}

// officeSlots bounds how many LibreOffices run at a time; each takes some 200 MB.
var officeSlots = make(chan struct{}, 2)

// officeProfile makes LibreOffice run no macros and fetch nothing that a document
// refers to.
const officeProfile = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
`

// readLegacy gives a reader that has LibreOffice convert the document first.
func readLegacy(f Format) reader {
	return func(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error) {
		l = l.withDefaults()
		if int64(len(b)) > l.Bytes {
			return nil, &LimitError{What: "bytes", Limit: l.Bytes}
		}
		converted, err := convert(ctx, b, f, l)
		if err != nil {
			return nil, err
		}
		d, err := legacy[f].read(ctx, converted, h, l)
		if err != nil {
			return nil, err
		}
		d.Format = f
		return d, nil
	}
}

// convert runs LibreOffice in a directory of its own, which is removed after.
func convert(ctx context.Context, b []byte, f Format, l Limits) (out []byte, err error) {
	program := ""
	for _, name := range officeNames {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		return nil, &FormatError{Format: f, Why: "LibreOffice is needed for it, and there is no soffice on the PATH; install it, or convert the file to " + string(legacy[f].target)}
	}
	select {
	case officeSlots <- struct{}{}:
		defer func() { <-officeSlots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	dir, err := os.MkdirTemp("", "gongkai-office-")
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", f, err)
	}
	defer func() {
		if e := os.RemoveAll(dir); e != nil && err == nil {
			err = fmt.Errorf("convert %s: %w", f, e)
		}
	}()
	profile := filepath.Join(dir, "profile")
	in := filepath.Join(dir, "document"+legacy[f].extension)
	err = errors.Join(
		os.MkdirAll(filepath.Join(profile, "user"), 0o700),
		os.WriteFile(filepath.Join(profile, "user", "registrymodifications.xcu"), []byte(officeProfile), 0o600),
		os.WriteFile(in, b, 0o600),
	)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", f, err)
	}
	cmd := exec.CommandContext(ctx, program,
		"-env:UserInstallation="+(&url.URL{Scheme: "file", Path: filepath.ToSlash(profile)}).String(),
		"--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
		"--convert-to", string(legacy[f].target), "--outdir", filepath.Join(dir, "out"), in)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	killGroup(cmd)
	message, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, &FormatError{Format: f, Why: fmt.Sprintf("LibreOffice could not convert it: %v %s", err, foldString(string(message[:min(len(message), 300)])))}
	}
	path := filepath.Join(dir, "out", "document."+string(legacy[f].target))
	// LibreOffice ends well also when it could not read a file.
	info, err := os.Stat(path)
	if err != nil {
		return nil, &FormatError{Format: f, Why: "LibreOffice could not convert it: " + foldString(string(message[:min(len(message), 300)]))}
	}
	if info.Size() > l.Unpacked {
		return nil, &LimitError{What: "unpacked bytes", Limit: l.Unpacked}
	}
	if out, err = os.ReadFile(path); err != nil {
		return nil, fmt.Errorf("convert %s: %w", f, err)
	}
	return out, nil
}
