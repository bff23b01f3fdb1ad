using IscsiMount.Block;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

/// <summary>Commands that compare, combine, set and reserve, between two initiators.</summary>
public sealed class DiskCommandTests : IDisposable
{
    private const string Ready = "00 00 00 00 00 00";
    private const string ReadOne = "28 00 00000000 00 0001 00";
    private const string WriteOne = "2A 00 00000000 00 0001 00";

    private readonly TemporaryFolder _folder = new();
    private readonly DiskHarness _disk = new(new MemoryBlockDevice(4096));

    public void Dispose() => _folder.Dispose();

    [Fact, Requirement("SCSI-20")]
    public async Task Compare_and_write_writes_what_is_still_as_it_was_thought_to_be()
    {
        byte[] data = [.. new byte[512], .. Filled(512, 7)];

        await _disk.DoAsync("89 00 0000000000000001 000000 01 00 00", data);
        SenseData sense = await _disk.FailAsync("89 00 0000000000000001 000000 01 00 00", data);

        Assert.Equal(
            (SenseKey.Miscompare, AdditionalSense.MiscompareDuringVerify, 0UL),
            (sense.Key, sense.Additional, sense.Information));
        Assert.Equal(Filled(512, 7), await ReadAsync(1, 1));
    }

    [Fact, Requirement("SCSI-20")]
    public async Task A_miscompare_names_the_first_byte_and_writes_nothing()
    {
        byte[] expected = new byte[1024];
        expected[700] = 1;

        SenseData sense = await _disk.FailAsync(
            "89 00 0000000000000000 000000 02 00 00", [.. expected, .. Filled(1024, 7)]);

        Assert.Equal(700UL, sense.Information);
        Assert.Equal(new byte[1024], await ReadAsync(0, 2));
    }

    [Theory, Requirement("SCSI-20")]
    [InlineData("89 00 0000000000000000 000000 01 00 00", 512, 0x2400)]     // half of the data
    [InlineData("89 00 0000000000000000 000000 01 00 00", 2048, 0x2400)]
    [InlineData("89 00 0000000000000000 000000 00 00 00", 512, 0x2400)]     // data for no blocks
    [InlineData("89 00 0000000000000FFF 000000 02 00 00", 2048, 0x2100)]
    [InlineData("9C 00 0000000000000000 0001 0001 00 00", 512, 0x2400)]     // a boundary
    [InlineData("9C 00 0000000000000000 0000 0101 00 00", 131_584, 0x2400)] // more than page B0h tells
    [InlineData("9C 00 0000000000000FFF 0000 0002 00 00", 1024, 0x2100)]
    [InlineData("8B 00 0000000000001000 00000001 00 00", 512, 0x2100)]
    [InlineData("8B 00 0000000000000000 00008000 00 00", 512, 0x2400)]
    public async Task A_bad_field_of_an_atomic_command_is_refused(string cdb, int dataLength, int code)
    {
        SenseData sense = await _disk.FailAsync(cdb, Filled(dataLength, 0xFF));

        Assert.Equal(new AdditionalSense((byte)(code >> 8), (byte)(code & 0xFF)), sense.Additional);
        Assert.Equal(new byte[1024], await ReadAsync(0, 2));
    }

    [Fact]
    public async Task Or_write_sets_bits_and_clears_none()
    {
        await _disk.DoAsync("8B 00 0000000000000000 00000001 00 00", Filled(512, 0x0F));
        await _disk.DoAsync("8B 00 0000000000000000 00000001 00 00", Filled(512, 0x30));

        Assert.Equal(Filled(512, 0x3F), await ReadAsync(0, 1));
    }

    [Theory]
    [InlineData("89 00 0000000000000000 000000 01 00 00")]
    [InlineData("8B 00 0000000000000000 00000001 00 00")]
    [InlineData("9C 00 0000000000000000 0000 0001 00 00")]
    public void What_reads_before_it_writes_runs_alone(string cdb)
    {
        Assert.True(_disk.Plan(cdb).IsExclusive);
    }

    [Fact, Requirement("SCSI-11", "SCSI-27")]
    public async Task Descriptor_sense_is_chosen_by_a_mode_page_and_the_others_hear_of_it()
    {
        var page = new ControlPage { QueueAlgorithm = 1, UsesDescriptorSense = true };
        await _disk.DoAsync("15 10 0000 10 00", ModeList(page.ToPage()));

        Assert.Equal(SenseFormat.Descriptor, _disk.Unit.SenseFormat);
        Assert.Equal(AdditionalSense.ModeParametersChanged, _disk.Second.TakeAttention());
        Assert.Null(_disk.First.TakeAttention());

        _disk.Unit.Reset();
        Assert.Equal(SenseFormat.Fixed, _disk.Unit.SenseFormat);
    }

