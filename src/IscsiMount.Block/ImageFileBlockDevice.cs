using Microsoft.Win32.SafeHandles;

namespace IscsiMount.Block;

/// <summary>A disk in a file, byte for byte. Holes in the file read as zeros and stay holes until written.</summary>
/// <remarks>
/// While it can be written no other program of ours can open the file, and while it is only read none can open it for
/// writing: two writers of one file system destroy it.
/// </remarks>
public sealed class ImageFileBlockDevice : IBlockDevice
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private ImageFileBlockDevice(string path, SafeFileHandle file, ulong blockCount, ImageFileOptions options)
    {
        _path = path;
        _file = file;
        BlockCount = blockCount;
        BlockLength = options.BlockLength;
        Traits = new()
        {
            IsReadOnly = options.IsReadOnly,
            CanFreeSpace = SparseFile.IsSupported,
            SpaceGranularity = Math.Max(SparseFile.Granularity, options.BlockLength),
        };
    }

    public int BlockLength { get; }

    public ulong BlockCount { get; }

    public BlockDeviceTraits Traits { get; }

    /// <exception cref="ImageFileException">
    /// The file cannot be opened, is used elsewhere, is empty, or its length is no multiple of the block length.
    /// </exception>
    public static ImageFileBlockDevice Open(string path, ImageFileOptions? options = null)
    {
        options ??= new();
        BlockAccess.CheckBlockLength(options.BlockLength);
        SafeFileHandle file = OpenFile(path, options.IsReadOnly);
        try
        {
            long length = RandomAccess.GetLength(file);
            if (length == 0)
            {
                throw new ImageFileException(path, "the file is empty.");
            }

            if (length % options.BlockLength != 0)
            {
                throw new ImageFileException(
                    path, $"its {length} bytes are no multiple of the block length of {options.BlockLength} bytes.");
            }

            return new(path, file, (ulong)(length / options.BlockLength), options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public async ValueTask ReadAsync(
        BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        long offsetBytes = OffsetOf(range);
        try
        {
            while (!destination.IsEmpty)
            {
                int length = await RandomAccess.ReadAsync(_file, destination, offsetBytes, cancellationToken);
                if (length == 0)
                {
                    throw new ImageFileException(_path, $"it was cut and now ends before byte {offsetBytes}.");
                }

                destination = destination[length..];
                offsetBytes += length;
            }
        }
        catch (IOException failure) when (failure is not ImageFileException)
        {
            throw new ImageFileException(_path, $"reading {range} failed: {failure.Message}", failure);
        }
    }

    public async ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        if (Traits.IsReadOnly)
        {
            throw new ReadOnlyDeviceException();
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await RandomAccess.WriteAsync(_file, source, OffsetOf(range), cancellationToken);
        }
        catch (IOException failure)
        {
            throw new ImageFileException(_path, $"writing {range} failed: {failure.Message}", failure);
        }
    }

    /// <summary>Makes all completed writes durable, down to the medium of the file.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        if (Traits.IsReadOnly)
        {
            return;
        }

        // The system call has no form that does not block, and the caller may be a thread that receives.
        await Task.Yield();
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (IOException failure)
        {
            throw new ImageFileException(_path, $"flushing failed: {failure.Message}", failure);
        }
    }

    /// <summary>Punches a hole. Where the file system cannot, zeros are written.</summary>
    public async ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        if (Traits.IsReadOnly)
        {
            throw new ReadOnlyDeviceException();
        }

        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);

        // The system call has no form that does not block, and the caller may be a thread that receives.
        await Task.Yield();
        if (range.Count > 0 && !SparseFile.TryPunchHole(_file, OffsetOf(range), (long)range.Count * BlockLength))
        {
            await BlockAccess.WriteZerosAsync(this, range, cancellationToken);
        }
    }

    public ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken)
    {
        ulong countMax = BlockAccess.CountFrom(this, firstBlock);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SpaceRun>(cancellationToken);
        }

        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        long offset = OffsetOf(new(firstBlock, 0));
        (long length, bool hasSpace) = SparseFile.FindSpace(_file, offset, (long)countMax * BlockLength);

        // A hole that begins or ends within a block belongs to a block that has space.
        ulong wholeCount = (ulong)(length / BlockLength);
        ulong count = hasSpace ? (ulong)((length + BlockLength - 1) / BlockLength) : wholeCount;
        return new(count == 0 ? new SpaceRun(1, HasSpace: true) : new SpaceRun(Math.Min(count, countMax), hasSpace));
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SafeFileHandle OpenFile(string path, bool isReadOnly)
    {
        try
        {
            return File.OpenHandle(
                path,
                FileMode.Open,
                isReadOnly ? FileAccess.Read : FileAccess.ReadWrite,
                isReadOnly ? FileShare.Read : FileShare.None,
                FileOptions.Asynchronous | FileOptions.RandomAccess);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageFileException(path, failure.Message, failure);
        }
    }

    private long OffsetOf(BlockRange range) => (long)range.First * BlockLength;
}
