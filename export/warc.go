package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gongkai/corpus/warc"
	"gongkai/store"
)

// WARC is the format of [WriteWARC]: web archives of the captures, not tables of
// the reports.
//
// The records are written by corpus/warc. internetarchive/gowarc, which other
// crawlers use, was considered: it writes what its own HTTP client records, with
// the time and an identifier of the moment of writing, so that the same corpus
// would not give the same bytes; it brings a DNS client, a TLS stack and a cache
// that a writer has no use for.
const WARC = "warc"

// WARCOptions say what archives to write and where.
type WARCOptions struct {
	// Dir is the folder to make. It may exist only if it is empty or an earlier
	// export of archives.
	Dir string
	// MaxFile is the size after which the next archive is begun. Default 1 GiB.
	MaxFile int64
	// Software names the program and its version, for the warcinfo records.
	Software string
	// Progress is called after every capture; nil is fine.
	Progress func(captures int)
}

// Captures gives what [WriteWARC] writes.
type Captures struct {
	// All are the captures in the order of their IDs.
	All iter.Seq2[store.Capture, error]
	// Body is the body of a capture.
	Body func(context.Context, store.Digest) ([]byte, error)
	// Capture is a capture by its ID.
	Capture func(ctx context.Context, id string) (store.Capture, error)
	// Earlier is the capture whose bytes a revisit has again; an error that is
	// store.ErrNotFound when there is none.
	Earlier func(context.Context, store.Capture) (store.Capture, error)
	// Agent is the User-Agent of the requests of a run, empty when it made none.
	Agent func(run string) string
}

// WARCResult tells what was written.
type WARCResult struct {
	Dir      string     `json:"dir"`
	Captures int        `json:"captures"`
	Records  int        `json:"records"`
	Files    []WARCFile `json:"files"`
}

