using IscsiMount.Target.Tasks;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Tasks;

public sealed class DataOutAssemblyTests
{
    private const int K = 1024;
    private const uint Unsolicited = DataOutAssembly.UnsolicitedTag;

    private static readonly DataOutTerms Usual = new()
    {
        InitialR2T = false,
        ImmediateData = true,
        FirstBurstLength = 64 * K,
        MaxBurstLength = 128 * K,
        MaxOutstandingR2T = 2,
    };

    private readonly DataOutAssembly _assembly = new();

    [Fact]
    public void All_data_in_the_command_completes_it()
    {
        _assembly.Begin(Usual, 4 * K, 4 * K, 4 * K, isFinal: true);

        Assert.True(_assembly.IsComplete);
        Assert.Null(_assembly.NextRequest(1));
        Assert.Equal(DataOutFault.None, _assembly.Fault);
    }

    [Fact, Requirement("DATA-09"), Requirement("DATA-10")]
    public void The_rest_is_asked_for_in_rising_pieces_of_a_burst_and_never_more_than_allowed_at_once()
    {
        _assembly.Begin(Usual, 400 * K, 400 * K, 8 * K, isFinal: true);

        Assert.Equal(new DataRequest(1, 0, 8 * K, 128 * K), _assembly.NextRequest(1));
        Assert.Equal(new DataRequest(2, 1, 136 * K, 128 * K), _assembly.NextRequest(2));
        Assert.Null(_assembly.NextRequest(3));

        Assert.True(Accept(1, 0, 8 * K, 128 * K, isFinal: true));

        Assert.Equal(new DataRequest(3, 2, 264 * K, 128 * K), _assembly.NextRequest(3));
        Assert.True(Accept(2, 0, 136 * K, 128 * K, isFinal: true));
        Assert.Equal(new DataRequest(4, 3, 392 * K, 8 * K), _assembly.NextRequest(4));
        Assert.True(Accept(3, 0, 264 * K, 128 * K, isFinal: true));
        Assert.False(_assembly.IsComplete);
        Assert.True(Accept(4, 0, 392 * K, 8 * K, isFinal: true));
        Assert.True(_assembly.IsComplete);
    }

    [Fact, Requirement("MCS-02"), Requirement("DATA-07")]
    public void Requests_that_are_open_at_once_are_filled_in_turns_and_by_empty_pdus_too()
    {
        _assembly.Begin(Usual with { MaxBurstLength = 4 * K }, 8 * K, 8 * K, 0, isFinal: true);
        _assembly.NextRequest(1);
        _assembly.NextRequest(2);

        Assert.True(Accept(1, 0, 0, 2 * K, isFinal: false));
        Assert.True(Accept(2, 0, 4 * K, 3 * K, isFinal: false));
        Assert.True(Accept(1, 1, 2 * K, 0, isFinal: false));
        Assert.True(Accept(1, 2, 2 * K, 2 * K, isFinal: true));
        Assert.True(Accept(2, 1, 7 * K, 1 * K, isFinal: true));

        Assert.True(_assembly.IsComplete);
        Assert.Equal(DataOutFault.None, _assembly.Fault);
    }

    [Fact]
    public void The_first_burst_is_waited_for_before_anything_is_asked_for()
    {
        _assembly.Begin(Usual, 100 * K, 100 * K, 8 * K, isFinal: false);

        Assert.Null(_assembly.NextRequest(1));
        Assert.True(Accept(Unsolicited, 0, 8 * K, 56 * K, isFinal: true));
        Assert.Equal(new DataRequest(1, 0, 64 * K, 36 * K), _assembly.NextRequest(1));
    }

    [Theory, Requirement("DATA-11")]
    [InlineData(false, true)]    // immediate data is not allowed, and no more follows
    [InlineData(false, false)]   // and an unsolicited burst follows, which the answer waits for
    public void Immediate_data_that_was_not_negotiated_is_unexpected(bool allowed, bool isFinal)
    {
        _assembly.Begin(Usual with { ImmediateData = allowed }, 100 * K, 100 * K, 4 * K, isFinal);

        Assert.Equal(DataOutFault.Unexpected, _assembly.Fault);
        Assert.Equal(isFinal, _assembly.IsComplete);
        Assert.Null(_assembly.NextRequest(1));
    }

    [Fact, Requirement("DATA-11"), Requirement("DATA-12")]
    public void An_unsolicited_burst_that_was_not_negotiated_is_waited_for_and_unexpected()
    {
        _assembly.Begin(Usual with { InitialR2T = true }, 100 * K, 100 * K, 0, isFinal: false);

        Assert.False(_assembly.IsComplete);
        Assert.False(Accept(Unsolicited, 0, 0, 32 * K, isFinal: false));
        Assert.False(_assembly.IsComplete);
        Assert.False(Accept(Unsolicited, 1, 32 * K, 32 * K, isFinal: true));

        Assert.True(_assembly.IsComplete);
        Assert.Equal(DataOutFault.Unexpected, _assembly.Fault);
    }

