package report

import "io"

// WriteData writes the data files of the package, for a hash that names them.
func WriteData(w io.Writer) error {
	_, err := io.WriteString(w, metricsCSV)
	return err
}
