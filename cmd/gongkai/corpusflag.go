package main

import (
	"context"
	"errors"
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
	return store.OpenContext(ctx, path, store.Options{ReadOnly: true, Program: "gongkai " + version})
}

// openForWriting opens a corpus and makes it when there is none.
func openForWriting(ctx context.Context, path string) (*store.Store, error) {
	o := store.Options{Program: "gongkai " + version}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return store.OpenOrCreate(path, o)
	}
	return store.OpenContext(ctx, path, o)
}
