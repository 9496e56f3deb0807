//go:build race

package listing_test

// racing: the race detector makes the largest pages ten times as slow and finds
// nothing in them that smaller ones don't have.
const racing = true
