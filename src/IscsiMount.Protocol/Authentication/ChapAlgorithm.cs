using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Authentication;

/// <summary>A hash of CHAP, with its number on the wire (RFC 7143 §12.1.3).</summary>
/// <remarks>
/// <code>
///   CHAP_A   hash       bytes of a response
///   5        MD5        16                    every side has it
///   6        SHA-1      20
///   7        SHA-256    32
///   8        SHA3-256   32                    only where the system has it
/// </code>
/// </remarks>
public sealed class ChapAlgorithm
{
    private readonly Hash _hash;

    private ChapAlgorithm(byte number, string name, int responseLength, bool isSupported, Hash hash)
    {
        Number = number;
        Name = name;
        ResponseLength = responseLength;
        IsSupported = isSupported;
        _hash = hash;
    }

    private delegate int Hash(ReadOnlySpan<byte> source, Span<byte> destination);

    [SuppressMessage("Security", "CA5351", Justification = "The one hash that RFC 7143 §12.1.3 demands of all.")]
    public static ChapAlgorithm Md5 { get; } = new(5, "MD5", MD5.HashSizeInBytes, true, MD5.HashData);

    [SuppressMessage("Security", "CA5350", Justification = "Better than MD5, and some targets know no better one.")]
    public static ChapAlgorithm Sha1 { get; } = new(6, "SHA-1", SHA1.HashSizeInBytes, true, SHA1.HashData);

    public static ChapAlgorithm Sha256 { get; } =
        new(7, "SHA-256", SHA256.HashSizeInBytes, true, SHA256.HashData);

    public static ChapAlgorithm Sha3 { get; } =
        new(8, "SHA3-256", SHA3_256.HashSizeInBytes, SHA3_256.IsSupported, SHA3_256.HashData);

    /// <summary>Those that this system can compute, in the order of preference: the strongest first.</summary>
    public static IReadOnlyList<ChapAlgorithm> Supported { get; } =
        [.. new[] { Sha3, Sha256, Sha1, Md5 }.Where(each => each.IsSupported)];

    /// <summary>As CHAP_A has it.</summary>
    public byte Number { get; }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Bytes of a response.</summary>
    public int ResponseLength { get; }

    /// <summary>Whether the system has this hash.</summary>
    public bool IsSupported { get; }

    /// <summary>The algorithm that a user means, in any case, with or without dashes; null if there is none.</summary>
    public static ChapAlgorithm? FindByName(string name)
    {
        string wanted = Bare(name);
        return new[] { Sha3, Sha256, Sha1, Md5 }.FirstOrDefault(each => Bare(each.Name) == wanted);
    }

    /// <summary>A list as CHAP_A offers it.</summary>
    public static string Format(IEnumerable<ChapAlgorithm> list) =>
        string.Join(',', list.Select(each => each.Number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The hash of identifier, secret and challenge, in this order (RFC 1994 §4.1).</summary>
    internal byte[] Compute(byte identifier, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> challenge)
    {
        Invariant.Holds(IsSupported);
        byte[] source = GC.AllocateUninitializedArray<byte>(1 + secret.Length + challenge.Length, pinned: true);
        try
        {
            source[0] = identifier;
            secret.CopyTo(source.AsSpan(1));
            challenge.CopyTo(source.AsSpan(1 + secret.Length));
            byte[] response = new byte[ResponseLength];
            _hash(source, response);
            return response;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(source);
        }
    }

    public override string ToString() => Name;

    private static string Bare(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
