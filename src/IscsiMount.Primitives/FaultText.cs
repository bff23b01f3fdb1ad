using System.Globalization;
using System.Runtime.CompilerServices;

namespace IscsiMount.Primitives;

/// <summary>
/// Words about what was seen, which are only put together if somebody will read them. An interpolated string as an
/// argument of <c>Rule.Holds</c> or <c>Medium.Holds</c> therefore costs nothing while the rule holds.
/// </summary>
[InterpolatedStringHandler]
public ref struct FaultText
{
    private readonly string? _text;
    private DefaultInterpolatedStringHandler _builder;

    /// <summary>Called by the compiler, with the condition beside the text.</summary>
    public FaultText(int literalLength, int formattedCount, bool condition, out bool shouldAppend)
    {
        shouldAppend = !condition;
        _builder = shouldAppend
            ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture)
            : default;
    }

    private FaultText(string text)
    {
        _text = text;
    }

    public static implicit operator FaultText(string text) => new(text);

    public void AppendLiteral(string value) => _builder.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _builder.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _builder.AppendFormatted(value, format);

    public void AppendFormatted<T>(T value, int alignment) => _builder.AppendFormatted(value, alignment);

    public void AppendFormatted<T>(T value, int alignment, string? format) =>
        _builder.AppendFormatted(value, alignment, format);

    public void AppendFormatted(ReadOnlySpan<char> value) => _builder.AppendFormatted(value);

    public override string ToString() => _text ?? _builder.ToStringAndClear();
}
