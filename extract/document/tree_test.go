package document

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// sameTree tells where two trees differ, or "".
func sameTree(x, y *html.Node) string {
	switch {
	case x == nil && y == nil:
		return ""
	case x == nil || y == nil:
		return fmt.Sprintf("%s / %s", nodeName(x), nodeName(y))
	case x.Type != y.Type || x.DataAtom != y.DataAtom || x.Data != y.Data || x.Namespace != y.Namespace || len(x.Attr) != len(y.Attr):
		return fmt.Sprintf("%s / %s", nodeName(x), nodeName(y))
	}
	for i := range x.Attr {
		if x.Attr[i] != y.Attr[i] {
			return fmt.Sprintf("%s / %s: attributes", nodeName(x), nodeName(y))
		}
	}
	cx, cy := x.FirstChild, y.FirstChild
	for ; cx != nil && cy != nil; cx, cy = cx.NextSibling, cy.NextSibling {
		if cx.Parent != x || cx.PrevSibling != nil && cx.PrevSibling.NextSibling != cx || cx.NextSibling == nil && x.LastChild != cx {
			return nodeName(cx) + ": links of the tree"
		}
		if d := sameTree(cx, cy); d != "" {
			return d
		}
	}
	if cx != nil || cy != nil {
		return fmt.Sprintf("in %s: %s / %s", nodeName(x), nodeName(cx), nodeName(cy))
	}
	return ""
}

func nodeName(n *html.Node) string {
	if n == nil {
		return "nothing"
	}
	return fmt.Sprintf("%d %q %v", n.Type, n.Data, n.Attr)
}

// compareTrees builds the tree of a page in both ways and tells whether the
// builder took it.
func compareTrees(t *testing.T, page string) bool {
	t.Helper()
	got, ok, err := buildTree(page, strings.Count(page, "<"), &clock{ctx: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return false
	}
	want, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("html.Parse refuses what the builder took: %v\n%q", err, page)
	}
	if d := sameTree(got, want); d != "" {
		var g, w strings.Builder
		html.Render(&g, got)
		html.Render(&w, want)
		t.Fatalf("%s\npage %q\n got %q\nwant %q", d, page, &g, &w)
	}
	return true
}

