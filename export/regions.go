package export

import (
	"context"
	"strings"

	"gongkai/report/region"
)

var regionChangesTable = Table{
	Name:        "region_changes",
	Title:       "区划变更 region changes",
	Description: "one row a division of county level and above that changed its code or name, began or ended between two lists of GB/T 2260 since 2008; of the whole country, whatever the filter",
	Sorted:      []string{"by"},
	Columns: []Column{
		{Name: "after", Type: Text, Description: "YYYYMM of the last list before the change", Required: true},
		{Name: "by", Type: Text, Description: "YYYYMM of the first list after it", Required: true},
		{Name: "kind", Type: Text, Description: "what happened", Required: true, Categories: []Category{
			{string(region.Renamed), "the code stays, the name is another"},
			{string(region.Recoded), "the same place under another code"},
			{string(region.Succeeded), "others took over the area; several when it was divided"},
			{string(region.Created), "no predecessor is known"},
			{string(region.Ended), "no successor is known"},
		}},
		{Name: "code", Type: Text, Description: "code before"},
		{Name: "name", Type: Text, Description: "name before"},
		{Name: "to_codes", Type: Text, Description: "codes after, separated by spaces"},
		{Name: "to_names", Type: Text, Description: "names after, in the same order"},
	},
	rest: func(_ context.Context, _ *run, out emit) error {
		for _, c := range region.Changes() {
			if err := out([]string{c.After, c.By, string(c.Kind), c.Code, c.Name, strings.Join(c.To, " "), strings.Join(c.ToNames, " ")}); err != nil {
				return err
			}
		}
		return nil
	},
}
