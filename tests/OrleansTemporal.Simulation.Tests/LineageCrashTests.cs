using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Lineage;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: wherever the power goes in writing, sealing and merging, every acknowledged write keeps its causes, its effects and
/// its references, both ways, and no write that survives has a cause that did not.
/// </summary>
public sealed class LineageCrashTests
{
    private const int Writes = 24;
    private static readonly string[] Namespaces = ["a", "b"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void power_loss_at_any_call_costs_no_edge(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<List<Told>>(seed, (life, told) => ScriptAsync(life, told, new Random(seed)), AuditAsync);
        Assert.True(calls > 80, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, List<Told> told, Random random)
    {
        await life.OpenAsync();
        for (var i = 0; i < Writes; i++)
        {
            ImmutableArray<WriteId> causes = [.. Enumerable.Range(0, told.Count == 0 ? 0 : random.Next(3)).Select(_ => told[random.Next(told.Count)].Id).Distinct()];
            var (ns, target) = (Namespaces[random.Next(2)], $"{Namespaces[random.Next(2)]}/k{random.Next(6)}");
            var json = Encoding.UTF8.GetBytes($$"""{"to":{"$ref":"{{target}}"},"n":{{i}}}""");
            var result = await life.Database.KvService.PutAsync(CallContext.Local, "default", ns, $"k{i % 6}", json, new KvPutOptions { Causes = causes }, CancellationToken.None);
            told.Add(new Told(result.Outcomes[0].WriteId, $"{ns}/k{i % 6}", causes, target));
            if (i % 3 == 2)
            {
                foreach (var agent in life.Database.Directory.Agents)
                {
                    await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None);
                }
            }
        }

        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, List<Told> told)
    {
        await life.OpenAsync();
        foreach (var write in told)
        {
            var above = Ids(await AskAsync(life, LineageAsk.Ancestors, write.Id.ToString(), depth: 1));
            ViolationException.ThrowUnless(above.ToHashSet().SetEquals(write.Causes), $"{write.Id} follows from [{string.Join(' ', above)}]");
            var below = Ids(await AskAsync(life, LineageAsk.Descendants, write.Id.ToString(), depth: 1));
            var expected = told.Where(other => other.Causes.Contains(write.Id)).Select(static other => other.Id).ToArray();

            // One write may have been on its way when the power went.
            ViolationException.ThrowUnless(expected.All(below.Contains) && below.Length <= expected.Length + 1, $"from {write.Id} follow [{string.Join(' ', below)}]");

            // Every cause of whatever follows is there, else the question fails.
            await AskAsync(life, LineageAsk.Order, [.. below.Append(write.Id).Select(static id => id.ToString())]);
        }

        foreach (var write in told.GroupBy(static write => write.Document).Select(static group => group.Last()))
        {
            var version = (await life.Database.KvService.GetAsync(CallContext.Local, "default", write.Document[..1], write.Document[2..], AsOf.Latest, CancellationToken.None)).Version!;
            var referrers = await AskAsync(life, LineageAsk.Referrers, write.Target);
            ViolationException.ThrowUnless(version.WriteId != write.Id || referrers.Rows.Any(row => row.Items[0].WriteId == write.Id), $"{write.Document} does not refer to {write.Target}");
        }
    }

    private static WriteId[] Ids(LineageAnswer answer) => [.. answer.Rows.Select(static row => row.Items[0].Write!.WriteId)];

    private static Task<LineageAnswer> AskAsync(Life life, LineageAsk ask, string of, int? depth = null) => AskAsync(life, ask, [of], depth);

    private static Task<LineageAnswer> AskAsync(Life life, LineageAsk ask, ImmutableArray<string> of, int? depth = null) =>
        life.Database.Lineage.AskAsync(CallContext.Local, "default", new LineageQuery { Ask = ask, Of = of, Depth = depth, Limit = 1_000 }, CancellationToken.None).AsTask();

    private sealed record Told(WriteId Id, string Document, ImmutableArray<WriteId> Causes, string Target);
}
