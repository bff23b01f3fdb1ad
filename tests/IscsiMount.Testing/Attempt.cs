using IscsiMount.Primitives;

namespace IscsiMount.Testing;

/// <summary>Reads bytes that may be nonsense: the answer is a value, or nothing if the bytes broke a rule.</summary>
/// <remarks>Any other exception is a bug of the reader and passes through to the test.</remarks>
public static class Attempt
{
    public static T? Read<T>(Func<T> read)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (StorageFaultException fault) when (IsVerdictOnBytes(fault))
        {
            return null;
        }
    }

    /// <summary>The same for what is read as an object.</summary>
    public static T? ReadObject<T>(Func<T> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (StorageFaultException fault) when (IsVerdictOnBytes(fault))
        {
            return null;
        }
    }

    private static bool IsVerdictOnBytes(StorageFaultException fault)
    {
        return fault is ProtocolViolationException or DamagedMediumException;
    }
}
