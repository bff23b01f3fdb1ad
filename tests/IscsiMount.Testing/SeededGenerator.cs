using System.Security.Cryptography;

namespace IscsiMount.Testing;

/// <summary>Stands for a source of unpredictable bytes where a run has to be repeatable.</summary>
public sealed class SeededGenerator(int seed) : RandomNumberGenerator
{
    private readonly Random _chance = new(seed);

    public override void GetBytes(byte[] data) => _chance.NextBytes(data);
}
