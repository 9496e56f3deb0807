package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/store"
)

// corpusFlags name the corpus and the configuration, the same way everywhere.
type corpusFlags struct {
	corpus string
	config string
}

func (f *corpusFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.corpus, "corpus", "", "corpus file (default: that of --config, else ./corpus.db)")
	cmd.Flags().StringVar(&f.config, "config", "", "configuration file")
	// The flags name files: let the shell complete file names.
	for flag, extensions := range map[string][]string{"corpus": {"db"}, "config": {"yaml", "yml"}} {
		if err := cmd.MarkFlagFilename(flag, extensions...); err != nil {
			panic(err) // the flags are defined above
		}
	}
}

// path is the corpus file: --corpus, else that of --config, else ./corpus.db.
func (f *corpusFlags) path() (string, error) {
	if f.corpus != "" {
		return f.corpus, nil
	}
	if f.config == "" {
		return configs.DefaultCorpus, nil
	}
	c, err := f.load()
	if err != nil {
		return "", err
	}
	return c.Corpus, nil
}

// load reads the configuration file; one that can't be read is the mistake of
// who named it.
func (f *corpusFlags) load() (*configs.Config, error) {
	c, err := configs.Load(f.config)
	if err != nil {
		return nil, &codeError{code: exitUsage, msg: err.Error()}
	}
	return c, nil
}

// openForReading opens an existing corpus.
func (f *corpusFlags) openForReading(ctx context.Context) (*store.Store, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	return openCorpus(ctx, path, store.Options{ReadOnly: true})
}

// openForWriting opens a corpus and makes it when there is none.
func openForWriting(ctx context.Context, path string) (*store.Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return store.OpenOrCreate(path, store.Options{Program: programName()})
	}
	return openCorpus(ctx, path, store.Options{})
}

// openCorpus opens a corpus. One of an earlier format is brought up to date on
// the way; a line on stderr says so, and where the file from before is.
func openCorpus(ctx context.Context, path string, o store.Options) (*store.Store, error) {
	o.Program = programName()
	st, err := store.OpenContext(ctx, path, o)
	old, ok := errors.AsType[*store.OlderFormatError](err)
	if !ok {
		return st, err
	}
	m, err := store.Migrate(ctx, path, store.Options{Program: programName()})
	if errors.Is(err, store.ErrReadOnly) {
		return nil, fmt.Errorf("%w; it has format %d and must be brought up to format %d before it can be read: copy it to where it can be written, and name the copy", err, old.Format, store.FormatVersion)
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "gongkai: %s\n", migrated(path, m))
	return store.OpenContext(ctx, path, o)
}

// migrated says what a migration did.
func migrated(path string, m *store.Migration) string {
	if len(m.Steps) == 0 {
		return fmt.Sprintf("%s has format %d already", path, m.To)
	}
	return fmt.Sprintf("%s was brought from format %d to %d; the file from before is %s", path, m.From, m.To, m.Copy)
}
