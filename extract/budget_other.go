//go:build !unix

package extract

import "time"

// processTime is not to be had here.
func processTime() (time.Duration, bool) { return 0, false }
