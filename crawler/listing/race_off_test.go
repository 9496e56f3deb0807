//go:build !race

package listing_test

const racing = false
