using Xunit;
using Xunit.Sdk;

namespace IscsiMount.Testing.Tests;

public sealed class SeedsAttributeTests
{
    [Fact]
    public void There_is_one_row_for_each_seed_from_zero()
    {
        Assert.Equal([0, 1, 2, 3], SeedsAttribute.Choose(4, null));
        Assert.Equal([0, 1, 2, 3], SeedsAttribute.Choose(4, ""));
    }

    [Fact]
    public void A_replay_runs_its_seed_alone()
    {
        Assert.Equal([90_210], SeedsAttribute.Choose(4, "90210"));
    }

    [Fact]
    public async Task A_row_holds_its_seed()
    {
        await using var tracker = new DisposalTracker();
        IReadOnlyCollection<ITheoryDataRow> rows = await new SeedsAttribute(3).GetData(
            typeof(SeedsAttributeTests).GetMethod(nameof(A_row_holds_its_seed))!, tracker);

        Assert.All(rows, row => Assert.IsType<int>(Assert.Single(row.GetData())));
    }
}
