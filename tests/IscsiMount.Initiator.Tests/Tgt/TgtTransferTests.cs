using IscsiMount.Block;
using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Protocol;
using Xunit;

namespace IscsiMount.Initiator.Tests.Tgt;

/// <summary>
/// What goes through a session with tgt. The collector counts for the whole process, so no other test runs meanwhile.
/// </summary>
[Collection(nameof(TgtTransferTests))]
[CollectionDefinition(nameof(TgtTransferTests), DisableParallelization = true)]
public sealed class TgtTransferTests
{
    [Theory]
    [InlineData(DigestPolicy.Auto, DigestPolicy.Auto)]
    [InlineData(DigestPolicy.On, DigestPolicy.Auto)]
    [InlineData(DigestPolicy.Auto, DigestPolicy.On)]
    [InlineData(DigestPolicy.On, DigestPolicy.On)]
    public async Task What_many_callers_write_and_read_at_once_is_right(DigestPolicy header, DigestPolicy data)
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await AllowDigestsAsync(disk, header, data);
        await using Session session =
            await disk.LoginAsync(Initiators.Options with { HeaderDigest = header, DataDigest = data });
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);

        byte[] expected = await RunCallersAsync(unit, disk.Content, callerCount: 16, operationCount: 30);

        await unit.FlushAsync(CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);
        Assert.Equal(header == DigestPolicy.On, session.Parameters.HeaderDigest == DigestKind.Crc32C);
        Assert.Equal(data == DigestPolicy.On, session.Parameters.DataDigest == DigestKind.Crc32C);
        byte[] image = await disk.ImageAsync();
        Assert.True(expected.AsSpan().SequenceEqual(image));
    }

    // tgt declares no MaxRecvDataSegmentLength, so each of these writes is more than a hundred Data-Out PDUs.
    [Fact]
    public async Task A_large_write_goes_out_in_the_small_segments_that_the_target_takes()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);
        byte[] written = new byte[1024 * 1024];
        byte[] read = new byte[written.Length];
        new Random(3).NextBytes(written);

        await unit.WriteAsync(new BlockRange(100, 2048), written, CancellationToken.None);
        await unit.ReadAsync(new BlockRange(100, 2048), read, CancellationToken.None);

        Assert.Equal(8192, session.Parameters.TargetMaxRecvDataSegmentLength);
        Assert.True(written.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task Steady_reads_and_writes_allocate_nothing()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);
        byte[] buffer = new byte[4096];
        await RepeatAsync(1000);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RepeatAsync(2000);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        // The rest is the machinery of this test and of the runtime, which does not grow with the count.
        Assert.True(allocated < 2 * 2000, $"{allocated} bytes for 4000 operations");

        async Task RepeatAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                await unit.ReadAsync(new BlockRange((ulong)i * 8, 8), buffer, CancellationToken.None);
                await unit.WriteAsync(new BlockRange((ulong)i * 8, 8), buffer, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task A_range_beyond_the_end_moves_nothing()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await unit.ReadAsync(
            new BlockRange(unit.BlockCount - 1, 2), new byte[1024], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await unit.WriteAsync(
            new BlockRange(ulong.MaxValue, 1), new byte[512], CancellationToken.None));
    }

    [Fact]
    public async Task A_target_that_dies_during_reads_fails_them_all_and_the_session()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);
        Task<Exception?>[] readers = [.. Enumerable.Range(0, 16).Select(_ => ReadUntilFailureAsync(unit))];

        await disk.Target.KillAsync();
        Exception?[] failures = await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);

        Assert.All(failures, failure => Assert.IsType<SessionEndedException>(failure));
        var ended = Assert.IsType<SessionEndedException>(await session.Ended);
        Assert.Equal((SessionEndReason.ConnectionLost, true), (ended.Reason, ended.IsTransient));
    }

    private static async Task AllowDigestsAsync(TgtDisk disk, DigestPolicy header, DigestPolicy data)
    {
        await disk.Target.SetAsync("HeaderDigest", header == DigestPolicy.On ? "CRC32C" : "None");
        await disk.Target.SetAsync("DataDigest", data == DigestPolicy.On ? "CRC32C" : "None");
    }

    // Each caller has a part of the disk for itself, so that the result is known whatever the order.
    private static async Task<byte[]> RunCallersAsync(
        LogicalUnit unit, byte[] content, int callerCount, int operationCount)
    {
        byte[] expected = [.. content];
        int partLength = content.Length / callerCount;
        await Task.WhenAll(Enumerable.Range(0, callerCount).Select(caller => RunCallerAsync(
            unit, expected.AsMemory(caller * partLength, partLength), (ulong)(caller * partLength / 512), caller)));
        return expected;

        async Task RunCallerAsync(LogicalUnit unit, Memory<byte> part, ulong firstBlock, int seed)
        {
            var chance = new Random(seed);
            for (int i = 0; i < operationCount; i++)
            {
                int start = chance.Next(partLength / 512);
                int count = Math.Min(chance.Next(1, chance.Next(2) == 0 ? 16 : 1200), (partLength / 512) - start);
                Memory<byte> piece = part.Slice(start * 512, count * 512);
                var range = new BlockRange(firstBlock + (ulong)start, (uint)count);
                if (chance.Next(2) == 0)
                {
                    chance.NextBytes(piece.Span);
                    await unit.WriteAsync(range, piece, CancellationToken.None);
                }
                else
                {
                    byte[] read = new byte[piece.Length];
                    await unit.ReadAsync(range, read, CancellationToken.None);
                    Assert.True(piece.Span.SequenceEqual(read), $"caller {seed}, operation {i}, {range}");
                }
            }
        }
    }

    private static async Task<Exception?> ReadUntilFailureAsync(LogicalUnit unit)
    {
        byte[] buffer = new byte[256 * 1024];
        return await Record.ExceptionAsync(async () =>
        {
            while (true)
            {
                await unit.ReadAsync(new BlockRange(0, 512), buffer, CancellationToken.None);
            }
        });
    }
}
