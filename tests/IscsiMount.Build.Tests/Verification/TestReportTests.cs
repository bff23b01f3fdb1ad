using System.Xml.Linq;
using IscsiMount.Build.Verification;
using Xunit;

namespace IscsiMount.Build.Tests.Verification;

public sealed class TestReportTests
{
    [Fact]
    public void Passed_and_failed_tests_are_counted_and_failures_keep_their_reason()
    {
        TestReport report = Read("""
            <test name="A.B.works" type="A.B" method="works" result="Pass" />
            <test name="A.B.breaks(seed: 17)" type="A.B" method="breaks" result="Fail">
              <failure><message>Expected 1, found 2</message><stack-trace>at A.B</stack-trace></failure>
              <output>what the test said</output>
            </test>
            """);

        Assert.Equal(1, report.PassedCount);
        FailedTest failure = Assert.Single(report.Failed);
        Assert.Equal(("A.B.breaks(seed: 17)", "A.B.breaks"), (failure.Name, failure.Method));
        Assert.Equal("Expected 1, found 2\nat A.B\nIt wrote:\nwhat the test said", failure.Reason);
    }

    [Fact]
    public void A_skipped_test_has_failed()
    {
        TestReport report = Read("""
            <test name="A.B.later" type="A.B" method="later" result="Skip"><reason>no time</reason></test>
            """);

        Assert.Equal(0, report.PassedCount);
        Assert.Contains("It ended as 'Skip'", Assert.Single(report.Failed).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_outside_of_tests_is_a_failure()
    {
        TestReport report = Read("""
            <test name="A.B.works" type="A.B" method="works" result="Pass" />
            <errors>
              <error type="fixture-cleanup" name="Fixture"><failure><message>still mounted</message></failure></error>
            </errors>
            """);

        Assert.Equal((1, 1), (report.PassedCount, report.Failed.Count));
        Assert.Contains("still mounted", report.Failed[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_collected_from_tests_that_pass()
    {
        TestReport report = Read("""
            <test name="A.B.fast" type="A.B" method="fast" result="Pass"><output>noise
            figure: 812 MB/s through the mount
            more noise</output></test>
            """);

        Assert.Equal(["812 MB/s through the mount"], report.Figures);
    }

    [Fact]
    public void A_program_without_a_report_has_failed()
    {
        TestReport report = TestReport.OfCrash("IscsiMount.Block.Tests", "It wrote no report.");

        Assert.Equal((0, 1), (report.PassedCount, report.Failed.Count));
    }

    [Theory]
    [InlineData(10, 0, 0)]
    [InlineData(10, 1, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 0, 1)]
    public void A_run_succeeds_only_if_tests_ran_and_all_passed(int passed, int failed, int exitCode)
    {
        Assert.Equal(exitCode, TestSummary.ExitCode(passed, failed));
    }

    [Theory]
    [InlineData("A.B.breaks(seed: 17)", "A.B.breaks", " --filter A.B.breaks --seed 17")]
    [InlineData("A.B.breaks(bytes: 3)", "A.B.breaks", " --filter A.B.breaks")]
    [InlineData("P.Tests as a whole", "", "")]
    public void A_failure_says_how_to_see_it_again(string name, string method, string options)
    {
        string command = TestSummary.RepeatCommand("P.Tests", new FailedTest(name, method, ""));

        Assert.Equal($"./build.sh test --project P.Tests{options}", command);
    }

    private static TestReport Read(string content)
    {
        return TestReport.Read("P.Tests", XDocument.Parse($"<assemblies><assembly>{content}</assembly></assemblies>"));
    }
}
