using System.Globalization;
using System.Runtime.CompilerServices;

namespace IscsiMount.Primitives;

/// <summary>
/// The interpolated text of a check, which is made only if the check fails. So a check on a path that is taken a
/// million times a second may say in full what it saw.
/// </summary>
[InterpolatedStringHandler]
public ref struct ObservedMessage
{
    private DefaultInterpolatedStringHandler _text;

    public ObservedMessage(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        _text = isWanted
            ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture)
            : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    internal string Take() => _text.ToStringAndClear();
}
