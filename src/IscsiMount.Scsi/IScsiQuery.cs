namespace IscsiMount.Scsi;

/// <summary>A command that asks for data, and understands it.</summary>
public interface IScsiQuery<out TAnswer>
{
    /// <summary>The most bytes that the answer may have. The target cuts what is longer.</summary>
    int AllocationLength { get; }

    /// <summary>Writes the block to all 16 bytes of <paramref name="cdb"/>.</summary>
    void WriteCdb(Span<byte> cdb);

    /// <summary>Reads what the target sent, which may be cut anywhere.</summary>
    /// <exception cref="Primitives.ProtocolViolationException">The answer contradicts the standard.</exception>
    TAnswer ReadAnswer(ReadOnlySpan<byte> answer);
}
