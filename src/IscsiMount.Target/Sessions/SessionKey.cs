using IscsiMount.Protocol;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// What makes two sessions the same one (RFC 7143 §4.4.3, §6.3.5): the initiator's port and the target. A discovery
/// session that names no target belongs to the address where it was opened (RFC 7143 §7.4.2).
/// </summary>
internal readonly record struct SessionKey(string InitiatorName, Isid Isid, string TargetNameOrAddress);
