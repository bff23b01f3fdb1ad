using System.Security.Cryptography;
using System.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>
/// What only the two ends know. It never prints, is compared without telling where it differs, and leaves no trace in
/// memory once its owner has disposed of it.
/// </summary>
public sealed class ChapSecret : IDisposable
{
    /// <summary>96 bits: a shorter secret is not sent over a line that is not protected (RFC 3723 §2.4.1).</summary>
    public const int LengthMin = 12;

    /// <summary>LIMIT: by own rule. The standard demands that 16 are possible (RFC 7143 §9.2.1).</summary>
    public const int LengthMax = 255;

    // Pinned, because the garbage collector leaves copies behind of what it moves.
    private readonly byte[] _bytes;
    private bool _isDisposed;

    private ChapSecret(ReadOnlySpan<byte> bytes)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(_bytes);
    }

    /// <summary>Copies a secret. The caller clears its own copy.</summary>
    /// <exception cref="ArgumentException"><see cref="ObjectionTo"/> has something against the length.</exception>
    public static ChapSecret Copy(ReadOnlySpan<byte> bytes)
    {
        return ObjectionTo(bytes.Length) is { } objection
            ? throw new ArgumentException(objection, nameof(bytes))
            : new ChapSecret(bytes);
    }

    /// <summary>Copies a secret that was typed, as UTF-8. The caller clears its own copy.</summary>
    /// <exception cref="ArgumentException"><see cref="ObjectionTo"/> has something against the length.</exception>
    public static ChapSecret Copy(ReadOnlySpan<char> text)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        try
        {
            Encoding.UTF8.GetBytes(text, bytes);
            return Copy(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>What is wrong with a secret of so many bytes, as a sentence; null if nothing is.</summary>
    public static string? ObjectionTo(int length) => length switch
    {
        < LengthMin =>
            $"A CHAP secret has at least {LengthMin} bytes: whoever listens could find out a shorter one by trying.",
        > LengthMax => $"A CHAP secret has at most {LengthMax} bytes.",
        _ => null,
    };

    /// <summary>Whether both are the same. It takes as long whatever the answer is.</summary>
    public bool Matches(ChapSecret other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(Bytes(), other.Bytes());
    }

    /// <summary>The secret is gone after this, also for those who still refer to it.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    public override string ToString() => "(secret)";

    /// <summary>The secret itself, for <see cref="ChapChallenge"/> alone.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    internal ReadOnlySpan<byte> Bytes()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _bytes;
    }
}
