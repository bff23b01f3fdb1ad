using IscsiMount.Block;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>What every block device owes that takes no writes.</summary>
public abstract class BlockDeviceContractReadOnly : BlockDeviceContract
{
    [Fact]
    public async Task It_says_that_it_cannot_be_written()
    {
        await using IBlockDevice device = await OpenAsync();

        Assert.True(device.Traits.IsReadOnly);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    public async Task A_write_is_refused_and_changes_nothing(uint count)
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] before = Filled(device, 16, 0);
        byte[] after = Filled(device, 16, 0xEE);
        await device.ReadAsync(new(0, 16), before, Token);

        await Assert.ThrowsAsync<ReadOnlyDeviceException>(
            async () => await device.WriteAsync(new(0, count), Filled(device, count, 0xA5), Token));

        await device.ReadAsync(new(0, 16), after, Token);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task A_flush_has_nothing_to_do_and_completes()
    {
        await using IBlockDevice device = await OpenAsync();

        await device.FlushAsync(Token);
    }
}
