using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Unicode;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Text;

/// <summary>One <c>key=value</c>.</summary>
public readonly record struct TextPair(string Key, string Value)
{
    public override string ToString() => $"{Key}={Value}";
}

/// <summary>The <c>key=value</c> pairs of a login or text negotiation, in their order (RFC 7143 §6.1).</summary>
/// <remarks>
/// A key may stand here more than once, because only a negotiation knows whether that is allowed. A pair may be a
/// secret, so a list of them has no text form.
/// </remarks>
public sealed class TextKeys : IReadOnlyList<TextPair>
{
    private const int KeyLengthMax = 63;
    private const byte Delimiter = 0;

    private static readonly SearchValues<byte> KeyCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+@_#"u8);

    private readonly List<TextPair> _pairs = [];

    public int Count => _pairs.Count;

    /// <summary>Bytes of the pairs on the wire.</summary>
    public int EncodedLength
    {
        get
        {
            int length = 0;
            foreach (TextPair pair in _pairs)
            {
                length += Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value) + 2;
            }

            return length;
        }
    }

    public TextPair this[int index] => _pairs[index];

    /// <summary>Reads a whole text, which may have come in several PDUs.</summary>
    /// <exception cref="ProtocolViolationException">The text is not a list of pairs.</exception>
    public static TextKeys Decode(ReadOnlySpan<byte> text)
    {
        TextKeys keys = new();
        while (!text.IsEmpty)
        {
            int end = text.IndexOf(Delimiter);
            Rule.Holds(end >= 0, "RFC 7143 §6.1", "the last pair of a text does not end in a zero byte");
            keys._pairs.Add(DecodePair(text[..end]));
            text = text[(end + 1)..];
        }

        return keys;
    }

    public void Add(string key, string value)
    {
        Invariant.Holds(IsKey(Encoding.UTF8.GetBytes(key)));
        Invariant.Holds(!value.Contains('\0', StringComparison.Ordinal));
        _pairs.Add(new TextPair(key, value));
    }

    public void AddRange(TextKeys other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _pairs.AddRange(other._pairs);
    }

    /// <summary>The value of the first pair with this key, or null.</summary>
    public string? Find(string key)
    {
        foreach (TextPair pair in _pairs)
        {
            if (pair.Key == key)
            {
                return pair.Value;
            }
        }

        return null;
    }

    public byte[] Encode()
    {
        byte[] text = new byte[EncodedLength];
        Span<byte> rest = text;
        foreach (TextPair pair in _pairs)
        {
            rest = rest[Encoding.UTF8.GetBytes(pair.Key, rest)..];
            rest[0] = (byte)'=';
            rest = rest[1..];
            rest = rest[Encoding.UTF8.GetBytes(pair.Value, rest)..];
            rest[0] = Delimiter;
            rest = rest[1..];
        }

        return text;
    }

    public IEnumerator<TextPair> GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static TextPair DecodePair(ReadOnlySpan<byte> pair)
    {
        int equals = pair.IndexOf((byte)'=');
        Rule.Holds(equals > 0, "RFC 7143 §6.1", "a text holds something that is not key=value");
        Rule.Holds(IsKey(pair[..equals]), "RFC 7143 §6.1", "a text holds a key that is no key");
        Rule.Holds(Utf8.IsValid(pair), "RFC 7143 §6.1", "a text is not UTF-8");
        return new TextPair(Encoding.UTF8.GetString(pair[..equals]), Encoding.UTF8.GetString(pair[(equals + 1)..]));
    }

    /// <remarks>
    /// The grammar wants a capital first, but the standard itself names a key iSCSIProtocolLevel, and allows the
    /// number sign for registered keys such as X#NodeArchitecture.
    /// </remarks>
    private static bool IsKey(ReadOnlySpan<byte> key)
    {
        return key.Length is >= 1 and <= KeyLengthMax
            && char.IsAsciiLetter((char)key[0])
            && !key.ContainsAnyExcept(KeyCharacters);
    }
}