    [Fact, Requirement("SCSI-11", "TGT-07")]
    public async Task Write_protection_by_software_refuses_writes_until_it_is_taken_back()
    {
        var page = new ControlPage { QueueAlgorithm = 1, IsWriteProtected = true };
        await _disk.DoAsync("15 10 0000 10 00", ModeList(page.ToPage()));

        Assert.Equal(AdditionalSense.SoftwareWriteProtected, (await _disk.FailAsync(WriteOne)).Additional);
        Assert.Equal(
            AdditionalSense.SoftwareWriteProtected,
            (await _disk.FailAsync("42 00 00000000 00 0008 00", new byte[8])).Additional);
        await _disk.DoAsync("15 10 0000 10 00", ModeList((page with { IsWriteProtected = false }).ToPage()));

        Assert.Equal(PlanKind.Write, _disk.Plan(WriteOne).Kind);
    }

    [Theory, Requirement("SCSI-11")]
    [InlineData("15 10 0000 10 00", "00000000 0A0A 00000000000000000000", 0x2600)]    // another queue algorithm
    [InlineData("15 10 0000 0F 00", "00000000 0A0A 001000000000000000", 0x1A00)]      // a cut page
    [InlineData("15 10 0000 03 00", "000000", 0x1A00)]
    [InlineData("15 10 0000 08 00", "00000000 1C02 0000", 0x2600)]                    // an unknown page
    [InlineData("15 10 0000 0C 00", "00000008 00000000 00001000", 0x2600)]            // another block length
    [InlineData("15 11 0000 04 00", "00000000", 0x2400)]                              // saved
    [InlineData("15 00 0000 04 00", "00000000", 0x2400)]                              // of a vendor
    public async Task Bad_mode_parameters_change_nothing(string cdb, string list, int code)
    {
        SenseData sense = await _disk.FailAsync(cdb, DiskHarness.Hex(list));

        Assert.Equal(new AdditionalSense((byte)(code >> 8), (byte)(code & 0xFF)), sense.Additional);
        Assert.Null(_disk.Second.TakeAttention());
    }

    [Fact, Requirement("SCSI-16")]
    public async Task Without_a_write_cache_all_writes_are_durable()
    {
        var device = new HeldDevice(64);
        var disk = new DiskHarness(device);
        Assert.False(disk.Plan(WriteOne).IsDurable);

        await disk.DoAsync("15 10 0000 18 00", ModeList(new CachingPage().ToPage()));

        Assert.Equal(1, device.FlushCount);
        Assert.True(disk.Plan(WriteOne).IsDurable);
    }

    [Fact, Requirement("SCSI-23", "SCSI-24")]
    public async Task A_persistent_reservation_keeps_the_other_initiator_out()
    {
        await _disk.DoAsync("5F 00 00 0000 00000018 00", Keys(0, 1));
        await _disk.DoAsync("5F 01 03 0000 00000018 00", Keys(1, 0));

        await _disk.ConflictAsync(ReadOne, user: _disk.Second);
        await _disk.ConflictAsync("5F 01 01 0000 00000018 00", Keys(0, 0), _disk.Second);
        await _disk.DoAsync(Ready, user: _disk.Second);
        CurrentReservation current = CurrentReservation.Read(
            await _disk.DoAsync("5E 01 0000000000 0100 00", user: _disk.Second));
        Assert.Equal((1UL, ReservationType.ExclusiveAccess), current.Holder);

        _disk.Unit.Reset();
        _disk.Unit.Detach(_disk.First);
        await _disk.ConflictAsync(ReadOne, user: _disk.Second);
    }

    [Fact, Requirement("SCSI-24")]
    public async Task A_reservation_outlives_a_restart_only_if_that_was_asked_for()
    {
        string file = _folder.Join("reservations");
        var disk = new DiskHarness(new MemoryBlockDevice(64), file);
        await disk.DoAsync("5F 00 00 0000 00000018 00", Keys(0, 1, persists: true));
        await disk.DoAsync("5F 01 01 0000 00000018 00", Keys(1, 0));

        var restarted = new DiskHarness(new MemoryBlockDevice(64), file);
        await restarted.ConflictAsync(WriteOne, user: restarted.Second);
        await restarted.DoAsync("5F 06 00 0000 00000018 00", Keys(0, 1));

        var again = new DiskHarness(new MemoryBlockDevice(64), file);
        Assert.Equal(PlanKind.Write, again.Plan(WriteOne).Kind);
        Assert.Empty(again.Unit.Reservations.State.Registrations);
    }

