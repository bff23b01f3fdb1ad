using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>The bytes of a stream, wherever they lie: in its record, or in clusters.</summary>
internal sealed record StreamBytes
{
    private readonly VolumeReader? _reader;

    private StreamBytes()
    {
    }

    /// <summary>Bytes that the stream has.</summary>
    public ulong Size { get; private init; }

    /// <summary>Bytes that were written; behind them are zeroes.</summary>
    public ulong InitializedSize { get; private init; }

    /// <summary>Where the clusters lie, or nothing if the content lies in the record.</summary>
    public Extents? Extents { get; private init; }

    /// <summary>The content in the record.</summary>
    public ReadOnlyMemory<byte> Resident { get; private init; }

    public static StreamBytes InRecord(ReadOnlyMemory<byte> value) => new()
    {
        Size = (ulong)value.Length,
        InitializedSize = (ulong)value.Length,
        Resident = value,
    };

    public static StreamBytes InClusters(VolumeReader reader, Extents extents, ulong size, ulong initializedSize) =>
        new(reader) { Size = size, InitializedSize = Math.Min(size, initializedSize), Extents = extents };

    private StreamBytes(VolumeReader reader)
    {
        _reader = reader;
    }

    /// <summary>Where a byte of the stream lies on the volume, if it does.</summary>
    public long? PlaceOf(ulong offset) => Extents?.PlaceOf(offset);

    /// <summary>Reads bytes within the stream. What lies in a hole or behind the clusters is zero.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="destination">Receives the bytes, all of which lie within the stream.</param>
    /// <param name="isNear">Whether other small structures nearby will be asked for.</param>
    /// <param name="cancellationToken">Ends the wait for the device.</param>
    public async ValueTask ReadAsync(
        ulong offset, Memory<byte> destination, bool isNear, CancellationToken cancellationToken)
    {
        Invariant.Holds(offset <= Size && (ulong)destination.Length <= Size - offset);
        if (Extents is null || _reader is null)
        {
            Resident.Slice((int)offset, destination.Length).CopyTo(destination);
            return;
        }

        while (!destination.IsEmpty)
        {
            int length = LengthAt(offset, destination.Length);
            Memory<byte> part = destination[..length];
            if (offset >= InitializedSize || Extents.PlaceOf(offset) is not { } place)
            {
                part.Span.Clear();
            }
            else if (isNear)
            {
                await _reader.ReadNearAsync(place, part, cancellationToken);
            }
            else
            {
                await _reader.ReadAsync(place, part, cancellationToken);
            }

            destination = destination[length..];
            offset += (ulong)length;
        }
    }

    // As far as all bytes are of one extent and on one side of the initialized size.
    private int LengthAt(ulong offset, int lengthMax)
    {
        ulong length = (ulong)lengthMax;
        if (offset < InitializedSize)
        {
            length = Math.Min(length, InitializedSize - offset);
        }

        return (int)(offset < Extents!.Size ? Math.Min(length, Extents.LengthFrom(offset)) : length);
    }
}
