using IscsiMount.Protocol.Negotiation;

namespace IscsiMount.Protocol.Transfer;

/// <summary>What a write sends without being asked (RFC 7143 §4.2.5.2).</summary>
/// <param name="ImmediateLength">Bytes in the command itself.</param>
/// <param name="UnsolicitedLength">Bytes in Data-Out PDUs right after it, at the offset where the former end.</param>
public readonly record struct FirstBurst(int ImmediateLength, int UnsolicitedLength)
{
    /// <summary>The F bit of the command: no Data-Out follows but those that the target asks for.</summary>
    public bool IsCommandFinal => UnsolicitedLength == 0;

    /// <summary>The most that is allowed, because what is sent at once saves a round trip.</summary>
    /// <param name="parameters">What was negotiated.</param>
    /// <param name="expectedLength">Bytes of the whole write.</param>
    public static FirstBurst Of(SessionParameters parameters, uint expectedLength)
    {
        int burst = (int)Math.Min((uint)parameters.FirstBurstLength, expectedLength);
        int segmentMax = parameters.TargetMaxRecvDataSegmentLength;

        // If anything follows, a segment should hold whole words (RFC 7143 §11.7.7).
        int immediateMax = burst > segmentMax ? segmentMax & ~3 : burst;
        int immediate = parameters.ImmediateData ? immediateMax : 0;

        // Once a Data-Out is sent unasked, all of the first burst has to be (RFC 7143 §4.2.5.2).
        return new FirstBurst(immediate, parameters.InitialR2T ? 0 : burst - immediate);
    }
}
