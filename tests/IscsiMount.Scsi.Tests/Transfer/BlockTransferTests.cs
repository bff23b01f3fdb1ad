using IscsiMount.Primitives;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests.Transfer;

[Requirement("SCSI-12")]
public sealed class BlockTransferTests
{
    public static TheoryData<string, BlockTransfer> Examples => new()
    {
        { "08" + "1F0203" + "04" + "00", Transfer(TransferKind.Read, CdbForm.Six, 0x1F_0203, 4) },
        { "0A" + "000001" + "00" + "00", Transfer(TransferKind.Write, CdbForm.Six, 1, 256) },
        {
            "28" + "00" + "01020304" + "00" + "0506" + "00",
            Transfer(TransferKind.Read, CdbForm.Ten, 0x0102_0304, 0x0506)
        },
        {
            "2A" + "38" + "00000001" + "1F" + "0000" + "00",
            Transfer(TransferKind.Write, CdbForm.Ten, 1, 0) with
            {
                ForceUnitAccess = true,
                DisablePageOut = true,
                Protection = 1,
                Group = 0x1F,
            }
        },
        {
            "2E" + "02" + "00000001" + "00" + "0002" + "00",
            Transfer(TransferKind.WriteAndVerify, CdbForm.Ten, 1, 2) with { ByteCheck = 1 }
        },
        {
            "2F" + "06" + "00000001" + "00" + "0002" + "00",
            Transfer(TransferKind.Verify, CdbForm.Ten, 1, 2) with { ByteCheck = 3 }
        },
        {
            "A8" + "00" + "01020304" + "05060708" + "00" + "00",
            Transfer(TransferKind.Read, CdbForm.Twelve, 0x0102_0304, 0x0506_0708)
        },
        {
            "AA" + "08" + "00000001" + "00000002" + "03" + "00",
            Transfer(TransferKind.Write, CdbForm.Twelve, 1, 2) with { ForceUnitAccess = true, Group = 3 }
        },
        {
            "AE" + "00" + "00000001" + "00000002" + "00" + "00",
            Transfer(TransferKind.WriteAndVerify, CdbForm.Twelve, 1, 2)
        },
        {
            "AF" + "10" + "00000001" + "00000002" + "00" + "00",
            Transfer(TransferKind.Verify, CdbForm.Twelve, 1, 2) with { DisablePageOut = true }
        },
        {
            "88" + "00" + "0102030405060708" + "090A0B0C" + "00" + "00",
            Transfer(TransferKind.Read, CdbForm.Sixteen, 0x0102_0304_0506_0708, 0x090A_0B0C)
        },
        {
            "8A" + "08" + "FFFFFFFFFFFFFFFF" + "FFFFFFFF" + "3F" + "00",
            Transfer(TransferKind.Write, CdbForm.Sixteen, ulong.MaxValue, uint.MaxValue) with
            {
                ForceUnitAccess = true,
                Group = 0x3F,
            }
        },
        {
            "8E" + "00" + "0000000000000001" + "00000002" + "00" + "00",
            Transfer(TransferKind.WriteAndVerify, CdbForm.Sixteen, 1, 2)
        },
        {
            "8F" + "02" + "0000000000000001" + "00000002" + "00" + "00",
            Transfer(TransferKind.Verify, CdbForm.Sixteen, 1, 2) with { ByteCheck = 1 }
        },
        {
            "8B" + "08" + "0000000000000001" + "00000002" + "00" + "00",
            Transfer(TransferKind.OrWrite, CdbForm.Sixteen, 1, 2) with { ForceUnitAccess = true }
        },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_transfer_is_written_to_its_places_and_read_from_them(string wire, BlockTransfer transfer)
    {
        byte[] expected = Padded(wire);
        byte[] written = new byte[ScsiCommand.CdbFieldLength];
        written.AsSpan().Fill(0xEE);

        transfer.Write(written);

        Assert.Equal(expected, written);
        Assert.True(BlockTransfer.TryRead(expected, out BlockTransfer read));
        Assert.Equal(transfer, read);
    }

    [Fact]
    public void Every_other_operation_is_no_transfer()
    {
        HashSet<byte> transfers = [.. Examples.Select(row => Convert.FromHexString(row.Data.Item1)[0])];
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        for (int operation = 0; operation < 256; operation++)
        {
            cdb[0] = (byte)operation;

            Assert.Equal(transfers.Contains((byte)operation), BlockTransfer.TryRead(cdb, out _));
        }
    }

    [Theory, Seeds(50)]
    public void Any_block_is_read_and_what_was_read_survives_a_round_trip(int seed)
    {
        var chance = new Random(seed);
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        byte[] written = new byte[ScsiCommand.CdbFieldLength];
        for (int i = 0; i < 1000; i++)
        {
            chance.NextBytes(cdb);
            if (BlockTransfer.TryRead(cdb, out BlockTransfer transfer))
            {
                transfer.Write(written);

                Assert.True(BlockTransfer.TryRead(written, out BlockTransfer again));
                Assert.Equal(transfer, again);
            }
        }
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 100, true)]
    [InlineData(0, 101, false)]
    [InlineData(99, 1, true)]
    [InlineData(99, 2, false)]
    [InlineData(100, 0, true)]
    [InlineData(100, 1, false)]
    [InlineData(101, 0, false)]
    [InlineData(ulong.MaxValue, 2, false)]
    [InlineData(ulong.MaxValue, uint.MaxValue, false)]
    public void A_transfer_fits_if_all_of_it_lies_on_the_medium(ulong first, uint count, bool fits)
    {
        Assert.Equal(fits, Transfer(TransferKind.Read, CdbForm.Sixteen, first, count).Fits(100));
    }

