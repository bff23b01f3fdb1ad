using System.CommandLine;
using System.CommandLine.Parsing;
using IscsiMount.Cli.Naming;

namespace IscsiMount.Cli;

/// <summary>The options that every verb has.</summary>
internal sealed class CommonOptions
{
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(30);

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document instead of text; an error is a document too.",
        Recursive = true,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long it may take, in seconds, or with a unit: 500ms, 30s, 2m. Default: 30s.",
        HelpName = "T",
        Recursive = true,
        CustomParser = ParseDuration,
    };

    /// <summary>Reads a time as users write it.</summary>
    public static TimeSpan? ParseDuration(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (Duration.TryParse(text, out TimeSpan timeout))
        {
            return timeout;
        }

        result.AddError($"'{text}' is not a time: write seconds, or 500ms, 30s, 2m, up to a day.");
        return null;
    }
}
