using System.Text;
using OrleansTemporal.Backups;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Signals;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Vectors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Backups;

/// <summary>Backups of a real folder into another real folder, and back.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private const string Shop = "shop";
    private static readonly CallContext Call = CallContext.Local;

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("ot-backup");
    private readonly List<BackupFolder> folders = [];
    private TemporalDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await OpenAsync("data");
        await database.Workspaces.PutAsync(Call, new WorkspaceInfo { Name = Shop }, default);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        folders.ForEach(static folder => folder.Dispose());
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task a_ledger_comes_back_with_its_scores_and_its_past()
    {
        var ledger = database.Signals("videos", Shop);
        await ledger.DefineAsync(new SignalSchema { Types = [new SignalType { Name = "view", HalfLife = TimeSpan.FromDays(7) }] });
        await ledger.RecordAsync("v1", "view", 2);
        var moment = database.SystemTime;
        await ledger.RecordAsync("v1", "view", 3);
        var at = EventTime.Of(database.SystemTime);
        var (now, then) = (await ledger.GetScoreAsync("v1", "view", at), await ledger.GetScoreAsync("v1", "view", at, AsOf.At(moment)));
        var backup = await OpenFolderAsync("backup");
        await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);

        await using var other = await OpenAsync("other");
        await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
        var restored = other.Signals("videos", Shop);
        Assert.Equal(now, await restored.GetScoreAsync("v1", "view", at));
        Assert.Equal(then, await restored.GetScoreAsync("v1", "view", at, AsOf.At(moment)));
        await restored.RecordAsync("v1", "view");
        Assert.Equal(3, (await restored.GetAsync("v1")).Signals[0].Count);
    }

    [Fact]
    public async Task a_collection_that_was_deleted_comes_back_as_of_the_moments_when_it_was_there()
    {
        var set = database.Vectors("faces", Shop);
        await set.CreateAsync(new VectorSettings { Dimensions = 1, Metric = VectorMetric.L2, Partitions = 3 });
        await set.PutManyAsync([.. Enumerable.Range(0, 30).Select(static i => new VectorOperation { Id = $"v{i}", Vector = new float[] { i } })]);
        var moment = AsOf.At(database.SystemTime);
        await database.VectorService.DeleteCollectionAsync(Call, Shop, "faces", default);
        var backup = await OpenFolderAsync("backup");
        await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);

        await using var other = await OpenAsync("other");
        await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
        var found = await other.Vectors("faces", Shop).SearchAsync(new float[] { 17 }, 3, moment);
        Assert.Equal(["v17", "v16", "v18"], found.Matches.Select(static match => match.Id));
        Assert.Equal(ErrorCodes.CollectionNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await other.Vectors("faces", Shop).GetAsync("v17"))).Code);
    }

    [Fact]
    public async Task what_comes_back_answers_as_what_was_copied()
    {
        var orders = database.Kv("orders", Shop);
        var people = database.Kv("people", Shop);
        var moments = new List<HybridTimestamp>();
        for (var i = 0; i < 300; i++)
        {
            await orders.PutAsync($"o{i % 40}", new { Number = i, Text = new string('x', i) });
            if (i % 7 == 0)
            {
                await people.PutAsync($"p{i}", new { Name = $"name {i}" });
            }

            if (i % 50 == 49)
            {
                await orders.DeleteAsync($"o{i % 40}");
                moments.Add(database.SystemTime);
            }

            if (i == 150)
            {
                await SplitAsync(database, "orders", 4);
            }
        }

        await database.KvService.EraseAsync(Call, Shop, KvErasureScope.OfKey("people", "p7"), default);
        var backup = await OpenFolderAsync("backup");
        var report = await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        Assert.Contains(report.Agents, static agent => agent.Agent.Name == "orders" && agent.Agent.Partition == 3);
        Assert.Equal(report.Agents.AsEnumerable(), (await BackupService.DescribeAsync(backup.Objects, Shop, default))!.Agents);

        await using var other = await OpenAsync("other");
        var restored = await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
        Assert.Equal(report.Agents.AsEnumerable(), restored.Agents);
        Assert.Equal(report.ObjectsCopied, restored.ObjectsCopied);
        await AssertSameAsync(database, other, moments);

        // It goes on from there, and after a restart too, behind every time that came with it.
        var next = await other.Kv("orders", Shop).PutAsync("o1", new { Number = -1 });
        Assert.True(next.Receipt.SystemTime > restored.SystemTime);
        Assert.All(await other.Agents.VerifyAsync(Call, Shop, default), static agent => Assert.Null(agent.Fault));
    }

    [Fact]
    public async Task a_run_copies_what_the_one_before_has_not_and_drops_what_was_erased()
    {
        var orders = database.Kv("orders", Shop);
        var backup = await OpenFolderAsync("backup");
        await orders.PutAsync("secret", new { Value = "to be erased" });
        await orders.PutAsync("kept", new { Value = 1 });
        var first = await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        var again = await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        Assert.True(first.ObjectsCopied > 0);
        Assert.Equal((0, 0), (again.ObjectsCopied, again.ObjectsRemoved));
        Assert.Equal(first.ObjectsCopied, again.ObjectsKept);

        var objects = await ListAsync(backup.Objects);
        await database.KvService.EraseAsync(Call, Shop, KvErasureScope.OfKey("orders", "secret"), default);
        var later = await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        var left = await ListAsync(backup.Objects);
        var holder = Assert.Single(objects, static path => path.Contains("/kv/orders/0/segments/", StringComparison.Ordinal));
        Assert.DoesNotContain(holder, left);
        Assert.True(later.ObjectsRemoved > 0);
        await using var other = await OpenAsync("other");
        await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
        Assert.True((await other.KvService.GetAsync(Call, Shop, "orders", "secret", AsOf.At(first.SystemTime), default)).IsErased);
        Assert.True(await other.Kv("orders", Shop).ContainsAsync("kept"));
    }

    [Fact]
    public async Task copies_fit_together_while_namespaces_are_written_split_and_merged()
    {
        var backup = await OpenFolderAsync("backup");
        using var stop = new CancellationTokenSource();
        var written = new int[3];
        var writers = Enumerable.Range(0, written.Length).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await database.Kv("orders", Shop).PutAsync($"w{writer}-{i % 20}", new { Number = i });
                written[writer] = i;
            }
        })).ToList();
        var splitter = Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
            {
                await SplitAsync(database, "orders", 1 + (i % 5));
            }
        });

        await Eventually.HoldsAsync("every writer has begun", () => Array.TrueForAll(written, static number => number > 0));
        var floors = new int[written.Length];
        for (var run = 0; run < 5; run++)
        {
            written.CopyTo(floors, 0);
            await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        }

        await splitter;
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await using var other = await OpenAsync("other");
        await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
        for (var writer = 0; writer < written.Length; writer++)
        {
            // Everything that was there when the last run began, and nothing that never was.
            var page = await other.KvService.ListAsync(Call, Shop, "orders", new KvListQuery { Prefix = $"w{writer}-", WithValues = true }, default);
            var numbers = page.Entries.Select(static entry => Number(entry.Value)).ToList();
            Assert.InRange(numbers.DefaultIfEmpty(0).Max(), floors[writer], written[writer]);
            Assert.Equal(Math.Min(20, numbers.Max() + 1), numbers.Count);
        }
    }

    [Fact]
    public async Task a_run_that_fails_anywhere_leaves_the_backup_before()
    {
        var orders = database.Kv("orders", Shop);
        var backup = await OpenFolderAsync("backup");
        await orders.PutAsync("a", new { Number = 0 });
        var last = await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        for (var failsFrom = 1; ; failsFrom++)
        {
            await orders.PutAsync("a", new { Number = failsFrom });
            await database.Kv($"n{failsFrom % 3}", Shop).PutAsync("b", new { Number = failsFrom });
            var failing = new FailingStore(backup.Objects, failsFrom);
            try
            {
                await database.Backups.BackUpAsync(Call, Shop, failing, null, default);
                Assert.True(failing.Calls < failsFrom);
                break;
            }
            catch (TemporalException pulled) when (pulled.Code == ErrorCodes.StorageFailed)
            {
                // Either the one before or, when only the removal of old objects failed, the new one.
                var now = (await BackupService.DescribeAsync(backup.Objects, Shop, default))!;
                await using var other = await OpenAsync($"other{failsFrom}");
                var restored = await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);
                Assert.Equal(now.Agents.AsEnumerable(), restored.Agents);
                Assert.True(now.SystemTime == last.SystemTime || await other.Kv("orders", Shop).GetVersionAsync("a") is { } version && Number(version.Value) == failsFrom);
                last = now;
            }
        }
    }

    [Fact]
    public async Task a_restore_that_fails_anywhere_leaves_no_workspace_and_can_be_asked_for_again()
    {
        await database.Kv("orders", Shop).PutAsync("a", new { Number = 5 });
        await database.Kv("people", Shop).PutAsync("b", new { Number = 6 });
        var backup = await OpenFolderAsync("backup");
        await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        await using var other = await OpenAsync("other");
        for (var failsFrom = 1; ; failsFrom++)
        {
            var failing = new FailingStore(backup.Objects, failsFrom);
            try
            {
                await other.Backups.RestoreAsync(Call, Shop, failing, null, default);
                Assert.True(failsFrom > 5);
                break;
            }
            catch (TemporalException pulled) when (pulled.Code == ErrorCodes.StorageFailed)
            {
                var missing = await Assert.ThrowsAsync<TemporalException>(async () => await other.Workspaces.GetAsync(Call, Shop, default));
                Assert.Equal(ErrorCodes.WorkspaceNotFound, missing.Code);
            }
        }

        Assert.True(await other.Kv("orders", Shop).ContainsAsync("a"));
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default));
        Assert.Equal(ErrorCodes.WorkspaceExists, refusal.Code);
    }

    [Fact]
    public async Task an_agent_that_is_asked_for_while_its_workspace_comes_back_does_not_come_back_empty()
    {
        await database.Kv("orders", Shop).PutAsync("a", new { Number = 5 });
        var backup = await OpenFolderAsync("backup");
        await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        await using var other = await OpenAsync("other");
        var answers = new List<string>();
        var asking = new FailingStore(backup.Objects, int.MaxValue) { Called = () => answers.Add(Task.Run(() => StatusOfAsync(other)).Result) };

        await other.Backups.RestoreAsync(Call, Shop, asking, null, default);

        Assert.Equal("0", answers[0]);
        Assert.All(answers.Skip(2), static answer => Assert.Equal(ErrorCodes.WorkspaceNotFound, answer));
        Assert.True(answers.Count > 5);
        Assert.True(await other.Kv("orders", Shop).ContainsAsync("a"));
    }

    [Fact]
    public async Task a_flipped_bit_anywhere_in_a_backup_is_found_and_nothing_is_restored()
    {
        await database.Kv("orders", Shop).PutAsync("a", new { Text = new string('y', 200) });
        using (var backup = await BackupFolder.OpenAsync(Path.Combine(root.FullName, "backup"), default))
        {
            await database.Backups.BackUpAsync(Call, Shop, backup.Objects, null, default);
        }

        await using var other = await OpenAsync("other");
        var files = Directory.GetFiles(Path.Combine(root.FullName, "backup", "objects"), "*", SearchOption.AllDirectories);
        Assert.True(files.Length >= 5);
        var random = new Random(3);
        foreach (var file in files.Where(static file => !file.EndsWith("backup", StringComparison.Ordinal)))
        {
            var whole = File.ReadAllBytes(file);
            for (var i = 0; i < 12; i++)
            {
                var damaged = whole.ToArray();
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, damaged);
                using var backup = await BackupFolder.OpenAsync(Path.Combine(root.FullName, "backup"), default);
                try
                {
                    await other.Backups.RestoreAsync(Call, Shop, backup.Objects, null, default);

                    // A run is an index that reads check block by block; what was flipped in it shows, or is not read, by then.
                    Assert.EndsWith(".run", file, StringComparison.Ordinal);
                    await other.Workspaces.DeleteAsync(Call, Shop, default);
                }
                catch (TemporalException found) when (found.Kind is ErrorKind.Corrupt or ErrorKind.Internal || found.Code == ErrorCodes.FormatTooNew)
                {
                    Assert.Equal(ErrorCodes.WorkspaceNotFound, (await Assert.ThrowsAsync<TemporalException>(async () => await other.Workspaces.GetAsync(Call, Shop, default))).Code);
                }
            }

            File.WriteAllBytes(file, whole);
        }
    }

    [Fact]
    public async Task what_is_not_there_or_not_whole_is_said()
    {
        using var folder = await BackupFolder.OpenAsync(Path.Combine(root.FullName, "empty"), default);
        var missing = await Assert.ThrowsAsync<TemporalException>(async () => await database.Backups.RestoreAsync(Call, "nobody", folder.Objects, null, default));
        Assert.Equal(ErrorCodes.BackupNotFound, missing.Code);
        Assert.Null(await BackupService.DescribeAsync(folder.Objects, Shop, default));
        var unknown = await Assert.ThrowsAsync<TemporalException>(async () => await database.Backups.BackUpAsync(Call, "nobody", folder.Objects, null, default));
        Assert.Equal(ErrorCodes.WorkspaceNotFound, unknown.Code);
        foreach (var text in new[] { "{", "{}", "[]", """{"format":1,"workspace":"shop","durability":"durable","dataKey":"none","systemTime":"zz","agents":[]}""", """{"format":2}""" })
        {
            await folder.Objects.DeleteAsync($"{Shop}/backup", default);
            await folder.Objects.PutIfMatchAsync($"{Shop}/backup", Encoding.UTF8.GetBytes(text), null, default);
            var malformed = await Assert.ThrowsAsync<TemporalException>(async () => await BackupService.DescribeAsync(folder.Objects, Shop, default));
            Assert.Equal(text.Contains("2}", StringComparison.Ordinal) ? ErrorCodes.FormatTooNew : ErrorCodes.Corrupt, malformed.Code);
        }

        await Assert.ThrowsAsync<TemporalException>(async () => await BackupFolder.OpenAsync(Path.Combine(root.FullName, "data"), default));
    }

    private static int Number(ReadOnlyMemory<byte> json) => System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("number").GetInt32();

    private static async Task SplitAsync(TemporalDatabase of, string ns, int partitions)
    {
        while (true)
        {
            try
            {
                var settings = await of.KvService.GetSettingsAsync(Call, Shop, ns, default);
                await of.KvService.PutSettingsAsync(Call, Shop, ns, settings with { Partitions = partitions }, default);
                return;
            }
            catch (TemporalException overtaken) when (overtaken.Code == ErrorCodes.PreconditionFailed)
            {
                // A backup finishes moves that it meets, and then the entry is another one.
            }
        }
    }

    private static async Task<List<string>> ListAsync(IObjectStore objects)
    {
        var paths = new List<string>();
        await foreach (var info in objects.ListAsync($"{Shop}/", default))
        {
            paths.Add(info.Path);
        }

        return paths;
    }

    private static async Task AssertSameAsync(TemporalDatabase left, TemporalDatabase right, List<HybridTimestamp> moments)
    {
        foreach (var ns in new[] { "orders", "people" })
        {
            foreach (var key in Enumerable.Range(0, 40).Select(static i => $"o{i}").Concat(Enumerable.Range(0, 300).Select(static i => $"p{i}")))
            {
                foreach (var asOf in moments.Select(static moment => AsOf.At(moment)).Append(AsOf.Latest))
                {
                    var (one, two) = (await left.KvService.GetAsync(Call, Shop, ns, key, asOf, default), await right.KvService.GetAsync(Call, Shop, ns, key, asOf, default));
                    Assert.Equal((one.IsErased, one.Version?.WriteId, one.Version?.DistinctionId), (two.IsErased, two.Version?.WriteId, two.Version?.DistinctionId));
                    Assert.Equal(one.Version?.Value.ToArray(), two.Version?.Value.ToArray());
                }

                var histories = (await left.Kv(ns, Shop).GetHistoryAsync(key), await right.Kv(ns, Shop).GetHistoryAsync(key));
                Assert.Equal(
                    histories.Item1.Versions.Select(static version => (version.WriteId, version.PreviousWriteId, version.SystemTime, version.IsDeleted, version.IsErased)),
                    histories.Item2.Versions.Select(static version => (version.WriteId, version.PreviousWriteId, version.SystemTime, version.IsDeleted, version.IsErased)));
            }
        }
    }

    // How far the catalog of the workspace is, or why nobody can say.
    private static async Task<string> StatusOfAsync(TemporalDatabase asked)
    {
        try
        {
            return $"{(await asked.Directory.Get<IAgent>(SystemAgents.CatalogOf(Shop)).GetStatusAsync(default)).Sequence}";
        }
        catch (TemporalException refused)
        {
            return refused.Code;
        }
    }

    private async ValueTask<TemporalDatabase> OpenAsync(string name) =>
        await TemporalDatabase.OpenAsync(Path.Combine(root.FullName, name));

    private async ValueTask<BackupFolder> OpenFolderAsync(string name)
    {
        var folder = await BackupFolder.OpenAsync(Path.Combine(root.FullName, name), default);
        folders.Add(folder);
        return folder;
    }
}
