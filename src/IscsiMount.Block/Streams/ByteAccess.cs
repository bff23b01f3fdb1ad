namespace IscsiMount.Block.Streams;

/// <summary>
/// Reads and writes any bytes of a device. Whole blocks go straight between the device and the caller's buffer; a part
/// of a block goes through a buffer of one block. One call at a time.
/// </summary>
internal sealed class ByteAccess(IBlockDevice device)
{
    private readonly byte[] _block = new byte[device.BlockLength];

    public long SizeBytes { get; } = checked((long)device.BlockCount * device.BlockLength);

    public async ValueTask ReadAsync(long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            Piece piece = PieceAt(offsetBytes, destination.Length);
            Memory<byte> part = destination[..piece.Length];
            if (piece.IsWholeBlocks)
            {
                await device.ReadAsync(piece.Range, part, cancellationToken);
            }
            else
            {
                await device.ReadAsync(piece.Range, _block, cancellationToken);
                _block.AsSpan(piece.OffsetInBlock, piece.Length).CopyTo(part.Span);
            }

            destination = destination[piece.Length..];
            offsetBytes += piece.Length;
        }
    }

    public async ValueTask WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        while (!source.IsEmpty)
        {
            Piece piece = PieceAt(offsetBytes, source.Length);
            ReadOnlyMemory<byte> part = source[..piece.Length];
            if (piece.IsWholeBlocks)
            {
                await device.WriteAsync(piece.Range, part, cancellationToken);
            }
            else
            {
                await device.ReadAsync(piece.Range, _block, cancellationToken);
                part.Span.CopyTo(_block.AsSpan(piece.OffsetInBlock));
                await device.WriteAsync(piece.Range, _block, cancellationToken);
            }

            source = source[piece.Length..];
            offsetBytes += piece.Length;
        }
    }

    // A part of one block up to its end, or as many whole blocks as there are.
    private Piece PieceAt(long offsetBytes, int lengthMax)
    {
        int blockLength = device.BlockLength;
        ulong first = (ulong)(offsetBytes / blockLength);
        int offsetInBlock = (int)(offsetBytes % blockLength);
        if (offsetInBlock == 0 && lengthMax >= blockLength)
        {
            int blocks = lengthMax / blockLength;
            return new Piece(new BlockRange(first, (uint)blocks), 0, blocks * blockLength, IsWholeBlocks: true);
        }

        int length = Math.Min(lengthMax, blockLength - offsetInBlock);
        return new Piece(new BlockRange(first, 1), offsetInBlock, length, IsWholeBlocks: false);
    }

    private readonly record struct Piece(BlockRange Range, int OffsetInBlock, int Length, bool IsWholeBlocks);
}
