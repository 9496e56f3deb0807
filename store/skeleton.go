package store

func (db *database) checkSkeleton() error { return nil }
