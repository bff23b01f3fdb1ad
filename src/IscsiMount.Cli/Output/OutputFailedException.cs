namespace IscsiMount.Cli.Output;

/// <summary>Standard output takes nothing, for instance since the disk is full.</summary>
internal sealed class OutputFailedException(string message) : Exception(message);
