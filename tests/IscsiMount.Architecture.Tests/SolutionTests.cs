using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void Each_project_is_in_the_solution_and_nothing_else_is()
    {
        IEnumerable<string> projects = Repository.Files
            .Where(file => file.HasExtension(".csproj"))
            .Select(file => file.Path);
        string[] inSolution = [.. Repository.Files.Single(file => file.Path == "IscsiMount.sln").Lines
            .Where(line => line.Text.Contains(".csproj", StringComparison.Ordinal))
            .Select(line => line.Text.Split('"')[5].Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

        Assert.Equal(projects.Order(StringComparer.Ordinal), inSolution);
    }

    [Fact]
    public void A_project_is_named_as_its_folder()
    {
        Findings.MustBeEmpty(Repository.Files
            .Where(file => file.HasExtension(".csproj"))
            .Select(file => (File: file, Name: Path.GetFileNameWithoutExtension(file.Path)))
            .Where(project => !project.File.IsIn($"{project.File.Path.Split('/')[0]}/{project.Name}"))
            .Select(project => $"{project.File}: is not named as its folder"));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place()
    {
        Findings.MustBeEmpty(Repository.Files
            .Where(file => file.HasExtension(".csproj") && file.Text.Contains("Version=\"", StringComparison.Ordinal))
            .Select(file => $"{file}: versions stand in Directory.Packages.props"));
    }

    [Fact]
    public void Each_product_project_has_its_tests()
    {
        Findings.MustBeEmpty(Repository.Files
            .Where(file => file.IsIn("src") && file.HasExtension(".csproj"))
            .Select(file => Path.GetFileNameWithoutExtension(file.Path))
            .Where(name => !Repository.Tests.Any(file => file.IsIn($"tests/{name}.Tests")))
            .Select(name => $"src/{name}: has no tests in tests/{name}.Tests"));
    }
}
