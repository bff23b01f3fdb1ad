namespace IscsiMount.FileSystems;

/// <summary>Where the target of a link begins.</summary>
public enum LinkBase
{
    /// <summary>In the directory that holds the link.</summary>
    Relative,

    /// <summary>In the root of this volume.</summary>
    VolumeRoot,

    /// <summary>
    /// Outside of this volume, or not to be told from here: the path is in the words of the system that wrote it.
    /// </summary>
    Foreign,
}

/// <summary>The target of a symbolic link: components are separated by "/".</summary>
public sealed record LinkTarget(LinkBase Base, string Path);