// pieces is what the pages of government sites are made of, well and badly.
var pieces = strings.Split(strings.ReplaceAll(`<html>|<html lang="zh">|</html>|<head>|</head>|<body>|<body class=a>|</body>|<title>甲 &amp; 乙</title>|<meta charset="gbk">|
<link rel=stylesheet href=a.css>|<style>p{color:red}</style>|<script>if (a<b) { x("</p>") }</script>|<script><!-- a --></script>|<script/>|</script>|
<!-- 评论 -->|<!--[if IE]><p><![endif]-->|<!---->|<!-->|<!--->|<!-- a --!>|<!-- a -- b -->|<!DOCTYPE html>|<!doctype html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">|
<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">|<?xml:namespace prefix = o />|<![endif]>|<!>|<!x>|</>|</ p>|<3|a < b|
<div>|<div id="zoom" class='TRS_Editor'>|</div>|<p>|<P style="a:b" align=center>|</p>|</P>|<span>|<span style="x">|</span>|<br>|<br/>|</br>|<hr>|
<b>|</b>|<strong>|</strong>|<font size=2>|<font color="red">|</font>|<i>|</i>|<u>|</u>|<em>|</em>|<nobr>|</nobr>|<a href="x.html?a=1&b=2&copy=3">|<a>|</a>|
<table>|<table border=1>|</table>|<tbody>|</tbody>|<thead>|</thead>|<tfoot>|<tr>|</tr>|<td>|<td colspan="2" rowspan=3>|</td>|<th>|</th>|<caption>|</caption>|
<colgroup>|</colgroup>|<col width=20>|<col>|<ul>|</ul>|<ol>|</ol>|<li>|</li>|<dl>|<dt>|<dd>|</dd>|</dl>|<h1>|</h1>|<h2>|</h3>|<form>|</form>|
<input type=hidden name=a>|<input>|<button>|</button>|<select>|<option>|<option selected>|</option>|<optgroup>|</select>|<textarea>|</textarea>|<textarea>
 a</textarea>|<pre>|<pre>
a|</pre>|<iframe src=a></iframe>|<noscript><img src=a></noscript>|<object>|</object>|<marquee>|</marquee>|<center>|</center>|<o:p>|</o:p>|<o:p></o:p>|
<img src="a.png" alt="图">|<image>|<ucapcontent>|</ucapcontent>|<section>|</section>|<nav>|</nav>|<ruby>|<rt>|<rp>|</ruby>|<svg>|</svg>|<math>|<svg viewbox="0 0 1 1"><path d="M0"/><title>图</title></svg>|<svg><p></svg>|<svg><svg></svg></svg>|<svg><script>"</svg>"</script></svg>|<math><mi>x</mi></math>|<svg/>|<svg></svg >|<template>|<frameset>|<plaintext>|
<xmp>|</xmp>|<address>|</address>|<label>|</label>|<sup>|</sup>|<embed src=a>|<param name=a>|<base href="/">|<noframes></noframes>|<blockquote>|</blockquote>|
文字| |  |
|　|&nbsp;|&nbsp;&nbsp;12|&lt;|&amp|&ampx;|&notit;|&#160;|&#x4e2d;|&#0;|&#150|&|12|1,234|。|<a b=c d="e" f='g' b=x / h>|<p a=&lt;&gt b="&notin;&noti;&semi;&amp" c=&amp=1 D=&#65;>|<td/>|
<div <p>|<a href='x|<p a="|<div a=/>|<div a = b>|<div =a>|<div a//b>|`, "|\n", "|")+"\r\n|\r|a\rb|\x00|<TD\tWIDTH=1\r\n>", "|")

// Pages of random pieces, in random order or nearly in order, get the tree that
// html.Parse makes of them, or are left to it.
func TestTreeOfRandomPages(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	taken := 0
	const pages = 20000
	for range pages {
		var page strings.Builder
		if rnd.IntN(2) == 0 {
			page.WriteString("<!DOCTYPE html><html><head></head><body>")
		}
		if rnd.IntN(3) == 0 {
			page.WriteString("<table><tr><td>")
		}
		for range 1 + rnd.IntN(14) {
			page.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		if compareTrees(t, page.String()) {
			taken++
		}
	}
	if taken < pages/4 {
		t.Errorf("the builder took %d of %d pages", taken, pages)
	}
}

// Whole pages lose a tag, get one twice or out of place, as careless programs
// leave them.
func TestTreeOfDamagedPages(t *testing.T) {
	files, err := filepath.Glob("../testdata/reports/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := Decode(b, "")
		if !compareTrees(t, text) {
			t.Errorf("%s: not taken", f)
		}
		parts := strings.SplitAfter(text, ">")
		for range 200 {
			damaged := append([]string(nil), parts...)
			for range 1 + rnd.IntN(3) {
				i, k := rnd.IntN(len(damaged)), rnd.IntN(len(damaged))
				switch rnd.IntN(3) {
				case 0:
					damaged[i] = ""
				case 1:
					damaged[i] += damaged[k]
				default:
					damaged[i], damaged[k] = damaged[k], damaged[i]
				}
			}
			compareTrees(t, strings.Join(damaged, ""))
		}
	}
}

func FuzzTree(f *testing.F) {
	for _, p := range pieces {
		f.Add("<table><tr><td>" + p + "</table>" + p)
		f.Add("<p><b>" + p + "<div>" + p)
	}
	f.Fuzz(func(t *testing.T, page string) {
		if len(page) < 1<<16 {
			compareTrees(t, page)
		}
	})
}
