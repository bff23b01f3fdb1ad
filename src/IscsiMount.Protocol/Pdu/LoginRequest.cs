using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;

namespace IscsiMount.Protocol.Pdu;

// Login Request, RFC 7143 §11.12
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . 1 0x03      | T C .. CSG NSG| Version-max   | Version-min   |
//    4 | reserved      | DataSegmentLength                             |
//    8 | ISID                                                          |
//   12 |                               | TSIH                          |
//   16 | InitiatorTaskTag                                              |
//   20 | CID                           | reserved                      |
//   24 | CmdSN                                                         |
//   28 | ExpStatSN                                                     |
//   32 | reserved                                                      |
//   36 | reserved                                                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+
//
// CSG and NSG have two bits each. An illegal combination is not refused here, because the target owes it an
// answer.

/// <summary>The initiator logs a connection in. The text in the data segment negotiates how.</summary>
public readonly record struct LoginRequest : IPdu<LoginRequest>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x03;

    /// <summary>The T bit: the sender is ready to leave the stage.</summary>
    public required bool Transit { get; init; }

    /// <summary>The text goes on in the next PDU: the C bit.</summary>
    public required bool Continues { get; init; }

    public required LoginStage CurrentStage { get; init; }

    /// <summary>It means something only with <see cref="Transit"/>.</summary>
    public required LoginStage NextStage { get; init; }

    public required byte VersionMax { get; init; }
    public required byte VersionMin { get; init; }
    public required int DataSegmentLength { get; init; }
    public required Isid Isid { get; init; }

    /// <summary>0 for a new session.</summary>
    public required ushort Tsih { get; init; }

    public required uint InitiatorTaskTag { get; init; }
    public required ushort ConnectionId { get; init; }
    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    public static LoginRequest Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        return new LoginRequest
        {
            Transit = (source[1] & 0x80) != 0,
            Continues = (source[1] & 0x40) != 0,
            CurrentStage = (LoginStage)((source[1] >> 2) & 0x03),
            NextStage = (LoginStage)(source[1] & 0x03),
            VersionMax = source[2],
            VersionMin = source[3],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Isid = Isid.Read(source[8..]),
            Tsih = BinaryPrimitives.ReadUInt16BigEndian(source[14..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            ConnectionId = BinaryPrimitives.ReadUInt16BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode | 0x40;
        destination[1] = (byte)((Transit ? 0x80 : 0)
            | (Continues ? 0x40 : 0)
            | ((int)CurrentStage << 2)
            | (int)NextStage);
        destination[2] = VersionMax;
        destination[3] = VersionMin;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Isid.Write(destination[8..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], Tsih);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt16BigEndian(destination[20..], ConnectionId);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
    }
}
