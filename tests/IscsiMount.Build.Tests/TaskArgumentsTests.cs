using IscsiMount.Build.Verification;
using Xunit;

namespace IscsiMount.Build.Tests;

public sealed class TaskArgumentsTests
{
    [Fact]
    public void Flags_and_options_are_taken_in_any_order()
    {
        var arguments = new TaskArguments(["--seed", "7", "--keep", "--project", "Block"]);

        Assert.Equal("Block", arguments.TakeOption("--project"));
        Assert.True(arguments.TakeFlag("--keep"));
        Assert.Equal("7", arguments.TakeOption("--seed"));
        arguments.End(new TestTask());
    }

    [Fact]
    public void What_was_not_given_is_nothing()
    {
        var arguments = new TaskArguments([]);

        Assert.Null(arguments.TakeOption("--project"));
        Assert.False(arguments.TakeFlag("--keep"));
    }

    [Fact]
    public void An_option_without_its_value_is_wrong_usage()
    {
        var failure = Assert.Throws<BuildFailedException>(() => new TaskArguments(["--seed"]).TakeOption("--seed"));

        Assert.Equal(BuildFailedException.WrongUsage, failure.ExitCode);
    }

    [Fact]
    public void What_nobody_took_is_wrong_usage_and_is_named()
    {
        var failure = Assert.Throws<BuildFailedException>(() => new TaskArguments(["--sede", "7"]).End(new TestTask()));

        Assert.Equal(BuildFailedException.WrongUsage, failure.ExitCode);
        Assert.Contains("'--sede 7' means nothing here", failure.Message, StringComparison.Ordinal);
    }
}
