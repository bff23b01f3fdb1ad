using System.Buffers.Binary;

namespace IscsiMount.Protocol.Login;

/// <summary>How the target sees the login: Status-Class in the high byte and Status-Detail in the low one.</summary>
/// <remarks>The table is that of RFC 7143 §11.13.5. A detail that is not in it is understood by its class.</remarks>
public readonly record struct LoginStatus(ushort Code)
{
    public static readonly LoginStatus Success = new(0x0000);
    public static readonly LoginStatus TargetMovedTemporarily = new(0x0101);
    public static readonly LoginStatus TargetMovedPermanently = new(0x0102);
    public static readonly LoginStatus InitiatorError = new(0x0200);
    public static readonly LoginStatus AuthenticationFailure = new(0x0201);
    public static readonly LoginStatus AuthorizationFailure = new(0x0202);
    public static readonly LoginStatus NotFound = new(0x0203);
    public static readonly LoginStatus TargetRemoved = new(0x0204);
    public static readonly LoginStatus UnsupportedVersion = new(0x0205);
    public static readonly LoginStatus TooManyConnections = new(0x0206);
    public static readonly LoginStatus MissingParameter = new(0x0207);
    public static readonly LoginStatus CannotIncludeInSession = new(0x0208);
    public static readonly LoginStatus SessionTypeNotSupported = new(0x0209);
    public static readonly LoginStatus SessionDoesNotExist = new(0x020A);
    public static readonly LoginStatus InvalidDuringLogin = new(0x020B);
    public static readonly LoginStatus TargetError = new(0x0300);
    public static readonly LoginStatus ServiceUnavailable = new(0x0301);
    public static readonly LoginStatus OutOfResources = new(0x0302);

    public byte Class => (byte)(Code >> 8);

    public byte Detail => (byte)(Code & 0xFF);

    /// <summary>The login goes on, or is done.</summary>
    public bool IsSuccess => Class == 0;

    /// <summary>The target is at another address.</summary>
    public bool IsRedirection => Class == 1;

    /// <summary>The same login may succeed later. Otherwise something has to be changed first.</summary>
    public bool MaySucceedLater => Class == 3;

    /// <summary>The status in words for a user, without a full stop.</summary>
    public string Meaning => Code switch
    {
        0x0000 => "the login goes on",
        0x0101 => "the target has moved for a while",
        0x0102 => "the target has moved for good",
        0x0200 => "the target found a mistake in our login",
        0x0201 => "the target does not accept our authentication",
        0x0202 => "this initiator is not allowed to use the target",
        0x0203 => "there is no target of this name",
        0x0204 => "the target was removed for good",
        0x0205 => "the target does not speak our version of iSCSI",
        0x0206 => "the session has as many connections as the target allows",
        0x0207 => "the target misses a parameter in our login",
        0x0208 => "the target cannot take this connection into the session",
        0x0209 => "the target does not serve this type of session",
        0x020A => "the session is not known to the target",
        0x020B => "the target got something else than a login request",
        0x0300 => "the target failed",
        0x0301 => "the target is not in service at the moment",
        0x0302 => "the target has no resources for another session at the moment",
        _ => Class switch
        {
            1 => "the target has moved",
            2 => "the target refuses our login",
            3 => "the target failed",
            _ => "the target gave a status that nobody has defined",
        },
    };

    public static LoginStatus Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt16BigEndian(source));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt16BigEndian(destination, Code);

    public override string ToString() => $"0x{Code:X4}";
}
