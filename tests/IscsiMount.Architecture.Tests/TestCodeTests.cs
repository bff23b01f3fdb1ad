using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed class TestCodeTests
{
    private static readonly string[] WaysToSkip = ["Skip", "SkipWhen", "SkipUnless", "Explicit"];

    [Fact]
    public void No_test_sleeps()
    {
        Findings.MustBeEmpty(Repository.Tests.SelectMany(file => file.Nodes<InvocationExpressionSyntax>()
            .Where(IsSleep)
            .Select(call => file.At(call, $"waits for a time: use Eventually, or the time of a World: {call}"))));
    }

    [Fact]
    public void A_theory_over_seeds_takes_its_seed()
    {
        Findings.MustBeEmpty(TestMethods()
            .Where(test => Has(test.Method, "Seeds"))
            .Where(test => test.Method.ParameterList.Parameters is not [{ Identifier.Text: "seed" }, ..])
            .Select(test => test.File.At(test.Method, "a seed that is no argument cannot be replayed")));
    }

    [Fact]
    public void The_name_of_a_test_is_a_sentence()
    {
        Findings.MustBeEmpty(TestMethods()
            .Where(test => test.Method.Identifier.Text.Count(c => c == '_') < 2)
            .Select(test => test.File.At(test.Method, $"'{test.Method.Identifier}' is no sentence")));
    }

    [Fact]
    public void No_test_is_skipped()
    {
        Findings.MustBeEmpty(Repository.Tests.SelectMany(file => file.Nodes<AttributeArgumentSyntax>()
            .Where(argument => WaysToSkip.Contains(argument.NameEquals?.Name.ToString()))
            .Select(argument => file.At(argument, "what is missing fails; nothing is skipped"))));
    }

    private static IEnumerable<(SourceFile File, MethodDeclarationSyntax Method)> TestMethods()
    {
        return Repository.Tests.SelectMany(file => file.Nodes<MethodDeclarationSyntax>()
            .Where(method => Has(method, "Fact") || Has(method, "Theory"))
            .Select(method => (file, method)));
    }

    private static bool Has(MethodDeclarationSyntax method, string attribute)
    {
        return method.AttributeLists
            .SelectMany(list => list.Attributes)
            .Any(each => each.Name.ToString() == attribute);
    }

    // A delay on a simulated clock takes no time, and one without an end is a wait for its token.
    private static bool IsSleep(InvocationExpressionSyntax call)
    {
        var delay = new DelayArguments([.. call.ArgumentList.Arguments.Select(argument => argument.ToString())]);
        return call.Expression.ToString() switch
        {
            "Thread.Sleep" or "SpinWait.SpinUntil" => true,
            "Task.Delay" => !delay.HaveClock && !delay.AreEndless,
            _ => false,
        };
    }

    private sealed record DelayArguments(string[] All)
    {
        public bool HaveClock => All.Skip(1).Any(each => each.EndsWith("ime", StringComparison.Ordinal));

        public bool AreEndless => All[0].Contains("Infinite", StringComparison.Ordinal) || All[0] == "-1";
    }
}
