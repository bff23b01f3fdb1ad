using System.Text.Json;
using System.Text.Json.Nodes;

namespace IscsiMount.Build.Publishing;

/// <summary>
/// Removes from a published program what it cannot reach of the .NET runtime. The files that stay are as they were,
/// with their precompiled code: a linker would drop that code and make each start three times as long.
/// </summary>
/// <remarks>
/// A file goes from the folder and from the list of dependencies together, since the program dies at its start if the
/// list names a file that is not there.
/// </remarks>
internal static class RuntimePruning
{
    private const string RuntimePackPrefix = "runtimepack.";

    // The runtime loads these by name, so that no reference leads to them.
    private static readonly string[] LoadedByName = ["System.Diagnostics.StackTrace"];

    // Tools that look into a process from outside. A dump of ours could hold secrets.
    private static readonly HashSet<string> DiagnosticFiles =
    [
        "createdump", "createdump.exe", "libmscordaccore.so", "libmscordbi.so", "mscordaccore.dll", "mscordbi.dll",
        "libcoreclrtraceptprovider.so", "aspnetcorev2_inprocess.dll",
    ];

    /// <returns>How many files were removed.</returns>
    public static int Prune(string folder, string programName)
    {
        string listPath = Path.Join(folder, $"{programName}.deps.json");
        JsonNode list = JsonNode.Parse(File.ReadAllText(listPath))!;
        JsonObject[] packs = [.. RuntimePacks(list)];
        HashSet<string> runtime = [.. packs.SelectMany(pack => Names(pack, "runtime"))];

        // Whatever is not of the runtime is ours or was chosen by us, so everything starts from there.
        IEnumerable<string> roots = Directory.GetFiles(folder, "*.dll")
            .Where(file => !runtime.Contains(Path.GetFileName(file)))
            .Select(file => Path.GetFileNameWithoutExtension(file));
        IReadOnlySet<string> reached = AssemblyClosure.Compute(folder, roots.Concat(LoadedByName));

        string[] unneeded =
        [
            .. runtime.Where(file => !IsNeeded(Path.GetFileNameWithoutExtension(file), reached)),
            .. packs.SelectMany(pack => Names(pack, "native")).Where(DiagnosticFiles.Contains),
        ];
        foreach (string file in unneeded)
        {
            File.Delete(Path.Join(folder, file));
            Forget(packs, file);
        }

        File.WriteAllText(listPath, list.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return unneeded.Length;
    }

    // The private parts of the runtime call each other by ways that no reference shows.
    private static bool IsNeeded(string assembly, IReadOnlySet<string> reached)
    {
        return reached.Contains(assembly) || assembly.StartsWith("System.Private.", StringComparison.Ordinal);
    }

    private static IEnumerable<JsonObject> RuntimePacks(JsonNode list)
    {
        return list["targets"]!.AsObject()
            .SelectMany(target => target.Value!.AsObject())
            .Where(library => library.Key.StartsWith(RuntimePackPrefix, StringComparison.Ordinal))
            .Select(library => library.Value!.AsObject());
    }

    private static IEnumerable<string> Names(JsonObject pack, string kind)
    {
        return pack[kind] is JsonObject files ? files.Select(file => file.Key) : [];
    }

    private static void Forget(JsonObject[] packs, string file)
    {
        foreach (JsonObject pack in packs)
        {
            pack["runtime"]?.AsObject().Remove(file);
            pack["native"]?.AsObject().Remove(file);
        }
    }
}
