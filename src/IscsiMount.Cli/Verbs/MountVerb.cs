using System.CommandLine;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>mount</c>: one volume of a session that is open.</summary>
internal sealed class MountVerb : Verb
{
    private readonly VolumeChoice _volume;

    private readonly Option<string?> _mount = new("--mount")
    {
        Description = "Where the volume appears. Default: a directory below ~/iscsimount.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _readOnly = new("--read-only")
    {
        Description = "Never write. In this version every volume is mounted read-only anyway.",
    };

    public MountVerb(CliContext context)
        : base("mount", "Mounts one volume of a session that is open.", context)
    {
        _volume = new VolumeChoice(this);
        Options.Add(_mount);
        Options.Add(_readOnly);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "mount 1/0/2",
        "mount --volume 1/0/2 --mount ~/archive",
        "mount iscsi://nas.example/iqn.2001-04.com.example:disk1/0/2",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string? mountPoint = arguments.GetValue(_mount);
        var request = new MountRequest
        {
            Volume = _volume.Read(arguments),
            MountPoint = mountPoint is null ? null : Path.GetFullPath(mountPoint),
            ReadOnly = arguments.GetValue(_readOnly),
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
        Document answer = await CallAsync(
            arguments, (client, token) => client.MountAsync(request, OperationId.Create(), token), cancellationToken);
        Context.Output.Write(answer, LoginText.WriteMounts);
        return WarnAll(answer);
    }
}
