using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Grains.Tests.Kv;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Agents;

/// <summary>Agents come and go as grains do; what they know stays.</summary>
public sealed class ActivationTests : IAsyncLifetime
{
    private static readonly AgentId Catalog = SystemAgents.CatalogOf("default");

    private readonly TestSilo silo = new();

    public Task InitializeAsync() => silo.InitializeAsync();

    public Task DisposeAsync() => silo.DisposeAsync();

    [Fact]
    public async Task an_agent_that_was_deactivated_has_its_root_its_history_and_its_next_sequence()
    {
        var kv = silo.Client.KvService;
        await WriteAsync(kv, "n", 20);
        var agent = new AgentId("default", AgentKind.Kv, "n", 0);
        var before = await StatusAsync(agent);
        var catalog = await StatusAsync(Catalog);
        var history = await kv.HistoryAsync("n", "k3");
        await silo.DeactivateAsync(agent);
        await silo.DeactivateAsync(Catalog);

        var after = await StatusAsync(agent);
        Assert.Equal((before.Sequence, before.Root, before.SystemTime), (after.Sequence, after.Root, after.SystemTime));
        Assert.True(after.Epoch > before.Epoch, "it is another life of the agent");
        Assert.Equal(catalog.Root, (await StatusAsync(Catalog)).Root);
        Assert.Equal(history.Select(static version => (version.WriteId, version.DistinctionId)), (await kv.HistoryAsync("n", "k3")).Select(static version => (version.WriteId, version.DistinctionId)));
        Assert.Equal(before.Sequence + 1, (await kv.PutAsync("n", "k3", "\"next\"")).Receipt.Sequence);
        Assert.Null((await silo.Agent<IStorageAgent>(agent).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task writers_meet_no_error_while_their_agent_comes_and_goes()
    {
        var agent = new AgentId("default", AgentKind.Kv, "busy", 0);
        await WriteAsync(silo.Client.KvService, "busy", 1);
        var writing = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var kv = silo.Kv(outside: writer % 2 == 0);
            for (var i = 0; i < 50; i++)
            {
                await kv.PutAsync("busy", string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}"), "1");
            }
        })).ToArray();
        var lives = 0;
        while (!writing.All(static one => one.IsCompleted))
        {
            await silo.DeactivateAsync(agent);
            await StatusAsync(agent);
            lives++;
        }

        await Task.WhenAll(writing);
        var status = await StatusAsync(agent);
        Assert.True(lives > 0);
        Assert.Equal(201, status.Sequence);
        Assert.Equal(201, (await silo.Client.KvService.KeysAsync("busy")).Length);
        Assert.Null((await silo.Agent<IStorageAgent>(agent).VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task a_silo_that_was_restarted_and_an_embedded_database_find_the_same_roots()
    {
        await WriteAsync(silo.Client.KvService, "n", 30);
        await WriteAsync(silo.Database.KvService, "m", 10);
        var roots = await RootsAsync();
        Assert.Equal(3, roots.Count);
        await silo.RestartAsync();
        Assert.Equal(roots, await RootsAsync());
        Assert.Equal(30, (await silo.Client.KvService.KeysAsync("n")).Length);

        await silo.StopAsync();
        await using (var embedded = await TemporalDatabase.OpenAsync(silo.DataDirectory))
        {
            var reports = await embedded.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None);
            Assert.All(reports, static report => Assert.Null(report.Fault));
            Assert.Equal(roots, reports.ToDictionary(static report => report.Agent, static report => report.Root));
        }

        await silo.InitializeAsync();
        Assert.Equal(roots, await RootsAsync());
    }

    [Fact]
    public async Task every_agent_is_one_grain_with_the_text_of_its_id_as_key()
    {
        await WriteAsync(silo.Client.KvService, "one", 1);
        await WriteAsync(silo.Database.KvService, "two", 1);
        var management = silo.Cluster.Client.GetGrain<IManagementGrain>(0);
        var storage = await management.GetActiveGrains(GrainType.Create("ot.storage"));
        Assert.Equal(["kv/default/one/0", "kv/default/two/0"], storage.Select(static grain => grain.Key.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(["catalog/default/catalog/0", "workspaces/_system/registry/0"], (await management.GetActiveGrains(GrainType.Create("ot.catalog"))).Select(static grain => grain.Key.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(4, ((IAgentHost)silo.Cluster.GetSiloServiceProvider().GetService(typeof(SiloAgents))!).Agents.Count());
    }

    [Fact]
    public async Task lineage_and_genome_are_answered_outside_as_inside()
    {
        var cause = await silo.Client.KvService.PutAsync("n", "cause", "1");
        var effect = await silo.Client.KvService.PutAsync("n", "effect", "2", new KvPutOptions { Causes = [cause.Outcomes[0].WriteId] });
        var question = new Lineage.LineageQuery { Ask = Lineage.LineageAsk.Effects, Of = [cause.Outcomes[0].WriteId.ToString()] };
        var inside = await silo.Database.Lineage.AskAsync(CallContext.Local, "default", question, CancellationToken.None);
        var outside = await silo.Client.Lineage.AskAsync(CallContext.Local, "default", question, CancellationToken.None);
        Assert.Equal(effect.Outcomes[0].WriteId, Assert.Single(WritesOf(outside)));
        Assert.Equal(WritesOf(inside), WritesOf(outside));

        var genome = await silo.Client.GetGenomeAsync(CallContext.Local, "default", CancellationToken.None);
        Assert.Equal((await silo.Database.Genome.GetAsync(CallContext.Local, "default", CancellationToken.None)).Digest, genome.Digest);
        Assert.Equal(await RootsAsync(), genome.Agents.ToDictionary(static agent => agent.Agent, static agent => agent.Root));
    }

    [Fact]
    public async Task a_second_silo_with_a_folder_of_its_own_is_refused_before_it_gets_an_agent()
    {
        await WriteAsync(silo.Client.KvService, "n", 5);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => silo.Cluster.StartAdditionalSiloAsync());
        Assert.Contains("serves one silo alone", failure.GetBaseException().Message, StringComparison.Ordinal);
        await WriteAsync(silo.Client.KvService, "n", 5);
        Assert.Equal(10, (await StatusAsync(new AgentId("default", AgentKind.Kv, "n", 0))).Sequence);
    }

    [Fact]
    public async Task a_users_own_grain_keeps_what_it_knows_in_the_silos_database()
    {
        var visitor = silo.Cluster.Client.GetGrain<IVisitGrain>("ada");
        Assert.Equal(1, await visitor.VisitAsync());
        Assert.Equal(2, await visitor.VisitAsync());
        Assert.Equal(["1", "2"], (await silo.Client.KvService.HistoryAsync("visits", "ada")).Select(static version => System.Text.Encoding.UTF8.GetString(version.Value.Span)));
    }

    private static WriteId[] WritesOf(Lineage.LineageAnswer answer) => [.. answer.Rows.SelectMany(static row => row.Items).Select(static item => item.Write!.WriteId)];

    private static async Task WriteAsync(KvService kv, string ns, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await kv.PutAsync(ns, $"k{i}", "{\"n\":" + i.ToString(CultureInfo.InvariantCulture) + "}");
        }
    }

    private ValueTask<AgentStatus> StatusAsync(AgentId id) => silo.Agent<IAgent>(id).GetStatusAsync(CancellationToken.None);

    private async Task<Dictionary<AgentId, Distinction>> RootsAsync() =>
        (await silo.Client.Agents.ListAsync(CallContext.Local, "default", null, CancellationToken.None)).ToDictionary(static status => status.Agent, static status => status.Root);
}
