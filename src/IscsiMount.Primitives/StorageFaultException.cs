namespace IscsiMount.Primitives;

/// <summary>What can no longer be used after a fault. Each member takes down all those before it.</summary>
public enum FaultScope
{
    /// <summary>One command failed. The next may succeed on the same connection.</summary>
    Command,

    /// <summary>The TCP connection is gone. The session may bring up another and repeat what was under way.</summary>
    Connection,

    /// <summary>The session is gone, and every command in it has failed.</summary>
    Session,

    /// <summary>The volume contradicts itself. It takes no more writes until it has been checked.</summary>
    Volume,
}

/// <summary>Something outside of this program failed: the network, the target, or what is on the medium.</summary>
public abstract class StorageFaultException(FaultScope scope, string message, Exception? cause = null)
    : IOException(message, cause)
{
    public FaultScope Scope { get; } = scope;

    /// <summary>Whether the same request may succeed later without anybody repairing anything.</summary>
    public virtual bool IsTransient => false;
}

/// <summary>The peer broke a rule of the protocol, so nothing that it says next can be trusted.</summary>
public sealed class ProtocolViolationException(string rule, string observed)
    : StorageFaultException(FaultScope.Connection, $"{observed} ({rule})")
{
    /// <summary>The rule as a citation, such as <c>RFC 7143 §11.8.4</c>.</summary>
    public string Rule { get; } = rule;
}

/// <summary>What is on the medium contradicts its format.</summary>
public sealed class DamagedMediumException(string structure, string observed)
    : StorageFaultException(FaultScope.Volume, $"{structure}: {observed}")
{
    /// <summary>The structure that is damaged, by its name in the format.</summary>
    public string Structure { get; } = structure;
}