    [Theory, Requirement("DATA-11")]
    [InlineData(0u, 8192u, 32 * K)]    // too short
    [InlineData(0u, 8192u, 60 * K)]    // too long
    [InlineData(1u, 8192u, 56 * K)]    // a DataSN was left out
    [InlineData(0u, 4096u, 56 * K)]    // begins elsewhere
    public void A_first_burst_of_wrong_size_or_place_is_a_wrong_amount(uint dataSN, uint offset, int length)
    {
        _assembly.Begin(Usual, 100 * K, 100 * K, 8 * K, isFinal: false);

        Accept(Unsolicited, dataSN, offset, length, isFinal: true);

        Assert.Equal(DataOutFault.WrongAmount, _assembly.Fault);
        Assert.True(_assembly.IsComplete);
    }

    [Fact, Requirement("DATA-11")]
    public void Immediate_data_beyond_the_first_burst_is_a_wrong_amount()
    {
        _assembly.Begin(Usual with { FirstBurstLength = 4 * K }, 16 * K, 16 * K, 8 * K, isFinal: true);

        Assert.Equal(DataOutFault.WrongAmount, _assembly.Fault);
    }

    [Fact, Requirement("DATA-12")]
    public void A_write_with_a_fault_is_complete_when_the_last_open_sequence_has_its_end()
    {
        _assembly.Begin(Usual, 256 * K, 256 * K, 0, isFinal: true);
        _assembly.NextRequest(1);
        _assembly.NextRequest(2);

        Accept(1, 0, 0, 64 * K, isFinal: true);

        Assert.Equal(DataOutFault.WrongAmount, _assembly.Fault);
        Assert.False(_assembly.IsComplete);
        Assert.False(Accept(2, 0, 128 * K, 128 * K, isFinal: true));
        Assert.True(_assembly.IsComplete);
    }

    [Fact, Requirement("DATA-13")]
    public void Nothing_is_asked_for_beyond_what_the_command_wants()
    {
        _assembly.Begin(Usual, 400 * K, 70 * K, 0, isFinal: true);

        Assert.Equal(new DataRequest(1, 0, 0, 70 * K), _assembly.NextRequest(1));
        Assert.Null(_assembly.NextRequest(2));
        Assert.True(Accept(1, 0, 0, 70 * K, isFinal: true));
        Assert.True(_assembly.IsComplete);
    }

    [Fact, Requirement("DATA-13")]
    public void A_first_burst_beyond_what_the_command_wants_has_room_in_the_buffer()
    {
        _assembly.Begin(Usual, 100 * K, 4 * K, 8 * K, isFinal: false);

        Assert.Equal(64 * K, _assembly.BufferLength);
        Assert.True(Accept(Unsolicited, 0, 8 * K, 56 * K, isFinal: true));
        Assert.True(_assembly.IsComplete);
    }

    [Fact]
    public void A_refused_write_asks_for_nothing_and_waits_for_what_comes_unasked()
    {
        _assembly.Begin(Usual, 100 * K, 100 * K, 8 * K, isFinal: false);

        _assembly.Refuse();

        Assert.False(_assembly.IsComplete);
        Accept(Unsolicited, 0, 8 * K, 56 * K, isFinal: true);
        Assert.True(_assembly.IsComplete);
        Assert.Null(_assembly.NextRequest(1));
    }

    [Fact]
    public void An_abandoned_write_waits_for_nothing()
    {
        _assembly.Begin(Usual, 256 * K, 256 * K, 0, isFinal: true);
        _assembly.NextRequest(1);

        _assembly.Abandon();

        Assert.True(_assembly.IsComplete);
        Assert.False(_assembly.Owns(1));
        Assert.Null(_assembly.NextRequest(2));
    }

    [Theory, Seeds(100), Requirement("DATA-10")]
    public void Random_writes_are_asked_for_once_and_completely(int seed)
    {
        var chance = new Random(seed);
        DataOutTerms terms = Usual with
        {
            FirstBurstLength = 512 * chance.Next(1, 9),
            MaxBurstLength = 512 * chance.Next(9, 20),
            MaxOutstandingR2T = chance.Next(1, 5),
        };
        int length = 512 * chance.Next(0, 200);
        int immediate = Math.Min(length, chance.Next(2) * terms.FirstBurstLength);
        _assembly.Begin(terms, length, length, immediate, isFinal: true);
        int covered = immediate;
        var open = new Queue<DataRequest>();

        for (uint tag = 1; !_assembly.IsComplete; tag++)
        {
            while (chance.Next(4) != 0 && _assembly.NextRequest(tag) is { } request)
            {
                Assert.Equal(covered, request.Offset);
                covered += request.Length;
                open.Enqueue(request);
                tag++;
            }

            Assert.InRange(open.Count, 0, terms.MaxOutstandingR2T);
            if (open.TryDequeue(out DataRequest oldest))
            {
                Accept(oldest.TargetTransferTag, 0, (uint)oldest.Offset, oldest.Length, isFinal: true);
            }
        }

        Assert.Equal((length, DataOutFault.None), (covered, _assembly.Fault));
    }

    // As a connection does it: the place is asked for before the bytes come, and the rest is done when they are here.
    private bool Accept(uint tag, uint dataSN, uint offset, int length, bool isFinal)
    {
        bool isWanted = _assembly.Fits(tag, dataSN, offset, length);
        _assembly.Accept(tag, dataSN, offset, length, isFinal);
        return isWanted && _assembly.Fault == DataOutFault.None;
    }
}
