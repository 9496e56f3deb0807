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
	damaged := func(err error) error {
		return &FormatError{Format: MHTML, Why: "it is damaged: " + err.Error()}
	}
	message, err := mail.ReadMessage(bytes.NewReader(bytes.TrimLeft(b, "\ufeff \t\r\n")))
	if err != nil {
		return nil, damaged(err)
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return nil, damaged(err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, &FormatError{Format: MHTML, Why: "there is no page in it"}
		}
		if err != nil {
			return nil, damaged(err)
		}
		contentType := part.Header.Get("Content-Type")
		if t, _, _ := strings.Cut(contentType, ";"); !strings.EqualFold(strings.TrimSpace(t), "text/html") {
			continue
		}
		var body io.Reader = part
		switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(part)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		page, err := io.ReadAll(body)
		if err != nil {
			return nil, damaged(err)
		}
		d, err := ReadHTML(ctx, page, Hint{ContentType: contentType}, l)
		if err != nil {
			return nil, err
		}
		d.Format = MHTML
		return d, nil
	}
}
