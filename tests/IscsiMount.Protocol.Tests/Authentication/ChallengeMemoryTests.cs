using IscsiMount.Protocol.Authentication;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Authentication;

public sealed class ChallengeMemoryTests
{
    [Fact, Requirement("CHAP-12")]
    public void A_challenge_is_known_by_its_bytes_whatever_its_identifier()
    {
        var memory = new ChallengeMemory();
        var challenge = ChapChallenge.Read("1", "0x0102030405060708");

        Assert.True(memory.Add(challenge));
        Assert.False(memory.Add(ChapChallenge.Read("2", "0bAQIDBAUGBwg=")));
        Assert.True(memory.Contains(ChapChallenge.Read("3", "0x0102030405060708")));
        Assert.False(memory.Contains(ChapChallenge.Read("1", "0x0102030405060709")));
    }

    [Fact]
    public void The_oldest_is_forgotten_when_there_are_too_many()
    {
        var memory = new ChallengeMemory(countMax: 2);
        ChapChallenge[] challenges =
            [.. Enumerable.Range(0x10, 3).Select(i => ChapChallenge.Read("1", $"0x01020304050607{i:x}"))];

        Assert.All(challenges, challenge => Assert.True(memory.Add(challenge)));

        Assert.Equal([false, true, true], challenges.Select(memory.Contains));
    }

    [Fact, Requirement("CHAP-14")]
    public void Each_challenge_that_we_draw_is_another_one()
    {
        using var chance = new SeededGenerator(1);
        var memory = new ChallengeMemory();

        for (int i = 0; i < 100; i++)
        {
            var challenge = ChapChallenge.Draw(chance);
            Assert.True(memory.Add(challenge));
            Assert.Equal((16, false), (challenge.Bytes.Length, challenge.IsWeak));
        }
    }
}
