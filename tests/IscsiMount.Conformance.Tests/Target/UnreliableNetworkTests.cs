using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using IscsiMount.Transport.Tcp;
using Xunit;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>
/// Our initiator, our target and a network that breaks between them, beside a model that knows each byte. What is cut
/// and damaged is a function of the seed; who is faster is up to the machine.
/// </summary>
public sealed class UnreliableNetworkTests
{
    private const int WorkerCount = 4;
    private const int StepCount = 24;

    // A command that meets more than this is given up as the likely reason.
    private const int FaultsMax = 3;

    private const int BlockLength = 512;
    private const int RegionBlocks = 512;

    private static readonly SessionOptions Options = ServedTarget.Usual with
    {
        HeaderDigest = DigestPolicy.On,
        DataDigest = DigestPolicy.On,
        ReconnectTimeout = TimeSpan.FromHours(10),
    };

    [Theory, Seeds(12), Requirement("ERL-02", "DIG-04", "DIG-07"), Rfc7143("7.1.4.4", "7.8")]
    public async Task No_acknowledged_write_is_lost_and_no_read_is_wrong(int seed)
    {
        var chance = new Random(seed);
        var time = new ManualTime();
        await using var disk = new MemoryBlockDevice(WorkerCount * RegionBlocks, BlockLength);
        await using ServedTarget target = await ServedTarget.StartAsync([disk]);
        var network = new UnreliableConnector(new TcpConnector(TimeProvider.System), chance, FaultsMax);
        await using Session session = await LoginAsync(target, network, time);
        LogicalUnit unit = await OpenAsync(session, time);

        Task all = Task.WhenAll([.. Enumerable.Range(0, WorkerCount).Select(
            worker => WorkAsync(unit, (ulong)(worker * RegionBlocks), new Random(unchecked((seed * 31) + worker))))]);
        await WithReconnectsAsync(session, time, all);

        Assert.Empty(session.Snapshot().Losses);
        Assert.NotEqual(0, session.Snapshot().ReconnectCount);
    }

    private static async Task WorkAsync(LogicalUnit unit, ulong first, Random chance)
    {
        byte[] model = new byte[RegionBlocks * BlockLength];
        byte[] seen = new byte[model.Length];
        for (int step = 0; step < StepCount; step++)
        {
            int start = chance.Next(RegionBlocks - 1);
            int count = chance.Next(1, RegionBlocks - start);
            var range = new BlockRange(first + (ulong)start, (uint)count);
            Memory<byte> bytes = model.AsMemory(start * BlockLength, count * BlockLength);
            if (chance.Next(2) == 0)
            {
                chance.NextBytes(bytes.Span);
                await unit.WriteAsync(range, bytes, CancellationToken.None);
            }
            else
            {
                Memory<byte> read = seen.AsMemory(0, bytes.Length);
                await unit.ReadAsync(range, read, CancellationToken.None);
                Assert.True(bytes.Span.SequenceEqual(read.Span), $"step {step}: {range} is not what was written");
            }

            // What completes, completes on the receiving thread of a connection, and that is not for work.
            await Task.Yield();
            if (step % 8 == 7)
            {
                await unit.FlushAsync(CancellationToken.None);
            }
        }

        await unit.ReadAsync(new BlockRange(first, RegionBlocks), seen, CancellationToken.None);
        await Task.Yield();
        Assert.True(model.AsSpan().SequenceEqual(seen), "in the end something else is there than was written");
    }

    // The first login has no session yet that would try again.
    private static async Task<Session> LoginAsync(
        ServedTarget target, UnreliableConnector network, ManualTime time)
    {
        while (true)
        {
            try
            {
                return await target.LoginAsync(Options, network, time);
            }
            catch (StorageFaultException) when (network.FaultCount < FaultsMax)
            {
                // One of the faults that were planned.
            }
        }
    }

    private static async Task<LogicalUnit> OpenAsync(Session session, ManualTime time)
    {
        Task<LogicalUnit> opening = session.OpenLogicalUnitAsync(
            LogicalUnitNumber.FromIndex(0), CancellationToken.None);
        await WithReconnectsAsync(session, time, opening);
        return await opening;
    }

    // The clock of the initiator moves only when it waits for its next attempt.
    private static async Task WithReconnectsAsync(Session session, ManualTime time, Task work)
    {
        await Eventually.HoldsAsync(() =>
        {
            DateTimeOffset? next = session.Snapshot().Recovery?.NextAttempt;
            if (next > time.GetUtcNow())
            {
                time.Advance(next.Value - time.GetUtcNow());
            }

            return work.IsCompleted;
        });
        await work;
    }
}
