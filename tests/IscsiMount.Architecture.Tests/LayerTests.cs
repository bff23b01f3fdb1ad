using System.Xml.Linq;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed class LayerTests
{
    // The drawing in docs/ARCHITECTURE.md, as a table. A project that is not here does not exist.
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Primitives"] = "",
        ["Protocol"] = "Primitives",
        ["Scsi"] = "Primitives",
        ["Block"] = "Primitives",
        ["Control"] = "Primitives",
        ["Transport"] = "Primitives Protocol",
        ["FileSystems"] = "Primitives Block",
        ["FileSystems.Ntfs"] = "Primitives Block FileSystems",
        ["FileSystems.Ntfs.Formatting"] = "Primitives Block",
        ["FileSystems.Ntfs.Verifier"] = "Primitives Block",
        ["Initiator"] = "Primitives Protocol Scsi Block Transport",
        ["Bench"] = "Block",
        ["Target"] = "Primitives Protocol Scsi Block Transport",
        ["Mounting"] = "Primitives FileSystems",
        ["Mounting.Fuse"] = "Primitives FileSystems Mounting",
    };

    [Fact]
    public void Every_project_references_exactly_what_the_table_says()
    {
        string[] table = [.. Allowed.Select(row => $"{row.Key}: {row.Value}").Order()];
        string[] found = [.. Projects()
            .Where(project => project.Name is not ("Agent" or "Cli"))
            .Select(project => $"{project.Name}: {project.References}").Order()];

        Assert.Equal(table, found);
    }

    [Fact]
    public void Only_the_processes_join_the_parts_and_no_part_refers_to_them()
    {
        Assert.DoesNotContain(Projects(), p => p.Name != "Cli" && p.References.Split(' ').Contains("Agent"));
        Assert.DoesNotContain(Projects(), p => p.References.Split(' ').Contains("Cli"));
    }

    private static IEnumerable<(string Name, string References)> Projects()
    {
        string src = Path.Combine(Repository.Root, "src");
        foreach (string file in Directory.GetFiles(src, "*.csproj", SearchOption.AllDirectories))
        {
            IEnumerable<string> references = XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => ShortName(reference.Attribute("Include")!.Value));
            yield return (ShortName(file), string.Join(' ', references));
        }
    }

    private static string ShortName(string path)
    {
        return Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["IscsiMount.".Length..];
    }
}
