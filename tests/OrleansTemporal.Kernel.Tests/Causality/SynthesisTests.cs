using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class SynthesisTests
{
    private static readonly Distinction Action = TaggedHash.Hash(HashTag.Action, "register"u8);

    [Fact]
    public void an_action_over_no_agents_has_no_distinction() => Assert.Null(Synthesis.Across([], Action));

    [Fact]
    public void an_action_over_one_agent_is_its_next_root()
    {
        var root = GenesisRoot.Of(AgentId.Parse("kv/default/users/0"));
        Assert.Equal(Synthesis.Synthesize(root, Action), Synthesis.Across([root], Action));
    }

    [Fact]
    public void an_action_over_several_agents_tells_them_and_their_order_apart()
    {
        var roots = new[] { "kv/default/users/0", "vectors/default/users/0", "kv/default/orders/0" }
            .Select(text => GenesisRoot.Of(AgentId.Parse(text))).ToArray();
        Distinction?[] all =
        [
            Synthesis.Across(roots, Action),
            Synthesis.Across([roots[1], roots[0], roots[2]], Action),
            Synthesis.Across(roots.AsSpan(0, 2), Action),
            Synthesis.Across(roots, CanonicalRoots.PrimordialOne),
        ];
        Assert.DoesNotContain(null, all);
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
