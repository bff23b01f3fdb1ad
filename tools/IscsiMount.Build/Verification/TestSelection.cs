namespace IscsiMount.Build.Verification;

/// <summary>Which tests run. Nothing stands for all.</summary>
/// <param name="Project">A part of the name of a test project.</param>
/// <param name="Filter">A part of the full name of a test.</param>
/// <param name="Seed">The one seed for theories over seeds.</param>
internal sealed record TestSelection(string? Project, string? Filter, string? Seed)
{
    public bool IsEverything => this == new TestSelection(null, null, null);
}
