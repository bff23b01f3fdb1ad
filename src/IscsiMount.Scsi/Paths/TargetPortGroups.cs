using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Paths;

// REPORT TARGET PORT GROUPS parameter data, SPC-4
//
//      0 | data length: bytes after these four                         |
//        | with the extended header: format 1 (6-4) | implicit         |
//        |   transition time in seconds | reserved (2)                 |
//      4 | groups                                                      |
//
//   a group
//      0 | PREF (7) | state (3-0)                                      |
//      1 | T_SUP | O_SUP | . | LBD_SUP | U_SUP | S_SUP | AN_SUP | AO_SUP |
//      2 | group                                                       |
//      4 | reserved | status code | vendor | number of ports           |
//      8 | ports of 4 bytes: reserved (2), relative target port (2)    |

/// <summary>The groups of ports by which a unit is reached.</summary>
public sealed record TargetPortGroups : IScsiAnswer
{
    private const int HeaderLength = 4;
    private const int ExtendedHeaderLength = 8;
    private const int GroupLength = 8;
    private const int PortLength = 4;
    private const byte ExtendedFormat = 0x10;
    private const byte FormatMask = 0x70;
    private const string Source = "SPC-4 REPORT TARGET PORT GROUPS";

    /// <summary>With the extended header: seconds that a change of state takes at most.</summary>
    public byte? TransitionSeconds { get; init; }

    public required ValueList<TargetPortGroup> Groups { get; init; }

    public int WireLength => (TransitionSeconds is null ? HeaderLength : ExtendedHeaderLength)
        + Groups.Sum(group => GroupLength + (PortLength * group.Ports.Count));

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static TargetPortGroups Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");
        uint told = BinaryPrimitives.ReadUInt32BigEndian(source);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        rest = rest[..(int)Math.Min(told, (uint)rest.Length)];

        // A group begins with its state. Only the extended header has these bits here.
        bool isExtended = rest.Length >= 4 && (rest[0] & FormatMask) == ExtendedFormat;
        byte? seconds = isExtended ? rest[1] : null;
        rest = isExtended ? rest[4..] : rest;
        var groups = new List<TargetPortGroup>();
        while (rest.Length >= GroupLength && rest.Length >= GroupLength + (PortLength * rest[7]))
        {
            int length = GroupLength + (PortLength * rest[7]);
            groups.Add(TargetPortGroup.Read(rest[..length]));
            rest = rest[length..];
        }

        return new() { TransitionSeconds = seconds, Groups = [.. groups] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, WireLength - HeaderLength);
        Span<byte> rest = destination[HeaderLength..];
        if (TransitionSeconds is { } seconds)
        {
            rest[0] = ExtendedFormat;
            rest[1] = seconds;
            rest = rest[4..];
        }

        foreach (TargetPortGroup group in Groups)
        {
            int length = GroupLength + (PortLength * group.Ports.Count);
            group.Write(rest[..length]);
            rest = rest[length..];
        }
    }
}
