using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class TraitTests
{
    [Fact]
    public void A_requirement_is_a_trait_for_each_of_its_ids()
    {
        Assert.Equal(
            [KeyValuePair.Create("Requirement", "FFP-1"), KeyValuePair.Create("Requirement", "FFP-2")],
            new RequirementAttribute("FFP-1", "FFP-2").GetTraits());
    }

    [Fact]
    public void A_section_is_a_trait()
    {
        Assert.Equal([KeyValuePair.Create("RFC 7143", "11.8.4")], new Rfc7143Attribute("11.8.4").GetTraits());
    }

    [Fact]
    public void A_reported_bug_is_a_trait()
    {
        Assert.Equal([KeyValuePair.Create("Issue", "123")], new IssueAttribute(123).GetTraits());
    }

    [Fact, Requirement("FFP-01"), Requirement("FFP-02"), Rfc7143("11.8.4")]
    public void The_runner_sees_every_trait_of_a_test()
    {
        IReadOnlyDictionary<string, IReadOnlyCollection<string>> traits = TestContext.Current.Test!.Traits;

        Assert.Equal(["FFP-01", "FFP-02"], traits["Requirement"].Order());
        Assert.Equal(["11.8.4"], traits["RFC 7143"]);
    }
}
