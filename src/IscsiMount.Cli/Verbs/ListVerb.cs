using System.CommandLine;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary>A verb that shows one list of the agent's state: <c>sessions</c>, <c>volumes</c> and their kin.</summary>
/// <typeparam name="TReport">What it is a list of.</typeparam>
internal sealed class ListVerb<TReport>(CliContext context, ListVerbWords words, ListVerbShape<TReport> shape)
    : Verb(words.Name, words.Description, context)
{
    public override IReadOnlyList<string> Examples { get; } = [words.Name, $"{words.Name} --json"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Document state = await CallAsync(
            arguments, (client, token) => client.GetStateAsync(token), cancellationToken);
        IReadOnlyList<TReport> list = shape.Pick(state) ?? [];
        WriteList(shape.Only(list), list, shape.AsText, words.Nothing);
        return 0;
    }
}

/// <summary>The words of a <see cref="ListVerb{TReport}"/>.</summary>
internal sealed record ListVerbWords(string Name, string Description, string Nothing);

/// <summary>How a list is taken from the state, put into a document of its own, and shown.</summary>
internal sealed record ListVerbShape<TReport>(
    Func<Document, IReadOnlyList<TReport>?> Pick,
    Func<IReadOnlyList<TReport>, Document> Only,
    Action<TextWriter, Document, bool> AsText);
