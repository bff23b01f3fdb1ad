using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>Puts the pieces of a stream together, and checks its runs and sizes.</summary>
internal sealed class StreamInspector(Inspection inspection, FindingLog findings)
{
    private const ulong BadClustersRecord = 8;

    private readonly Geometry _geometry = inspection.Geometry;

    /// <summary>Reads the runs of all pieces.</summary>
    /// <param name="pieces">At least one, in the order of their places.</param>
    /// <param name="claims">Whether the clusters are counted as those of this stream.</param>
    public StreamImage Inspect(IReadOnlyList<AttributePiece> pieces, bool claims)
    {
        AttributePiece first = pieces[0];
        CheckForm(first);
        if (!first.Header.IsNonResident)
        {
            return new StreamImage { First = first, Extents = null, IsBroken = false };
        }

        var extents = new Extents(_geometry);
        bool isBroken = false;
        foreach (AttributePiece piece in pieces)
        {
            isBroken = isBroken || !TryAppend(piece, extents);
        }

        if (claims)
        {
            Claim(first, extents);
        }

        if (!isBroken)
        {
            CheckSizes(first, extents);
            CheckHoles(first, extents);
        }

        return new StreamImage { First = first, Extents = extents, IsBroken = isBroken };
    }

    private void CheckForm(AttributePiece piece)
    {
        string problem = piece switch
        {
            { Header.IsNonResident: true } when AttributeTypes.MustBeResident(piece.Type) => "it is non-resident",
            { Header.IsNonResident: false } when AttributeTypes.MustBeNonResident(piece.Type) => "it is resident",
            { Header.NameLength: > 0 } when IsNameless(piece.Type) => "it has a name",
            _ => "",
        };
        Expect(piece, problem.Length == 0, FindingKind.AttributeForm, problem);
    }

    private static bool IsNameless(uint type) => AttributeTypes.IsSingle(type) || type == AttributeTypes.FileName;

    private bool TryAppend(AttributePiece piece, Extents extents)
    {
        NonResidentHeader place = piece.NonResident;
        bool follows = place.FirstVcn == extents.ClusterCount;
        Expect(
            piece, follows, FindingKind.PiecesNotContiguous,
            $"it begins at cluster {place.FirstVcn} of the stream, and {extents.ClusterCount} are known before it");
        if (!follows)
        {
            return false;
        }

        string? problem = RunDecoder.Append(
            piece.Bytes.Span[place.RunsOffset..], _geometry.ClusterCount, extents);
        if (problem is null && place.LastVcn != unchecked(extents.ClusterCount - 1))
        {
            problem = $"the runs end before cluster {extents.ClusterCount}, and the last one is said to be "
                + $"{unchecked((long)place.LastVcn)}";
        }

        Expect(piece, problem is null, FindingKind.RunListInvalid, problem ?? "");
        return problem is null;
    }

    private void Claim(AttributePiece first, Extents extents)
    {
        foreach (Extent run in extents.Runs)
        {
            if (run.Lcn is { } lcn && inspection.Clusters.SetRange(lcn, run.Count) is { } shared)
            {
                findings.Add(
                    FindingKind.ClusterShared, first.Record, _geometry.OffsetOf(shared),
                    $"cluster {shared} of attribute {first.Type:X}h belongs to another stream too");
            }
        }
    }

    private void CheckSizes(AttributePiece first, Extents extents)
    {
        NonResidentHeader sizes = first.NonResident;
        Expect(
            first, sizes.AllocatedSize == extents.Size, FindingKind.AllocatedSizeWrong,
            $"{sizes.AllocatedSize} bytes are allocated, and the runs hold {extents.Size}");
        Expect(
            first, sizes.InitializedSize <= sizes.DataSize && sizes.DataSize <= sizes.AllocatedSize,
            FindingKind.SizesContradict,
            $"initialized {sizes.InitializedSize}, data {sizes.DataSize}, allocated {sizes.AllocatedSize}");

        if (first.Header.IsSparse || first.Header.IsCompressed)
        {
            ulong real = extents.RealCount * (ulong)_geometry.ClusterSize;
            Expect(
                first, sizes.TotalAllocated == real, FindingKind.TotalAllocatedWrong,
                $"the total is {sizes.TotalAllocated}, and the real clusters hold {real} bytes");
        }
    }

    private void CheckHoles(AttributePiece first, Extents extents)
    {
        bool isBadClusters = first.Record == BadClustersRecord && first.IsNamed("$Bad");
        bool mayHaveHoles = first.Header.IsSparse || first.Header.IsCompressed || isBadClusters;
        Expect(
            first, mayHaveHoles || !extents.HasHole, FindingKind.HoleUnmarked,
            "it has a hole, and is neither sparse nor compressed");
        if (first.Header.IsCompressed)
        {
            string? problem = CompressionUnits.ProblemOf(first.NonResident.CompressionUnit, extents);
            Expect(first, problem is null, FindingKind.CompressionUnitInvalid, problem ?? "");
        }
    }

    private void Expect(AttributePiece piece, bool holds, FindingKind kind, string observed)
    {
        if (!holds)
        {
            findings.Add(kind, piece.Record, piece.OffsetBytes, $"attribute {piece.Type:X}h: {observed}");
        }
    }
}
