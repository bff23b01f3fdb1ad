using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Volume;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Volume;

public sealed class LogFileCheckTests
{
    private const ushort Clean = 2;
    private const ushort NoClient = 0xFFFF;

    public static TheoryData<string> States => new(Heads.Keys);

    [Theory]
    [MemberData(nameof(States))]
    public void The_head_of_the_log_tells_how_the_volume_was_left(string head)
    {
        (byte[] bytes, int expected) = Heads[head];

        Assert.Equal((LogFileState)expected, LogFileCheck.Judge([.. bytes]));
    }

    private static Dictionary<string, (byte[] Bytes, int Expected)> Heads { get; } = new()
    {
        ["emptied"] = (Filled(0xFF), (int)LogFileState.Emptied),
        ["zero"] = (Filled(0), (int)LogFileState.Unknown),
        ["nothing"] = ([], (int)LogFileState.Unknown),
        ["clean by flag"] = (Head(Page(1, 10, 0, Clean), Page(1, 10, 0, Clean)), (int)LogFileState.Clean),
        ["clean by clients"] = (Head(Page(1, 10, NoClient, 0), Page(1, 10, NoClient, 0)), (int)LogFileState.Clean),
        ["crashed"] = (Head(Page(1, 10, 0, 0), Page(1, 9, 0, Clean)), (int)LogFileState.Unclean),
        ["the second page is newer"] = (Head(Page(1, 10, 0, 0), Page(1, 11, 0, Clean)), (int)LogFileState.Clean),
        ["the first page is damaged"] = (Head(new byte[4096], Page(1, 11, 0, Clean)), (int)LogFileState.Clean),
        ["fast startup"] = (Head(Page(2, 10, NoClient, Clean), Page(2, 9, NoClient, Clean)), (int)LogFileState.InUse),
        ["of the future"] = (Head(Page(3, 9, NoClient, Clean), Page(3, 9, NoClient, Clean)), (int)LogFileState.Unknown),
        ["torn"] = (Head(Torn(Page(1, 10, 0, Clean)), Torn(Page(1, 10, 0, Clean))), (int)LogFileState.Unknown),
    };

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, LogFileCheck.HeadSize)];

    private static byte[] Head(byte[] first, byte[] second) => [.. first, .. second, .. new byte[8192]];

    private static byte[] Torn(byte[] page)
    {
        page[1023] ^= 0x55;
        return page;
    }

    private static byte[] Page(ushort major, ulong lsn, ushort clientsInUse, ushort flags)
    {
        byte[] page = new byte[4096];
        "RSTR"u8.CopyTo(page);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x04), 0x1E);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x06), 9);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(0x10), 4096);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(0x14), 4096);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x18), 0x30);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x1C), major);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(0x30), lsn);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x3C), clientsInUse);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(0x3E), flags);
        return page;
    }
}
