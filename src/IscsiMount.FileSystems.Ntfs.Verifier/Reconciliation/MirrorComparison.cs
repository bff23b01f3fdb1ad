using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;

/// <summary>$MFTMirr against the first records of $MFT, byte for byte.</summary>
internal static class MirrorComparison
{
    public static async ValueTask RunAsync(
        Inspection inspection, StreamBytes mft, CancellationToken cancellationToken)
    {
        int size = inspection.Geometry.RecordSize;
        int count = (int)Math.Min((ulong)inspection.Geometry.MirroredRecords, mft.Size / (ulong)size);
        byte[] original = new byte[size];
        byte[] copy = new byte[size];
        for (int i = 0; i < count; i++)
        {
            long place = inspection.Geometry.OffsetOf(inspection.Geometry.MirrorLcn) + ((long)i * size);
            if (!inspection.Reader.Holds(place, size))
            {
                return;
            }

            await mft.ReadAsync((ulong)i * (ulong)size, original, isNear: false, cancellationToken);
            await inspection.Reader.ReadAsync(place, copy, cancellationToken);
            bool isSame = original.AsSpan().SequenceEqual(copy);
            if (!isSame && !inspection.Records[(ulong)i].Is(RecordFlags.Damaged))
            {
                inspection.Findings.Add(
                    FindingKind.MirrorDiffers, (ulong)i, place, "the copy in $MFTMirr is another");
            }
        }
    }
}
