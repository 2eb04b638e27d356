using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Views;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: wherever the power goes in defining views, writing, splitting, erasing, sealing and reading, a view that was
/// acknowledged is there again and says what its query says of the documents that are there.
/// </summary>
public sealed class ViewCrashTests
{
    private const string Workspace = "default";
    private const string Namespace = "n";

    private static readonly (string Name, string Json)[] Definitions =
    [
        ("rows", """{"source":"kv/n","query":{"filter":{"gt":{"field":"n","value":1}},"sort":[{"field":"n","descending":true}]}}"""),
        ("sums", """{"source":"views/rows","query":{"groupBy":["g"],"aggregate":{"c":{"count":"*"},"s":{"sum":"n"}}}}"""),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void power_loss_at_any_call_leaves_views_that_say_what_their_queries_say(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, (life, told) => ScriptAsync(life, told, new Random(seed)), AuditAsync);
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told, Random random)
    {
        await life.OpenAsync();
        foreach (var (name, json) in Definitions)
        {
            await life.Database.Views.PutAsync(CallContext.Local, Workspace, name, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(json)), CancellationToken.None);
            told.Defined++;
        }

        await ChangeAsync(life, static settings => settings with { Indexes = ["n"] });
        for (var i = 0; i < 10; i++)
        {
            ImmutableArray<KvOperation> operations = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"k{random.Next(6)}").Distinct().Select(key => random.Next(5) == 0
                ? new KvOperation { Kind = KvOperationKind.Delete, Key = key, MayBeAbsent = true }
                : new KvOperation { Kind = KvOperationKind.Put, Key = key, Value = Encoding.UTF8.GetBytes($$"""{"g":{{random.Next(2)}},"n":{{random.Next(5)}}}""") })];
            await life.Database.KvService.BatchAsync(CallContext.Local, Workspace, Namespace, operations, atomic: false, KvPutOptions.None, CancellationToken.None);
            await CheckAsync(life, Definitions[random.Next(Definitions.Length)].Name);
            switch (i)
            {
                case 3:
                    await ChangeAsync(life, static settings => settings with { Partitions = 3 });
                    break;
                case 5:
                    await life.Database.KvService.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfPrefix(Namespace, "k"), CancellationToken.None);
                    break;
                case 2 or 7:
                    foreach (var agent in life.Database.Directory.Agents)
                    {
                        await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, CancellationToken.None);
                    }

                    break;
                default:
                    break;
            }
        }

        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        for (var i = 0; i < Definitions.Length; i++)
        {
            try
            {
                await CheckAsync(life, Definitions[i].Name);
            }
            catch (TemporalException missing) when (missing.Code == ErrorCodes.ViewNotFound)
            {
                ViolationException.ThrowUnless(i >= told.Defined, $"the view {Definitions[i].Name} is gone");
            }
        }

        foreach (var agent in life.Database.Directory.Agents)
        {
            await agent.MaintainAsync(MaintenanceBudget.Normal, CancellationToken.None);
        }

        var filter = """{"eq":{"field":"n","value":3}}"""u8.ToArray();
        var found = await life.Database.KvService.QueryAsync(CallContext.Local, Workspace, Namespace, new KvQueryRequest { Filter = filter }, CancellationToken.None);
        var plain = await life.Database.KvService.QueryAsync(CallContext.Local, Workspace, Namespace, new KvQueryRequest { Filter = filter, AsOf = AsOf.At(found.AsOf), UseIndexes = false }, CancellationToken.None);
        ViolationException.ThrowUnless(plain.Rows.Select(static row => row.WriteId).SequenceEqual(found.Rows.Select(static row => row.WriteId)), "an index leaves documents out");
        var reports = await life.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
        ViolationException.ThrowUnless(reports.All(static report => report.Fault is null), "a chain does not verify");
    }

    private static async Task CheckAsync(Life life, string view)
    {
        var page = await life.Database.Views.ReadAsync(CallContext.Local, Workspace, view, new ViewRowsRequest(), CancellationToken.None);
        var request = new KvQueryRequest { Filter = """{"gt":{"field":"n","value":1}}"""u8.ToArray(), AsOf = AsOf.At(page.AsOf), UseIndexes = false };
        var rows = ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(Definitions.Single(one => one.Name == view).Json));
        request = view == "rows" ? request with { Sort = rows.Sort } : request with { GroupBy = rows.GroupBy, Aggregates = rows.Aggregates };
        var plain = await life.Database.KvService.QueryAsync(CallContext.Local, Workspace, Namespace, request, CancellationToken.None);
        ViolationException.ThrowUnless(plain.Rows.Select(static row => row.WriteId).SequenceEqual(page.Rows.Select(static row => row.WriteId)), $"{view} has other rows than its query");
        ViolationException.ThrowUnless(
            plain.Groups.Select(static group => Encoding.UTF8.GetString(group.Span)).SequenceEqual(page.Groups.Select(static group => Encoding.UTF8.GetString(group.Span))),
            $"{view} has other groups than its query");
    }

    private static async Task ChangeAsync(Life life, Func<KvSettings, KvSettings> change)
    {
        var settings = await life.Database.KvService.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None);
        await life.Database.KvService.PutSettingsAsync(CallContext.Local, Workspace, Namespace, change(settings), CancellationToken.None);
    }

    private sealed class Told
    {
        public int Defined { get; set; }

        public override string ToString() => $"{Defined} views";
    }
}
