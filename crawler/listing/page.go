package listing

import (
	"net/url"

	"golang.org/x/net/html"
)

// What else a crawler asks of a page, by the same rules by which lists are read.

// Base is what the references of a page resolve against: its final URL or its
// <base href>.
func Base(final *url.URL, root *html.Node) *url.URL { return baseOf(final, root) }

// Resolve makes a reference of a page absolute and mends what government pages
// get wrong. It gives nil for what can't be fetched.
func Resolve(base *url.URL, ref string) *url.URL { return resolve(base, ref) }

// Shell tells where a page that holds nothing but a redirect leads, by meta
// refresh or a literal location; nil when it is a page of its own.
func Shell(final *url.URL, root *html.Node) *url.URL {
	if root == nil {
		return nil
	}
	to, _ := redirection(root)
	if to == "" {
		return nil
	}
	u := resolve(baseOf(final, root), to)
	if u == nil || samePage(u.String(), final.String()) {
		return nil
	}
	return u
}

// IsFile tells whether a URL looks like one of an attachment: by its extension or
// by the download path of a CMS.
func IsFile(u *url.URL) bool { return isFile(u) }

// OtherPaper tells whether a title names another paper that stands in the columns
// of annual reports (政府网站工作年度报表, 年报制度, 半年报 …).
func OtherPaper(title string) bool { return otherwise.MatchString(fold(title)) }
