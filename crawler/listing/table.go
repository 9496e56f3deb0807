package listing

// mechanisms are tried in this order on a first page; the first that yields wins.
// What is surer stands first: rows embedded in the page and the endpoint they name,
// other endpoints, numbers declared by a script, links, and at last the columns
// around.
var mechanisms []mechanism

func init() {
	mechanisms = []mechanism{
		trueCMS, jpage, dataList, // rows embedded in the page
		jpaas, lonsun, annual, xxgk, // fragments
		ztree,                                            // a tree of columns
		gkmlpt, epoint, jsonLists, ucap, was5, ajaxLists, // records
		template,      // numbers by a profile
		trsAPI, pager, // numbers declared by a script
		anchor,
		walk,
	}
}
