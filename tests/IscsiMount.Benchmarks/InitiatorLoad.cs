using System.Diagnostics;
using System.Globalization;
using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace IscsiMount.Benchmarks;

/// <summary>
/// Reads from a logical unit as <c>iscsi-perf</c> does, so that both can be run in turn against the same target:
/// <c>initiator 127.0.0.1:3260 iqn.… 1</c>. Budgets: at depth 32 at least 1.1 times the operations of
/// <c>iscsi-perf</c> against tgt, at 0.9 of its processor time; at 256 KiB as many; no allocation in either.
/// </summary>
internal sealed class InitiatorLoad(LogicalUnit unit)
{
    // The first second runs code that is not optimised yet.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    private readonly Stopwatch _clock = new();
    private long _count;

    /// <summary>Runs all loads against the target that the arguments name.</summary>
    public static async Task RunAsync(string portal, string target, int lun)
    {
        var options = new SessionOptions { InitiatorName = "iqn.2026-01.test.example:load" };
        var services = new InitiatorServices(
            TimeProvider.System, new Random(1), NullLoggerFactory.Instance, new TcpConnector(TimeProvider.System));
        if (!PortalAddress.TryParse(portal, out PortalAddress? address))
        {
            throw new ArgumentException($"'{portal}' is no portal.", nameof(portal));
        }

        await using Session session =
            await Session.LoginAsync(address, target, options, services, CancellationToken.None);
        LogicalUnit unit = await session.OpenLogicalUnitAsync(
            LogicalUnitNumber.FromIndex(lun), CancellationToken.None);
        await new InitiatorLoad(unit).MeasureAsync("4 KiB random read, depth 1", 4096, depth: 1);
        await new InitiatorLoad(unit).MeasureAsync("4 KiB random read, depth 32", 4096, depth: 32);
        await new InitiatorLoad(unit).MeasureAsync("256 KiB random read, depth 8", 256 * 1024, depth: 8);
    }

    private async Task MeasureAsync(string name, int length, int depth)
    {
        Task[] callers = [.. Enumerable.Range(0, depth).Select(seed => CallAsync(length, seed))];
        _clock.Start();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        await WaitUntilAsync(tick, WarmUp);
        Sample start = Now();
        await WaitUntilAsync(tick, WarmUp + Duration);
        Sample end = Now();
        await Task.WhenAll(callers);

        double count = end.Count - start.Count;
        double seconds = (end.Time - start.Time).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {count / seconds:N0} operations/s, {count * length / seconds / 1e6:N0} MB/s, "
            + $"{(end.Processor - start.Processor).TotalMicroseconds / count:N2} µs processor, "
            + $"{(end.Allocated - start.Allocated) / count:N2} bytes allocated per operation"));
    }

    private async Task CallAsync(int length, int seed)
    {
        var chance = new Random(seed);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        uint blocks = (uint)(length / unit.BlockLength);
        long placeCount = (long)(unit.BlockCount / blocks);

        // The first caller of a fresh load may come here before the clock runs.
        while (_clock.Elapsed < WarmUp + Duration)
        {
            var range = new BlockRange((ulong)chance.NextInt64(placeCount) * blocks, blocks);
            await unit.ReadAsync(range, buffer, CancellationToken.None);
            Interlocked.Increment(ref _count);
        }
    }

    private async Task WaitUntilAsync(PeriodicTimer tick, TimeSpan moment)
    {
        while (_clock.Elapsed < moment)
        {
            await tick.WaitForNextTickAsync();
        }
    }

    private Sample Now() => new(
        _clock.Elapsed,
        Interlocked.Read(ref _count),
        Process.GetCurrentProcess().TotalProcessorTime,
        GC.GetTotalAllocatedBytes(precise: true));

    private readonly record struct Sample(TimeSpan Time, long Count, TimeSpan Processor, long Allocated);
}
