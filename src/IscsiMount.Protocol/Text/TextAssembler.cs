using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Text;

/// <summary>
/// Puts a text together that comes in several PDUs, each but the last with the C bit (RFC 7143 §6.1). A pair may be
/// split anywhere. Whoever negotiates owns it.
/// </summary>
/// <param name="lengthMax">
/// LIMIT: the most bytes of one text. The standard demands that 8192 are taken (RFC 7143 §6.1), and 64 KiB for
/// authentication methods with long items.
/// </param>
public sealed class TextAssembler(int lengthMax = TextAssembler.DefaultLengthMax)
{
    public const int DefaultLengthMax = 64 * 1024;

    private readonly List<byte> _text = [];

    /// <summary>Whether a part has come and the last one has not.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Takes the data segment of a PDU.</summary>
    /// <returns>The pairs of the whole text, or null if it goes on in the next PDU.</returns>
    /// <exception cref="ProtocolViolationException">The text is too long, or not a list of pairs.</exception>
    public TextKeys? Receive(ReadOnlySpan<byte> segment, bool continues)
    {
        Rule.Holds(
            segment.Length <= lengthMax - _text.Count,
            "RFC 7143 §6.1", $"a text is longer than the {lengthMax} bytes that we take");

        _text.AddRange(segment);
        IsIncomplete = continues;
        if (continues)
        {
            return null;
        }

        byte[] whole = [.. _text];
        _text.Clear();
        return TextKeys.Decode(whole);
    }
}
