using System.Security.Cryptography;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>
/// A question that only who knows the secret can answer: CHAP_I and CHAP_C (RFC 7143 §12.1.3, RFC 1994 §4.1).
/// </summary>
public sealed class ChapChallenge
{
    /// <summary>By own rule: as much as the shortest response has.</summary>
    public const int IssuedLength = 16;

    /// <summary>
    /// By own rule: of shorter ones there are so few that their answers could be collected and used again.
    /// </summary>
    public const int LengthMin = 8;

    private readonly byte[] _bytes;

    private ChapChallenge(byte identifier, byte[] bytes)
    {
        Identifier = identifier;
        _bytes = bytes;
    }

    /// <summary>CHAP_I.</summary>
    public byte Identifier { get; }

    /// <summary>CHAP_C.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether nobody who means it would ask this: too short, or the same byte all over.</summary>
    public bool IsWeak => _bytes.Length < LengthMin || !_bytes.AsSpan().ContainsAnyExcept(_bytes[0]);

    /// <summary>A question that nobody can foresee. Its owner puts it into a <see cref="ChallengeMemory"/>.</summary>
    public static ChapChallenge Draw(RandomNumberGenerator chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        byte[] drawn = new byte[1 + IssuedLength];
        chance.GetBytes(drawn);
        return new ChapChallenge(drawn[0], drawn[1..]);
    }

    /// <summary>Reads the values of CHAP_I and CHAP_C.</summary>
    /// <exception cref="ProtocolViolationException">They are none.</exception>
    public static ChapChallenge Read(string identifier, string challenge)
    {
        bool isNumber = TextNumber.TryParse(identifier, out ulong number) && number <= byte.MaxValue;
        Rule.Holds(isNumber, "RFC 1994 §4.1", $"CHAP_I is {identifier}");
        byte[]? bytes = TextBinary.Parse(challenge);
        Rule.Holds(
            bytes is { Length: > 0 }, "RFC 7143 §12.1.3", $"CHAP_C is no string of 1 to {TextBinary.LengthMax} bytes");
        return new ChapChallenge((byte)number, bytes);
    }

    /// <summary>Adds CHAP_I and CHAP_C to what is sent.</summary>
    public void AddTo(TextKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        keys.Add(ChapKey.Identifier, TextNumber.Format(Identifier));
        keys.Add(ChapKey.Challenge, TextBinary.Format(_bytes));
    }

    /// <summary>The answer: the bytes of CHAP_R.</summary>
    public byte[] Answer(ChapAlgorithm algorithm, ChapSecret secret)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(secret);
        return algorithm.Compute(Identifier, secret.Bytes(), _bytes);
    }

    /// <summary>
    /// Whether a value of CHAP_R answers this. It takes as long for every wrong answer of the right length.
    /// </summary>
    public bool IsAnsweredBy(string response, ChapAlgorithm algorithm, ChapSecret secret)
    {
        byte[] right = Answer(algorithm, secret);
        return TextBinary.Parse(response) is { } given && CryptographicOperations.FixedTimeEquals(given, right);
    }
}
