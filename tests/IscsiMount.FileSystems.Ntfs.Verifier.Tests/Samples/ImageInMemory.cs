using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;

/// <summary>An image as a device that refuses to be written. It counts what is read.</summary>
internal sealed class ImageInMemory(byte[] image, int blockLength = 512) : IBlockDevice
{
    public int BlockLength => blockLength;

    public ulong BlockCount => (ulong)(image.Length / BlockLength);

    public BlockDeviceTraits Traits { get; } = new() { IsReadOnly = true };

    public long BytesRead { get; private set; }

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        image.AsMemory((int)range.First * BlockLength, destination.Length).CopyTo(destination);
        BytesRead += destination.Length;
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        throw new ReadOnlyDeviceException();

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
