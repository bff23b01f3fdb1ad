namespace IscsiMount.Scsi;

/// <summary>Data that a target returns. It is written whole; the allocation length cuts it afterwards.</summary>
public interface IScsiAnswer
{
    /// <summary>Bytes of the whole answer.</summary>
    int WireLength { get; }

    /// <summary>Writes the answer to exactly <see cref="WireLength"/> bytes.</summary>
    void Write(Span<byte> destination);
}
