using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using IscsiMount.Block;
using IscsiMount.Cli.Serving;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Protocol.Names;
using IscsiMount.Target;
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
        Required = true,
    };

    private readonly Option<string> _name = new("--iqn")
    {
        Description = "The name of the target.",
        HelpName = "NAME",
        DefaultValueFactory = _ => NameDefault,
    };

    private readonly Option<string[]> _portals = new("--portal")
    {
        Description = "Where to listen; 0.0.0.0:3260 lets in every network. Port 0 lets the system choose.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => [PortalDefault],
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
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> portals = await PortalsAsync(arguments, cancellationToken);
        var devices = new List<IBlockDevice>();
        try
        {
            TargetDefinition target = Open(arguments, devices);
            await ServeAsync(target, portals, arguments.GetValue(_logLevel));
            return 0;
        }
        finally
        {
            foreach (IBlockDevice device in devices)
            {
                await device.DisposeAsync();
            }
        }
    }

    private async Task<IReadOnlyList<IPEndPoint>> PortalsAsync(
        ParseResult arguments, CancellationToken cancellationToken)
    {
        var portals = new List<IPEndPoint>();
        foreach (string text in arguments.GetValue(_portals) ?? [PortalDefault])
        {
            portals.AddRange(await PortalArgument.ResolveAsync(text, cancellationToken));
        }

        return portals;
    }

    // All is looked at before anything is opened, so that a mistake in the last argument changes nothing.
    private TargetDefinition Open(ParseResult arguments, List<IBlockDevice> devices)
    {
        string typedName = arguments.GetValue(_name) ?? NameDefault;
        if (!IscsiName.TryPrepare(typedName, out IscsiName? name, out string? problem))
        {
            throw new ControlException(ErrorCode.InvalidName, $"'{typedName}' is no iSCSI name.", problem);
        }

        LunSource[] sources = [.. arguments.GetRequiredValue(_luns).Select(LunSource.Parse)];
        bool isReadOnly = arguments.GetValue(_readOnly);
        var units = new List<LogicalUnitDefinition>();
        foreach (LunSource source in sources)
        {
            IBlockDevice device = source.Open(arguments.GetValue(_blockLength), isReadOnly);
            devices.Add(device);
            units.Add(new LogicalUnitDefinition
            {
                Lun = units.Count,
                Device = device,
                IsReadOnly = isReadOnly,
                Serial = source.SerialOn(name.Value, units.Count),
                ReservationFile = isReadOnly ? null : source.ReservationFile,
            });
        }

        return new TargetDefinition { Name = name, LogicalUnits = units };
    }

    private async Task ServeAsync(TargetDefinition target, IReadOnlyList<IPEndPoint> portals, LogLevel logLevel)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop);
        using ILoggerFactory logs = ConsoleLog.Create(logLevel);
        var options = new TargetServerOptions { Portals = portals };
        await using TargetServer server = Create(options, target, logs);
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

        Context.Output.Write(Describe(target, server.Snapshot()), TargetText.Write);
        await stop.Task;
        await server.StopAsync();
    }

    private TargetServer Create(TargetServerOptions options, TargetDefinition target, ILoggerFactory logs)
    {
        try
        {
            return new TargetServer(options, [target], Context.Time, logs);
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

    private static PosixSignalRegistration StopOn(PosixSignal signal, TaskCompletionSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });

    private static Document Describe(TargetDefinition target, TargetServerSnapshot server) => new()
    {
        Targets =
        [
            new TargetReport
            {
                Name = target.Name.Value,
                Portals = [.. server.Portals.Select(portal => portal.ToString())],
                IsLoggedIn = false,
            },
        ],
        Luns =
        [
            .. target.LogicalUnits.Select(unit => new LunReport
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
            }),
        ],
    };
}
