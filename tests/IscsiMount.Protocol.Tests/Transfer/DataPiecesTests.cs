using IscsiMount.Primitives;
using IscsiMount.Protocol.Transfer;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Transfer;

public sealed class DataPiecesTests
{
    [Fact, Requirement("DATA-04", "NUM-15")]
    public void The_answer_to_an_r2t_is_one_sequence_numbered_from_zero()
    {
        Assert.Equal(
            [
                new DataPiece(new SerialNumber(0), 65_536, 8192, IsFinal: false),
                new DataPiece(new SerialNumber(1), 73_728, 8192, IsFinal: false),
                new DataPiece(new SerialNumber(2), 81_920, 616, IsFinal: true),
            ],
            All(new DataPieces(65_536, 17_000, 8192)));
    }

    [Fact, Requirement("DATA-14", "NUM-15")]
    public void The_data_of_a_read_is_several_sequences_numbered_through()
    {
        Assert.Equal(
            [
                new DataPiece(new SerialNumber(0), 0, 600, IsFinal: false),
                new DataPiece(new SerialNumber(1), 600, 400, IsFinal: true),
                new DataPiece(new SerialNumber(2), 1000, 600, IsFinal: false),
                new DataPiece(new SerialNumber(3), 1600, 100, IsFinal: true),
            ],
            All(new DataPieces(0, 1700, 600, burstMax: 1000)));
    }

    [Fact]
    public void A_run_that_fits_is_one_piece()
    {
        Assert.Equal(
            [new DataPiece(new SerialNumber(0), 12, 8192, IsFinal: true)], All(new DataPieces(12, 8192, 8192)));
    }

    [Fact]
    public void A_run_without_data_has_no_piece()
    {
        Assert.Empty(All(new DataPieces(12, 0, 8192)));
    }

    [Theory, Seeds(300), Requirement("DATA-04", "DATA-06", "DATA-07")]
    public void Pieces_cover_the_run_exactly_and_pass_no_limit(int seed)
    {
        var chance = new Random(seed);
        uint offset = (uint)chance.Next(1 << 30);
        uint length = (uint)chance.Next(1, 200_000);
        int segmentMax = chance.Next(512, 20_000);
        uint burstMax = (uint)chance.Next(512, 100_000);
        List<DataPiece> pieces = All(new DataPieces(offset, length, segmentMax, burstMax));

        uint next = offset;
        uint ofBurst = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            DataPiece piece = pieces[i];
            Assert.Equal((new SerialNumber((uint)i), next), (piece.DataSN, piece.BufferOffset));
            Assert.InRange(piece.Length, 1, segmentMax);
            Assert.True(piece.IsFinal || piece.Length % 4 == 0);
            next += (uint)piece.Length;
            ofBurst += (uint)piece.Length;
            Assert.InRange(ofBurst, 1u, burstMax);
            Assert.Equal(ofBurst == burstMax || next == offset + length, piece.IsFinal);
            ofBurst = piece.IsFinal ? 0 : ofBurst;
        }

        Assert.Equal(offset + length, next);
    }

    private static List<DataPiece> All(DataPieces pieces)
    {
        var all = new List<DataPiece>();
        while (pieces.TryNext(out DataPiece piece))
        {
            all.Add(piece);
        }

        return all;
    }
}
