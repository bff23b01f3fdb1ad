using System.Text.Json.Nodes;
using IscsiMount.Build.Publishing;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Build.Tests.Publishing;

public sealed class RuntimePruningTests
{
    private static readonly string Runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    [Fact]
    public void What_can_be_reached_by_references_is_reached_over_any_number_of_steps()
    {
        IReadOnlySet<string> reached = AssemblyClosure.Compute(Runtime, ["System.Net.Http"]);

        Assert.Contains("System.Net.Http", reached);
        Assert.Contains("System.Runtime", reached);
        Assert.Contains("System.Private.CoreLib", reached);
        Assert.DoesNotContain("System.Private.DataContractSerialization", reached);
    }

    [Fact]
    public void A_reference_that_leads_nowhere_is_no_failure()
    {
        Assert.Equal(["NoSuchAssembly"], AssemblyClosure.Compute(Runtime, ["NoSuchAssembly"]));
    }

    [Fact]
    public void Unreachable_files_leave_the_folder_and_the_list_together()
    {
        using TemporaryFolder folder = PublishedProgram();

        int removed = RuntimePruning.Prune(folder.Path, "program");

        Assert.Equal(2, removed);
        Assert.Equal(
            [
                "System.Private.CoreLib.dll", "System.Private.Xml.dll", "System.Runtime.dll",
                "libclrjit.so", "program.deps.json", "program.dll",
            ],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode pack = Libraries(folder)["runtimepack.x/1"]!;
        Assert.Equal(
            ["System.Private.CoreLib.dll", "System.Private.Xml.dll", "System.Runtime.dll"],
            pack["runtime"]!.AsObject().Select(file => file.Key));
        Assert.Equal(["libclrjit.so"], pack["native"]!.AsObject().Select(file => file.Key));
    }

    [Fact]
    public void What_is_not_of_the_runtime_stays_in_the_list_as_it_was()
    {
        using TemporaryFolder folder = PublishedProgram();
        string before = Libraries(folder)["program/1"]!.ToJsonString();

        RuntimePruning.Prune(folder.Path, "program");

        Assert.Equal(before, Libraries(folder)["program/1"]!.ToJsonString());
    }

    private static JsonNode Libraries(TemporaryFolder folder)
    {
        return JsonNode.Parse(File.ReadAllText(folder.Join("program.deps.json")))!["targets"]!["net10.0/linux-x64"]!;
    }

    // Small assemblies of the runtime play the parts: the program refers to System.Runtime alone.
    private static TemporaryFolder PublishedProgram()
    {
        var folder = new TemporaryFolder();
        string[] runtime =
            ["System.Private.CoreLib.dll", "System.Private.Xml.dll", "System.Runtime.dll", "System.Unneeded.dll"];
        File.Copy(Path.Join(Runtime, "System.Diagnostics.Tools.dll"), folder.Join("program.dll"));
        File.Copy(Path.Join(Runtime, "System.Runtime.dll"), folder.Join("System.Runtime.dll"));
        File.Copy(Path.Join(Runtime, "System.Private.CoreLib.dll"), folder.Join("System.Private.CoreLib.dll"));
        File.Copy(Path.Join(Runtime, "System.Private.Xml.dll"), folder.Join("System.Private.Xml.dll"));
        File.Copy(Path.Join(Runtime, "System.Net.Mail.dll"), folder.Join("System.Unneeded.dll"));
        File.WriteAllText(folder.Join("libclrjit.so"), "");
        File.WriteAllText(folder.Join("createdump"), "");
        File.WriteAllText(folder.Join("program.deps.json"), $$"""
            {
              "targets": {
                "net10.0/linux-x64": {
                  "program/1": { "runtime": { "program.dll": {} } },
                  "runtimepack.x/1": {
                    "runtime": { {{string.Join(", ", runtime.Select(name => $"\"{name}\": {{}}"))}} },
                    "native": { "libclrjit.so": {}, "createdump": {} }
                  }
                }
              }
            }
            """);
        return folder;
    }
}
