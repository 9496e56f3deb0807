package listing_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gongkai/crawler/listing"
	"gongkai/internal/fakegov"

	"golang.org/x/net/html"
)

// unreachable are the families whose further pages nobody gets without a browser,
// and the verdict that says so.
var unreachable = map[fakegov.Family]string{
	fakegov.HanwebEncrypted: "partial:encrypted nextgroup",
	fakegov.TRSAPI:          "partial:trsapi",
	fakegov.NeedsJS:         "needs_js",
}

// Every family of fakegov, which shares no code with this package: the column, and
// the columns it leads to, list all reports and end as complete.
func TestFamilies(t *testing.T) {
	for _, family := range fakegov.Families() {
		for name, spec := range map[string]fakegov.SiteSpec{
			"small":      {Reports: 7, Noise: 2},
			"many pages": {Reports: 23, Noise: 4, PerPage: 3},
		} {
			if racing && name == "small" {
				continue
			}
			t.Run(string(family)+"/"+name, func(t *testing.T) {
				spec.Family = family
				gov, err := fakegov.Start(fakegov.Options{Seed: 11, Sites: []fakegov.SiteSpec{spec}})
				if err != nil {
					t.Fatal(err)
				}
				defer gov.Close()
				s := gov.Sites[0]
				found := map[string]bool{}
				var verdicts, requests []string
				queue := slices.Clone(s.Column().Index)
				depth := map[string]int{}
				for i := 0; i < len(queue) && i < 300; i++ {
					v := walk(t, queue[i])
					verdicts = append(verdicts, v.last.State.Mechanism+" "+v.last.Verdict+" ("+v.last.Evidence+")")
					requests = append(requests, v.requests...)
					for _, u := range v.urls {
						found[strings.TrimSuffix(u, "#")] = true
					}
					for _, child := range v.children {
						if !slices.Contains(queue, child) && depth[queue[i]] < 3 {
							depth[child] = depth[queue[i]] + 1
							queue = append(queue, child)
						}
					}
				}
				var missing []string
				for _, r := range s.Reports() {
					if !found[r.URL] {
						missing = append(missing, r.URL)
					}
				}
				want := "complete"
				if len(missing) > 0 && unreachable[family] != "" {
					want, missing = unreachable[family], nil
				}
				if len(missing) > 0 || slices.ContainsFunc(verdicts, func(v string) bool { return !strings.Contains(v, " "+want+" (") }) {
					t.Errorf("%d of %d reports not found: %s\n%s\n%s", len(missing), len(s.Reports()), strings.Join(missing[:min(len(missing), 3)], " "),
						strings.Join(verdicts, "\n"), strings.Join(requests[:min(len(requests), 12)], "\n"))
				}
				t.Logf("%d reports, %d items, %d requests", len(s.Reports()), len(found), len(requests))
			})
		}
	}
}

// walk reads a column of a running site.
func walk(t *testing.T, index string) visit {
	t.Helper()
	var v visit
	var state listing.State
	next := &listing.Request{URL: index}
	for range 100 {
		method := next.Method
		if method == "" {
			method = "GET"
		}
		req, err := http.NewRequest(method, next.URL, strings.NewReader(next.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Referer", next.Referrer)
		if next.ContentType != "" {
			req.Header.Set("Content-Type", next.ContentType)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		final := *res.Request.URL
		if asked, err := url.Parse(next.URL); err == nil {
			final.Fragment = asked.Fragment
		}
		p := listing.Page{URL: &final, Status: res.StatusCode, Body: body, ContentType: res.Header.Get("Content-Type")}
		if strings.Contains(p.ContentType, "html") {
			if p.Root, err = html.Parse(strings.NewReader(string(body))); err != nil {
				t.Fatal(err)
			}
		}
		r, err := listing.Read(p, state, listing.Hint{})
		if err != nil {
			t.Fatal(err)
		}
		v.requests = append(v.requests, method+" "+next.URL+" "+next.Body)
		for _, it := range r.Items {
			if it.Child {
				v.children = append(v.children, it.URL)
			} else {
				v.urls = append(v.urls, it.URL)
			}
		}
		v.last, state, next = r, r.State, r.Next
		if next == nil {
			return v
		}
	}
	t.Fatalf("%s: no end", index)
	return v
}
