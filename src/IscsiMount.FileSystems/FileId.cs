namespace IscsiMount.FileSystems;

/// <summary>
/// Names a file or directory of one volume for as long as it exists. <see cref="Number"/> is unique at one time,
/// <see cref="Generation"/> tells apart those that have the same number one after the other.
/// </summary>
public readonly record struct FileId(ulong Number, uint Generation);
