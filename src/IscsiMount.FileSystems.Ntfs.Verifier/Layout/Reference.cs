namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

/// <summary>Names a file record: its number in 48 bits, and the sequence that it must have in 16 bits above.</summary>
internal readonly record struct Reference(ulong Value)
{
    private const int NumberBits = 48;

    public ulong Number => Value & ((1UL << NumberBits) - 1);

    public ushort Sequence => (ushort)(Value >> NumberBits);

    public static Reference Of(ulong number, ushort sequence) => new(number | ((ulong)sequence << NumberBits));

    public override string ToString() => $"{Number}/{Sequence}";
}
