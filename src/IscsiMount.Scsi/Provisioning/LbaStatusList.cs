using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Provisioning;

// GET LBA STATUS parameter data, SBC-3
//
//      0 | parameter data length: bytes after these four   |
//      4 | reserved                                        |
//      7 | completion condition (3-1) | RTP (0), SBC-4     |
//      8 | descriptors of 16 bytes                         |
//
//   a descriptor
//      0 | first LBA                                       |
//      8 | number of blocks                                |
//     12 | provisioning status (3-0)                       |
//     13 | additional status                               |
//     14 | reserved                                        |
//     16 +-------------------------------------------------+

/// <summary>Which blocks have space, in rising order and without gaps.</summary>
public sealed record LbaStatusList : IScsiAnswer
{
    public const int HeaderLength = 8;
    public const int DescriptorLength = 16;

    private const string Source = "SBC-3 GET LBA STATUS";

    public required ValueList<LbaStatus> Runs { get; init; }

    public int WireLength => HeaderLength + (DescriptorLength * Runs.Count);

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static LbaStatusList Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");

        uint told = BinaryPrimitives.ReadUInt32BigEndian(source);
        Rule.Holds(told >= HeaderLength - 4, Source, $"the data has {told} bytes");
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        var runs = new LbaStatus[(int)Math.Min(told - 4, (uint)rest.Length) / DescriptorLength];
        for (int i = 0; i < runs.Length; i++)
        {
            ReadOnlySpan<byte> descriptor = rest.Slice(DescriptorLength * i, DescriptorLength);
            runs[i] = new(
                new(
                    BinaryPrimitives.ReadUInt64BigEndian(descriptor),
                    BinaryPrimitives.ReadUInt32BigEndian(descriptor[8..])),
                (ProvisioningStatus)(descriptor[12] & 0x0F));
        }

        return new() { Runs = [.. runs] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, WireLength - 4);
        for (int i = 0; i < Runs.Count; i++)
        {
            Span<byte> descriptor = destination.Slice(HeaderLength + (DescriptorLength * i), DescriptorLength);
            BinaryPrimitives.WriteUInt64BigEndian(descriptor, Runs[i].Blocks.First);
            BinaryPrimitives.WriteUInt32BigEndian(descriptor[8..], Runs[i].Blocks.Count);
            descriptor[12] = (byte)Runs[i].Status;
        }
    }
}

/// <summary>Whether a run of blocks has space.</summary>
public readonly record struct LbaStatus(BlockSpan Blocks, ProvisioningStatus Status);

/// <summary>Whether blocks have space.</summary>
public enum ProvisioningStatus : byte
{
    /// <summary>They have space, or the unit does not know.</summary>
    Mapped = 0,
    Deallocated = 1,

    /// <summary>They have a claim to space, and no content.</summary>
    Anchored = 2,
}
