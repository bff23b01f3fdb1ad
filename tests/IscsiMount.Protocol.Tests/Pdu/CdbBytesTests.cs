using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class CdbBytesTests
{
    [Fact, Rfc7143("11.3.5")]
    public void A_short_cdb_is_filled_with_zeros()
    {
        CdbBytes cdb = CdbBytes.From([0x12, 0x01, 0x83]);

        Assert.Equal("12018300" + "00000000" + "00000000" + "00000000", cdb.ToString());
    }

    [Fact]
    public void It_is_filled_in_place_like_any_span()
    {
        CdbBytes cdb = default;
        Fill(cdb);

        Assert.Equal(0x28, cdb[0]);
        Assert.Equal(0x42, cdb.AsSpan()[15]);

        static void Fill(Span<byte> bytes)
        {
            bytes[0] = 0x28;
            bytes[15] = 0x42;
        }
    }

    [Fact]
    public void It_equals_by_its_bytes()
    {
        CdbBytes one = CdbBytes.From([1, 2, 3]);
        CdbBytes same = CdbBytes.From([1, 2, 3, 0]);
        CdbBytes other = CdbBytes.From([1, 2, 4]);

        Assert.True(one == same && one.GetHashCode() == same.GetHashCode());
        Assert.True(one != other);
        Assert.False(one.Equals((object?)null));
    }

    [Fact, Requirement("PDU-09")]
    public void A_longer_cdb_does_not_fit()
    {
        Assert.Throws<InvariantViolationException>(() => CdbBytes.From(new byte[17]));
    }
}
