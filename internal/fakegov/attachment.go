package fakegov

import (
	"net/http"
	"path"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func (e *entry) fileExt() string {
	switch e.spec.Attachment {
	case OnlyPDF, BrokenPDF, EmbeddedPDF:
		return ".pdf"
	}
	return ".docx"
}

// fileName is the name under which an attachment is offered.
func (e *entry) fileName() string { return e.title + e.fileExt() }

// fileHref is the link to the attachment as the page writes it.
func (s *Site) fileHref(e *entry) string {
	if s.family.relativeFiles {
		return "./" + path.Base(e.file)
	}
	return e.file
}

// attachment answers with the file that hangs on a report.
func (s *Site) attachment(e *entry, r *http.Request) response {
	s.mu.Lock()
	removed, changed, modified := e.removed, e.changed, e.modified()
	s.mu.Unlock()
	if removed {
		return notFound()
	}
	if e.spec.Attachment == BrokenPDF || s.family.fileReferrer && !strings.HasPrefix(r.Referer(), s.URL) {
		return response{contentType: "text/html; charset=utf-8", fresh: true,
			body: []byte(errorPage("下载出错", "文件不存在或者您没有下载权限"+strings.Repeat("<!-- 提示 -->", 300)))}
	}
	a := response{modified: modified, contentType: s.family.fileType}
	if a.contentType == "" {
		a.contentType = map[string]string{
			".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
			".pdf":  "application/pdf",
		}[e.fileExt()]
	} else {
		// The program names the file in the bytes of its own charset.
		if name, err := simplifiedchinese.GBK.NewEncoder().String(e.fileName()); err == nil {
			a.header = map[string]string{"Content-Disposition": `attachment;filename="` + name + `"`}
		}
	}
	w := compose(s.gov.seed, e.spec, e.date(), changed)
	if e.fileExt() == ".pdf" {
		a.body = pdf(w)
	} else {
		a.body = docx(w)
	}
	return a
}
