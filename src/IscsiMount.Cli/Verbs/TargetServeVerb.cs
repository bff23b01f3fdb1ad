using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using IscsiMount.Block;
using IscsiMount.Cli.Serving;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Target;
using IscsiMount.Target.Access;
using IscsiMount.Transport;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>target serve</c>: this process becomes an iSCSI target, until a signal.</summary>
internal sealed class TargetServeVerb : Verb
{
    private const string NameDefault = "iqn.2026-01.org.iscsimount:target";
    // Whoever can connect can read and write, so the network is let in only where it is asked for.
    private const string PortalDefault = "127.0.0.1:3260";

    private readonly Option<string[]> _luns = new("--lun")
    {
        Description = "An image file, or ram:SIZE. Repeat it for LUN 1, 2 and so on.",
        HelpName = "FILE|ram:SIZE",
    };

    private readonly Option<string?> _configuration = new("--config")
    {
        Description = "Serve the targets of this file. It is read again at SIGHUP, and sessions go on.",
        HelpName = "FILE",
    };

    private readonly Option<string> _name = new("--iqn")
    {
        Description = "The name of the target.",
        HelpName = "NAME",
        DefaultValueFactory = _ => NameDefault,
    };

    private readonly Option<string[]> _portals = new("--portal")
    {
        Description = "Where to listen; 0.0.0.0:3260 lets in every network. Port 0 lets the system choose. "
            + $"Default: what the file says, or {PortalDefault}.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<bool> _readOnly = new("--read-only")
    {
        Description = "Refuse all writes.",
    };

    private readonly Option<int> _blockLength = new("--block-size")
    {
        Description = "Bytes in a block.",
        DefaultValueFactory = _ => 512,
    };

    private readonly Option<LogLevel> _logLevel = new("--log-level")
    {
        Description = "How much is told on standard error.",
        DefaultValueFactory = _ => LogLevel.Warning,
    };

    public TargetServeVerb(CliContext context)
        : base("serve", "Serves image files and memory to iSCSI initiators, until a signal.", context)
    {
        _blockLength.AcceptOnlyFromAmong("512", "4096");
        Options.Add(_luns);
        Options.Add(_configuration);
        Options.Add(_name);
        Options.Add(_portals);
        Options.Add(_readOnly);
        Options.Add(_blockLength);
        Options.Add(_logLevel);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "target serve --lun disk.img --portal 127.0.0.1:3260",
        "target serve --lun ram:2G --lun old.img --read-only --iqn iqn.2026-01.example:archive",
        "target serve --config /etc/iscsimount/targets.json",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        // All is looked at before anything is opened, so that a mistake in the last argument changes nothing.
        ServePlan plan = PlanOf(arguments);
        IReadOnlyList<IPEndPoint> portals = await PortalsAsync(arguments, plan, cancellationToken);
        await using var targets = new OpenTargets();
        await ServeAsync(arguments, plan, targets, portals);
        return 0;
    }

    private async Task<IReadOnlyList<IPEndPoint>> PortalsAsync(
        ParseResult arguments, ServePlan plan, CancellationToken cancellationToken)
    {
        var portals = new List<IPEndPoint>();
        string[] typed = arguments.GetValue(_portals) ?? [];
        foreach (string text in typed.Length > 0 ? typed : plan.Portals.DefaultIfEmpty(PortalDefault))
        {
            portals.AddRange(await PortalArgument.ResolveAsync(text, cancellationToken));
        }

        return portals;
    }

    private ServePlan PlanOf(ParseResult arguments)
    {
        string[] luns = arguments.GetValue(_luns) ?? [];
        string? path = arguments.GetValue(_configuration);
        if (path is null == (luns.Length == 0))
        {
            throw new ControlException(
                ErrorCode.WrongUsage,
                path is null ? "There is nothing to serve." : "A file says what to serve, and so does --lun.",
                hint: "Name image files or memory with --lun, or a file with --config.");
        }

        if (path is not null)
        {
            return new ServePlanReader(path).Read();
        }

        int blockLength = arguments.GetValue(_blockLength);
        bool isReadOnly = arguments.GetValue(_readOnly);
        var target = new TargetPlan
        {
            Name = ServePlanReader.NameOf(arguments.GetValue(_name) ?? NameDefault),
            Luns = [.. luns.Select((text, lun) => new LunPlan(lun, LunSource.Parse(text), blockLength, isReadOnly))],
        };
        return new ServePlan([], TargetAccess.Everyone, [target]);
    }

    private async Task ServeAsync(
        ParseResult arguments, ServePlan plan, OpenTargets targets, IReadOnlyList<IPEndPoint> portals)
    {
        var signals = Channel.CreateBounded<PosixSignal>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using PosixSignalRegistration terminate = Take(PosixSignal.SIGTERM, signals.Writer);
        using PosixSignalRegistration interrupt = Take(PosixSignal.SIGINT, signals.Writer);
        bool hasFile = arguments.GetValue(_configuration) is not null;
        using PosixSignalRegistration? reload = hasFile && !OperatingSystem.IsWindows()
            ? Take(PosixSignal.SIGHUP, signals.Writer)
            : null;
        using ILoggerFactory logs = ConsoleLog.Create(arguments.GetValue(_logLevel));
        IReadOnlyList<TargetDefinition> definitions = await targets.OpenAsync(plan);
        await using TargetServer server = Create(portals, plan, definitions, logs);
        await StartAsync(server);
        Context.Output.Write(Describe(definitions, server.Snapshot()), TargetText.Write);
        while (await signals.Reader.ReadAsync() == PosixSignal.SIGHUP)
        {
            await ReloadAsync(arguments, targets, server, logs.CreateLogger<TargetServeVerb>());
        }

        await server.StopAsync();
    }

    private TargetServer Create(
        IReadOnlyList<IPEndPoint> portals,
        ServePlan plan,
        IReadOnlyList<TargetDefinition> definitions,
        ILoggerFactory logs)
    {
        var options = new TargetServerOptions { Portals = portals, DiscoveryAccess = plan.Discovery };
        try
        {
            return new TargetServer(options, definitions, Context.Time, logs);
        }
        catch (ArgumentException problems)
        {
            throw new ControlException(
                Problem.Of(ErrorCode.WrongUsage, "This cannot be served.", problems.Message), problems);
        }
        catch (ImageFileException failure)
        {
            throw new ControlException(
                Problem.Of(
                    ErrorCode.ImageUnusable,
                    "The reservations of an image cannot be read.",
                    failure.Message,
                    "Without that file nobody has reserved the image."),
                failure);
        }
    }

    private static async Task StartAsync(TargetServer server)
    {
        try
        {
            await server.StartAsync();
        }
        catch (ConnectionLostException failure)
        {
            throw new ControlException(
                Problem.Of(
                    ErrorCode.PortalInUse,
                    "The target cannot listen.",
                    failure.Message,
                    "Stop whoever listens there, or choose another --portal; port 0 takes a free one."),
                failure);
        }
    }

    // A file that cannot be used changes nothing: what is served goes on.
    private async Task ReloadAsync(ParseResult arguments, OpenTargets targets, TargetServer server, ILogger log)
    {
        try
        {
            ServePlan plan = PlanOf(arguments);
            await server.ReconfigureAsync(await targets.OpenAsync(plan), plan.Discovery);
            await targets.KeepAsync(plan);
        }
        catch (Exception refusal) when (refusal is ControlException or ArgumentException or ImageFileException)
        {
            log.NotReloaded(refusal.Message);
        }
    }

    private static PosixSignalRegistration Take(PosixSignal signal, ChannelWriter<PosixSignal> signals) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            signals.TryWrite(signal);
        });

    private static Document Describe(IReadOnlyList<TargetDefinition> targets, TargetServerSnapshot server) => new()
    {
        Targets =
        [
            .. targets.Select(target => new TargetReport
            {
                Name = target.Name.Value,
                Portals = [.. server.Portals.Select(portal => portal.ToString())],
                IsLoggedIn = false,
            }),
        ],
        Luns =
        [
            .. targets.SelectMany(target => target.LogicalUnits.Select(unit => new LunReport
            {
                Session = 0,
                Lun = (ulong)unit.Lun,
                Target = target.Name.Value,
                Vendor = unit.Vendor,
                Product = unit.Product,
                SerialNumber = unit.Serial,
                BlockLength = unit.Device.BlockLength,
                BlockCount = unit.Device.BlockCount,
                SizeBytes = (long)unit.Device.BlockCount * unit.Device.BlockLength,
                IsWriteProtected = unit.IsReadOnly || unit.Device.Traits.IsReadOnly,
            })),
        ],
    };
}
