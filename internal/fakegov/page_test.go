package fakegov

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// The pages of the benchmark are as large and as linked as real ones.
func TestBenchmarkPages(t *testing.T) {
	g := start(t, Benchmark(1, 100))
	s := g.Sites[0]
	var size, links, n int
	linked := make(map[string]bool)
	for i, r := range s.Reports() {
		if i%5 != 0 {
			continue // enough to see the mean
		}
		doc := get(t, r.URL)
		size += len(doc.body)
		for _, u := range hrefs(t, r.URL, doc.doc(t).Find("a[href^='/'],a[href^='.'],a[href^='http']")) {
			links++
			if linked[u] {
				continue
			}
			linked[u] = true
			if a := get(t, u); a.status != http.StatusOK {
				t.Errorf("%s links to %s, which answers %d", r.URL, u, a.status)
			}
		}
		n++
	}
	if mean := size / n; mean < 60<<10 || mean > 100<<10 {
		t.Errorf("a page has %d bytes, want about 80 KB", mean)
	}
	if mean := links / n; mean < 180 || mean > 210 {
		t.Errorf("a page has %d links, want about 195", mean)
	}
	if len(linked) != 102 {
		t.Errorf("%d addresses are linked, want the 100 reports, the index and the home page", len(linked))
	}
	t.Logf("%d bytes, %d links", size/n, links/n)
}

func BenchmarkArticle(b *testing.B) {
	g, err := Start(Benchmark(1, 100))
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	s := g.Sites[0]
	r := httptest.NewRequest(http.MethodGet, s.Reports()[0].URL, nil)
	for b.Loop() {
		a := s.serve(r)
		b.SetBytes(int64(len(a.content())))
	}
}
