using System.CommandLine;
using IscsiMount.Cli.Verbs;
using Xunit;

namespace IscsiMount.Cli.Tests;

public sealed class CommandTreeTests
{
    private static readonly RootCommand Root = CommandLine.Build(new CliContext(TimeProvider.System));

    [Fact]
    public void Every_verb_has_examples_and_each_of_them_can_be_called()
    {
        Verb[] verbs = [.. Verbs(Root)];

        Assert.NotEmpty(verbs);
        Assert.All(verbs, verb => Assert.NotEmpty(verb.Examples));
        Assert.All(verbs.SelectMany(verb => verb.Examples), example => Assert.Empty(Root.Parse(example).Errors));
        Assert.All(verbs, verb => Assert.All(
            verb.Examples, example => Assert.Same(verb, Root.Parse(example).CommandResult.Command)));
    }

    [Fact]
    public void Everything_is_described()
    {
        Assert.All(Verbs(Root), verb =>
        {
            Assert.NotEqual("", verb.Description);
            Assert.All(verb.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
            Assert.All(
                verb.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
        });
    }

    private static IEnumerable<Verb> Verbs(Command command)
    {
        return command.Subcommands.SelectMany(Verbs).Concat(command is Verb verb ? [verb] : []);
    }
}
