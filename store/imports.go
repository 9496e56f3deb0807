package store

import "encoding/json"

// Import is how far a source was imported.
type Import struct {
	Offset int64 `json:"offset"` // where in the source to go on
	// File is where in a compressed source to begin to read for that; 0: at its
	// beginning.
	File int64 `json:"file,omitempty"`
	Done bool  `json:"done"` // nothing is left
	// Rest is what has to wait for other sources, as JSON of the importer.
	Rest json.RawMessage `json:"rest,omitempty"`
}

// PutImport notes how far the source that key names was imported.
func (tx *Tx) PutImport(key string, i Import) error {
	if err := checkKey("import", key); err != nil {
		return err
	}
	return tx.put(bucketImports, key, i)
}

// Import returns how far a source was imported, or an error that is ErrNotFound.
func (tx *Tx) Import(key string) (Import, error) {
	var i Import
	return i, tx.get(bucketImports, key, &i)
}
