using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Orleans.Runtime;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Kv;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Azure.Tests.Emulation;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>Several silos over one container: each agent lives on one of them, and every one of them answers for all.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class SeveralSilosTests(AzuriteFixture fixture)
{
    private static readonly CallContext Call = CallContext.Local;

    [AzuriteFact]
    public async Task agents_live_on_every_silo_and_each_silo_answers_for_all()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite), count: 3);
        for (var i = 0; i < 24; i++)
        {
            await silos.Database(i % 3).KvService.PutAsync($"n{i}", "k", string.Create(CultureInfo.InvariantCulture, $"{i}"));
        }

        var homes = new HashSet<SiloAddress>();
        for (var i = 0; i < 24; i++)
        {
            homes.Add(Assert.Single(await silos.HomesAsync(new AgentId("default", AgentKind.Kv, $"n{i}", 0))));
            foreach (var kv in (KvService[])[silos.Client.KvService, silos.Database((i + 1) % 3).KvService])
            {
                Assert.Equal($"{i}", Encoding.UTF8.GetString((await kv.GetAsync(Call, "default", $"n{i}", "k", AsOf.Latest, default)).Version!.Value.Span));
            }
        }

        Assert.Equal(3, homes.Count);
        // Whoever has the registry of workspaces runs what is scheduled.
        Assert.Single(await silos.HomesAsync(SystemAgents.WorkspaceRegistry));
        Assert.All(await silos.Client.Agents.VerifyAsync(Call, "default", default), static report => Assert.Null(report.Fault));
    }

    [AzuriteFact]
    public async Task values_under_data_keys_of_one_silo_are_read_and_erased_through_another()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite));
        await silos.Database(0).Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "secret", DataKey = DataKeyPolicy.Own }, default);
        for (var i = 0; i < 12; i++)
        {
            // The facade's silo makes or names the key; the agent's silo encrypts under it.
            await silos.Database(i % 2).KvService.PutAsync(Call, "secret", $"n{i}", "k", Encoding.UTF8.GetBytes($"{i}"), KvPutOptions.None, default);
        }

        var rotated = await silos.Database(1).KvService.RotateDataKeyAsync(Call, DataKeyScope.OfWorkspace("secret"), default);
        for (var i = 0; i < 12; i++)
        {
            await silos.Database(1).KvService.PutAsync(Call, "secret", $"n{i}", "k", Encoding.UTF8.GetBytes($"{i + 100}"), KvPutOptions.None, default);
            Assert.Equal($"{i + 100}", await ReadAsync(silos.Client.KvService, $"n{i}"));
            Assert.Equal($"{i + 100}", await ReadAsync(silos.Database(0).KvService, $"n{i}"));
        }

        Assert.Contains(rotated.Id, (await silos.Database(0).KvService.ListDataKeysAsync(Call, "secret", default)).Select(static key => key.Id));
        await silos.Database(0).KvService.EraseAsync(Call, "secret", KvErasureScope.OfWorkspace(), default);
        Assert.Empty(await silos.Database(1).KvService.ListDataKeysAsync(Call, "secret", default));
        await silos.Database(1).KvService.PutAsync(Call, "secret", "n3", "new", "1"u8.ToArray(), KvPutOptions.None, default);
        Assert.Null((await silos.Database(1).KvService.GetAsync(Call, "secret", "n3", "k", AsOf.Latest, default)).Version);
        var history = await silos.Database(1).KvService.GetHistoryAsync(Call, "secret", "n3", new KvHistoryQuery { Key = "k" }, default);
        Assert.Equal(2, history.Versions.Count(static version => version.IsErased));
        Assert.Equal("1", await ReadAsync(silos.Database(0).KvService, "n3", "new"));
        Assert.All(await silos.Client.Agents.VerifyAsync(Call, "secret", default), static report => Assert.Null(report.Fault));

        static async Task<string> ReadAsync(KvService kv, string ns, string key = "k") =>
            Encoding.UTF8.GetString((await kv.GetAsync(Call, "secret", ns, key, AsOf.Latest, default)).Version!.Value.Span);
    }

    [AzuriteFact]
    public async Task agents_of_a_silo_that_dies_are_taken_over_and_lose_nothing_that_was_acknowledged()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite));
        var acknowledged = new ConcurrentDictionary<(string, string), Receipt>();
        using var stopped = new CancellationTokenSource();
        var (survivor, victim) = (silos.Database(0), silos.Silos[1]);
        var writing = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stopped.IsCancellationRequested; i++)
            {
                var (ns, key) = ($"n{i % 6}", string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}"));
                try
                {
                    acknowledged[(ns, key)] = (await survivor.KvService.PutAsync(ns, key, "1")).Receipt;
                }
                catch (TemporalException failure) when (failure.Kind == ErrorKind.Unavailable)
                {
                    // Not acknowledged; the next one may be.
                    continue;
                }
            }
        })).ToArray();
        await Eventually.HoldsAsync("there are writes", () => acknowledged.Count > 200);
        await silos.Cluster.KillSiloAsync(victim);
        var before = acknowledged.Count;
        await Eventually.HoldsAsync("every agent is written to again", async () =>
        {
            for (var i = 0; i < 6; i++)
            {
                try
                {
                    await survivor.KvService.PutAsync($"n{i}", $"after-{i}", "1");
                }
                catch (TemporalException failure) when (failure.Kind == ErrorKind.Unavailable)
                {
                    return false;
                }
            }

            return true;
        }, TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync("writers go on", () => acknowledged.Count > before + 100);
        await stopped.CancelAsync();
        await Task.WhenAll(writing);
        await CheckAsync(survivor.KvService, acknowledged);
        Assert.All(await survivor.Agents.VerifyAsync(Call, "default", default), static report => Assert.Null(report.Fault));
    }

    [AzuriteFact]
    public async Task a_silo_that_stops_lets_its_agents_go_so_that_nobody_waits_for_its_lease()
    {
        // Longer than anything here waits: whoever had to outlive it would fail.
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite, ownerLease: TimeSpan.FromMinutes(5)));
        var leaving = silos.Silos[1];
        for (var i = 0; i < 12; i++)
        {
            await silos.Database(0).KvService.PutAsync($"n{i}", "k", "1");
        }

        await silos.Cluster.StopSiloAsync(leaving);
        for (var i = 0; i < 12; i++)
        {
            Assert.True((await silos.Database(0).KvService.PutAsync($"n{i}", "k", "2")).Receipt.Sequence == 2);
        }

        Assert.Single(silos.Silos);
    }

    [AzuriteFact]
    public async Task writers_through_every_silo_meet_no_error_while_silos_are_replaced_one_by_one()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite));
        var acknowledged = new ConcurrentDictionary<(string, string), Receipt>();
        using var stopped = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stopped.IsCancellationRequested; i++)
            {
                var (ns, key) = ($"n{i % 5}", string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}"));
                while (true)
                {
                    try
                    {
                        acknowledged[(ns, key)] = (await silos.Client.KvService.PutAsync(
                            Call with { IdempotencyKey = key }, "default", ns, key, "1"u8.ToArray(), KvPutOptions.None, default)).Receipt;
                        break;
                    }
                    catch (TemporalException failure) when (failure.Kind == ErrorKind.Unavailable)
                    {
                        // Outcome unknown: the same request again settles it.
                        continue;
                    }
                }
            }
        })).ToArray();
        await Eventually.HoldsAsync("there are writes", () => acknowledged.Count > 100);
        for (var round = 0; round < 2; round++)
        {
            await silos.Cluster.StartAdditionalSiloAsync();
            await silos.Cluster.StopSiloAsync(silos.Silos[0]);
            var before = acknowledged.Count;
            await Eventually.HoldsAsync("writers go on", () => acknowledged.Count > before + 100 || writing.Any(static one => one.IsFaulted), TimeSpan.FromSeconds(60));
        }

        await stopped.CancelAsync();
        await Task.WhenAll(writing);
        await CheckAsync(silos.Client.KvService, acknowledged);
        Assert.All(await silos.Client.Agents.VerifyAsync(Call, "default", default), static report => Assert.Null(report.Fault));
    }

    [AzuriteFact]
    public async Task two_activations_of_one_agent_never_both_acknowledge()
    {
        // Two clusters that do not know of each other over one container: whatever the runtime promises is off. Writers ask
        // the agent itself, since a facade would first read the catalog, which both clusters look after all the time.
        var storage = TestSilos.NewStorage(fixture.Azurite);
        await using var left = await TestSilos.StartAsync(storage, count: 1);
        await left.Database(0).KvService.PutAsync("n", "first", "1");
        await using var right = await TestSilos.StartAsync(storage, count: 1);
        var id = new AgentId("default", AgentKind.Kv, "n", 0);
        TestSilos[] clusters = [left, right];
        IStorageAgent[] agents = [.. clusters.Select(silos => new GrainDirectory(silos.Cluster.Client).Get<IStorageAgent>(id))];
        var acknowledged = new ConcurrentDictionary<(string, string), Receipt>();
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(agents.SelectMany((agent, side) => Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    var key = string.Create(CultureInfo.InvariantCulture, $"r{round}s{side}w{writer}-{i}");
                    try
                    {
                        var put = new KvOperation { Kind = KvOperationKind.Put, Key = key, Value = "1"u8.ToArray() };
                        acknowledged[("n", key)] = (await agent.WriteAsync(new KvWrite { Operations = [put] }, default)).Receipt;
                    }
                    catch (TemporalException failure) when (failure.IsRetryable)
                    {
                        // The other one has the agent.
                        continue;
                    }
                }
            }))));
        }

        Assert.Equal(acknowledged.Count, acknowledged.Values.Select(static receipt => receipt.Sequence).Distinct().Count());
        Assert.All((string[])["s0", "s1"], side => Assert.Contains(acknowledged.Keys, key => key.Item2.Contains(side, StringComparison.Ordinal)));
        foreach (var (agent, silos) in agents.Zip(clusters))
        {
            foreach (var ((_, key), receipt) in acknowledged)
            {
                var version = (await agent.GetAsync(key, AsOf.Latest, default)).Version;
                Assert.True(version is not null, $"{key} was acknowledged and is lost");
                Assert.Equal(receipt.Sequence, version.WriteId.Sequence);
            }

            Assert.Single(await silos.HomesAsync(id));
            Assert.Null((await agent.VerifyAsync(default)).Fault);
        }
    }

    [AzuriteFact]
    public async Task a_workspace_that_was_removed_through_one_silo_is_gone_for_the_others()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite));
        await silos.Database(0).Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "team" }, default);
        for (var i = 0; i < 8; i++)
        {
            await silos.Database(i % 2).KvService.PutAsync(Call, "team", $"n{i}", "k", "1"u8.ToArray(), KvPutOptions.None, default);
        }

        await silos.Database(1).Workspaces.DeleteAsync(Call, "team", default);
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => silos.Database(0).KvService.PutAsync(Call, "team", "n0", "k", "1"u8.ToArray(), KvPutOptions.None, default).AsTask());
        Assert.Equal(ErrorCodes.WorkspaceNotFound, refusal.Code);
        await silos.Database(0).Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "team" }, default);
        Assert.Equal(1, (await silos.Database(1).KvService.PutAsync(Call, "team", "n0", "k", "1"u8.ToArray(), KvPutOptions.None, default)).Receipt.Sequence);
    }

    [AzuriteFact]
    public async Task an_operation_is_followed_through_any_silo()
    {
        await using var silos = await TestSilos.StartAsync(TestSilos.NewStorage(fixture.Azurite));
        await silos.Database(0).KvService.PutAsync("n", "k", "1");
        var begun = await silos.Database(0).Agents.StartVerifyAsync(Call, "default", default);
        foreach (var operations in (OperationService[])[silos.Database(1).Operations, silos.Client.Operations, silos.Database(0).Operations])
        {
            await Eventually.HoldsAsync("it has succeeded", async () => (await operations.GetAsync(Call, "default", begun.Id, default))!.Status == OperationStatus.Succeeded);
            Assert.Null(await operations.GetAsync(Call, "default", "verify-0-0", default));
            Assert.Null(await operations.GetAsync(Call, "another", begun.Id, default));
        }
    }

    private static async Task CheckAsync(KvService kv, ConcurrentDictionary<(string Namespace, string Key), Receipt> acknowledged)
    {
        foreach (var ((ns, key), receipt) in acknowledged)
        {
            var version = (await kv.GetAsync(Call, "default", ns, key, AsOf.Latest, default)).Version;
            Assert.True(version is not null, $"{ns}/{key} was acknowledged and is lost");
            Assert.Equal(receipt.Sequence, version.WriteId.Sequence);
        }

        var places = acknowledged.Select(static write => (write.Key.Namespace, write.Value.Sequence)).ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
    }
}
