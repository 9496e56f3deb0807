package main

import "github.com/spf13/cobra"

func newCompletionCommand(t *terminal) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "print the completion script of a shell",
		Long: `Print the script that completes commands, flags and file names in a shell:
bash, zsh, fish or powershell.`,
		Example: `  source <(gongkai completion bash)                         this session
  gongkai completion bash > /etc/bash_completion.d/gongkai  every session
  gongkai completion zsh > "${fpath[1]}/_gongkai"
  gongkai completion fish > ~/.config/fish/completions/gongkai.fish`,
		Args:      wantArgs(1, "a shell: bash, zsh, fish or powershell"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(t.out, true)
			case "zsh":
				return root.GenZshCompletion(t.out)
			case "fish":
				return root.GenFishCompletion(t.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(t.out)
			}
			return usagef(cmd, "no completion for %q; there are bash, zsh, fish and powershell", args[0])
		},
	}
}

// complete lets the shell complete the values of a flag that takes just these.
func complete(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is defined by the caller
	}
}
