using IscsiMount.FileSystems;

namespace IscsiMount.Contracts;

/// <summary>An open stream of a <see cref="MemoryFileSystem"/>. A block of 4096 zeros counts as a hole.</summary>
internal sealed class MemoryFileSystemStream(MemoryFileSystem owner, FileId file, byte[] content) : IOpenFile
{
    private const int BlockLength = 4096;

    private bool _isDisposed;

    public long SizeBytes => content.Length;

    public ValueTask<FsResult<int>> ReadAsync(
        long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return owner.FindGate(MemoryFileSystemCall.Read, file) is { } gate
            ? ReadBehindAsync(gate, offsetBytes, destination, cancellationToken)
            : ValueTask.FromResult<FsResult<int>>(Copy(offsetBytes, destination.Span));
    }

    public FsResult<long> Seek(long offsetBytes, SeekTarget target)
    {
        if (offsetBytes >= content.Length)
        {
            return FsStatus.NoSuchAttribute;
        }

        for (long offset = offsetBytes; offset < content.Length; offset = (offset / BlockLength + 1) * BlockLength)
        {
            if (IsHole(offset / BlockLength) == (target == SeekTarget.Hole))
            {
                return offset;
            }
        }

        return target == SeekTarget.Hole ? content.Length : FsStatus.NoSuchAttribute;
    }

    public void Dispose()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _isDisposed = true;
        owner.StreamClosed();
    }

    private async ValueTask<FsResult<int>> ReadBehindAsync(
        MemoryFileSystemGate gate, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await gate.PassAsync(cancellationToken);
        return Copy(offsetBytes, destination.Span);
    }

    private int Copy(long offsetBytes, Span<byte> destination)
    {
        if (offsetBytes >= content.Length)
        {
            return 0;
        }

        int length = (int)Math.Min(destination.Length, content.Length - offsetBytes);
        content.AsSpan((int)offsetBytes, length).CopyTo(destination);
        return length;
    }

    private bool IsHole(long block)
    {
        int begin = (int)(block * BlockLength);
        return !content.AsSpan(begin, Math.Min(BlockLength, content.Length - begin)).ContainsAnyExcept((byte)0);
    }
}
