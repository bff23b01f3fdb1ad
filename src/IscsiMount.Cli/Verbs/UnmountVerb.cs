using System.CommandLine;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>unmount</c>: one volume; the session stays.</summary>
internal sealed class UnmountVerb : Verb
{
    private readonly VolumeChoice _volume;

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Cut off programs that have files open, instead of giving up with exit code 11.",
    };

    public UnmountVerb(CliContext context)
        : base("unmount", "Takes one mount away. When it ends, everything is durable; the session stays.", context)
    {
        _volume = new VolumeChoice(this);
        Options.Add(_force);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "unmount 1/0/2",
        "unmount ~/iscsimount/archive",
        "unmount --volume 1/0/2 --force",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new UnmountRequest
        {
            Volume = _volume.Read(arguments),
            Force = arguments.GetValue(_force),
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
        Document answer = await CallAsync(
            arguments, (client, token) => client.UnmountAsync(request, OperationId.Create(), token), cancellationToken);
        Context.Output.Write(answer, LoginText.WriteUnmounts);
        return WarnAll(answer);
    }
}
