using IscsiMount.Protocol.Negotiation;

namespace IscsiMount.Target.Tasks;

/// <summary>The negotiated values that rule the data of writes in one session.</summary>
internal sealed record DataOutTerms
{
    public required bool InitialR2T { get; init; }

    public required bool ImmediateData { get; init; }

    public required int FirstBurstLength { get; init; }

    public required int MaxBurstLength { get; init; }

    public required int MaxOutstandingR2T { get; init; }

    /// <summary>Whether data that was lost is asked for again, from recovery level 1 on.</summary>
    public bool Recovers { get; init; }

    public static DataOutTerms Of(SessionParameters agreed) => new()
    {
        InitialR2T = agreed.InitialR2T,
        ImmediateData = agreed.ImmediateData,
        FirstBurstLength = agreed.FirstBurstLength,
        MaxBurstLength = agreed.MaxBurstLength,
        MaxOutstandingR2T = agreed.MaxOutstandingR2T,
        Recovers = agreed.ErrorRecoveryLevel > 0,
    };
}
