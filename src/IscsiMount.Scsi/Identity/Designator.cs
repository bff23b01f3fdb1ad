using System.Text;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Identity;

// A designator of page 83h, SPC-4
//
//      0 | protocol identifier (7-4), if PIV | code set (3-0)        |
//      1 | PIV (7) | res. | association (5-4) | designator type (3-0) |
//      2 | reserved                                                   |
//      3 | length: bytes after this one                               |
//      4 | designator                                                 |

/// <summary>One name of a logical unit, of its target, or of the port it was reached by.</summary>
public sealed record Designator
{
    public const int HeaderLength = 4;

    /// <summary>The transport that the name belongs to: 5 is iSCSI. Absent for names that belong to none.</summary>
    public byte? Protocol { get; init; }

    public required DesignatorCodeSet CodeSet { get; init; }

    public DesignatorAssociation Association { get; init; }

    public required DesignatorType Type { get; init; }

    /// <summary>Up to 255 bytes.</summary>
    public required ValueList<byte> Identifier { get; init; }

    public int WireLength => HeaderLength + Identifier.Count;

    /// <summary>
    /// What a designator is worth for telling one unit from all others, larger is better: names that are unique in
    /// the world and given to the unit itself before names that a vendor made up.
    /// </summary>
    internal int Rank => (Type, Identifier.Count) switch
    {
        (DesignatorType.Naa, 16) => 8,
        (DesignatorType.Naa, 8) when Identifier[0] >> 4 != 3 => 7,
        (DesignatorType.Eui64, 16) => 6,
        (DesignatorType.Eui64, 8 or 12) => 5,
        (DesignatorType.Uuid, 18) => 4,
        (DesignatorType.ScsiName, > 0) => 3,
        (DesignatorType.T10Vendor, > 8) => 2,
        (DesignatorType.Naa, 8) => 1,
        _ => 0,
    };

    /// <summary>Reads a designator. The caller has seen that all of it is there.</summary>
    public static Designator Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length >= HeaderLength && source.Length == HeaderLength + source[3]);

        return new()
        {
            Protocol = (source[1] & 0x80) != 0 ? (byte)(source[0] >> 4) : null,
            CodeSet = (DesignatorCodeSet)(source[0] & 0x0F),
            Association = (DesignatorAssociation)((source[1] >> 4) & 0x03),
            Type = (DesignatorType)(source[1] & 0x0F),
            Identifier = ValueList.Create(source[HeaderLength..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination[0] = (byte)((Protocol ?? 0) << 4 | (byte)CodeSet);
        destination[1] = (byte)((Protocol is null ? 0 : 0x80) | ((byte)Association << 4) | (byte)Type);
        destination[2] = 0;
        destination[3] = checked((byte)Identifier.Count);
        Identifier.AsSpan().CopyTo(destination[HeaderLength..]);
    }

    /// <summary>The name as administrators write it, such as <c>naa.6001405e0d9f4c2b</c>.</summary>
    public override string ToString() => Type switch
    {
        DesignatorType.Naa => "naa." + Hex(),
        DesignatorType.Eui64 => "eui." + Hex(),
        DesignatorType.T10Vendor => "t10." + Text(),
        DesignatorType.ScsiName => Text(),
        _ => $"{(int)Type}." + (CodeSet == DesignatorCodeSet.Binary ? Hex() : Text()),
    };

    private string Hex() => Convert.ToHexStringLower(Identifier.AsSpan());

    // Names are UTF-8. What cannot be printed is replaced: names go to logs and screens.
    private string Text()
    {
        string text = Encoding.UTF8.GetString(Identifier.AsSpan().TrimEnd(" \0"u8));
        return string.Create(text.Length, text, static (characters, source) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        });
    }
}

/// <summary>How the bytes of a designator are to be read.</summary>
public enum DesignatorCodeSet : byte
{
    Binary = 1,
    Ascii = 2,
    Utf8 = 3,
}

/// <summary>What a designator names.</summary>
public enum DesignatorAssociation : byte
{
    LogicalUnit = 0,
    TargetPort = 1,
    TargetDevice = 2,
    Reserved = 3,
}

/// <summary>Where a designator has its uniqueness from.</summary>
public enum DesignatorType : byte
{
    VendorSpecific = 0x0,
    T10Vendor = 0x1,
    Eui64 = 0x2,
    Naa = 0x3,
    RelativeTargetPort = 0x4,
    TargetPortGroup = 0x5,
    LogicalUnitGroup = 0x6,
    Md5 = 0x7,
    ScsiName = 0x8,
    Uuid = 0xA,
}
