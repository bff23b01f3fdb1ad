using System.Text;
using IscsiMount.Agent.Volumes;
using IscsiMount.Block;
using IscsiMount.Block.Partitions;
using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Agent.Tests.Volumes;

public sealed class MountPlacesTests
{
    [Theory]
    [InlineData("Archive 2024", "Archive 2024")]
    [InlineData("Größe 文書", "Größe 文書")]
    [InlineData("../../etc", "_.._etc")]
    [InlineData("a/b\\c:d\n\u001b[31m", "a_b_c_d___31m")]
    [InlineData("-rf", "rf")]
    [InlineData("  ", "disk-3-2")]
    [InlineData("///", "disk-3-2")]
    [InlineData("", "disk-3-2")]
    public void A_label_becomes_the_name_of_a_directory_and_of_nothing_else(string label, string name)
    {
        string found = MountPlaces.NameOf(Volume(label));

        Assert.Equal(name, found);
    }

    [Fact]
    public void A_long_label_fits_into_a_directory()
    {
        string name = MountPlaces.NameOf(Volume(string.Concat(Enumerable.Repeat("文", 500))));

        Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, 250);
    }

    private static HeldVolume Volume(string label)
    {
        var device = new MemoryBlockDevice(8, 512);
        return new HeldVolume
        {
            Id = new VolumeId(1, 3, 2),
            Target = "iqn.2026-01.test:disk",
            Partition = new PartitionEntry { Index = 2, FirstBlock = 0, BlockCount = 8, TypeName = "", TypeId = "" },
            Device = device,
            Found = new RecognizedVolume("ntfs", label, 1, 4096, null),
        };
    }
}
