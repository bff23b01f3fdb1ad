using System.Collections.Concurrent;
using System.Net;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using IscsiMount.Transport;
using IscsiMount.Transport.Memory;
using Microsoft.Extensions.Logging;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Target.Tests;

/// <summary>
/// Many initiators do everything at once on real threads, abort each other's commands and leave without a word. Nothing
/// hangs, nothing is left behind, and no bug shows.
/// </summary>
public sealed class StressTests
{
    private const int InitiatorCount = 4;
    private const int CommandCount = 150;

    [Theory, Seeds(12), Requirement("TGT-03", "TGT-05", "SESS-02")]
    public async Task Whatever_initiators_do_at_once_ends(int seed)
    {
        var device = new RestlessDevice(4096, seed);
        var log = new BugLog();
        await using TargetServer server = Serve(device, log);

        // Two of them are the same port of the same initiator, so that they take each other's place.
        Task[] users = [.. Enumerable.Range(0, InitiatorCount).Select(i => Task.Factory.StartNew(
            () => Use(server, new Random((seed * 100) + i), isid: 0x800000000001 + (ulong)(i / 2)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(users);
        await Eventually.HoldsAsync(() => server.Snapshot() is { ConnectionCount: 0, Sessions.Count: 0 });

        Assert.Equal((0, 0L), (device.UnderWayCount, server.LentBufferSize));
        Assert.Empty(log.Bugs);
    }

    private static void Use(TargetServer server, Random chance, ulong isid)
    {
        using ScriptedInitiator initiator = Connect(server);
        try
        {
            initiator.Login("ImmediateData=Yes InitialR2T=Yes MaxRecvDataSegmentLength=4096", isid: isid);
            var reader = new Thread(() => Drain(initiator)) { IsBackground = true };
            reader.Start();
            for (int i = 0; i < CommandCount; i++)
            {
                Act(initiator, chance);
            }

            if (chance.Next(2) == 0)
            {
                Send(initiator, new LogoutRequest
                {
                    IsImmediate = true,
                    Reason = LogoutReason.CloseSession,
                    InitiatorTaskTag = 0x7000_0001,
                    ConnectionId = 0,
                    CmdSN = new(initiator.CmdSN),
                    ExpStatSN = default,
                });
                reader.Join(TimeSpan.FromMilliseconds(chance.Next(200)));
            }
        }
        catch (ConnectionLostException)
        {
            // The other user of the same port was here.
        }
        catch (Xunit.Sdk.XunitException)
        {
            // The same, in the middle of a login.
        }
    }

    [Theory, Seeds(8), Requirement("TGT-03", "MCS-03", "MCS-05")]
    public async Task Whatever_sessions_of_several_connections_do_ends(int seed)
    {
        var device = new RestlessDevice(4096, seed);
        var log = new BugLog();
        await using TargetServer server = Serve(device, log);

        Task[] users = [.. Enumerable.Range(0, InitiatorCount / 2).Select(i => Task.Factory.StartNew(
            () => UseSeveral(server, new Random((seed * 100) + i), isid: 0x800000000001 + (ulong)i),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(users);
        await Eventually.HoldsAsync(() => server.Snapshot() is { ConnectionCount: 0, Sessions.Count: 0 });

        Assert.Equal((0, 0L), (device.UnderWayCount, server.LentBufferSize));
        Assert.Empty(log.Bugs);
    }

    // The connections come and go, and what was lost with one leaves holes in the numbers that are never filled.
    private static void UseSeveral(TargetServer server, Random chance, ulong isid)
    {
        ScriptedInitiator[] connections = [.. Enumerable.Range(0, 3).Select(_ => Connect(server))];
        try
        {
            ushort tsih = connections[0].Login("MaxConnections=3 ImmediateData=Yes", isid: isid).Response.Tsih;
            StartReader(connections[0]);
            ScriptedInitiator last = connections[0];
            for (int i = 0; i < CommandCount; i++)
            {
                int which = chance.Next(connections.Length);
                if (which > 0 && chance.Next(30) == 0)
                {
                    connections[which].Dispose();
                    connections[which] = Connect(server);
                }

                ScriptedInitiator next = connections[which];
                (next.CmdSN, next.NextTag) = (last.CmdSN, last.NextTag);
                if (!next.IsLoggedIn && next.Join(tsih, (ushort)which, isid: isid).IsSuccess)
                {
                    StartReader(next);
                }

                Act(next, chance);
                last = next;
            }
        }
        catch (Exception over) when (over is ConnectionLostException or Xunit.Sdk.XunitException)
        {
            // A place that is not free yet, or a connection that was just closed.
        }

        Array.ForEach(connections, connection => connection.Dispose());
    }

    private static ScriptedInitiator Connect(TargetServer server)
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(16 * 1024);
        server.Accept(far);
        return new ScriptedInitiator(near);
    }

    private static void StartReader(ScriptedInitiator initiator) =>
        new Thread(() => Drain(initiator)) { IsBackground = true }.Start();

    private static TargetServer Serve(RestlessDevice device, BugLog log)
    {
        Assert.True(IscsiName.TryPrepare(TestTarget.Name, out IscsiName? name, out _));
        var unit = new LogicalUnitDefinition { Lun = 0, Device = device, Serial = "stress" };
        var options = new TargetServerOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            CommandsInFlightMax = 1024,
            BufferSizeMax = 8 * 1024 * 1024,
            StopGrace = TimeSpan.Zero,
        };
        return new TargetServer(
            options, [new TargetDefinition { Name = name, LogicalUnits = [unit] }], TimeProvider.System, log);
    }

    private static void Drain(ScriptedInitiator initiator)
    {
        while (initiator.TryReceive())
        {
        }
    }

    private static void Act(ScriptedInitiator initiator, Random chance)
    {
        int first = chance.Next(4000);
        switch (chance.Next(12))
        {
            case 0:
                Manage(initiator, TaskManagementFunction.AbortTask, (uint)chance.Next(1, (int)initiator.NextTag + 2));
                return;
            case 1 when chance.Next(4) == 0:
                Manage(initiator, TaskManagementFunction.LogicalUnitReset, uint.MaxValue);
                return;
            case 2 when chance.Next(3) == 0:
                Manage(initiator, TaskManagementFunction.ClearTaskSet, uint.MaxValue);
                return;
            case 3:
                ScsiCommand asking = initiator.Command($"2A 00 {first:X8} 00 0040 00", writeLength: 32_768);
                Send(initiator, Any(asking, chance));
                return;
            case < 7:
                ScsiCommand write = Any(initiator.Command($"2A 08 {first:X8} 00 0002 00", writeLength: 1024), chance);
                Send(initiator, write, new byte[1024]);
                return;
            default:
                ScsiCommand read = Any(initiator.Command($"28 00 {first:X8} 00 0040 00", readLength: 32_768), chance);
                Send(initiator, read);
                return;
        }
    }

    private static ScsiCommand Any(ScsiCommand command, Random chance) => command with
    {
        Attribute = (TaskAttributeKind)chance.Next(0, 4),
    };

    private static void Manage(ScriptedInitiator initiator, TaskManagementFunction function, uint tag)
    {
        Send(initiator, new TaskManagementRequest
        {
            IsImmediate = true,
            Function = function,
            Lun = default,
            InitiatorTaskTag = 0x7000_0000,
            ReferencedTaskTag = tag,
            CmdSN = new(initiator.CmdSN),
            ExpStatSN = default,
            RefCmdSN = new(unchecked(initiator.CmdSN - 1)),
            ExpDataSN = default,
        });
    }

    private static void Send<TPdu>(ScriptedInitiator initiator, TPdu pdu, byte[]? data = null)
        where TPdu : struct, IPdu<TPdu>
    {
        initiator.Send(pdu, data ?? []);
    }

    /// <summary>Keeps what only a bug can write.</summary>
    private sealed class BugLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Bugs { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error || eventId.Id == 3005)
            {
                Bugs.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
