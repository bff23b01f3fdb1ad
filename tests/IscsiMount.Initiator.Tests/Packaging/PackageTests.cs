using System.IO.Compression;
using System.Xml.Linq;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Initiator.Tests.Packaging;

/// <summary>The package as <c>dotnet pack</c> makes it of what was built.</summary>
public sealed class PackageTests
{
    private static readonly string[] Assemblies =
    [
        "IscsiMount.Block", "IscsiMount.Initiator", "IscsiMount.Primitives", "IscsiMount.Protocol", "IscsiMount.Scsi",
        "IscsiMount.Transport",
    ];

    [Fact]
    public async Task It_holds_the_layers_with_their_documentation_and_depends_on_the_logging_abstractions_alone()
    {
        using var folder = new TemporaryFolder();
        await ForeignTool.SucceedAsync(
            "dotnet", "pack", ExamplePrograms.InRepository("src/IscsiMount.Initiator"), "--no-build", "--nologo",
            "-c", ExamplePrograms.Configuration, "-o", folder.Path, "-nodeReuse:false");

        string package = Assert.Single(Directory.GetFiles(folder.Path, "IscsiMount.Initiator.*.nupkg"));
        await using ZipArchive content = await ZipFile.OpenReadAsync(package, TestContext.Current.CancellationToken);
        string[] library =
        [
            .. content.Entries.Select(entry => entry.FullName)
                .Where(name => name.StartsWith("lib/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(
            Assemblies.SelectMany(name => (string[])[$"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"]), library);
        Assert.NotNull(content.GetEntry("README.md"));
        XElement metadata = await ReadMetadataAsync(content.GetEntry("IscsiMount.Initiator.nuspec")!);
        Assert.Equal("MIT", Child(metadata, "license").Value);
        Assert.Equal("README.md", Child(metadata, "readme").Value);
        Assert.NotEqual("Package Description", Child(metadata, "description").Value);
        Assert.Equal(
            ["Microsoft.Extensions.Logging.Abstractions"],
            metadata.Descendants().Where(each => each.Name.LocalName == "dependency")
                .Select(each => each.Attribute("id")!.Value));
    }

    private static async Task<XElement> ReadMetadataAsync(ZipArchiveEntry entry)
    {
        await using Stream stream = await entry.OpenAsync(TestContext.Current.CancellationToken);
        XDocument document = await XDocument.LoadAsync(
            stream, LoadOptions.None, TestContext.Current.CancellationToken);
        return Child(document.Root!, "metadata");
    }

    private static XElement Child(XElement parent, string name) =>
        parent.Elements().Single(each => each.Name.LocalName == name);
}
