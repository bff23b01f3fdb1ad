using System.Runtime.InteropServices;
using IscsiMount.Primitives;

namespace IscsiMount.Transport.Framing;

/// <summary>
/// PDUs that go out together. Headers, short data, padding and digests are gathered in one buffer; long data is sent
/// from where it lies. Who sends owns the batch.
/// </summary>
public sealed class PduBatch
{
    // LIMIT: 48 commands with immediate data of 4 KiB fit, so that one call of the system takes them all.
    private const int BufferLength = 256 * 1024;
    private const int PiecesMax = 512;
    private const int PiecesPerPduMax = 3;

    // LIMIT: copying 4 KiB costs less than pinning it and passing one piece more to the system.
    private const int CopiedDataLengthMax = 4 * 1024;

    // LIMIT: what is added later, such as an answer to a ping, waits for no more than this.
    private const int TotalLengthMax = 1024 * 1024;

    private const int OverheadMax = PduLayout.HeaderLengthMax + (2 * Crc32C.DigestLength) + 3;

    private readonly ReadOnlyMemory<byte> _bufferMemory;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private readonly ReadOnlyMemory<byte>[] _pieces = new ReadOnlyMemory<byte>[PiecesMax];
    private int _bufferLength;
    private int _runStart;
    private int _pieceCount;
    private int _firstPiece;

    public PduBatch()
    {
        _bufferMemory = MemoryMarshal.CreateFromPinnedArray(_buffer, 0, BufferLength);
    }

    /// <summary>The form of the PDUs that are added next.</summary>
    public PduFraming Framing { get; set; } = PduFraming.OfLogin;

    /// <summary>Bytes that were added since the batch was last empty.</summary>
    public int TotalLength { get; private set; }

    public int PduCount { get; private set; }

    /// <summary>Whether one more PDU has room, whatever it is.</summary>
    public bool HasRoom => _bufferLength + OverheadMax + CopiedDataLengthMax <= BufferLength
        && _pieceCount + PiecesPerPduMax <= PiecesMax
        && TotalLength < TotalLengthMax;

    internal bool IsEmpty => _firstPiece == _pieceCount && _runStart == _bufferLength;

    /// <summary>Adds a PDU. Its length fields are set here, its padding and digests are made here.</summary>
    /// <param name="header">48 bytes, followed by additional header segments if there are any.</param>
    /// <param name="data">
    /// The data segment. Unless it is short it is not copied: it must not change before the batch has been sent.
    /// </param>
    public void Add(ReadOnlySpan<byte> header, ReadOnlyMemory<byte> data = default)
    {
        Invariant.Holds(HasRoom);
        Invariant.Holds(header.Length is >= PduLayout.HeaderLength and <= PduLayout.HeaderLengthMax);
        Invariant.Holds(header.Length % 4 == 0);

        Span<byte> copy = Reserve(header.Length);
        header.CopyTo(copy);
        copy[4] = (byte)((header.Length - PduLayout.HeaderLength) / 4);
        PduLayout.WriteDataSegmentLength(copy, data.Length);
        if (Framing.HasHeaderDigest)
        {
            Crc32C.WriteDigest(Reserve(Crc32C.DigestLength), Crc32C.Compute(copy));
        }

        if (!data.IsEmpty)
        {
            AddData(data);
        }

        PduCount++;
    }

    /// <summary>What is still to be sent.</summary>
    internal ReadOnlySpan<ReadOnlyMemory<byte>> Pieces()
    {
        CloseRun();
        return _pieces.AsSpan(_firstPiece, _pieceCount - _firstPiece);
    }

    /// <summary>Strikes out what has been sent. Once that is all, the batch is empty and refers to nothing.</summary>
    internal void Advance(int sentLength)
    {
        while (sentLength > 0 && sentLength >= _pieces[_firstPiece].Length)
        {
            sentLength -= _pieces[_firstPiece].Length;
            _firstPiece++;
        }

        if (sentLength > 0)
        {
            _pieces[_firstPiece] = _pieces[_firstPiece][sentLength..];
        }

        if (_firstPiece == _pieceCount)
        {
            Clear();
        }
    }

    private void AddData(ReadOnlyMemory<byte> data)
    {
        if (data.Length <= CopiedDataLengthMax)
        {
            data.Span.CopyTo(Reserve(data.Length));
        }
        else
        {
            CloseRun();
            _pieces[_pieceCount++] = data;
            TotalLength += data.Length;
        }

        Span<byte> pad = Reserve(PduLayout.PadLength(data.Length));
        pad.Clear();
        if (Framing.HasDataDigest)
        {
            uint crc = Crc32C.Append(Crc32C.Compute(data.Span), pad);
            Crc32C.WriteDigest(Reserve(Crc32C.DigestLength), crc);
        }
    }

    private Span<byte> Reserve(int length)
    {
        Span<byte> reserved = _buffer.AsSpan(_bufferLength, length);
        _bufferLength += length;
        TotalLength += length;
        return reserved;
    }

    // What was reserved in one run is one piece.
    private void CloseRun()
    {
        if (_runStart < _bufferLength)
        {
            _pieces[_pieceCount++] = _bufferMemory[_runStart.._bufferLength];
            _runStart = _bufferLength;
        }
    }

    private void Clear()
    {
        _pieces.AsSpan(0, _pieceCount).Clear();
        (_bufferLength, _runStart, _pieceCount, _firstPiece) = (0, 0, 0, 0);
        (TotalLength, PduCount) = (0, 0);
    }
}