    [Theory]
    [InlineData(TransferKind.Read, 0, 0)]
    [InlineData(TransferKind.Write, 0, 7)]
    [InlineData(TransferKind.WriteAndVerify, 0, 7)]
    [InlineData(TransferKind.OrWrite, 0, 7)]
    [InlineData(TransferKind.Verify, 0, 0)]
    [InlineData(TransferKind.Verify, 1, 7)]
    [InlineData(TransferKind.Verify, 3, 1)]
    public void Data_follows_what_writes_and_what_compares(TransferKind kind, byte byteCheck, uint blocks)
    {
        Assert.Equal(blocks, (Transfer(kind, CdbForm.Ten, 0, 7) with { ByteCheck = byteCheck }).BlocksOut);
    }

    [Fact]
    public void The_builders_write_what_a_target_reads()
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];

        Read16.Write(cdb, 0x0102_0304_0506_0708, 9, TransferOptions.DisablePageOut);
        Assert.Equal(Padded("88" + "10" + "0102030405060708" + "00000009" + "00" + "00"), cdb);

        Write16.Write(cdb, 1, 2, TransferOptions.ForceUnitAccess);
        Assert.Equal(Padded("8A" + "08" + "0000000000000001" + "00000002" + "00" + "00"), cdb);

        Read10.Write(cdb, 1, 2);
        Assert.Equal(Padded("28" + "00" + "00000001" + "00" + "0002" + "00"), cdb);

        Write10.Write(cdb, 1, 2);
        Assert.Equal(Padded("2A" + "00" + "00000001" + "00" + "0002" + "00"), cdb);
    }

    [Fact]
    public void Building_and_reading_allocate_nothing()
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        BuildAndRead(cdb);
        long before = GC.GetAllocatedBytesForCurrentThread();

        BuildAndRead(cdb);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_form_that_cannot_hold_the_range_is_a_bug_of_the_caller()
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];

        Assert.Throws<OverflowException>(() => Transfer(TransferKind.Read, CdbForm.Ten, 0, 65_536).Write(cdb));
        Assert.Throws<InvariantViolationException>(() => Transfer(TransferKind.Read, CdbForm.Six, 0, 0).Write(cdb));
        Assert.Throws<InvariantViolationException>(() => Transfer(TransferKind.Verify, CdbForm.Six, 0, 1).Write(cdb));
    }

    private static void BuildAndRead(byte[] cdb)
    {
        for (uint i = 0; i < 100; i++)
        {
            Read16.Write(cdb, i, i);
            BlockTransfer.TryRead(cdb, out _);
            Write16.Write(cdb, i, i, TransferOptions.ForceUnitAccess);
            BlockTransfer.TryRead(cdb, out _);
        }
    }

    private static BlockTransfer Transfer(TransferKind kind, CdbForm form, ulong first, uint count)
    {
        return new() { Kind = kind, Form = form, FirstBlock = first, BlockCount = count };
    }

    private static byte[] Padded(string wire)
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        Convert.FromHexString(wire).CopyTo(cdb, 0);
        return cdb;
    }
}
