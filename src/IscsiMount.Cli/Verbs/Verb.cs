using System.CommandLine;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary>One verb: its options, its examples, and what it does.</summary>
internal abstract class Verb : Command
{
    /// <summary>
    /// The agent keeps to the time that the user gave, and undoes what it has begun. Its answer may come so much later.
    /// </summary>
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(10);

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

    /// <summary>Asks the agent, which is started if it does not run.</summary>
    protected async Task<Document> CallAsync(
        ParseResult arguments, Func<ControlClient, CancellationToken, Task<Document>> call,
        CancellationToken cancellationToken)
    {
        TimeSpan timeout = TimeoutOf(arguments);
        ControlClient client = await Context.Agent.OpenAsync(cancellationToken);
        using var late = new CancellationTokenSource(timeout + AnswerGrace, Context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await call(client, either.Token);
        }
        catch (OperationCanceledException)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(
                ErrorCode.TimedOut,
                "The agent does not answer.",
                $"It was asked {(timeout + AnswerGrace).TotalSeconds:0.#} s ago.",
                "'iscsimount status' shows what it holds; its log tells what it waits for.");
        }
    }

    /// <summary>Shows a list, or says that it is empty. An empty list is an answer, not a failure.</summary>
    protected void WriteList<TReport>(
        Document document, IReadOnlyList<TReport>? list, Action<TextWriter, Document, bool> asText, string nothing)
    {
        if (list is { Count: > 0 } || Context.Output.IsJson)
        {
            Context.Output.Write(document, (writer, shown) => asText(writer, shown, Context.Output.IsTerminal));
        }
        else
        {
            Console.Error.WriteLine($"iscsimount: {nothing}");
        }
    }

    /// <summary>Tells everything that is wrong beside the result.</summary>
    /// <returns>The exit code: that of damage before all others, then that of the first problem.</returns>
    protected int WarnAll(Document document)
    {
        int exitCode = 0;
        foreach (Problem problem in document.Problems ?? [])
        {
            Context.Output.Warn(problem);
            bool isWorse = exitCode == 0 || problem.Code == ErrorCode.VolumeDamaged;
            exitCode = isWorse ? ErrorCodes.ExitCodeOf(problem.Code) : exitCode;
        }

        return exitCode;
    }
}
