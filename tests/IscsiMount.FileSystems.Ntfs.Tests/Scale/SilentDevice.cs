using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Tests.Scale;

/// <summary>An image in memory as a device that answers at once and allocates nothing.</summary>
internal sealed class SilentDevice(ReadOnlyMemory<byte> image) : IBlockDevice
{
    public int BlockLength => 512;

    public ulong BlockCount => (ulong)(image.Length / BlockLength);

    public BlockDeviceTraits Traits { get; } = new();

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        image.Span.Slice((int)range.First * BlockLength, destination.Length).CopyTo(destination.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        throw new ReadOnlyDeviceException();

    public ValueTask FlushAsync(CancellationToken cancellationToken) => throw new ReadOnlyDeviceException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
