namespace IscsiMount.FileSystems.Ntfs.Formatting.Planning;

/// <summary>Where the content of a system file lies: in one run.</summary>
/// <param name="Lcn">The first cluster.</param>
/// <param name="ClusterCount">The clusters.</param>
/// <param name="Size">The bytes of content in them.</param>
public readonly record struct Area(ulong Lcn, ulong ClusterCount, ulong Size);
