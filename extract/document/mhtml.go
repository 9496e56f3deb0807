package document

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// ReadMHTML reads a web archive, also one that a word processor wrote and named
// .doc: the first page in it.
func ReadMHTML(ctx context.Context, b []byte, _ Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	message, err := mail.ReadMessage(bytes.NewReader(bytes.TrimLeft(b, "\ufeff \t\r\n")))
	if err != nil {
		return nil, damagedMHTML(err)
	}
	page, contentType, err := firstPage(ctx, message.Header.Get("Content-Type"), message.Body, 0)
	if err != nil {
		return nil, err
	}
	if page == nil {
		return nil, &FormatError{Format: MHTML, Why: "there is no page in it"}
	}
	d, err := ReadHTML(ctx, page, Hint{ContentType: contentType}, l)
	if err != nil {
		return nil, err
	}
	d.Format = MHTML
	return d, nil
}

func damagedMHTML(err error) error {
	return &FormatError{Format: MHTML, Why: "it is damaged: " + err.Error()}
}

// maxMultiparts is how deep parts may stand in each other.
const maxMultiparts = 8

// firstPage finds the first page among the parts of a message, and in the parts of
// these; nil when there is none.
func firstPage(ctx context.Context, contentType string, body io.Reader, depth int) (page []byte, pageType string, err error) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, "", damagedMHTML(err)
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, "", nil
		}
		if err != nil {
			return nil, "", damagedMHTML(err)
		}
		contentType := part.Header.Get("Content-Type")
		t, _, _ := strings.Cut(contentType, ";")
		switch t = strings.ToLower(strings.TrimSpace(t)); {
		case strings.HasPrefix(t, "multipart/") && depth < maxMultiparts:
			if page, pageType, err = firstPage(ctx, contentType, part, depth+1); page != nil || err != nil {
				return page, pageType, err
			}
			continue
		case t != "text/html" && t != "application/xhtml+xml":
			continue
		}
		var body io.Reader = part
		switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(part)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		if page, err = io.ReadAll(body); err != nil {
			return nil, "", damagedMHTML(err)
		}
		return page, contentType, nil
	}
}
