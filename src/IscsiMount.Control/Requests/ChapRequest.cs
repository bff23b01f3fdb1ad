using System.Security.Cryptography;

namespace IscsiMount.Control.Requests;

/// <summary>
/// How a login proves who is at either end (CHAP). The secrets go to the agent of the same user alone, over a socket
/// that is closed to others. Disposing of it clears them.
/// </summary>
public sealed class ChapRequest : IDisposable
{
    public required string User { get; init; }

    /// <summary>As base64 in JSON, and never as text in memory.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>What the target calls itself when it proves itself; null believes it without a proof.</summary>
    public string? TargetUser { get; init; }

    /// <summary>Stands beside <see cref="TargetUser"/>.</summary>
    public byte[]? TargetSecret { get; init; }

    /// <summary>Names of hashes, the preferred one first; null takes all that there are.</summary>
    public IReadOnlyList<string>? Algorithms { get; init; }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Secret);
        CryptographicOperations.ZeroMemory(TargetSecret);
    }
}
