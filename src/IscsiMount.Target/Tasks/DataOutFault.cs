namespace IscsiMount.Target.Tasks;

/// <summary>What was wrong with the data of a write, as RFC 7143 §11.4.7.2 tells it apart.</summary>
internal enum DataOutFault
{
    None,

    /// <summary>Data came that was neither negotiated nor asked for.</summary>
    Unexpected,

    /// <summary>A sequence had another size, order or place than its terms said.</summary>
    WrongAmount,

    /// <summary>A data digest did not match, and nothing is asked for again.</summary>
    BadDigest,
}
