using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

/// <summary>
/// The 16 bytes of a SCSI command descriptor block that a <see cref="ScsiCommand"/> has room for: a value without a
/// reference, so that a command costs no allocation.
/// </summary>
/// <remarks>
/// <c>CdbBytes cdb = default; command.WriteCdb(cdb);</c> fills one in place, because it turns into a
/// <see cref="Span{T}"/> by itself.
/// </remarks>
[InlineArray(Length)]
public struct CdbBytes : IEquatable<CdbBytes>
{
    public const int Length = 16;

    private byte _first;

    /// <summary>Copies a CDB of at most 16 bytes; the rest is zero, as on the wire.</summary>
    public static CdbBytes From(ReadOnlySpan<byte> cdb)
    {
        Invariant.Holds(cdb.Length <= Length);

        CdbBytes bytes = default;
        cdb.CopyTo(bytes);
        return bytes;
    }

    public static implicit operator CdbBytes(ReadOnlySpan<byte> cdb) => From(cdb);

    public static bool operator ==(CdbBytes left, CdbBytes right) => left.Equals(right);

    public static bool operator !=(CdbBytes left, CdbBytes right) => !left.Equals(right);

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AsSpan() => this;

    public readonly void CopyTo(Span<byte> destination) => AsSpan().CopyTo(destination);

    public readonly bool Equals(CdbBytes other) => AsSpan().SequenceEqual(other);

    public override readonly bool Equals([NotNullWhen(true)] object? obj) => obj is CdbBytes other && Equals(other);

    public override readonly int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(this);
        return hash.ToHashCode();
    }

    public override readonly string ToString() => Convert.ToHexString(this);
}
