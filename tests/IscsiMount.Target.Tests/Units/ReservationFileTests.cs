using IscsiMount.Block;
using IscsiMount.Protocol;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Target.Units.Reservations;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

[Requirement("SCSI-24")]
public sealed class ReservationFileTests : IDisposable
{
    private static readonly InitiatorPort Port = new("iqn.2026-01.example:a", new Isid(0x8000_0000_0001));

    private readonly TemporaryFolder _folder = new();

    private string Place => _folder.Join("reservations");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_stored_is_nothing_reserved()
    {
        Assert.Equal(ReservationState.Empty, new ReservationFile(Place).Load());
    }

    [Theory]
    [InlineData(ReservationType.ExclusiveAccess)]
    [InlineData(ReservationType.WriteExclusiveAllRegistrants)]
    public void What_was_stored_is_there_again_and_the_count_begins_anew(ReservationType type)
    {
        ReservationState state = ReservationState.Empty
            .With(Port with { Isid = new Isid(7) }, 3)
            .With(Port, ulong.MaxValue)
            .Held(Port, type).Counted() with
        { Persists = true };

        new ReservationFile(Place).Save(state);
        new ReservationFile(Place).Save(state);

        Assert.Equal(state with { Generation = 0 }, new ReservationFile(Place).Load());
        Assert.Equal([Place], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("another file\n- -\n")]
    [InlineData("iscsimount reservations 1\n")]
    [InlineData("iscsimount reservations 1\n1 0\n")]
    [InlineData("iscsimount reservations 1\n2 -\n")]
    [InlineData("iscsimount reservations 1\n- -\n1 iqn.x\n")]
    [InlineData("iscsimount reservations 1\n- -\n1 80000000000001 iqn.x\n")]
    [InlineData("iscsimount reservations 1\n- x\n")]
    public void A_damaged_file_is_told_and_not_taken_for_nothing(string text)
    {
        File.WriteAllText(Place, text);

        Assert.Throws<ImageFileException>(() => new ReservationFile(Place).Load());
    }
}
