using IscsiMount.Transport.Framing;

namespace IscsiMount.Initiator.Connections;

/// <summary>What a connection does in a part of its life: first it logs in, then it works.</summary>
internal interface IConnectionPhase : IPduHandler, IPduSource;
