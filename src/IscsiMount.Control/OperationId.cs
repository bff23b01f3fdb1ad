using System.Globalization;
using System.Security.Cryptography;

namespace IscsiMount.Control;

/// <summary>
/// Names one intention of a user. However often a request with the same id arrives, the agent carries it out once.
/// </summary>
public readonly record struct OperationId
{
    private const int Digits = 32;

    private OperationId(string text) => Text = text;

    /// <summary>32 hexadecimal digits in lower case.</summary>
    public string Text { get; }

    /// <summary>Takes 16 bytes that have never been used before, from a source that does not repeat itself.</summary>
    public static OperationId Create()
    {
        // The generator of the system and not a seeded one: two processes must never draw the same id.
        return new(RandomNumberGenerator.GetHexString(Digits, lowercase: true));
    }

    public static bool TryParse(string? text, out OperationId id)
    {
        bool isHex = text is { Length: Digits }
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        id = isHex ? new(text!.ToLowerInvariant()) : default;
        return isHex;
    }

    public override string ToString() => Text;
}
