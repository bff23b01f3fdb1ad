using System.Security.Cryptography;
using IscsiMount.FileSystems;
using IscsiMount.Initiator;
using IscsiMount.Mounting;

namespace IscsiMount.Agent;

/// <summary>The parts that the agent joins.</summary>
/// <param name="Initiator">What sessions take from their surroundings.</param>
/// <param name="Formats">The file systems that are recognised, in the order in which they are asked.</param>
/// <param name="Mounter">Where volumes appear.</param>
/// <param name="Unpredictable">Where challenges come from that nobody may foresee.</param>
internal sealed record AgentEngines(
    InitiatorServices Initiator, IReadOnlyList<IFileSystemFormat> Formats, IMounter Mounter,
    RandomNumberGenerator Unpredictable);
