using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Native;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Native;

/// <summary>
/// The structures as a C compiler lays them out from the headers of libfuse 3.14 and glibc on x86-64; blocks that are
/// larger on purpose have the size that later versions need.
/// </summary>
public sealed class StructureTests
{
    [Theory]
    [InlineData(typeof(FileStatus), 144)]
    [InlineData(typeof(TimeSpecification), 16)]
    [InlineData(typeof(EntryParameters), 176)]
    [InlineData(typeof(VolumeStatus), 112)]
    [InlineData(typeof(FuseArguments), 24)]
    [InlineData(typeof(FuseBuffer), 64)]
    [InlineData(typeof(ConnectionParameters), 128)]
    [InlineData(typeof(OpenFileInfo), 64)]
    [InlineData(typeof(ForgetRecord), 16)]
    [InlineData(typeof(RequestContext), 16)]
    public void A_structure_has_the_size_that_the_library_expects(Type structure, int length)
        => Assert.Equal(length, Marshal.SizeOf(structure));

    [Theory]
    [InlineData(typeof(FileStatus), nameof(FileStatus.Inode), 8)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.LinkCount), 16)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.Mode), 24)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.UserId), 28)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.GroupId), 32)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.SizeBytes), 48)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.BlockSizeBytes), 56)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.SectorCount), 64)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.AccessedAt), 72)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.ModifiedAt), 88)]
    [InlineData(typeof(FileStatus), nameof(FileStatus.ChangedAt), 104)]
    [InlineData(typeof(EntryParameters), nameof(EntryParameters.Generation), 8)]
    [InlineData(typeof(EntryParameters), nameof(EntryParameters.Status), 16)]
    [InlineData(typeof(EntryParameters), nameof(EntryParameters.AttributesTimeoutSeconds), 160)]
    [InlineData(typeof(EntryParameters), nameof(EntryParameters.EntryTimeoutSeconds), 168)]
    [InlineData(typeof(VolumeStatus), nameof(VolumeStatus.FragmentSizeBytes), 8)]
    [InlineData(typeof(VolumeStatus), nameof(VolumeStatus.AvailableCount), 32)]
    [InlineData(typeof(VolumeStatus), nameof(VolumeStatus.FileCountAvailable), 56)]
    [InlineData(typeof(VolumeStatus), nameof(VolumeStatus.NameLengthMax), 80)]
    [InlineData(typeof(FuseArguments), nameof(FuseArguments.Values), 8)]
    [InlineData(typeof(FuseBuffer), nameof(FuseBuffer.Memory), 16)]
    [InlineData(typeof(ConnectionParameters), nameof(ConnectionParameters.ReadAheadLengthMax), 16)]
    [InlineData(typeof(ConnectionParameters), nameof(ConnectionParameters.Capable), 20)]
    [InlineData(typeof(ConnectionParameters), nameof(ConnectionParameters.Wanted), 24)]
    [InlineData(typeof(ConnectionParameters), nameof(ConnectionParameters.TimeGranularityNanoseconds), 36)]
    [InlineData(typeof(OpenFileInfo), nameof(OpenFileInfo.Behaviour), 4)]
    [InlineData(typeof(OpenFileInfo), nameof(OpenFileInfo.Handle), 16)]
    [InlineData(typeof(ForgetRecord), nameof(ForgetRecord.Count), 8)]
    [InlineData(typeof(RequestContext), nameof(RequestContext.Thread), 8)]
    public void A_field_is_where_the_library_looks_for_it(Type structure, string field, int offset)
        => Assert.Equal(offset, (int)Marshal.OffsetOf(structure, field));

    [Fact]
    public void The_table_of_operations_has_the_length_of_the_oldest_library_that_we_use()
        => Assert.Equal(352, (int)Callbacks.OperationsLength);
}
