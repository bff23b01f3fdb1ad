using System.Net;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;
using IscsiMount.Transport.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Target.Tests;

/// <summary>
/// A server of a target with two small disks, the second one read-only, and its initiators in memory.
/// </summary>
internal sealed class TestTarget : IAsyncDisposable
{
    public const string Name = "iqn.2026-01.example:disk";
    public const int BlockCount = 8192;

    private readonly List<ScriptedInitiator> _initiators = [];

    public TestTarget(
        TargetServerOptions? options = null,
        TimeProvider? time = null,
        int extraTargetCount = 0,
        TimeSpan stopGrace = default,
        TargetAccess? access = null,
        TargetRedirect? movedTo = null)
    {
        Options = (options ?? new TargetServerOptions()) with
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            StopGrace = stopGrace,
        };
        TargetDefinition[] targets =
        [
            Define(Name, "disk", [Device, new HeldDevice(64, 4096)]) with
            {
                Access = access ?? TargetAccess.Everyone,
                MovedTo = movedTo,
            },
            .. Enumerable.Range(0, extraTargetCount)
                .Select(i => Define($"iqn.2026-01.example:{i:000}.{new string('x', 180)}", $"{i}", [])),
        ];
        Definition = targets[0];
        Server = new TargetServer(Options, targets, time ?? TimeProvider.System, NullLoggerFactory.Instance);
    }

    public TargetServerOptions Options { get; }

    public TargetServer Server { get; }

    /// <summary>The first target, as it was defined.</summary>
    public TargetDefinition Definition { get; }

    /// <summary>The device of LUN 0.</summary>
    public HeldDevice Device { get; } = new(BlockCount);

    /// <summary>A connection on which nothing was sent yet.</summary>
    /// <param name="capacity">Bytes that wait in the network, each way.</param>
    /// <param name="from">Where it comes from: an address and a port, or anything that is none.</param>
    public ScriptedInitiator Connect(
        int capacity = MemoryConnectionIo.DefaultCapacity, string from = "memory:near")
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(capacity, from);
        var initiator = new ScriptedInitiator(near);
        _initiators.Add(initiator);
        Server.Accept(far);
        return initiator;
    }

    /// <summary>A connection in the full feature phase, whose first unit attention is over.</summary>
    public ScriptedInitiator LogIn(string keys = "", ulong isid = 0x800000000001)
    {
        ScriptedInitiator initiator = Connect();
        initiator.Login(keys, isid: isid);
        initiator.PassFirstAttention();
        return initiator;
    }

    public async ValueTask DisposeAsync()
    {
        // The server flushes its devices when it stops, and waits for that.
        Device.ReleaseAll();
        _initiators.ForEach(initiator => initiator.Dispose());
        await Server.DisposeAsync();
    }

    private static TargetDefinition Define(string name, string serial, HeldDevice[] devices)
    {
        Assert.True(IscsiName.TryPrepare(name, out IscsiName? prepared, out string? problem), problem);
        return new TargetDefinition
        {
            Name = prepared,
            Alias = "test",
            LogicalUnits =
            [
                .. devices.Select((device, lun) => new LogicalUnitDefinition
                {
                    Lun = lun,
                    Device = device,
                    IsReadOnly = lun > 0,
                    Serial = $"{serial}-{lun}",
                }),
            ],
        };
    }
}
