package configs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gongkai/internal/spelling"
)

// suggest names the key that was probably meant, or all there are.
func suggest[V any](key string, known map[string]V) string {
	names := slices.Sorted(maps.Keys(known))
	best, least := "", 1+len(key)/2
	for _, name := range names {
		if d := spelling.Distance(strings.ToLower(key), name); d < least {
			best, least = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known here: " + strings.Join(names, ", ")
}
