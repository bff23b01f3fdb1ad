using IscsiMount.Primitives;

namespace IscsiMount.Initiator;

/// <summary>
/// The session has had no connection for longer than commands may wait for one. It goes on trying to get one.
/// </summary>
public sealed class TargetUnreachableException(string target, TimeSpan bound, Exception? last) : StorageFaultException(
    FaultScope.Session,
    $"{target} has been out of reach for longer than {bound.TotalSeconds:0.#} s. {last?.Message}".TrimEnd(),
    last)
{
    public override bool IsTransient => true;
}
