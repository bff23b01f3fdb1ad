namespace IscsiMount.Protocol.Login;

/// <summary>The stages of a login: the values of CSG and NSG (RFC 7143 §11.12.3). The value 2 is reserved.</summary>
public enum LoginStage : byte
{
    SecurityNegotiation = 0,
    LoginOperationalNegotiation = 1,
    FullFeaturePhase = 3,
}
