using System.Buffers.Binary;

namespace IscsiMount.Primitives;

/// <summary>A 32-bit sequence number that wraps around: CmdSN, StatSN, DataSN and R2TSN are of this kind.</summary>
/// <remarks>
/// The order is that of RFC 1982: of two numbers, the one that reaches the other in fewer than 2^31 steps comes first.
/// There is no <c>&lt;</c> operator on purpose. This order is not transitive, so nothing may be sorted by it.
/// </remarks>
public readonly record struct SerialNumber(uint Value)
{
    public SerialNumber Next => new(unchecked(Value + 1));

    public SerialNumber Previous => new(unchecked(Value - 1));

    public static SerialNumber Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt32BigEndian(source));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    public bool Precedes(SerialNumber other) => unchecked((int)(Value - other.Value)) < 0;

    /// <summary>Whether this number lies in a window, both ends included.</summary>
    public bool IsWithin(SerialNumber first, SerialNumber last) => !Precedes(first) && !last.Precedes(this);

    public override string ToString() => $"0x{Value:X8}";
}
