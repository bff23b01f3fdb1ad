namespace IscsiMount.Protocol;

/// <summary>How the header or the data of each PDU is protected, as negotiated (RFC 7143 §13.1).</summary>
public enum DigestKind
{
    None,
    Crc32C,
}
