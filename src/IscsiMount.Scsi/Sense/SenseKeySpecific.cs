namespace IscsiMount.Scsi.Sense;

// Sense key specific, three bytes of sense data (SPC-4, sense key specific sense data)
//
//          bit 7     6     5   4    3     2   1   0
//      0 | SKSV=1 | C/D | .     . | BPV | bit pointer |
//      1 | field pointer, progress, or retry count    |
//      2 |                                            |

/// <summary>A detail whose meaning depends on the sense key.</summary>
/// <param name="Flags">The first byte without its highest bit.</param>
/// <param name="Value">Field pointer, progress of 65,536, or retry count.</param>
public readonly record struct SenseKeySpecific(byte Flags, ushort Value)
{
    private const byte InCdb = 0x40;
    private const byte BitIsValid = 0x08;
    private const byte BitMask = 0x07;

    /// <summary>Of an illegal request: the field, and whether it is in the command or in its parameter list.</summary>
    public (CdbField Field, bool IsInCdb) FieldAtFault => (
        new CdbField(Value, (Flags & BitIsValid) != 0 ? (byte)(Flags & BitMask) : null),
        (Flags & InCdb) != 0);

    /// <summary>Of a unit that is not ready: how far it has come, 0 to 1.</summary>
    public double Progress => Value / 65536.0;

    public static SenseKeySpecific PointingAtCdb(CdbField field) => new((byte)(InCdb | BitFlags(field)), field.Byte);

    public static SenseKeySpecific PointingAtParameters(CdbField field) => new(BitFlags(field), field.Byte);

    private static byte BitFlags(CdbField field)
    {
        return field.Bit is { } bit ? (byte)(BitIsValid | (bit & BitMask)) : (byte)0;
    }
}
