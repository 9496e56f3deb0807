package crawler_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/configs"
	"gongkai/store"
)

// Pages that only redirect are followed, twice at most and within the scope.
func TestShells(t *testing.T) {
	const title = "某市2022年政府信息公开工作年度报告"
	site := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		shell := func(to string) {
			fmt.Fprintf(w, `<html><head><meta http-equiv="refresh" content="0;url=%s"></head></html>`, to)
		}
		script := func(to string) { fmt.Fprintf(w, `<html><script>window.location.href = "%s";</script></html>`, to) }
		switch r.URL.Path {
		case "/zfxxgk/":
			fmt.Fprint(w, frame("年报", `<ul>
				<li><a href="/zfxxgk/t20230101_1.html">`+title+`</a><span>2023-01-01</span></li>
				<li><a href="/zfxxgk/t20230101_2.html">县教育局2022年政府信息公开工作年度报告</a><span>2023-01-01</span></li>
				<li><a href="/zfxxgk/t20230101_3.html">县民政局2022年政府信息公开工作年度报告</a><span>2023-01-01</span></li></ul>`))
		case "/zfxxgk/t20230101_1.html":
			shell("/a/one.html")
		case "/a/one.html":
			script("two.html")
		case "/zfxxgk/t20230101_2.html":
			shell("/a/circle.html")
		case "/a/circle.html":
			script("/a/circle2.html")
		case "/a/circle2.html":
			shell("/a/circle.html")
		case "/zfxxgk/t20230101_3.html":
			script("http://stranger.example/mirror.html")
		default:
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"1"`)
			fmt.Fprint(w, frame(title, reportText))
		}
	})
	o := newOffice(t, configs.Site{ID: "own", Name: "某市人民政府", Index: []string{site.URL + "/zfxxgk/"}})
	o.crawl()
	if row := o.row(site.URL + "/zfxxgk/t20230101_1.html"); row.State != store.Done || row.Extra["report"] == "" {
		t.Errorf("%+v, want the report behind two shells", row)
	}
	for _, c := range o.captures() {
		if c.URL == site.URL+"/zfxxgk/t20230101_1.html" {
			want := []string{c.URL, site.URL + "/a/one.html"}
			if diff := cmp.Diff(want, c.Redirects); diff != "" || c.FinalURL != site.URL+"/a/two.html" {
				t.Errorf("capture %+v\n%s", c, diff)
			}
		}
	}
	if row := o.row(site.URL + "/zfxxgk/t20230101_2.html"); row.Extra["verdict"] != "needs_js" {
		t.Errorf("%+v, want the circle given up", row)
	}
	if row := o.row(site.URL + "/zfxxgk/t20230101_3.html"); row.Extra["verdict"] != "failed:scope" {
		t.Errorf("%+v, want the shell out of scope refused", row)
	}
	if s := o.crawl(); s.Columns[0].Unchanged != 1 {
		t.Errorf("second run %+v, want the report behind the shells unchanged", s.Columns[0])
	}
}

// A menu in a frame beside the list takes nothing from the column; a frame that
// can't be read does.
func TestFrames(t *testing.T) {
	menu := `<html><body><a href="/zn.htm" target="main">公开指南</a></body></html>`
	site := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/nb/":
			fmt.Fprint(w, `<html><frameset cols="20%,*"><frame src="menu.htm"><frame src="main.htm"></frameset></html>`)
		case "/nb/menu.htm":
			if menu == "" {
				w.WriteHeader(http.StatusInternalServerError)
			}
			fmt.Fprint(w, menu)
		case "/nb/main.htm":
			fmt.Fprint(w, frame("年报", `<ul><li><a href="/nb/1.htm">县教育局2022年政府信息公开工作年度报告</a></li></ul>`))
		default:
			fmt.Fprint(w, frame("县教育局2022年政府信息公开工作年度报告", reportText))
		}
	})
	for _, want := range []string{"complete", "partial:2 of 3 lists"} {
		// The mechanism of the index is pinned, as probe would: those in the frames aren't.
		o := newOffice(t, configs.Site{ID: "own", Name: "某县人民政府", Index: []string{site.URL + "/nb/"}, Listing: configs.Listing{Mechanism: "walk"}})
		if c := o.crawl().Columns[0]; c.Verdict != want || c.Reports != 1 {
			t.Errorf("%s (%s), %d reports, want %s", c.Verdict, c.Evidence, c.Reports, want)
		}
		menu = ""
	}
}
