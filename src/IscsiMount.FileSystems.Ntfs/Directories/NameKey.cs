using System.Diagnostics.CodeAnalysis;

namespace IscsiMount.FileSystems.Ntfs.Directories;

/// <summary>A question that was asked of a directory.</summary>
internal readonly record struct NameKey(ulong Directory, NameComparison Comparison, string Name);

/// <summary>The same question before it is worth a string.</summary>
internal readonly ref struct NameProbe(ulong directory, NameComparison comparison, ReadOnlySpan<char> name)
{
    public ulong Directory { get; } = directory;

    public NameComparison Comparison { get; } = comparison;

    public ReadOnlySpan<char> Name { get; } = name;
}

/// <summary>Compares questions in both forms.</summary>
internal sealed class NameKeyComparer : IEqualityComparer<NameKey>, IAlternateEqualityComparer<NameProbe, NameKey>
{
    public bool Equals(NameKey x, NameKey y) =>
        x.Directory == y.Directory && x.Comparison == y.Comparison
        && string.Equals(x.Name, y.Name, StringComparison.Ordinal);

    public bool Equals(NameProbe alternate, NameKey other) =>
        alternate.Directory == other.Directory && alternate.Comparison == other.Comparison
        && alternate.Name.SequenceEqual(other.Name);

    public int GetHashCode([DisallowNull] NameKey obj) => Hash(obj.Directory, obj.Comparison, obj.Name);

    public int GetHashCode(NameProbe alternate) => Hash(alternate.Directory, alternate.Comparison, alternate.Name);

    public NameKey Create(NameProbe alternate) =>
        new(alternate.Directory, alternate.Comparison, alternate.Name.ToString());

    private static int Hash(ulong directory, NameComparison comparison, ReadOnlySpan<char> name) =>
        HashCode.Combine(directory, comparison, string.GetHashCode(name, StringComparison.Ordinal));
}
