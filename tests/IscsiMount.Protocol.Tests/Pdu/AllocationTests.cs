using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Transfer;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

/// <summary>What happens for each PDU of a transfer leaves nothing to collect.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Command = Convert.FromHexString(
        "01A10000" + "00000000" + "0001000000000000" + "00002A07" + "00100000" + "00000018" + "00000028" +
        "2A000000000000000200000000000000");

    private static readonly byte[] Data = Convert.FromHexString(
        "25800000" + "00001000" + "0000000000000000" + "00002A07" + "FFFFFFFF" + "00000102" + "00000033" +
        "00000072" + "00000000" + "00000000" + "00000000");

    private static readonly byte[] Ready = Convert.FromHexString(
        "31800000" + "00000000" + "0001000000000000" + "00000007" + "00000A01" + "00000102" + "00000033" +
        "00000072" + "00000000" + "00020000" + "00010000");

    private static readonly byte[] Response = Convert.FromHexString(
        "21800000" + "00000000" + "0000000000000000" + "00002A07" + "00000000" + "00000102" + "00000033" +
        "00000072" + "00000001" + "00000000" + "00000000");

    private static readonly SessionParameters Parameters = new() { MaxBurstLength = 0x10000 };

    [Fact]
    public void Headers_cost_no_allocation()
    {
        byte[] wire = new byte[BasicHeader.Length];

        AssertAllocatesNothing(() =>
        {
            BasicHeader.Read(Data);
            ScsiCommand.Read(Command).Write(wire);
            DataIn.Read(Data).Write(wire);
            ReadyToTransfer.Read(Ready).Write(wire);
            ScsiResponse.Read(Response).Write(wire);
        });
    }

    [Fact]
    public void Following_a_transfer_costs_no_allocation()
    {
        AssertAllocatesNothing(() =>
        {
            var pieces = new DataPieces(0, 100_000, 8192);
            while (pieces.TryNext(out _))
            {
            }

            var sequence = new DataInSequence(4096, 65536);
            sequence.Accept(DataIn.Read(Data));
            sequence.Conclude(ScsiResponse.Read(Response));
            var range = new SolicitedRange(0x30000);
            range.Accept(ReadyToTransfer.Read(Ready), Parameters);
        });
    }

    private static void AssertAllocatesNothing(Action action)
    {
        action();
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            action();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
