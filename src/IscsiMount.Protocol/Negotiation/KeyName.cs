namespace IscsiMount.Protocol.Negotiation;

/// <summary>The keys of iSCSI, spelt as on the wire (RFC 7143 §13).</summary>
public static class KeyName
{
    public const string AuthMethod = "AuthMethod";
    public const string DataDigest = "DataDigest";
    public const string DataPDUInOrder = "DataPDUInOrder";
    public const string DataSequenceInOrder = "DataSequenceInOrder";
    public const string DefaultTime2Retain = "DefaultTime2Retain";
    public const string DefaultTime2Wait = "DefaultTime2Wait";
    public const string ErrorRecoveryLevel = "ErrorRecoveryLevel";
    public const string FirstBurstLength = "FirstBurstLength";
    public const string HeaderDigest = "HeaderDigest";
    public const string IFMarkInt = "IFMarkInt";
    public const string IFMarker = "IFMarker";
    public const string ImmediateData = "ImmediateData";
    public const string InitialR2T = "InitialR2T";
    public const string InitiatorAlias = "InitiatorAlias";
    public const string InitiatorName = "InitiatorName";
    public const string MaxBurstLength = "MaxBurstLength";
    public const string MaxConnections = "MaxConnections";
    public const string MaxOutstandingR2T = "MaxOutstandingR2T";
    public const string MaxRecvDataSegmentLength = "MaxRecvDataSegmentLength";
    public const string NodeArchitecture = "X#NodeArchitecture";
    public const string OFMarkInt = "OFMarkInt";
    public const string OFMarker = "OFMarker";
    public const string ProtocolLevel = "iSCSIProtocolLevel";
    public const string SendTargets = "SendTargets";
    public const string SessionType = "SessionType";
    public const string TargetAddress = "TargetAddress";
    public const string TargetAlias = "TargetAlias";
    public const string TargetName = "TargetName";
    public const string TargetPortalGroupTag = "TargetPortalGroupTag";
    public const string TaskReporting = "TaskReporting";
}
