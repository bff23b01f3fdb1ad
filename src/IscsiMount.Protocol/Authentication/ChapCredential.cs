using System.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>A name with the secret that proves it.</summary>
/// <param name="Name">
/// CHAP_N: any text of 1 to 255 bytes. It need not be the iSCSI name (RFC 7143 §12.1.3).
/// </param>
/// <param name="Secret">Belongs to whoever made it.</param>
public sealed record ChapCredential(string Name, ChapSecret Secret)
{
    private const int NameLengthMax = 255;

    /// <summary>What is wrong with a name, as a sentence; null if nothing is.</summary>
    public static string? ObjectionTo(string name) => Encoding.UTF8.GetByteCount(name) switch
    {
        0 => "A CHAP name is not empty.",
        > NameLengthMax => $"A CHAP name has at most {NameLengthMax} bytes.",
        _ when name.Contains('\0', StringComparison.Ordinal) => "A CHAP name has no zero byte.",
        _ => null,
    };
}
