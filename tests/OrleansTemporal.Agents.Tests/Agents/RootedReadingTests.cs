using System.Globalization;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Agents;

/// <summary>A page of a log says what the root is before it, wherever it begins and wherever its deltas lie.</summary>
public sealed class RootedReadingTests
{
    [Fact]
    public async Task the_root_before_a_page_is_that_of_the_receipt_before_it()
    {
        await using var store = await HeldStore.OpenAsync();
        var agent = new AgentId("default", AgentKind.Kv, "n", 0);
        var roots = new List<Distinction> { GenesisRoot.Of(agent) };
        for (var i = 0; i < 60; i++)
        {
            roots.Add((await store.PutAsync(string.Create(CultureInfo.InvariantCulture, $"k{i}"), "1")).Receipt.Root);
            if (i is 14 or 29)
            {
                await TestStore.SealAsync(store.Agent("n"), allowMerges: false);
            }
        }

        var random = new Random(7);
        foreach (var reopen in new[] { false, true })
        {
            for (var turn = 0; turn < 200; turn++)
            {
                var after = random.Next(61);
                var page = await store.Agent("n").ReadDeltasAsync(after, random.Next(1, 20), CancellationToken.None);
                Assert.Equal(after == 60, page.Records.IsEmpty);
                Assert.Equal(after == 60 ? null : roots[after], page.RootBefore);
            }

            if (!reopen)
            {
                await store.ReopenAsync(clean: false);
            }
        }
    }
}
