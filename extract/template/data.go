package template

import (
	"io"
	"io/fs"
)

// WriteData writes the data files of the package, for a hash that names them.
func WriteData(w io.Writer) error {
	if _, err := io.WriteString(w, simplifiedText); err != nil {
		return err
	}
	return fs.WalkDir(formFiles, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := formFiles.ReadFile(name)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	})
}
