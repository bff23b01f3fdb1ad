using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace IscsiMount.Build.Publishing;

/// <summary>What a program can reach: the assemblies that it refers to, those that these refer to, and so on.</summary>
internal static class AssemblyClosure
{
    /// <param name="folder">Where all assemblies lie. A reference to one that is not there leads nowhere.</param>
    /// <param name="roots">The names to start from, without an extension.</param>
    /// <returns>Names without an extension, those of the roots included.</returns>
    public static IReadOnlySet<string> Compute(string folder, IEnumerable<string> roots)
    {
        var reached = new HashSet<string>(roots, StringComparer.OrdinalIgnoreCase);
        var waiting = new Queue<string>(reached);
        while (waiting.TryDequeue(out string? name))
        {
            foreach (string reference in ReferencesOf(Path.Join(folder, $"{name}.dll")).Where(reached.Add))
            {
                waiting.Enqueue(reference);
            }
        }

        return reached;
    }

    private static string[] ReferencesOf(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new PEReader(File.OpenRead(path));
        if (!file.HasMetadata)
        {
            return [];
        }

        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(
            handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
