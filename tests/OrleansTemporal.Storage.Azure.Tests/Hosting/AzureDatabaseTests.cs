using System.Text;
using Azure.Storage.Blobs.Models;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Azure.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Storage.Azure.Tests.Hosting;

/// <summary>Goal: the whole product does on Azure storage what it does on a disk.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class AzureDatabaseTests(AzuriteFixture fixture)
{
    private const string Master = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static readonly CallContext Call = CallContext.Local;
    private static readonly byte[] Incompressible = Encoding.ASCII.GetBytes("Zq8vR2kXw7LmT4bY");

    [AzuriteFact]
    public async Task what_becomes_durable_in_blobs_is_told_of()
    {
        await using var database = await AzureDatabase.In(fixture.Azurite).OpenAsync();
        using var notices = database.Notices.Listen(new NoticeFilter { Kinds = [AgentKind.Kv] });
        var receipt = (await database.Kv("users").PutAsync("ada", 1)).Receipt;
        Assert.Equal(new AgentNotice(receipt.Agent, receipt.Sequence), Assert.Single((await notices.ReadAsync(CancellationToken.None)).Notices));
    }

    [AzuriteFact]
    public async Task what_is_written_is_there_after_closing_and_opening_again()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        var moments = new List<HybridTimestamp>();
        var root = default(Distinction);
        await using (var database = await place.OpenAsync())
        {
            var users = database.Kv("users");
            for (var i = 0; i < 20; i++)
                moments.Add((await users.PutAsync("ada", i)).Receipt.SystemTime);
            await BatchAsync(database, "users", 50);
            await users.DeleteAsync("k7");
            await CheckAsync(database);
            root = (await database.Agents.GetAsync(Call, WorkspaceService.DefaultName, AgentKind.Kv, "users", default)).Single().Root;
        }

        await using var again = await place.OpenAsync();
        await CheckAsync(again);
        Assert.Equal(root, (await again.Agents.GetAsync(Call, WorkspaceService.DefaultName, AgentKind.Kv, "users", default)).Single().Root);
        Assert.All(await again.Agents.VerifyAsync(Call, WorkspaceService.DefaultName, default), static report => Assert.Null(report.Fault));
        Assert.Contains("format", await place.NamesAsync());

        async Task CheckAsync(TemporalDatabase database)
        {
            var users = database.Kv("users");
            for (var i = 0; i < moments.Count; i++)
                Assert.Equal(i, await users.GetAsync<int>("ada", AsOf.At(moments[i])));
            Assert.Equal(19, await users.GetAsync<int>("ada"));
            Assert.Equal(20, (await users.GetHistoryAsync("ada")).Versions.Length);
            Assert.Equal(["ada", "k0", "k1"], (await users.ListAsync(limit: 3)).Entries.Select(static entry => entry.Key));
            Assert.Null(await users.GetVersionAsync("k7"));
            Assert.Equal(50, (await database.KvService.ListNamespacesAsync(Call, WorkspaceService.DefaultName, null, 10, default)).Single().LiveKeyCount);
        }
    }

    [AzuriteFact]
    public async Task what_is_sealed_is_read_from_blobs_and_its_log_goes()
    {
        var place = AzureDatabase.In(fixture.Azurite, sealBlocks: 4);
        (place.Storage.GenerationBytesMax, place.Storage.MemoryBytesMax, place.Storage.CacheBytesMax) = (64 << 10, 64 << 10, 1 << 20);
        var text = new string('x', 500);
        await using (var database = await place.OpenAsync())
        {
            for (var i = 0; i < 60; i++)
                await BatchAsync(database, "users", 20, $"{i:d3}-", text);
            await Eventually.HoldsAsync("several segments are sealed", async () => (await database.Agents.GetAsync(Call, WorkspaceService.DefaultName, AgentKind.Kv, "users", default)).Single().SegmentCount > 0);
            await Eventually.HoldsAsync("the first blobs of the log are removed", async () => !(await place.NamesAsync()).Contains("default/kv/users/0/log/00000000000000000001"));
        }

        await using var again = await place.OpenAsync();
        for (var i = 0; i < 60; i += 7)
            Assert.Equal(text, (await again.Kv("users").GetAsync<Row>($"{i:d3}-k3"))?.Text);
        Assert.All(await again.Agents.VerifyAsync(Call, WorkspaceService.DefaultName, default), static report => Assert.Null(report.Fault));
    }

    [AzuriteFact]
    public async Task what_is_old_goes_to_colder_tiers_of_the_service_and_answers_as_before()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using (var database = await place.OpenAsync())
            await BatchAsync(database, "users", 50);
        foreach (var (days, tier) in new[] { (3, AccessTier.Cool), (90, AccessTier.Cold) })
        {
            await using var later = await place.OpenAsync(new LaterTime(TimeSpan.FromDays(days)));
            await later.Lifecycle.RunAsync(Call, WorkspaceService.DefaultName, LifecycleProcess.Consolidation, isDryRun: false, null, default);
            var tiers = new List<AccessTier?>();
            await foreach (var blob in place.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "default/kv/users/0/segments/", default))
                tiers.Add(blob.Properties.AccessTier);
            Assert.Equal([tier], tiers.OfType<AccessTier>());
            Assert.Equal(50, (await later.Kv("users").ListAsync(limit: 100)).Entries.Length);
            Assert.All(await later.Agents.VerifyAsync(Call, WorkspaceService.DefaultName, default), static report => Assert.Null(report.Fault));
        }
    }

    [AzuriteFact]
    public async Task a_namespace_is_split_and_merged()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using (var database = await place.OpenAsync())
        {
            await BatchAsync(database, "films", 40);
            var before = database.SystemTime;
            await SplitAsync(database, 4);
            await database.Kv("films").PutAsync("k3", "new");
            await SplitAsync(database, 2);
            await CheckAsync(database, before);
        }

        await using var again = await place.OpenAsync();
        await CheckAsync(again, null);

        static async Task CheckAsync(TemporalDatabase database, HybridTimestamp? before)
        {
            var films = database.Kv("films");
            Assert.Equal(40, (await films.ListAsync(limit: 100)).Entries.Length);
            Assert.Equal("new", await films.GetAsync<string>("k3"));
            Assert.Equal(2, (await films.GetHistoryAsync("k3")).Versions.Length);
            if (before is { } moment)
                Assert.NotEqual("\"new\"", Encoding.UTF8.GetString((await films.GetVersionAsync("k3", AsOf.At(moment)))!.Value.Span));
        }
    }

    /// <summary>Every blob is read: nothing of the value is left in log, segment or run.</summary>
    [AzuriteFact]
    public async Task an_erased_value_is_in_no_blob()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using var database = await place.OpenAsync();
        var users = database.Kv("users");
        await users.PutAsync("ada", Encoding.ASCII.GetString(Incompressible));
        await users.PutAsync("bob", 1);
        Assert.NotEmpty(await place.FindAsync(Incompressible));
        await users.EraseAsync("ada", "asked to");
        await users.WhenPurgedAsync();
        Assert.Empty(await place.FindAsync(Incompressible));
        Assert.Contains((await users.GetHistoryAsync("ada")).Versions, static version => version.IsErased);
        Assert.Equal(1, await users.GetAsync<int>("bob"));
        Assert.All(await database.Agents.VerifyAsync(Call, WorkspaceService.DefaultName, default), static report => Assert.Null(report.Fault));
    }

    [AzuriteFact]
    public async Task data_keys_are_blobs_under_a_master_key_that_is_none()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        place.Storage.MasterKey = Master;
        await using (var database = await place.OpenAsync())
        {
            await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "secret", DataKey = DataKeyPolicy.Own }, default);
            await database.Kv("users", "secret").PutAsync("ada", Encoding.ASCII.GetString(Incompressible));
        }

        Assert.Single(await place.NamesAsync(), static name => name.StartsWith("_system/keys/", StringComparison.Ordinal));
        Assert.Empty(await place.FindAsync(Incompressible));
        await using (var again = await place.OpenAsync())
            Assert.Equal(Encoding.ASCII.GetString(Incompressible), await again.Kv("users", "secret").GetAsync<string>("ada"));
        place.Storage.MasterKey = Convert.ToBase64String(new byte[32]);
        Assert.Equal(ErrorCodes.MasterKeyWrong, (await Assert.ThrowsAsync<TemporalException>(() => place.OpenAsync())).Code);
    }

    [AzuriteFact]
    public async Task a_removed_workspace_leaves_no_blob()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using var database = await place.OpenAsync();
        await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "shop" }, default);
        await database.Kv("users", "shop").PutAsync("ada", 1);
        Assert.Contains(await place.NamesAsync(), static name => name.StartsWith("shop/", StringComparison.Ordinal));
        await database.Workspaces.DeleteAsync(Call, "shop", default);
        Assert.DoesNotContain(await place.NamesAsync(), static name => name.StartsWith("shop/", StringComparison.Ordinal));
    }

    [AzuriteFact]
    public async Task a_workspace_is_backed_up_to_blobs_and_comes_back_elsewhere()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using var database = await place.OpenAsync();
        await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = "shop" }, default);
        await BatchAsync(database, "orders", 30, workspace: "shop");
        Assert.Equal(ErrorCodes.BackupNotFound, (await Assert.ThrowsAsync<TemporalException>(() => database.Backups.DescribeAsync(Call, "shop", "nightly", default).AsTask())).Code);
        await EndAsync(database, await database.Backups.StartBackUpAsync(Call, "shop", "nightly", default));
        var report = await database.Backups.DescribeAsync(Call, "shop", "nightly", default);

        await using var other = await AzureDatabase.In(fixture.Azurite, backups: place.Container.Name + "-backups").OpenAsync();
        await EndAsync(other, await other.Backups.StartRestoreAsync(Call, "shop", "nightly", default));
        Assert.Equal(30, (await other.Kv("orders", "shop").ListAsync(limit: 100)).Entries.Length);
        var root = (await other.Agents.GetAsync(Call, "shop", AgentKind.Kv, "orders", default)).Single().Root;
        Assert.Equal(root, report.Agents.Single(static agent => agent.Agent.Kind == AgentKind.Kv).Root);
    }

    /// <summary>Two processes that write one backup at once would remove what the other needs.</summary>
    [AzuriteFact]
    public async Task backups_are_open_in_one_process_only()
    {
        var backups = fixture.Azurite.Container($"t{Guid.NewGuid():n}");
        var stores = new AzureBackupStores(backups, TimeProvider.System, Blobs.AzureObjectStoreTests.Fill, TimeSpan.FromSeconds(10));
        var others = new AzureBackupStores(backups, TimeProvider.System, Blobs.AzureObjectStoreTests.Fill, TimeSpan.FromSeconds(10));
        Assert.Null(await stores.OpenAsync("nightly", create: false, default));
        await using (var store = (await stores.OpenAsync("nightly", create: true, default))!)
        {
            Assert.NotNull(await store.Objects.PutIfMatchAsync("a/b", new byte[] { 1 }, null, default));
            Assert.Equal(ErrorCodes.BackupInUse, (await Assert.ThrowsAsync<TemporalException>(() => others.OpenAsync("nightly", create: false, default).AsTask())).Code);
            await using var another = await others.OpenAsync("weekly", create: true, default);
            Assert.Null(await another!.Objects.GetAsync("a/b", default));
        }

        await using var next = (await others.OpenAsync("nightly", create: false, default))!;
        Assert.Equal([1], (await next.Objects.GetAsync("a/b", default))!.Content.ToArray());
        Assert.Equal([new ObjectInfo("a/b", 1)], await Storage.Tests.Ports.ObjectStoreCases.ListAsync(next.Objects, "a/"));
    }

    /// <summary>The first process is not closed: as if it had been killed, or stood still.</summary>
    [AzuriteFact]
    public async Task another_process_takes_over_and_the_first_one_takes_back()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await using var first = await place.OpenAsync();
        await first.Kv("users").PutAsync("ada", 1);
        await using var second = await place.OpenAsync();
        foreach (var (database, seen) in new[] { (second, 1), (first, 2), (second, 3) })
        {
            Assert.Equal(seen, await OwnedAsync(() => database.Kv("users").GetAsync<int>("ada")));
            await OwnedAsync(() => database.Kv("users").PutAsync("ada", seen + 1));
        }

        var values = (await OwnedAsync(() => first.Kv("users").GetHistoryAsync("ada"))).Versions.Select(static version => Encoding.UTF8.GetString(version.Value.Span));
        Assert.Equal(["4", "3", "2", "1"], values.Distinct());
    }

    // Each process has work of its own on the agents, so a call may find them taken again; it may be made again.
    private static async Task<T> OwnedAsync<T>(Func<ValueTask<T>> call)
    {
        var result = default(T);
        await Eventually.HoldsAsync("a call finds the agents its own", async () =>
        {
            try
            {
                result = await call();
                return true;
            }
            catch (TemporalException fenced) when (fenced.Kind == ErrorKind.Fenced)
            {
                return false;
            }
        });
        return result!;
    }

    [AzuriteFact]
    public async Task a_container_of_a_newer_format_is_refused_and_not_touched()
    {
        var place = AzureDatabase.In(fixture.Azurite);
        await place.Container.CreateAsync();
        await place.Container.UploadBlobAsync("format", BinaryData.FromString("2\n"));
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => place.OpenAsync());
        Assert.Equal((ErrorKind.Invalid, ErrorCodes.FormatTooNew), (refusal.Kind, refusal.Code));
        Assert.Equal(["format"], await place.NamesAsync());
    }

    [AzuriteFact]
    public async Task an_account_that_refuses_says_so_at_once()
    {
        var wrong = fixture.Azurite.ConnectionString.Replace("Eby8", "AAAA", StringComparison.Ordinal);
        var options = new TemporalOptions { Backend = new AzureStorage(new AzureStorageOptions { ConnectionString = wrong, GiveUpAfter = TimeSpan.FromHours(1) }) };
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await TemporalDatabase.OpenAsync(options));
        Assert.Contains("403", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task BatchAsync(TemporalDatabase database, string ns, int count, string prefix = "", string text = "", string workspace = WorkspaceService.DefaultName)
    {
        var operations = Enumerable.Range(0, count).Select(i => new KvOperation
        {
            Kind = KvOperationKind.Put,
            Key = $"{prefix}k{i}",
            Value = Encoding.UTF8.GetBytes($$"""{"number":{{i}},"text":"{{text}}"}"""),
        });
        await database.KvService.BatchAsync(Call, workspace, ns, [.. operations], atomic: false, KvPutOptions.None, default);
    }

    private static async Task SplitAsync(TemporalDatabase database, int partitions)
    {
        var settings = await database.KvService.GetSettingsAsync(Call, WorkspaceService.DefaultName, "films", default);
        await database.KvService.PutSettingsAsync(Call, WorkspaceService.DefaultName, "films", settings with { Partitions = partitions }, default);
    }

    private static async Task EndAsync(TemporalDatabase database, OperationInfo operation)
    {
        var seen = operation;
        await Eventually.HoldsAsync("the operation has ended", async () =>
        {
            seen = (await database.Operations.GetAsync(Call, operation.Workspace, operation.Id, default))!;
            return seen.Status is OperationStatus.Succeeded or OperationStatus.Failed;
        });
        Assert.Null(seen.Fault);
    }

    private sealed record Row(int Number, string Text);
}
