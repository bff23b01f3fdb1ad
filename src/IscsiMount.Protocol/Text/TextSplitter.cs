using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Text;

/// <summary>
/// Hands out a text in pieces that fit into PDUs, each piece but the last to be sent with the C bit (RFC 7143 §6.1).
/// The counterpart of <see cref="TextAssembler"/>.
/// </summary>
public sealed class TextSplitter(TextKeys keys, int segmentLengthMax)
{
    private readonly byte[] _text = keys.Encode();
    private int _sent;

    /// <summary>Whether pieces are left. An empty text has one piece, which is empty.</summary>
    public bool HasMore { get; private set; } = true;

    /// <summary>The next piece. After it <see cref="HasMore"/> is the C bit of the PDU that carries it.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        Invariant.Holds(HasMore);
        Invariant.Holds(segmentLengthMax > 0);

        int length = Math.Min(segmentLengthMax, _text.Length - _sent);
        ReadOnlyMemory<byte> piece = _text.AsMemory(_sent, length);
        _sent += length;
        HasMore = _sent < _text.Length;
        return piece;
    }
}
