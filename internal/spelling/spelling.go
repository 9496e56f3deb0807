// Package spelling says how far a word that was typed is from one that is known, so
// that messages can name what was probably meant.
package spelling

// Distance is the number of bytes to insert, remove or change to make a of b
// (Levenshtein). It is meant for short names.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
