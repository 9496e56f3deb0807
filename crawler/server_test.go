package crawler_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// server is a small site of a test's own, with a log.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]int
}

// serve answers with handler, but for robots.txt, which there is not.
func serve(t testing.TB, handler http.HandlerFunc) *server {
	return serveAll(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		handler(w, r)
	})
}

func serveAll(t testing.TB, handler http.HandlerFunc) *server {
	s := &server{seen: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen[r.RequestURI]++
		s.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// page is a site whose index holds a fragment, and whose other pages are all one
// report.
func page(t testing.TB, index string) *server { return serveIndex(t, &index) }

// serveIndex is page with an index that may change between runs.
func serveIndex(t testing.TB, index *string) *server {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/zfxxgk/" {
			w.Write([]byte(frame("政府信息公开年报", *index)))
			return
		}
		w.Write([]byte(frame("年度报告", reportText)))
	})
}

func (s *server) counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for k, v := range s.seen {
		out[k] = v
	}
	return out
}

func frame(title, body string) string {
	return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>` + title + `</title></head><body><div id="top"><a href="/">首页</a></div><div id="zoom">` + body + `</div></body></html>`
}

// reportText is a report as short as can be.
const reportText = `<p>一、总体情况</p><p>全年主动公开信息二百一十条，政务公开栏目按月更新，公开渠道保持畅通。</p>
<p>二、主动公开政府信息情况</p><p>规章公开0件，行政规范性文件公开3件。</p><p>三、收到和处理政府信息公开申请情况</p><p>收到政府信息公开申请5件。</p>
<p>四、政府信息公开行政复议、行政诉讼情况</p><p>无。</p><p>五、存在的主要问题及改进情况</p><p>公开的内容还不够细。</p><p>六、其他需要报告的事项</p><p>无。</p>`
