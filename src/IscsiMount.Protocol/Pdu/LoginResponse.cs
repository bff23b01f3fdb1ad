using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;

namespace IscsiMount.Protocol.Pdu;

// Login Response, RFC 7143 §11.13
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x23      | T C .. CSG NSG| Version-max   | Version-active|
//    4 | reserved      | DataSegmentLength                             |
//    8 | ISID                                                          |
//   12 |                               | TSIH                          |
//   16 | InitiatorTaskTag                                              |
//   20 | reserved                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | Status-Class  | Status-Detail | reserved                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+
//
// CSG and NSG have two bits each. StatSN, ExpCmdSN and MaxCmdSN mean something only with a status of class 0.

/// <summary>The target answers a Login Request.</summary>
public readonly record struct LoginResponse : IPdu<LoginResponse>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x23;

    /// <summary>The T bit: the target agrees to leave the stage.</summary>
    public required bool Transit { get; init; }

    /// <summary>The text goes on in the next PDU: the C bit.</summary>
    public required bool Continues { get; init; }

    public required LoginStage CurrentStage { get; init; }

    /// <summary>It means something only with <see cref="Transit"/>.</summary>
    public required LoginStage NextStage { get; init; }

    public required byte VersionMax { get; init; }
    public required byte VersionActive { get; init; }
    public required int DataSegmentLength { get; init; }
    public required Isid Isid { get; init; }

    /// <summary>Assigned by the target in the last response of a new session.</summary>
    public required ushort Tsih { get; init; }

    public required uint InitiatorTaskTag { get; init; }
    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }
    public required LoginStatus Status { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static LoginResponse Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new LoginResponse
        {
            Transit = (source[1] & 0x80) != 0,
            Continues = (source[1] & 0x40) != 0,
            CurrentStage = (LoginStage)((source[1] >> 2) & 0x03),
            NextStage = (LoginStage)(source[1] & 0x03),
            VersionMax = source[2],
            VersionActive = source[3],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Isid = Isid.Read(source[8..]),
            Tsih = BinaryPrimitives.ReadUInt16BigEndian(source[14..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            Status = LoginStatus.Read(source[36..]),
        };

        Rule.Holds(
            !(pdu.Continues && pdu.Transit), "RFC 7143 §11.13.7", "a text that goes on wants to leave the stage");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)((Transit ? 0x80 : 0)
            | (Continues ? 0x40 : 0)
            | ((int)CurrentStage << 2)
            | (int)NextStage);
        destination[2] = VersionMax;
        destination[3] = VersionActive;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Isid.Write(destination[8..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], Tsih);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        Status.Write(destination[36..]);
    }
}
