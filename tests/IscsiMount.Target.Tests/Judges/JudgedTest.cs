using System.Text.RegularExpressions;

namespace IscsiMount.Target.Tests.Judges;

/// <summary>One test of <c>iscsi-test-cu</c>, as its report tells how it went.</summary>
/// <param name="Name">The suite and the test, such as <c>Write16.Simple</c>.</param>
/// <param name="Report">What it said.</param>
internal sealed partial record JudgedTest(string Name, string Report)
{
    public bool IsPassed => Passed().IsMatch(Report) && !Failed().IsMatch(Report);

    /// <summary>Whether it says that it looked at nothing, or not at all that it could.</summary>
    public bool IsSkipped => Report.Contains("[SKIPPED]", StringComparison.Ordinal);

    public override string ToString() => $"{(IsPassed ? IsSkipped ? "skipped" : "passed" : "FAILED")} {Name}";

    /// <summary>Takes a report apart, as <c>iscsi-test-cu -v</c> writes it.</summary>
    public static IReadOnlyList<JudgedTest> ReadAll(string report)
    {
        var tests = new List<JudgedTest>();
        string suite = "";
        MatchCollection heads = Head().Matches(report);
        for (int i = 0; i < heads.Count; i++)
        {
            Match head = heads[i];
            if (head.Groups["suite"] is { Success: true } started)
            {
                suite = started.Value;
            }

            if (!head.Groups["test"].Success)
            {
                continue;
            }

            int start = head.Index + head.Length;
            int end = i + 1 < heads.Count ? heads[i + 1].Index : report.Length;
            tests.Add(new($"{suite}.{head.Groups["test"].Value}", report[start..end]));
        }

        return tests;
    }

    [GeneratedRegex(@"^(Suite: (?<suite>\S+)|  Test: (?<test>\S+) \.\.\.|Run Summary:)", RegexOptions.Multiline)]
    private static partial Regex Head();

    [GeneratedRegex("^passed", RegexOptions.Multiline)]
    private static partial Regex Passed();

    [GeneratedRegex("^FAILED", RegexOptions.Multiline)]
    private static partial Regex Failed();
}
