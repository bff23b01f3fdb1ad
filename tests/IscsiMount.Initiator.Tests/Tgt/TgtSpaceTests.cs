using IscsiMount.Block;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Initiator.Tests.Tgt;

/// <summary>What a unit does with blocks beside moving them, against Debian's tgt.</summary>
public sealed class TgtSpaceTests
{
    private const int BlockLength = 512;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cleared_blocks_are_zeros_and_their_neighbours_stay(bool isThin)
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        if (isThin)
        {
            await disk.Target.MakeThinAsync();
        }

        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);

        await unit.ClearAsync(new BlockRange(7, 5000), Token);
        await unit.FlushAsync(Token);

        byte[] expected = [.. disk.Content];
        expected.AsSpan(7 * BlockLength, 5000 * BlockLength).Clear();
        Assert.Equal(expected, await disk.ImageAsync());
        Assert.Equal(isThin, unit.Traits.CanFreeSpace);
    }

    [Fact]
    public async Task Blocks_that_were_unmapped_have_no_space_and_read_as_zeros()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await disk.Target.MakeThinAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        Assert.True(unit.IsThin && unit.Limits.CanUnmap);

        await unit.UnmapAsync([new BlockRange(4096, 4096), new BlockRange(16_384, 2048)], Token);

        SpaceRun before = await unit.FindSpaceAsync(0, Token);
        SpaceRun hole = await unit.FindSpaceAsync(4096, Token);
        byte[] read = new byte[4096 * BlockLength];
        await unit.ReadAsync(new BlockRange(4096, 4096), read, Token);
        Assert.Equal((4096ul, true, 4096ul, false), (before.Count, before.HasSpace, hole.Count, hole.HasSpace));
        Assert.False(read.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_unit_that_is_not_thin_has_space_everywhere_and_unmaps_nothing()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);

        Assert.Equal(new SpaceRun(unit.BlockCount - 5, HasSpace: true), await unit.FindSpaceAsync(5, Token));
        await Assert.ThrowsAsync<NotSupportedException>(() => unit.UnmapAsync([new BlockRange(0, 8)], Token));
        Assert.Equal(disk.Content, await disk.ImageAsync());
    }

    [Fact]
    public async Task A_unit_that_names_a_limit_for_compare_and_write_and_knows_it_not_says_so()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        byte[] block = new byte[BlockLength];

        var refusal = await Assert.ThrowsAsync<ScsiCommandException>(
            () => unit.TryReplaceAsync(new BlockRange(9, 1), block, block, Token));

        Assert.Equal(OutcomeKind.CommandNotSupported, refusal.Outcome);
        Assert.Equal(disk.Content, await disk.ImageAsync());
    }

    [Fact]
    public async Task A_unit_compares_what_is_there_with_what_should_be()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        var range = new BlockRange(3, 2000);
        byte[] expected = disk.Content[(3 * BlockLength)..(2003 * BlockLength)];

        Assert.True(await unit.VerifyAsync(range, expected, Token));
        expected[^1] ^= 1;
        Assert.False(await unit.VerifyAsync(range, expected, Token));
        await unit.VerifyAsync(range, Token);
        Assert.Equal(disk.Content, await disk.ImageAsync());
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_durable_write_is_on_the_medium_when_it_ends()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        byte[] data = new byte[1000 * BlockLength];
        new Random(1).NextBytes(data);

        await unit.WriteDurablyAsync(new BlockRange(11, 1000), data, Token);

        Assert.Equal(data, (await disk.ImageAsync())[(11 * BlockLength)..(1011 * BlockLength)]);
    }

    [Fact]
    public async Task The_write_cache_is_switched_off_and_on_again()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);

        Assert.True(await unit.Modes.TrySetWriteCacheAsync(isOn: false, saves: false, Token));
        Assert.False((await unit.Modes.ReadCachingAsync(Token))!.IsWriteCacheEnabled);
        Assert.True(await unit.Modes.TrySetWriteCacheAsync(isOn: true, saves: false, Token));
        Assert.True((await unit.Modes.ReadCachingAsync(Token))!.IsWriteCacheEnabled);
        Assert.NotNull(await unit.Modes.ReadControlAsync(Token));
    }

    [Fact]
    public async Task A_unit_that_was_stopped_is_started_by_whoever_reads()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        byte[] read = new byte[BlockLength];

        await unit.StopAsync(Token);
        await unit.StartAsync(Token);
        await unit.ReadAsync(new BlockRange(0, 1), read, Token);

        Assert.Equal(disk.Content[..BlockLength], read);
    }
}
