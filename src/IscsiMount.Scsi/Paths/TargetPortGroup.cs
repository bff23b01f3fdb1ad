using System.Buffers.Binary;

namespace IscsiMount.Scsi.Paths;

/// <summary>Ports of a target through which a unit is reached equally well.</summary>
public sealed record TargetPortGroup
{
    private const int HeaderLength = 8;
    private const int PortLength = 4;

    public required ushort Number { get; init; }

    public PathState State { get; init; }

    /// <summary>Whether the target would rather be asked here.</summary>
    public bool IsPreferred { get; init; }

    public PathStates SupportedStates { get; init; }

    /// <summary>Why the state is what it is: 0 unknown, 1 set by a command, 2 by the target itself.</summary>
    public byte StatusCode { get; init; }

    /// <summary>The relative numbers of the ports.</summary>
    public required ValueList<ushort> Ports { get; init; }

    internal static TargetPortGroup Read(ReadOnlySpan<byte> source)
    {
        ushort[] ports = new ushort[source[7]];
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i] = BinaryPrimitives.ReadUInt16BigEndian(source[(HeaderLength + (PortLength * i) + 2)..]);
        }

        return new()
        {
            IsPreferred = (source[0] & 0x80) != 0,
            State = (PathState)(source[0] & 0x0F),
            SupportedStates = (PathStates)source[1],
            Number = BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
            StatusCode = source[5],
            Ports = [.. ports],
        };
    }

    internal void Write(Span<byte> destination)
    {
        destination[0] = (byte)((IsPreferred ? 0x80 : 0) | (byte)State);
        destination[1] = (byte)SupportedStates;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Number);
        destination[5] = StatusCode;
        destination[7] = checked((byte)Ports.Count);
        for (int i = 0; i < Ports.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[(HeaderLength + (PortLength * i) + 2)..], Ports[i]);
        }
    }
}

/// <summary>How well a unit is reached through a group of ports.</summary>
public enum PathState : byte
{
    ActiveOptimized = 0x0,
    ActiveNonOptimized = 0x1,
    Standby = 0x2,
    Unavailable = 0x3,
    DependsOnBlock = 0x4,
    Offline = 0xE,
    InTransition = 0xF,
}

/// <summary>The states that a group of ports can be in.</summary>
[Flags]
public enum PathStates : byte
{
    None = 0,
    ActiveOptimized = 0x01,
    ActiveNonOptimized = 0x02,
    Standby = 0x04,
    Unavailable = 0x08,
    DependsOnBlock = 0x10,
    Offline = 0x40,
    InTransition = 0x80,
}
