using System.Text;
using IscsiMount.FileSystems.Ntfs.Metadata;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Metadata;

public sealed class ReparseLinkTests
{
    private const uint Relative = 1;

    [Theory]
    [InlineData(@"folder\file", Relative, LinkBase.Relative, "folder/file")]
    [InlineData(@"..\up", Relative, LinkBase.Relative, "../up")]
    [InlineData(@"\from\root", Relative, LinkBase.VolumeRoot, "from/root")]
    [InlineData(@"\??\C:\Windows", 0, LinkBase.Foreign, "C:/Windows")]
    public void A_symbolic_link_of_Windows_points(string substitute, uint flags, LinkBase from, string path)
    {
        byte[] reparse = Make(ReparseTag.SymbolicLink, Names(substitute, print: "", flags));

        Assert.Equal(new LinkTarget(from, path), ReparseLink.TargetOf(reparse));
    }

    [Fact]
    public void A_junction_is_shown_by_its_name_for_people()
    {
        byte[] reparse = Make(ReparseTag.MountPoint, Names(@"\??\D:\Data", print: @"D:\Data", flags: null));

        Assert.Equal(new LinkTarget(LinkBase.Foreign, "D:/Data"), ReparseLink.TargetOf(reparse));
    }

    [Theory]
    [InlineData("inner/file", LinkBase.Relative)]
    [InlineData("/mnt/c/ü", LinkBase.Foreign)]
    public void A_link_of_the_Linux_subsystem_points(string target, LinkBase from)
    {
        byte[] reparse = Make(
            ReparseTag.LinuxSymbolicLink, [2, 0, 0, 0, .. Encoding.UTF8.GetBytes(target)]);

        Assert.Equal(new LinkTarget(from, target), ReparseLink.TargetOf(reparse));
    }

    [Theory, Seeds(200)]
    public void A_damaged_link_points_somewhere_or_nowhere(int seed)
    {
        var chance = new Random(seed);
        byte[] reparse = Make(ReparseTag.SymbolicLink, Names(@"folder\file", "print", Relative));
        for (int i = 0; i < 4; i++)
        {
            reparse[4 + chance.Next(reparse.Length - 4)] = (byte)chance.Next(256);
        }

        LinkTarget? target = ReparseLink.TargetOf(reparse.AsSpan(0, chance.Next(8, reparse.Length + 1)));

        Assert.True(target is null || target.Path.Length <= reparse.Length);
    }

    private static byte[] Names(string substitute, string print, uint? flags)
    {
        byte[] first = Encoding.Unicode.GetBytes(substitute);
        byte[] second = Encoding.Unicode.GetBytes(print);
        return
        [
            .. BitConverter.GetBytes((ushort)0), .. BitConverter.GetBytes((ushort)first.Length),
            .. BitConverter.GetBytes((ushort)first.Length), .. BitConverter.GetBytes((ushort)second.Length),
            .. flags is { } value ? BitConverter.GetBytes(value) : [],
            .. first, .. second,
        ];
    }

    private static byte[] Make(uint tag, byte[] data) =>
        [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes((ushort)data.Length), 0, 0, .. data];
}
