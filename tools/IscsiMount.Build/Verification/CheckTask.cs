namespace IscsiMount.Build.Verification;

/// <summary>What is to be green before each push: layout, warnings, architecture.</summary>
internal sealed class CheckTask : IBuildTask
{
    private const string Architecture = "IscsiMount.Architecture.Tests";

    public string Name => "check";

    public string Usage => "check";

    public string Summary => "verifies formatting, warnings and the architecture";

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        arguments.End(this);

        await Compilation.BuildAsync(Workspace.Solution, cancellationToken);
        await Compilation.VerifyFormatAsync(cancellationToken);
        var runner = new TestModuleRunner(new TestSelection(Architecture, null, null));
        TestReport report = await runner.RunAsync(new TestModule(Architecture), cancellationToken);
        return TestSummary.Print([report]);
    }
}
