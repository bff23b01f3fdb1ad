namespace IscsiMount.Scsi;

/// <summary>Data that an initiator sends with a command, and that tells the target more about it.</summary>
public interface IScsiParameterList
{
    /// <summary>Bytes of the whole list: what the command names as its PARAMETER LIST LENGTH.</summary>
    int WireLength { get; }

    /// <summary>Writes the list to exactly <see cref="WireLength"/> bytes.</summary>
    void Write(Span<byte> destination);
}
