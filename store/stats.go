package store

import "context"

// Stats says what takes the room in a corpus.
type Stats struct {
	FileBytes int64 `json:"file_bytes"`
	// FreeBytes is room inside the file that new records will take first; a
	// compaction gives it back.
	FreeBytes int64 `json:"free_bytes"`
	// Buckets are the kinds of records; their pages take somewhat more than their
	// bytes.
	Buckets []BucketStats `json:"buckets"`
	// Bodies are the snapshots and the reports by how they are stored.
	Bodies []BodyStats `json:"bodies"`
}

// BucketStats is the room that a kind of records takes.
type BucketStats struct {
	Name    string `json:"name"`
	Records int    `json:"records"`
	Bytes   int64  `json:"bytes"` // of keys and values
}

// BodyStats is the room that a kind of bodies takes.
type BodyStats struct {
	Kind     string `json:"kind"`     // snapshot, report
	Encoding string `json:"encoding"` // raw, zstd, or reference: zstd against another body
	Count    int    `json:"count"`
	Bytes    int64  `json:"bytes"`  // of the bodies
	Stored   int64  `json:"stored"` // what they take
}

// Stats looks at every record, in chunks.
func (s *Store) Stats(ctx context.Context) (*Stats, error) {
	stats := &Stats{}
	err := s.withDB(ctx, false, func(db *database) error {
		info, err := db.file.Stat()
		if err != nil {
			return err
		}
		sk := skeleton{file: db.file, head: db.head}
		free, err := sk.freeIDs()
		if err != nil {
			return &DamagedError{Path: s.path, Where: "list of free pages", Reason: err.Error()}
		}
		stats.FileBytes = info.Size()
		stats.FreeBytes = info.Size() - int64(db.head.pages-uint64(len(free)))*db.head.pageSize
		return nil
	})
	if err != nil {
		return nil, err
	}
	type bodies struct{ kind, encoding byte }
	byBody := map[bodies]*BodyStats{}
	for _, kind := range kinds {
		bucket := kind.bucket
		b := BucketStats{Name: string(bucket)}
		for _, err := range read(ctx, s, bucket, "", func(tx *Tx, k, v []byte) (struct{}, error) {
			b.Records++
			b.Bytes += int64(len(k) + len(v))
			if b.Name != string(bucketPacks) {
				return struct{}{}, nil
			}
			blobs, err := blobsOf(v)
			if err != nil {
				return struct{}{}, tx.damaged(bucket, string(k), "%v", err)
			}
			for _, blob := range blobs {
				key := bodies{blob.kind, blob.encoding}
				if byBody[key] == nil {
					byBody[key] = &BodyStats{Kind: kindNames[blob.kind], Encoding: encodingNames[blob.encoding]}
				}
				byBody[key].Count++
				byBody[key].Bytes += int64(blob.size)
				byBody[key].Stored += int64(len(blob.payload))
			}
			return struct{}{}, nil
		}) {
			if err != nil {
				return nil, err
			}
		}
		stats.Buckets = append(stats.Buckets, b)
	}
	for _, kind := range []byte{blobSnapshot, blobReport} {
		for _, encoding := range []byte{encodingRaw, encodingZstd, encodingReference} {
			if b := byBody[bodies{kind, encoding}]; b != nil {
				stats.Bodies = append(stats.Bodies, *b)
			}
		}
	}
	return stats, nil
}

var (
	kindNames     = map[byte]string{blobSnapshot: "snapshot", blobReport: "report"}
	encodingNames = map[byte]string{encodingRaw: "raw", encodingZstd: "zstd", encodingReference: "reference"}
)
