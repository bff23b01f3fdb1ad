using System.Xml.Linq;

namespace IscsiMount.Build.Verification;

/// <summary>A test that did not pass, and why.</summary>
internal sealed record FailedTest(string Name, string Method, string Reason);

/// <summary>What one test project reported.</summary>
/// <param name="Figures">What tests measured and want to be seen, also when all is well.</param>
internal sealed record TestReport(
    string Module, int PassedCount, IReadOnlyList<FailedTest> Failed, IReadOnlyList<string> Figures)
{
    /// <summary>What a line in the output of a test begins with, if it is to be shown to people.</summary>
    private const string FigureMark = "figure: ";

    /// <summary>Reads the report that xunit writes.</summary>
    /// <param name="module">The name of the test project.</param>
    /// <param name="document">The content of the report.</param>
    public static TestReport Read(string module, XDocument document)
    {
        XElement[] tests = [.. document.Descendants("test")];
        FailedTest[] failed = [.. tests.Where(test => Text(test, "result") != "Pass").Select(ReadFailure)];
        FailedTest[] errors = [.. document.Descendants("error").Select(ReadError)];
        string[] figures = [.. tests.Elements("output")
            .SelectMany(output => output.Value.Split('\n'))
            .Where(line => line.StartsWith(FigureMark, StringComparison.Ordinal))
            .Select(line => line[FigureMark.Length..].TrimEnd())];
        return new TestReport(module, tests.Length - failed.Length, [.. failed, .. errors], figures);
    }

    /// <summary>The report of a program that wrote none: it counts as one failure, whatever passed before.</summary>
    public static TestReport OfCrash(string module, string reason)
    {
        return new TestReport(module, 0, [new FailedTest($"{module} as a whole", "", reason)], []);
    }

    private static FailedTest ReadFailure(XElement test)
    {
        string result = Text(test, "result");
        string reason = result == "Fail" ? Reason(test) : $"It ended as '{result}'. Tests pass or fail here.";
        string output = test.Element("output")?.Value ?? "";
        string said = output.Length > 0 ? $"\nIt wrote:\n{output}" : "";
        return new FailedTest(Text(test, "name"), $"{Text(test, "type")}.{Text(test, "method")}", reason + said);
    }

    private static FailedTest ReadError(XElement error)
    {
        string name = $"{Text(error, "type")} {Text(error, "name")}".Trim();
        return new FailedTest(name, "", Reason(error));
    }

    private static string Reason(XElement element)
    {
        string? message = element.Descendants("message").FirstOrDefault()?.Value;
        string? trace = element.Descendants("stack-trace").FirstOrDefault()?.Value;
        return $"{message}\n{trace}".Trim();
    }

    private static string Text(XElement element, string attribute) => element.Attribute(attribute)?.Value ?? "";
}