    [Theory, Requirement("SCSI-23")]
    [InlineData("5F 00 00 0000 00000017 00", 0x1A00)]
    [InlineData("5F 00 00 0000 00000019 00", 0x1A00)]
    [InlineData("5F 00 00 0000 7FFFFFFF 00", 0x1A00)]
    [InlineData("5F 00 00 0000 FFFFFFFF 00", 0x1A00)]
    [InlineData("5F 01 13 0000 00000018 00", 0x2400)]    // a scope
    [InlineData("5F 01 02 0000 00000018 00", 0x2400)]    // a type that there is none of
    [InlineData("5F 08 00 0000 00000018 00", 0x2400)]    // an action that there is none of
    public async Task A_bad_reservation_is_refused(string cdb, int code)
    {
        SenseData sense = await _disk.FailAsync(cdb, new byte[64]);

        Assert.Equal(new AdditionalSense((byte)(code >> 8), (byte)(code & 0xFF)), sense.Additional);
    }

    [Fact, Requirement("SCSI-23")]
    public async Task A_reservation_that_is_to_persist_needs_a_place_for_it()
    {
        SenseData sense = await _disk.FailAsync("5F 00 00 0000 00000018 00", Keys(0, 1, persists: true));

        Assert.Equal(AdditionalSense.InvalidFieldInParameterList, sense.Additional);
        Assert.False(ReservationCapabilities.Read(await _disk.DoAsync("5E 02 0000000000 0100 00")).CanPersist);
    }

    [Fact]
    public async Task The_old_reserve_lasts_as_long_as_its_session()
    {
        await _disk.DoAsync("16 00 0000 00 00");
        await _disk.DoAsync("16 00 0000 00 00");

        await _disk.ConflictAsync("16 00 0000 00 00", user: _disk.Second);
        await _disk.ConflictAsync(Ready, user: _disk.Second);
        await _disk.DoAsync("12 00 00 0060 00", user: _disk.Second);
        await _disk.DoAsync("17 00 0000 00 00", user: _disk.Second);
        await _disk.ConflictAsync(Ready, user: _disk.Second);
        _disk.Unit.Detach(_disk.First);

        await _disk.DoAsync("16 00 0000 00 00", user: _disk.Second);
    }

    [Theory, Seeds(60)]
    public async Task Whatever_comes_is_answered(int seed)
    {
        var chance = new Random(seed);
        var disk = new DiskHarness(new MemoryBlockDevice(4096), _folder.Join($"{seed}"));
        for (int i = 0; i < 200; i++)
        {
            Operation operation = DiskOperationTable.All[chance.Next(DiskOperationTable.All.Count)];
            byte[] cdb = [.. operation.Support.Usage];
            for (int place = 1; place < cdb.Length; place++)
            {
                cdb[place] &= chance.Next(3) switch { 0 => (byte)0, 1 => (byte)chance.Next(16), _ => (byte)0xFF };
            }

            cdb[1] = (byte)(operation.ServiceAction is { } action ? (cdb[1] & 0xE0) | action : cdb[1]);
            byte[] data = new byte[chance.Next(2) * chance.Next(2048)];
            chance.NextBytes(data);

            (Refusal? refusal, byte[] answer) = await disk.TryAsync(
                disk.Plan(Convert.ToHexString(cdb)), data, chance.Next(2) == 0 ? disk.First : disk.Second);

            Assert.True(answer.Length <= 64 * 1024);
            Assert.True(refusal?.Sense is null or
            { Key: SenseKey.IllegalRequest or SenseKey.Miscompare or SenseKey.DataProtect or SenseKey.CopyAborted });
        }
    }

    private static byte[] Filled(int length, byte content) => [.. Enumerable.Repeat(content, length)];

    private static byte[] Keys(ulong key, ulong actionKey, bool persists = false)
    {
        byte[] list = new byte[ReservationParameters.Length];
        new ReservationParameters { Key = key, ActionKey = actionKey, Persists = persists }.Write(list);
        return list;
    }

    private static byte[] ModeList(ModePage page)
    {
        var list = new ModeParameterList(new() { Pages = [page] }, ModeForm.Six);
        byte[] bytes = new byte[list.WireLength];
        list.Write(bytes);
        return bytes;
    }

    private async Task<byte[]> ReadAsync(ulong first, uint count)
    {
        byte[] content = new byte[count * 512];
        await _disk.Device.ReadAsync(new(first, count), content, TestContext.Current.CancellationToken);
        return content;
    }
}
