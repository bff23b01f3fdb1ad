namespace IscsiMount.Build;

/// <summary>One thing that <c>build.sh</c> and <c>build.ps1</c> can be told to do.</summary>
internal interface IBuildTask
{
    /// <summary>What people type.</summary>
    string Name { get; }

    /// <summary>The name with its options.</summary>
    string Usage { get; }

    /// <summary>What it does, in one line.</summary>
    string Summary { get; }

    /// <summary>Does it, and leaves nothing behind but what it is for.</summary>
    /// <returns>The exit code of the tool.</returns>
    Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken);
}
