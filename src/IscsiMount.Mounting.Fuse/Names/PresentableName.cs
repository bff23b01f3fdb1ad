namespace IscsiMount.Mounting.Fuse.Names;

/// <summary>Which names of a medium the kernel takes. One that it does not take would fail the whole listing.</summary>
internal static class PresentableName
{
    public static bool IsPresentable(ReadOnlySpan<char> name)
    {
        return name.Length is > 0 and <= Wtf8.UnitsMax && name is not ("." or "..") && name.IndexOfAny('/', '\0') < 0;
    }
}