// WARCFile is one archive.
type WARCFile struct {
	Path    string `json:"path"` // inside Dir
	Records int    `json:"records"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
}

// warcManifest is the file that says what a folder of archives holds.
const warcManifest = "warc.json"

// WriteWARC writes captures as WARC/1.1: for each a response or, when its bytes
// are there already, a revisit, with the request and a metadata record. The folder
// appears whole or not at all; the same captures give the same bytes.
//
// Bodies are kept undone of Content-Encoding and Transfer-Encoding, so the fields
// that speak of these, and Content-Length, are written under names that begin with
// X-Crawl-, as Common Crawl has it; an import gives them their names back. The
// request is made from the method, the address and the agent, which is what a
// corpus keeps of it; a capture that was imported has none. The metadata record
// has the SHA-256 of the body, the redirects, the run and the verdict.
//
// [ErrEmpty] says that there is no capture.
func WriteWARC(ctx context.Context, captures Captures, o WARCOptions) (*WARCResult, error) {
	if o.MaxFile <= 0 {
		o.MaxFile = 1 << 30
	}
	if err := checkWARCTarget(o.Dir); err != nil {
		return nil, err
	}
	parent, base := filepath.Split(filepath.Clean(o.Dir))
	work, err := os.MkdirTemp(filepath.Clean(parent+"."), "."+base+".part-")
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	defer os.RemoveAll(work)
	w := &warcWriter{ctx: ctx, from: captures, o: o, work: work, written: map[store.Digest]string{}, result: WARCResult{Dir: o.Dir, Files: []WARCFile{}}}
	if err := errors.Join(w.all(), w.endFile()); err != nil {
		return nil, err
	}
	if w.result.Captures == 0 {
		return nil, ErrEmpty
	}
	manifest, err := json.MarshalIndent(w.result, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(work, warcManifest), append(manifest, '\n'), 0o644); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if err := replace(work, o.Dir); err != nil {
		return nil, err
	}
	return &w.result, nil
}

// checkWARCTarget takes a folder that is not there, empty, or an earlier export of
// archives.
func checkWARCTarget(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return &TargetError{Dir: dir, Why: "it is not a folder that can be read: " + err.Error()}
	}
	if _, err := os.Stat(filepath.Join(dir, warcManifest)); err != nil {
		return &TargetError{Dir: dir, Why: "the folder is there and is not an earlier export of archives; name another or empty it"}
	}
	return nil
}

type warcWriter struct {
	ctx  context.Context
	from Captures
	o    WARCOptions
	work string

	file   *os.File // the archive that is written, nil before the first
	hash   interface{ Sum([]byte) []byte }
	out    *warc.Writer
	info   string // ID of its warcinfo
	result WARCResult
	// written says which capture brought a body, in these archives.
	written map[store.Digest]string
}

func (w *warcWriter) all() error {
	for c, err := range w.from.All {
		if err != nil {
			return err
		}
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.file == nil || w.out.Size >= w.o.MaxFile {
			if err := w.nextFile(c); err != nil {
				return err
			}
		}
		if err := w.capture(c); err != nil {
			return fmt.Errorf("capture %s of %s: %w", c.ID, c.URL, err)
		}
		w.result.Captures++
		if w.o.Progress != nil {
			w.o.Progress(w.result.Captures)
		}
	}
	return nil
}

// nextFile begins an archive; first is the first capture in it, whose time is that
// of the archive.
func (w *warcWriter) nextFile(first store.Capture) error {
	if err := w.endFile(); err != nil {
		return err
	}
	name := fmt.Sprintf("gongkai-%05d.warc.gz", len(w.result.Files))
	f, err := os.OpenFile(filepath.Join(w.work, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	sum := sha256.New()
	w.file, w.hash, w.out = f, sum, warc.NewWriter(io.MultiWriter(f, sum))
	w.result.Files = append(w.result.Files, WARCFile{Path: name})
	w.info = warc.RecordID("warcinfo", name, first.ID)
	return w.write(warc.Out{
		Type: warc.Info, ID: w.info, Time: first.Time, ContentType: "application/warc-fields",
		Fields: [][2]string{{"WARC-Filename", name}},
		Head: warc.FieldsBlock([][2]string{
			{"software", w.o.Software},
			{"format", "WARC File Format 1.1"},
			{"conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
			{"description", "captures of a corpus; bodies undone of Content-Encoding and Transfer-Encoding"},
		}),
	})
}

// endFile makes the archive durable.
func (w *warcWriter) endFile() error {
	if w.file == nil {
		return nil
	}
	at := &w.result.Files[len(w.result.Files)-1]
	at.Bytes, at.SHA256 = w.out.Size, hex.EncodeToString(w.hash.Sum(nil))
	err := errors.Join(w.file.Sync(), w.file.Close())
	w.file = nil
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (w *warcWriter) write(r warc.Out) error {
	if r.Type != warc.Info {
		r.Fields = append(r.Fields, [2]string{"WARC-Warcinfo-ID", "<" + w.info + ">"})
	}
	w.result.Records++
	w.result.Files[len(w.result.Files)-1].Records++
	return w.out.Write(r)
}

// responseID is the ID of the record that holds the answer of a capture.
func responseID(capture string) string { return warc.RecordID("response", capture) }

// capture writes the records of a capture: answer, request, metadata.
func (w *warcWriter) capture(c store.Capture) error {
	target := targetURI(c)
	id := responseID(c.ID)
	answer, err := w.answer(c, target)
	if err != nil {
		return err
	}
	if ip, _, err := net.SplitHostPort(c.Peer); err == nil && net.ParseIP(ip) != nil {
		answer.Fields = append(answer.Fields, [2]string{"WARC-IP-Address", ip})
	} else if net.ParseIP(c.Peer) != nil {
		answer.Fields = append(answer.Fields, [2]string{"WARC-IP-Address", c.Peer})
	}
	if reason, ok := strings.CutPrefix(c.Evidence, "truncated: "); ok {
		if known := map[string]bool{"length": true, "time": true, "disconnect": true}; !known[reason] {
			reason = "unspecified"
		}
		answer.Fields = append(answer.Fields, [2]string{"WARC-Truncated", reason})
	}
	if err := w.write(answer); err != nil {
		return err
	}
	concurrent := [2]string{"WARC-Concurrent-To", "<" + id + ">"}
	if request := w.request(c, target); request != nil {
		err := w.write(warc.Out{
			Type: warc.Request, ID: warc.RecordID("request", c.ID), Time: c.Time, URL: target,
			ContentType: "application/http;msgtype=request", Fields: [][2]string{concurrent}, Head: request,
		})
		if err != nil {
			return err
		}
	}
	return w.write(warc.Out{
		Type: warc.Metadata, ID: warc.RecordID("metadata", c.ID), Time: c.Time, URL: target,
		ContentType: "application/warc-fields", Fields: [][2]string{concurrent}, Head: metadata(c, target),
	})
}

// answer is the record of what the server said: a response, a revisit when its
// bytes were written before, or a resource when no server was asked.
func (w *warcWriter) answer(c store.Capture, target string) (warc.Out, error) {
	r := warc.Out{Type: warc.Response, ID: responseID(c.ID), Time: c.Time, URL: target, ContentType: "application/http;msgtype=response"}
	earlier, known, err := w.earlier(c)
	if err != nil {
		return r, err
	}
	if known {
		r.Type = warc.Revisit
		profile, payload, length := warc.NotModified, "", 0
		if c.Status != http.StatusNotModified {
			body, err := w.from.Body(w.ctx, c.Digest)
			if err != nil {
				return r, err
			}
			profile, payload, length = warc.SamePayload, warc.Digest(body), len(body)
		}
		refers := ""
		if w.written[c.Digest] == earlier.ID {
			refers = "<" + responseID(earlier.ID) + ">"
		}
		r.Fields = [][2]string{
			{"WARC-Profile", profile}, {"WARC-Refers-To", refers}, {"WARC-Refers-To-Target-URI", targetURI(earlier)},
			{"WARC-Refers-To-Date", warc.Date(earlier.Time)}, {"WARC-Payload-Digest", payload},
		}
		r.Head = httpHead(c, length)
		return r, nil
	}
	body := []byte{}
	if c.Digest != "" {
		if body, err = w.from.Body(w.ctx, c.Digest); err != nil {
			return r, err
		}
		w.written[c.Digest] = c.ID
	}
	if strings.HasPrefix(target, "file:") {
		kind, _, _ := strings.Cut(http.DetectContentType(body), ";") // the encoding would be guessed
		r.Type, r.ContentType, r.Payload = warc.Resource, kind, body
		return r, nil
	}
	r.Head, r.Payload = httpHead(c, len(body)), body
	return r, nil
}

// earlier is the capture that has the bytes of c, written before, or in the corpus
// when c says that it is a revisit.
func (w *warcWriter) earlier(c store.Capture) (store.Capture, bool, error) {
	if c.Digest == "" || strings.HasPrefix(c.URL, "file:") {
		return c, false, nil
	}
	if id, there := w.written[c.Digest]; there {
		earlier, err := w.from.Capture(w.ctx, id)
		return earlier, err == nil, err
	}
	if !c.Revisit {
		return c, false, nil
	}
	earlier, err := w.from.Earlier(w.ctx, c)
	if errors.Is(err, store.ErrNotFound) {
		return c, false, nil
	}
	return earlier, err == nil, err
}

// targetURI is the address that gave the answer.
func targetURI(c store.Capture) string {
	address := c.URL
	if c.FinalURL != "" {
		address = c.FinalURL
	}
	if u, err := url.Parse(address); err == nil {
		u.Fragment, u.RawFragment = "", ""
		return escapeURI(u.String())
	}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(address)}).String()
}

// escapeURI escapes what can't stand in a URI: bytes that are no ASCII, spaces and
// control characters.
func escapeURI(address string) string {
	var b strings.Builder
	for _, c := range []byte(address) {
		if c <= ' ' || c >= 0x7F {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// renamed are the fields that do not hold for a body that was undone of encodings.
var renamed = map[string]bool{"Content-Encoding": true, "Transfer-Encoding": true, "Content-Length": true}

// httpHead is the head of an answer with a body of so many bytes.
func httpHead(c store.Capture, length int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %03d %s\r\n", c.Status, http.StatusText(c.Status))
	for _, f := range c.Header {
		name := f[0]
		if key := http.CanonicalHeaderKey(name); renamed[key] && !(key == "Content-Encoding" && c.ContentEncoding != "") {
			name = warc.Received + name
		}
		fmt.Fprintf(&b, "%s: %s\r\n", warc.OneLine(name), warc.OneLine(f[1]))
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", length)
	return b.Bytes()
}

// request is what was asked, as far as it is known; nil when we did not ask.
func (w *warcWriter) request(c store.Capture, target string) []byte {
	agent := w.from.Agent(c.Run)
	u, err := url.Parse(target)
	if agent == "" || err != nil || u.Host == "" {
		return nil
	}
	method := c.Method
	if method == "" {
		method = http.MethodGet
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n", method, u.RequestURI(), u.Host, warc.OneLine(agent))
	if c.Referrer != "" {
		fmt.Fprintf(&b, "Referer: %s\r\n", warc.OneLine(c.Referrer))
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

func metadata(c store.Capture, target string) []byte {
	fields := [][2]string{{"via", c.Referrer}}
	if c.Took > 0 {
		fields = append(fields, [2]string{"fetchTimeMs", strconv.FormatInt(c.Took.Round(time.Millisecond).Milliseconds(), 10)})
	}
	if c.URL != target {
		fields = append(fields, [2]string{"gongkai-url", c.URL})
	}
	for _, r := range c.Redirects {
		fields = append(fields, [2]string{"gongkai-redirect", r})
	}
	body := "undone of Content-Encoding and Transfer-Encoding"
	if c.ContentEncoding != "" {
		body = "undone of Transfer-Encoding"
	}
	fields = append(fields, [2]string{"gongkai-capture", c.ID}, [2]string{"gongkai-snapshot", string(c.Digest)}, [2]string{"gongkai-body", body},
		[2]string{"gongkai-run", c.Run}, [2]string{"gongkai-site", c.Site}, [2]string{"gongkai-verdict", c.Verdict}, [2]string{"gongkai-evidence", c.Evidence})
	if c.InsecureTLS {
		fields = append(fields, [2]string{"gongkai-insecure-tls", "true"})
	}
	return warc.FieldsBlock(fields)
}
