using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Unit;

// REPORT SUPPORTED OPERATION CODES parameter data for all commands, SPC-4
//
//      0 | command data length: bytes after these four             |
//      4 | descriptors of 8 bytes, of 20 with timeouts             |
//
//   a descriptor
//      0 | operation code       | reserved                          |
//      2 | service action                                           |
//      4 | reserved             | CTDP (bit 1) | SERVACTV (bit 0)    |
//      6 | CDB length                                               |
//      8 | timeouts, if CTDP                                        |

/// <summary>All commands that a unit supports.</summary>
public sealed record SupportedOperations : IScsiAnswer
{
    private const int HeaderLength = 4;
    private const int DescriptorLength = 8;
    private const string Source = "SPC-4 REPORT SUPPORTED OPERATION CODES";

    public required ValueList<SupportedOperation> Operations { get; init; }

    /// <summary>Whether each command is followed by its timeouts, of which ours tell nothing.</summary>
    public bool WithTimeouts { get; init; }

    public int WireLength => HeaderLength + (WrittenLength * Operations.Count);

    private int WrittenLength => DescriptorLength + (WithTimeouts ? CommandTimeouts.Length : 0);

    public bool Includes(OperationCode operation, ushort? serviceAction = null)
    {
        return Operations.Any(item => item.Operation == operation && item.ServiceAction == serviceAction);
    }

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static SupportedOperations Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");

        uint told = BinaryPrimitives.ReadUInt32BigEndian(source);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        rest = rest[..(int)Math.Min(told, (uint)rest.Length)];
        var operations = new List<SupportedOperation>();
        bool withTimeouts = false;
        while (rest.Length >= DescriptorLength)
        {
            bool hasServiceAction = (rest[5] & 0x01) != 0;
            bool hasTimeouts = (rest[5] & 0x02) != 0;
            withTimeouts |= hasTimeouts;
            operations.Add(new()
            {
                Operation = (OperationCode)rest[0],
                ServiceAction = hasServiceAction ? BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) : null,
                CdbLength = BinaryPrimitives.ReadUInt16BigEndian(rest[6..]),
            });
            rest = rest[Math.Min(rest.Length, DescriptorLength + (hasTimeouts ? CommandTimeouts.Length : 0))..];
        }

        return new() { Operations = [.. operations], WithTimeouts = withTimeouts };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, WireLength - HeaderLength);
        Span<byte> rest = destination[HeaderLength..];
        foreach (SupportedOperation operation in Operations)
        {
            rest[0] = (byte)operation.Operation;
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], operation.ServiceAction ?? 0);
            rest[5] = (byte)((WithTimeouts ? 0x02 : 0) | (operation.ServiceAction is null ? 0 : 0x01));
            BinaryPrimitives.WriteUInt16BigEndian(rest[6..], operation.CdbLength);
            if (WithTimeouts)
            {
                CommandTimeouts.Write(rest[DescriptorLength..]);
            }

            rest = rest[WrittenLength..];
        }
    }
}

/// <summary>One command that a unit supports.</summary>
public readonly record struct SupportedOperation
{
    public required OperationCode Operation { get; init; }

    public ushort? ServiceAction { get; init; }

    public required ushort CdbLength { get; init; }
}
