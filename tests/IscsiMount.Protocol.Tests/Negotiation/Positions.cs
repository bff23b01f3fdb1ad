using IscsiMount.Protocol.Negotiation;

namespace IscsiMount.Protocol.Tests.Negotiation;

/// <summary>Draws what one side might want of a key.</summary>
internal static class Positions
{
    public static string Draw(KeyDefinition key, Random chance)
    {
        if (key.IsNumber)
        {
            return $"{chance.NextInt64(key.Minimum, Math.Min(key.Maximum, 1_000_000) + 1L)}";
        }

        string[] values = key.Rule switch
        {
            KeyRule.BooleanAnd or KeyRule.BooleanOr => ["Yes", "No"],
            _ when key.Name == KeyName.TaskReporting => ["RFC3720", "RFC3720,ResponseFence", "FastAbort,RFC3720"],
            _ => ["None", "CRC32C,None", "None,CRC32C"],
        };
        return chance.GetItems(values, 1)[0];
    }
}
