namespace IscsiMount.FileSystems;

/// <summary>A named stream of a file. The main stream is not listed.</summary>
public sealed record StreamEntry(string Name, long SizeBytes, long AllocatedBytes);
