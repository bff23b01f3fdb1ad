using IscsiMount.Build.Verification;
using Xunit;

namespace IscsiMount.Build.Tests.Verification;

public sealed class TestModuleTests
{
    [Fact]
    public void Every_test_project_of_the_solution_is_found()
    {
        string[] inSolution = [.. File.ReadLines(Workspace.Solution)
            .Where(line => line.Contains(".Tests.csproj", StringComparison.Ordinal))
            .Select(line => line.Split('"')[3])
            .Order(StringComparer.Ordinal)];

        Assert.Equal(inSolution, TestModule.Find(null).Select(module => module.Name));
    }

    [Fact]
    public void A_part_of_the_name_chooses()
    {
        Assert.Equal(["IscsiMount.Build.Tests"], TestModule.Find("build").Select(module => module.Name));
    }

    [Fact]
    public void A_choice_of_nothing_is_a_mistake()
    {
        var failure = Assert.Throws<BuildFailedException>(() => TestModule.Find("no such project"));

        Assert.Equal(BuildFailedException.WrongUsage, failure.ExitCode);
    }
}
