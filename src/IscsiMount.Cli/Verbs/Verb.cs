using System.CommandLine;
using IscsiMount.Control;

namespace IscsiMount.Cli.Verbs;

/// <summary>One verb: its options, its examples, and what it does.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, CliContext context)
        : base(name, description)
    {
        Context = context;
        SetAction(RunAsync);
    }

    /// <summary>Calls as a user would type them, without the name of the program.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    protected CliContext Context { get; }

    /// <returns>The exit code.</returns>
    /// <exception cref="ControlException">What the user is told instead of a result.</exception>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);

    protected TimeSpan TimeoutOf(ParseResult arguments)
    {
        return arguments.GetValue(Context.Options.Timeout) ?? CommonOptions.TimeoutDefault;
    }
}
