using Xunit;

namespace IscsiMount.Testing;

/// <summary>What a test measured and people want to see, also when all is well.</summary>
public static class Figure
{
    /// <summary>The build tool shows these lines at the end of a run.</summary>
    public static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine($"figure: {text}");
}
