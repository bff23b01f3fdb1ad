using IscsiMount.Transport;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator;

/// <summary>
/// What the initiator takes from its surroundings, so that a test can put something else in its place.
/// </summary>
public sealed record InitiatorServices(
    TimeProvider Time, Random Chance, ILoggerFactory Loggers, IConnector Connector);
